"""Walkers that boundaries remove: each hops until it is absorbed or its time is over."""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import BIRTHS, INITIAL, MASK32, MOTION, below, fill_words, poisson, words_of
from .hop import HOPS_PER_WORD, moved, uniform_directions, weighted_directions

MINUS_X, ELSE, PLUS_X = 0, 1, 2
"""Columns of the departures tally: what a walker did that stood on a site."""

LEFT_RESERVOIR, RIGHT_RESERVOIR, BORN_INSIDE = 0, 1, 2
"""Labels of walkers by where they come from."""


NOT_ABSORBED = -100
NO_TRAP = np.int64(2**62 + 1)  # no walker's coordinate


@kernel
def walk_open(start, labels, n_hops, n_labels, rule, ends, absorbing, stream, block_size):
    """Let every walker hop until it is absorbed or has made its ``n_hops``.

    start : (3, n_walkers) sites; labels, n_hops : (n_walkers,) source, and hops before the
    time is over; ends : (3, 2) lowest and highest coordinate, with the ghost sites of absorbing
    ends; absorbing : (3, 2) bool. Returns absorbed (n_labels, 6) by end 2·axis + side,
    departures (n_labels, size_x + 2, 3) by site along x and kind, and the number of the first
    walker that used up its random numbers, or −1.
    """
    n_walkers = labels.size
    absorbed = np.zeros((n_labels, 6), np.int64)
    departures = np.zeros((n_labels, ends[0, 1] + 2, 3), np.int64)
    endless = -1

    walkers = np.empty(block_size, np.uint64)
    draws = np.empty(block_size, np.uint64)
    hops_left = np.zeros(block_size, np.int64)
    position = np.empty((3, block_size), np.int64)
    words = np.empty((4, block_size), np.uint64)
    directions = np.empty((4 * HOPS_PER_WORD, block_size), np.int64)
    previous = np.empty(block_size, np.int64)

    several_axes = rule.n_directions > 2
    x_low, x_high = ends[0]
    y_low, y_high = ends[1]
    z_low, z_high = ends[2]
    x_trap_low = x_low if absorbing[0, 0] else NO_TRAP
    x_trap_high = x_high if absorbing[0, 1] else NO_TRAP
    y_trap_low = y_low if absorbing[1, 0] else NO_TRAP
    y_trap_high = y_high if absorbing[1, 1] else NO_TRAP
    z_trap_low = z_low if absorbing[2, 0] else NO_TRAP
    z_trap_high = z_high if absorbing[2, 1] else NO_TRAP

    next_walker = 0
    n_lanes = min(block_size, n_walkers)
    while True:
        n_lanes, next_walker = refill(
            walkers, draws, hops_left, position, n_lanes, next_walker, start, n_hops
        )
        if n_lanes == 0:
            return absorbed, departures, endless

        fill_words(words, stream, MOTION, walkers[:n_lanes], draws)
        for k in range(4):
            rows = directions[k * rule.hops_per_word :]
            if rule.hops_per_word == HOPS_PER_WORD:
                uniform_directions(rows, words[k], rule.n_directions, n_lanes)
            else:
                weighted_directions(
                    rows, previous, words[k], rule.thresholds, np.uint64(0), n_lanes
                )
        for lane in range(n_lanes):
            label = labels[walkers[lane]]
            x, y, z = position[0, lane], position[1, lane], position[2, lane]
            n_now = min(4 * rule.hops_per_word, hops_left[lane])
            hops_left[lane] -= n_now
            for j in range(n_now):
                direction = directions[j, lane]
                departures[label, x, kind_of(direction)] += 1
                axis = direction >> 1
                step = ((direction & 1) << 1) - 1
                x = moved(x, step if axis == 0 else 0, x_low, x_high)
                end = absorbing_end(x, x_trap_low, x_trap_high)
                if several_axes:
                    y = moved(y, step if axis == 1 else 0, y_low, y_high)
                    z = moved(z, step if axis == 2 else 0, z_low, z_high)
                    end = max(end, 2 + absorbing_end(y, y_trap_low, y_trap_high))
                    end = max(end, 4 + absorbing_end(z, z_trap_low, z_trap_high))
                if end >= 0:
                    absorbed[label, end] += 1
                    hops_left[lane] = 0
                    break
            position[0, lane], position[1, lane], position[2, lane] = x, y, z
            if draws[lane] == MASK32 and hops_left[lane] > 0:
                endless = np.int64(walkers[lane])
                hops_left[lane] = 0
            draws[lane] += np.uint64(1)


@kernel
def refill(walkers, draws, hops_left, position, n_lanes, next_walker, start, n_hops):
    """Give every lane whose walker has ended the next one, or else the last lane's.

    Returns the number of lanes that still have a walker, and the next walker to start.
    """
    lane = 0
    while lane < n_lanes:
        if hops_left[lane] > 0:
            lane += 1
        elif next_walker < n_hops.size:
            walkers[lane] = next_walker
            draws[lane] = 0
            hops_left[lane] = n_hops[next_walker]
            position[:, lane] = start[:, next_walker]
            next_walker += 1
        else:
            n_lanes -= 1
            walkers[lane] = walkers[n_lanes]
            draws[lane] = draws[n_lanes]
            hops_left[lane] = hops_left[n_lanes]
            position[:, lane] = position[:, n_lanes]
            hops_left[n_lanes] = 0
    return n_lanes, next_walker


@scalar
def kind_of(direction):
    """Column of the departures tally for a direction."""
    if direction == 0:
        return MINUS_X
    return PLUS_X if direction == 1 else ELSE


@scalar
def absorbing_end(coordinate, trap_low, trap_high):
    """0 or 1 on the low or high ghost site of an absorbing end, else far below zero."""
    if coordinate == trap_low:
        return 0
    return 1 if coordinate == trap_high else NOT_ABSORBED


@kernel
def poisson_births(profile, injection, n_steps, stream):
    """Walkers of a slab between two reservoirs, over ``n_steps`` steps.

    profile : (n_sites,) mean number on each site at the start; injection : (2,) mean number
    that enters from the left and the right reservoir per step. Returns start_x, labels and
    n_hops, each (n_walkers,). Walkers are independent, so each reservoir's entries are a
    Poisson number of uniformly distributed steps.
    """
    n_sites = profile.size
    counts = np.empty(n_sites + 2, np.int64)
    for site in range(n_sites):
        counts[site] = poisson(profile[site], stream, INITIAL, np.uint64(site))
    for side in range(2):
        counts[n_sites + side] = poisson(
            injection[side] * n_steps, stream, INITIAL, np.uint64(n_sites + side)
        )
    n_walkers = counts.sum()
    start_x = np.empty(n_walkers, np.int64)
    labels = np.empty(n_walkers, np.int64)
    n_hops = np.empty(n_walkers, np.int64)
    walker = 0
    for source in range(n_sites + 2):
        for _ in range(counts[source]):
            if source < n_sites:
                start_x[walker] = source + 1
                labels[walker] = BORN_INSIDE
                n_hops[walker] = n_steps
            else:
                word_0, word_1, _, _ = words_of(stream, BIRTHS, np.uint64(walker), np.uint64(0))
                entry = np.int64(below(word_0, word_1, n_steps))
                start_x[walker] = 1 if source == n_sites else n_sites
                labels[walker] = source - n_sites
                n_hops[walker] = n_steps - 1 - entry
            walker += 1
    return start_x, labels, n_hops
