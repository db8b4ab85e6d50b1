"""Ctrl-C, SIGTERM and kill −9: in order, at once, and no worker left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import SimpleNamespace

import pytest

from scenarios import cli
from tests.scenarios.command import SMALL, process
from tests.scenarios.test_cli import wait_for_batches

SLOW = '''
"""How long does a batch take?"""

import time
from dataclasses import dataclass

import numpy as np

import walkers
from analysis import Prediction
from scenarios import Parameters, Quantity


class Params(Parameters):
    """None."""


QUANTITIES = {"mean": Quantity("", "the law", "mean")}


@dataclass(frozen=True, eq=False)
class Slow(walkers.Model):
    seconds_per_batch = 1e-3

    def compute(self, seed, batch):
        time.sleep(0.0 if batch < 2 else 3.0)
        return {"x": np.arange(3.0) + batch}


def build(p):
    return Slow(1)


def laws(p):
    return {"mean": Prediction("law", 1.0, 1.0, "rival", 2.0)}


def checks(record, p):
    return []
'''


def ended(running, number, everyone=False):
    (os.killpg if everyone else os.kill)(running.pid, number)
    _, err = running.communicate(timeout=120)
    return running.returncode, err.splitlines()


@pytest.mark.parametrize("arguments", [["list"], [*SMALL, "--batches", "100000"]])
def test_no_traceback_while_it_starts(arguments):
    for delay in (0.15, 0.3, 0.6):
        running = process(*arguments)
        time.sleep(delay)
        status, said = ended(running, signal.SIGINT)
        assert status in (130, -signal.SIGINT, 0), said  # before Python's own start, or too late
        assert len(said) <= 2
        assert all(line.startswith("fluxwalk: ") for line in said), said


@pytest.mark.parametrize("command", ["run", "validate", "sweep"])
def test_how_to_resume_is_said_of_whatever_may_have_a_store(command):
    kept = cli._how_to_resume([command, "x", "--store", "a folder"])
    assert kept.endswith(f"are kept, resume with: fluxwalk {command} x --store 'a folder'")
    lost = cli._how_to_resume([command, "x"])
    assert lost.endswith(f"nothing is kept without a store: fluxwalk {command} x --store DIR")


def test_a_job_of_several_ranks_is_resumed_as_one(monkeypatch):
    job = SimpleNamespace(COMM_WORLD=SimpleNamespace(Get_size=lambda: 3))
    monkeypatch.setitem(sys.modules, "mpi4py.MPI", job)
    kept = cli._how_to_resume(["run", "x", "--executor", "mpi", "--store", "s"])
    again = "mpiexec -n 3 python -m mpi4py.futures -m scenarios run x --executor mpi --store s"
    assert kept == f"finished batches are kept, resume with: {again}"


def test_sigterm_ends_all_processes_of_a_job_in_order(tmp_path):
    arguments = [*SMALL, "--batches", "100000", "--executor", "processes", "--store", tmp_path]
    running = process(*arguments, start_new_session=True)
    wait_for_batches(tmp_path, 2, running)
    status, said = ended(running, signal.SIGTERM, everyone=True)
    assert status == cli.TERMINATED == 143
    assert "finished batches are kept, resume with: fluxwalk run" in said[-1]
    assert all(line.startswith("fluxwalk: ") for line in said), said
    assert len(list(tmp_path.iterdir())) == 1
    assert_no_worker_is_left(running)


def test_ctrl_c_ends_a_dask_cluster_in_order(tmp_path):
    arguments = [*SMALL, "--batches", "100000", "--executor", "dask", "--store", tmp_path]
    running = process(*arguments, start_new_session=True)
    wait_for_batches(tmp_path, 2, running)
    status, said = ended(running, signal.SIGINT, everyone=True)
    assert status == 130
    assert "finished batches are kept, resume with: fluxwalk run" in said[-1]
    assert all(line.startswith("fluxwalk: ") for line in said), said
    assert_no_worker_is_left(running)


def test_long_batches_are_waited_for_with_a_word_and_left_at_the_second_ctrl_c(tmp_path):
    scenario, store = tmp_path / "slow.py", tmp_path / "store"
    scenario.write_text(SLOW)
    running = process("run", scenario, "--batches", "64", "--jobs", "2", "--store", store)
    wait_for_batches(store, 2, running)
    running.send_signal(signal.SIGINT)
    line = running.stderr.readline()
    assert line.startswith("fluxwalk: finishing ") and line.endswith(
        " in flight; Ctrl-C again to leave them\n"
    )
    status, said = ended(running, signal.SIGINT)
    assert (status, said) == (130, ["fluxwalk: interrupted, and left at once"])
    assert [file.suffix for file in store.iterdir()] == [".sqlite"]


def test_workers_go_with_a_killed_coordinator(tmp_path):
    arguments = [*SMALL, "--batches", "100000", "--executor", "processes", "--store", tmp_path]
    running = process(*arguments, start_new_session=True)
    wait_for_batches(tmp_path, 1, running)
    assert workers_of(running.pid)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    assert_no_worker_is_left(running)


def assert_no_worker_is_left(running):
    end = time.monotonic() + 60.0
    while left := workers_of(running.pid):
        assert time.monotonic() < end, left
        time.sleep(0.05)


def workers_of(session):
    """Other processes of a session, those that have ended but for their name left out."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat") as file:
                state, _, _, its_session = file.read().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        if int(its_session) == session and int(name) != session and state not in "ZX":
            found.append(int(name))
    return found
