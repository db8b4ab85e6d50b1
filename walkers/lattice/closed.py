"""Walkers that nothing removes: every walker of a block makes the same number of hops."""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel
from ..engine.streams import MOTION, fill_words
from .hop import (
    HOPS_PER_WORD,
    STAY,
    count_crossings,
    move,
    move_by_word,
    uniform_directions,
    weighted_directions,
    wrap,
)

N_MOMENTS = 11
"""Σ over walkers of X, Y, Z, XX, YY, ZZ, XY, XZ, YZ, R²X and R⁴ (R² is XX + YY + ZZ)."""


@kernel
def walk_closed(
    start, n_steps, rule, ends, periods, planes, stops, centres, n_lags, stream, block_size
):
    """Let every walker make ``n_steps`` hops and tally them.

    start : (3, n_walkers) sites; rule : Rule; ends : (3, 2) lowest and highest sites;
    periods : (3,) sizes of periodic axes, else 0; planes : (n_planes, 2) axis and site below;
    stops : (n_stops,) rising step numbers at which displacements are summed, measured from
    centres : (n_stops,) expected integer displacement along x; n_lags : velocity lags or 0;
    stream : Stream. Returns crossings (n_planes, 2), moments (n_stops, 11), correlation
    (n_lags + 1,) sums of v(t)·v(t+k), velocity sums (n_steps,) of v_x, final (3, n_walkers).
    """
    n_walkers = start.shape[1]
    crossings = np.zeros((planes.shape[0], 2), np.int64)
    moments = np.zeros((stops.size, N_MOMENTS), np.int64)
    correlation = np.zeros(n_lags + 1, np.int64)
    velocity_sums = np.zeros(n_steps if n_lags > 0 else 0, np.int64)
    final = np.empty((3, n_walkers), np.int64)
    watched = planes.shape[0] > 0 or stops.size > 0 or n_lags > 0

    position = np.empty((3, block_size), np.int64)
    directions = np.empty((HOPS_PER_WORD, block_size), np.int64)
    previous = np.empty(block_size, np.int64)
    history = np.empty((n_lags + 1, block_size), np.int64)
    words = np.empty((4, block_size), np.uint64)
    draws = np.empty(block_size, np.uint64)

    for first in range(0, n_walkers, block_size):
        n_lanes = min(block_size, n_walkers - first)
        position[:, :n_lanes] = start[:, first : first + n_lanes]
        walkers = np.arange(first, first + n_lanes).astype(np.uint64)
        step = 0
        draw = 0
        stop = 0
        while step < n_steps:
            draws[:n_lanes] = np.uint64(draw)
            draw += 1
            fill_words(words, stream, MOTION, walkers, draws)
            for k in range(4):
                word = words[k]
                n_hops = min(rule.hops_per_word, n_steps - step)
                if not watched and n_hops == HOPS_PER_WORD:
                    move_by_word(position, word, rule.n_directions, ends, n_lanes)
                    step += n_hops
                    continue
                if rule.hops_per_word == HOPS_PER_WORD:
                    uniform_directions(directions, word, rule.n_directions, n_lanes)
                elif n_hops > 0:
                    thresholds, keep_below = rule.thresholds, rule.keep_below
                    if step == 0:
                        thresholds, keep_below = rule.first_thresholds, np.uint64(0)
                    weighted_directions(directions, previous, word, thresholds, keep_below, n_lanes)
                for j in range(n_hops):
                    for plane in range(planes.shape[0]):
                        axis, below = planes[plane]
                        above = below + 1
                        if periods[axis] > 0:
                            wrap(position[axis], periods[axis], n_lanes)
                            above = below % periods[axis] + 1
                        forward, backward = count_crossings(
                            position[axis], directions[j], axis, below, above, n_lanes
                        )
                        crossings[plane, 0] += forward
                        crossings[plane, 1] += backward
                    move(position, directions[j], ends, n_lanes)
                    if n_lags > 0:
                        velocity_sums[step] += correlate(
                            correlation, history, directions[j], step, n_lanes
                        )
                    step += 1
                    if stop < stops.size and step == stops[stop]:
                        add_moments(moments[stop], position, start, first, centres[stop], n_lanes)
                        stop += 1
        for axis in range(3):
            if periods[axis] > 0:
                wrap(position[axis], periods[axis], n_lanes)
        final[:, first : first + n_lanes] = position[:, :n_lanes]
    return crossings, moments, correlation, velocity_sums, final


@kernel
def correlate(correlation, history, directions, step, n_lanes):
    """Add v(t−k)·v(t) of one hop for every lag k, and return the sum of v_x.

    Unit steps along axes: the product is 1 for equal directions, −1 for opposite ones, which
    differ in the last bit, and 0 otherwise.
    """
    n_kept = history.shape[0]
    newest = history[step % n_kept]
    newest[:n_lanes] = directions[:n_lanes]
    velocity_sum = 0
    for lane in range(n_lanes):
        velocity_sum += np.int64(directions[lane] == 1) - np.int64(directions[lane] == 0)
    for lag in range(min(n_kept, step + 1)):
        older = history[(step - lag) % n_kept]
        product = 0
        for lane in range(n_lanes):
            moving = directions[lane] != STAY
            product += np.int64(moving & (older[lane] == directions[lane]))
            product -= np.int64(moving & (older[lane] == directions[lane] ^ 1))
        correlation[lag] += product
    return velocity_sum


@kernel
def add_moments(sums, position, start, first, centre, n_lanes):
    """Add the moments of the displacements, x measured from an integer ``centre``."""
    for lane in range(n_lanes):
        x = position[0, lane] - start[0, first + lane] - centre
        y = position[1, lane] - start[1, first + lane]
        z = position[2, lane] - start[2, first + lane]
        square = x * x + y * y + z * z
        sums[0] += x
        sums[1] += y
        sums[2] += z
        sums[3] += x * x
        sums[4] += y * y
        sums[5] += z * z
        sums[6] += x * y
        sums[7] += x * z
        sums[8] += y * z
        sums[9] += square * x
        sums[10] += square * square
