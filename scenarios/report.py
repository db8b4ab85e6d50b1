"""Tables of scenarios and verdicts: for a terminal of 80 columns, for a file, for a notebook."""

from __future__ import annotations

import html as _html
import io
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis import Prediction, Verdict
from analysis.verdict import FAMILY_ERROR_RATE

from ._scenario import Scenario

if TYPE_CHECKING:
    from ._result import Result

PLAIN_WIDTH = 100
"""Columns of what is not written to a terminal."""

NARROW = 88
"""Below this many columns names are broken, at their underscores or hyphens, after 14."""

NARROWEST = 76
"""Columns of a table at least: a narrower terminal wraps lines, and no digit is cut off."""

_STYLES = {"agrees": "green", "disagrees": "bold red", "undecided": "yellow", "measured": "cyan"}
_HEADINGS = ("quantity", "value ± error", "unit", "law", "z", "detects", "outcome")


def plain(part: RenderableType) -> str:
    """Text without colours, as wide as the terminal, or 100 columns where there is none."""
    return _drawn(Console(file=io.StringIO(), width=_columns(), color_system=None), part)


def _columns() -> int:
    """Columns of the terminal, or of what is not written to one."""
    if not sys.stdout.isatty():
        return PLAIN_WIDTH
    return max(NARROWEST, shutil.get_terminal_size().columns)


def coloured(part: RenderableType) -> str:
    """Text with the colours that this terminal can show; plain where stdout is none."""
    return _drawn(Console(width=_columns()), part) if sys.stdout.isatty() else plain(part)


def _drawn(console: Console, part: RenderableType) -> str:
    with console.capture() as capture:
        console.print(part)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def verdicts(results: Sequence[Result]) -> RenderableType:
    """All verdicts in one table, then the sentences of those that do not agree."""
    table = _table(*_HEADINGS, right=("value ± error", "law", "z", "detects"))
    for column in table.columns:
        column.no_wrap = column.header != "unit"
    several = len(results) > 1
    for result in results:
        if several:
            table.add_section()
            table.add_row(Text(_fitting(result.scenario.name), style="bold"))
        for verdict in result.verdicts:
            outcome = Text(_outcome(verdict), style=_STYLES[verdict.outcome])
            table.add_row(*map(Text, _cells(verdict)), outcome)
    titles = [Text(result.title, style="bold") for result in results]
    judged = [verdict for result in results for verdict in result.verdicts]
    titles += [Text(line, style="dim") for line in legend(judged)]
    notes = [
        Text(f"{result.scenario.name}: {note}", style="bold")
        for result in results
        for note in result.notes
    ]
    return Group(table, Text(), *titles, *([Text()] if notes else []), *notes)


def legend(judged: Sequence[Verdict]) -> list[str]:
    """Lines that say how to read a table of verdicts of one call."""
    lines = []
    if any(v.expected != v.law for v in judged if v.outcome != "measured"):
        lines.append("(…): the law at this resolution, from which z counts")
    thresholds = [v.threshold for v in judged if v.z is not None]
    if thresholds:
        lines.append(
            f"agrees: |z| below {max(thresholds):.2f} (any false alarm in this table: "
            f"{100 * FAMILY_ERROR_RATE:g} %) and the rival law excluded"
        )
    lines.append("detects: the smallest deviation that would have been flagged, 99 times in 100")
    if any(v.by_z_alone for v in judged):
        lines.append("*: no rival law differs at these parameters, so z alone decides")
    return lines


def _outcome(verdict: Verdict) -> str:
    return verdict.outcome + ("*" if verdict.by_z_alone and verdict.outcome == "agrees" else "")


def _table(*headings: str, right: Iterable[str] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", overflow="fold")
    return table


def _cells(verdict: Verdict) -> tuple[str, ...]:
    """Every column of a verdict but the outcome."""
    law = f"{verdict.law:.5g}"
    if verdict.expected != verdict.law:
        law += f"\n({verdict.expected:.5g})"
    exact = verdict.z is None
    detects = "exact" if exact else f"{100.0 * verdict.detectable / verdict.scale:.2g} %"
    if verdict.outcome == "measured":
        law = detects = ""
    return (
        _fitting(verdict.quantity),
        with_error(verdict.value, verdict.stderr),
        verdict.unit,
        law,
        "" if exact else f"{verdict.z:+.1f}",
        detects,
    )


def _fitting(name: str) -> str:
    """Name as it is where there is room for it, else broken."""
    return name if _columns() >= NARROW else _broken_name(name)


def _broken_name(name: str) -> str:
    """Name broken after 14 letters, at its underscores or hyphens."""
    lines = textwrap.wrap(name.replace("_", "_ "), 14, break_long_words=False)
    return "\n".join(line.replace("_ ", "_") for line in lines)


def with_error(value: float, error: float) -> str:
    """Value ± error, both to the digits that the error leaves meaningful.

    The error has two digits up to 3.5 and one above, as in the tables of the Particle Data
    Group; very large and very small numbers share one power of ten.
    """
    if math.isnan(value):
        return "none"
    if not (error > 0.0 and math.isfinite(error) and math.isfinite(value)):
        return f"{value:g}"
    size = math.floor(math.log10(max(abs(value), error)))
    exponent = 0 if -4 <= size < 6 else size
    value, error = value / 10.0**exponent, error / 10.0**exponent
    first = math.floor(math.log10(error))
    decimals = max(0, (1 if error / 10.0**first < 3.55 else 0) - first)
    text = f"{value:.{decimals}f} ± {error:.{decimals}f}"
    return f"({text})e{exponent:+03d}" if exponent else text


def scenarios(rows: Sequence[tuple[str, str, str]]) -> RenderableType:
    """Name, question and law of every scenario."""
    table = _table("scenario", "question", "law")
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(*map(Text, row))
        table.add_section()
    return table


def scenario(entry: Scenario, laws: Mapping[str, Prediction]) -> RenderableType:
    """Everything about one scenario: parameters, rule, quantities and laws."""
    parameters = _table("parameter", "default", "unit", "bounds", "help")
    for name, field in entry.parameters().items():
        cells = (name, _shown(field["default"]), field["unit"], _bounds(field), field["help"])
        parameters.add_row(*map(Text, cells))
    quantities = _table("quantity", "value", "unit", "law", "source", right=("value",))
    for name, law in laws.items():
        unit = entry.file.QUANTITIES[name].unit
        expected = "" if law.expected == law.law else f"\n({law.expected:.6g})"
        cells = (_broken_name(name), f"{law.law:.6g}{expected}", unit, law.law_name, law.source)
        quantities.add_row(*map(Text, cells))
    measures = _table("quantity", "measured as", "precision relative to")
    for name, quantity in entry.file.QUANTITIES.items():
        measures.add_row(*map(Text, (_broken_name(name), quantity.help, quantity.scale)))
    wrong = _table("wrong rule", "what it changes")
    for name, rule in entry.wrong_rules.items():
        wrong.add_row(Text(name), Text(rule.help))
    parts: list[RenderableType] = [Text(entry.name, style="bold"), Text(entry.rule)]
    for title, table in (
        ("Parameters", parameters),
        ("Quantities", measures),
        ("Laws at the default parameters", quantities),
        ("Wrong rules, which the laws must refuse", wrong),
    ):
        if table.row_count:
            parts += [Text(), Text(title, style="bold"), table]
    return Group(*parts)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bounds(field: dict[str, Any]) -> str:
    low, high = field["minimum"], field["maximum"]
    if low is None and high is None:
        return ""
    return " … ".join("" if bound is None else f"{bound:g}" for bound in (low, high)).strip()


def html(result: Result) -> str:
    """Table of the verdicts of one run for a notebook."""

    def row(cells: Iterable[str], tag: str) -> str:
        inner = "".join(f"<{tag}>{_html.escape(c).replace(chr(10), '<br>')}</{tag}>" for c in cells)
        return f"<tr>{inner}</tr>"

    said = [*legend(result.verdicts), *result.notes]
    head = row(_HEADINGS, "th")
    body = "".join(row((*_cells(v), _outcome(v)), "td") for v in result.verdicts)
    sentences = "".join(f"<p>{_html.escape(note)}</p>" for note in said)
    caption = f"<caption>{_html.escape(result.title)}</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>{sentences}"
