"""Walkers that are born, hop and are removed, with a ledger of every cell and every step.

What stands in a cell is counted from where the walkers are; births, hops over a bond and
removals are counted where they happen. Nothing in the ledger is worked out from the rest.
"""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import BIRTHS, MOTION, poisson, uniform, words_of

LOSSES = np.uint64(3)
"""Purpose of the draws that decide whether a crossing loses its walker."""

_TO_UNIT_31 = 2.0**-31
_SHIFT31 = np.uint64(31)
_MASK31 = np.uint64(0x7FFFFFFF)


@kernel
def keep_ledger(n_sites, n_steps, n_copies, source, sink, loss, regular, stream):
    """Run ``n_copies`` empty chains of cells for ``n_steps``, one after the other, in one ledger.

    source : births in the first cell per step, at random or, where ``regular``, at equal
    intervals; sink : probability of removal from the last cell; loss : probability that a
    crossing loses its walker. Returns occupancy (n_steps + 1, n_sites), crossings
    (n_steps, n_sites − 1, 2) to the right and to the left over each bond, births and removals
    (n_steps,), and the squares of each copy's final occupancy, summed over the copies (n_sites,).
    """
    occupancy = np.zeros((n_steps + 1, n_sites), np.int32)
    crossings = np.zeros((n_steps, n_sites - 1, 2), np.int32)
    births = np.zeros(n_steps, np.int32)
    removals = np.zeros(n_steps, np.int32)
    squares = np.zeros(n_sites, np.int64)
    final = np.empty(n_sites, np.int64)
    walker = np.uint64(0)
    for copy in range(n_copies):
        final[:] = 0
        for step in range(n_steps):
            n_born = np.int64((step + 1) * source) - np.int64(step * source)
            if not regular:
                n_born = poisson(source, stream, BIRTHS, np.uint64(copy * n_steps + step))
            births[step] += n_born
            for _ in range(n_born):
                cell = live(walker, step, sink, loss, occupancy, crossings, removals, stream)
                if cell >= 0:
                    final[cell] += 1
                walker += np.uint64(1)
        for cell in range(n_sites):
            squares[cell] += final[cell] * final[cell]
    return occupancy, crossings, births, removals, squares


@kernel
def live(walker, birth, sink, loss, occupancy, crossings, removals, stream):
    """Follow one walker, born in the first cell at the end of step ``birth``, to the last step.

    Returns the cell where it then stands, or −1 if it was removed or lost.
    """
    n_steps, last = removals.size, occupancy.shape[1] - 1
    cell = 0
    occupancy[birth + 1, cell] += 1
    words = words_of(stream, MOTION, walker, np.uint64(0))
    for step in range(birth + 1, n_steps):
        age = step - birth - 1
        if age > 0 and age % 4 == 0:
            words = words_of(stream, MOTION, walker, np.uint64(age // 4))
        word = words[age % 4]
        if cell == last and uniform_31(word) < sink:
            removals[step] += 1
            return -1
        forward = word >> _SHIFT31 > 0  # the top bit; the others have served the sink
        if forward and cell < last:
            crossings[step, cell, 0] += 1
            cell += 1
        elif not forward and cell > 0:
            crossings[step, cell - 1, 1] += 1
            cell -= 1
        else:  # a reflecting end refuses the hop
            occupancy[step + 1, cell] += 1
            continue
        if loss > 0.0:
            word_0, _, _, _ = words_of(stream, LOSSES, walker, np.uint64(age))
            if uniform(word_0) < loss:
                return -1
        occupancy[step + 1, cell] += 1
    return cell


@scalar
def uniform_31(word):
    """Uniform number in [0, 1) from all bits of a word but the top one."""
    return np.float64(word & _MASK31) * _TO_UNIT_31
