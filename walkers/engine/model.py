"""What a Model is to the engine: a frozen description that turns (seed, batch) into tallies."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

STREAM_VERSION = 1
"""Changes exactly when the bits that a seed gives change."""

MAXIMUM_FIELD = 2**32
"""Walkers, batches and draws are counted in 32-bit fields of the generator's counter."""

MAXIMUM_SEED = 2**64

PURPOSES_PER_STREAM = 8
"""Purposes of one Model; part number ``stream`` of a run uses its own block of eight."""

Arrays = dict[str, NDArray[Any]]


class KernelError(RuntimeError):
    """A kernel met something that must not happen, e.g. a molecule that left through a wall."""


def frozen_array(values: ArrayLike, dtype: Any = np.float64) -> NDArray[Any]:
    """Copy of an array that nobody can change, as the fields of a Model must be."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def canonical(value: Any) -> Any:
    """Plain JSON values that say all there is to say about a part of a Model."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: canonical(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"type": _class_name(type(value)), **fields}
    if isinstance(value, np.ndarray):
        contiguous = np.ascontiguousarray(value)
        sha256 = hashlib.sha256(contiguous.tobytes()).hexdigest()
        return {"array": list(value.shape), "dtype": value.dtype.str, "sha256": sha256}
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [canonical(item) for item in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value).hex()
    raise TypeError(f"a Model cannot hold a {type(value).__name__}: {value!r}")


def _class_name(kind: type) -> str:
    """Name of a class: of ours it is unique, of others with their module only."""
    is_ours = kind.__module__.split(".")[0] == __name__.split(".")[0]
    return kind.__name__ if is_ours else f"{kind.__module__}.{kind.__qualname__}"


@dataclass(frozen=True, eq=False)
class Model(ABC):
    """Everything but the seed and the number of batches.

    A subclass adds its fields and ``compute``. Two models are equal when their digests are.
    ``n_walkers`` is the number of walkers in one batch, fixed before the run.
    ``stream`` numbers the parts of a run that must not share random numbers.
    """

    n_walkers: int
    stream: int = dataclasses.field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse sizes that the random counter cannot hold."""
        if not 0 < self.n_walkers < MAXIMUM_FIELD:
            raise ValueError(
                f"n_walkers must be between 1 and {MAXIMUM_FIELD - 1}, got {self.n_walkers}"
            )
        if not 0 <= self.stream < MAXIMUM_FIELD // PURPOSES_PER_STREAM:
            raise ValueError(f"no part of a run can have the number {self.stream}")

    def __getstate__(self) -> dict[str, Any]:
        """Fields alone: what is derived from them and cached, another process derives anew."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    @abstractmethod
    def compute(self, seed: int, batch: int) -> Arrays:
        """Tally arrays of one batch: a pure function of the model, the seed and the number."""

    @property
    @abstractmethod
    def seconds_per_batch(self) -> float:
        """Rough time of one batch on one core, to refuse what would never end."""

    @property
    def bytes_per_batch(self) -> int:
        """Memory that computing one batch takes."""
        return 256 * self.n_walkers

    @property
    def n_given(self) -> int | None:
        """Batches that there are, where they are given; None where they are made without end."""
        return None

    def resized(self, n_walkers: int) -> Model:
        """Build the same model with another number of walkers in a batch."""
        return replace(self, n_walkers=n_walkers)

    def canonical_json(self) -> str:
        """Canonical JSON, arrays by their sha256."""
        return json.dumps(canonical(self), sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """Sha256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())


@dataclass(frozen=True, eq=False)
class Together(Model):
    """Several independent models run as one: their tallies are named ``part.tally``.

    Build it with ``together(name=model, …)``, which gives every part its own random stream.
    """

    parts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse parts that would share random numbers."""
        super().__post_init__()
        if any(isinstance(part, Together) for part in self.parts.values()):
            raise ValueError("parts that run together cannot be made of parts themselves")
        if len({part.stream for part in self.parts.values()}) < len(self.parts):
            raise ValueError("parts that run together need different streams; use together()")

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of all parts of one batch."""
        return {
            f"{name}.{tally}": array
            for name, part in self.parts.items()
            for tally, array in part.compute(seed, batch).items()
        }

    @property
    def seconds_per_batch(self) -> float:
        """Sum over the parts."""
        return sum(part.seconds_per_batch for part in self.parts.values())

    @property
    def bytes_per_batch(self) -> int:
        """Sum over the parts."""
        return sum(part.bytes_per_batch for part in self.parts.values())

    def resized(self, n_walkers: int) -> Together:
        """Build the same parts, their numbers of walkers scaled in proportion."""
        share = n_walkers / self.n_walkers
        return self.each(lambda part: part.resized(max(1, round(part.n_walkers * share))))

    def each(self, change: Callable[[Any], Model]) -> Together:
        """Build the same parts, every one changed."""
        return together(**{name: change(part) for name, part in self.parts.items()})


def together(**parts: Model) -> Together:
    """Run several models as one, each on its own random stream."""
    numbered = {
        name: replace(part, stream=number) for number, (name, part) in enumerate(parts.items())
    }
    return Together(n_walkers=sum(part.n_walkers for part in parts.values()), parts=numbered)
