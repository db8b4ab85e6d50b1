"""Join stores whose batches were run apart: shards of one run, each from a job of its own."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .store import create_tables
from .stored import StoredRun, StoreError, read_run, readable_errors, stored_files

_NUMBERS = ("seed", "stream_version")
_SAME = (*_NUMBERS, "model", "run_digest")


@dataclass(frozen=True)
class Merged:
    """A joined run: its file, and the numbers of the batches it holds."""

    path: Path
    batches: Sequence[int]

    @property
    def missing(self) -> list[int]:
        """Numbers below the greatest one that are not there: a run computes them."""
        held = set(self.batches)
        return [batch for batch in range(max(held, default=0)) if batch not in held]


def merge(folders: Sequence[Path | str], into: Path | str) -> list[Merged]:
    """Join the stores of several folders into one, every run of them.

    All folders hold the same runs, each its own batches of them. The joined files appear
    whole or not at all; the folders stay as they are.

    Parameters
    ----------
    folders : sequence of path
        Folders of the stores to join.
    into : path
        Folder of the joined store; made where there is none.

    Raises
    ------
    StoreError
        For a folder that is not there, is named twice or holds no run, for runs of other seeds,
        models or versions, for a batch that two folders hold, for a damaged file, and where the
        joined run is there already, before anything is written.
    """
    places, target = [Path(folder) for folder in folders], Path(into)
    files = {place: {path.name: path for path in stored_files(place)} for place in places}
    if len({place.resolve() for place in places}) < len(places):
        raise StoreError("merge: a folder is named twice")
    names = sorted(files[places[0]]) if places else []
    for place in places[1:]:
        if sorted(files[place]) != names:
            raise StoreError(_difference(files[places[0]], files[place]))
    checked = {name: _checked([files[place][name] for place in places]) for name in names}
    for name in names:
        if (target / name).exists():
            raise StoreError(f"{target / name}: is there already; merge into another folder")
    for name, (identity, _) in checked.items():
        with readable_errors(target / name):
            _write(target / name, identity, [files[place][name] for place in places])
    return [Merged(target / name, batches) for name, (_, batches) in checked.items()]


def _difference(ours: dict[str, Path], theirs: dict[str, Path]) -> str:
    """Say what a folder holds that the first one does not, or lacks."""
    alone = [ours[name] for name in sorted(ours.keys() - theirs.keys())]
    foreign = [theirs[name] for name in sorted(theirs.keys() - ours.keys())]
    if not alone or not foreign:
        (path,) = (alone or foreign)[:1]
        other = next(iter((theirs if alone else ours).values())).parent
        return f"{path}: there is no such run in {other}"
    first, second = _read(alone[0]), _read(foreign[0])
    return _foreign(second, first) or f"{second.path}: is not named like {first.path}"


def _foreign(stored: StoredRun, first: StoredRun) -> str | None:
    """Say in what a run is not another one; None where they are the same."""
    for name in _SAME:
        found, expected = stored.identity.get(name), first.identity.get(name)
        if found != expected:
            shown = f" ({found}, expected {expected})" if name in _NUMBERS else ""
            return f"{stored.path}: its {name} is not that of {first.path}{shown}"
    return None


def _read(path: Path) -> StoredRun:
    stored = read_run(path)
    if stored is None:
        raise StoreError(f"{path}: is empty; its run was ended before it began")
    return stored


def _checked(paths: Sequence[Path]) -> tuple[Mapping[str, str], list[int]]:
    """Verify the parts of one run; its identity with the writers of all, and their batches."""
    first, held, later = _read(paths[0]), dict[int, Path](), list[dict[str, str]]()
    for path in paths:
        stored = first if path == first.path else _read(path)
        _refuse(stored, first, held)
        held.update(dict.fromkeys(stored.batches, path))
        later += [one for one in stored.writers if one not in (*first.writers[:1], *later)]
    noted = {"later_versions": json.dumps(later, sort_keys=True)} if later else {}
    return {**first.identity, **noted}, sorted(held)


def _write(target: Path, identity: Mapping[str, str], paths: Sequence[Path]) -> None:
    """Write a joined run under a temporary name first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with contextlib.closing(sqlite3.connect(temporary)) as connection, connection:
            connection.execute("PRAGMA synchronous=FULL")
            create_tables(connection, identity)
            for path in paths:
                _copy(path, connection)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _refuse(stored: StoredRun, first: StoredRun, held: dict[int, Path]) -> None:
    """Refuse another run under the same name, and batches that are there already."""
    if said := _foreign(stored, first):
        raise StoreError(said)
    for batch in stored.batches:
        if batch in held:
            raise StoreError(f"{stored.path}: batch {batch} is in {held[batch]} too")


def _copy(path: Path, connection: sqlite3.Connection) -> None:
    """Copy verified rows as they are, checksums included."""
    with contextlib.closing(
        sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    ) as source:
        connection.executemany(
            "INSERT INTO batches VALUES (?, ?, ?)",
            source.execute("SELECT batch, arrays, sha256 FROM batches"),
        )
        tables = {row[0] for row in source.execute("SELECT name FROM sqlite_master")}
        if "questions" in tables:
            connection.executemany(
                "INSERT OR IGNORE INTO questions VALUES (?, ?, ?)",
                source.execute("SELECT question, n_batches, sha256 FROM questions"),
            )
