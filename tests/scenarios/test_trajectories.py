"""A user's own file in the house: judged, stored, resumed, and refused in one line."""

from __future__ import annotations

import json

import numpy as np
import pytest

import scenarios
from analysis import analyse
from benchmarks.synthetic import CASES, DT, D
from scenarios import trajectories
from scenarios._trajectories import given
from tests.scenarios.command import assert_refused, fluxwalk
from walkers import KernelError, processes

RUN = ["run", "trajectories", "--jobs", "1", "--set"]


def made(name, seed=1):
    return CASES[name].positions(np.random.default_rng(seed))


@pytest.fixture
def file(tmp_path):
    np.save(tmp_path / "mine.npy", made("drift"))
    return tmp_path / "mine.npy"


def outcomes(result):
    return {verdict.quantity: verdict.outcome for verdict in result.verdicts}


def test_without_a_claim_the_tensor_is_measured(file):
    result = scenarios.run("trajectories", file=str(file), dt=DT, jobs=1)
    assert outcomes(result) == {
        "D_xx": "measured",
        "D_yy": "measured",
        "D_xy": "measured",
        "drift_x": "measured",
        "drift_y": "measured",
        "anomalous_exponent": "agrees",
        "green_kubo_minus_einstein": "agrees",
    }
    found = analyse(file, DT)
    assert result.record.n_batches == found.cut.n_pieces == 100
    for i, name in enumerate(("D_xx", "D_yy")):
        verdict = result.verdicts[i]
        assert (verdict.value, verdict.stderr) == (found.D[i][i].value, found.D[i][i].stderr)
        low, high = found.D[i][i].interval()
        assert f"{name} = " in verdict.sentence and f"{low:.6g} … {high:.6g}" in verdict.sentence
    assert str(result).count("measured") == 5


def test_a_claim_is_judged(file):
    right = scenarios.run("trajectories", file=str(file), dt=DT, D=D, jobs=1)
    wrong = scenarios.run("trajectories", file=str(file), dt=DT, D=1.3 * D, drift=0.0, jobs=1)
    assert {outcomes(right)[name] for name in ("D_xx", "D_yy", "D_xy")} == {"agrees"}
    assert {outcomes(wrong)[name] for name in ("D_xx", "D_yy", "drift_x")} == {"disagrees"}


def test_no_diffusivity_where_the_motion_is_not_diffusive(tmp_path, capsys):
    np.save(tmp_path / "sub.npy", made("subdiffusion"))
    status, out, _ = fluxwalk(capsys, *RUN, f"file={tmp_path / 'sub.npy'}", "--json")
    assert status == 1
    verdicts = {v["quantity"]: v for v in json.loads(out)["verdicts"]}
    assert verdicts["anomalous_exponent"]["outcome"] == "disagrees"
    assert verdicts["D_xx"]["value"] is verdicts["D_xx"]["law"] is None
    assert "no diffusivity, the anomalous exponent is not 1" in verdicts["D_xx"]["sentence"]


def test_one_short_trajectory_is_measured_but_not_judged(tmp_path, capsys):
    np.save(tmp_path / "short.npy", made("short"))
    status, out, _ = fluxwalk(capsys, *RUN, f"file={tmp_path / 'short.npy'}")
    assert status == 3
    assert "16 batches are too few, at least 64" in out


def test_batches_come_from_the_file_whatever_the_seed_and_the_executor(file, tmp_path):
    model = given(str(file), DT)
    assert model.n_given == 100
    assert model == given(str(file), DT)
    with pytest.raises(KernelError, match="holds 100 pieces"):
        model.compute(1, 100)
    one = scenarios.run("trajectories", file=str(file), dt=DT, jobs=1, store=tmp_path / "runs")
    with processes(1) as pool:
        other = scenarios.run("trajectories", file=str(file), dt=DT, seed=2, executor=pool)
    again = scenarios.run("trajectories", file=str(file), dt=DT, jobs=1, store=tmp_path / "runs")
    assert one.record.sha256() == other.record.sha256() == again.record.sha256()
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_a_file_that_changes_is_another_run(file):
    model = given(str(file), DT)
    np.save(file, made("drift", seed=2))
    assert given(str(file), DT) != model
    with pytest.raises(KernelError, match="was changed while it was analysed"):
        model.compute(1, 0)


def test_what_a_file_cannot_do_is_refused(file, tmp_path, capsys):
    own = f"file={file}"
    assert_refused(fluxwalk(capsys, *RUN, own, "--batches", "500"), "only 100, got 500")
    wrong = fluxwalk(capsys, *RUN, own, "--wrong-rule", "confined")
    assert_refused(wrong, "wrong-rule", "own rule")
    assert_refused(fluxwalk(capsys, *RUN, own, "--set", "dt=0"), "dt", "greater than 0")
    assert_refused(fluxwalk(capsys, *RUN, "file=no.npy"), "file: no.npy: no such file")
    assert_refused(fluxwalk(capsys, *RUN, "file=a\0b.npy"), "file: ", "no such file")
    np.save(tmp_path / "still.npy", np.zeros((70, 9, 1)))
    assert_refused(fluxwalk(capsys, *RUN, f"file={tmp_path / 'still.npy'}"), "alike along x")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("dt=0.5", "dt: must be whole"),
        ("dt=300", "dt: at most 2·10⁷ hops a batch"),
        ("n_walkers=10500", "n_walkers: at most 10⁶ positions a batch"),
        ("D=0.2", "D: walkers made here have"),
        ("D=0.001", "D: walkers made here have"),
        ("drift=0.31", "drift: must not exceed"),
        ("noise=1.1", "noise"),
        ("n_times=4", "n_times"),
        ("file=3", "file"),
    ],
)
def test_walkers_that_cannot_be_made_are_refused(setting, words, capsys):
    assert_refused(fluxwalk(capsys, *RUN, setting), words)


def test_the_figure_of_a_file(file):
    result = scenarios.run("trajectories", file=str(file), dt=DT, jobs=1)
    (axes,) = trajectories.plot(result).axes
    assert axes.get_ylabel() == "⟨|r − vt|²⟩ [ℓ²]"
    shown = axes.lines[0].get_ydata()
    assert shown[-1] > shown[0]
