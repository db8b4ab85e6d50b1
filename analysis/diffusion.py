"""Diffusivities from displacements, velocities and steady fluxes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .estimate import Estimate, batch_mean


class Moments(NamedTuple):
    """Per-batch means of a displacement about the law's drift, (n_batches,) each.

    ``x``: ⟨X⟩ along the drift; ``square``: ⟨r²⟩; ``fourth``: ⟨r⁴⟩.
    """

    x: NDArray[np.float64]
    square: NDArray[np.float64]
    fourth: NDArray[np.float64]


def displacement_moments(sums: ArrayLike, n_walkers: int, centre: float, drift: float) -> Moments:
    """Moments about the law's drift from integer sums taken about a whole number of sites.

    With X = x + u, u = drift − centre: r² = R² − 2uX + u² and
    r⁴ = R⁴ − 4uR²X + 4u²X² + 2u²R² − 4u³X + u⁴.

    Parameters
    ----------
    sums : (n_batches, 11) int
        Σ over walkers of X, Y, Z, XX, YY, ZZ, XY, XZ, YZ, R²X, R⁴.
    n_walkers : int
        Walkers per batch.
    centre, drift : float
        Displacement along x that the sums are about, and the law's one [ℓ].
    """
    mean = np.asarray(sums, dtype=np.float64) / n_walkers
    X, XX, square = mean[:, 0], mean[:, 3], mean[:, 3:6].sum(axis=1)
    u = drift - centre
    return Moments(
        x=X - u,
        square=square - 2.0 * u * X + u**2,
        fourth=mean[:, 10]
        - 4.0 * u * mean[:, 9]
        + 4.0 * u**2 * XX
        + 2.0 * u**2 * square
        - 4.0 * u**3 * X
        + u**4,
    )


def diffusion_tensor(
    sums: ArrayLike, n_walkers: int, centre: float, drift: float, time: float, unit: str = ""
) -> list[list[Estimate]]:
    """Diffusion tensor ⟨δ_i δ_j⟩/2t from displacements about the law's drift along x.

    Parameters
    ----------
    sums : (n_batches, 11) int
        As for ``displacement_moments``.
    n_walkers, centre, drift
        As for ``displacement_moments``.
    time : float
        Duration of the displacement [τ].
    unit : str
        Unit of the result.
    """
    mean = np.asarray(sums, dtype=np.float64) / n_walkers
    u = np.array([drift - centre, 0.0, 0.0])
    pairs = {(0, 0): 3, (1, 1): 4, (2, 2): 5, (0, 1): 6, (0, 2): 7, (1, 2): 8}
    tensor: list[list[Estimate]] = []
    for i in range(3):
        row = []
        for j in range(3):
            product = mean[:, pairs[min(i, j), max(i, j)]]
            about = product - u[i] * mean[:, j] - u[j] * mean[:, i] + u[i] * u[j]
            row.append(batch_mean(about / (2.0 * time), unit))
        tensor.append(row)
    return tensor


def green_kubo(
    correlation: ArrayLike,
    lag_velocity: ArrayLike,
    drift: float,
    *,
    n_walkers: int,
    n_steps: int,
    dimension: int,
    unit: str = "",
) -> Estimate:
    """Diffusivity from velocity autocorrelation in discrete time, τ[C₀/2 + C₁ + C₂ + …]/d.

    Correlations are taken about the law's drift, never about a sample mean, which would
    pull every lag down by the same amount.

    Parameters
    ----------
    correlation : (n_batches, n_lags + 1) int
        Σ over walkers and pairs of steps of v(t)·v(t+k) [ℓ²/τ²].
    lag_velocity : (n_batches, n_lags + 1, 2) int
        Σ of v_x(t) and of v_x(t+k) over the same pairs [ℓ/τ].
    drift : float
        The law's drift along x [ℓ/τ].
    n_walkers, n_steps, dimension : int
        Walkers per batch, their steps, number of axes.
    unit : str
        Unit of the result.

    Source: R. Kubo, J. Phys. Soc. Jpn. 12, 570 (1957); the ½ belongs to discrete time.
    """
    products = np.asarray(correlation, dtype=np.float64)
    velocities = np.asarray(lag_velocity, dtype=np.float64).sum(axis=2)
    n_pairs = n_walkers * (n_steps - np.arange(products.shape[1]))
    C = (products - drift * velocities) / n_pairs + drift**2
    return batch_mean((C[:, 0] / 2.0 + C[:, 1:].sum(axis=1)) / dimension, unit)
