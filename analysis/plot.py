"""Figures: laws as lines, emergent values as dots with error bars of one standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAW_COLOUR = "#c44536"
DATA_COLOUR = "#1d3557"


def figure(n_panels: int = 1) -> tuple[Figure, list[Axes]]:
    """Blank figure with panels side by side, fit for a paper's column or page."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(1.0 + 4.2 * n_panels, 3.6), layout="constrained", dpi=150)
    panels = [drawing.add_subplot(1, n_panels, 1 + i) for i in range(n_panels)]
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
    return drawing, panels


def draw_law(axes: Axes, x: ArrayLike, y: ArrayLike, label: str) -> None:
    """Draw a law as a line."""
    axes.plot(np.asarray(x), np.asarray(y), color=LAW_COLOUR, lw=1.5, label=label, zorder=1)


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


def histogram_density(counts: ArrayLike, edges: ArrayLike) -> Any:
    """Turn per-batch counts (n_batches, n_bins) into densities per unit of the edges."""
    n = np.asarray(counts, dtype=np.float64)
    return n / (n.sum(axis=1).mean() * np.diff(np.asarray(edges)))


def label_axes(axes: Axes, x: str, y: str, title: str = "") -> None:
    """Name both axes, with units, and show the legend."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize="medium", loc="left")
    axes.legend(frameon=False, fontsize="small")
