"""Particles of a gas that pass a plane, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.constants import c, k

from ..along import check_rising
from ..boundary import AngleLaw
from ..engine.model import Arrays, Model
from ..species import GASES

PARTICLES_PER_SECOND = 7e6
"""Particles that any machine of today draws per second and core; for forecasts only."""

MOST_LENGTHS = 2.0**52
"""Passages that a batch may count: an integer holds them, and a float where the last one is."""

FASTEST = 10.0
"""Over √(2kT/m): no draw of 32-bit words gives a molecule a higher speed (least word: 9.4)."""


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {value}")


@dataclass(frozen=True)
class Maxwellian:
    """A gas at T [K] of molecules of ``mass`` [kg] that drifts along x.

    ``speed_ratio`` is the drift over √(2kT/m). ``to_speed``: the drift is added to the speed
    instead of the velocity, a wrong rule.
    """

    T: float
    mass: float
    speed_ratio: float = 0.0
    to_speed: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not a gas."""
        _positive(T=self.T, mass=self.mass)
        if not math.isfinite(self.speed_ratio):
            raise ValueError(f"speed_ratio must be finite, got {self.speed_ratio}")

    @property
    def fastest(self) -> float:
        """No particle is faster [m/s]."""
        return (abs(self.speed_ratio) + FASTEST) * math.sqrt(2.0 * k * self.T / self.mass)


@dataclass(frozen=True)
class FermiGas:
    """An ideal gas of fermions at T [K], which may be 0, with chemical potential ``mu`` [J].

    Momenta in space have the density 1/(exp((E − μ)/kT) + 1). Wrong rules: ``dimension`` 1, the
    same density along |p| (states uniform in |p|); ``angles`` COSINE, the directions of those
    that cross.
    """

    T: float
    mass: float
    mu: float
    dimension: int = 3
    angles: AngleLaw = AngleLaw.ISOTROPIC

    def __post_init__(self) -> None:
        """Refuse what is not a gas: at T = 0, μ is the Fermi energy and positive."""
        _positive(mass=self.mass)
        if not 0.0 <= self.T < math.inf:
            raise ValueError(f"T must be at least 0 and finite, got {self.T}")
        if not math.isfinite(self.mu) or (self.T == 0.0 and self.mu <= 0.0):
            raise ValueError(f"mu must be finite, and positive at T = 0, got {self.mu}")
        if self.dimension not in (1, 3):
            raise ValueError(f"dimension must be 3, or 1, got {self.dimension}")

    @property
    def fastest(self) -> float:
        """No particle is faster [m/s]."""
        energy = max(self.mu, 0.0) + FASTEST * FASTEST * k * self.T
        return math.sqrt(2.0 * energy / self.mass)


@dataclass(frozen=True)
class Photons:
    """Thermal radiation at T [K]: photons with the density 1/(exp(E/kT) − 1) of momenta.

    Wrong rules: ``wien``, the density exp(−E/kT) of classical particles; ``angles`` COSINE, the
    directions of those that cross.
    """

    T: float
    wien: bool = False
    angles: AngleLaw = AngleLaw.ISOTROPIC

    def __post_init__(self) -> None:
        """Refuse what is not a temperature."""
        _positive(T=self.T)

    @property
    def fastest(self) -> float:
        """No particle is faster [m/s]."""
        return c


@dataclass(frozen=True, eq=False)
class PlaneCrossings(Model):
    """Particles *present* in a gas, flying freely, and those of them that *cross* a plane.

    The gas fills a space that repeats after ``length`` [m] along the plane's normal, which is
    turned from the x axis (``cosine``, ``sine``). Particles start at uniform places with the gas's
    own momenta, and fly for ``duration`` [s]; every passage through the plane or one of its images
    counts. Nothing else is put in: how many cross, how fast and how steeply is what emerges, and
    its mean is exact at any duration.

    Tallies: of particles *crossing*, forward (along the normal) and backward, ``crossings`` (2,)
    and ``crossing_sums`` (2, 2), Σ of energy [J] and of |cosθ| to the normal, ``crossing_energies``
    and ``crossing_cosines`` (2, n_bins), the last bin with its upper edge, values beyond the edges
    left out; of particles *present*, ``present_sums`` (2,), Σ of the displacement along the normal
    [m] and of energy [J].
    """

    gas: Maxwellian | FermiGas | Photons = Maxwellian(300.0, GASES["N2"].mass)
    length: float = 1.0
    duration: float = 1e-3
    cosine: float = 1.0
    sine: float = 0.0
    energy_edges: tuple[float, ...] = ()
    cosine_edges: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        _positive(length=self.length, duration=self.duration)
        if self.n_walkers * self.gas.fastest * self.duration > MOST_LENGTHS * self.length:
            raise ValueError(
                f"duration: all particles fly too far to count, more than {MOST_LENGTHS:g} lengths "
                f"in all, got {self.duration}"
            )
        if abs(math.hypot(self.cosine, self.sine) - 1.0) > 1e-12:
            raise ValueError(f"cosine and sine of one angle, got {self.cosine} and {self.sine}")
        for name in ("energy_edges", "cosine_edges"):
            if len(getattr(self, name)):
                check_rising(name, getattr(self, name))

    @property
    def seconds_per_batch(self) -> float:
        """Particles over the rate of one core."""
        return self.n_walkers / PARTICLES_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """Tallies alone: particles fly one after the other."""
        return 16 * (4 + len(self.energy_edges) + len(self.cosine_edges))

    def of(self, **changes: object) -> PlaneCrossings:
        """Build the same model with a changed gas."""
        return replace(self, gas=replace(self.gas, **changes))  # type: ignore[arg-type]

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from . import plane_crossings

        gas = plane_crossings.Gas(
            kind=_KINDS[type(self.gas)],
            kT=k * self.gas.T,
            mu=getattr(self.gas, "mu", 0.0),
            mass=getattr(self.gas, "mass", 0.0),
            speed_ratio=getattr(self.gas, "speed_ratio", 0.0),
            dimension=getattr(self.gas, "dimension", 3),
            is_cosine=getattr(self.gas, "angles", None) == AngleLaw.COSINE,
            to_speed=getattr(self.gas, "to_speed", False),
            is_wien=getattr(self.gas, "wien", False),
            light=c,
        )
        tallies = plane_crossings.Tallies(
            crossings=np.zeros(2, np.int64),
            crossing_sums=np.zeros((2, 2)),
            crossing_energies=np.zeros((2, max(len(self.energy_edges) - 1, 0)), np.int64),
            crossing_cosines=np.zeros((2, max(len(self.cosine_edges) - 1, 0)), np.int64),
            present_sums=np.zeros(2),
        )
        plane_crossings.cross_plane(
            gas,
            self.n_walkers,
            self.length,
            self.duration,
            self.cosine,
            self.sine,
            np.array(self.energy_edges, np.float64),
            np.array(self.cosine_edges, np.float64),
            tallies,
            make_stream(seed, batch, self.stream),
        )
        return dict(tallies._asdict())


_KINDS = {Maxwellian: 0, FermiGas: 1, Photons: 2}
