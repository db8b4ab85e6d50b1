"""Where a straight flight meets the surfaces of its region.

A table holds all surfaces, those of one region next to each other and the flat limited ones
first, small ones before large ones, so that an opening wins over the wall it lies in. Columns of
a row of ``parameters``:

PLANE     0–2 point, 3–5 normal
DISC      0–2 centre, 3–5 normal, 6 square of the radius plus the skin, 7 radius
CYLINDER  0–2 centre of one end, 3–5 axis, 6 square of the radius, 7 radius, 8 length,
          10 −1/radius, 11 least place along the axis: −skin, but without ends −∞ (and length ∞)
SPHERE    0–2 centre, 6 square of the radius, 7 radius
BOX       0–2 low corner, 3–5 high corner
others    see ``hit_rare``
all       9 skin: a length just above the rounding error of a coordinate in that region
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import scalar
from .hit_rare import FAR_AWAY, far_root, flat_hit, rare_hit, rare_normal
from .mesh_hit import mesh_hit, mesh_normal, on_mesh, owner, settled
from .shapes import ANNULUS, BOX, CONE, CYLINDER, DISC, MESH, PLANE, RECTANGLE, SPHERE

N_PARAMETERS = 12


class Table(NamedTuple):
    """All surfaces in the order in which kernels try them, and what each does to a molecule."""

    first: NDArray[np.int64]  # (n_regions + 1,) rows of region r: first[r] … first[r + 1] − 1
    shapes: NDArray[np.int64]  # (n,) tags
    parameters: NDArray[np.float64]  # (n, N_PARAMETERS)
    numbers: NDArray[np.int64]  # (n,) number of the surface in the model
    watched: NDArray[np.int64]  # (n,) number among the watched surfaces, or −1
    rules: NDArray[np.int64]  # (n,) tags of the boundaries
    speeds: NDArray[np.int64]  # (n,) SpeedLaw
    angles: NDArray[np.int64]  # (n,) AngleLaw
    regions: NDArray[np.int64]  # (n,) region behind a passage
    alphas: NDArray[np.float64]  # (n,) probability of a diffuse reflection
    square_speeds: NDArray[np.float64]  # (n,) 2kT/m [m²/s²]
    whole: NDArray[np.bool_]  # (n,) a Disc, all of which bounds gas
    rare: bool | None  # None where no shape is rare: kernels are compiled without these


@scalar
def disc_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to a disc along a flight (FAR_AWAY for a miss) and the cosine of the approach."""
    height, cosine = flat_hit(p, i, x, y, z, dx, dy, dz)
    # Selects, not branches: whether a flight goes up or down a tube cannot be predicted.
    slope = cosine if cosine > 0.0 else 1.0
    distance = max(height, 0.0) / slope
    u = x + distance * dx - p[i, 0]
    v = y + distance * dy - p[i, 1]
    w = z + distance * dz - p[i, 2]
    met = (cosine > 0.0) & (height >= -4.0 * p[i, 9]) & (u * u + v * v + w * w <= p[i, 6])
    return (distance if met else FAR_AWAY), slope


@scalar
def cylinder_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to the wall of a cylinder from inside, FAR_AWAY beyond its ends."""
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    along = u * p[i, 3] + v * p[i, 4] + w * p[i, 5]
    slope = dx * p[i, 3] + dy * p[i, 4] + dz * p[i, 5]
    u, v, w = u - along * p[i, 3], v - along * p[i, 4], w - along * p[i, 5]
    du, dv, dw = dx - slope * p[i, 3], dy - slope * p[i, 4], dz - slope * p[i, 5]
    room = max(p[i, 6] - (u * u + v * v + w * w), 0.0)
    distance = far_root(du * du + dv * dv + dw * dw, u * du + v * dv + w * dw, room)
    end = along + distance * slope
    # The skin closes the seams with the discs at the ends.
    return distance if p[i, 11] <= end <= p[i, 8] + p[i, 9] else FAR_AWAY


@scalar
def sphere_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to a sphere from inside."""
    u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
    room = max(p[i, 6] - (u * u + v * v + w * w), 0.0)
    return far_root(1.0, u * dx + v * dy + w * dz, room)


@scalar
def slab_hit(x, dx, low, high):
    """Distance to the end of [low, high] that the flight runs towards; never negative."""
    if dx > 0.0:
        return max(high - x, 0.0) / dx
    if dx < 0.0:
        return max(x - low, 0.0) / -dx
    return FAR_AWAY


@scalar
def box_hit(p, i, x, y, z, dx, dy, dz):
    """Distance to a box from inside, cosine of the approach, and the face 2·axis + (1 if high)."""
    distance = slab_hit(x, dx, p[i, 0], p[i, 3])
    cosine = dx
    axis = 0
    other = slab_hit(y, dy, p[i, 1], p[i, 4])
    if other < distance:
        distance, cosine, axis = other, dy, 1
    other = slab_hit(z, dz, p[i, 2], p[i, 5])
    if other < distance:
        distance, cosine, axis = other, dz, 2
    return distance, abs(cosine), 2 * axis + (1 if cosine > 0.0 else 0)


@scalar
def surface_hit(shape, p, i, x, y, z, dx, dy, dz, rare):
    """Distance (FAR_AWAY for a miss), cosine of the approach (1 if curved) and face (of a box)."""
    distance, cosine, face = FAR_AWAY, 1.0, 0
    if shape == DISC:
        distance, cosine = disc_hit(p, i, x, y, z, dx, dy, dz)
    elif shape == CYLINDER:
        distance = cylinder_hit(p, i, x, y, z, dx, dy, dz)
    elif shape == BOX:
        distance, cosine, face = box_hit(p, i, x, y, z, dx, dy, dz)
    elif shape == PLANE:
        height, slope = flat_hit(p, i, x, y, z, dx, dy, dz)
        if slope > 0.0:
            distance, cosine = max(height, 0.0) / slope, slope
    elif shape == SPHERE:
        distance = sphere_hit(p, i, x, y, z, dx, dy, dz)
    elif rare is not None:
        distance, cosine = rare_hit(shape, p, i, x, y, z, dx, dy, dz)
    return distance, cosine, face


@scalar
def nearest_hit(table, region, x, y, z, dx, dy, dz, tree=None, left=-1):
    """Distance to the first surface of a region, its row (−1 if there is none) and its face.

    tree : of the triangles of meshes, None where there are none; left : slot of the triangle
    that the flight starts from, or −1. The face of a mesh is the slot of the triangle.

    A later row must be nearer by more than the skin, measured across the surfaces: on a grazing
    flight two coplanar surfaces are met at distances that differ by much more than that.
    """
    nearest = FAR_AWAY
    steepest = 1.0
    row = -1
    face = 0
    p = table.parameters
    for number in range(table.first[region], table.first[region + 1]):
        i = np.uint64(number)  # a signed index costs a check for wrap-around at every access
        distance, cosine, side = surface_hit(table.shapes[i], p, i, x, y, z, dx, dy, dz, table.rare)
        nearer = (nearest - distance) * max(cosine, steepest) > p[i, 9]
        nearest = distance if nearer else nearest
        steepest = cosine if nearer else steepest
        row = number if nearer else row
        face = side if nearer else face
    if tree is not None:
        # A flat opening wins over a mesh that it lies in, a mesh over any other surface.
        margin = 0.0
        if row >= 0:
            shape = table.shapes[row]
            is_flat = shape == DISC or shape == ANNULUS or shape == RECTANGLE
            margin = p[row, 9] if is_flat else -p[row, 9]
        limit = nearest + abs(margin) / steepest
        distance, slot = mesh_hit(tree, region, x, y, z, dx, dy, dz, left, limit)
        if slot >= 0:
            distance, cosine = settled(tree, slot, x, y, z, dx, dy, dz, distance)
            cosine = max(cosine, steepest if row >= 0 else 0.0)
            if (nearest - distance) * cosine > margin:
                nearest = distance
                row = table.first[table.first.size - 1] + owner(tree, slot)
                face = slot
    return nearest, row, face


@scalar
def landed(shape, p, i, face, x, y, z, tree=None):
    """Point of impact without its rounding error, where that is a matter of setting coordinates.

    The curved shapes need none: each hit is found from the radius, so that errors do not add up.
    """
    if shape == BOX:
        x = min(max(x, p[i, 0]), p[i, 3])
        y = min(max(y, p[i, 1]), p[i, 4])
        z = min(max(z, p[i, 2]), p[i, 5])
        axis = face >> 1
        level = p[i, axis + 3 * (face & 1)]
        x = level if axis == 0 else x
        y = level if axis == 1 else y
        z = level if axis == 2 else z
    if tree is not None:
        if shape == MESH:
            x, y, z = on_mesh(tree, face, x, y, z)
    return x, y, z


@scalar
def normal_at(shape, p, i, face, x, y, z, rare, tree=None):
    """Return the unit normal into the gas at a point of a surface."""
    nx, ny, nz = p[i, 3], p[i, 4], p[i, 5]
    if shape == CYLINDER:
        u, v, w = x - p[i, 0], y - p[i, 1], z - p[i, 2]
        along = u * nx + v * ny + w * nz
        scale = p[i, 10]
        nx, ny, nz = scale * (u - along * nx), scale * (v - along * ny), scale * (w - along * nz)
    elif shape == BOX:
        sign = 1.0 if face & 1 == 0 else -1.0
        axis = face >> 1
        nx = sign if axis == 0 else 0.0
        ny = sign if axis == 1 else 0.0
        nz = sign if axis == 2 else 0.0
    elif shape == SPHERE:
        u, v, w = p[i, 0] - x, p[i, 1] - y, p[i, 2] - z
        # Not by the radius: what a point is off the sphere would double from hit to hit, as the
        # length of the normal becomes that of the next direction, which counts as 1.
        scale = 1.0 / np.sqrt(u * u + v * v + w * w)
        nx, ny, nz = scale * u, scale * v, scale * w
    elif rare is not None and shape >= CONE:
        nx, ny, nz = rare_normal(shape, p, i, x, y, z)
    if tree is not None:
        if shape == MESH:
            nx, ny, nz = mesh_normal(tree, face)
    return nx, ny, nz
