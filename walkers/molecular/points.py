"""Uniform points of a surface of any shape, apart from the openings that lie in it."""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import uniform_open
from .emit import accepted_candidate, drawn_disc_point, drawn_words, in_frame
from .hit import flat_hit, landed, nearest_hit, normal_at
from .hit_rare import across, in_annulus, in_rectangle
from .shapes import ANNULUS, BALL, BOX, CYLINDER, DISC, PLANE, RECTANGLE, SPHERE

MAXIMUM_TRIES = 100_000
"""Points of a surface looked at before it counts as covered by its openings."""

_ONE = np.uint64(1)


@scalar
def on_ring(p, i, a, b, radius, along):
    """Point at a distance from the axis, in the direction (a, b), and at a place along it."""
    scale = radius / np.sqrt(a * a + b * b)
    x, y, z = in_frame(p[i, 3], p[i, 4], p[i, 5], a * scale, b * scale, along)
    return p[i, 0] + x, p[i, 1] + y, p[i, 2] + z


@scalar
def on_rectangle(p, i, u, v):
    """Point of a rectangle from two uniform numbers."""
    bx, by, bz = across(p, i)
    u, v = (2.0 * u - 1.0) * p[i, 10], (2.0 * v - 1.0) * p[i, 11]
    return (
        p[i, 0] + u * p[i, 6] + v * bx,
        p[i, 1] + u * p[i, 7] + v * by,
        p[i, 2] + u * p[i, 8] + v * bz,
    )


@scalar
def on_box(p, i, t, u, v):
    """Point of a box from three uniform numbers, and its face."""
    a, b, c = p[i, 3] - p[i, 0], p[i, 4] - p[i, 1], p[i, 5] - p[i, 2]
    t *= 2.0 * (a * b + b * c + c * a)  # area from the first face on, in the order of the axes
    axis, size = 0, b * c
    if t >= 2.0 * size:
        t -= 2.0 * size
        axis, size = 1, c * a
        if t >= 2.0 * size:
            t -= 2.0 * size
            axis, size = 2, a * b
    face = 2 * axis + (1 if t >= size else 0)
    # Each face gets both numbers: u, then v; ``landed`` sets the coordinate across it.
    x, y, z = p[i, 0] + u * a, p[i, 1] + (u if axis == 0 else v) * b, p[i, 2] + v * c
    x, y, z = landed(BOX, p, i, face, x, y, z, None)
    return x, y, z, face


@scalar
def on_frustum(p, i, a, b, u):
    """Point of the wall of a cone or rod from a direction (a, b) and a uniform number."""
    first = p[i, 7]
    last = first + p[i, 6] * p[i, 8]
    radius = np.sqrt(first * first + u * (last - first) * (last + first))
    along = p[i, 8] * u * (first + last) / (first + radius)
    return on_ring(p, i, a, b, radius, along)


@scalar
def drawn_point(shape, p, i, words, stream, purpose, walker, draw):
    """Draw a uniform point of a shape; return it with its face (of a box) and the next draw."""
    face = 0
    if shape == DISC:
        x, y, z, draw = drawn_disc_point(p, i, words, stream, purpose, walker, draw)
    elif shape == BOX or shape == RECTANGLE:
        word_0, word_1, word_2, _ = drawn_words(words, stream, purpose, walker, draw)
        draw += _ONE
        u, v = uniform_open(word_0), uniform_open(word_1)
        if shape == BOX:
            x, y, z, face = on_box(p, i, uniform_open(word_2), u, v)
        else:
            x, y, z = on_rectangle(p, i, u, v)
    else:
        a, b, word_2, _, draw = accepted_candidate(words, stream, purpose, walker, draw)
        square = a * a + b * b  # uniform, and independent of the direction (a, b)
        if shape == ANNULUS:
            inner, outer = p[i, 10], p[i, 7]
            radius = np.sqrt(inner * inner + square * (outer - inner) * (outer + inner))
            x, y, z = on_ring(p, i, a, b, radius, 0.0)
        elif shape == CYLINDER:
            x, y, z = on_ring(p, i, a, b, p[i, 7], p[i, 8] * uniform_open(word_2))
        elif shape == SPHERE or shape == BALL:  # G. Marsaglia, Ann. Math. Stat. 43, 645 (1972)
            size = 2.0 * p[i, 7] * np.sqrt(1.0 - square)
            x, y, z = (
                p[i, 0] + size * a,
                p[i, 1] + size * b,
                p[i, 2] + p[i, 7] * (1.0 - 2.0 * square),
            )
        else:
            x, y, z = on_frustum(p, i, a, b, uniform_open(word_2))
    return x, y, z, face, draw


@scalar
def in_flat(shape, p, i, x, y, z):
    """Whether a point of the plane of a flat limited shape lies in it."""
    if shape == DISC:
        u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
        return u * u + v * v + w * w <= p[i, 6]
    return in_annulus(p, i, x, y, z) if shape == ANNULUS else in_rectangle(p, i, x, y, z)


@scalar
def bounds_gas(table, row, region, x, y, z, nx, ny, nz):
    """Whether there is gas at a point of a surface with normal n: neither opening nor cut off.

    Gas is in front of every plane, and sees the first thing in the way of the normal from its
    front.
    """
    p = table.parameters
    distance, _, _ = nearest_hit(table, region, x, y, z, nx, ny, nz, None, -1)
    for i in range(table.first[region], table.first[region + 1]):
        shape = table.shapes[i]
        height, cosine = flat_hit(p, i, x, y, z, nx, ny, nz)
        if shape == PLANE and height < -4.0 * p[i, 9]:
            return False
        is_flat = shape == DISC or shape == ANNULUS or shape == RECTANGLE
        if i == row or not is_flat or cosine >= 0.0 or height > 4.0 * p[i, 9]:
            continue
        behind = 0.0
        if height < -4.0 * p[i, 9]:
            behind = height / cosine
        elif i > row:  # of coplanar shapes the earlier in the table wins
            continue
        u, v, w = x + behind * nx, y + behind * ny, z + behind * nz
        if behind < distance and in_flat(shape, p, i, u, v, w):
            return False
    return True


@kernel
def draw_start(place, table, row, region, words, stream, purpose, walker, draw):
    """Draw a uniform point of a surface where it bounds gas, and return the next draw.

    place : (6,) filled with the point and the normal there. Where there is no such point it is
    filled with NaN, and the molecule counts as lost.
    """
    shape = table.shapes[row]
    p = table.parameters
    place[:] = np.nan
    for _ in range(MAXIMUM_TRIES):
        x, y, z, face, draw = drawn_point(shape, p, row, words, stream, purpose, walker, draw)
        nx, ny, nz = normal_at(shape, p, row, face, x, y, z, table.rare)
        if table.whole[row] or bounds_gas(table, row, region, x, y, z, nx, ny, nz):
            place[0], place[1], place[2], place[3], place[4], place[5] = x, y, z, nx, ny, nz
            break
    return draw
