"""From stores or results to a page in a file: nothing is simulated."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import walkers
from walkers.engine.stored import stored_files

from .._inputs import InputError
from .._parameters import ParameterError
from .._result import Result
from .._run import judged
from .._scenario import ScenarioError
from .._simulate import Run
from .._stored import answered
from .provenance import Origin


@dataclass
class Reading:
    """What was found in stores: runs with their origins, and what is not shown, with reasons.

    ``seen``: the first file of every question, so that a copy of it is not counted again.
    """

    runs: list[Run] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seen: dict[tuple[str, str, int | None], Path] = field(default_factory=dict)

    def sort(self) -> None:
        """Put runs of one scenario beside each other, in the order of their parameters."""
        found = zip(self.runs, self.origins, strict=True)
        ordered = sorted(found, key=lambda one: _place(one[0]))
        self.runs = [run for run, _ in ordered]
        self.origins = [origin for _, origin in ordered]


def report(source: Result | Iterable[Result] | str | Path, file: str | Path) -> Path:
    """Write results, or what a store holds, to one HTML page that needs nothing beside it.

    Parameters
    ----------
    source : Result, several of them, or path
        Results are judged anew, together; a path is a store's folder or one of its files.
    file : path
        The page, ending in .html; written at once and whole, or not at all.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        For a page that cannot be written.
    StoreError
        For a store of which nothing can be reported.
    """
    from .page import page

    target = checked_page_path(Path(file))
    if isinstance(source, str | Path):
        results, reading = read_and_judge([Path(source)])
        text = page(results, reading.origins, reading.problems)
    else:
        given = [source] if isinstance(source, Result) else list(source)
        if not given:
            raise InputError("report: there are no results")
        text = page(judged([_run_of(result) for result in given]))
    return write_whole(target, text)


def read_and_judge(paths: Sequence[Path]) -> tuple[list[Result], Reading]:
    """Read every question of every store and judge them all as one family.

    Raises
    ------
    StoreError
        If there is nothing to report; with the only reason, or the first of several.
    """
    reading = Reading()
    for file in dict.fromkeys(found for path in paths for found in _files(path)):
        _read(file, reading)
    if not reading.runs:
        n_more = len(reading.problems) - 1
        raise walkers.StoreError(
            reading.problems[0] + (f" (and {n_more} more, none can be reported)" if n_more else "")
        )
    reading.sort()
    return judged(reading.runs), reading


def _place(run: Run) -> tuple[Any, ...]:
    """Key by which runs are ordered; numbers come before what is none."""
    values = run.params.model_dump().values()
    settings = [(0, v, "") if isinstance(v, int | float) else (1, 0, str(v)) for v in values]
    return run.scenario.name, run.wrong_rule or "", settings


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else stored_files(path)


def _read(path: Path, reading: Reading) -> None:
    """Add what one file answers; one bad question does not hide the others."""
    try:
        stored = walkers.read_run(path)
        if stored is None or not stored.questions:
            raise walkers.StoreError(f"{path}: holds no question; run it again with --store")
    except walkers.StoreError as error:
        reading.problems.append(str(error))
        return
    origin = Origin(path.name, len(stored.batches), stored.identity, stored.writers)
    for question, n_batches in stored.questions.items():
        key = (stored.identity["run_digest"], question, n_batches)
        first = reading.seen.setdefault(key, path)
        if first != path:
            reading.problems.append(f"{path}: holds the same run as {first}, shown once")
            continue
        try:
            reading.runs.append(answered(stored, question, n_batches))
        except (walkers.StoreError, ParameterError, ScenarioError) as error:
            said = str(error)
            reading.problems.append(said if said.startswith(f"{path}:") else f"{path}: {said}")
        else:
            reading.origins.append(origin)


def _run_of(result: Result) -> Run:
    return Run(
        result.scenario,
        result.params,
        result.record,
        list(result.checks),
        result.seconds,
        result.wrong_rule,
    )


def checked_page_path(path: Path) -> Path:
    """Refuse a page that could not be written, before anything is read.

    Raises
    ------
    InputError
        If it does not end in .html, is a folder, or its place cannot be written.
    """
    if path.is_dir():
        raise InputError(f"--output: {path} is a folder; name a file in it, such as report.html")
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--output: {path} must end in .html")
    target = path.resolve()  # what a link leads to is written, the link stays
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise InputError(f"--output: {path} cannot be written ({error.strerror})") from None
    return target


def write_whole(path: Path, text: str) -> Path:
    """Write a file under another name, then rename it: it is there whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written, e.g. on a full disk; what stood there before is left as it was.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, encoding="utf-8", errors="replace", newline="\n")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"--output: {path} cannot be written ({error.strerror})") from None
    return path
