"""Sweeps: one family, one store, every point the run that it would be alone."""

from __future__ import annotations

import json
import sqlite3

import pytest

import scenarios
import walkers
from scenarios import ParameterError, load
from scenarios._sweep_points import range_values, read_axes, split_keywords
from tests.scenarios.command import assert_refused, fluxwalk

WALK = load("random-walk").file.Params
SWEEP = ["sweep", "random-walk", "--set", "dimension=1", "--jobs", "1"]


@pytest.fixture
def ran(monkeypatch):
    """Numbers of the batches that are run."""
    numbers = []

    def watched(compute):
        return lambda model, seed, batch: numbers.append(batch) or compute(model, seed, batch)

    for kind in (walkers.Together, walkers.FreeMolecular):
        monkeypatch.setattr(kind, "compute", watched(kind.compute))
    return numbers


def n_stored(folder):
    """Batches of every file of a store."""
    found = {}
    for file in sorted(folder.glob("*.sqlite")):
        with sqlite3.connect(file) as connection:
            found[file.name] = connection.execute("SELECT count(*) FROM batches").fetchone()[0]
    return found


def test_ranges_hold_their_ends_and_what_tables_print_of_them():
    assert range_values("x", "0.1:100:4:log", whole=False) == (0.1, 1.0, 10.0, 100.0)
    assert range_values("x", "0.1:0.7:7", whole=False) == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    assert range_values("x", "3:1:3", whole=False) == (3.0, 2.0, 1.0)
    assert range_values("x", "20:1000:4:log", whole=True) == (20, 74, 271, 1000)
    coarse = range_values("x", "0.1:100:9:log", whole=False)
    assert set(coarse) < set(range_values("x", "0.1:100:17:log", whole=False))
    assert all(float(f"{x:g}") == x for x in coarse)
    fine = range_values("x", "300:300.001:11", whole=False)
    assert len(set(fine)) == 11


def test_the_shell_and_python_mean_the_same_points():
    assert read_axes(WALK, ["steps=20:40:3", "bias=0,0.1"]) == {
        "steps": (20, 30, 40),
        "bias": (0, 0.1),
    }
    axes, fixed = split_keywords(WALK, {"steps": "20:40:3", "bias": [0, 0.1], "dimension": 1})
    assert axes == {"steps": (20, 30, 40), "bias": (0, 0.1)}
    assert fixed == {"dimension": 1}
    tube = load("knudsen-tube").file.Params
    assert read_axes(tube, ["gas=He,N2"]) == {"gas": ("He", "N2")}
    # A sequence that a parameter takes as its one value is not swept over.
    image = load("porous").file.Params
    axes, fixed = split_keywords(image, {"raw_shape": [9, 9, 9], "steps": [100, 200]})
    assert (list(axes), list(fixed)) == (["steps"], ["raw_shape"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["random-walk", "nothing to sweep"]),
        (["steps"], ["start:stop:count", "'steps'"]),
        (["steps=50"], ["steps", "one value", "--set"]),
        (["steps=20:50"], ["steps"]),
        (["steps=20:30:50"], ["steps", "only 11 different whole numbers", "50"]),
        (["steps=20:30:1"], ["steps", "at least 2", "20:30:1"]),
        (["steps=20:30:x"], ["steps", "20:30:x"]),
        (["steps=20:nan:3"], ["steps", "20:nan:3"]),
        (["stay=0:0.5:3:log"], ["stay", "above 0", "0:0.5:3:log"]),
        (["steps=20,30", "steps=40,50"], ["steps", "twice"]),
        (["steps=20,30,20"], ["steps=20", "twice"]),
        (["dimension=1,2"], ["dimension", "set to 1"]),
        (["steps=20:300:40", "stay=0:0.5:40"], ["steps, stay", "1000", "1600"]),
        (["steps=20,19,30"], ["at steps=19", "steps", "at least 20", "19"]),
        (["steps=20,30", "stay=0,1"], ["at steps=20, stay=1", "0.99"]),
        (["stepz=20,30"], ["at stepz=20", "dimension, steps"]),
        (["steps=20,30", "--seed", "-1"], ["fluxwalk: seed", "-1"]),
        (["steps=20,30", "--wrong-rule", "no"], ["fluxwalk: wrong-rule", "persistence"]),
        (["steps=20,30", "--save", "a.txt"], ["a.txt", ".csv", ".parquet"]),
        (["steps=20,30", "--save", "/no/such/a.csv"], ["/no/such/a.csv"]),
        (["steps=1e5,1e6", "--batches", "1e7"], ["2 points", "hours", "--yes"]),
    ],
)
def test_bad_sweeps_are_refused_in_one_line_before_anything_runs(
    capsys, tmp_path, monkeypatch, arguments, words
):
    monkeypatch.chdir(tmp_path)
    options = [] if "--save" in arguments else ["--store", tmp_path / "store"]
    result = fluxwalk(capsys, *SWEEP[:2], *arguments, *SWEEP[2:], *options)
    assert_refused(result, *words)
    assert list(tmp_path.iterdir()) == []


def test_every_point_is_the_run_that_it_would_be_alone_and_all_are_one_family(capsys, tmp_path):
    options = ["--batches", "64", "--seed", "5", "--json"]
    status, out, err = fluxwalk(capsys, *SWEEP, "steps=20,40", *options, "--store", tmp_path)
    assert err == ""
    swept = json.loads(out)
    assert swept["swept"] == {"steps": [20, 40]}
    alone = ["run", *SWEEP[1:], "--set", "steps=40", *options]
    run_status, out, _ = fluxwalk(capsys, *alone)
    run, point = json.loads(out), swept["results"][1]
    assert status == run_status == 0
    assert point["record_sha256"] == run["record_sha256"]
    for ours, theirs in zip(point["verdicts"], run["verdicts"], strict=True):
        assert ours["z"] == theirs["z"]
        assert ours["detectable"] > theirs["detectable"]  # a larger family has a wider threshold


def test_new_points_and_more_batches_run_nothing_twice(capsys, tmp_path, ran):
    folder = tmp_path / "store"
    fluxwalk(capsys, *SWEEP, "steps=20,40", "--batches", "3", "--store", folder)
    assert sorted(ran) == [0, 0, 1, 1, 2, 2]
    assert list(n_stored(folder).values()) == [3, 3]
    ran.clear()
    fluxwalk(capsys, *SWEEP, "steps=20,30,40", "--batches", "3", "--store", folder)
    assert sorted(ran) == [0, 1, 2]
    ran.clear()
    fluxwalk(capsys, *SWEEP, "steps=20,30,40", "--batches", "4", "--store", folder)
    assert ran == [3, 3, 3]
    assert list(n_stored(folder).values()) == [4, 4, 4]


@pytest.mark.parametrize("with_store", [False, True])
def test_points_of_one_model_share_its_batches(tmp_path, ran, with_store):
    store = tmp_path if with_store else None
    swept = scenarios.sweep("thermal-transpiration", T_hot=[400, 600, 1200], batches=4, store=store)
    assert sorted(ran) == [0, 1, 2, 3]
    assert len(swept.frame["record_sha256"].unique()) == 1
    assert "3 points share one set of paths" in str(swept)


def test_precision_is_met_at_every_point_by_its_own_rounds():
    swept = scenarios.sweep("random-walk", dimension=1, steps=[20, 80], precision=0.01, seed=3)
    for result in swept.results:
        alone = scenarios.run("random-walk", **result.params.model_dump(), precision=0.01, seed=3)
        assert result.record.sha256() == alone.record.sha256()
        assert result.verdicts[0].stderr <= 0.01 * result.verdicts[0].scale


def test_a_wrong_rule_is_refused_along_the_whole_curve(capsys):
    options = ["--batches", "64", "--wrong-rule", "persistence", "--json"]
    status, out, _ = fluxwalk(capsys, *SWEEP, "steps=20:60:3", *options)
    assert status == 1
    for result in json.loads(out)["results"]:
        assert result["wrong_rule"] == "persistence"
        assert "disagrees" in {verdict["outcome"] for verdict in result["verdicts"]}


def test_a_file_describes_a_sweep(capsys, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(
        'scenario = "random-walk"\nbatches = 2\n[parameters]\ndimension = 1\n'
        '[sweep]\nsteps = "20:40:2"\nstay = [0, 0.5]\n'
    )
    status, out, _ = fluxwalk(capsys, "sweep", file, "--json", "--jobs", "1")
    assert status == 3
    points = [result["parameters"] for result in json.loads(out)["results"]]
    assert [(p["steps"], p["stay"]) for p in points] == [(20, 0), (20, 0.5), (40, 0), (40, 0.5)]
    assert_refused(fluxwalk(capsys, "run", file), "fluxwalk sweep")
    file.write_text('scenario = "random-walk"\n[sweep]\nsteps = 7\n')
    assert_refused(fluxwalk(capsys, "sweep", file), "steps", "7")


def test_nothing_but_a_sequence_is_swept_over():
    with pytest.raises(ParameterError, match="nothing to sweep over"):
        scenarios.sweep("random-walk", steps=20)
    with pytest.raises(ParameterError, match="steps: there is no value"):
        scenarios.sweep("random-walk", steps=[])
