"""The command: what it prints, how it ends, and what it does not load."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from importlib.metadata import version
from itertools import pairwise

import pytest
from rich.cells import cell_len

import walkers
from scenarios import cli, load, names
from scenarios._commands import look, validate
from scenarios._scenario import ScenarioError
from tests.scenarios.command import ROOT, SMALL, assert_refused, fluxwalk, process
from tests.scenarios.test_result import KEYS

WORKING = ["random-walk", "fick-slab"]


def batches_in(folder):
    files = list(folder.glob("*.sqlite"))
    if not files:
        return 0
    with sqlite3.connect(files[0], timeout=30) as connection:
        try:
            return connection.execute("SELECT count(*) FROM batches").fetchone()[0]
        except sqlite3.OperationalError:  # killed before its first commit
            return 0


def wait_for_batches(folder, n, running):
    while batches_in(folder) < n:
        assert running.poll() is None, running.communicate(timeout=120)
        time.sleep(0.01)


def test_list_names_every_question_and_law(capsys):
    status, out, _ = fluxwalk(capsys, "list", "--json")
    entries = {entry["name"]: entry for entry in json.loads(out)}
    assert status == 0
    assert list(entries) == names()
    walk = entries["random-walk"]
    assert list(walk) == [
        "name", "question", "law_name", "parameters", "quantities", "wrong_rules",
    ]  # fmt: skip
    assert walk["law_name"] == "random walk, D = (⟨δ²⟩/τ − v²τ)/2d"
    assert walk["parameters"]["stay"] == {
        "default": 0.0,
        "unit": "",
        "minimum": 0.0,
        "maximum": 0.99,
        "help": "probability s of not hopping",
    }
    status, out, _ = fluxwalk(capsys, "list")
    assert status == 0
    assert all(name in out for name in names())


def test_show_says_rule_bounds_laws_and_sources(capsys):
    status, out, _ = fluxwalk(capsys, "show", "random_walk")
    assert status == 0
    for words in ("Green–Kubo", "20 … 1e+06", "0.166667", "Chandrasekhar", "persistence"):
        assert words in out


@pytest.mark.parametrize("columns", [80, 100])
def test_screens_wrap_once_and_break_no_name(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    for name in names():
        _, out, _ = fluxwalk(capsys, "show", name)
        lines = out.splitlines()
        assert max(map(cell_len, lines)) <= columns, name
        assert "``" not in out
        first_words = {line.split(" ")[0] for line in lines}
        assert set(load(name).file.QUANTITIES) <= first_words
        paragraphs = out.split("\n\nParameters\n")[0].split("\n\n")
        for first, second in pairwise(paragraphs[1].splitlines()):
            assert cell_len(f"{first} {second.split()[0]}") > columns, (name, first)
    _, out, _ = fluxwalk(capsys, "list")
    assert set(names()) <= {line.split(" ")[0] for line in out.splitlines()}


def test_show_marks_open_bounds_and_leaves_out_absurd_ones(capsys):
    _, out, _ = fluxwalk(capsys, "show", "trajectories")
    bounds = dict(re.findall(r"^(dt|D|drift|noise) +\S+ +\S+ {2}(.{10})", out, re.MULTILINE))
    assert {name: text.strip() for name, text in bounds.items()} == {
        "dt": "> 0", "D": "> 0", "drift": "", "noise": "0 … 1",
    }  # fmt: skip
    _, out, _ = fluxwalk(capsys, "show", "porous")
    assert "e+09" not in out


def test_version_and_short_helps_are_whole(capsys):
    assert fluxwalk(capsys, "--version") == (0, f"fluxwalk {version('fluxwalk')}\n", "")
    _, out, _ = fluxwalk(capsys, "--help")
    assert "..." not in out.replace("[ARGS]...", "")
    assert "Judge every law of every scenario." in out


def test_a_broken_scenario_is_listed_and_the_others_work(capsys, monkeypatch):
    def load_or_break(name):
        if name == "random-walk":
            raise ScenarioError("random-walk: broken scenario (SyntaxError: no)")
        return load(name)

    for commands in (look, validate):
        monkeypatch.setattr(commands, "load", load_or_break)
        monkeypatch.setattr(commands, "names", lambda: WORKING)
    monkeypatch.setitem(validate.EFFORTS, "quick", {"n_batches": 2})
    status, out, err = fluxwalk(capsys, "list")
    assert (status, err) == (0, "")
    assert "SyntaxError" in out
    assert "Fick" in out
    status, out, err = fluxwalk(capsys, "validate", "--effort", "quick")
    assert status == cli.INTERNAL_ERROR
    assert "flux_forward" in out
    assert err == "fluxwalk: random-walk: broken scenario (SyntaxError: no)\n"
    assert_refused(fluxwalk(capsys, "validate", "random-walk"), "SyntaxError")


def test_statuses_of_agreement_disagreement_and_doubt(capsys):
    status, out, err = fluxwalk(capsys, *SMALL, "--batches", "64", "--json")
    agrees = json.loads(out)
    assert (status, err) == (0, "")
    assert list(agrees) == KEYS
    assert {v["outcome"] for v in agrees["verdicts"]} == {"agrees"}

    wrong = [*SMALL, "--batches", "64", "--wrong-rule", "persistence"]
    status, out, err = fluxwalk(capsys, *wrong, "--json")
    assert (status, err) == (1, "")
    assert "disagrees" in {v["outcome"] for v in json.loads(out)["verdicts"]}
    status, out, _ = fluxwalk(capsys, *wrong)
    assert status == 1
    assert "random-walk: diffusivity_msd = " in out

    status, out, _ = fluxwalk(capsys, *SMALL, "--batches", "4")
    assert status == 3
    assert "4 batches are too few" in out


def test_options_win_over_the_file_and_both_give_the_bits_of_the_api(capsys, tmp_path):
    file = tmp_path / "walk.toml"
    file.write_text(
        'scenario = "random_walk"\nseed = 9\nprecision = 0.5\n[parameters]\n'
        "steps = 30\nstay = 0.5\n"
    )
    options = ["--json", "--set", "steps=2e1", "--batches", "1e1", "--jobs", "1"]
    _, out, _ = fluxwalk(capsys, "run", file, *options)
    by_command = json.loads(out)
    assert by_command["parameters"]["steps"] == 20
    assert by_command["parameters"]["stay"] == 0.5
    p = load("random-walk").file.Params(steps=20, stay=0.5)
    record = walkers.run(load("random-walk").file.build(p), seed=9, n_batches=10)
    assert by_command["record_sha256"] == record.sha256()


def test_a_scenario_file_that_is_not_installed_runs(capsys, tmp_path):
    source = (ROOT / "scenarios" / "random_walk.py").read_text()
    mine = tmp_path / "my_walk.py"
    mine.write_text(source.replace("from ._", "from scenarios._"))
    arguments = ["run", mine, "--set", "steps=20", "--batches", "4", "--jobs", "1", "--json"]
    status, out, _ = fluxwalk(capsys, *arguments)
    assert status == 3
    assert json.loads(out)["scenario"] == "my-walk"


def test_validate_judges_all_scenarios_as_one_family(capsys, monkeypatch):
    families = []
    real = validate.judged
    monkeypatch.setattr(validate, "judged", lambda runs: families.append(len(runs)) or real(runs))
    monkeypatch.setitem(validate.EFFORTS, "quick", {"n_batches": 2})
    status, out, err = fluxwalk(capsys, "validate", *WORKING, "--effort", "quick", "--json")
    content = json.loads(out)
    assert (status, err, families) == (3, "", [2])
    assert list(content) == ["family_error_rate", "results"]
    assert content["family_error_rate"] == 1e-3
    assert [result["scenario"] for result in content["results"]] == WORKING


def test_plot_is_saved(capsys, tmp_path):
    status, _, _ = fluxwalk(capsys, *SMALL, "--batches", "2", "--plot", tmp_path / "a.png")
    assert status == 3
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("error", [walkers.KernelError("walker 7 is lost"), ZeroDivisionError()])
def test_internal_errors_end_with_4_and_a_saved_traceback(capsys, monkeypatch, tmp_path, error):
    def fail(*_):
        raise error

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(walkers.Together, "compute", fail)
    status, out, err = fluxwalk(capsys, *SMALL, "--batches", "2")
    assert (status, out) == (4, "")
    assert len(err.splitlines()) == 1
    (saved,) = tmp_path.iterdir()
    assert str(saved) in err
    assert "Traceback" in saved.read_text()


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"]])
def test_nothing_slow_is_loaded_to_list(arguments):
    slow = "jinja2 numba pandas matplotlib scipy.stats scipy.integrate"
    code = (
        f"import sys; from scenarios.cli import main; status = main({arguments!r});"
        f"loaded = [m for m in {slow!r}.split() if m in sys.modules];"
        "sys.exit(f'loaded {loaded}' if loaded else status)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, stdout=subprocess.DEVNULL)


def test_a_reader_that_goes_away_is_no_error():
    running = process("show", "random-walk")
    running.stdout.close()
    assert running.stderr.read() == ""
    assert running.wait() == cli.BROKEN_PIPE


def test_ctrl_c_keeps_the_finished_batches_and_says_how_to_resume(tmp_path):
    arguments = ["run", "random-walk", "--batches", "400", "--jobs", "1", "--store", tmp_path]
    command = shlex.join(["fluxwalk", *map(str, arguments)])
    for n_new in (1, 2, 3):
        n_batches = batches_in(tmp_path) + n_new  # of this process: by then it has begun
        running = process(*arguments)
        wait_for_batches(tmp_path, n_batches, running)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
        assert (running.returncode, out) == (130, "")
        assert err == (
            f"fluxwalk: interrupted; finished batches are kept, resume with: {command}\n"
        )
        assert n_batches <= batches_in(tmp_path) < 400


def test_ctrl_c_ends_processes_quietly(tmp_path):
    arguments = [*SMALL, "--batches", "100000", "--executor", "processes", "--store", tmp_path]
    running = process(*arguments, start_new_session=True)
    wait_for_batches(tmp_path, 2, running)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to every process
    _, err = running.communicate(timeout=120)
    assert running.returncode == 130
    said = [line for line in err.splitlines() if "to go" not in line]  # a forecast, where slow
    assert len(said) == 1
    assert "interrupted" in said[0]


def test_progress_goes_to_a_terminal_only_and_names_rate_time_and_error():
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "scenarios", "run", "random-walk", "--batches", "64"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # the other end was closed
        pass
    out, _ = running.communicate(timeout=120)
    assert b"quantity" in out
    assert "/64" in shown.decode()
    assert "batches/s" in shown.decode()
    assert "error" in shown.decode()


@pytest.mark.parametrize("name", ["analysis.py", "walkers.py"])
def test_a_stranger_s_module_is_named(tmp_path, name):
    (tmp_path / name).write_text("raise SystemExit('a stranger ran')")
    running = process("list", cwd=tmp_path)
    out, err = running.communicate(timeout=120)
    assert_refused((running.returncode, out, err), tmp_path / name, "rename")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "import scenarios"]
    imported = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert imported.returncode == 1
    assert imported.stderr.splitlines()[-1].startswith(f"ImportError: {tmp_path / name} is imp")
