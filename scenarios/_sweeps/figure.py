"""Figure of a sweep: every quantity against what was swept, its law, its rivals, and its z."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis import Prediction, Verdict
from analysis import plot as draw_parts

from .._parameters import Parameters
from .._result import Result
from .points import shown_point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .result import Sweep

MAXIMUM_PANELS = 6
"""With more quantities than this the leading one is drawn alone."""

SECONDS_FOR_LAWS = 2.0
"""Laws are worked out between the points for no longer than this."""

PLACES_BETWEEN = 60
MAXIMUM_LEGEND = 8
_RINGS = {"disagrees": "tab:red", "undecided": "tab:orange"}
_BROAD = 3.0
_EXPLANATION = "z: (value − expected)/standard error; beyond the grey band a law is refused"
_TOLERANT = f"{_EXPLANATION}, but for its own tolerance"
_DASHES = ("--", ":", "-.")


@dataclass(frozen=True)
class Curve:
    """Points of a sweep that differ in ``x`` alone, and the laws at more places than they.

    ``places`` holds x and the laws there, in ascending order; of a text x is its number.
    """

    label: str
    x: Sequence[float]
    results: Sequence[Result]
    places: Sequence[tuple[float, Mapping[str, Prediction]]]

    def verdicts(self, quantity: str) -> list[tuple[float, Verdict]]:
        """Verdicts of a quantity, where it exists and has a value."""
        return [
            (x, verdict)
            for x, result in zip(self.x, self.results, strict=True)
            for verdict in result.verdicts
            if verdict.quantity == quantity and math.isfinite(verdict.value)
        ]


def draw(sweep: Sweep) -> Figure:
    """Draw all quantities, or the leading one where they are too many."""
    several = len(sweep.quantities) <= MAXIMUM_PANELS
    quantities = sweep.quantities if several else [sweep.leading]
    name, is_number = abscissa(sweep)
    curves = _curves(sweep, name, is_number)
    figure, panels = draw_parts.panels_over_strips(len(quantities))
    x = sorted({x for curve in curves for x in curve.x})
    is_log = is_number and is_logarithmic(x)
    asides = _asides(x, len(curves), is_log)
    for quantity, (panel, strip) in zip(quantities, panels, strict=True):
        for curve, colour, aside in zip(curves, _colours(len(curves)), asides, strict=True):
            _draw_laws(panel, curve, quantity, is_number, colour)
            _draw_points(panel, strip, curve, quantity, colour, aside)
        of_quantity = [v for curve in curves for _, v in curve.verdicts(quantity)]
        _finish_panel(panel, of_quantity, curves, quantity, is_log)
        _finish_strip(strip, of_quantity)
        if is_log:
            strip.set_xscale("log")
            strip.xaxis.set_major_formatter(lambda place, _: f"{place:g}")
            strip.xaxis.set_minor_formatter(_minor_labels(x[-1] / x[0]))
        if not is_number:
            strip.set_xlim(-0.5, len(x) - 0.5)
            strip.set_xticks(x, [str(point[name]) for point in _first_of_each(sweep, name)])
        unit = sweep.units[name]
        strip.set_xlabel(f"{name} [{unit}]" if unit else name)
    shown = [v for r in sweep.results for v in r.verdicts if v.quantity in quantities]
    tolerant = any(v.z is not None and v.tolerance > 0.01 * v.detectable for v in shown)
    figure.supxlabel(_TOLERANT if tolerant else _EXPLANATION, fontsize="x-small")
    figure.suptitle(sweep.title, fontsize="medium" if len(quantities) > 1 else "small")
    return figure


def abscissa(sweep: Sweep) -> tuple[str, bool]:
    """Swept parameter to draw against, and whether it is a number: else its values stand in a row.

    Of several the first number that has most values.
    """
    values = {name: {repr(p[name]): p[name] for p in sweep.points} for name in sweep.names}
    numbers = [
        name
        for name, found in values.items()
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in found.values())
    ]
    if not numbers:
        return max(sweep.names, key=lambda name: len(values[name])), False
    return max(numbers, key=lambda name: len(values[name])), True


def is_logarithmic(values: Sequence[float]) -> bool:
    """Whether places in ascending order are more evenly spread by their logarithms."""
    x = np.asarray(values, dtype=float)
    if len(x) < 2 or x[0] <= 0.0:
        return False
    if len(x) == 2:
        return bool(x[1] >= 10.0 * x[0])
    steps, factors = np.diff(x), np.diff(np.log(x))
    return bool(factors.std() / factors.mean() < steps.std() / steps.mean())


def _minor_labels(factor: float) -> Callable[[float, Any], str]:
    """Label of a place between powers of ten: the fewer the wider the axis, so that none meet."""
    named = (
        "23456789" if factor < 3.0 else "235" if factor < 10.0 else "25" if factor < 40.0 else ""
    )
    return lambda place, _: f"{place:g}" if f"{place:e}"[0] in named else ""


def _asides(x: Sequence[float], n_curves: int, is_log: bool) -> list[Callable[[float], float]]:
    """Move the z of several curves at the same place a little apart, so that all are seen."""

    def moved(share: float) -> Callable[[float], float]:
        if is_log:
            return lambda place: place * (x[-1] / x[0]) ** share
        return lambda place: place + (x[-1] - x[0]) * share

    reach = 0.25 / max(1, len(x) - 1)
    return [moved(reach * ((n + 0.5) / n_curves - 0.5)) for n in range(n_curves)]


def _first_of_each(sweep: Sweep, name: str) -> list[dict[str, Any]]:
    return list({repr(point[name]): point for point in reversed(sweep.points)}.values())[::-1]


def _curves(sweep: Sweep, name: str, is_number: bool) -> list[Curve]:
    """One curve for every combination of the other swept parameters."""
    order = [repr(point[name]) for point in _first_of_each(sweep, name)]
    grouped: dict[str, list[tuple[float, Result]]] = {}
    for point, result in zip(sweep.points, sweep.results, strict=True):
        others = {key: value for key, value in point.items() if key != name}
        x = float(point[name]) if is_number else float(order.index(repr(point[name])))
        grouped.setdefault(shown_point(others), []).append((x, result))
    curves = []
    for label, members in grouped.items():
        members.sort(key=lambda member: member[0])
        places, results = [m[0] for m in members], [m[1] for m in members]
        seconds = SECONDS_FOR_LAWS / len(grouped) if is_number else 0.0
        laws = _laws_along(results, name, places, seconds)
        curves.append(Curve(label, places, results, laws))
    return curves


def _laws_along(
    results: Sequence[Result], name: str, x: Sequence[float], seconds: float
) -> list[tuple[float, Mapping[str, Prediction]]]:
    """Laws at the points, and between them as densely as the time allows."""
    scenario = results[0].scenario
    found = {
        place: scenario.call("laws", result.params)
        for place, result in zip(x, results, strict=True)
    }
    started = time.perf_counter()
    for place, params in _between(results, name, x):
        if time.perf_counter() - started > seconds:
            break
        try:
            found[place] = scenario.call("laws", params)
        except (ValueError, ArithmeticError):  # parameters that go together only at the points
            continue
    return sorted(found.items(), key=lambda pair: pair[0])


def _between(
    results: Sequence[Result], name: str, x: Sequence[float]
) -> list[tuple[float, Parameters]]:
    """Places between neighbouring points: first halves, then quarters, then eighths."""
    whole = isinstance(getattr(results[0].params, name), int)
    is_log = is_logarithmic(x)
    levels = max(1, math.ceil(math.log2(1 + PLACES_BETWEEN / max(1, len(x) - 1))))
    places: dict[float, Parameters] = {}
    for level in range(1, levels + 1):
        for odd in range(1, 2**level, 2):
            share = odd / 2**level
            for n in range(len(x) - 1):
                low, high = x[n], x[n + 1]
                place = low ** (1 - share) * high**share if is_log else low + share * (high - low)
                place = float(round(place)) if whole else place
                if place not in (low, high):
                    value = int(place) if whole else place
                    places.setdefault(place, results[n].params.model_copy(update={name: value}))
    return list(places.items())


def _colours(n_curves: int) -> list[Any]:
    """Colours of curves; None for a single one, whose dots and law differ."""
    if n_curves == 1:
        return [None]
    from matplotlib import colormaps

    return [colormaps["viridis"](0.88 * n / (n_curves - 1)) for n in range(n_curves)]


def _draw_laws(panel: Axes, curve: Curve, quantity: str, is_number: bool, colour: Any) -> None:
    """Draw the law, what is expected at this resolution where that differs, and the rivals."""
    places = [(x, laws[quantity]) for x, laws in curve.places if quantity in laws]
    if not places:
        return
    x = [place for place, _ in places]
    laws = [law for _, law in places]
    style: dict[str, Any] = {"lw": 1.5} if is_number else {"ls": "none", "marker": "_", "ms": 22}
    named = next((law.law_name for law in laws if law.is_claim), "")
    label = _short(named) if colour is None and named else None
    panel.plot(x, [law.law for law in laws], color=colour or draw_parts.LAW_COLOUR, label=label,
               zorder=1, **style)  # fmt: skip
    errors = [verdict.stderr for _, verdict in curve.verdicts(quantity)]
    if any(abs(law.expected - law.law) > 2.0 * max(errors, default=0.0) for law in laws):
        label = "law at this resolution" if colour is None else None
        panel.plot(x, [law.expected for law in laws], color=colour or draw_parts.LAW_COLOUR,
                   alpha=0.5, label=label, zorder=1, **{**style, "lw": _BROAD})  # fmt: skip
    rivals = list(dict.fromkeys(law.rival_name for law in laws if law.rival is not None))
    for number, rival in enumerate(rivals[: len(_DASHES)]):
        y = [law.rival if law.rival_name == rival else None for law in laws]
        dashes = {**style, "lw": 1.0}
        if is_number:
            dashes["ls"] = _DASHES[number]
        panel.plot(x, [math.nan if v is None else v for v in y], color=colour or "black", alpha=0.7,
                   label=_short(rival) if colour is None else None, zorder=1, **dashes)  # fmt: skip


def _draw_points(
    panel: Axes,
    strip: Axes,
    curve: Curve,
    quantity: str,
    colour: Any,
    aside: Callable[[float], float],
) -> None:
    """Draw estimates with their errors, ringed where the law does not stand."""
    found = curve.verdicts(quantity)
    style: dict[str, Any] = {
        **{"fmt": "o", "ms": 3.5, "lw": 1.0, "capsize": 2, "zorder": 2},
        "color": colour or draw_parts.DATA_COLOUR,
    }
    x, verdicts = [place for place, _ in found], [verdict for _, verdict in found]
    label = "simulated ± standard error" if colour is None else curve.label
    panel.errorbar(
        x, [v.value for v in verdicts], yerr=[v.stderr for v in verdicts], label=label, **style
    )
    scored = [(aside(place), v.z) for place, v in found if v.z is not None]
    if scored:
        strip.errorbar([s[0] for s in scored], [s[1] for s in scored], yerr=1.0, **style)
    for outcome, ring in _RINGS.items():
        marked = [(place, v) for place, v in found if v.outcome == outcome]
        places = [place for place, _ in marked]
        for axes, where, y in (
            (panel, places, [v.value for _, v in marked]),
            (strip, [*map(aside, places)], [math.nan if v.z is None else v.z for _, v in marked]),
        ):
            if marked:
                axes.plot(where, y, "o", ms=9, mfc="none", mec=ring,
                          mew=1.5, zorder=3)  # fmt: skip


def _finish_panel(
    panel: Axes, verdicts: Sequence[Verdict], curves: Sequence[Curve], quantity: str, is_log: bool
) -> None:
    """Choose the scale and the part that is shown, and explain the marks."""
    laws = [laws[quantity] for curve in curves for _, laws in curve.places if quantity in laws]
    shown = [v.value + sign * v.stderr for v in verdicts for sign in (-1, 0, 1)]
    shown += [value for law in laws for value in (law.law, law.expected)]
    shown = [value for value in shown if math.isfinite(value)]
    rivals = [law.rival for law in laws if law.rival is not None]
    if shown:
        values = [verdict.value for verdict in verdicts]
        far = 8.0 if is_log else 100.0
        log_y = min(values) > 0.0 and max(values) > far * min(values) if values else False
        _set_limits(panel, shown, rivals, log_y and min(shown) > 0.0)
        _say_what_is_off(panel, rivals)
    unit = verdicts[0].unit if verdicts else ""
    panel.set_ylabel(f"{quantity} [{unit}]" if unit else quantity)
    for outcome, ring in _RINGS.items():
        if any(verdict.outcome == outcome for verdict in verdicts):
            panel.plot([], [], "o", ms=9, mfc="none", mec=ring, mew=1.5, label=outcome)
    if len(curves) > 1:
        panel.plot([], [], color="black", lw=1.5, label="law")
        if any(line.get_linewidth() == _BROAD for line in panel.lines):
            panel.plot([], [], color="black", lw=_BROAD, alpha=0.5, label="law at this resolution")
        if rivals:
            panel.plot([], [], color="black", lw=1.0, ls="--", label="rival")
    handles, labels = panel.get_legend_handles_labels()
    if len(curves) > MAXIMUM_LEGEND:  # the first and the last curve tell the order of the colours
        keep = {curves[0].label, curves[-1].label} | set(labels) - {c.label for c in curves}
        kept = [(h, text) for h, text in zip(handles, labels, strict=True) if text in keep]
        handles, labels = [h for h, _ in kept], [text for _, text in kept]
    panel.legend(handles, labels, frameon=False, fontsize="x-small")


def _say_what_is_off(panel: Axes, rivals: Sequence[float]) -> None:
    """Say in the legend of rivals that none of them is in the picture."""
    low, high = panel.get_ylim()
    if rivals and not any(low <= rival <= high for rival in rivals):
        for line in panel.lines:
            if line.get_linestyle() in _DASHES and not str(line.get_label()).startswith("_"):
                line.set_label(f"{line.get_label()} (off the scale)")


def _set_limits(panel: Axes, shown: Sequence[float], rivals: Sequence[float], log_y: bool) -> None:
    """Show values and laws; rivals too, unless they would press all else into a line."""
    low, high = min(shown), max(shown)
    both_low, both_high = min([low, *rivals]), max([high, *rivals])
    if log_y:
        panel.set_yscale("log")
        if both_low > 0.0 and both_high / both_low < (high / low) ** 2:
            low, high = both_low, both_high
        margin = (high / low) ** 0.08
        panel.set_ylim(low / margin, high * margin)
        return
    spread, size = high - low, max(abs(low), abs(high))
    if both_high - both_low <= max(4.0 * spread, 1.5 * size):
        low, high = both_low, both_high
    margin = 0.08 * (high - low) or 0.1 * size or 1.0
    panel.set_ylim(low - margin, high + margin)


def _finish_strip(strip: Axes, verdicts: Sequence[Verdict]) -> None:
    """Show z against the threshold beyond which a law is refused."""
    scores = [abs(v.z) for v in verdicts if v.z is not None]
    thresholds = [v.threshold for v in verdicts if v.z is not None]
    strip.set_ylabel("z")
    strip.axhline(0.0, color=draw_parts.LAW_COLOUR, lw=1.0, zorder=1)
    if not scores:
        strip.text(0.5, 0.5, "not judged", transform=strip.transAxes, ha="center", va="center",
                   fontsize="x-small", bbox={"fc": "white", "ec": "none"})  # fmt: skip
        strip.set_yticks([])
        return
    threshold = max(thresholds)
    strip.axhspan(-threshold, threshold, color="black", alpha=0.06, lw=0)
    limit = 1.25 * max(threshold, max(scores) + 1.0)
    strip.set_ylim(-limit, limit)


def _short(text: str) -> str:
    return text if len(text) <= 44 else f"{text[:42]}…"
