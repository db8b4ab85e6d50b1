"""Table of what a sweep will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from .. import _tables
from .._limits import MAXIMUM_SECONDS, free_memory
from .._progress import duration
from .._words import size
from .points import shown_value

if TYPE_CHECKING:
    from .dry_run import DryRun, PointForecast

_HEADINGS = ("batches", "in store", "to run", "time", "precision", "disk")
_SOURCES = {
    "scenario": "the scenario's own forecast",
    "pilot": "a pilot of a few batches, good to a factor of two in batches",
    "nearest": "the pilot of the nearest point",
}


def plain(dry_run: DryRun) -> str:
    """Text without colours."""
    return _tables.plain(table(dry_run))


def table(dry_run: DryRun) -> RenderableType:
    """Every point, and below it the whole."""
    headings = (*_swept(dry_run), *_HEADINGS)
    made = _tables.blank_table(*headings, right=headings, fixed=headings)
    for point in dry_run.points:
        made.add_row(*map(Text, _cells(point)))
    first, *others = said(dry_run)
    return Group(
        _tables.whole(made), Text(), Text(first, style="bold"), *(Text(line) for line in others)
    )


def html(dry_run: DryRun) -> str:
    """Write the same for a notebook."""
    title, *others = said(dry_run)
    rows = [_cells(point) for point in dry_run.points]
    return _tables.html_table(title, (*_swept(dry_run), *_HEADINGS), rows, others)


def said(dry_run: DryRun) -> list[str]:
    """Time, memory, disk and where the precision comes from, a line each."""
    n_points = len(dry_run.points)
    lines = [
        f"{dry_run.scenario.name}: {n_points} points, {dry_run.n_to_run} batches to run, "
        f"about {duration(dry_run.seconds)} with {dry_run.n_workers} at a time",
        f"memory: about {size(dry_run.bytes_of_memory)}; {size(free_memory())} are free",
    ]
    disk = f"disk: about {size(dry_run.bytes_on_disk)}"
    if dry_run.store is None:
        lines.append(f"{disk} with --store; without it nothing is kept")
    else:
        lines.append(f"{disk} more in {dry_run.store}")
    sources = dict.fromkeys(point.error_from for point in dry_run.points)
    said_of_them = "; ".join(_SOURCES[source] for source in sources)
    lines.append(f"precision: from {said_of_them}")
    lines.append(f"time: from a pilot at {dry_run.n_pilots} of {n_points} points")
    if dry_run.is_refused:
        lines.append(
            f"more than {MAXIMUM_SECONDS / 3600:g} h, or more memory than is free: needs --yes"
        )
    return lines


def _swept(dry_run: DryRun) -> list[str]:
    return [f"{name} [{unit}]" if unit else name for name, unit in dry_run.units.items()]


def _cells(point: PointForecast) -> list[str]:
    precision = "unknown" if point.precision is None else _tables.percent(point.precision)
    return [
        *map(shown_value, point.point.values()),
        f"{point.n_batches}",
        f"{point.n_stored}",
        f"{point.n_to_run}",
        duration(point.seconds) if point.n_to_run else "none",
        precision,
        size(point.bytes_on_disk) if point.n_to_run else "none",
    ]
