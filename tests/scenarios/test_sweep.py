"""Sweeps: one family, one store, every point the run that it would be alone."""

from __future__ import annotations

import itertools
import json
import shlex
import signal
import sqlite3
import sys
from dataclasses import replace

import numpy as np
import pytest

import scenarios
import walkers
from scenarios import ParameterError, load
from scenarios._run import judged
from scenarios._stored import stored_runs
from scenarios._sweeps.points import range_values, read_axes, split_keywords
from scenarios._sweeps.result import Sweep
from scenarios._sweeps.sweep import sweep_of
from tests.scenarios.command import assert_refused, fluxwalk, process
from tests.scenarios.test_cli import wait_for_batches
from walkers.engine.stored import stored_files

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


WALKERS = '''"""How fast do few or many walkers spread?"""
import analysis, walkers
from analysis import Check, Prediction
from scenarios import Count, Parameters, Quantity, parameter

class Params(Parameters):
    n_walkers: Count = parameter(100, "walkers", minimum=10, maximum=10000)

QUANTITIES = {"diffusivity": Quantity("ℓ²/τ", "the law", "⟨x²⟩/2t")}

def build(p):
    return walkers.ClosedWalk(
        p.n_walkers, axes=(walkers.Axis(),), hop=walkers.Hop(), n_steps=40, start=(0,), stops=(40,)
    )

def laws(p):
    return {"diffusivity": Prediction("walk", 0.5, 0.5, "none", 1.0)}

def checks(record, p):
    squares = record["moments"][:, 0, 3] / (p.n_walkers * 2 * 40)
    return [Check("diffusivity", analysis.batch_mean(squares, "ℓ²/τ"), laws(p)["diffusivity"], 0.5)]

def batch_error(p):
    return (2 / p.n_walkers) ** 0.5
'''


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


def test_independent_points_have_seeds_that_new_points_do_not_change(capsys):
    options = {"dimension": 1, "batches": 64, "seed": 3}
    together = scenarios.sweep("random-walk", steps=[100, 110], **options)
    apart = scenarios.sweep("random-walk", steps=[100, 105, 110], independent=True, **options)
    fewer = scenarios.sweep("random-walk", steps=[110], independent=True, **options)
    assert apart.results[2].record.sha256() == fewer.results[0].record.sha256()
    seed = int(apart.frame["seed"].iloc[-1])
    alone = scenarios.run("random-walk", steps=110, **{**options, "seed": seed})
    assert alone.record.sha256() == fewer.results[0].record.sha256()

    def correlation(first, last):
        x, y = (result.record["short.moments"][:, -1, 3].astype(float) for result in (first, last))
        return float(np.corrcoef(x, y)[0, 1])

    assert correlation(*together.results) > 0.8
    assert abs(correlation(apart.results[0], apart.results[2])) < 0.45
    assert "--independent" in str(together)
    assert "errors are independent" in str(apart)
    assert sweep_of(apart.results).names == ("steps",)


def test_nothing_but_a_sequence_is_swept_over():
    with pytest.raises(ParameterError, match="nothing to sweep over"):
        scenarios.sweep("random-walk", steps=20)
    with pytest.raises(ParameterError, match="steps: there is no value"):
        scenarios.sweep("random-walk", steps=[])


def test_the_frame_is_tidy_and_saved(tmp_path):
    pandas = pytest.importorskip("pandas")
    swept = scenarios.sweep("random-walk", dimension=1, steps=[20, 40], stay=[0, 0.5], batches=3)
    frame = swept.frame
    assert list(frame.columns) == [
        *("steps", "stay", "quantity", "unit", "value", "stderr", "dof", "law", "expected", "z"),
        *("detectable", "outcome", "n_batches", "seed", "record_sha256"),
    ]  # fmt: skip
    assert len(frame) == 4 * 4
    assert (frame["n_batches"] == 3).all()
    for name, read in (("a.csv", pandas.read_csv), ("a.parquet", pandas.read_parquet)):
        swept.save(tmp_path / name)
        saved = read(tmp_path / name)
        assert list(saved.columns) == list(frame.columns)
        assert saved["value"].to_numpy() == pytest.approx(frame["value"].to_numpy(), rel=1e-15)
    with pytest.raises(scenarios.InputError, match="csv"):
        swept.save(tmp_path / "a.xls")


def test_the_dataset_has_a_dimension_for_every_swept_parameter(monkeypatch):
    swept = scenarios.sweep("random-walk", dimension=1, steps=[40, 20], stay=[0, 0.5], batches=3)
    found = swept.to_xarray()
    assert dict(found.sizes) == {"steps": 2, "stay": 2, "quantity": 4}
    assert list(found["steps"].values) == [40, 20]
    assert str(found["quantity"].values[0]) == "diffusivity_msd"
    assert str(found["unit"].values[0]) == "ℓ²/τ"
    place = {"steps": 20, "stay": 0.5, "quantity": "drift"}
    verdict = swept.results[3].verdicts[2]
    assert (verdict.quantity, float(found["value"].sel(place))) == ("drift", verdict.value)
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(scenarios.InputError, match=r"fluxwalk\[xarray\]"):
        swept.to_xarray()


def test_points_without_a_law_or_a_quantity_are_shown_all_the_same(tmp_path):
    """Equal temperatures have no exponent; a wall that remembers has no law."""
    swept = scenarios.sweep(
        "thermal-transpiration", T_hot=[300, 600], alpha_n=[1.0, 0.5], sigma_t=1.0, batches=4,
        length_over_radius=1.0,
    )  # fmt: skip
    frame = swept.frame.set_index(["T_hot", "alpha_n", "quantity"])
    assert frame.loc[(600, 0.5, "gamma"), "outcome"] == "measured"
    assert frame.loc[(600, 1.0, "gamma"), "outcome"] == "undecided"
    assert frame.loc[(300, 1.0, "gamma"), ["value", "z"]].isna().all()
    text = str(swept)
    assert "measured" in text
    assert "nan" not in text
    assert "no exponent between equal temperatures" in " ".join(text.split())
    assert "<td>0.5</td>" in swept._repr_html_()
    swept.plot(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    json.dumps(swept.as_json(), allow_nan=False)


def test_the_figure_marks_what_disagrees_and_is_logarithmic_where_the_sweep_is():
    swept = scenarios.sweep(
        "random-walk", dimension=1, steps="20:80:3:log", stay=[0, 0.5], batches=64,
        wrong_rule="persistence",
    )  # fmt: skip
    figure = swept.plot()
    assert len(figure.axes) == 2 * len(swept.quantities)
    assert {axes.get_xscale() for axes in figure.axes} == {"log"}
    panels = [axes for axes in figure.axes if axes.get_legend() is not None]
    texts = [text.get_text() for text in panels[0].get_legend().get_texts()]
    assert {"stay=0", "stay=0.5", "law", "disagrees"} <= set(texts)
    rings = [line for line in panels[0].lines if line.get_markeredgecolor() == "tab:red"]
    n_wrong = sum(r.verdicts[0].outcome == "disagrees" for r in swept.results)
    assert sum(np.isfinite(line.get_ydata()).sum() for line in rings) == n_wrong > 0


def test_labels_between_powers_of_ten_do_not_meet():
    swept = scenarios.sweep("random-walk", dimension=1, steps="20:80:3:log", batches=4)
    figure = swept.plot()
    figure.canvas.draw()
    strip = figure.axes[0]
    boxes = [label.get_window_extent() for label in strip.get_xticklabels(which="both")
             if label.get_text()]  # fmt: skip
    boxes.sort(key=lambda box: box.x0)
    assert {label.get_text() for label in strip.get_xticklabels(minor=True)} > {"20", "50"}
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_a_figure_says_that_a_law_has_a_tolerance_of_its_own():
    result = scenarios.run("random-walk", dimension=1, steps=20, batches=64)
    loose = [replace(v, tolerance=0.1 * v.detectable) for v in result.verdicts]
    for verdicts, said in ((result.verdicts, False), (loose, True)):
        points = [replace(result, verdicts=verdicts)]
        figure = Sweep(("steps",), points).plot()
        assert ("tolerance" in figure.get_supxlabel()) is said


def test_a_long_sweep_is_summarised():
    swept = scenarios.sweep("random-walk", dimension=1, steps="20:100:9", batches=4)
    text = str(swept)
    assert text.count("diffusivity_msd") == 2  # its table, and the summary of all
    assert text.count("diffusivity_green_kubo") == 1
    assert "36 verdicts: 36 undecided" in text
    assert text.count("4 batches are too few") == 1


def test_results_of_a_store_are_recognised_as_a_sweep(tmp_path):
    swept = scenarios.sweep("random-walk", dimension=1, steps=[20, 40], batches=3, store=tmp_path)
    files = stored_files(tmp_path)
    results = judged([run for file in files for run in stored_runs(file)])
    again = sweep_of(results)
    assert again.names == ("steps",)
    assert sorted(again.frame["record_sha256"]) == sorted(swept.frame["record_sha256"])
    assert sweep_of(results[:1]) is None
    other = scenarios.run("random-walk", dimension=2, steps=60, stay=0.5, batches=3)
    assert sweep_of([*results, other]) is None


def test_the_dry_run_foretells_batches_time_and_disk_and_writes_nothing(tmp_path, monkeypatch):
    """On a clock that only batches move: what they cost does not depend on who else works."""
    now = [0.0]
    compute = walkers.ClosedWalk.compute

    def slow(model, seed, batch):
        now[0] += 1e-4 * model.n_walkers
        return compute(model, seed, batch)

    monkeypatch.setattr(walkers.ClosedWalk, "compute", slow)
    monkeypatch.setattr("scenarios._sweeps.dry_run.time.perf_counter", lambda: now[0])
    mine, folder = tmp_path / "mine.py", tmp_path / "store"
    mine.write_text(WALKERS)
    options = {"precision": 0.012, "executor": walkers.InlineExecutor(), "store": folder}
    ahead = scenarios.dry_run(mine, n_walkers=[100, 1600], **options)
    assert not folder.exists()
    now[0] = 0.0
    swept = scenarios.sweep(mine, n_walkers=[100, 1600], **options)
    assert ahead.seconds == pytest.approx(now[0], rel=0.5)
    assert [point.n_batches for point in ahead.points] == [256, 64]
    for point, result in zip(ahead.points, swept.results, strict=True):
        assert point.error_from == "scenario"
        assert point.n_batches == point.n_to_run == result.record.n_batches
        verdict = result.verdicts[0]
        assert verdict.stderr / verdict.scale == pytest.approx(point.precision, rel=0.5)
    on_disk = sum(file.stat().st_size for file in folder.iterdir())
    assert ahead.bytes_on_disk == pytest.approx(on_disk, rel=0.5)
    more = scenarios.dry_run(mine, n_walkers=[100, 400, 1600], **options)
    assert [point.n_to_run for point in more.points] == [0, 64, 0]
    assert more.bytes_at_work > 0
    assert scenarios.dry_run(mine, n_walkers=[100, 1600], **options | {"executor": Elsewhere()}
                             ).bytes_at_work == 0  # fmt: skip


class Elsewhere(walkers.InlineExecutor):
    is_here = False


def test_where_a_scenario_cannot_say_its_error_the_pilot_does(capsys, tmp_path):
    arguments = [*SWEEP, "steps=50,100", "--precision", "0.005"]
    status, out, err = fluxwalk(capsys, *arguments, "--dry-run", "--json")
    ahead = json.loads(out)
    assert (status, err) == (0, "")
    assert {point["error_from"] for point in ahead["points"]} == {"pilot"}
    status, out, _ = fluxwalk(capsys, *arguments, "--json")
    n_batches = sum(result["batches"] for result in json.loads(out)["results"])
    assert 0.5 <= ahead["batches"] / n_batches <= 2.0
    status, out, _ = fluxwalk(capsys, *arguments, "--dry-run")
    assert status == 0
    for words in ("memory: about", "disk: about", "precision: from a pilot", "time: from"):
        assert words in out


def test_one_progress_for_all_points_with_a_forecast_of_the_rest():
    stages = []
    swept = scenarios.sweep(
        "random-walk", dimension=1, steps=[20, 40, 80], batches=8, progress=stages.append, jobs=1
    )
    first, *others = stages
    assert first.forecast.n_batches == 24
    assert first.scenario == "random-walk, 3 points"
    assert [stage.n_done for stage in others] == sorted(stage.n_done for stage in others)
    assert (others[-1].n_done, {stage.n_wanted for stage in others}) == (24, {24})
    assert others[0].scenario == "1/3 steps=20"
    assert others[-1].scenario == "3/3 steps=80"
    assert others[-1].seconds_to_go == 0.0
    assert others[2].seconds_to_go > others[-2].seconds_to_go > 0.0
    assert len(swept.results) == 3


def test_points_not_begun_are_expected_to_need_what_the_others_did():
    stages = []
    swept = scenarios.sweep(
        "random-walk", dimension=1, steps=[20, 40, 80], precision=0.002, progress=stages.append
    )
    n_batches = sum(result.record.n_batches for result in swept.results)
    assert n_batches > 3 * 64
    second = next(stage for stage in stages if stage.scenario.startswith("2/3"))
    assert 0.5 <= second.n_wanted / n_batches <= 2.0


def test_ctrl_c_keeps_all_points_and_says_how_to_resume(tmp_path):
    arguments = [*SWEEP, "steps=20,1000", "--batches", "100000", "--store", tmp_path, "--yes"]
    running = process(*arguments)
    wait_for_batches(tmp_path, 2, running)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (130, "")
    command = shlex.join(["fluxwalk", *map(str, arguments)])
    assert err.splitlines()[-1].endswith(f"resume with: {command}")
