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
STEP = ["--set", f"dt={DT}"]


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
        low, high = verdict.interval
        assert (low, high) == found.D[i][i].interval()
        assert f"{name} = " in verdict.sentence and f"{low:.6g} … {high:.6g}" in verdict.sentence
    text = " ".join(str(result).split())
    assert text.count("measured") == 5 and "no law claimed" not in text
    assert f"read: 100 walkers × 51 times × 2 axes, {DT:g} τ apart, 100 pieces" in text
    assert f"variance {found.noise.value:.3g} ± " in text
    closing = analyse(file, DT, units=("ℓ", "τ")).sentence
    assert "between" in closing and closing in text
    assert result.notes[-1] == closing


def test_json_says_what_is_true_of_a_file(file):
    content = scenarios.run("trajectories", file=str(file), dt=DT, D=D, jobs=1).as_json()
    unused = dict.fromkeys(("dimension", "n_walkers", "n_times", "noise"))
    claimed = {"file": str(file), "dt": DT, "D": D, "drift": None}
    assert content["parameters"] == {**claimed, **unused}
    assert trajectories.Params(**content["parameters"]) == trajectories.Params(**claimed)
    for verdict in content["verdicts"]:
        measured = verdict["outcome"] == "measured"
        assert (list(verdict)[-1] == "interval") is measured
        if measured:
            low, high = verdict["interval"]
            assert low < verdict["value"] < high
    assert sum("interval" in verdict for verdict in content["verdicts"]) == 2  # the drifts


def test_times_of_a_file_are_its_time_step(tmp_path, capsys):
    x = made("drift")
    walker, number = np.indices(x.shape[:2]).reshape(2, -1)
    columns = np.column_stack([walker, 0.25 * number, x.reshape(-1, 2)])
    path = tmp_path / "mine.csv"
    np.savetxt(path, columns, delimiter=",", header="walker,time,x,y", comments="")
    own = scenarios.run("trajectories", file=str(path), jobs=1)
    assert own.params.dt == 0.25
    same = scenarios.run("trajectories", file=str(path), dt=0.25, jobs=1)
    assert own.record.sha256() == same.record.sha256()
    differs = fluxwalk(capsys, *RUN, f"file={path}", "--set", "dt=0.5")
    assert_refused(differs, "the times are 0.25 apart, but dt is 0.5")


def test_a_claim_is_judged(file):
    right = scenarios.run("trajectories", file=str(file), dt=DT, D=D, jobs=1)
    wrong = scenarios.run("trajectories", file=str(file), dt=DT, D=1.3 * D, drift=0.0, jobs=1)
    assert {outcomes(right)[name] for name in ("D_xx", "D_yy", "D_xy")} == {"agrees"}
    assert {outcomes(wrong)[name] for name in ("D_xx", "D_yy", "drift_x")} == {"disagrees"}


def test_no_diffusivity_where_the_motion_is_not_diffusive(tmp_path, capsys):
    np.save(tmp_path / "sub.npy", made("subdiffusion"))
    status, out, _ = fluxwalk(capsys, *RUN, f"file={tmp_path / 'sub.npy'}", *STEP, "--json")
    assert status == 1
    verdicts = {v["quantity"]: v for v in json.loads(out)["verdicts"]}
    assert verdicts["anomalous_exponent"]["outcome"] == "disagrees"
    assert verdicts["D_xx"]["value"] is verdicts["D_xx"]["law"] is None
    assert "no diffusivity, the anomalous exponent is not 1" in verdicts["D_xx"]["sentence"]


def test_one_short_trajectory_is_measured_but_not_judged(tmp_path, capsys):
    np.save(tmp_path / "short.npy", made("short"))
    status, out, _ = fluxwalk(capsys, *RUN, f"file={tmp_path / 'short.npy'}", *STEP)
    assert status == 3
    assert "16 pieces are too few; a recording about 4 times as long" in " ".join(out.split())
    assert "batches (now" not in out


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
    assert_refused(fluxwalk(capsys, *RUN, own, *STEP, "--batches", "500"), "only 100, got 500")
    wrong = fluxwalk(capsys, *RUN, own, *STEP, "--wrong-rule", "confined")
    assert_refused(wrong, "wrong-rule", "own rule")
    assert_refused(fluxwalk(capsys, *RUN, own, "--set", "dt=0"), "dt", "above 0")
    assert_refused(fluxwalk(capsys, *RUN, "file=no.npy"), "file: no.npy: no such file")
    assert_refused(fluxwalk(capsys, *RUN, "file=a\0b.npy"), "file: ", "no such file")
    np.save(tmp_path / "still.npy", np.zeros((70, 9, 1)))
    still = f"file={tmp_path / 'still.npy'}"
    assert_refused(fluxwalk(capsys, *RUN, still, *STEP), "alike along x")
    assert_refused(fluxwalk(capsys, *RUN, own), "dt: the time of a step is needed", "got none")
    for setting in ("n_walkers=100", "n_times=101", "dimension=2", "noise=0.5"):
        refused = fluxwalk(capsys, *RUN, own, *STEP, "--set", setting)
        assert_refused(refused, "{}: is for walkers made here, not for a file, got {}".format(
            *setting.split("=")
        ))  # fmt: skip


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
