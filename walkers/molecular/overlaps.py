"""Triangles of a mesh that pass through each other, found with a tree of boxes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from .hit_rare import cross

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MORTON_BITS = 21


def crossing_pairs(
    vertices: Floats, triangles: Integers, depth: float, at_most: int
) -> tuple[Integers, bool]:
    """Pairs of triangles that overlap by more than a depth.

    Parameters
    ----------
    vertices : (n, 3) float [m]
        Corners of the triangles.
    triangles : (m, 3) int
        Their numbers.
    depth : float [m]
        Triangles that could be parted by moving one of them so far only touch.
    at_most : int
        So many pairs are listed; the search ends there.

    Returns
    -------
    (k, 2) int array
        Numbers of the triangles, the lower one first.
    bool
        Whether the search went through all of them.
    """
    corners = vertices[triangles]
    low, high = corners.min(axis=1), corners.max(axis=1)
    order = _along_a_curve(low, high)
    nodes_low, nodes_high = _boxes(low[order], high[order])
    found = np.empty((at_most, 2), np.int64)
    n_found = find_crossings(corners[order], nodes_low, nodes_high, depth, found)
    pairs = np.sort(order[found[:n_found]], axis=1)
    return pairs[np.lexsort(pairs.T[::-1])], n_found < at_most


def _along_a_curve(low: Floats, high: Floats) -> Integers:
    """Order in which neighbours in space stand near each other: by interleaved coordinates."""
    middle = 0.5 * (low + high)
    start, extent = middle.min(axis=0), np.ptp(middle, axis=0).max()
    cells = (middle - start) / (extent if extent > 0.0 else 1.0) * (2**_MORTON_BITS - 1)
    code = np.zeros(len(middle), np.uint64)
    for axis in range(3):
        code |= _spread(cells[:, axis].astype(np.uint64)) << np.uint64(axis)
    return np.argsort(code, kind="stable")


def _spread(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put two zero bits between any two of 21."""
    for shift, mask in (
        (32, 0x1F00000000FFFF),
        (16, 0x1F0000FF0000FF),
        (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def _boxes(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Binary tree over boxes in order: node k holds nodes 2k and 2k + 1, leaves are the last half.

    Leaves beyond the last box are empty: nothing overlaps them.
    """
    n_leaves = 1 << max(0, (len(low) - 1).bit_length())
    nodes_low, nodes_high = np.full((2 * n_leaves, 3), np.inf), np.full((2 * n_leaves, 3), -np.inf)
    nodes_low[n_leaves : n_leaves + len(low)] = low
    nodes_high[n_leaves : n_leaves + len(high)] = high
    level = n_leaves
    while level > 1:
        half = level // 2
        nodes_low[half:level] = nodes_low[level : 2 * level].reshape(half, 2, 3).min(axis=1)
        nodes_high[half:level] = nodes_high[level : 2 * level].reshape(half, 2, 3).max(axis=1)
        level = half
    return nodes_low, nodes_high


@scalar
def parted(six, x, y, z, depth):
    """Whether triangles six[:3] and six[3:] overlap by at most a depth along an axis.

    An axis of no length, of parallel edges, parts nothing.
    """
    norm = np.sqrt(x * x + y * y + z * z)
    if not norm > 0.0:
        return False
    low_a, high_a, low_b, high_b = np.inf, -np.inf, np.inf, -np.inf
    for i in range(3):
        a = six[i, 0] * x + six[i, 1] * y + six[i, 2] * z
        b = six[i + 3, 0] * x + six[i + 3, 1] * y + six[i + 3, 2] * z
        low_a, high_a = min(low_a, a), max(high_a, a)
        low_b, high_b = min(low_b, b), max(high_b, b)
    return min(high_a - low_b, high_b - low_a) <= depth * norm


@scalar
def normal_of(six, first):
    """Return the normal, of any length, of triangle six[first : first + 3]."""
    return cross(
        six[first + 1, 0] - six[first, 0],
        six[first + 1, 1] - six[first, 1],
        six[first + 1, 2] - six[first, 2],
        six[first + 2, 0] - six[first, 0],
        six[first + 2, 1] - six[first, 1],
        six[first + 2, 2] - six[first, 2],
    )


@scalar
def flat_on(six, first, other, x, y, z, depth):
    """Whether triangle ``other`` lies within a depth of the plane of triangle ``first``."""
    reach = depth * np.sqrt(x * x + y * y + z * z)
    flat = True
    for i in range(other, other + 3):
        height = (
            (six[i, 0] - six[first, 0]) * x
            + (six[i, 1] - six[first, 1]) * y
            + (six[i, 2] - six[first, 2]) * z
        )
        flat = flat and abs(height) <= reach
    return flat


@kernel
def overlap(six, depth):
    """Whether two triangles, rows 0–2 and 3–5, overlap by more than a depth along every axis.

    Two convex bodies are apart along a normal of a face or along a vector at right angles to an
    edge of each; a triangle counts as a body without thickness, with its plane's normal and one
    in its plane for every edge (C. Ericson, Real-Time Collision Detection (2005), section 5.2).
    """
    ax, ay, az = normal_of(six, 0)
    bx, by, bz = normal_of(six, 3)
    # Of two triangles in one plane nothing across that plane can part them.
    if not flat_on(six, 0, 3, ax, ay, az, depth) and parted(six, ax, ay, az, depth):
        return False
    if not flat_on(six, 3, 0, bx, by, bz, depth) and parted(six, bx, by, bz, depth):
        return False
    for i in range(3):
        j = (i + 1) % 3
        ux, uy, uz = six[j, 0] - six[i, 0], six[j, 1] - six[i, 1], six[j, 2] - six[i, 2]
        x, y, z = cross(ax, ay, az, ux, uy, uz)
        if parted(six, x, y, z, depth):
            return False
        vx = six[j + 3, 0] - six[i + 3, 0]
        vy = six[j + 3, 1] - six[i + 3, 1]
        vz = six[j + 3, 2] - six[i + 3, 2]
        x, y, z = cross(bx, by, bz, vx, vy, vz)
        if parted(six, x, y, z, depth):
            return False
    if flat_on(six, 0, 3, ax, ay, az, depth) and flat_on(six, 3, 0, bx, by, bz, depth):
        return True
    for i in range(3):
        j = (i + 1) % 3
        ux, uy, uz = six[j, 0] - six[i, 0], six[j, 1] - six[i, 1], six[j, 2] - six[i, 2]
        for k in range(3, 6):
            m = k + 1 if k < 5 else 3
            vx, vy, vz = six[m, 0] - six[k, 0], six[m, 1] - six[k, 1], six[m, 2] - six[k, 2]
            x, y, z = cross(ux, uy, uz, vx, vy, vz)
            if parted(six, x, y, z, depth):
                return False
    return True


@kernel
def find_crossings(corners, low, high, depth, found):
    """Fill ``found`` (at_most, 2) with pairs of overlapping triangles; return how many there are.

    corners : (m, 3, 3) of the triangles in the order of the leaves of the tree ``low``, ``high``.
    """
    n_leaves = low.shape[0] // 2
    stack = np.empty(128, np.int64)
    six = np.empty((6, 3))
    n_found = 0
    for i in range(corners.shape[0]):
        leaf = n_leaves + i
        stack[0] = 1
        n_stacked = 1
        while n_stacked > 0:
            n_stacked -= 1
            node = stack[n_stacked]
            apart = False
            for axis in range(3):
                apart = apart or low[node, axis] > high[leaf, axis]
                apart = apart or high[node, axis] < low[leaf, axis]
            if apart:
                continue
            if node < n_leaves:
                stack[n_stacked] = 2 * node
                stack[n_stacked + 1] = 2 * node + 1
                n_stacked += 2
                continue
            if node <= leaf:
                continue
            j = node - n_leaves
            for corner in range(3):
                for axis in range(3):  # from one of their corners, to lose no digits
                    origin = corners[i, 0, axis]
                    six[corner, axis] = corners[i, corner, axis] - origin
                    six[corner + 3, axis] = corners[j, corner, axis] - origin
            if overlap(six, depth):
                found[n_found, 0] = i
                found[n_found, 1] = j
                n_found += 1
                if n_found == found.shape[0]:
                    return n_found
    return n_found
