"""A beam of ions on a tilted plate, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..engine.model import Arrays, Model

IONS_PER_SECOND = 2e7
"""Ions that any machine of today draws per second and core; for forecasts only."""


@dataclass(frozen=True, eq=False)
class BeamDetector(Model):
    """Ions of a uniform beam, and a square plate that counts those it intercepts.

    Ions pass the square cross-section of the beam at exponential gaps, ``rate`` [1/s] of them, at
    uniform places, all along one direction; the plate's normal is tilted from it (``cosine``,
    ``sine``). Sides in metres. A batch lasts so many whole windows of ``window`` seconds that
    ``n_walkers`` ions pass the cross-section on average, whether or not they meet the plate.

    Tallies: ``counts`` (n_windows,) ions counted in each window, ``charges`` (n_windows,) charge
    collected in each, in elementary charges.

    Wrong rules: ``dead_time`` [s] after each count, in which no ion is counted (its charge is
    collected); ``capture``, the probability that an ion has one charge less.
    """

    rate: float = 1.0
    window: float = 1.0
    beam_side: float = 1.0
    plate_side: float = 1.0
    cosine: float = 1.0
    sine: float = 0.0
    charge_number: int = 1
    capture: float = 0.0
    dead_time: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        if self.n_walkers >= 2**31:  # their number scatters, and must fit the random counter
            raise ValueError(f"n_walkers must be below 2³¹ in a beam, got {self.n_walkers}")
        for name in ("rate", "window", "beam_side", "plate_side", "cosine"):
            value = getattr(self, name)
            if not 0.0 < value < math.inf:
                raise ValueError(f"{name} must be positive and finite, got {value}")
        if abs(math.hypot(self.cosine, self.sine) - 1.0) > 1e-12:
            raise ValueError(f"cosine and sine of one angle, got {self.cosine} and {self.sine}")
        if self.plate_side > self.beam_side:
            raise ValueError(f"plate_side must not exceed the beam's, got {self.plate_side}")
        if not (0.0 <= self.capture <= 1.0 and 0.0 <= self.dead_time < math.inf):
            raise ValueError(f"capture or dead_time out of range: {self.capture}, {self.dead_time}")

    @property
    def n_windows(self) -> int:
        """Windows in a batch."""
        return max(1, round(self.n_walkers / (self.rate * self.window)))

    @property
    def duration(self) -> float:
        """Time that a batch stands for [s]."""
        return self.n_windows * self.window

    @property
    def seconds_per_batch(self) -> float:
        """Ions over the rate of one core."""
        return self.rate * self.duration / IONS_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """Two numbers for each window."""
        return 16 * self.n_windows

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .beam import intercept_beam

        counts, charges = intercept_beam(
            self.rate,
            self.window,
            self.n_windows,
            self.beam_side,
            self.plate_side,
            self.cosine,
            self.sine,
            self.charge_number,
            self.capture,
            self.dead_time,
            make_stream(seed, batch, self.stream),
        )
        return {"counts": counts, "charges": charges}
