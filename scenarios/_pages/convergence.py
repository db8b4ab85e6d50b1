"""How every quantity settled as batches were added: the numbers, and where a small figure has them.

Every point uses all batches up to it, so neighbouring points share most of their batches and are
not independent; whoever shows them says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis import Check

FIRST_PREFIX = 8
"""The error of fewer batches is too rough to be drawn."""

WIDTH, HEIGHT = 260, 128
_LEFT, _RIGHT, _TOP, _BOTTOM = 50.0, 252.0, 8.0, 102.0


@dataclass(frozen=True)
class Prefix:
    """Estimate from the first batches alone."""

    n_batches: int
    value: float
    stderr: float


def prefixes(check: Check) -> list[Prefix]:
    """Estimates from the first 8, 11, 16, 23, 32, … batches, two per doubling, and from all.

    Parameters
    ----------
    check : Check
        Whose estimate keeps its batch values. The last prefix is that estimate itself; of a
        jackknifed quantity the others are means of the whole run's pseudo-values.

    Returns
    -------
    list of Prefix
        Empty where the quantity has no statistical error.
    """
    values = check.estimate.batch_values
    if check.exact or values.size < 2 or not np.isfinite(values).all():
        return []
    first = FIRST_PREFIX if values.size > FIRST_PREFIX else 2
    steps = range(1, 2 * math.ceil(math.log2(values.size)))
    sizes = {round(2.0 ** (step / 2.0)) for step in steps}
    return [
        Prefix(n, float(values[:n].mean()), float(values[:n].std(ddof=1) / np.sqrt(n)))
        for n in sorted(sizes | {values.size})
        if first <= n <= values.size
    ]


@dataclass(frozen=True)
class Curve:
    """Prefixes of one quantity, with their places in a small figure of WIDTH × HEIGHT.

    ``centre`` is what is expected, or the last value where no law is claimed; the vertical axis
    shows deviations from it in units of the quantity's scale, ``reach`` of them either way.
    """

    check: Check
    prefixes: Sequence[Prefix]

    @property
    def is_claim(self) -> bool:
        """Whether there is a law to draw."""
        return self.check.prediction.is_claim

    @property
    def centre(self) -> float:
        """Value in the middle of the vertical axis."""
        return self.check.prediction.expected if self.is_claim else self.prefixes[-1].value

    @property
    def reach(self) -> float:
        """Largest deviation that is drawn, error included."""
        away = max(abs(p.value - self.centre) + p.stderr for p in self.prefixes)
        return away * 1.05 or self.check.scale

    @property
    def tick(self) -> float:
        """Round share of the scale, the largest of 1, 2, 5 × 10ⁿ within reach."""
        share = self.reach / self.check.scale
        decade = 10.0 ** math.floor(math.log10(share))
        return next(m * decade for m in (5.0, 2.0, 1.0, 0.5) if m * decade <= share)

    @property
    def tick_text(self) -> str:
        """The tick in per cent."""
        return f"{100.0 * self.tick:g} %"

    def x(self, n_batches: float) -> float:
        """Place of a number of batches, on a logarithmic axis."""
        low, high = self.prefixes[0].n_batches, self.prefixes[-1].n_batches
        share = math.log(n_batches / low) / math.log(high / low) if high > low else 0.5
        return _LEFT + 8.0 + share * (_RIGHT - _LEFT - 16.0)

    def y(self, value: float) -> float:
        """Place of a value."""
        share = (value - self.centre) / self.reach
        return (_TOP + _BOTTOM) / 2.0 - share * (_BOTTOM - _TOP) / 2.0

    def y_tick(self, sign: int) -> float:
        """Place of a tick above or below the middle."""
        return self.y(self.centre + sign * self.tick * self.check.scale)

    @property
    def marks(self) -> list[int]:
        """Numbers of batches named below the axis: the ends, and powers of four with room."""
        low, high = self.prefixes[0].n_batches, self.prefixes[-1].n_batches
        kept = [low]
        for n in (4**power for power in range(1, 16)):
            room = min(abs(self.x(n) - self.x(m)) for m in (*kept, high)) if low < n < high else 0
            kept += [n] if room > 34.0 else []
        return [*kept, high] if high > low else kept


def curves(checks: Sequence[Check]) -> list[Curve]:
    """Small figures of all checks that have a statistical error."""
    drawn = ((check, prefixes(check)) for check in checks)
    return [Curve(check, points) for check, points in drawn if points]
