"""Leaps: where all sites around are alike, many hops are one draw of their total displacement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .hop_sites import Leaps
    from .sites import SiteWalk

SMALLEST_PROBABILITY = 2.0**-80
"""Displacements rarer than this are left out: no run would ever see one."""


def leap_tables(walk: SiteWalk) -> Leaps:
    """Tables of the displacement after each number of hops, and where each may be used.

    A walker may leap n hops where every site it could hop from on the way is of one kind and
    untagged, so that no hop of the leap is refused, trapped or counted: the distribution is
    exact. Leaps are made on the commonest kind only.
    """
    from .hop_sites import Leaps

    if not walk.leaps:
        nothing = np.empty((0, 0), np.int64)
        no_levels = np.empty(0, np.uint8)
        return Leaps(no_levels, np.empty(0, np.uint64), nothing, nothing, nothing)
    numbers = sorted(walk.leaps)
    levels = np.zeros(walk.kinds.shape, np.uint8)
    clearance, kind = clearances(walk)
    rows = []
    for level, n_hops in enumerate(numbers, start=1):
        levels[clearance >= n_hops] = level
        rows.append(displacement_distribution(walk, kind, n_hops))
    return _packed(walk, levels.reshape(-1), rows)


def clearances(walk: SiteWalk) -> tuple[NDArray[np.int64], int]:
    """Count the steps from each site to the nearest one that differs, and name the kind.

    Only untagged sites of the commonest kind that moves have a clearance; others have none.
    """
    from scipy.ndimage import distance_transform_cdt

    free = walk.kinds if walk.tags is None else np.where(walk.tags > 0, -1, walk.kinds.astype(int))
    moving = np.setdiff1d(np.unique(free[free >= 0]), walk.traps)
    kind = int(max(moving, key=lambda k: np.count_nonzero(free == k), default=-1))
    # An axis of one site stands for endlessly many equal ones and must not count as an edge.
    alike = np.squeeze(free == kind)
    diagonal = any(sum(map(abs, step)) > 1 for step in walk.steps)
    edged = np.pad(alike, 1)  # outside the sites all differs
    distance = distance_transform_cdt(edged, metric="chessboard" if diagonal else "taxicab")
    inside = distance[(slice(1, -1),) * alike.ndim]
    return inside.reshape(walk.kinds.shape).astype(np.int64), kind


def displacement_distribution(
    walk: SiteWalk, kind: int, n_hops: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Displacements (n, d) after n hops from sites of one kind, and their probabilities.

    The distribution of one hop, convolved n times with itself.
    """
    d = walk.kinds.ndim
    width = 2 * n_hops + 1
    p = np.zeros((width,) * d)
    p[(n_hops,) * d] = 1.0
    moves = [*zip(walk.steps, walk.probabilities[kind], strict=True)]
    stay = max(0.0, 1.0 - walk.probabilities[kind].sum())
    for done in range(n_hops):
        # Only the part that walkers can have reached is shifted about.
        reach = slice(n_hops - done - 1, n_hops + done + 2)
        inner = p[(reach,) * d]
        after = stay * inner
        for step, probability in moves:
            after = after + probability * np.roll(inner, step, axis=tuple(range(d)))
        p[(reach,) * d] = after
    reached = p > SMALLEST_PROBABILITY
    return np.argwhere(reached) - n_hops, p[reached]


def _packed(
    walk: SiteWalk,
    levels: NDArray[np.uint8],
    rows: list[tuple[NDArray[np.int64], NDArray[np.float64]]],
) -> Leaps:
    from .hop_sites import Leaps
    from .sites import alias_row

    n_outcomes = np.array([len(p) for _, p in rows])
    shape = (len(rows), n_outcomes.max())
    limits, others, jumps = (np.zeros(shape, np.int64) for _ in range(3))
    for row, (displacements, p) in enumerate(rows):
        n = len(p)
        limits[row, :n], others[row, :n] = alias_row(p)
        jumps[row, :n] = displacements @ walk.strides
    return Leaps(levels, n_outcomes.astype(np.uint64), limits, others, jumps)
