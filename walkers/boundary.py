"""What a boundary does to a walker: one small frozen class each."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Any

from .along import TemperatureAlong

Temperature = float | TemperatureAlong | None
"""T of a wall or an opening [K]: a number, a function of the place, or None where only paths
are followed (``track_speeds=False``), which know no temperature."""


@dataclass(frozen=True)
class Unbounded:
    """No boundary on this end of a lattice axis."""


@dataclass(frozen=True)
class Periodic:
    """A walker that leaves here enters at the other end of the axis."""


@dataclass(frozen=True)
class Reflecting:
    """A hop beyond the last site is refused: a wall half a spacing beyond that site."""


@dataclass(frozen=True)
class Absorbing:
    """A walker that arrives here is counted and gone; on a lattice, the ghost site takes it."""


@dataclass(frozen=True)
class Reservoir:
    """Lattice reservoir: the ghost site holds Poisson(concentration) walkers, renewed each step."""

    concentration: float

    def __post_init__(self) -> None:
        """Refuse negative concentrations."""
        if not 0.0 <= self.concentration < float("inf"):
            raise ValueError(f"concentration must be at least 0, got {self.concentration}")


class SpeedLaw(enum.IntEnum):
    """Which speeds a diffuse wall gives."""

    EFFUSIVE = 0  # density ∝ v³ exp(−mv²/2kT): what detailed balance requires
    VOLUME = 1  # density ∝ v² exp(−mv²/2kT): the speeds of molecules present, a wrong rule
    KEPT = 2  # the molecule keeps its speed: a wall that does not thermalise, a wrong rule


class AngleLaw(enum.IntEnum):
    """Which directions a diffuse wall gives."""

    COSINE = 0  # density ∝ cos θ per solid angle: what detailed balance requires
    ISOTROPIC = 1  # uniform on the hemisphere, a wrong rule


@dataclass(frozen=True)
class Specular:
    """A mirror: the normal velocity changes sign, nothing else."""


@dataclass(frozen=True)
class Diffuse:
    """A wall at temperature T [K] that re-emits every molecule like a gas at rest behind it."""

    T: Temperature = None
    speeds: SpeedLaw = SpeedLaw.EFFUSIVE
    angles: AngleLaw = AngleLaw.COSINE

    def __post_init__(self) -> None:
        """Refuse temperatures that are not positive."""
        _check_temperature(self.T)


@dataclass(frozen=True)
class Maxwell:
    """Maxwell's wall: diffuse at T [K] with probability ``alpha``, specular otherwise."""

    alpha: float
    T: Temperature = None

    def __post_init__(self) -> None:
        """Refuse probabilities outside [0, 1] and temperatures that are not positive."""
        _check_temperature(self.T)
        _check_between("alpha", self.alpha, 1.0)


@dataclass(frozen=True)
class CercignaniLampis:
    """The wall of Cercignani, Lampis and Lord at T [K]: it remembers what came in.

    ``alpha_n`` is the accommodation of the energy of the normal motion, 0 to 1; ``sigma_t`` that
    of tangential *momentum*, 0 to 2; that of tangential energy is σ_t(2 − σ_t). (0, 0) is a
    mirror, (1, 1) a diffuse wall, (0, 2) sends every molecule back where it came from. Directions
    depend on speeds, so that paths know the temperatures: the model must track speeds.
    """

    alpha_n: float
    sigma_t: float
    T: Temperature

    def __post_init__(self) -> None:
        """Refuse coefficients out of range and temperatures that are not positive."""
        _check_temperature(self.T)
        _check_between("alpha_n", self.alpha_n, 1.0)
        _check_between("sigma_t", self.sigma_t, 2.0)


@dataclass(frozen=True)
class Pump:
    """A wall that keeps a molecule with probability ``sticking``, and is diffuse at T otherwise.

    What it keeps is counted as absorbed.
    """

    sticking: float
    T: Temperature = None

    def __post_init__(self) -> None:
        """Refuse probabilities outside [0, 1] and temperatures that are not positive."""
        _check_temperature(self.T)
        _check_between("sticking", self.sticking, 1.0)


@dataclass(frozen=True)
class Passage:
    """An opening into the region named ``to``: a molecule flies straight on."""

    to: str


@dataclass(frozen=True)
class Exchange:
    """An opening to a gas at rest at T [K]: what leaves is counted and replaced from there.

    The replacement enters at a uniform point of the opening with a reservoir's emission law.
    """

    T: Temperature = None
    speeds: SpeedLaw = SpeedLaw.EFFUSIVE
    angles: AngleLaw = AngleLaw.COSINE

    def __post_init__(self) -> None:
        """Refuse temperatures that are not positive."""
        _check_temperature(self.T)


def emitting(boundary: Any, **laws: SpeedLaw | AngleLaw) -> Any:
    """Give a thermal boundary other ``speeds`` or ``angles``; any other is left as it is."""
    if isinstance(boundary, Diffuse | Exchange):
        return replace(boundary, **laws)  # type: ignore[arg-type]
    return boundary


def share_kept(boundary: Any) -> float:
    """Share of the molecules arriving at a surface that end there."""
    if isinstance(boundary, Pump):
        return boundary.sticking
    return 1.0 if isinstance(boundary, Absorbing) else 0.0


def _check_temperature(T: Temperature) -> None:
    # A TemperatureAlong has checked itself.
    if T is not None and not isinstance(T, TemperatureAlong) and not 0.0 < T < float("inf"):
        raise ValueError(f"T must be positive and finite, got {T}")


def _check_between(name: str, value: float, maximum: float) -> None:
    if not 0.0 <= value <= maximum:
        raise ValueError(f"{name} must be between 0 and {maximum:g}, got {value}")
