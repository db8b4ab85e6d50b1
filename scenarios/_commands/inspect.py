"""Look into stores: ``inspect``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from walkers.engine.stored import stored_files

from .. import _tables
from .._inputs import read_number
from .._inspection import Inspection, differences, inspected
from .._job import checked_count
from .._words import counted, listed_versions, size
from ._answer import AGREES, BAD_INPUT, DISAGREES, Answer
from ._options import Json


def inspect_command(
    place: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="Folder of stored runs, or one file of it.")
    ],
    recompute: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="Compute N batches of every run again, and compare their bits."
        ),
    ] = None,
    as_json: Json = False,
) -> Answer:
    """Say where stored runs come from, and verify them.

    Exit status 2 if a checksum is wrong, 1 if a batch is recomputed with other bits.
    """
    n_recomputed = 0 if recompute is None else checked_count("recompute", read_number(recompute))
    files = [place] if place.is_file() else stored_files(place)
    found = [inspected(file, n_recomputed) for file in files]
    problems = [problem for one in found for problem in one.problems]
    different = [line for one in found for line in differences(one)]
    status = BAD_INPUT if problems else DISAGREES if different else AGREES
    if as_json:
        text = _tables.json_text({"files": [one.as_json() for one in found]})
    else:
        blocks = [_block(one) for one in found]
        text = _tables.coloured(Group(*blocks, *([_summary(found)] if len(found) > 1 else [])))
    return Answer(text, status, [*problems, *different])


def _summary(found: Sequence[Inspection]) -> Text:
    """Say of many files in one line whether anything is wrong."""
    counts = {
        "damaged": sum(bool(one.problems) for one in found),
        "with other bits": sum(bool(one.different) for one in found),
    }
    said = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    return Text(f"{len(found)} files: {said or 'all intact'}", style="bold")


def _block(found: Inspection) -> RenderableType:
    """One run: a line for the file, then what is known of it."""
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(no_wrap=True, style="dim")
    rows.add_column(overflow="fold")
    for name, text in _rows(found):
        rows.add_row(Text(f"  {name}"), Text(text))
    return Group(Text(str(found.path), style="bold"), rows, Text())


def _rows(found: Inspection) -> list[tuple[str, str]]:
    stored, entry = found.stored, found.as_json()
    rows: list[tuple[str, str]] = []
    if stored is not None:
        for question, n_batches in found.questions:
            values = " ".join(f"{key}={value}" for key, value in question.parameters.items())
            answer = f"answered from {n_batches} batches" if n_batches else "not yet answered"
            rule = f", wrong rule {question.wrong_rule}" if question.wrong_rule else ""
            rows.append(("question", f"{question.scenario}{rule}: {values} ({answer})"))
        rows.append(("seed", str(entry["seed"])))
        in_order = entry["batches_in_order"]
        rows.append(("batches", f"{entry['batches']} complete, {in_order} of them in order"))
        if found.questions == []:
            rows.append(("question", "none that was kept"))
        rows += [("written by", listed_versions(writer)) for writer in stored.writers]
        stream = f"random stream {entry['stream_version']}"
        rows.append(("format", f"{stored.format_version}, {stream}, {size(entry['bytes'])}"))
        rows.append(("sha256", entry["record_sha256"] or "no batch is complete in order"))
    if found.recomputed:
        same = "other bits" if found.different else "the same bits"
        rows.append(("recomputed", f"{', '.join(map(str, found.recomputed))}: {same}"))
    told = f"{counted(len(found.problems), 'problem')}, told on stderr"
    rows.append(("verified", told if found.problems else "every checksum is right"))
    return rows
