"""One file per run: one writer at a time, killed at any moment, and never a wrong number."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.walkers.small_models import SMALL_MODELS
from walkers import InlineExecutor, Store, StoreError, drop_batch, read_run, run
from walkers.engine import store as store_module

ROOT = Path(__file__).resolve().parents[2]
MODEL, SEED = SMALL_MODELS["together"], 5
INLINE = InlineExecutor()

HOLDING = """
import sys, time
from tests.walkers.test_store import MODEL, SEED
from walkers import Store
with Store(sys.argv[1]).open(MODEL, SEED):
    print("held", flush=True)
    time.sleep(600)
"""


def holder(folder):
    """Another process that writes the run."""
    command = [sys.executable, "-c", HOLDING, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert running.stdout.readline() == "held\n"
    return running


def test_a_second_writer_is_told_who_holds_the_file_until_that_one_is_gone(tmp_path):
    file = Store(tmp_path).path(MODEL, SEED)
    with holder(tmp_path) as other:
        who = rf"host {re.escape(socket.gethostname())}, pid {other.pid}, since \d{{4}}-.* UTC"
        for write in (lambda: run(MODEL, SEED, 2, store=tmp_path), lambda: drop_batch(file, 0)):
            with pytest.raises(StoreError, match=who) as refused:
                write()
            assert str(refused.value).startswith(f"{file}: another run is writing it (host")
            assert len(str(refused.value).splitlines()) == 1
        run(MODEL, SEED + 1, 2, store=tmp_path, executor=INLINE)  # another run, another file
        other.send_signal(signal.SIGKILL)
    run(MODEL, SEED, 2, store=tmp_path, executor=INLINE)
    files = [file, Store(tmp_path).path(MODEL, SEED + 1)]
    assert sorted(tmp_path.iterdir()) == sorted(files)  # what was killed leaves nothing either


def test_two_runs_in_one_process_are_two_writers(tmp_path):
    store = Store(tmp_path)
    with store.open(MODEL, SEED):
        with pytest.raises(StoreError, match=f"pid {os.getpid()}"):
            store.open(MODEL, SEED)
        with pytest.raises(StoreError, match=f"pid {os.getpid()}"):  # nor did that let anyone in
            store.open(MODEL, SEED)
    with store.open(MODEL, SEED) as run_file:
        assert len(list(tmp_path.iterdir())) == 2
        run(MODEL, SEED, 3, store=run_file, executor=INLINE)
    assert list(tmp_path.iterdir()) == [store.path(MODEL, SEED)]


def test_a_refused_writer_leaves_sqlite_s_own_locks_alone(tmp_path):
    store = Store(tmp_path)
    with store.open(MODEL, SEED) as run_file:
        run_file._connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another run"):
            store.open(MODEL, SEED)
        look = "connect(sys.argv[1], timeout=0).execute('SELECT 1 FROM batches')"
        command = [sys.executable, "-c", f"import sqlite3, sys; sqlite3.{look}", run_file.path]
        reader = subprocess.run(command, stderr=subprocess.PIPE)
        assert b"database is locked" in reader.stderr
        run_file._connection.rollback()


def test_a_forked_worker_that_outlives_its_parent_does_not_hold_the_lock(tmp_path):
    store = Store(tmp_path)
    run_file = store.open(MODEL, SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of other tests
        child = os.fork()
    if child == 0:
        signal.pause()
    try:
        run_file.close()
        store.open(MODEL, SEED).close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert list(tmp_path.iterdir()) == [store.path(MODEL, SEED)]


@pytest.mark.parametrize("error", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_is_refused(tmp_path, monkeypatch, error):
    def flock(*_):
        raise OSError(getattr(errno, error), "not here")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(StoreError, match="has no locks"):
        run(MODEL, SEED, 2, store=tmp_path, executor=INLINE)


def test_versions_that_write_later_are_noted(tmp_path, monkeypatch):
    run(MODEL, SEED, 2, store=tmp_path, executor=INLINE)
    monkeypatch.setattr(store_module, "software_versions", lambda: {"numpy": "9.9"})
    for n_batches in (2, 3, 4):
        run(MODEL, SEED, n_batches, store=tmp_path, executor=INLINE)
    first, second = read_run(Store(tmp_path).path(MODEL, SEED)).writers
    assert second == {"numpy": "9.9"}
    assert first["numpy"] != "9.9"
