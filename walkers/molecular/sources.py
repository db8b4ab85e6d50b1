"""Where molecules start, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..boundary import AngleLaw, SpeedLaw
from .passing import FermiGas
from .shapes import Box, Cylinder, Sphere


@dataclass(frozen=True)
class FromSurface:
    """``n`` molecules of a gas at rest at T [K] behind an opening, or given off by a wall.

    They start at uniform points of the surface, which may be any of finite area, into its region;
    where a smaller opening lies in it, none do. T may be None where only paths are followed
    (``track_speeds=False``). Other gases: one that drifts towards the opening with ``speed_ratio``
    times √(2kT/m) (away from it if negative); a Fermi gas of chemical potential ``mu`` [J], whose
    T may be 0; a ``beam``, all along the normal with the speeds of molecules that leave a gas at
    rest.
    """

    surface: str
    T: float | None
    n: int
    speeds: SpeedLaw = SpeedLaw.EFFUSIVE
    angles: AngleLaw = AngleLaw.COSINE
    speed_ratio: float = 0.0
    mu: float | None = None
    beam: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not a number of molecules of one gas at a temperature."""
        _check_gas(self)
        _check_source(self.T if self.mu is None else 1.0, self.n)
        if self.speeds == SpeedLaw.KEPT:
            raise ValueError("a molecule that starts has no speed to keep")


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

    def __post_init__(self) -> None:
        """Refuse what is not a number of molecules at a temperature."""
        _check_source(self.T, self.n)
        if self.volume is not None and not math.isfinite(self.volume.volume()):
            raise ValueError(f"molecules start in a finite volume, got {self.volume}")


def _check_source(T: float | None, n: int) -> None:
    if T is not None and not 0.0 < T < math.inf:
        raise ValueError(f"T must be positive and finite, got {T}")
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")


def _check_gas(source: FromSurface) -> None:
    """Refuse an opening with no gas behind it, or two of them."""
    if source.mu is not None and source.T is not None:
        FermiGas(source.T, 1.0, source.mu)  # refuses what is none
    if not math.isfinite(source.speed_ratio):
        raise ValueError(f"speed_ratio must be finite, got {source.speed_ratio}")
    n_named = (source.mu is not None) + (source.speed_ratio != 0.0) + source.beam
    if n_named and source.T is None:
        raise ValueError("T of None is for a gas at rest, of which only paths are followed")
    if n_named > 1:
        raise ValueError("speed_ratio, mu and beam exclude each other: one gas behind an opening")
    if n_named and (source.speeds != SpeedLaw.EFFUSIVE or source.angles != AngleLaw.COSINE):
        raise ValueError("speeds and angles are for a gas at rest; speed_ratio, mu and beam have "
                         "their own")  # fmt: skip
