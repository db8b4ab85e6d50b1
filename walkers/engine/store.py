"""One SQLite file per run: a batch counts once it is on the disk, and never silently changes.

Rows carry their own sha256, because SQLite's check of its pages misses most flipped bits.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shlex
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .model import STREAM_VERSION, Arrays, Model
from .record import software_versions

FORMAT_VERSION = 1


class StoreError(ValueError):
    """A store that cannot be read or written: says which file, what is wrong, what to do."""


@dataclass(frozen=True)
class Store:
    """Folder that keeps runs, one file each, named ``<name>-<12 digits of the run's digest>``."""

    folder: Path
    name: str = "run"

    def path(self, model: Model, seed: int) -> Path:
        """File of one run."""
        return Path(self.folder) / f"{self.name}-{run_digest(model, seed)[:12]}.sqlite"


def run_digest(model: Model, seed: int) -> str:
    """Sha256 that names a run: its model, its seed and the version of the random streams."""
    text = json.dumps([model.digest(), seed, STREAM_VERSION])
    return hashlib.sha256(text.encode()).hexdigest()


class RunFile:
    """The open file of one run; only the coordinating process writes it."""

    def __init__(self, path: Path, model: Model, seed: int) -> None:
        """Check the whole file read-only first, so that a damaged one is left as it was."""
        self.path = path
        self._identity = {
            "format_version": str(FORMAT_VERSION),
            "run_digest": run_digest(model, seed),
            "seed": str(seed),
            "stream_version": str(STREAM_VERSION),
            "model": model.canonical_json(),
            "versions": json.dumps(software_versions(), sort_keys=True),
        }
        with self._readable_errors():
            finished = self._read_all() if path.exists() else None
            self.finished = finished or {}
            self._connection = self._open_for_writing(begun=finished is not None)

    def add(self, batch: int, arrays: Arrays) -> None:
        """Save one finished batch; when this returns it survives a crash."""
        blob = _to_bytes(arrays)
        row = (batch, blob, _row_sha256(batch, blob))
        with self._readable_errors(), self._connection:
            self._connection.execute("INSERT OR IGNORE INTO batches VALUES (?, ?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _open_for_writing(self, begun: bool) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=30.0)
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=FULL")
        if begun:
            return connection
        with connection:
            connection.execute("BEGIN IMMEDIATE")  # all of the beginning, or nothing
            connection.execute(
                "CREATE TABLE IF NOT EXISTS identity (name TEXT PRIMARY KEY, value TEXT)"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS batches"
                " (batch INTEGER PRIMARY KEY, arrays BLOB, sha256 TEXT)"
            )
            connection.executemany(
                "INSERT OR IGNORE INTO identity VALUES (?, ?)", self._identity.items()
            )
        return connection

    def _read_all(self) -> dict[int, Arrays] | None:
        """Read and verify every row of an existing file without writing to it.

        None for an empty file: its writer was killed before its first commit.
        """
        # A writer that was killed leaves a journal, which only a writing connection can undo.
        killed = self.path.with_name(self.path.name + "-journal").exists()
        address = f"{self.path.resolve().as_uri()}?mode={'rw' if killed else 'ro'}"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30.0)) as connection:
            if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                if self.path.stat().st_size == 0:
                    return None
                raise StoreError(f"{self.path}: damaged store (cut off within its header)")
            self._check_identity(connection)
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if state != "ok":
                raise StoreError(f"{self.path}: damaged store ({state.splitlines()[0]})")
            rows = connection.execute("SELECT batch, arrays, sha256 FROM batches ORDER BY batch")
            return {batch: self._verified(batch, blob, sha) for batch, blob, sha in rows}

    def _check_identity(self, connection: sqlite3.Connection) -> None:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not {"identity", "batches"} <= tables:
            raise StoreError(f"{self.path}: not a fluxwalk store (no table of batches)")
        found = dict(connection.execute("SELECT name, value FROM identity"))
        for name in ("format_version", "stream_version", "seed", "run_digest", "model"):
            if found.get(name) != self._identity[name]:
                raise StoreError(
                    f"{self.path}: the store's {name} is not this run's "
                    f"({str(found.get(name))[:40]!r}, expected {self._identity[name][:40]!r})"
                )

    def _verified(self, batch: object, blob: object, sha256: object) -> Arrays:
        if (
            not isinstance(batch, int)
            or not isinstance(blob, bytes)
            or _row_sha256(batch, blob) != sha256
        ):
            raise StoreError(
                f"{self.path}: batch {batch} is damaged; drop it with: "
                f"fluxwalk drop-batch {shlex.quote(str(self.path))} {batch}"
            )
        return _from_bytes(blob)

    @contextlib.contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.path}: the store cannot be used ({error})") from error


def drop_batch(path: Path, batch: int) -> None:
    """Delete one row of a store, so that the next run computes that batch again.

    Raises
    ------
    StoreError
        If the file is no store or does not hold the batch.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no such store")
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            n_dropped = connection.execute("DELETE FROM batches WHERE batch = ?", (batch,)).rowcount
    except sqlite3.Error as error:
        raise StoreError(f"{path}: the store cannot be used ({error})") from error
    if n_dropped == 0:
        raise StoreError(f"{path}: holds no batch {batch}")


def _row_sha256(batch: int, blob: bytes) -> str:
    return hashlib.sha256(f"{batch}:".encode() + blob).hexdigest()


def _to_bytes(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _from_bytes(blob: bytes) -> Arrays:
    with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
        return dict(archive)
