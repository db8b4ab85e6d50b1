"""The raw tallies of a run, and the checksum that "the same bits" compares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Arrays, Model, Together
from .provenance import software_versions


def batch_sha256(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Checksum of one batch: names, shapes, types and little-endian bytes of its arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{name}{array.shape}{little_endian.dtype.str}".encode())
        digest.update(little_endian.tobytes())
    return digest.digest()


@dataclass(frozen=True)
class Record:
    """Tallies of a run, first axis = batch, with what is needed to make them again."""

    model: Model
    seed: int
    tallies: Mapping[str, NDArray[Any]] = field(repr=False)
    versions: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def n_batches(self) -> int:
        """Number of independent batches."""
        return len(next(iter(self.tallies.values())))

    def __getitem__(self, tally: str) -> NDArray[Any]:
        """Array of one tally, (n_batches, …)."""
        try:
            return self.tallies[tally]
        except KeyError:
            known = ", ".join(sorted(self.tallies))
            raise KeyError(f"no tally {tally!r} in this record; there are: {known}") from None

    def part(self, name: str) -> Any:
        """Model of one part, where several were run together."""
        assert isinstance(self.model, Together), "the record is of a single model"
        return self.model.parts[name]

    def batch(self, number: int) -> Arrays:
        """Arrays of one batch."""
        return {name: array[number] for name, array in self.tallies.items()}

    def first(self, n_batches: int) -> Record:
        """Record of the first batches alone."""
        tallies = {name: array[:n_batches] for name, array in self.tallies.items()}
        return Record(self.model, self.seed, tallies, self.versions)

    def sha256(self) -> str:
        """Checksum over all tally arrays in batch order."""
        digest = hashlib.sha256()
        for number in range(self.n_batches):
            digest.update(batch_sha256(self.batch(number)))
        return digest.hexdigest()


def make_record(model: Model, seed: int, batches: Sequence[Arrays]) -> Record:
    """Stack the arrays of batches 0, 1, 2, … into a Record."""
    tallies = {name: np.stack([batch[name] for batch in batches]) for name in batches[0]}
    for array in tallies.values():
        array.setflags(write=False)
    return Record(model, seed, tallies, software_versions())
