"""Table of a sweep: all quantities of a short one, the leading quantity of a long one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis import Verdict
from analysis.verdict import Outcome

from .. import _tables
from .points import shown_point, shown_value

if TYPE_CHECKING:
    from .result import Sweep

MAXIMUM_ROWS = 30
"""A table with more rows shows the leading quantity alone, and what became of the others."""

MAXIMUM_NOTES = 12

_HEADINGS = ("value ± error", "law", "z", "detects", "outcome")
_RIGHT = ("value ± error", "law", "z", "detects")
_OUTCOMES: tuple[Outcome, ...] = ("agrees", "disagrees", "undecided", "measured")


def plain(sweep: Sweep) -> str:
    """Text without colours."""
    return _tables.plain(table(sweep))


def table(sweep: Sweep) -> RenderableType:
    """Every point with its verdicts, how to read them, and what else there is to say."""
    is_long = sum(len(result.verdicts) for result in sweep.results) > MAXIMUM_ROWS
    shown = [sweep.leading] if is_long else sweep.quantities
    parts: list[RenderableType] = [_points(sweep, shown), Text()]
    if is_long and len(sweep.quantities) > 1:
        parts += [_summary(sweep), Text()]
    parts.append(Text(sweep.title, style="bold"))
    parts += [Text(line, style="dim") for line in legend(sweep)]
    notes = _shortened(sweep.notes)
    return Group(*parts, *([Text()] if notes else []), *(Text(n, style="bold") for n in notes))


def shared(sweep: Sweep) -> str:
    """Say what the points have in common, and so how far their answers are independent."""
    n_points, n_records = len(sweep.results), sweep.n_records
    if n_records < n_points:
        sets = "one set" if n_records == 1 else f"{n_records} sets"
        return (
            f"{n_points} points share {sets} of paths, and their fluctuations: answers of one set "
            "are one piece of evidence"
        )
    if sweep.n_seeds == 1:
        return (
            "one seed: the points share random numbers, and errors of neighbours go together "
            "(--independent gives each its own seed)"
        )
    return "every point has a seed of its own: their errors are independent"


def legend(sweep: Sweep) -> list[str]:
    """Lines that say how to read the table, and what the points have in common."""
    verdicts = [verdict for result in sweep.results for verdict in result.verdicts]
    counted = Counter(verdict.outcome for verdict in verdicts)
    outcomes = ", ".join(f"{counted[name]} {_plural(name)}" for name in _OUTCOMES if counted[name])
    return [f"{len(verdicts)} verdicts: {outcomes}", shared(sweep), *_tables.legend(verdicts)]


def html(sweep: Sweep) -> str:
    """All rows for a notebook."""
    headings = (*_swept(sweep), "quantity", "value ± error", "unit", *_HEADINGS[1:])
    rows = []
    for point, result in zip(sweep.points, sweep.results, strict=True):
        place = [shown_value(value) for value in point.values()]
        for verdict in result.verdicts:
            rows.append([*place, *_tables.cells_of(verdict), _tables.outcome_of(verdict)])
    return _tables.html_table(
        sweep.title, headings, rows, [*legend(sweep), *_shortened(sweep.notes)]
    )


def _points(sweep: Sweep, quantities: Sequence[str]) -> RenderableType:
    """Verdicts of some quantities, each at every point that has it, under the quantity's name.

    Each is a table of its own with the columns of all, so that a long name widens no column.
    """
    rows = {
        quantity: [_cells(point, verdict) for point, verdict in _rows(sweep, quantity)]
        for quantity in quantities
    }
    headings = [Text(heading) for heading in (*_swept(sweep), *_HEADINGS)]
    lines = [headings, *(row for of_quantity in rows.values() for row in of_quantity)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    parts: list[RenderableType] = [_aligned(sweep, widths, [])]
    for number, (quantity, of_quantity) in enumerate(rows.items()):
        title = Text(_named(sweep, quantity), style="bold")
        parts += [*([Text()] if number else []), title, _aligned(sweep, widths, of_quantity)]
    return Group(*parts)


def _cells(point: dict[str, Any], verdict: Verdict) -> list[Text]:
    _, value, _, *others = _tables.cells_of(verdict)
    outcome = Text(_tables.outcome_of(verdict), style=_tables.STYLES[verdict.outcome])
    return [*(Text(shown_value(v)) for v in point.values()), *map(Text, (value, *others)), outcome]


def _width(text: Text) -> int:
    return max(map(cell_len, text.plain.split("\n")))


def _aligned(sweep: Sweep, widths: Sequence[int], rows: Sequence[Sequence[Text]]) -> Table:
    """Table with given widths of its columns: rows, or the heading where there are none."""
    headings = (*_swept(sweep), *_HEADINGS)
    made = _tables.blank_table(*headings, right=(*_numeric(sweep), *_RIGHT), fixed=headings)
    made.show_header = not rows
    n_gaps = len(widths) - 1
    gap = 1 if sum(widths) + 2 * n_gaps <= _tables.columns_wide() else 0
    made.padding = (0, gap, 0, 0)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for row in rows:
        made.add_row(*row)
    made.width = sum(widths) + (1 + gap) * n_gaps
    return made


def _named(sweep: Sweep, quantity: str) -> str:
    unit = next(verdict.unit for _, verdict in _rows(sweep, quantity))
    return f"{quantity} [{unit}]" if unit else quantity


def _rows(sweep: Sweep, quantity: str) -> Iterable[tuple[dict[str, Any], Verdict]]:
    for point, result in zip(sweep.points, sweep.results, strict=True):
        for verdict in result.verdicts:
            if verdict.quantity == quantity:
                yield point, verdict


def _swept(sweep: Sweep) -> list[str]:
    return [f"{name} [{unit}]" if unit else name for name, unit in sweep.units.items()]


def _numeric(sweep: Sweep) -> list[str]:
    first = sweep.points[0].values()
    return [
        heading
        for heading, value in zip(_swept(sweep), first, strict=True)
        if isinstance(value, int | float)
    ]


def _summary(sweep: Sweep) -> Table:
    """Outcomes of every quantity over all points, and where it lies farthest from its law."""
    outcomes = [
        name
        for name in _OUTCOMES
        if any(v.outcome == name for result in sweep.results for v in result.verdicts)
    ]
    headings = ("quantity", *map(_plural, outcomes), "largest |z|", "at")
    made = _tables.blank_table(*headings, right=headings[1:-1], fixed=headings[:-1])
    for quantity in sweep.quantities:
        rows = list(_rows(sweep, quantity))
        counted = Counter(verdict.outcome for _, verdict in rows)
        judged = [(abs(verdict.z), point) for point, verdict in rows if verdict.z is not None]
        farthest = ("", "")
        if judged:
            z, point = max(judged, key=lambda pair: pair[0])
            farthest = (f"{z:.1f}", shown_point(point))
        made.add_row(
            *map(Text, (quantity, *(f"{counted[name]:d}" for name in outcomes), *farthest))
        )
    return _tables.whole(made)


def _plural(outcome: str) -> str:
    """Form of an outcome for several verdicts: 36 agree."""
    return outcome.removesuffix("s")


def _shortened(notes: Sequence[str]) -> list[str]:
    if len(notes) <= MAXIMUM_NOTES:
        return list(notes)
    left_out = len(notes) - MAXIMUM_NOTES + 1
    return [*notes[: MAXIMUM_NOTES - 1], f"… and {left_out} remarks more: in --json, or .notes"]
