"""Hops whose probabilities depend on the site: each site has a kind, each kind its own row.

A word picks a column of that row; the walker hops in the column's direction, or in the other
one stored beside it (A. J. Walker's alias method). A kind that never lets go is a trap: walkers
stay there until the loop looks, so no hop has to ask whether it was the last.

Sites index as unsigned numbers: for signed ones the compiled code asks at every access whether
they count from the end, as in Python, which took half of the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import INITIAL, MASK32, MOTION, SHIFT32, below, fill_words, words_of
from .closed import N_MOMENTS, add_moments

HOPS_PER_WORD = 3
"""Columns taken from one word where each is all or nothing; eight columns leave a bias < 2⁻²³."""

OTHER_BITS = 8
"""Low bits of an entry, which hold the other direction; the limit stands above them."""

OTHER_MASK = np.int64(2**OTHER_BITS - 1)


class Rates(NamedTuple):
    """Sites, their kinds, and what each kind does with a word."""

    kinds: NDArray[np.uint8]  # (n_sites,)
    entries: NDArray[np.int64]  # (n_kinds · 2^row_bits,) limit · 2⁸ + other direction
    jumps: NDArray[np.int64]  # (n_kinds · 2^row_bits,) change of site, columns all or nothing
    offsets: NDArray[np.int64]  # (n_directions + 1,) change of site by direction, last: stay
    n_columns: np.uint64
    row_bits: np.uint64  # a row of columns takes a power of two: a shift is faster than a product
    hops_per_word: int
    traps: NDArray[np.int64]  # (n_kinds,) number of the trap, or −1


class Leaps(NamedTuple):
    """Distributions of the displacement after many hops, for sites far from all that differs."""

    levels: NDArray[np.uint8]  # (n_sites,) 0: no leap, else 1 + row of the tables
    n_outcomes: NDArray[np.uint64]  # (n_levels,)
    limits: NDArray[np.int64]  # (n_levels, n) of a 32-bit word, below which the outcome stands
    others: NDArray[np.int64]  # (n_levels, n) outcome beyond the limit
    jumps: NDArray[np.int64]  # (n_levels, n) change of site of each outcome


@scalar
def direction_of(fraction, kind, rates):
    """Direction for a column · 2³² + remainder of a word, on a site of one kind."""
    entry = rates.entries[(np.uint64(kind) << rates.row_bits) | (fraction >> SHIFT32)]
    column = np.int64(fraction >> SHIFT32)
    return column if np.int64(fraction & MASK32) < (entry >> OTHER_BITS) else entry & OTHER_MASK


@kernel
def hop(site, words, rates, n_lanes):
    """One hop per lane."""
    for lane in range(n_lanes):
        here = site[lane]
        kind = rates.kinds[np.uint64(here)]
        direction = direction_of(words[lane] * rates.n_columns, kind, rates)
        site[lane] = here + rates.offsets[np.uint64(direction)]


@kernel
def hop_by_word(site, words, rates, n_lanes):
    """Three hops per lane, where a column is either a hop or none."""
    kinds, jumps, row_bits = rates.kinds, rates.jumps, rates.row_bits
    for lane in range(n_lanes):
        here = site[lane]
        fraction = words[lane]
        for _ in range(HOPS_PER_WORD):
            fraction = (fraction & MASK32) * rates.n_columns
            row = np.uint64(kinds[np.uint64(here)]) << row_bits
            here += jumps[row | (fraction >> SHIFT32)]
        site[lane] = here


@kernel
def hop_and_count(site, words, n_hops, rates, tags, labels, departures, n_lanes):
    """``n_hops`` hops per lane out of one word, counted by label, tag of the site and direction."""
    for lane in range(n_lanes):
        here = site[lane]
        label = np.uint64(labels[lane])
        fraction = words[lane]
        for _ in range(n_hops):
            fraction = (fraction & MASK32) * rates.n_columns
            direction = direction_of(fraction, rates.kinds[np.uint64(here)], rates)
            departures[label, tags[np.uint64(here)], np.uint64(direction)] += 1
            here += rates.offsets[np.uint64(direction)]
        site[lane] = here


@kernel
def leap(site, words, leaps, leapt, n_lanes):
    """Many hops in one draw for every lane far from all that differs, which ``leapt`` marks.

    Returns how many leapt.
    """
    n_leaping = 0
    for lane in range(n_lanes):
        row = np.int64(leaps.levels[site[lane]]) - 1
        leapt[lane] = row >= 0
        if row >= 0:
            outcome = np.int64(below(words[0, lane], words[1, lane], leaps.n_outcomes[row]))
            if np.int64(words[2, lane]) >= leaps.limits[row, outcome]:
                outcome = leaps.others[row, outcome]
            site[lane] += leaps.jumps[row, outcome]
            n_leaping += 1
    return n_leaping


@kernel
def start_sites(entrances, first_entrance, n_of_source, stream):
    """Start of every walker: one of the entrances of its source, each as likely.

    entrances : (n,) sites of all sources; first_entrance : (n_sources + 1,) where those of each
    begin; n_of_source : (n_sources,) walkers. Returns sites and labels, (n_walkers,) each.
    """
    n_walkers = n_of_source.sum()
    sites = np.empty(n_walkers, np.int64)
    labels = np.empty(n_walkers, np.int64)
    walker = 0
    for source in range(n_of_source.size):
        first = first_entrance[source]
        n_entrances = first_entrance[source + 1] - first
        for _ in range(n_of_source[source]):
            word_0, word_1, _, _ = words_of(stream, INITIAL, np.uint64(walker), np.uint64(0))
            sites[walker] = entrances[first + np.int64(below(word_0, word_1, n_entrances))]
            labels[walker] = source
            walker += 1
    return sites, labels


@kernel
def walk_until_trapped(
    start, start_labels, n_labels, n_traps, rates, tags, n_tags, leaps, stream, block_size
):
    """Let every walker hop until it is trapped.

    start, start_labels : (n_walkers,) site and source; tags : (n_sites,) or empty; leaps : Leaps,
    its ``levels`` empty for none. Returns absorbed (n_labels, n_traps), departures
    (n_labels, n_tags, n_directions + 1), and the first walker that used up its random numbers,
    or −1.
    """
    absorbed = np.zeros((n_labels, n_traps), np.int64)
    departures = np.zeros((n_labels, n_tags, rates.offsets.size), np.int64)
    endless = -1
    walkers = np.empty(block_size, np.uint64)
    draws = np.empty(block_size, np.uint64)
    site = np.empty(block_size, np.int64)
    labels = np.empty(block_size, np.int64)
    words = np.empty((4, block_size), np.uint64)
    leapt = np.zeros(block_size, np.bool_)

    n_lanes = min(block_size, start.size)
    for lane in range(n_lanes):
        walkers[lane] = lane
        draws[lane] = 0
        site[lane] = start[lane]
        labels[lane] = start_labels[lane]
    next_walker = n_lanes
    while True:
        lane = 0
        while lane < n_lanes:
            trap = rates.traps[rates.kinds[site[lane]]]
            if trap < 0 and draws[lane] <= MASK32:
                lane += 1
                continue
            if trap < 0:
                endless = np.int64(walkers[lane])
            else:
                absorbed[labels[lane], trap] += 1
            # The lane goes to the next walker, or else to the one of the last lane.
            if next_walker < start.size:
                walkers[lane] = next_walker
                draws[lane] = 0
                site[lane] = start[next_walker]
                labels[lane] = start_labels[next_walker]
                next_walker += 1
            else:
                n_lanes -= 1
                walkers[lane] = walkers[n_lanes]
                draws[lane] = draws[n_lanes]
                site[lane] = site[n_lanes]
                labels[lane] = labels[n_lanes]
        if n_lanes == 0:
            return absorbed, departures, endless

        fill_words(words, stream, MOTION, walkers[:n_lanes], draws)
        draws[:n_lanes] += np.uint64(1)
        if leaps.levels.size > 0:
            n_leaping = leap(site, words, leaps, leapt, n_lanes)
            if n_leaping > 0:
                hop_the_rest(site, words, rates, tags, labels, departures, leapt, n_lanes)
                continue
        for k in range(4):
            if n_tags > 0:
                hop_and_count(
                    site, words[k], rates.hops_per_word, rates, tags, labels, departures, n_lanes
                )
            elif rates.hops_per_word == HOPS_PER_WORD:
                hop_by_word(site, words[k], rates, n_lanes)
            else:
                hop(site, words[k], rates, n_lanes)


@kernel
def hop_the_rest(site, words, rates, tags, labels, departures, leapt, n_lanes):
    """All hops of a draw for the lanes that did not leap."""
    n_tags = departures.shape[1]
    for lane in range(n_lanes):
        if leapt[lane]:
            continue
        here = site[lane]
        for k in range(4):
            fraction = words[k, lane]
            for _ in range(rates.hops_per_word):
                fraction = (fraction & MASK32) * rates.n_columns
                direction = direction_of(fraction, rates.kinds[np.uint64(here)], rates)
                if n_tags > 0:
                    departures[labels[lane], tags[here], direction] += 1
                here += rates.offsets[np.uint64(direction)]
        site[lane] = here


@kernel
def walk_for_steps(
    start, start_labels, n_labels, n_traps, n_steps, rates, tags, n_tags, shape, stops, stream,
    block_size,
):  # fmt: skip
    """Let every walker make ``n_steps`` hops; trapped ones stay where they are.

    shape : (3,) sites along each axis; stops : (n_stops,) rising step numbers at which walkers
    are counted by tag and their displacements summed. Returns absorbed (n_labels, n_traps) at
    the end, departures (n_labels, n_tags, n_directions + 1), occupancy (n_labels, n_stops,
    n_tags) and moments (n_stops, 11).
    """
    absorbed = np.zeros((n_labels, n_traps), np.int64)
    departures = np.zeros((n_labels, n_tags, rates.offsets.size), np.int64)
    occupancy = np.zeros((n_labels, stops.size, n_tags), np.int64)
    moments = np.zeros((stops.size, N_MOMENTS), np.int64)
    position = np.empty((3, block_size), np.int64)
    origin = np.empty((3, block_size), np.int64)
    site = np.empty(block_size, np.int64)
    words = np.empty((4, block_size), np.uint64)
    draws = np.empty(block_size, np.uint64)
    for first in range(0, start.size, block_size):
        n_lanes = min(block_size, start.size - first)
        site[:n_lanes] = start[first : first + n_lanes]
        find_coordinates(origin, site, shape, n_lanes)
        labels = start_labels[first : first + n_lanes]
        walkers = np.arange(first, first + n_lanes).astype(np.uint64)
        step = 0
        draw = 0
        stop = 0
        while step < n_steps:
            draws[:n_lanes] = np.uint64(draw)
            draw += 1
            fill_words(words, stream, MOTION, walkers, draws)
            for k in range(4):
                # Before a stop a word gives no hop beyond it; uncounted, just one.
                next_stop = stops[stop] if stop < stops.size else n_steps
                n_hops = min(rates.hops_per_word, next_stop - step)
                if n_tags > 0:
                    hop_and_count(site, words[k], n_hops, rates, tags, labels, departures, n_lanes)
                elif n_hops == HOPS_PER_WORD:
                    hop_by_word(site, words[k], rates, n_lanes)
                elif n_hops > 0:
                    n_hops = 1
                    hop(site, words[k], rates, n_lanes)
                step += n_hops
                while stop < stops.size and step == stops[stop]:
                    if n_tags > 0:
                        for lane in range(n_lanes):
                            occupancy[labels[lane], stop, tags[site[lane]]] += 1
                    find_coordinates(position, site, shape, n_lanes)
                    add_moments(moments[stop], position, origin, 0, 0, n_lanes)
                    stop += 1
                if step == n_steps:
                    break
        for lane in range(n_lanes):
            trap = rates.traps[rates.kinds[site[lane]]]
            if trap >= 0:
                absorbed[labels[lane], trap] += 1
    return absorbed, departures, occupancy, moments


@kernel
def find_coordinates(position, site, shape, n_lanes):
    """Coordinates (3, n_lanes) of flat sites."""
    for lane in range(n_lanes):
        rest = site[lane] // shape[2]
        position[0, lane] = rest // shape[1]
        position[1, lane] = rest % shape[1]
        position[2, lane] = site[lane] % shape[2]
