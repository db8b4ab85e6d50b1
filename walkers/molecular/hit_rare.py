"""Where a flight meets the rarer shapes: rings, rectangles, cones, and solids from outside.

Columns of a row of ``parameters``, the skin in 9 as for every shape:

ANNULUS    0–2 centre, 3–5 normal, 6 and 8 squares of the outer radius plus the skin and of the
           inner less the skin, 7 and 10 outer and inner radius
RECTANGLE  0–2 centre, 3–5 normal, 6–8 direction of the length, 10 and 11 half the length and width
CONE, ROD  0–2 centre of one end, 3–5 axis, 6 slope k of the radius, 7 radius at that end, 8 length,
           10 cosine 1/√(1 + k²) of the half-angle, 11 radius of a ball about the whole
BALL       0–2 centre, 6 square of the radius, 7 and 11 radius
"""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from .shapes import ANNULUS, BALL, CONE, RECTANGLE

FAR_AWAY = 1e300
"""Distance to a surface that a flight misses; finite, so that two of them can be compared."""


@scalar
def cross(ax, ay, az, bx, by, bz):
    """Vector product."""
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


@scalar
def flat_hit(p, i, x, y, z, dx, dy, dz):
    """Height above a plane and the cosine of the approach to it, negative when flying away."""
    height = (x - p[i, 0]) * p[i, 3] + (y - p[i, 1]) * p[i, 4] + (z - p[i, 2]) * p[i, 5]
    return height, -(dx * p[i, 3] + dy * p[i, 4] + dz * p[i, 5])


@scalar
def far_root(a, b, c):
    """Larger root of a t² + 2b t = c for c ≥ 0, without cancellation; FAR_AWAY if a is 0."""
    root = np.sqrt(b * b + a * c)
    distance = FAR_AWAY
    if b > 0.0:
        distance = c / (b + root)
    elif a > 0.0:
        distance = (root - b) / a
    return distance


@scalar
def in_annulus(p, i, x, y, z):
    """Whether a point of its plane lies in a ring; the skin closes the seams at both rims."""
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    square = u * u + v * v + w * w
    return (square <= p[i, 6]) & (square >= p[i, 8])


@scalar
def in_rectangle(p, i, x, y, z):
    """Whether a point of its plane lies in a rectangle; the skin closes the seams at its edges."""
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    ax, ay, az = p[i, 6], p[i, 7], p[i, 8]
    bx, by, bz = across(p, i)
    along = abs(u * ax + v * ay + w * az)
    return (along <= p[i, 10] + p[i, 9]) & (abs(u * bx + v * by + w * bz) <= p[i, 11] + p[i, 9])


@scalar
def across(p, i):
    """Return the unit vector across a rectangle: its normal times the direction of its length."""
    return cross(p[i, 3], p[i, 4], p[i, 5], p[i, 6], p[i, 7], p[i, 8])


@scalar
def rare_flat_hit(shape, p, i, x, y, z, dx, dy, dz):
    """Distance to a ring or rectangle (FAR_AWAY for a miss) and the cosine of the approach."""
    height, cosine = flat_hit(p, i, x, y, z, dx, dy, dz)
    if cosine <= 0.0 or height < -4.0 * p[i, 9]:
        return FAR_AWAY, 1.0
    distance = max(height, 0.0) / cosine
    x, y, z = x + distance * dx, y + distance * dy, z + distance * dz
    met = in_annulus(p, i, x, y, z) if shape == ANNULUS else in_rectangle(p, i, x, y, z)
    return (distance if met else FAR_AWAY), cosine


@scalar
def about_axis(p, i, x, y, z):
    """Place along the axis of a cone and the vector to the point from there."""
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    along = u * p[i, 3] + v * p[i, 4] + w * p[i, 5]
    return along, u - along * p[i, 3], v - along * p[i, 4], w - along * p[i, 5]


@scalar
def cone_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to the wall of a cone from inside, FAR_AWAY beyond its ends."""
    along, u, v, w = about_axis(p, i, x, y, z)
    slope = dx * p[i, 3] + dy * p[i, 4] + dz * p[i, 5]
    du, dv, dw = dx - slope * p[i, 3], dy - slope * p[i, 4], dz - slope * p[i, 5]
    radius = max(p[i, 7] + p[i, 6] * along, 0.0)  # 0 for an impact at the tip, by rounding
    spread = p[i, 6] * slope
    a = du * du + dv * dv + dw * dw - spread * spread
    b = u * du + v * dv + w * dw - radius * spread
    room = max(radius * radius - (u * u + v * v + w * w), 0.0)
    root = np.sqrt(max(b * b + a * room, 0.0))
    distance = FAR_AWAY
    if b > 0.0 or (a < 0.0 and spread < 0.0):  # steeper than the cone and towards its tip
        distance = room / (b + root) if b + root > 0.0 else 0.0
    elif a > 0.0:
        distance = (root - b) / a
    end = along + distance * slope
    # Where the cone ends in its tip nothing is beyond, and rounding may find the impact there.
    low = -p[i, 9] if p[i, 7] > p[i, 9] else -FAR_AWAY
    high = p[i, 8] + p[i, 9] if p[i, 7] + p[i, 6] * p[i, 8] > p[i, 9] else FAR_AWAY
    return distance if low <= end <= high else FAR_AWAY


@scalar
def entry(a, b, c):
    """Root of a t² + 2b t + c = 0 at which the left side falls; FAR_AWAY if it is negative."""
    square = b * b - a * c
    if a >= 0.0 and square < 0.0:
        return FAR_AWAY
    root = np.sqrt(max(square, 0.0))
    distance = FAR_AWAY
    if b < 0.0:
        distance = c / (root - b)
    elif a < 0.0:
        distance = (b + root) / -a
    return distance if distance >= 0.0 else FAR_AWAY


@scalar
def rod_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to the wall of a cone or cylinder from outside, FAR_AWAY beyond its ends."""
    slope = dx * p[i, 3] + dy * p[i, 4] + dz * p[i, 5]
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    # From afar, roots would cancel: start where the flight comes near.
    approach = 0.5 * p[i, 8] * slope - (u * dx + v * dy + w * dz)
    start = max(approach - p[i, 11], 0.0)
    along, u, v, w = about_axis(p, i, x + start * dx, y + start * dy, z + start * dz)
    du, dv, dw = dx - slope * p[i, 3], dy - slope * p[i, 4], dz - slope * p[i, 5]
    radius = p[i, 7] + p[i, 6] * along
    spread = p[i, 6] * slope
    a = du * du + dv * dv + dw * dw - spread * spread
    b = u * du + v * dv + w * dw - radius * spread
    c = u * u + v * v + w * w - radius * radius
    if radius >= 0.0 and c < 0.0:
        # On the wall, but for rounding; or well over an end, on the way to the disc there.
        if c < -8.0 * radius * p[i, 9] / p[i, 10]:
            return FAR_AWAY
        c = 0.0
    distance = entry(a, b, c)
    end = along + distance * slope
    return start + distance if -p[i, 9] <= end <= p[i, 8] + p[i, 9] else FAR_AWAY


@scalar
def ball_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to a sphere from outside."""
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    start = max(-(u * dx + v * dy + w * dz) - p[i, 11], 0.0)
    u, v, w = u + start * dx, v + start * dy, w + start * dz
    c = max(u * u + v * v + w * w - p[i, 6], 0.0)
    return start + entry(dx * dx + dy * dy + dz * dz, u * dx + v * dy + w * dz, c)


@kernel
def rare_hit(shape, p, i, x, y, z, dx, dy, dz):
    """Distance (FAR_AWAY or more for a miss) and cosine of the approach (1 if curved).

    A call of its own, so that it costs the loop over the common shapes nothing.
    """
    if shape == ANNULUS or shape == RECTANGLE:
        return rare_flat_hit(shape, p, i, x, y, z, dx, dy, dz)
    if shape == CONE:
        return cone_hit(p, i, x, y, z, dx, dy, dz), 1.0
    if shape == BALL:
        return ball_hit(p, i, x, y, z, dx, dy, dz), 1.0
    return rod_hit(p, i, x, y, z, dx, dy, dz), 1.0


@kernel
def rare_normal(shape, p, i, x, y, z):
    """Return the unit normal into the gas at a point of a cone, rod or ball."""
    if shape == BALL:
        u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
        scale = 1.0 / np.sqrt(u * u + v * v + w * w)
        return scale * u, scale * v, scale * w
    _, u, v, w = about_axis(p, i, x, y, z)
    sign = -1.0 if shape == CONE else 1.0
    size = np.sqrt(u * u + v * v + w * w)
    if size == 0.0:  # the tip itself
        lift = -sign if p[i, 6] > 0.0 else sign
        return lift * p[i, 3], lift * p[i, 4], lift * p[i, 5]
    scale = sign * p[i, 10] / size
    lift = -sign * p[i, 10] * p[i, 6]
    return scale * u + lift * p[i, 3], scale * v + lift * p[i, 4], scale * w + lift * p[i, 5]
