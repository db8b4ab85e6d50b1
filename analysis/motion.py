"""Diffusivity, drift and anomalous exponent of recorded positions, with intervals that cover.

The positions are cut into pieces that know nothing of each other: walkers, groups of walkers,
or, where walkers are few, blocks of steps. Each piece gives its mean squared displacements at
a few lags; every number below is linear in them, or nearly so, and its error is the scatter
of the pieces: no Gaussian is assumed, and no point of a mean squared displacement is taken for
independent of its neighbours.

Model: r(t) = r₀ + vt + X(t) + localisation errors, all independent, and per axis
⟨X²⟩ = 2D t^α. The mean squared displacement about the drift at n steps is then
ψ(n) = K nᵅ + b with K = 2Ddtᵅ and b = 2σ². With α = 1, lags 1 and 2 alone would give the
covariance-based estimator D = ⟨Δ²⟩/2dt + ⟨ΔΔ'⟩/dt of Vestergaard, Blainey & Flyvbjerg,
Phys. Rev. E 89, 022726 (2014), eq. 14; here all lags enter with the weights of generalised
least squares, which serve large localisation errors as well. Motion blur changes b alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .estimate import Estimate, batch_mean
from .pieces import Floats, Sums, TrajectoryError, about_the_drift

LEVEL = 0.95
TEST_LEVEL = 0.995
"""Level of each of the two tests that may refuse a diffusivity: at most 1 % false refusals."""

TELLING_WIDTH = 0.5
"""An exponent known no better than to ± this much does not tell whether motion is diffusive."""

_EXPONENTS = tuple(np.linspace(0.05, 2.0, 118).tolist())
_WEIGHT_EXPONENTS = (0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True)
class Motion:
    """What the pieces say, errors from their scatter; lengths and times in the user's units.

    ``slope`` is the tensor [ψ_ij(n) fitted by a line]/2dt: the diffusivity, if the motion is
    diffusive. ``noise`` is the variance σ² of the localisation error along an axis, and may come
    out negative within its error. ``msd`` holds ψ(n), summed over the axes, at the times
    ``times``. ``exponent_interval`` inverts a test and may end at the edges 0.05 and 2.
    """

    slope: tuple[tuple[Estimate, ...], ...]
    drift: tuple[Estimate, ...]
    noise: Estimate
    exponent: Estimate
    exponent_interval: tuple[float, float]
    green_kubo_minus_einstein: Estimate
    times: Floats
    msd: tuple[Estimate, ...]
    objections: tuple[str, ...] = ()

    @property
    def diffusivity(self) -> Estimate:
        """Mean of the diagonal of the slope."""
        values = [self.slope[i][i].batch_values for i in range(len(self.slope))]
        return batch_mean(np.mean(values, axis=0), self.slope[0][0].unit)

    @property
    def sentence(self) -> str:
        """What the data say, in one sentence."""
        if self.objections:
            return f"no diffusivity: {' and '.join(self.objections)}"
        D = self.diffusivity
        low, high = D.interval(LEVEL)
        said = f"D = {D.value:.4g} {D.unit}".rstrip() + f", between {low:.4g} and {high:.4g}"
        if low <= 0.0:
            said += " (not told from zero: the localisation error hides the motion)"
        lowest, highest = self.exponent_interval
        if highest - lowest > 2.0 * TELLING_WIDTH:
            return said + ", if the motion is diffusive, which so few data cannot tell"
        return said + "; nothing speaks against diffusive motion"


def measure_motion(sums: Sums, lags: ArrayLike, n_steps: int, dt: float, noise: float | None = None,
           units: tuple[str, str] = ("", "")) -> Motion:  # fmt: skip
    """Estimate everything from the sums of all pieces.

    Parameters
    ----------
    sums : Sums
        First axis: pieces.
    lags : (n_lags,) int
        Their lags [steps].
    n_steps : int
        Steps of a piece.
    dt : float
        Time of a step.
    noise : float, optional
        Standard deviation of the localisation error along an axis, where it is known (0: none).
    units : (str, str)
        Units of length and of time.

    Raises
    ------
    TrajectoryError
        If all pieces are the same along an axis: no motion, or copies of one walker.
    """
    n = np.asarray(lags, dtype=np.float64)
    scatter = np.ptp(np.diagonal(sums.squares, axis1=-2, axis2=-1), axis=0).max(axis=0)
    if not (scatter > 0.0).all():
        axis = "xyz"[int(np.argmin(scatter > 0.0))]
        raise TrajectoryError(f"all pieces move alike along {axis}: there is nothing to judge by")
    per_axis = about_the_drift(sums.squares, sums.displacements, n, sums.velocities)
    dimension = per_axis.shape[-1]
    psi = np.trace(per_axis, axis1=-2, axis2=-1) / dimension  # (n_pieces, n_lags)
    shape = (n_steps, tuple(int(lag) for lag in n))
    own = _Fitted.of(psi, shape, noise)
    line = _line(own)
    length, time = units
    unit = f"{length}²/{time}" if length else ""
    moved = per_axis - own.known * np.eye(dimension)
    slopes = np.einsum("pnij,n->ijp", moved, line[0]) / (2.0 * dt)
    slope = tuple(tuple(batch_mean(values, unit) for values in row) for row in slopes)
    variance = batch_mean((own.psi @ line[1] + own.known) / 2.0, f"{length}²" if length else "")
    exponent, interval, at_one = _exponent(own)
    gap = batch_mean(_green_kubo(sums, psi, shape) / dt, unit)
    drift = tuple(
        batch_mean(velocity / dt, f"{length}/{time}" if length else "")
        for velocity in sums.velocities.T
    )
    return Motion(
        slope=slope,
        drift=drift,
        noise=variance,
        exponent=exponent,
        exponent_interval=interval,
        green_kubo_minus_einstein=gap,
        times=n * dt,
        msd=tuple(batch_mean(dimension * values) for values in psi.T),
        objections=_objections(at_one, gap),
    )


@dataclass(frozen=True)
class _Fitted:
    """What K nᵅ + b is fitted to: ψ, from which a known localisation error has been taken.

    ``known`` is the constant 2σ² that was taken out, 0 where the error is not known: ``has_noise``
    then says that the constant is fitted.
    """

    psi: Floats  # (n_pieces, n_lags)
    mean: Floats  # (n_lags,)
    shape: tuple[int, tuple[int, ...]]  # steps of a piece, lags
    known: float
    has_noise: bool

    @classmethod
    def of(
        cls, psi: Floats, shape: tuple[int, tuple[int, ...]], noise: float | None = None
    ) -> _Fitted:
        """Take out the localisation error, where its standard deviation is known."""
        known = 0.0 if noise is None else 2.0 * noise**2
        return cls(psi - known, psi.mean(axis=0) - known, shape, known, noise is None)

    @property
    def n(self) -> Floats:
        """Lags as numbers."""
        return np.array(self.shape[1], dtype=np.float64)

    def ratio(self, rows: Floats) -> float:
        """Ratio b/K that the rows of ``_line`` give, the known error counted."""
        return _ratio(float(rows[0] @ self.mean), self.known + float(rows[1] @ self.mean))


@lru_cache(maxsize=256)
def _weights(shape: tuple[int, tuple[int, ...]], exponent: float, ratio: float) -> Floats:
    """Inverse covariance of the mean squared displacements of one piece, for ψ = nᵅ + ratio.

    For a Gaussian process with stationary increments, 2 Σ c²/(N_n N_m) over all pairs of
    displacements of n and m steps, c their covariance, which ψ determines. Weights need not be
    exact for intervals to cover.
    """
    n_steps, lags = shape
    psi = np.arange(2 * n_steps + 1, dtype=np.float64) ** exponent + ratio
    psi[0] = 0.0
    covariance = np.empty((len(lags), len(lags)))
    for a, n in enumerate(lags):
        for b, m in enumerate(lags[: a + 1]):
            n_first, n_second = n_steps - n + 1, n_steps - m + 1
            s = np.arange(1 - n_first, n_second)  # between the origins
            pairs = np.minimum(n_first - 1, n_second - 1 - s) - np.maximum(0, -s) + 1
            c = (psi[abs(s + m)] + psi[abs(s - n)] - psi[abs(s + m - n)] - psi[abs(s)]) / 2.0
            covariance[a, b] = covariance[b, a] = 2.0 * (pairs @ c**2) / (n_first * n_second)
    return np.asarray(np.linalg.inv(covariance), np.float64)


def _ratio(K: float, b: float) -> float:
    """Ratio b/K to the next power of two, so that few weights are ever worked out."""
    if K <= 0.0:
        return 1024.0
    return 0.0 if b <= K / 16.0 else float(2.0 ** min(10, round(math.log2(b / K))))


def _solver(columns: Floats, weights: Floats) -> Floats:
    """Matrix that turns mean squared displacements into least-squares coefficients."""
    normal = columns.T @ weights @ columns
    return np.asarray(np.linalg.solve(normal, columns.T @ weights))


def _columns(n: Floats, exponent: float, with_noise: bool) -> Floats:
    """Give what ψ is fitted by, (n_lags, 1 or 2): nᵅ, and a constant for unknown noise."""
    columns = n[:, None] ** exponent
    return np.hstack([columns, np.ones_like(columns)]) if with_noise else columns


def _line(own: _Fitted, exponent: float = 1.0) -> Floats:
    """Rows that turn ψ into K and b by generalised least squares; of zeros where b is known."""
    columns = _columns(own.n, exponent, own.has_noise)
    ratio, rows = 0.0, np.zeros((2, own.n.size))
    for _ in range(3):
        rows[: columns.shape[1]] = _solver(columns, _weights(own.shape, exponent, ratio))
        before, ratio = ratio, own.ratio(rows)
        if ratio == before:
            break
    return rows


def _exponent(own: _Fitted) -> tuple[Estimate, tuple[float, float], float]:
    """Exponent α of K nᵅ + b, its interval, and the t statistic of α = 1.

    α is accepted where the part of nᵅ ln n that neither nᵅ nor a constant explains has a
    coefficient of zero: a statistic linear in ψ, so that it has Student's t to good accuracy
    even where α is hardly known. Values of the estimate are linear about the best α.
    """
    pilot = 1.0
    for _ in range(2):  # the weights are those of an exponent near the best one
        weighting = (pilot, own.ratio(_line(own, pilot)))
        tests = _contrasts(_EXPONENTS, own.shape, own.has_noise, *weighting)
        coefficients = own.psi @ tests.T
        t = coefficients.mean(axis=0) / (coefficients.std(axis=0, ddof=1) / np.sqrt(len(own.psi)))
        best = _crossing(t)
        pilot = min(_WEIGHT_EXPONENTS, key=lambda exponent: abs(exponent - best))
    contrast, one = _contrasts((best, 1.0), own.shape, own.has_noise, *weighting)
    columns = _columns(own.n, best, own.has_noise)
    K = float((_solver(columns, _weights(own.shape, *weighting)) @ own.mean)[0])
    sensitivity = K * float(contrast @ (own.n**best * np.log(own.n)))
    deviations = own.psi @ contrast
    exponent = batch_mean(best + (deviations - deviations.mean()) / sensitivity)
    at_one = batch_mean(own.psi @ one)
    return exponent, _accepted(t, len(own.psi) - 1), at_one.value / at_one.stderr


@lru_cache(maxsize=256)
def _contrasts(
    exponents: tuple[float, ...],
    shape: tuple[int, tuple[int, ...]],
    with_noise: bool,
    pilot: float,
    ratio: float,
) -> Floats:
    """Rows, one per α, that give the coefficient of nᵅ ln n beside nᵅ (and a constant).

    By least squares, after all that the others explain has been taken out of nᵅ ln n.
    """
    n = np.array(shape[1], dtype=np.float64)
    weights = _weights(shape, pilot, ratio)
    powers = n ** np.array(exponents)[:, None]
    last = powers * np.log(n)
    others = np.stack([powers, np.ones_like(powers)] if with_noise else [powers], axis=-1)
    weighted = weights @ others
    normal = np.swapaxes(others, -1, -2) @ weighted
    explained = np.linalg.solve(normal, np.swapaxes(weighted, -1, -2) @ last[..., None])
    rest = last - (others @ explained)[..., 0]
    rows = rest @ weights
    return np.asarray(rows / np.sqrt((rows * rest).sum(axis=-1))[:, None])


def _falls(t: Floats) -> NDArray[np.intp]:
    """Places on the grid from which to the next one the statistic falls through zero."""
    return np.flatnonzero((t[:-1] > 0.0) & (t[1:] <= 0.0))


def _nearest(t: Floats) -> float:
    """Exponent of the grid with the smallest statistic."""
    return float(_EXPONENTS[np.argmin(np.abs(t))])


def _crossing(t: Floats) -> float:
    """Exponent at which the statistic, which falls with α, vanishes; the nearest if none."""
    falls = _falls(t)
    return _interpolated(t, int(falls[-1]), 0.0) if falls.size else _nearest(t)


def _interpolated(t: Floats, i: int, level: float) -> float:
    share = (t[i] - level) / (t[i] - t[i + 1])
    return float(_EXPONENTS[i] + share * (_EXPONENTS[i + 1] - _EXPONENTS[i]))


def _accepted(t: Floats, dof: int) -> tuple[float, float]:
    """Lowest and highest exponent whose statistic stays within the limits of Student's t."""
    limit = student(LEVEL, dof)
    inside = np.flatnonzero(np.abs(t) <= limit)
    if inside.size == 0:
        return _narrower_than_the_grid(t, limit)
    low, high = int(inside[0]), int(inside[-1])
    lowest, highest = float(_EXPONENTS[low]), float(_EXPONENTS[high])
    if low > 0:
        lowest = _interpolated(t, low - 1, math.copysign(limit, t[low - 1]))
    if high < t.size - 1:
        highest = _interpolated(t, high, math.copysign(limit, t[high + 1]))
    return lowest, highest


def _narrower_than_the_grid(t: Floats, limit: float) -> tuple[float, float]:
    """Interval between two neighbours on the grid; without a zero in between, the nearest one."""
    if not t[0] > 0.0 > t[-1]:
        return _nearest(t), _nearest(t)
    i = int(_falls(t)[-1])
    return _interpolated(t, i, limit), _interpolated(t, i, -limit)


def _green_kubo(sums: Sums, psi: Floats, shape: tuple[int, tuple[int, ...]]) -> Floats:
    """Pieces' C₀/2 + C₁ from steps, less half the slope of ψ over the lags from 2 on.

    C₁ takes the localisation error out of C₀. What the steps remember beyond the next one is in
    the slope alone.
    """
    dimension = sums.velocities.shape[-1]
    following = about_the_drift(
        sums.correlations[:, None], sums.early[:, None], np.ones(1), sums.velocities,
        sums.late[:, None],
    )  # fmt: skip
    C1 = np.trace(following[:, 0], axis1=-2, axis2=-1) / dimension
    n_steps, lags = shape
    later = (n_steps, lags[1:])
    einstein = psi[:, 1:] @ _line(_Fitted.of(psi[:, 1:], later))[0] / 2.0
    difference: Floats = psi[:, 0] / 2.0 + C1 - einstein
    return difference


def _objections(at_one: float, gap: Estimate) -> tuple[str, ...]:
    limit = student(TEST_LEVEL, gap.dof)
    said = []
    if abs(at_one) > limit:
        said.append(f"the anomalous exponent is not 1, by a test at {100.0 * TEST_LEVEL:g} %")
    if abs(gap.value) > limit * gap.stderr:
        said.append(
            f"steps are correlated beyond the next one, by a test at {100.0 * TEST_LEVEL:g} %"
        )
    return tuple(said)


def student(level: float, dof: int) -> float:
    """Two-sided limit of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(dof, (1.0 + level) / 2.0))
