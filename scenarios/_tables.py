"""Tables of scenarios and verdicts: for a terminal of 80 columns, or for a file."""

from __future__ import annotations

import html as _html
import io
import json
import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from analysis import Prediction, Verdict
from analysis.verdict import FAMILY_ERROR_RATE

from ._parameters import number
from ._scenario import Scenario

if TYPE_CHECKING:
    from ._result import Result

PLAIN_WIDTH = 100
"""Columns of what is not written to a terminal."""

HUGE_COUNT, HUGE, TINY = 2**31, 1e20, 1e-100
"""Bounds beyond these are met by nobody, and not shown."""

STYLES = {"agrees": "green", "disagrees": "bold red", "undecided": "yellow", "measured": "cyan"}
HEADINGS = ("quantity", "value ± error", "unit", "law", "z", "detects", "outcome")


def plain(part: RenderableType) -> str:
    """Text without colours, as wide as the terminal, or as COLUMNS says where there is none."""
    return _drawn(Console(file=io.StringIO(), width=columns_wide(), color_system=None), part)


def columns_wide() -> int:
    """Columns of the terminal, or of what is not written to one."""
    if sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    wanted = os.environ.get("COLUMNS", "")
    return (int(wanted) if wanted.isdecimal() else 0) or PLAIN_WIDTH


def coloured(part: RenderableType) -> str:
    """Text with the colours that this terminal can show; plain where stdout is none."""
    return _drawn(Console(width=columns_wide()), part) if sys.stdout.isatty() else plain(part)


def _drawn(console: Console, part: RenderableType) -> str:
    with console.capture() as capture:
        console.print(part, crop=False)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def verdicts(results: Sequence[Result]) -> RenderableType:
    """All verdicts in one table, then the sentences of those that do not agree."""
    table = _fitting_table(results)
    if _measured(table).maximum > columns_wide() and len(results) > 1:
        tables: list[RenderableType] = [_under_its_name(result) for result in results]
    else:
        tables = [whole(table), Text()]
    titles = [Text(result.title, style="bold") for result in results]
    judged = [verdict for result in results for verdict in result.verdicts]
    titles += [Text(line, style="dim") for line in legend(judged)]
    notes = [
        Text(f"{result.scenario.name}: {note}", style="bold")
        for result in results
        for note in result.notes
    ]
    return Group(*tables, *titles, *([Text()] if notes else []), *notes)


def _fitting_table(results: Sequence[Result]) -> Table:
    """Widest form of the table that fits, else the narrowest."""
    for narrow, gap in ((False, 1), (True, 1), (True, 0)):
        table = _verdict_table(results, narrow, gap)
        if _measured(table).maximum <= columns_wide():
            break
    return table


def _under_its_name(result: Result) -> RenderableType:
    """Table of one of several results that do not fit into one table."""
    return Group(Text(result.scenario.name, style="bold"), whole(_fitting_table([result])), Text())


def _verdict_table(results: Sequence[Result], narrow: bool, gap: int) -> Table:
    """Table of verdicts; a narrow one has the unit below the quantity."""
    headings = HEADINGS[:2] + HEADINGS[3:] if narrow else HEADINGS
    table = blank_table(*headings, right=("value ± error", "law", "z", "detects"), fixed=headings)
    for result in results:
        if len(results) > 1:
            table.add_section()
            table.add_row(Text(result.scenario.name, style="bold"))
        for verdict in result.verdicts:
            name, value, unit, *others = cells_of(verdict)
            first = Text(name)
            if narrow and unit:
                first.append(f"\n  {unit}", style="dim")
            outcome = Text(outcome_of(verdict), style=STYLES[verdict.outcome])
            cells = [value, *others] if narrow else [value, unit, *others]
            table.add_row(first, *map(Text, cells), outcome)
    table.padding = (0, gap, 0, 0)
    return table


def legend(judged: Sequence[Verdict]) -> list[str]:
    """Lines that say how to read a table of verdicts of one call."""
    lines = []
    if any(v.expected != v.law for v in judged if v.outcome != "measured"):
        lines.append("(…): the law at this resolution, from which z counts")
    thresholds = [v.threshold for v in judged if v.z is not None]
    if thresholds:
        apart = " apart from the law's own approximation" if _approximate(judged) else ""
        lines.append(
            f"agrees: |z| below {max(thresholds):.2f}{apart} (any false alarm in this table: "
            f"{100 * FAMILY_ERROR_RATE:g} %) and the rival law excluded"
        )
    if any(v.z is not None for v in judged):
        lines.append(
            "detects: the smallest deviation that would have been flagged, 99 times in 100"
        )
    if approximate := _approximate(judged):
        listed = ", ".join(f"{name} {percent(share)}" for name, share in approximate.items())
        lines.append(f"of which the law's own approximation: {listed}")
    if any(v.z is None and v.tolerance > 0.0 for v in judged):
        lines.append("± …: no statistical error; the value must lie this near the law")
    if any(outcome_of(v).endswith("*") for v in judged):
        lines.append("*: no rival law differs at these parameters, so z alone decides")
    return lines


def _approximate(judged: Sequence[Verdict]) -> dict[str, float]:
    """Largest approximation of each quantity's law that matters, relative to its scale."""
    shares: dict[str, float] = {}
    for v in judged:
        if v.z is not None and v.tolerance > 0.01 * v.detectable:
            shares[v.quantity] = max(v.tolerance / v.scale, shares.get(v.quantity, 0.0))
    return shares


def outcome_of(verdict: Verdict) -> str:
    """Outcome, with a star where z alone decided."""
    return verdict.outcome + ("*" if verdict.by_z_alone and verdict.outcome == "agrees" else "")


def outcome_of_many(outcome: str, n_verdicts: int) -> str:
    """Say of how many verdicts it is the outcome: 1 agrees, 2 agree."""
    word = outcome.removesuffix("s") if n_verdicts != 1 else outcome
    return f"{n_verdicts} {word}"


def blank_table(*headings: str, right: Iterable[str] = (), fixed: Iterable[str] = ()) -> Table:
    """Blank table; columns ``right`` are flush right, those ``fixed`` are never broken."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            overflow="fold",
            no_wrap=heading in fixed,
        )
    return table


def _measured(part: RenderableType) -> Measurement:
    """Columns that a table or a cell needs, and those that it would like."""
    unlimited = Console(file=io.StringIO(), width=10_000)
    return Measurement.get(unlimited, unlimited.options, part)


def whole(table: Table) -> Table:
    """Keep a table from being cut where there is no room: a terminal wraps its lines then."""
    for column in table.columns:
        if column.no_wrap:
            column.min_width = max(_measured(c).maximum for c in (column.header, *column.cells))
    needed = _measured(table).minimum
    if needed > columns_wide():
        table.width = needed
    return table


def cells_of(verdict: Verdict) -> tuple[str, ...]:
    """Every column of a verdict but the outcome."""
    law = f"{verdict.law:.5g}"
    if verdict.expected != verdict.law:
        law += f"\n({verdict.expected:.5g})"
    z = verdict.z
    if z is not None:
        detects = percent(verdict.detectable / verdict.scale)
    else:
        detects = f"± {verdict.tolerance:.2g}" if verdict.tolerance > 0.0 else "exact"
    if verdict.outcome == "measured":
        law = detects = ""
    return (
        verdict.quantity,
        with_error(verdict.value, verdict.stderr),
        verdict.unit,
        law,
        "" if z is None else f"{z:+.1f}" if abs(z) < 1e5 else f"{z:+.0e}",
        detects,
    )


def percent(share: float) -> str:
    """Share in per cent to two digits, up to a thousand."""
    if share > 10.0:
        return "> 1000 %"
    return f"{float(f'{100.0 * share:.2g}'):g} %"


def with_error(value: float, error: float) -> str:
    """Value ± error, both to the digits that the error leaves meaningful.

    The error has two digits up to 3.5 and one above, as in the tables of the Particle Data
    Group; very large and very small numbers share one power of ten.
    """
    if math.isnan(value):
        return "none"
    if not (error > 0.0 and math.isfinite(error) and math.isfinite(value)):
        return f"{value:g}"
    if error < 1e-9 * abs(value):  # rounding, no statistics: more digits would not fit a column
        return f"{value:.10g} ± {error:.1g}"
    size = math.floor(math.log10(max(abs(value), error)))
    exponent = 0 if -4 <= size < 6 else size
    value, error = value / 10.0**exponent, error / 10.0**exponent
    first = math.floor(math.log10(error))
    decimals = max(0, (1 if error / 10.0**first < 3.55 else 0) - first)
    text = f"{value:.{decimals}f} ± {error:.{decimals}f}"
    return f"({text})e{exponent:+03d}" if exponent else text


def scenarios(rows: Sequence[tuple[str, str, str]]) -> RenderableType:
    """Name, question and law of every scenario."""
    table = blank_table("scenario", "question", "law", fixed=("scenario",))
    for row in rows:
        table.add_row(*map(_prose, row))
        table.add_section()
    return whole(table)


def scenario(entry: Scenario, laws: Mapping[str, Prediction]) -> RenderableType:
    """Everything about one scenario: parameters, rule, quantities and laws."""
    fixed = ("parameter", "quantity", "wrong rule", "unit", "value", "bounds")
    parameters = blank_table("parameter", "default", "unit", "bounds", "help", fixed=fixed)
    for name, field in entry.parameters().items():
        bounds = _bounds(entry.file.Params.model_fields[name].metadata)
        cells = (name, _shown(field["default"]), field["unit"], bounds, field["help"])
        parameters.add_row(*map(_prose, cells))
    quantities = blank_table(
        "quantity", "value", "unit", "law", "source", right=("value",), fixed=fixed
    )
    for name, law in laws.items():
        unit = entry.file.QUANTITIES[entry.family(name)].unit
        expected = "" if law.expected == law.law else f"\n({law.expected:.6g})"
        value = f"{law.law:.6g}{expected}" if law.is_claim else "measured"
        cells = (name, value, unit, law.law_name, law.source)
        quantities.add_row(*map(_prose, cells))
    measures = blank_table("quantity", "measured as", "precision relative to", fixed=fixed)
    for name, quantity in entry.file.QUANTITIES.items():
        measures.add_row(*map(_prose, (name, quantity.help, quantity.scale)))
    wrong = blank_table("wrong rule", "what it changes", fixed=fixed)
    for name, rule in entry.wrong_rules.items():
        wrong.add_row(_prose(name), _prose(rule.help))
    rule_text = _prose(_unwrapped(entry.rule))
    parts: list[RenderableType] = [Text(entry.name, style="bold"), rule_text]
    for title, table in (
        ("Parameters", parameters),
        ("Quantities", measures),
        ("Laws at the default parameters", quantities),
        ("Wrong rules, which the laws must refuse", wrong),
    ):
        if table.row_count:
            parts += [Text(), Text(title, style="bold"), whole(table)]
    return Group(*parts)


def _unwrapped(text: str) -> str:
    """Paragraphs on one line each, but for indented ones: a list or a formula keeps its lines."""
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n\n".join(re.sub(r"\n(?![ \t])", " ", paragraph) for paragraph in paragraphs)


def _prose(text: str) -> Text:
    """Text of a docstring without the marks of reST."""
    return Text(text.replace("``", ""))


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bounds(constraints: Iterable[Any]) -> str:
    """Bounds of a parameter; ">" and "<" where the bound itself is not allowed."""
    found = {
        key: getattr(constraint, key)
        for constraint in constraints
        for key in ("ge", "gt", "le", "lt")
        if getattr(constraint, key, None) is not None
    }
    if 0.0 < found.get("ge", 0.0) < TINY:
        found = {**found, "ge": -math.inf, "gt": 0.0}
    shown = {key: number(bound) for key, bound in found.items() if not _huge(bound)}
    low = f"> {shown['gt']}" if "gt" in shown else shown.get("ge", "")
    high = f"< {shown['lt']}" if "lt" in shown else shown.get("le", "")
    if low and high:
        return f"{low} … {high}"
    if "ge" in shown:
        return f"≥ {low}"
    return f"≤ {high}" if "le" in shown else low or high


def _huge(bound: float) -> bool:
    return abs(bound) >= (HUGE_COUNT if isinstance(bound, int) else HUGE)


def html_table(
    title: str, headings: Iterable[str], rows: Iterable[Iterable[str]], said: Iterable[str]
) -> str:
    """Table for a notebook, with what is to be said below it."""

    def row(cells: Iterable[str], tag: str) -> str:
        inner = "".join(f"<{tag}>{_html.escape(c).replace(chr(10), '<br>')}</{tag}>" for c in cells)
        return f"<tr>{inner}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    sentences = "".join(f"<p>{_html.escape(line)}</p>" for line in said)
    caption = f"<caption>{_html.escape(title)}</caption>"
    head = row(headings, "th")
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>{sentences}"


def json_text(content: Any) -> str:
    """Strict JSON: null, never NaN."""
    return json.dumps(content, allow_nan=False, indent=2)
