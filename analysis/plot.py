"""Figures: laws as lines, emergent values as dots with error bars of one standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._figure import Figure

LAW_COLOUR = "#c44536"
DATA_COLOUR = "#1d3557"
_COLOURS = {
    "agrees": "tab:green",
    "disagrees": "tab:red",
    "undecided": "tab:orange",
    "measured": "tab:gray",
}


def figure(n_panels: int = 1) -> tuple[Figure, list[Axes]]:
    """Blank figure with panels side by side, fit for a paper's column or page."""
    from ._figure import Figure

    drawing = Figure(figsize=(1.0 + 4.2 * n_panels, 3.6), layout="constrained", dpi=150)
    panels = [drawing.add_subplot(1, n_panels, 1 + i) for i in range(n_panels)]
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
    return drawing, panels


def panels_over_strips(n_panels: int) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Blank figure of small multiples: panels, each over a strip with the same abscissa."""
    from ._figure import Figure

    n_columns = {1: 1, 2: 2, 4: 2}.get(n_panels, 3)
    n_rows = -(-n_panels // n_columns)
    size = (0.6 + 4.4 * n_columns, 0.4 + 4.4 * n_rows)
    drawing = Figure(figsize=size, layout="constrained", dpi=150)
    grid = drawing.add_gridspec(2 * n_rows, n_columns, height_ratios=[3.4, 1.0] * n_rows)
    panels = []
    for number in range(n_panels):
        row, column = divmod(number, n_columns)
        strip = drawing.add_subplot(grid[2 * row + 1, column])
        panel = drawing.add_subplot(grid[2 * row, column], sharex=strip)
        panel.tick_params(labelbottom=False, which="both")
        for axes in (panel, strip):
            axes.spines[["top", "right"]].set_visible(False)
        panels.append((panel, strip))
    return drawing, panels


def draw_law(axes: Axes, x: ArrayLike, y: ArrayLike, label: str) -> None:
    """Draw a law as a line."""
    axes.plot(np.asarray(x), np.asarray(y), color=LAW_COLOUR, lw=1.5, label=label, zorder=1)


def between(x: ArrayLike, y: ArrayLike, fine: ArrayLike) -> NDArray[np.float64]:
    """Values of a smooth positive curve between a few that take long to find.

    Parameters
    ----------
    x, y : (n,) float
        Places in ascending order and the curve there, all positive.
    fine : (m,) float
        Places between the first and the last.

    Returns
    -------
    (m,) float
        By a cubic spline of ln y in ln x.
    """
    from scipy.interpolate import CubicSpline

    return np.asarray(np.exp(CubicSpline(np.log(x), np.log(y))(np.log(fine))), dtype=np.float64)


def draw_batches(axes: Axes, x: ArrayLike, batches: ArrayLike, label: str) -> None:
    """Draw the mean over batches at each x, with its standard error.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    x : (n,) float
        Abscissae.
    batches : (n_batches, n) float
        Independent values at each.
    label : str
        Entry of the legend.
    """
    values = np.asarray(batches, dtype=np.float64)
    stderr = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    axes.errorbar(
        np.asarray(x), values.mean(axis=0), yerr=stderr,
        fmt="o", ms=3.5, lw=1.0, capsize=2, color=DATA_COLOUR, label=label, zorder=2,
    )  # fmt: skip


def draw_histogram(
    axes: Axes, counts: ArrayLike, edges: ArrayLike, density: Callable[[Any], Any], label: str
) -> None:
    """Draw a histogram as a density, with errors over batches, against the law's density.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    counts : (n_batches, n_bins) int
        Counts of each batch.
    edges : (n_bins + 1,) float
        Edges of the bins.
    density : callable
        The law's density per unit of the edges.
    label : str
        The law's entry in the legend.
    """
    n, x = np.asarray(counts, dtype=np.float64), np.asarray(edges, dtype=np.float64)
    fine = np.linspace(x[0], x[-1], 200)
    draw_law(axes, fine, density(fine), label)
    draw_batches(axes, (x[1:] + x[:-1]) / 2.0, n / (n.sum(axis=1).mean() * np.diff(x)), "molecules")


def label_axes(axes: Axes, x: str, y: str, title: str = "") -> None:
    """Name both axes, with units, and show a legend if anything is labelled."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize="medium", loc="left")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize="small")


def plot_verdicts(verdicts: Sequence[Verdict], title: str = "") -> Figure:
    """Draw every estimate against its law, in units of its scale.

    Left: deviations from the law (expected at this resolution) with their errors. Right: the
    same with the rivals, which lie too far off to fit on the left.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Drawn from top to bottom.
    title : str
        Title of the figure.
    """
    from ._figure import Figure

    figure = Figure(figsize=(9.0, 1.6 + 0.45 * len(verdicts)), layout="constrained")
    near, far = figure.subplots(1, 2, sharey=True)
    for row, verdict in enumerate(verdicts):
        _draw_estimate(near, row, verdict)
        _draw_estimate(far, row, verdict)
        if verdict.rival is not None and verdict.rival != verdict.law:
            far.plot(100.0 * (verdict.rival - verdict.expected) / verdict.scale, row, "kx")
    near.set_yticks(range(len(verdicts)), [_label(verdict) for verdict in verdicts])
    near.invert_yaxis()
    near.set_title("estimates and the law")
    far.set_title("and its rivals (×)")
    for axes in (near, far):
        axes.axvline(0.0, color="black", linewidth=0.8)
        axes.set_xlabel("(value − expected)/scale  [%]")
        axes.locator_params(axis="x", nbins=5)
        axes.margins(y=0.2)
    if title:
        figure.suptitle(title)
    return figure


def _draw_estimate(axes: Axes, row: int, verdict: Verdict) -> None:
    axes.errorbar(
        100.0 * (verdict.value - verdict.expected) / verdict.scale,
        row,
        xerr=100.0 * verdict.stderr / verdict.scale,
        fmt="o",
        capsize=3,
        color=_COLOURS[verdict.outcome],
    )


def _label(verdict: Verdict) -> str:
    """Name the quantity and the unit of its scale."""
    return f"{verdict.quantity}\nscale {verdict.scale:.4g} {verdict.unit}".rstrip()
