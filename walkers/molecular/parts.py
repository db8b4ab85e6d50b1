"""Vacuum parts made of triangles by our own code: watertight, every opening a named part.

All lengths in metres. The inlet lies in the plane z=0 about the origin. Circles become regular
polygons with corners on the circle, so that areas are a little smaller, by 2π²/3N² for N sides,
or polygons of the circle's area where ``equal_area`` says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .enclosure import WALL, Enclosure, assembled

Floats = NDArray[np.float64]

INLET, OUTLET, CORE, BAFFLE = "inlet", "outlet", "core", "baffle"


def tube(
    radius: float = 0.02, length: float = 0.2, n_sides: int = 64, *, equal_area: bool = False
) -> Enclosure:
    """Straight tube along z: a prism over a regular polygon."""
    circle = polygon(n_sides, equal_area)
    heights = _steps(0.0, length, 4.0 * math.pi * radius / n_sides)
    rings = _rings(circle, np.full(len(heights), radius), heights)
    return assembled({INLET: _cap(rings[0])[:, ::-1], OUTLET: _cap(rings[-1]), WALL: _side(rings)})


def cone(
    inlet_radius: float = 0.02,
    outlet_radius: float = 0.03,
    length: float = 0.05,
    n_sides: int = 64,
) -> Enclosure:
    """Cone along z, cut off at both ends."""
    circle = polygon(n_sides)
    heights = _steps(0.0, length, math.pi * (inlet_radius + outlet_radius) / n_sides)
    radii = inlet_radius + (outlet_radius - inlet_radius) * (heights / length)
    rings = _rings(circle, radii, heights)
    return assembled({INLET: _cap(rings[0])[:, ::-1], OUTLET: _cap(rings[-1]), WALL: _side(rings)})


def annulus(
    inner_radius: float = 0.01, outer_radius: float = 0.02, length: float = 0.1, n_sides: int = 64
) -> Enclosure:
    """Straight tube along z round a solid rod, whose surface is the part ``core``."""
    circle = polygon(n_sides)
    heights = _steps(0.0, length, 4.0 * math.pi * outer_radius / n_sides)
    outer = _rings(circle, np.full(len(heights), outer_radius), heights)
    inner = _rings(circle, np.full(len(heights), inner_radius), heights)
    return assembled(
        {
            INLET: _side(np.stack([inner[0], outer[0]])),
            OUTLET: _side(np.stack([outer[-1], inner[-1]])),
            WALL: _side(outer),
            CORE: _side(inner)[:, ::-1],
        }
    )


def elbow(
    inlet_radius: float = 0.02,
    outlet_radius: float = 0.015,
    bend_radius: float = 0.04,
    leg: float = 0.02,
    n_sides: int = 48,
) -> Enclosure:
    """Bend by 90° from +z to +x with a straight leg at each end, narrowing evenly in between.

    The centre line is a quarter of a circle of radius ``bend_radius``, larger than the radii.
    """
    circle = polygon(n_sides)
    spacing = math.pi * (inlet_radius + outlet_radius) / n_sides
    n_bend = max(2, round(0.5 * math.pi * bend_radius / spacing))
    turn = polygon(4 * n_bend)[: n_bend + 1]  # cosine and sine of angles from 0 to 90°
    radii = np.linspace(inlet_radius, outlet_radius, n_bend + 1)
    rings = [_tilted(circle, inlet_radius, 0.0, z, (1.0, 0.0)) for z in _steps(0.0, leg, spacing)]
    for (cosine, sine), radius in zip(turn[1:], radii[1:], strict=True):
        x, z = bend_radius * (1.0 - cosine), leg + bend_radius * sine
        rings.append(_tilted(circle, radius, x, z, (cosine, sine)))
    for x in _steps(bend_radius, bend_radius + leg, spacing)[1:]:
        rings.append(_tilted(circle, outlet_radius, x, leg + bend_radius, (0.0, 1.0)))
    return assembled(
        {INLET: _cap(rings[0])[:, ::-1], OUTLET: _cap(rings[-1]), WALL: _side(np.array(rings))}
    )


def duct(
    width: float = 0.04, height: float = 0.02, length: float = 0.1, spacing: float = 0.005
) -> Enclosure:
    """Rectangular duct along z, ``width`` along x and ``height`` along y."""
    across = [_steps(-0.5 * size, 0.5 * size, spacing) for size in (width, height)]
    x, y = across
    outline = np.concatenate(
        [
            [(u, y[0]) for u in x[:-1]],
            [(x[-1], v) for v in y[:-1]],
            [(u, y[-1]) for u in x[:0:-1]],
            [(x[0], v) for v in y[:0:-1]],
        ]
    )
    heights = _steps(0.0, length, spacing)
    rings = _rings(outline, np.ones(len(heights)), heights)
    grid = np.array([[(u, v) for u in x] for v in y])
    ends = [np.concatenate([grid, np.full((*grid.shape[:2], 1), z)], axis=2) for z in (0.0, length)]
    inlet, outlet = (_sheet(end) for end in ends)
    return assembled({INLET: inlet[:, ::-1], OUTLET: outlet, WALL: _side(rings)})


def trap(
    radius: float = 0.02,
    body_radius: float = 0.04,
    baffle_radius: float = 0.026,
    length: float = 0.06,
    thickness: float = 0.002,
    n_sides: int = 48,
) -> Enclosure:
    """Wide tube with a floating disc in the middle, so that no flight goes straight through.

    The openings are circles of ``radius`` in the flat ends of a tube of ``body_radius``; the
    disc, the part ``baffle``, touches nothing.
    """
    circle = polygon(n_sides)
    spacing = 2.0 * math.pi * body_radius / n_sides
    flange = _steps(radius, body_radius, spacing)
    heights = _steps(0.0, length, spacing)
    profile = [(r, 0.0) for r in flange[:-1]]
    profile += [(body_radius, z) for z in heights]
    profile += [(r, length) for r in flange[-2::-1]]
    r, z = np.array(profile).T
    rings = _rings(circle, r, z)
    low, high = 0.5 * (length - thickness), 0.5 * (length + thickness)
    disc = _steps(0.25 * baffle_radius, baffle_radius, spacing)
    r = np.r_[disc, disc[::-1]]
    around = _rings(circle, r, np.repeat([low, high], len(disc)))
    baffle = np.concatenate([_cap(around[0])[:, ::-1], _side(around), _cap(around[-1])])
    return assembled(
        {
            INLET: _cap(rings[0])[:, ::-1],
            OUTLET: _cap(rings[-1]),
            WALL: _side(rings),
            BAFFLE: baffle[:, ::-1],
        }
    )


PARTS: dict[str, Callable[..., Enclosure]] = {
    "tube": tube,
    "elbow": elbow,
    "cone": cone,
    "duct": duct,
    "annulus": annulus,
    "trap": trap,
}
"""Parts by name."""


def polygon(n_sides: int, equal_area: bool = False) -> Floats:
    """Corners (n_sides, 2) of a regular polygon in the unit circle, or of the circle's area.

    Raises
    ------
    ValueError
        With fewer than three sides.
    """
    if n_sides < 3:
        raise ValueError(f"n_sides must be at least 3, got {n_sides}")
    angles = 2.0 * np.pi * np.arange(n_sides) / n_sides
    # Rounded, so that coordinates, and with them all paths, are the same on every machine.
    corners = np.round(np.column_stack([np.cos(angles), np.sin(angles)]), 12) + 0.0
    if equal_area:
        angle = 2.0 * math.pi / n_sides
        corners *= round(math.sqrt(angle / math.sin(angle)), 12)
    return corners


def _steps(start: float, end: float, spacing: float) -> Floats:
    """Places from start to end in equal steps of about the spacing."""
    return np.linspace(start, end, max(1, round((end - start) / spacing)) + 1)


def _rings(outline: Floats, radii: ArrayLike, heights: ArrayLike) -> Floats:
    """Outline (n, 2) stretched to each radius and put at each height z: (k, n, 3)."""
    r, z = np.asarray(radii, np.float64), np.asarray(heights, np.float64)
    flat = r[:, None, None] * outline
    return np.concatenate([flat, np.broadcast_to(z[:, None, None], (*flat.shape[:2], 1))], axis=2)


def _tilted(circle: Floats, radius: float, x: float, z: float, across: Sequence[float]) -> Floats:
    """Circle about (x, 0, z) in the plane of y and of the vector ``across`` = (c, −s) in x, z."""
    cosine, sine = across
    u, v = radius * circle.T
    return np.column_stack([x + u * cosine, v, z - u * sine])


def _side(rings: Floats) -> Floats:
    """Triangles between successive rings (k, n, 3), looking outwards of rings that rise along z."""
    a, b = rings[:-1], rings[1:]
    a_next, b_next = np.roll(a, -1, axis=1), np.roll(b, -1, axis=1)
    lower, upper = np.stack([a, a_next, b_next], axis=2), np.stack([a, b_next, b], axis=2)
    return np.stack([lower, upper], axis=2).reshape(-1, 3, 3)


def _cap(ring: Floats) -> Floats:
    """Triangles from the middle of a ring (n, 3) to its sides, looking up where it runs round z."""
    middle = np.broadcast_to(0.5 * (ring.min(axis=0) + ring.max(axis=0)), ring.shape)
    return np.stack([middle, ring, np.roll(ring, -1, axis=0)], axis=1)


def _sheet(grid: Floats) -> Floats:
    """Triangles of a grid (k, n, 3) of points with y rising along k and x along n, looking up."""
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    return np.stack([np.stack([a, b, c], 2), np.stack([a, c, d], 2)], 2).reshape(-1, 3, 3)
