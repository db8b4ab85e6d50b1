"""Figure of a vacuum part: paths inside it, and where molecules hit its walls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import walkers
from analysis import space
from walkers.molecular.enclosure import merged
from walkers.molecular.mesh import box_around

Floats = NDArray[np.float64]

N_PATHS, N_POINTS = 6, 16
"""Molecules drawn, and points of the path of each."""

FINEST = 1.0 / 25.0
"""Triangles are split for the map until half of them are shorter, over the box's diagonal."""

MAP_BATCHES = 24
"""Batches in which hits are counted triangle by triangle."""


def draw_part(part: walkers.Enclosure, model: walkers.FreeMolecular, seed: int) -> Any:
    """Draw a part whose openings are the sources of the model, and the first of its surfaces."""
    n_openings = len(model.sources)
    unit, per_metre = ("mm", 1e3) if np.ptp(part.box, axis=0).max() < 1.0 else ("m", 1.0)
    low, high = (per_metre * end for end in part.box)
    figure, (left, right) = space.figure(2)
    space.draw_surface(left, per_metre * part.corners[part.parts >= n_openings])
    space.draw_surface(left, per_metre * part.corners[part.parts < n_openings], "tab:red", 0.3)
    paths = walkers.trace_paths(model, seed, N_PATHS, N_POINTS)
    space.draw_paths(left, [per_metre * path for path in paths])
    for number, opening in enumerate(part.names[:n_openings]):
        middle = per_metre * part.corners[part.parts == number].mean(axis=(0, 1))
        left.text(*middle, opening, fontsize="small", color="tab:red", ha="center", zorder=9)
    title = f"{len(paths)} molecules, at most {N_POINTS - 1} flights; openings red"
    space.frame(left, low, high, unit, title)
    corners, hits = hit_map(model, seed)
    name = part.names[0]
    space.draw_values(right, per_metre * corners, hits, f"hits per area, over those on {name}")
    space.frame(right, low, high, unit, f"Where molecules from {name} hit the wall")
    return figure


def _refined(model: walkers.FreeMolecular) -> walkers.FreeMolecular:
    """Split all triangles into four each, until they are small or many: neighbours still meet."""
    shapes: list[Any] = [surface.shape for surface in model.surfaces]
    low, high = box_around(shapes)
    small = FINEST * np.linalg.norm(high - low)
    while (
        4 * sum(len(shape.triangles) for shape in shapes) <= space.MAXIMUM_TRIANGLES
        and np.median(np.concatenate([_longest(shape.corners) for shape in shapes])) > small
    ):
        shapes = [walkers.Mesh(*merged(_quartered(shape.corners))) for shape in shapes]
    surfaces = zip(model.surfaces, shapes, strict=True)
    return replace(model, surfaces=tuple(replace(s, shape=shape) for s, shape in surfaces))


def _longest(corners: Floats) -> Floats:
    """Longest edge of each triangle."""
    edges: Floats = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    return edges


def _quartered(corners: Floats) -> Floats:
    """Four triangles for each of (m, 3, 3): three at its corners and one between them."""
    a, b, c = np.moveaxis(corners, 1, 0)
    ab, bc, ca = 0.5 * (a + b), 0.5 * (b + c), 0.5 * (c + a)
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([np.stack(quarter, axis=1) for quarter in quarters])


def hit_map(model: walkers.FreeMolecular, seed: int) -> tuple[Floats, Floats]:
    """Where molecules of the first source hit the walls: what is drawn, not judged.

    Counted anew in a few batches: by triangle it would be too much to keep of every batch.

    Returns
    -------
    (m, 3, 3) float array [m]
        Corners of the triangles of all walls.
    (m,) float array
        Hits per area of each, over the molecules per area of the opening they enter by.
    """
    model = _refined(model)
    opening = model.surfaces[0]
    walls = [s for s in model.surfaces if not isinstance(s.boundary, walkers.Absorbing)]
    mapped = replace(model, map_hits=tuple(wall.name for wall in walls))
    batches = [mapped.compute(seed, batch)["triangle_hits"][0] for batch in range(MAP_BATCHES)]
    corners, areas = (
        np.concatenate([getattr(wall.shape, name) for wall in walls])
        for name in ("corners", "areas")
    )
    entered = model.sources[0].n / opening.shape.area()
    return corners, np.mean(batches, axis=0) / areas / entered
