"""Independent hoppers whose positions are recorded, with or without errors of reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engine.model import MAXIMUM_FIELD, Arrays, Model
from .walk import BLOCK_SIZE, HOPS_PER_SECOND, Axis, Hop, check_closed, ends_of

SYMMETRIC = Hop()


@dataclass(frozen=True, eq=False)
class RecordedWalk(Model):
    """Hoppers that nothing removes, seen ``n_times`` times, ``every`` hops apart.

    Every coordinate that is read is one site off, to either side, with probability ``misread``:
    a localisation error of that variance [ℓ²].

    Tally: ``positions`` (n_walkers, n_times, n_axes), the first ones at the start.
    """

    axes: tuple[Axis, ...] = (Axis(),)
    hop: Hop = SYMMETRIC
    n_times: int = 2
    every: int = 1
    start: tuple[int, ...] = (0,)
    misread: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        check_closed(self.axes, self.hop, self.start)
        if self.n_times < 2 or self.every < 1:
            raise ValueError(f"n_times must be 2 or more and every 1 or more: {self}")
        if not (self.n_times - 1) * self.every < MAXIMUM_FIELD:
            raise ValueError(f"a walker makes fewer than 2³² hops, got {self}")
        if not 0.0 <= self.misread <= 1.0:
            raise ValueError(f"misread must be between 0 and 1, got {self.misread}")

    @property
    def seconds_per_batch(self) -> float:
        """Hops over the rate of one core, and as much again for each reading."""
        return self.n_walkers * self.n_times * (self.every + 1) / HOPS_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """Positions of every walker at every time."""
        return 64 * self.n_walkers + 24 * self.n_walkers * self.n_times

    def compute(self, seed: int, batch: int) -> Arrays:
        """Positions of one batch."""
        from ..engine.streams import make_stream
        from .hop_recorded import walk_recorded

        sites = np.ones((3, self.n_walkers), np.int64)
        sites[: len(self.axes)] = np.array(self.start)[:, None]
        positions = walk_recorded(
            sites,
            self.n_times,
            self.every,
            self.hop.rule(len(self.axes)),
            ends_of(self.axes),
            np.uint64(round(self.misread * 2.0**32)),
            make_stream(seed, batch, self.stream),
            BLOCK_SIZE,
        )
        return {"positions": positions[:, :, : len(self.axes)]}
