"""Where molecules start, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ..boundary import AngleLaw, SpeedLaw
from .passing import FermiGas, Maxwellian
from .shapes import Box, Cylinder, Sphere

_RIGHT: dict[str, object] = {"to_speed": False, "dimension": 3, "angles": AngleLaw.ISOTROPIC}


@dataclass(frozen=True)
class Beam:
    """A gas at T [K] of which every molecule flies along the normal of the opening it leaves by.

    Speeds are those of molecules that leave a gas at rest.
    """

    T: float

    def __post_init__(self) -> None:
        """Refuse what is not a temperature."""
        _check_temperature(self.T)


@dataclass(frozen=True)
class FromSurface:
    """``n`` molecules of a gas at rest at T [K] behind an opening, or given off by a wall.

    They start at uniform points of the surface, which may be any of finite area, into its region;
    where a smaller opening lies in it, none do. T may be None where only paths are followed
    (``track_speeds=False``). Any other ``gas`` has a temperature of its own, and T is None: a
    Maxwellian one drifts towards the opening (away from it if its speed ratio is negative), with
    the mass of the model's species, as has a FermiGas.
    """

    surface: str
    T: float | None
    n: int
    speeds: SpeedLaw = SpeedLaw.EFFUSIVE
    angles: AngleLaw = AngleLaw.COSINE
    gas: Maxwellian | FermiGas | Beam | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a number of molecules of one gas at a temperature."""
        _check_source(self.T, self.n)
        if self.speeds == SpeedLaw.KEPT:
            raise ValueError("a molecule that starts has no speed to keep")
        if self.gas is None:
            return
        if self.T is not None:
            raise ValueError(f"T must be None where the gas has its own, got {self.T}")
        if (self.speeds, self.angles) != (SpeedLaw.EFFUSIVE, AngleLaw.COSINE):
            raise ValueError("speeds and angles are for a gas at rest, any other has its own")
        if any(getattr(self.gas, name, kept) != kept for name, kept in _RIGHT.items()):
            raise ValueError(f"a gas by a wrong rule leaves by no opening, got {self.gas}")


@dataclass(frozen=True)
class FromGas:
    """``n`` molecules uniform in a region's volume, with Maxwellian velocities at T [K].

    The volume is the given one, which must lie inside the region, or that of the region's Box,
    Cylinder or Sphere, whichever comes first, or what its surfaces enclose where all are meshes.
    """

    region: str
    T: float
    n: int
    volume: Box | Cylinder | Sphere | None = None
    gas: ClassVar[None] = None
    """At rest."""

    def __post_init__(self) -> None:
        """Refuse what is not a number of molecules at a temperature."""
        _check_source(self.T, self.n)
        if self.volume is not None and not math.isfinite(self.volume.volume()):
            raise ValueError(f"molecules start in a finite volume, got {self.volume}")


def temperature(source: FromSurface | FromGas) -> float | None:
    """Temperature of the gas that molecules come from [K]."""
    return source.gas.T if source.gas else source.T


def _check_source(T: float | None, n: int) -> None:
    if T is not None:
        _check_temperature(T)
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")


def _check_temperature(T: float) -> None:
    if not 0.0 < T < math.inf:
        raise ValueError(f"T must be positive and finite, got {T}")
