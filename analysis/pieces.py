"""Positions cut into pieces that know nothing of each other, and what each piece is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ENOUGH_PIECES = 64
"""Pieces that the positions are cut into, or a few more, where they are enough for it."""

FEWEST_PIECES = 16
SHORTEST_BLOCK = 6
"""Steps of a block of a walker at least; walkers that need no cutting may have fewer."""

SHORTEST_WALK = 4
LAGS = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256, 512)


class TrajectoryError(ValueError):
    """Positions that cannot be read or analysed: one line that says why."""


@dataclass(frozen=True)
class Cut:
    """How positions are cut: ``n_groups`` of ``group`` walkers, each into ``n_blocks``.

    Every piece has ``n_steps`` steps; what is left over (less than one part in 64 of the
    walkers, less than a block of each) is not used.
    """

    n_groups: int
    group: int
    n_blocks: int
    n_steps: int

    @property
    def n_pieces(self) -> int:
        """Number of pieces."""
        return self.n_groups * self.n_blocks

    @property
    def lags(self) -> NDArray[np.int64]:
        """Lags [steps] at which squared displacements are taken, up to half a piece."""
        longest = max(3, self.n_steps // 2)
        return np.array([lag for lag in LAGS if lag <= longest])

    def piece(self, positions: NDArray[Any], number: int) -> NDArray[Any]:
        """Positions of one piece, (group, n_steps + 1, dimension)."""
        group, block = divmod(number, self.n_blocks)
        first = block * self.n_steps
        return positions[
            group * self.group : (group + 1) * self.group, first : first + self.n_steps + 1
        ]


def cut(n_walkers: int, n_times: int) -> Cut:
    """Cut positions into 64 pieces or a few more; into fewer where they are too few for that.

    Raises
    ------
    TrajectoryError
        If they are too few for sixteen pieces.
    """
    n_steps = n_times - 1
    if n_walkers >= ENOUGH_PIECES and n_steps >= SHORTEST_WALK:
        group = n_walkers // ENOUGH_PIECES
        return Cut(n_walkers // group, group, 1, n_steps)
    if n_steps >= SHORTEST_BLOCK:
        wanted = math.ceil(ENOUGH_PIECES / n_walkers)
        length = max(SHORTEST_BLOCK, n_steps // wanted)
        found = Cut(n_walkers, 1, n_steps // length, length)
    else:
        found = Cut(n_walkers, 1, 1, n_steps)
    if found.n_pieces < FEWEST_PIECES or n_steps < SHORTEST_WALK:
        raise TrajectoryError(
            f"too short: {n_steps} steps, walkers: {n_walkers}; {FEWEST_PIECES} pieces of "
            f"{SHORTEST_BLOCK} steps are needed ({SHORTEST_WALK} where nothing is cut)"
        )
    return found


class Sums(NamedTuple):
    """Means over one piece, or over each of many (one axis more in front).

    ``squares``: ⟨δ_i δ_j⟩ of the displacements δ at each lag; ``displacements``: ⟨δ_i⟩ at each
    lag; ``velocities``: displacement from end to end over the number of steps;
    ``correlations``: ⟨Δ_i Δ_j'⟩ of steps that follow each other, symmetric in i, j;
    ``early``, ``late``: means of the steps that come first and second in those pairs.
    """

    squares: Floats  # (n_lags, dimension, dimension)
    displacements: Floats  # (n_lags, dimension)
    velocities: Floats  # (dimension,)
    correlations: Floats  # (dimension, dimension)
    early: Floats  # (dimension,)
    late: Floats  # (dimension,)


def piece_sums(positions: ArrayLike, lags: ArrayLike) -> Sums:
    """Work out the sums of one piece.

    Parameters
    ----------
    positions : (n_walkers, n_steps + 1, dimension)
        Positions of a piece.
    lags : (n_lags,) int
        Lags in steps.
    """
    x = np.array(positions, dtype=np.float64)
    x -= x[:, :1].copy()
    n_walkers, n_times, dimension = x.shape
    n = np.asarray(lags)
    squares = np.empty((n.size, dimension, dimension))
    for i, lag in enumerate(n):
        moved = (x[:, lag:] - x[:, :-lag]).reshape(-1, dimension)
        squares[i] = moved.T @ moved / len(moved)
    # Means of displacements are differences of means of positions.
    total = x.sum(axis=0)
    before = np.concatenate([np.zeros((1, dimension)), np.cumsum(total, axis=0)])
    moved_in_all = before[-1] - before[n] - before[n_times - n]
    steps = np.diff(x, axis=1)
    early, late = (s.reshape(-1, dimension) for s in (steps[:, :-1], steps[:, 1:]))
    product = early.T @ late / len(early)
    return Sums(
        squares,
        moved_in_all / (n_walkers * (n_times - n))[:, None],
        total[-1] / (n_walkers * (n_times - 1)),
        (product + product.T) / 2.0,
        (total[-2] - total[0]) / len(early),
        (total[-1] - total[1]) / len(early),
    )


def about_the_drift(
    squares: Floats,
    displacements: Floats,
    n: Floats,
    velocities: Floats,
    late: Floats | None = None,
) -> Floats:
    """Pieces' pseudo-values of ⟨(δ − nu)(δ' − nu)ᵀ⟩, u the drift per step over all pieces.

    The jackknife gives back exactly what the estimated drift takes from a mean square, which
    is a quadratic in means. A common drift, however large, cancels.

    Parameters
    ----------
    squares : (n_pieces, n_lags, dimension, dimension)
        Means of δδ'ᵀ.
    displacements : (n_pieces, n_lags, dimension)
        Means of δ.
    n : (n_lags,)
        Lags in steps.
    velocities : (n_pieces, dimension)
        Displacement per step.
    late : (n_pieces, n_lags, dimension), optional
        Means of δ', where it is not δ.
    """
    late = displacements if late is None else late
    weight = n[:, None, None]

    def about(square: Floats, one: Floats, other: Floats, u: Floats) -> Floats:
        cross = np.einsum("...ni,...j->...nij", one, u) + np.einsum("...i,...nj->...nij", u, other)
        symmetric = (cross + np.swapaxes(cross, -1, -2)) / 2.0
        own = np.einsum("...i,...j->...ij", u, u)[..., None, :, :]
        return np.asarray(square - weight * symmetric + weight**2 * own, dtype=np.float64)

    parts = (squares, displacements, late, velocities)
    n_pieces = len(squares)
    means = [part.mean(axis=0) for part in parts]
    left_out = [
        (n_pieces * mean - part) / (n_pieces - 1) for mean, part in zip(means, parts, strict=True)
    ]
    return n_pieces * about(*means) - (n_pieces - 1) * about(*left_out)
