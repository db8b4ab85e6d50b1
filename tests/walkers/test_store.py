"""One file per run: one writer at a time, killed at any moment, and never a wrong number."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from benchmarks import kills
from walkers import (
    Axis,
    ClosedWalk,
    InlineExecutor,
    RunFile,
    Store,
    StoreError,
    drop_batch,
    read_run,
    run,
    threads,
)
from walkers.engine import store as store_module

ROOT = Path(__file__).resolve().parents[2]
MODEL, SEED = kills.MODEL, kills.SEED
INLINE = InlineExecutor()

HOLDING = """
import sys, time
from benchmarks.kills import MODEL, SEED
from walkers import Store
with Store(sys.argv[1]).open(MODEL, SEED):
    print("held", flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def holder(folder):
    """Another process that writes the run, until it is killed."""
    command = [sys.executable, "-c", HOLDING, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert running.stdout.readline() == "held\n"
        yield running
    finally:
        running.kill()
        running.communicate()


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


def test_who_writes_later_is_noted(tmp_path, monkeypatch):
    run(MODEL, SEED, 2, store=tmp_path, executor=INLINE)
    monkeypatch.setattr(store_module, "writer", lambda: {"numpy": "9.9"})
    for n_batches in (2, 3, 4):
        run(MODEL, SEED, n_batches, store=tmp_path, executor=INLINE)
    first, second = read_run(Store(tmp_path).path(MODEL, SEED)).writers
    assert second == {"numpy": "9.9"}
    assert first["numpy"] != "9.9"
    assert first["machine"].endswith(f"{os.cpu_count()} cores")


# Killed ------------------------------------------------------------------------------------


def test_ten_kills_lose_nothing():
    """Whatever is lost, damaged or counted twice raises; ``python -m benchmarks.kills 200``."""
    command = [sys.executable, "-m", "benchmarks.kills", "10", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["killed"] == 10
    assert seen["in a commit"] > 0


def interrupted_commit(folder):
    """Database before a commit, its journal in the middle, and the database then."""
    file = Store(folder).path(kills.MODEL, kills.SEED)
    run(kills.MODEL, kills.SEED, 20, store=folder, executor=INLINE)
    before = file.read_bytes()
    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("PRAGMA cache_size = 1")  # pages are written while it goes on
        connection.execute("BEGIN")
        connection.execute("UPDATE batches SET sha256 = 'half', arrays = zeroblob(1500)")
        journal, within = file.with_name(f"{file.name}-journal").read_bytes(), file.read_bytes()
        connection.execute("ROLLBACK")
    connection.close()
    assert within != before
    return file, before, journal, within


def test_a_power_cut_within_a_commit_loses_nothing(tmp_path):
    """Either the journal is not whole and the file untouched, or the file is in part written."""
    file, before, journal, within = interrupted_commit(tmp_path)
    pages = [slice(start, start + 4096) for start in range(0, len(before), 4096)]
    states = [(before, journal[: len(journal) * part // 16]) for part in range(17)]
    for n_written in range(0, len(pages), 3):
        torn = [within[page] for page in pages[:n_written]]
        states.append((b"".join([*torn, *(before[page] for page in pages[n_written:])]), journal))
    for content, left in states:
        file.write_bytes(content)
        file.with_name(f"{file.name}-journal").write_bytes(left)
        kills.finished(tmp_path, 20)
        assert len(read_run(file).batches) == kills.N_BATCHES


def test_a_disk_that_lies_about_its_journal_is_found_out(tmp_path):
    """A file in part written and a journal cut off: nothing can mend that, nothing hides it."""
    file, _, journal, within = interrupted_commit(tmp_path)
    n_refused = 0
    for part in range(16):
        file.write_bytes(within)
        file.with_name(f"{file.name}-journal").write_bytes(journal[: len(journal) * part // 16])
        try:
            kills.finished(tmp_path, 20)
        except StoreError as error:
            assert str(file) in str(error)
            n_refused += 1
    assert n_refused > 8


# Disks -------------------------------------------------------------------------------------

FILLING = """
import resource, sys
from benchmarks import kills
from walkers import InlineExecutor, StoreError, run
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    run(kills.MODEL, kills.SEED, 500, store=sys.argv[1], executor=InlineExecutor())
except StoreError as error:
    print(error)
"""


def test_a_file_that_may_not_grow_is_one_line_and_keeps_what_was_saved(tmp_path):
    command = [sys.executable, "-c", FILLING, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    file = Store(tmp_path).path(kills.MODEL, kills.SEED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{file}: the store cannot be used (")
    assert done.stdout.count("\n") == 1
    n_kept = len(read_run(file).batches)
    assert 5 < n_kept < 500
    assert list(tmp_path.iterdir()) == [file]
    assert run(kills.MODEL, kills.SEED, 30, store=tmp_path).n_batches == 30


def test_a_folder_that_vanishes_is_one_line(tmp_path):
    folder = tmp_path / "store"

    def remove(finished):
        if len(finished) == 3:
            shutil.rmtree(folder)

    with pytest.raises(StoreError, match=re.escape(str(folder))):
        run(kills.MODEL, kills.SEED, 9, store=folder, executor=INLINE, progress=remove)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["EROFS", "EACCES", "ENOSPC", "EDQUOT", "EIO"])
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, name):
    real = os.open

    def refusing(path, flags, *mode, **options):
        if flags & os.O_CREAT:
            raise OSError(getattr(errno, name), os.strerror(getattr(errno, name)), path)
        return real(path, flags, *mode, **options)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(StoreError, match=os.strerror(getattr(errno, name))):
        run(MODEL, SEED, 2, store=tmp_path, executor=INLINE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_read_only_folder_is_one_line(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        run(MODEL, SEED, 2, store=tmp_path, executor=INLINE)


def test_a_slow_disk_is_waited_for_while_the_workers_go_on(tmp_path, monkeypatch):
    """What lands during a commit goes into the next one, and there is always enough to do."""
    real, sizes = RunFile.add, []

    def slow(self, batches):
        sizes.append(len(batches))
        time.sleep(0.1)
        real(self, batches)

    def compute(self, seed, batch):
        time.sleep(0.005)
        return {"number": kills.np.array(batch)}

    monkeypatch.setattr(RunFile, "add", slow)
    monkeypatch.setattr(kills.Numbers, "compute", compute)
    with threads(2) as pool:
        record = run(kills.MODEL, kills.SEED, 200, store=tmp_path, executor=pool)
    assert record["number"].tolist() == list(range(200))
    assert sum(sizes) == 200
    assert len(sizes) < 20, sizes  # four at a time would be fifty


# Formats -----------------------------------------------------------------------------------

OLD = Path(__file__).with_name("store-v1.sqlite")
"""Written by the first version: four batches of this model with seed 5."""
OLD_MODEL = ClosedWalk(40, axes=(Axis(),), n_steps=9, start=(0,), stops=(9,))


def test_a_store_of_version_1_is_read_and_upgraded_when_it_is_written(tmp_path):
    file = Store(tmp_path).path(OLD_MODEL, 5)
    shutil.copy(OLD, file)
    old = read_run(file)
    assert (old.format_version, len(old.batches), old.questions) == (1, 4, {})
    executor = kills.Counting()
    with Store(tmp_path).open(OLD_MODEL, 5) as run_file:
        record = run(OLD_MODEL, 5, 6, store=run_file, executor=executor)
        run_file.ask("why?", 6)
    assert executor.n_run == 2
    assert record.sha256() == run(OLD_MODEL, 5, 6, executor=INLINE).sha256()
    new = read_run(file)
    assert (new.format_version, len(new.batches), new.questions) == (2, 6, {"why?": 6})


@pytest.mark.parametrize("version", ["3", "two", None])
def test_a_newer_format_is_refused_by_name_and_left_alone(tmp_path, version):
    file = Store(tmp_path).path(OLD_MODEL, 5)
    shutil.copy(OLD, file)
    with sqlite3.connect(file) as connection:
        connection.execute(
            "UPDATE identity SET value = ? WHERE name = 'format_version'", (version,)
        )
    connection.close()
    content = file.read_bytes()
    with pytest.raises(StoreError, match=f"format_version is '{version}'; this .* reads 1 and 2"):
        run(OLD_MODEL, 5, 6, store=tmp_path, executor=INLINE)
    assert file.read_bytes() == content
