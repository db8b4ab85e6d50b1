"""How walls send molecules back: the densities of the wall of Cercignani, Lampis and Lord.

Velocity components are in units of √(2kT/m) of the wall. Source: C. Cercignani and M. Lampis,
Transport Theory Stat. Phys. 1, 101 (1971); R. G. Lord, Phys. Fluids A 3, 706 (1991).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ive


def normal_density(v: ArrayLike, u: float, alpha_n: float) -> NDArray[np.float64]:
    """Probability density of the normal component v that leaves, for the u that arrived.

    Parameters
    ----------
    v : (...) float
        Normal components away from the wall, not negative.
    u : float
        Normal component towards the wall, not negative.
    alpha_n : float
        Accommodation of the energy of the normal motion, 0 < α_n ≤ 1.

    Returns
    -------
    (...) float

    Raises
    ------
    ValueError
        If α_n is out of range.

    Source: Lord (1991), (2v/α) I₀(2√(1−α) uv/α) exp(−[v² + (1−α)u²]/α).
    """
    if not 0.0 < alpha_n <= 1.0:
        raise ValueError(f"alpha_n must be above 0 and at most 1, got {alpha_n}")
    away = np.asarray(v, dtype=np.float64)
    kept = math.sqrt(1.0 - alpha_n) * u
    # I₀ without its exponential growth, which is in the square.
    bessel = ive(0, 2.0 * kept * away / alpha_n)
    return np.asarray(2.0 * away / alpha_n * bessel * np.exp(-((away - kept) ** 2) / alpha_n))


def tangential_density(v: ArrayLike, u: float, sigma_t: float) -> NDArray[np.float64]:
    """Probability density of a tangential component v that leaves, for the u that arrived.

    Parameters
    ----------
    v : (...) float
        Tangential components.
    u : float
        The same component of the arrival.
    sigma_t : float
        Accommodation of tangential momentum, 0 < σ_t < 2.

    Returns
    -------
    (...) float

    Raises
    ------
    ValueError
        If σ_t is out of range.

    Source: Lord (1991): normal about (1−σ_t)u, its variance σ_t(2−σ_t)/2.
    """
    if not 0.0 < sigma_t < 2.0:
        raise ValueError(f"sigma_t must be above 0 and below 2, got {sigma_t}")
    alpha_t = sigma_t * (2.0 - sigma_t)
    deviation = np.asarray(v, dtype=np.float64) - (1.0 - sigma_t) * u
    return np.asarray(np.exp(-(deviation**2) / alpha_t) / math.sqrt(math.pi * alpha_t))
