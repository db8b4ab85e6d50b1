"""What a flight adds to the cells of a grid that it crosses, and to displacements at a census."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from .hit_rare import FAR_AWAY

N_MOTIONS = 4
"""Σ over time in a cell of velocity x, y, z and of the square of the speed."""


class Cells(NamedTuple):
    """Regular grid, in the form that kernels read; no cells where no grid is given."""

    low: NDArray[np.float64]  # (3,)
    spacing: NDArray[np.float64]  # (3,)
    counts: NDArray[np.int64]  # (3,)


class Probes(NamedTuple):
    """What looks at molecules on their way, and what it fills; none of it costs a plain gas."""

    cells: Cells
    displaced: bool  # whether displacements are looked at
    present_displacement: NDArray[np.float64]  # (n_labels, n_times, 6)
    present_cell_time: NDArray[np.float64]  # (n_labels, nx, ny, nz)
    present_cell_motion: NDArray[np.float64]  # (n_labels, nx, ny, nz, N_MOTIONS)


@scalar
def bin_of(value, edges):
    """Bin between rising edges, −1 outside them; the last bin includes its upper edge."""
    last = edges.size - 1
    if last < 1 or value < edges[0] or value > edges[last]:
        return -1
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if value >= edges[middle]:
            low = middle
        else:
            high = middle
    return low


@scalar
def stretch_between(x, dx, low, high):
    """Lengths along a flight at which it enters and leaves the slab low … high."""
    enter, leave = -FAR_AWAY, FAR_AWAY
    if dx > 0.0:
        enter, leave = (low - x) / dx, (high - x) / dx
    elif dx < 0.0:
        enter, leave = (high - x) / dx, (low - x) / dx
    elif x < low or x >= high:
        leave = -FAR_AWAY
    return enter, leave


@scalar
def cell_of(x, low, spacing, count):
    """Cell of a coordinate, the nearest one for a coordinate that rounding put outside."""
    return min(max(int(np.floor((x - low) / spacing)), 0), count - 1)


@scalar
def length_to_face(x, dx, low, spacing, cell):
    """Length along a flight at which it leaves a cell, found anew from the cell's number."""
    if dx > 0.0:
        return (low + (cell + 1) * spacing - x) / dx
    if dx < 0.0:
        return (low + cell * spacing - x) / dx
    return FAR_AWAY


@kernel
def add_to_cells(times, motions, cells, x, y, z, dx, dy, dz, speed, since, until):
    """Share out the stretch since … until [m] of a flight among the cells that it crosses.

    times : (nx, ny, nz) [s]; motions : (nx, ny, nz, N_MOTIONS), weighted by time.
    """
    low, spacing, counts = cells.low, cells.spacing, cells.counts
    for axis in range(3):
        here = x if axis == 0 else (y if axis == 1 else z)
        slope = dx if axis == 0 else (dy if axis == 1 else dz)
        high = low[axis] + counts[axis] * spacing[axis]
        enter, leave = stretch_between(here, slope, low[axis], high)
        since, until = max(since, enter), min(until, leave)
    if not until > since:
        return
    i = cell_of(x + since * dx, low[0], spacing[0], counts[0])
    j = cell_of(y + since * dy, low[1], spacing[1], counts[1])
    k = cell_of(z + since * dz, low[2], spacing[2], counts[2])
    while since < until:
        a = length_to_face(x, dx, low[0], spacing[0], i)
        b = length_to_face(y, dy, low[1], spacing[1], j)
        c = length_to_face(z, dz, low[2], spacing[2], k)
        # Rounding may have put the start just beyond a face: then nothing is spent in that cell.
        face = max(min(a, b, c, until), since)
        length = face - since
        times[i, j, k] += length / speed
        motions[i, j, k, 0] += length * dx
        motions[i, j, k, 1] += length * dy
        motions[i, j, k, 2] += length * dz
        motions[i, j, k, 3] += length * speed
        since = face
        if a <= b and a <= c:
            i += 1 if dx > 0.0 else -1
        elif b <= c:
            j += 1 if dy > 0.0 else -1
        else:
            k += 1 if dz > 0.0 else -1
        outside = i < 0 or j < 0 or k < 0 or i >= counts[0] or j >= counts[1] or k >= counts[2]
        if outside:
            return


@scalar
def add_displacements(probes, label, times, n_seen, t_end, clock, arrival, speed, here, way, birth):
    """Add the way from its birth to where a molecule is at each census that its flight meets."""
    while n_seen < times.size and (times[n_seen] < arrival or arrival > t_end):
        path = (times[n_seen] - clock) * speed
        for axis in range(3):
            moved = here[axis] - birth[axis] + path * way[axis]
            probes.present_displacement[label, n_seen, axis] += moved
            probes.present_displacement[label, n_seen, 3 + axis] += moved * moved
        n_seen += 1
