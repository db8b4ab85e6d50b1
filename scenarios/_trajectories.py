"""Positions as batches: made by recorded walkers, or cut from a user's file."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from analysis.trajectories import (
    Cut,
    Motion,
    Sums,
    TrajectoryError,
    agreed_time_step,
    cut,
    measure_motion,
    piece_sums,
    read_positions,
)
from walkers import KernelError, Model, Record, RecordedWalk
from walkers.engine.model import Arrays

from ._inputs import FileStamp, file_stamp
from ._parameters import shown
from ._words import counted


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
    shape: tuple[int, ...]
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
    """Positions of a file, how they are cut, their time step, and the checksum of the file."""

    array: NDArray[Any]
    cut: Cut
    dt: float
    sha256: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Walkers, times, axes."""
        return self.array.shape


def opened(file: str, dt: float | None = None) -> Opened:
    """Open a file of positions; again only if it has changed.

    Raises
    ------
    TrajectoryError
        With one line, if it cannot be used or does not go with ``dt``.
    """
    stamp = file_stamp(file)
    if stamp is None:
        raise TrajectoryError(f"file: {file}: no such file")
    try:
        array, own, step, sha256 = _read(file, stamp)
        agreed = agreed_time_step(step, dt)
    except TrajectoryError as error:
        raise TrajectoryError(f"file: {error}") from None
    if agreed is None:
        raise TrajectoryError(f"dt: the time of a step is needed for {file}, got none")
    return Opened(array, own, agreed, sha256)


@functools.lru_cache(maxsize=4)
def _read(file: str, stamp: FileStamp) -> tuple[NDArray[Any], Cut, float | None, str]:
    positions, step = read_positions(file)
    own = cut(positions.shape[0], positions.shape[1])
    with Path(file).open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return positions, own, step, sha256


def given(file: str, dt: float | None = None) -> GivenTrajectories:
    """Model of a file."""
    read = opened(file, dt)
    return GivenTrajectories(
        read.cut.group,
        file=file,
        sha256=read.sha256,
        shape=read.shape,
        cut=read.cut,
        dt=read.dt,
    )


def as_read(values: dict[str, Any], made_alone: Sequence[str]) -> dict[str, Any]:
    """Fill in the time step among parameters as they were given.

    Raises
    ------
    ValueError
        If a file is asked for what only walkers made here have, or cannot be used.
    """
    values = {name: value for name, value in values.items() if value is not None}
    file = values.get("file", "")
    if file == "" or not isinstance(file, str):
        return {"dt": 1.0, **values}
    for name in made_alone:
        if name in values:
            asked = shown(values[name])
            raise ValueError(f"{name}: is for walkers made here, not for a file, got {asked}")
    return values if "dt" in values else {**values, "dt": opened(file).dt}


def motion(record: Record, dt: float) -> Motion:
    """Everything that the pieces say."""
    own = cast(Any, record.model).cut
    sums = Sums(*(np.asarray(record[name], dtype=np.float64) for name in Sums._fields))
    return measure_motion(sums, own.lags, own.n_steps, dt, units=("ℓ", "τ"))


def what_was_read(record: Record) -> list[str]:
    """Say what a file holds, its localisation error, and whether it diffuses."""
    model = cast(GivenTrajectories, record.model)
    measured = motion(record, model.dt)
    n_walkers, n_times, dimension = model.shape
    noise = measured.noise
    return [
        f"read: {counted(n_walkers, 'walker')} × {n_times} times × "
        f"{counted(dimension, 'axis', 'axes')}, {model.dt:g} τ apart,"
        f" {model.n_given} pieces",
        f"localisation error along an axis, fitted: variance {noise.value:.3g} ± "
        f"{noise.stderr:.2g} {noise.unit}",
        measured.sentence,
    ]
