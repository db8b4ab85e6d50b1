"""Figures in three dimensions: surfaces of triangles, values on them, paths inside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from ._figure import Figure

MAXIMUM_TRIANGLES = 20_000
"""Of a larger surface every second, third, … triangle is drawn: a figure must not take minutes."""


def figure(n_panels: int = 1) -> tuple[Figure, list[Any]]:
    """Blank figure with panels in three dimensions side by side."""
    from ._figure import Figure

    drawing = Figure(figsize=(0.6 + 4.6 * n_panels, 4.4), layout="constrained", dpi=150)
    panels = [drawing.add_subplot(1, n_panels, 1 + i, projection="3d") for i in range(n_panels)]
    return drawing, panels


def draw_surface(
    axes: Any, corners: ArrayLike, colour: str = "tab:blue", alpha: float = 0.1
) -> None:
    """Draw triangles as a sheet that one sees through.

    Parameters
    ----------
    axes : matplotlib Axes3D
        Where to draw.
    corners : (m, 3, 3) float
        Corners of the triangles.
    colour : str
        Of the sheet.
    alpha : float
        How much it hides.
    """
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    drawn = np.asarray(corners)[_shown(len(np.asarray(corners)))]
    axes.add_collection3d(Poly3DCollection(drawn, facecolor=colour, alpha=alpha, linewidth=0.0))


def draw_values(axes: Any, corners: ArrayLike, values: ArrayLike, label: str) -> None:
    """Colour triangles by their values, with a bar that says what they are.

    Parameters
    ----------
    axes : matplotlib Axes3D
        Where to draw.
    corners : (m, 3, 3) float
        Corners of the triangles.
    values : (m,) float
        One value each.
    label : str
        What they are, with their unit.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    triangles, numbers = np.asarray(corners), np.asarray(values, np.float64)
    # A few tiny triangles with rare hits would spread the scale for all others.
    low, high = (float(np.quantile(numbers, share)) for share in (0.005, 0.995))
    # From 0, unless that would give all of them nearly one colour.
    scale = Normalize(low if low > 0.5 * high else 0.0, high or 1.0)
    mapped = ScalarMappable(scale, "viridis")
    shown = _shown(len(triangles))
    colours = mapped.to_rgba(numbers[shown])
    # Edges in the colour of the face leave no gaps between neighbours.
    faces = Poly3DCollection(triangles[shown], facecolor=colours, edgecolor=colours, linewidth=0.2)
    axes.add_collection3d(faces)
    axes.figure.colorbar(mapped, ax=axes, shrink=0.6, pad=0.12, label=label)


def draw_paths(axes: Any, paths: Iterable[ArrayLike]) -> None:
    """Draw paths, each a (k, 3) array of its corners, as thin lines."""
    for path in paths:
        axes.plot(*np.asarray(path).T, lw=0.7, alpha=0.9)


def frame(axes: Any, low: ArrayLike, high: ArrayLike, unit: str, title: str = "") -> None:
    """Show a box with lengths to scale, name the axes and the unit."""
    limits = np.column_stack([np.asarray(low), np.asarray(high)])
    axes.set(xlim=limits[0], ylim=limits[1], zlim=limits[2])
    size = np.ptp(limits, axis=1)
    axes.set_box_aspect(size, zoom=0.85)
    axes.set(xlabel=f"x [{unit}]", ylabel=f"y [{unit}]", zlabel=f"z [{unit}]")
    for axis, length in zip("xyz", size, strict=True):
        axes.locator_params(axis=axis, nbins=4 if length > 0.5 * size.max() else 2)
    axes.tick_params(labelsize="x-small")
    axes.zaxis.labelpad = 8.0
    axes.set_title(title, fontsize="medium", loc="left")


def _shown(n: int) -> slice:
    return slice(None, None, max(1, -(-n // MAXIMUM_TRIANGLES)))
