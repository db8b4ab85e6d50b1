"""Walkers whose every position is written down, as a camera sees them."""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import MOTION, OBSERVATION, fill_words
from .hop import HOPS_PER_WORD, move, uniform_directions, weighted_directions


@kernel
def walk_recorded(start, n_times, every, rule, ends, misread_below, stream, block_size):
    """Positions (n_walkers, n_times, 3) at the start and after each ``every`` hops.

    start : (3, n_walkers) sites; rule : Rule; ends : (3, 2) lowest and highest sites;
    misread_below : word below which a coordinate is read one site too low or too high, and
    half of which it is too low; stream : Stream.
    """
    n_walkers = start.shape[1]
    positions = np.empty((n_walkers, n_times, 3), np.int64)
    position = np.empty((3, block_size), np.int64)
    directions = np.empty((HOPS_PER_WORD, block_size), np.int64)
    previous = np.empty(block_size, np.int64)
    words = np.empty((4, block_size), np.uint64)
    readings = np.empty((4, block_size), np.uint64)
    draws = np.empty(block_size, np.uint64)
    n_steps = (n_times - 1) * every

    for first in range(0, n_walkers, block_size):
        n_lanes = min(block_size, n_walkers - first)
        position[:, :n_lanes] = start[:, first : first + n_lanes]
        walkers = np.arange(first, first + n_lanes).astype(np.uint64)
        read(positions, position, 0, first, walkers, misread_below, readings, draws, stream)
        step = 0
        draw = 0
        while step < n_steps:
            draws[:n_lanes] = np.uint64(draw)
            draw += 1
            fill_words(words, stream, MOTION, walkers, draws)
            for k in range(4):
                n_hops = min(rule.hops_per_word, n_steps - step)
                if rule.hops_per_word == HOPS_PER_WORD:
                    uniform_directions(directions, words[k], rule.n_directions, n_lanes)
                elif n_hops > 0:
                    thresholds, keep_below = rule.thresholds, rule.keep_below
                    if step == 0:
                        thresholds, keep_below = rule.first_thresholds, np.uint64(0)
                    weighted_directions(
                        directions, previous, words[k], thresholds, keep_below, n_lanes
                    )
                for j in range(n_hops):
                    move(position, directions[j], ends, n_lanes)
                    step += 1
                    if step % every == 0:
                        time = step // every
                        read(
                            positions, position, time, first, walkers,
                            misread_below, readings, draws, stream,
                        )  # fmt: skip
    return positions


@kernel
def read(positions, position, time, first, walkers, misread_below, readings, draws, stream):
    """Write down where the walkers of a block are, each coordinate with its own error."""
    n_lanes = walkers.size
    if misread_below > np.uint64(0):
        draws[:n_lanes] = np.uint64(time)
        fill_words(readings, stream, OBSERVATION, walkers, draws)
    for axis in range(3):
        for lane in range(n_lanes):
            error = 0
            if misread_below > np.uint64(0):
                error = misreading(readings[axis, lane], misread_below)
            positions[first + lane, time, axis] = position[axis, lane] + error


@scalar
def misreading(word, misread_below):
    """Error of one reading: −1, +1, each with half the probability, or 0."""
    low = word < (misread_below >> np.uint64(1))
    return np.int64(word < misread_below) - 2 * np.int64(low)
