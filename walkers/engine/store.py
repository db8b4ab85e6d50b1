"""One SQLite file per run: a batch counts once it is on the disk, and never silently changes."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .lock import WriterLock
from .model import STREAM_VERSION, Arrays, Model
from .provenance import writer
from .stored import FORMAT_VERSION, StoreError, read_run, readable_errors, row_sha256

_TABLES = (
    "CREATE TABLE IF NOT EXISTS identity (name TEXT PRIMARY KEY, value TEXT)",
    "CREATE TABLE IF NOT EXISTS batches (batch INTEGER PRIMARY KEY, arrays BLOB, sha256 TEXT)",
    "CREATE TABLE IF NOT EXISTS questions"
    " (question TEXT PRIMARY KEY, n_batches INTEGER, sha256 TEXT)",
)


@dataclass(frozen=True)
class Store:
    """Folder that keeps runs, one file each, named ``<name>-<12 digits of the run's digest>``."""

    folder: Path
    name: str = "run"

    def path(self, model: Model, seed: int) -> Path:
        """File of one run."""
        return Path(self.folder) / f"{self.name}-{run_digest(model, seed)[:12]}.sqlite"

    def open(self, model: Model, seed: int) -> RunFile:
        """Open the file of one run for reading and writing; begin it where there is none."""
        return RunFile(self.path(model, seed), model, seed)


def run_digest(model: Model, seed: int) -> str:
    """Sha256 that names a run: its model, its seed and the version of the random streams."""
    text = json.dumps([model.digest(), seed, STREAM_VERSION])
    return hashlib.sha256(text.encode()).hexdigest()


class RunFile:
    """The open file of one run; only its coordinating process writes it, and nobody else."""

    def __init__(self, path: Path, model: Model, seed: int) -> None:
        """Check the whole file read-only first, so that a damaged one is left as it was."""
        self.path = path
        self._writer = writer()
        self._identity = {
            "format_version": str(FORMAT_VERSION),
            "run_digest": run_digest(model, seed),
            "seed": str(seed),
            "stream_version": str(STREAM_VERSION),
            "model": model.canonical_json(),
            "versions": json.dumps(self._writer, sort_keys=True),
            "begun": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        }
        self._lock = _sole_writer(path)
        try:
            stored = read_run(path)
            if stored is not None:
                self._refuse_another_run(stored.identity)
            self.finished = {} if stored is None else dict(stored.batches)
            self._answers = {} if stored is None else dict(stored.questions)
            self._writers = [self._writer] if stored is None else stored.writers
            is_current = stored is not None and stored.format_version == FORMAT_VERSION
            with readable_errors(path):
                self._connection = self._open_for_writing(is_current)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> RunFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def add(self, batches: Mapping[int, Arrays]) -> None:
        """Save finished batches; when this returns they survive a crash."""
        blobs = {batch: _to_bytes(arrays) for batch, arrays in batches.items()}
        rows = [(batch, blob, row_sha256(batch, blob)) for batch, blob in blobs.items()]
        with readable_errors(self.path), self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO batches VALUES (?, ?, ?)", rows)
            if self._writer not in self._writers:
                self._sign()
        self.finished.update(batches)

    def ask(self, question: str, n_batches: int | None = None) -> None:
        """Note what is asked of this run, and, once it is answered, from how many batches.

        ``question`` is any text; a run keeps each one once, with its largest answer: which of
        several answers is told is not a choice.
        """
        known = self._answers.get(question)
        n_batches = max(known or 0, n_batches or 0) or None
        if question in self._answers and known == n_batches:
            return
        row = (question, n_batches, row_sha256(str(n_batches), question.encode()))
        with readable_errors(self.path), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO questions VALUES (?, ?, ?)", row)
        self._answers[question] = n_batches

    def close(self) -> None:
        """Close the file, and let others write it."""
        self._connection.close()
        self._lock.close()

    def _sign(self) -> None:
        """Note who writes now, because others began the file."""
        self._writers = [*self._writers, self._writer]
        row = ("later_versions", json.dumps(self._writers[1:], sort_keys=True))
        self._connection.execute("INSERT OR REPLACE INTO identity VALUES (?, ?)", row)

    def _refuse_another_run(self, identity: Mapping[str, str]) -> None:
        for name in ("stream_version", "seed", "run_digest", "model"):
            if identity.get(name) != self._identity[name]:
                raise StoreError(
                    f"{self.path}: the store's {name} is not this run's "
                    f"({str(identity.get(name))[:40]!r}, expected {self._identity[name][:40]!r})"
                )

    def _open_for_writing(self, is_current: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30.0)
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=FULL")
        if is_current:
            return connection
        with connection:
            connection.execute("BEGIN IMMEDIATE")  # all of the beginning, or nothing
            create_tables(connection, self._identity)
        return connection


def create_tables(connection: sqlite3.Connection, identity: Mapping[str, str]) -> None:
    """Begin a file, or bring one of an older format up to date."""
    for table in _TABLES:
        connection.execute(table)
    rows = identity.items()
    connection.executemany("INSERT OR IGNORE INTO identity VALUES (?, ?)", rows)
    connection.execute(
        "UPDATE identity SET value = ? WHERE name = 'format_version'", (str(FORMAT_VERSION),)
    )


def drop_batch(path: Path, batch: int) -> None:
    """Delete one row of a store, so that the next run computes that batch again.

    Raises
    ------
    StoreError
        If the file is no store or does not hold the batch.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no such store")
    with (
        contextlib.closing(_sole_writer(path)),
        readable_errors(path),
        contextlib.closing(sqlite3.connect(path)) as connection,
        connection,
    ):
        n_dropped = connection.execute("DELETE FROM batches WHERE batch = ?", (batch,)).rowcount
    if n_dropped == 0:
        raise StoreError(f"{path}: holds no batch {batch}")


def _sole_writer(path: Path) -> WriterLock:
    """Take the right to write a file, or refuse with a line that says who has it."""
    with readable_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return WriterLock(path)


def _to_bytes(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
