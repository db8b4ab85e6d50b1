"""Positions as batches: made by recorded walkers, or cut from a user's file."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.pieces import Cut, Sums, TrajectoryError, cut, piece_sums
from analysis.positions import read_positions
from walkers import KernelError, Model, RecordedWalk
from walkers.engine.model import Arrays

from ._inputs import FileStamp, file_stamp


@dataclass(frozen=True, eq=False)
class MadeTrajectories(Model):
    """Sums over the positions of recorded walkers; one batch is one piece."""

    walk: RecordedWalk

    @property
    def cut(self) -> Cut:
        """One piece per batch."""
        return Cut(1, self.n_walkers, 1, self.walk.n_times - 1)

    @property
    def seconds_per_batch(self) -> float:
        """Hops, and about 10⁸ displacements a second and axis."""
        n_displacements = self.walk.n_walkers * self.walk.n_times * len(self.cut.lags)
        return self.walk.seconds_per_batch + n_displacements * len(self.walk.axes) / 1e8

    @property
    def bytes_per_batch(self) -> int:
        """Positions as integers and numbers, and their displacements."""
        return 4 * self.walk.bytes_per_batch

    def resized(self, n_walkers: int) -> MadeTrajectories:
        """Build the same model with another number of walkers in a batch."""
        return replace(self, n_walkers=n_walkers, walk=replace(self.walk, n_walkers=n_walkers))

    def compute(self, seed: int, batch: int) -> Arrays:
        """Walk, and sum up the positions."""
        walk = replace(self.walk, stream=self.stream)
        positions = walk.compute(seed, batch)["positions"]
        return dict(piece_sums(positions, self.cut.lags)._asdict())


@dataclass(frozen=True, eq=False)
class GivenTrajectories(Model):
    """Sums over the pieces of a file: batch b is piece b, whatever the seed."""

    file: str
    sha256: str
    cut: Cut
    dt: float

    @property
    def n_given(self) -> int:
        """Pieces in the file."""
        return self.cut.n_pieces

    @property
    def seconds_per_batch(self) -> float:
        """About 10⁸ displacements a second."""
        return 3.0 * self.n_walkers * self.cut.n_steps * len(self.cut.lags) / 1e8

    @property
    def bytes_per_batch(self) -> int:
        """Positions and displacements of a piece."""
        return 24 * 4 * self.n_walkers * (self.cut.n_steps + 1)

    def resized(self, n_walkers: int) -> Model:
        """Refuse: a file holds what it holds."""
        raise ValueError("the pieces of a file cannot be resized")

    def compute(self, seed: int, batch: int) -> Arrays:
        """Sum up one piece."""
        positions = opened(self.file, self.dt)
        if positions.sha256 != self.sha256:
            raise KernelError(f"{self.file} was changed while it was analysed")
        if batch >= self.cut.n_pieces:
            raise KernelError(f"{self.file} holds {self.cut.n_pieces} pieces, not {batch + 1}")
        piece = self.cut.piece(positions.array, batch)
        return dict(piece_sums(piece, self.cut.lags)._asdict())


@dataclass(frozen=True)
class Opened:
    """Positions of a file, how they are cut, and the checksum of its bytes."""

    array: NDArray[Any]
    cut: Cut
    sha256: str


def opened(file: str, dt: float) -> Opened:
    """Open a file of positions; again only if it has changed.

    Raises
    ------
    TrajectoryError
        With one line, if it cannot be used.
    """
    stamp = file_stamp(file)
    if stamp is None:
        raise TrajectoryError(f"{file}: no such file")
    return _opened(file, dt, stamp)


@functools.lru_cache(maxsize=4)
def _opened(file: str, dt: float, stamp: FileStamp) -> Opened:
    positions = read_positions(file, dt).positions
    own = cut(positions.shape[0], positions.shape[1])
    with Path(file).open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Opened(positions, own, sha256)


def given(file: str, dt: float) -> GivenTrajectories:
    """Model of a file."""
    positions = opened(file, dt)
    return GivenTrajectories(
        positions.cut.group, file=file, sha256=positions.sha256, cut=positions.cut, dt=dt
    )


def sums_of(record: Any) -> Sums:
    """Read the sums of all batches from a record."""
    return Sums(*(np.asarray(record[name], dtype=np.float64) for name in Sums._fields))
