"""One hop of a block of walkers, in separate loops that the compiler can vectorise.

Directions are coded 2·axis + (1 if towards the positive end), and ``STAY`` for a walker that
does not move. Positions are (3, n_lanes) integers; unused axes keep the value 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import MASK32, SHIFT32

HOPS_PER_WORD = 3
"""Base-2d digits taken from one 32-bit word when all directions are equally likely.

Three base-6 digits of a word are uniform to within 27·2⁻³² < 2⁻²⁷ (total variation).
"""

STAY = 6


class Rule(NamedTuple):
    """How one word makes hops: equally likely directions, or cumulative thresholds."""

    hops_per_word: int
    n_directions: np.uint64
    first_thresholds: NDArray[np.uint64]  # of a first hop, which repeats nothing
    thresholds: NDArray[np.uint64]
    keep_below: np.uint64


@kernel
def uniform_directions(directions, words, n_directions, n_lanes):
    """Three directions per lane, each equally likely: the leading digits of word/2³²."""
    for lane in range(n_lanes):
        fraction = words[lane]
        for j in range(HOPS_PER_WORD):
            fraction = (fraction & MASK32) * n_directions
            directions[j, lane] = np.int64(fraction >> SHIFT32)


@kernel
def weighted_directions(directions, previous, words, thresholds, keep_below, n_lanes):
    """One direction per lane by cumulative thresholds; below ``keep_below``, the last one again."""
    n_directions = thresholds.size
    for lane in range(n_lanes):
        directions[0, lane] = 0
    for code in range(n_directions):
        for lane in range(n_lanes):
            # One step per threshold passed; passing the last one means staying.
            directions[0, lane] += np.int64(words[lane] >= thresholds[code])
    for lane in range(n_lanes):
        code = STAY if directions[0, lane] == n_directions else directions[0, lane]
        code = previous[lane] if words[lane] < keep_below else code
        directions[0, lane] = code
        previous[lane] = code


@scalar
def moved(position, step, lowest, highest):
    """Step along an axis whose lowest and highest site cannot be passed; the new coordinate.

    Reflecting ends refuse the hop (the wall stands half a spacing beyond the last site);
    absorbing ends lie one further, on the ghost site; a periodic axis has none (see ``wrap``).
    """
    return min(max(position + step, lowest), highest)


@kernel
def move(position, directions, ends, n_lanes):
    """Carry out one hop per lane; ``ends`` (3, 2): lowest and highest site of each axis."""
    x, y, z = position[0], position[1], position[2]
    x_low, x_high = ends[0]
    y_low, y_high = ends[1]
    z_low, z_high = ends[2]
    for lane in range(n_lanes):
        direction = directions[lane]
        axis = direction >> 1
        step = ((direction & 1) << 1) - 1
        x[lane] = moved(x[lane], step if axis == 0 else 0, x_low, x_high)
        y[lane] = moved(y[lane], step if axis == 1 else 0, y_low, y_high)
        z[lane] = moved(z[lane], step if axis == 2 else 0, z_low, z_high)


@kernel
def move_by_word(position, words, n_directions, ends, n_lanes):
    """Carry out all hops of one word per lane: ``uniform_directions`` and ``move`` in one loop.

    Half again as fast, for walkers that nothing watches between the hops.
    """
    x, y, z = position[0], position[1], position[2]
    x_low, x_high = ends[0]
    y_low, y_high = ends[1]
    z_low, z_high = ends[2]
    for lane in range(n_lanes):
        i, j, k = x[lane], y[lane], z[lane]
        fraction = words[lane]
        for _ in range(HOPS_PER_WORD):
            fraction = (fraction & MASK32) * n_directions
            direction = np.int64(fraction >> SHIFT32)
            axis = direction >> 1
            step = ((direction & 1) << 1) - 1
            i = moved(i, step if axis == 0 else 0, x_low, x_high)
            j = moved(j, step if axis == 1 else 0, y_low, y_high)
            k = moved(k, step if axis == 2 else 0, z_low, z_high)
        x[lane], y[lane], z[lane] = i, j, k


@kernel
def count_crossings(coordinate, directions, axis, below, above, n_lanes):
    """Forward and backward crossings of the bond below|above that this hop will make."""
    forward = 0
    backward = 0
    for lane in range(n_lanes):
        forward += (coordinate[lane] == below) & (directions[lane] == 2 * axis + 1)
        backward += (coordinate[lane] == above) & (directions[lane] == 2 * axis)
    return forward, backward


@kernel
def wrap(coordinate, size, n_lanes):
    """Bring the coordinates of a periodic axis, which run free while hopping, back to 1…size."""
    for lane in range(n_lanes):
        coordinate[lane] = (coordinate[lane] - 1) % size + 1
