"""Read the file of a run and verify every row of it, without writing and without its model.

Rows carry their own sha256, because SQLite's check of its pages misses most flipped bits.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import shlex
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .lock import HeldError
from .model import Arrays

FORMAT_VERSION = 2
"""Version 2 added the table of questions; files of version 1 get it when they are written to."""

_READABLE = ("1", str(FORMAT_VERSION))


class StoreError(ValueError):
    """A store that cannot be read or written: says which file, what is wrong, what to do."""


@dataclass(frozen=True)
class StoredRun:
    """What the file of a run holds.

    ``identity`` says of which model, seed and versions; ``batches`` are the arrays by number;
    ``questions`` what was asked of the run, each with the number of batches of its answer (None
    before the answer).
    """

    path: Path
    identity: Mapping[str, str]
    batches: dict[int, Arrays] = field(repr=False)
    questions: dict[str, int | None] = field(default_factory=dict)

    @property
    def format_version(self) -> int:
        """Version of the file's format."""
        return int(self.identity["format_version"])

    @property
    def n_in_order(self) -> int:
        """Batches that are complete from the first one on."""
        return next(n for n in range(len(self.batches) + 1) if n not in self.batches)

    @property
    def writers(self) -> list[dict[str, str]]:
        """Versions of the software that wrote it: first those that began it."""
        try:
            later = json.loads(self.identity.get("later_versions", "[]"))
            return [dict(v) for v in (json.loads(self.identity["versions"]), *later)]
        except (ValueError, TypeError, LookupError):  # a remark for people: no number hangs on it
            return []


def read_run(path: Path) -> StoredRun | None:
    """Read the file of a run and verify every row.

    Returns None for no file, or an empty one: its writer was killed before its first commit.

    Raises
    ------
    StoreError
        If the file cannot be read, is no store, is damaged, or of a format that is not known.
    """
    stored, problems = examine_run(path)
    if problems:
        raise StoreError(problems[0])
    return stored


def examine_run(path: Path) -> tuple[StoredRun | None, list[str]]:
    """Read what can be read of the file of a run, and list everything that is wrong with it.

    Raises
    ------
    StoreError
        If nothing can be read, it is no store, or of a format that is not known.
    """
    with readable_errors(path):
        if not path.exists():
            return None, []
        with contextlib.closing(_connected(path)) as connection:
            if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                if path.stat().st_size == 0:
                    return None, []
                raise StoreError(f"{path}: damaged store (cut off within its header)")
            identity = _identity(path, connection)
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
            problems = []
            if state != "ok":
                problems.append(f"{path}: damaged store ({state.splitlines()[0]})")
            stored = StoredRun(path, identity, {}, {})
            for read in (_read_batches, _read_questions):
                try:
                    problems += read(stored, connection)
                except sqlite3.Error as error:
                    problems.append(f"{path}: the store cannot be used ({error})")
            return stored, problems


def stored_files(folder: Path) -> list[Path]:
    """Files of all runs in a folder, in alphabetical order.

    Raises
    ------
    StoreError
        If there is no such folder, or none in it.
    """
    if not folder.is_dir():
        raise StoreError(f"{folder}: no such folder")
    files = sorted(folder.glob("*.sqlite"))
    if not files:
        raise StoreError(f"{folder}: holds no stored run")
    return files


def count_batches(path: Path) -> int:
    """Count the batches in the file of a run, unverified; none where there is no file.

    Raises
    ------
    StoreError
        If the file cannot be read or is no store.
    """
    with readable_errors(path):
        if not path.exists() or path.stat().st_size == 0:
            return 0
        with contextlib.closing(_connected(path)) as connection:
            _identity(path, connection)
            return int(connection.execute("SELECT count(*) FROM batches").fetchone()[0])


def row_sha256(key: int | str, content: bytes) -> str:
    """Checksum of one row."""
    return hashlib.sha256(f"{key}:".encode() + content).hexdigest()


@contextlib.contextmanager
def readable_errors(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a file into one line that names it."""
    try:
        yield
    except HeldError as error:
        raise StoreError(
            f"{path}: {error}; wait until it ends, or give this run another --store"
        ) from error
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        is_full = "full" in said or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        what_to_do = "; what was saved is safe: make room, and run it again" if is_full else ""
        raise StoreError(f"{path}: the store cannot be used ({said}){what_to_do}") from error


def _connected(path: Path) -> sqlite3.Connection:
    # A writer that was killed leaves a journal, which only a writing connection can undo.
    killed = path.with_name(path.name + "-journal").exists()
    address = f"{path.resolve().as_uri()}?mode={'rw' if killed else 'ro'}"
    return sqlite3.connect(address, uri=True, timeout=30.0)


def _identity(path: Path, connection: sqlite3.Connection) -> dict[str, str]:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not {"identity", "batches"} <= tables:
        raise StoreError(f"{path}: not a fluxwalk store (no table of batches)")
    identity = dict(connection.execute("SELECT name, value FROM identity"))
    version = identity.get("format_version")
    if version not in _READABLE:
        raise StoreError(
            f"{path}: the store's format_version is {str(version)[:40]!r}; this fluxwalk reads "
            f"{' and '.join(_READABLE)}"
        )
    return identity


def _read_batches(stored: StoredRun, connection: sqlite3.Connection) -> Iterator[str]:
    """Read all batches that match their checksums, and name the others."""
    path = stored.path
    rows = connection.execute("SELECT batch, arrays, sha256 FROM batches ORDER BY batch")
    for batch, blob, sha256 in rows:
        if isinstance(batch, int) and isinstance(blob, bytes) and row_sha256(batch, blob) == sha256:
            with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
                stored.batches[batch] = dict(archive)
        else:
            yield (
                f"{path}: batch {batch} is damaged; drop it with: "
                f"fluxwalk drop-batch {shlex.quote(str(path))} {batch}"
            )


def _read_questions(stored: StoredRun, connection: sqlite3.Connection) -> Iterator[str]:
    if stored.format_version == 1:
        return
    rows = connection.execute("SELECT question, n_batches, sha256 FROM questions").fetchall()
    for question, n_batches, sha256 in rows:
        if row_sha256(str(n_batches), str(question).encode()) == sha256:
            stored.questions[question] = n_batches
        else:
            yield f"{stored.path}: damaged store (a question does not match its checksum)"
