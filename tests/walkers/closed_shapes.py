"""Closed gas regions made of every shape, each with how far a point lies outside of it.

A point outside the gas has a positive excess: the distance to it, or less. The regions are of
size ``scale``, about a ``center`` and an ``axis``, so that no coordinate need be a round number.
"""

import numpy as np

from walkers.molecular import Annulus, Box, Cone, Cylinder, Disc, Rectangle, Sphere


def frame(axis):
    """Orthonormal frame of a given axis: side, other side, axis."""
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    side = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    side /= np.linalg.norm(side)
    return np.array([side, np.cross(axis, side), axis])


def frustum(center, axis, scale, first, last, end=2.0):
    """Excess of a frustum with both ends, its radii and length in units of ``scale``."""
    slope = (last - first) / end

    def excess(r):
        u = (r - center) / scale
        along = u @ axis
        radius = np.linalg.norm(u - along[..., None] * axis, axis=-1)
        lateral = (radius - first - slope * along) / np.hypot(1.0, slope)
        return scale * np.maximum(lateral, np.maximum(-along, along - end))

    return excess


def without(outer, solid):
    """Excess of a region less a solid in it."""
    return lambda r: np.maximum(outer(r), -solid(r))


def block(center, axes, scale, halves):
    """Excess of a block about its centre."""

    def excess(r):
        return np.max(np.abs((r - center) @ axes.T) - scale * np.array(halves), axis=-1)

    return excess


def closed_shapes(center, axis, scale):
    """Shapes and excess of each region, by name."""
    axes = frame(axis)
    axis = axes[2]
    center = np.asarray(center, float)

    def at(height, side=0.0):
        return tuple(center + scale * (height * axis + side * axes[0]))

    def box(a, b, c):
        """Six rectangles about the point at height 1, seen from inside."""
        middle, halves = center + scale * axis, np.array([a, b, c]) * scale
        faces = []
        for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            for sign in (-1.0, 1.0):
                place = middle + sign * halves[i] * axes[i]
                faces.append(
                    Rectangle(
                        tuple(place), tuple(-sign * axes[i]), tuple(axes[j]),
                        2.0 * halves[j], 2.0 * halves[k],
                    )
                )  # fmt: skip
        return faces, block(middle, axes, scale, (a, b, c))

    up, down, s = tuple(axis), tuple(-axis), scale
    low, high = center - 3.0 * scale, center + 4.0 * scale
    world = Box(tuple(low), tuple(high))
    in_world = block((low + high) / 2.0, np.eye(3), scale, (3.5, 3.5, 3.5))
    room, in_room = box(1.2, 1.0, 1.5)
    duct, in_duct = box(0.4, 0.3, 2.0)
    ends = [Disc(at(0), up, s), Disc(at(2), down, s)]
    wide = frustum(center, axis, scale, 1.0, 1.0)
    ball = center + 0.3 * scale * axis
    return {
        "duct": (duct, in_duct),
        "cone": (
            [
                Cone(at(0), up, s, 0.4 * s, 2.0 * s),
                Disc(at(0), up, s),
                Disc(at(2), down, 0.4 * s),
            ],
            frustum(center, axis, scale, 1.0, 0.4),
        ),
        "flat cone": (
            [
                Cone(at(0), up, 0.2 * s, s, 1e-3 * s),
                Disc(at(0), up, 0.2 * s),
                Disc(at(1e-3), down, s),
            ],
            frustum(center, axis, scale, 0.2, 1.0, 1e-3),
        ),
        "cone with a tip": (
            [Cone(at(0), up, 0.0, 0.5 * s, 2.0 * s), Disc(at(2), down, 0.5 * s)],
            frustum(center, axis, scale, 0.0, 0.5),
        ),
        "annulus": (
            [
                Cylinder(at(0), up, s, 2.0 * s),
                Cylinder(at(0), up, 0.3 * s, 2.0 * s, "outside"),
                Annulus(at(0), up, 0.3 * s, s),
                Annulus(at(2), down, 0.3 * s, s),
            ],
            without(wide, frustum(center - scale * axis, axis, scale, 0.3, 0.3, 4.0)),
        ),
        "sphere": (
            [Sphere(tuple(ball), s)],
            lambda r: np.linalg.norm(r - ball, axis=-1) - scale,
        ),
        "ball in a box": (
            [world, Sphere(tuple(ball), 0.8 * s, "outside")],
            without(in_world, lambda r: np.linalg.norm(r - ball, axis=-1) - 0.8 * scale),
        ),
        "spike in a tube": (
            [
                Cylinder(at(0), up, s, 2.0 * s),
                *ends,
                Cone(at(0), up, 0.6 * s, 0.0, 1.5 * s, "outside"),
            ],
            without(wide, frustum(center - 0.5 * scale * axis, axis, scale, 0.8, 0.0)),
        ),
        "rod in a room": (
            [
                *room,
                Cylinder(at(0), up, 0.5 * s, 2.0 * s, "outside"),
                Disc(at(0), down, 0.5 * s),
                Disc(at(2), up, 0.5 * s),
            ],
            without(in_room, frustum(center, axis, scale, 0.5, 0.5)),
        ),
        "block in a box": (
            [
                world,
                Cone(at(0), up, 0.2 * s, 0.9 * s, 2.0 * s, "outside"),
                Disc(at(0), down, 0.2 * s),
                Disc(at(2), up, 0.9 * s),
            ],
            without(in_world, frustum(center, axis, scale, 0.2, 0.9)),
        ),
    }  # fmt: skip
