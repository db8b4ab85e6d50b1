"""Figure of a vacuum part: paths inside it, and where molecules hit its walls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import walkers
from analysis import space

Floats = NDArray[np.float64]

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
    space.draw_paths(left, [per_metre * path for path in walkers.trace_paths(model, seed, 8, 60)])
    space.frame(left, low, high, unit, "Eight molecules; openings red")
    corners, hits = hit_map(model, seed)
    name = part.names[0]
    space.draw_values(right, per_metre * corners, hits, f"hits per area, over those on {name}")
    space.frame(right, low, high, unit, f"Where molecules from {name} hit the wall")
    return figure


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
