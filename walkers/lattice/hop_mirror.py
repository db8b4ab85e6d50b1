"""Hops through the void of an image that its mirror images continue beyond every face.

A voxel's kind says in six bits which of its neighbours (−x, +x, −y, +y, −z, +z) are void. The
image is stored with a rim of its own mirror images, wide enough for all hops of one draw, so that
no hop asks where it leads; after each draw the few walkers that stand on the rim are folded back,
and the box they are in is noted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import INITIAL, MASK32, MOTION, SHIFT32, below, fill_words, words_of
from .closed import N_MOMENTS, add_moments
from .mirror import HOPS_PER_DRAW, HOPS_PER_WORD

ON_RIM = 64
"""Bit of a kind: the voxel is a mirror image."""

SOLID = 128
"""Bit of a kind: nobody starts here, and nobody comes here."""


class Rule(NamedTuple):
    """Where each of equally likely columns leads from a voxel of each kind."""

    jumps: NDArray[np.int64]  # (2 · 64 · 2^row_bits,) change of site, a row for each kind
    n_columns: np.uint64
    row_bits: np.uint64


@scalar
def folded(coordinate, size):
    """Coordinate within 0 … size − 1, and the signed number of faces passed to get there."""
    boxes = coordinate // size
    inside = coordinate - boxes * size
    return (size - 1 - inside if boxes & 1 else inside), boxes


@kernel
def mirror_kinds(void):
    """Kinds of all voxels and of the rim of mirror images about them, from the void (1 or 0)."""
    nx, ny, nz = void.shape
    rim = HOPS_PER_DRAW
    kinds = np.empty((nx + 2 * rim, ny + 2 * rim, nz + 2 * rim), np.uint8)
    x_of = np.array([folded(i, nx)[0] for i in range(-rim - 1, nx + rim + 1)])
    y_of = np.array([folded(j, ny)[0] for j in range(-rim - 1, ny + rim + 1)])
    z_of = np.array([folded(k, nz)[0] for k in range(-rim - 1, nz + rim + 1)])
    for i in range(nx + 2 * rim):
        inside_x = rim <= i < nx + rim
        x_below, x, x_above = x_of[i], x_of[i + 1], x_of[i + 2]
        for j in range(ny + 2 * rim):
            inside_xy = inside_x and rim <= j < ny + rim
            y_below, y, y_above = y_of[j], y_of[j + 1], y_of[j + 2]
            for k in range(nz + 2 * rim):
                z = z_of[k + 1]
                if not void[x, y, z]:
                    kinds[i, j, k] = SOLID
                    continue
                kind = void[x_below, y, z] + 2 * void[x_above, y, z]
                kind += 4 * void[x, y_below, z] + 8 * void[x, y_above, z]
                kind += 16 * void[x, y, z_of[k]] + 32 * void[x, y, z_of[k + 2]]
                if not (inside_xy and rim <= k < nz + rim):
                    kind += ON_RIM
                kinds[i, j, k] = kind
    return kinds


@scalar
def coordinates(site, shape):
    """Coordinates within the image (on the rim: outside) of a flat site of the stored array."""
    z_size = shape[2] + 2 * HOPS_PER_DRAW
    y_size = shape[1] + 2 * HOPS_PER_DRAW
    row = site // z_size
    plane = row // y_size
    rim = HOPS_PER_DRAW
    return plane - rim, row - plane * y_size - rim, site - row * z_size - rim


@scalar
def flat_site(x, y, z, shape):
    """Flat site of the stored array."""
    rim = HOPS_PER_DRAW
    row = (x + rim) * (shape[1] + 2 * rim) + y + rim
    return row * (shape[2] + 2 * rim) + z + rim


@kernel
def start_in_void(site, kinds, shape, first, n_lanes, stream):
    """Put every lane on a void voxel, each as likely, by drawing voxels until one is void.

    Returns the number of lanes whose very first voxel was void.
    """
    n_voxels = shape[0] * shape[1] * shape[2]
    n_first = 0
    for lane in range(n_lanes):
        draw = np.uint64(0)
        while True:
            high, low, _, _ = words_of(stream, INITIAL, np.uint64(first + lane), draw)
            voxel = np.int64(below(high, low, n_voxels))
            row = voxel // shape[2]
            x = row // shape[1]
            here = flat_site(x, row - x * shape[1], voxel - row * shape[2], shape)
            if kinds[here] < SOLID:
                break
            draw += np.uint64(1)
        n_first += draw == np.uint64(0)
        site[lane] = here
    return n_first


@kernel
def hop_by_word(site, words, kinds, rule, n_lanes):
    """Three hops per lane; solid refuses a hop."""
    for lane in range(n_lanes):
        here = site[lane]
        fraction = words[lane]
        for _ in range(HOPS_PER_WORD):
            fraction = (fraction & MASK32) * rule.n_columns
            # Unsigned, so that nobody asks whether it counts from the end (see hop_sites).
            row = np.uint64(kinds[np.uint64(here)]) << rule.row_bits
            here += rule.jumps[row | (fraction >> SHIFT32)]
        site[lane] = here


@kernel
def fold_back(site, boxes, kinds, shape, n_lanes):
    """Bring walkers on the rim back to the voxels whose images they stand on.

    boxes : (3, n_lanes) number of the box, of the endless row of mirror images, of every walker;
    in those with an odd number the image is the wrong way round.
    """
    for lane in range(n_lanes):
        if kinds[site[lane]] < ON_RIM:
            continue
        x, y, z = coordinates(site[lane], shape)
        x, passed_x = folded(x, shape[0])
        y, passed_y = folded(y, shape[1])
        z, passed_z = folded(z, shape[2])
        boxes[0, lane] += -passed_x if boxes[0, lane] & 1 else passed_x
        boxes[1, lane] += -passed_y if boxes[1, lane] & 1 else passed_y
        boxes[2, lane] += -passed_z if boxes[2, lane] & 1 else passed_z
        site[lane] = flat_site(x, y, z, shape)


@kernel
def unfold(position, site, boxes, shape, n_lanes):
    """Coordinates of the walkers in the endless medium; ``position`` (3, n_lanes)."""
    for lane in range(n_lanes):
        inside = coordinates(site[lane], shape)
        for axis in range(3):
            size, box = shape[axis], boxes[axis, lane]
            x = size - 1 - inside[axis] if box & 1 else inside[axis]
            position[axis, lane] = box * size + x


@kernel
def walk_mirrored(kinds, shape, rule, n_walkers, stops, stream, block_size):
    """Let every walker hop as many draws as the last stop says.

    kinds : flat, of the image and its rim; shape : (3,) of the image; stops : (n_stops,) rising
    numbers of draws. Returns moments (n_stops, 11) of the displacement in the endless medium, and
    the number of walkers whose first voxel was void.
    """
    moments = np.zeros((stops.size, N_MOMENTS), np.int64)
    n_first = 0
    site = np.empty(block_size, np.int64)
    boxes = np.empty((3, block_size), np.int64)
    start = np.empty((3, block_size), np.int64)
    position = np.empty((3, block_size), np.int64)
    words = np.empty((4, block_size), np.uint64)
    draws = np.empty(block_size, np.uint64)
    for first in range(0, n_walkers, block_size):
        n_lanes = min(block_size, n_walkers - first)
        walkers = np.arange(first, first + n_lanes).astype(np.uint64)
        n_first += start_in_void(site, kinds, shape, first, n_lanes, stream)
        boxes[:] = 0
        unfold(start, site, boxes, shape, n_lanes)
        stop = 0
        for draw in range(stops[stops.size - 1]):
            draws[:n_lanes] = np.uint64(draw)
            fill_words(words, stream, MOTION, walkers, draws)
            for k in range(4):
                hop_by_word(site, words[k], kinds, rule, n_lanes)
            fold_back(site, boxes, kinds, shape, n_lanes)
            if draw + 1 == stops[stop]:
                unfold(position, site, boxes, shape, n_lanes)
                add_moments(moments[stop], position, start, 0, 0, n_lanes)
                stop += 1
    return moments, n_first
