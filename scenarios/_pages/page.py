"""Results as HTML: one page that needs nothing beside it, and the same of one run in a notebook.

The templates say how it looks, and escape whatever they are given; here is what they are given.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis import Verdict
from analysis.verdict import FAMILY_ERROR_RATE, MINIMUM_BATCHES, Outcome
from walkers.engine.provenance import software_versions

from .. import _tables
from .._parameters import number, plain
from .._scenario import ScenarioError
from .._sweeps.sweep import sweep_of
from .._sweeps.table import shared
from . import convergence
from .figures import inline_svg
from .files import batch_file, file_name_of, scenario_file, slug, verdict_files
from .provenance import (
    Origin,
    changed_parameters,
    command_of,
    is_own_file,
    provenance,
    why_no_command,
)

if TYPE_CHECKING:
    from jinja2 import Environment
    from matplotlib.figure import Figure

    from .._result import Result
    from .._sweeps.result import Sweep

OUTCOMES: tuple[Outcome, ...] = ("disagrees", "undecided", "agrees", "measured")
"""From what a reader should see first to what needs no eye."""

_HEADINGS = ("quantity", "outcome", "value ± error", "law", "z", "deviation", "detects")
_FOLDER = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Drawing:
    """A figure of the page: its SVG, safe to be put in as it is, and its caption."""

    svg: Any
    caption: str


def page(
    results: Sequence[Result],
    origins: Sequence[Origin | None] = (),
    problems: Sequence[str] = (),
) -> str:
    """Whole page of runs that were judged together.

    Parameters
    ----------
    results : sequence of Result
        In the order of the page.
    origins : sequence, optional
        Where each was read from.
    problems : sequence of str, optional
        What could not be reported, and why.
    """
    from markupsafe import Markup

    origins = origins or [None] * len(results)
    runs = [
        _run(result, origin, f"{slug(result.scenario.name)}-{place}", _varied(result, results))
        for place, (result, origin) in enumerate(zip(results, origins, strict=True), start=1)
    ]
    verdicts = [verdict for result in results for verdict in result.verdicts]
    script = (_FOLDER / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    title = results[0].scenario.name if len(results) == 1 else f"{len(results)} runs and their laws"
    return _environment().get_template("page.html").render(
        title=title,
        counts=_counts(verdicts),
        n_judged=sum(verdict.z is not None for verdict in verdicts),
        n_others=sum(verdict.z is None for verdict in verdicts),
        family_error_rate=_tables.percent(FAMILY_ERROR_RATE),
        downloads=verdict_files([run["json"] for run in runs], "fluxwalk"),
        n_wrong_rules=sum(result.wrong_rule is not None for result in results),
        problems=problems,
        overview=_sweeps(results),
        runs=runs,
        version=software_versions()["fluxwalk"],
        script=Markup(script),
        script_hash=f"sha256-{digest}",
    )  # fmt: skip


def section(result: Result) -> str:
    """One run for a notebook: table and figure, the rest folded."""
    name = f"{slug(result.scenario.name)}-{result.record.sha256()[:12]}"
    return _environment().get_template("notebook.html").render(run=_run(result, None, name))


def _environment() -> Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        headings=_HEADINGS,
        minimum_batches=MINIMUM_BATCHES,
        curve_width=convergence.WIDTH,
        curve_height=convergence.HEIGHT,
        curve_said=_curve_said,
        outcome_of_many=_tables.outcome_of_many,
        css=Markup((_FOLDER / "page.css").read_text(encoding="utf-8")),
    )
    return environment


def _varied(result: Result, results: Sequence[Result]) -> set[str]:
    """Parameters in which other results of the same scenario differ from this one."""
    own = result.params.model_dump()
    others = [r.params.model_dump() for r in results if r.scenario.name == result.scenario.name]
    return {name for name in own if any(plain(o.get(name)) != plain(own[name]) for o in others)}


def _run(
    result: Result, origin: Origin | None, name: str, varied: Collection[str] = ()
) -> dict[str, Any]:
    """Everything that the templates show of one run."""
    verdicts, record = result.verdicts, result.record
    content = result.as_json()
    file_name = file_name_of(content)
    quantities = {verdict.quantity for verdict in verdicts}
    checks = [check for check in result.checks if check.quantity in quantities]
    counts = _counts(verdicts)
    rule = result.scenario.wrong_rules.get(result.wrong_rule or "")
    changed = changed_parameters(result)
    return {
        "id": name,
        "name": result.scenario.name,
        "question": result.scenario.question,
        "outcome": next(outcome for outcome in OUTCOMES if counts[outcome]),
        "counts": counts,
        "n_batches": record.n_batches,
        "caption": result.title,
        "wrong_rule": result.wrong_rule,
        "wrong_rule_help": rule.help.rstrip(".") if rule else "",
        "changed": ", ".join(
            f"{key}={_shown(value)}"
            for key, value in result.params.model_dump().items()
            if key in changed or key in varied
        ),
        "rows": [_row(verdict) for verdict in verdicts],
        "legend": _legend(verdicts),
        "notes": result.notes,
        "figure": _figure(result, name),
        "curves": convergence.curves(checks),
        "any_law": any(check.prediction.is_claim for check in checks),
        "rule": _blocks(result.scenario.rule),
        "parameters": _parameters(result, changed),
        "laws": _laws(result),
        "command": command_of(result),
        "no_command": why_no_command(result),
        "own_file": is_own_file(result),
        "provenance": provenance(result, content["record_sha256"], origin),
        "json": content,
        "downloads": [
            *verdict_files([content], file_name),
            *batch_file(result, file_name),
            *scenario_file(result),
        ],
    }


def _counts(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    outcomes = [verdict.outcome for verdict in verdicts]
    return {outcome: outcomes.count(outcome) for outcome in OUTCOMES}


def _row(verdict: Verdict) -> dict[str, Any]:
    quantity, value, unit, law, z, detects = _tables.cells_of(verdict)
    return {
        "quantity": _breakable(quantity),
        "value": _minus(value),
        "unit": unit,
        "law": _minus(law),
        "z": _minus(z),
        "detects": detects,
        "place": _place(verdict),
        "outcome": verdict.outcome,
        "mark": _tables.outcome_of(verdict).removeprefix(verdict.outcome),
        "sentence": verdict.sentence,
    }


def _minus(text: str) -> str:
    """Write signs as they are printed; exponents stay as a computer reads them."""
    return re.sub(r"(?<![e\d])-", "−", text)


def _breakable(name: str) -> Any:
    """Let a long name go on in the next line after an underscore or a comma."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([_,])", r"\1<wbr>", str(escape(name))))


def _place(verdict: Verdict) -> dict[str, Any] | None:
    """Where an estimate lies in its band: a strip 120 wide, the law in its middle."""
    if verdict.z is None:
        return None
    half_band = verdict.threshold + verdict.tolerance / verdict.stderr
    unit = 38.0 / half_band

    def x(value: float) -> float:
        return round(60.0 + unit * (value - verdict.expected) / verdict.stderr, 1)

    rival = None if verdict.rival is None or verdict.by_z_alone else x(verdict.rival)
    centre = x(verdict.value)
    side = "above" if verdict.z > 0 else "below"
    return {
        "low": 22.0,
        "high": 98.0,
        "x": centre,
        "error_low": max(1.0, x(verdict.value - verdict.stderr)),
        "error_high": min(119.0, x(verdict.value + verdict.stderr)),
        "arrow": 0 if 4.0 <= centre <= 116.0 else int(np.sign(verdict.z)),
        "rival": rival if rival is not None and 4.0 <= rival <= 116.0 else None,
        "said": f"{abs(verdict.z):.1f} standard errors {side} the law; "
        f"the threshold is {half_band:.1f}",
    }


def _legend(verdicts: Sequence[Verdict]) -> list[str]:
    lines = list(_tables.legend(verdicts))
    if any(verdict.z is not None for verdict in verdicts):
        lines.append(
            "deviation: line = law, dot = estimate with its standard error, grey = up to the "
            "threshold, arrow = far beyond, × = the rival law where it is near enough to be seen"
        )
    return lines


def _curve_said(curve: convergence.Curve) -> str:
    first, last = curve.prefixes[0], curve.prefixes[-1]
    law = f"; law {curve.centre:.6g}" if curve.is_claim else ""
    unit = f" {curve.check.estimate.unit}".rstrip()
    return (
        f"{curve.check.quantity}: {_tables.with_error(first.value, first.stderr)} after "
        f"{first.n_batches} batches, {_tables.with_error(last.value, last.stderr)}{unit} after "
        f"{last.n_batches}{law}"
    )


def _figure(result: Result, name: str) -> Drawing | str:
    """Draw the figure of a run, or say why there is none."""
    from markupsafe import Markup

    try:
        svg, description = inline_svg(result.untitled_figure, name)
    except ScenarioError as error:  # a user's own file; one of ours that fails is a bug
        return f"no figure: {error}"
    return Drawing(Markup(svg), description)


def _sweeps(results: Sequence[Result]) -> list[Drawing]:
    """Figure of every sweep among the results: one scenario at many points."""
    from markupsafe import Markup

    alike: dict[tuple[str, str | None], list[Result]] = {}
    for result in results:
        alike.setdefault((result.scenario.name, result.wrong_rule), []).append(result)
    drawings = []
    for place, points in enumerate(alike.values(), start=1):
        if (sweep := sweep_of(points)) is not None:
            svg, _ = inline_svg(functools.partial(_untitled, sweep), f"sweep-{place}")
            swept = " and ".join(sweep.names)
            said = f"{sweep.scenario.name} at {len(points)} points of {swept}: {shared(sweep)}."
            drawings.append(Drawing(Markup(svg), said))
    return drawings


def _untitled(sweep: Sweep) -> Figure:
    """Figure of a sweep whose title the page says in its caption."""
    figure = sweep.plot()
    figure.suptitle("")
    return figure


@dataclass(frozen=True)
class Block:
    """Part of a docstring: a paragraph, lines to be kept, or a list."""

    kind: str
    lines: list[Any]


def _blocks(rule: str) -> list[Block]:
    """Docstring but its first line, which is the question, without the marks of reST."""
    blocks = []
    text = rule.partition("\n")[2].strip("\n")
    if text.startswith("Rule: "):  # as the heading above it says
        text = text[6:7].upper() + text[7:]
    for part in re.split(r"\n\s*\n", text):
        lines = part.splitlines()
        if re.match(r"\s*[-*] ", part):
            items = re.split(r"(?m)^\s*[-*] ", part)[1:]
            blocks.append(Block("list", [_marked(" ".join(item.split())) for item in items]))
        elif lines and all(line.startswith((" ", "\t")) for line in lines):
            blocks.append(Block("lines", [_marked(line.strip()) for line in lines]))
        elif lines:
            blocks.append(Block("paragraph", [_marked(" ".join(part.split()))]))
    return blocks


def _marked(text: str) -> Any:
    """Escape a text, and turn ``code`` and *stress* into what they mean."""
    from markupsafe import Markup, escape

    safe = re.sub(r"``(.+?)``", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])", r"<em>\1</em>", safe))


def _parameters(result: Result, changed: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "value": _shown(getattr(result.params, name)),
            "default": _shown(entry["default"]),
            "unit": entry["unit"],
            "help": _marked(entry["help"]),
            "changed": name in changed,
        }
        for name, entry in result.scenario.parameters().items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array {value.shape} of {value.dtype}"
    if isinstance(value, float):
        return number(value)
    return "none" if value is None else str(plain(value))


def _laws(result: Result) -> list[dict[str, str]]:
    sources = {check.quantity: check.prediction.source for check in result.checks}
    return [
        {
            "quantity": verdict.quantity,
            "name": verdict.law_name,
            "value": ""
            if verdict.outcome == "measured"
            else f"{verdict.law:.6g} {verdict.unit}".rstrip(),
            "rival": "" if verdict.rival is None else f"{verdict.rival_name} ({verdict.rival:.6g})",
            "source": sources.get(verdict.quantity, ""),
        }
        for verdict in result.verdicts
    ]
