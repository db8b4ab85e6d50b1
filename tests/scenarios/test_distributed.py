"""One run on other engines, and in shares: the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.scenarios.command import ROOT, assert_refused, fluxwalk, process

pytestmark = pytest.mark.compiled

MINE = '''"""Do coins fall fairly?

Rule: heads with probability one half.
"""

from dataclasses import dataclass

import numpy as np

import analysis
import walkers
from analysis import Check, Prediction
from scenarios import Parameters, Quantity


class Params(Parameters):
    pass


def heads(random, n):
    return np.array((random.random(n) < 0.5).mean())


@dataclass(frozen=True, eq=False)
class Coins(walkers.Model):
    seconds_per_batch = 0.001

    def compute(self, seed, batch):
        return {"heads": heads(np.random.default_rng([seed, batch]), self.n_walkers)}


QUANTITIES = {"heads": Quantity("1", "1", "share of heads")}


def build(p):
    return Coins(1000)


def laws(p):
    return {"heads": Prediction("fair coins", 0.5, 0.5)}


def checks(record, p):
    return [Check("heads", analysis.batch_mean(record["heads"], "1"), laws(p)["heads"], 1.0)]
'''


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    return ["run", file, "--batches", "16", "--json"]


def sha256(result):
    status, out, err = result
    assert status in (0, 3), err
    return json.loads(out)["record_sha256"]


@pytest.fixture
def expected(capsys, mine):
    return sha256(fluxwalk(capsys, *mine))


@pytest.mark.parametrize("kind", ["processes", "dask"])
def test_a_scenario_file_runs_on_any_engine(capsys, mine, expected, kind):
    assert sha256(fluxwalk(capsys, *mine, "--executor", kind, "--jobs", "2")) == expected


@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="needs mpiexec")
def test_a_scenario_file_runs_on_ranks(mine, expected):
    def ranks(*arguments):
        ended = subprocess.run(
            ["mpiexec", "--oversubscribe", "-n", "3", sys.executable, "-m", "mpi4py.futures",
             "-m", "scenarios", *map(str, arguments), "--executor", "mpi"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMPI_ALLOW_RUN_AS_ROOT": "1",
                 "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return ended.returncode, ended.stdout, ended.stderr

    assert sha256(ranks(*mine)) == expected
    status, out, err = ranks("run", "random-walk", "--batches", "1")
    assert (status, out) == (2, "")
    assert "fluxwalk: batches: must be at least 2" in err


def test_shards_are_merged_into_the_uninterrupted_run(capsys, tmp_path, mine, expected):
    folders = [tmp_path / f"shard {i}" for i in (1, 2, 3)]
    for i, folder in enumerate(folders, 1):
        for _ in range(2):  # the second time nothing is left to do
            status, out, err = fluxwalk(capsys, *mine[:-1], "--store", folder, "--shard", f"{i}/3")
            assert (status, err) == (0, "")
            assert f"shard {i}/3, {6 if i == 1 else 5} batches" in out
            assert f"fluxwalk merge '{folder}' DIR... -o MERGED" in out
    merged = tmp_path / "merged"
    status, out, err = fluxwalk(capsys, "merge", *folders, "-o", merged)
    assert (status, err) == (0, "")
    assert out.endswith(": 16 batches\n")
    before = next(merged.iterdir()).read_bytes()
    assert sha256(fluxwalk(capsys, *mine, "--store", merged)) == expected
    assert len(next(merged.iterdir()).read_bytes()) == len(before)
    assert_refused(fluxwalk(capsys, "merge", *folders, "-o", merged), "is there already")
    status, out, _ = fluxwalk(capsys, "merge", folders[0], folders[2], "-o", tmp_path / "some")
    assert "11 batches; 5 before the last one are missing: 1, 4, 7, 10, 13" in out


def test_ranks_without_mpiexec_say_how_to_start_them():
    running = process("run", "random-walk", "--executor", "mpi")
    out, err = running.communicate(timeout=120)
    words = "mpiexec -n 4 python -m mpi4py.futures -m scenarios run NAME --executor mpi"
    assert_refused((running.returncode, out, err), words)


SHARD = ["run", "random-walk", "--shard"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*SHARD, "3/2", "--batches", "4", "--store", "s"], ["--shard", "1 ≤ i ≤ n", "'3/2'"]),
        ([*SHARD, "half", "--batches", "4", "--store", "s"], ["--shard", "'half'"]),
        ([*SHARD, "1/2", "--store", "s"], ["--shard", "--batches"]),
        ([*SHARD, "1/2", "--precision", "0.1", "--store", "s"], ["--shard", "--batches"]),
        ([*SHARD, "1/2", "--batches", "4"], ["--shard", "--store"]),
        ([*SHARD, "1/2", "--batches", "4", "--store", "s", "--plot", "a.png"], ["figure"]),
        (["merge", "-o", "all"], ["DIR"]),
        (["merge", "none"], ["--output"]),
        (["merge", "none", "-o", "all"], ["none: no such folder"]),
        (["merge", "none", "-o", "/dev/null"], ["--output", "is a file"]),
        (["run", "random-walk", "--executor", "dask:"], ["--executor", "dask:ADDRESS", "'dask:'"]),
        (["run", "random-walk", "--executor", "dask:here"], ["no scheduler answers at here"]),
        (["run", "random-walk", "--jobs", "2", "--executor", "dask:tcp://a:1"], ["--jobs", "2"]),
    ],
)
def test_what_cannot_be_distributed_is_refused(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert_refused(fluxwalk(capsys, *arguments), *words)
    assert list(tmp_path.iterdir()) == []
