"""Monte Carlo numbers with their statistical error: nothing here returns a bare float."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAXIMUM_SKEWNESS = 0.15
"""Times √B: the skewness of B batch values up to which Student's t tells their tails.

Beyond it the one-sided tail at four errors is more than four times as heavy: its relative growth
is γ(2x³ + 3x + 1/x)/6√B (P. Hall, The Bootstrap and Edgeworth Expansion (1992), section 2.6).
"""


@dataclass(frozen=True)
class Estimate:
    """An emergent quantity: value, standard error, degrees of freedom and unit.

    ``batch_values`` holds the independent numbers behind the value (for a
    jackknifed ratio, its pseudo-values), for convergence plots and skewness.
    """

    value: float
    stderr: float
    dof: int
    unit: str = ""
    batch_values: NDArray[np.float64] = field(
        default_factory=lambda: np.empty(0), repr=False, compare=False
    )

    @property
    def n_batches(self) -> int:
        """Number of independent batches behind the value."""
        return self.dof + 1

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval about the value that covers with probability ``level``.

        Student's t, bent by the skewness of the batch values where they are at hand: with few
        or skewed batches the plain interval covers too seldom.

        Source: P. Hall, J. R. Stat. Soc. B 54, 221 (1992), transformation g₁ and its inverse.
        """
        from scipy.special import stdtrit

        limit = float(stdtrit(self.dof, (1.0 + level) / 2.0))
        n = self.batch_values.size
        if n < 3 or not self.stderr > 0.0:
            return self.value - limit * self.stderr, self.value + limit * self.stderr
        skewness = self.skewness() * np.sqrt(n * (n - 1.0)) / (n - 2.0)
        low, high = (_unbent(t, skewness, n) * np.sqrt(n) * self.stderr for t in (limit, -limit))
        return self.value - low, self.value - high

    @property
    def is_skewed(self) -> bool:
        """Whether so few batches of so skewed values are too heavy in one tail for Student's t."""
        n = self.batch_values.size
        return n > 2 and self.stderr > 0.0 and abs(self.skewness()) > MAXIMUM_SKEWNESS * n**0.5

    def skewness(self) -> float:
        """Skewness of the batch values."""
        deviation = self.batch_values - self.batch_values.mean()
        return float((deviation**3).mean() / (deviation**2).mean() ** 1.5)


def _unbent(t: float, skewness: float, n: int) -> float:
    """Deviation, in units of the scatter of one batch, whose transform is t/√n."""
    y = t / np.sqrt(n)
    if abs(skewness) < 1e-6:
        return float(y)
    inside = 1.0 + skewness * (y - skewness / (6.0 * n))
    return float(3.0 / skewness * (np.cbrt(inside) - 1.0))


def batch_mean(values: ArrayLike, unit: str = "") -> Estimate:
    """Mean over independent batches, with error s/√B and B − 1 degrees of freedom.

    Parameters
    ----------
    values : (n_batches,) float
        One number per batch.
    unit : str
        Unit of the values.

    Raises
    ------
    ValueError
        With fewer than two batches, or where a value is not finite.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.size < 2:
        raise ValueError(f"a batch mean needs at least 2 batches in one dimension, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(
            f"batch values must be finite; batch {int(np.argmin(np.isfinite(x)))} is not"
        )
    return Estimate(
        value=float(x.mean()),
        stderr=float(x.std(ddof=1) / np.sqrt(x.size)),
        dof=x.size - 1,
        unit=unit,
        batch_values=x,
    )


def violations(counts: ArrayLike, unit: str = "") -> Estimate:
    """Total of what an identity among integers forbids; it has no error, so its check is exact.

    Parameters
    ----------
    counts : (n_batches,) int
        Violations in each batch, none of them negative.
    unit : str
        Unit of the counts.
    """
    n = np.asarray(counts)
    return Estimate(float(n.sum()), 0.0, n.size - 1, unit, n.astype(np.float64))


def largest_unseen(n_trials: int, level: float = 0.95) -> float:
    """Largest probability of an event that n trials would miss in 1 − ``level`` of all cases.

    Source: J. A. Hanley and A. Lippman-Hand, JAMA 249, 1743 (1983), the rule of three.
    """
    return float(-np.expm1(np.log1p(-level) / n_trials))


def ratio(numerators: ArrayLike, denominators: ArrayLike, unit: str = "") -> Estimate:
    """Estimate a ratio of two means, pooled over the batches, by the jackknife.

    Parameters
    ----------
    numerators, denominators : (n_batches,) float
        Batch values of each.
    unit : str
        Unit of the ratio.

    Raises
    ------
    ValueError
        As for ``jackknife``.
    """
    return jackknife(lambda a, b: a / b, numerators, denominators, unit=unit)


def jackknife(function: Callable[..., Any], *batches: ArrayLike, unit: str = "") -> Estimate:
    """Estimate a nonlinear function of means, e.g. a ratio, pooled over the batches.

    The mean of the leave-one-out pseudo-values removes the bias of order 1/B of the
    plug-in value; their scatter gives the error.

    Parameters
    ----------
    function : callable
        Takes one mean per entry of ``batches`` and returns a number.
    *batches : (n_batches, ...) float
        Batch values of each argument; the batches of all arguments correspond.
    unit : str
        Unit of the result.

    Raises
    ------
    ValueError
        With fewer than two batches, unequal numbers of them, or a result that is not finite.

    Source: B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), eq. 2.8.
    """
    samples = [np.asarray(b, dtype=np.float64) for b in batches]
    n = samples[0].shape[0]
    if n < 2 or any(s.shape[0] != n for s in samples):
        raise ValueError(
            f"a jackknife needs 2 or more batches, as many of each: {[s.shape for s in samples]}"
        )
    sums = [s.sum(axis=0) for s in samples]
    pooled = float(function(*[total / n for total in sums]))
    left_out = np.array(
        [
            float(function(*[(t - s[b]) / (n - 1) for t, s in zip(sums, samples, strict=True)]))
            for b in range(n)
        ]
    )
    return batch_mean(n * pooled - (n - 1) * left_out, unit)
