"""``inspect`` finds everything that is wrong with stores, ``doctor`` with the machine."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from scenarios import _health, _selftest
from tests.scenarios.command import SMALL, assert_refused, fluxwalk
from walkers import read_run
from walkers.engine.store import _to_bytes
from walkers.engine.stored import row_sha256

ARGUMENTS = [*SMALL, "--batches", "8", "--json", "--wrong-rule", "persistence"]


@pytest.fixture
def file(capsys, tmp_path):
    fluxwalk(capsys, *ARGUMENTS, "--store", tmp_path)
    (path,) = tmp_path.iterdir()
    return path


def change(file, command, *values):
    with sqlite3.connect(file) as connection:
        connection.execute(command, values)
    connection.close()


def test_inspect_says_where_a_run_comes_from_and_recomputes_it(capsys, file):
    _, out, _ = fluxwalk(capsys, *ARGUMENTS)
    status, said, err = fluxwalk(capsys, "inspect", file.parent, "--recompute", "5", "--json")
    assert (status, err) == (0, "")
    (entry,) = json.loads(said)["files"]
    assert entry["record_sha256"] == json.loads(out)["record_sha256"]
    assert (entry["batches"], entry["batches_in_order"], entry["seed"]) == (8, 8, "1")
    assert (entry["format_version"], entry["stream_version"]) == (2, "1")
    assert entry["writers"][0]["numpy"] == np.__version__
    assert len(entry["recomputed"]) == 5
    assert (entry["different"], entry["problems"]) == ([], [])
    (question,) = entry["questions"]
    assert (question["scenario"], question["wrong_rule"]) == ("random-walk", "persistence")
    assert (question["parameters"]["steps"], question["answered_from"]) == (20, 8)
    again = json.loads(fluxwalk(capsys, "inspect", file, "--recompute", "5", "--json")[1])
    assert again["files"] == [entry]  # the same five


@pytest.mark.parametrize("columns", [80, 100])
def test_inspect_fits_a_terminal(capsys, monkeypatch, file, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.chdir(file.parent)
    status, out, _ = fluxwalk(capsys, "inspect", ".", "--recompute", "2")
    assert status == 0
    for words in ("wrong rule persistence", "steps=20", "sha256", "same bits", "checksum is right"):
        assert words in out
    assert max(map(len, out.splitlines())) <= columns


def test_inspect_lists_every_problem_of_every_file(capsys, file):
    folder = file.parent
    renamed = folder / "random-walk-000000000000.sqlite"
    shutil.copy(file, renamed)
    (folder / "text.sqlite").write_text("no database at all, " * 50)
    change(file, "UPDATE batches SET sha256 = 'no' WHERE batch IN (1, 5)")
    change(file, "UPDATE questions SET n_batches = 7")
    contents = {path: path.read_bytes() for path in folder.iterdir()}
    status, out, err = fluxwalk(capsys, "inspect", folder, "--json")
    assert status == 2
    problems = {Path(e["file"]).name: len(e["problems"]) for e in json.loads(out)["files"]}
    assert problems == {file.name: 3, renamed.name: 1, "text.sqlite": 1}
    assert len(err.splitlines()) == 5
    for words in (f"drop-batch {file} 1\n", f"drop-batch {file} 5\n", "renamed", "text.sqlite"):
        assert words in err
    assert {path: path.read_bytes() for path in folder.iterdir()} == contents


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("seed", "2", "do not match its digest"),
        ("seed", "two", "cannot be read"),
        ("model", "{}", "do not match its digest"),
        ("format_version", "9", "format_version is '9'"),
    ],
)
def test_inspect_verifies_who_a_run_is(capsys, file, name, value, words):
    change(file, "UPDATE identity SET value = ? WHERE name = ?", value, name)
    status, out, err = fluxwalk(capsys, "inspect", file)
    assert (status, "1 problem" in out) == (2, True)
    assert words in err


def test_inspect_convicts_bits_that_no_kernel_gives(capsys, file):
    arrays = {name: np.array(array) for name, array in read_run(file).batches[3].items()}
    next(iter(arrays.values())).flat[0] += 1
    blob = _to_bytes(arrays)
    change(file, "UPDATE batches SET arrays = ?, sha256 = ? WHERE batch = 3", blob,
           row_sha256(3, blob))  # fmt: skip
    assert fluxwalk(capsys, "inspect", file)[0] == 0  # every checksum is right
    status, out, err = fluxwalk(capsys, "inspect", file, "--recompute", "8")
    assert (status, "other bits" in out) == (1, True)
    assert f"{file}: recomputed with other bits: batch 3 (written by " in err
    assert len(err.splitlines()) == 1


def test_inspect_refuses_what_is_no_store(capsys, tmp_path):
    assert_refused(fluxwalk(capsys, "inspect", tmp_path), "holds no stored run")
    assert_refused(fluxwalk(capsys, "inspect", tmp_path / "no"), "no such folder")
    assert_refused(fluxwalk(capsys, "inspect", tmp_path, "--recompute", "0"), "recompute", "0")


def test_doctor_finds_nothing_wrong_here_and_the_published_bits(capsys):
    """The digests in scenarios/_selftest.py hold on every machine."""
    status, out, err = fluxwalk(capsys, "doctor", "--json")
    found = {entry["name"]: entry for entry in json.loads(out)["findings"]}
    assert (status, err) == (0, ""), out
    assert {f"bits: {name}" for name in _selftest.MODELS} <= set(found)
    assert all(entry["ok"] and entry["advice"] is None for entry in found.values())


def test_doctor_names_the_extras_that_are_not_there(monkeypatch):
    required = [
        "rich>=1",
        "numpy; extra == 'one'",
        'no-such>=2; extra == "two"',
        "x; extra=='test'",
    ]
    monkeypatch.setattr("importlib.metadata.requires", lambda _: required)
    finding = _health._extras()
    assert finding.is_right
    assert finding.found == "one; not there (pip install 'fluxwalk[…]'): two"


def test_doctor_says_what_is_wrong_and_what_to_do(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(_health, "free_memory", lambda: 2**20)
    monkeypatch.setattr(_selftest, "PUBLISHED", {"open lattice": "0" * 64})
    status, out, _ = fluxwalk(capsys, "doctor")
    wrong = {line[:15].strip(): line for line in out.splitlines() if " wrong " in line}
    assert status == 1
    assert list(wrong) == ["kernel cache", "memory", "bits: open latt"]
    assert "set XDG_CACHE_HOME" in wrong["kernel cache"]
    assert "published is 000000000000…: report it" in wrong["bits: open latt"]
