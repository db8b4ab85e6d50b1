"""Numbers and densities of a dilute gas at rest: who is present, who crosses a plane.

Averages over the molecules that *cross* a plane carry one more factor v than averages over
the molecules *present*. Source, where none is named: F. Reif, Fundamentals of Statistical and
Thermal Physics (McGraw-Hill 1965).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import k

from ._require import positive


def number_density(p: float, T: float) -> float:
    """Molecules per volume of a gas, n = p/kT.

    Parameters
    ----------
    p : float [Pa]
        Pressure of the gas.
    T : float [K]
        Temperature of the gas.

    Returns
    -------
    float [1/m³]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: ideal gas law.
    """
    positive(p=p, T=T)
    return p / (k * T)


def mean_speed(T: float, m: float) -> float:
    """Mean speed v̄ = √(8kT/πm) of the molecules present.

    Parameters
    ----------
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    float [m/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: Reif (1965), section 7.10.
    """
    positive(T=T, m=m)
    return math.sqrt(8.0 * k * T / (math.pi * m))


def mean_effusing_speed(T: float, m: float) -> float:
    """Mean speed √(9πkT/8m) of the molecules that cross a plane.

    Parameters
    ----------
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    float [m/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: mean of v under the speed density v³e^{−mv²/2kT}; Reif (1965), section 7.12.
    """
    positive(T=T, m=m)
    return math.sqrt(9.0 * math.pi * k * T / (8.0 * m))


def impingement_rate(p: float, T: float, m: float) -> float:
    """Hits per wall area and time, ν = p/√(2πmkT) = nv̄/4.

    Parameters
    ----------
    p : float [Pa]
        Pressure of the gas.
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    float [1/(m² s)]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: Reif (1965), section 7.11.
    """
    positive(p=p, T=T, m=m)
    return p / math.sqrt(2.0 * math.pi * m * k * T)


def mean_free_path(p: float, T: float, diameter: float) -> float:
    """Hard-sphere mean free path, λ = kT/(√2πd²p).

    Parameters
    ----------
    p : float [Pa]
        Pressure of the gas.
    T : float [K]
        Temperature of the gas.
    diameter : float [m]
        Diameter d of a molecule.

    Returns
    -------
    float [m]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: Reif (1965), section 12.2.
    """
    positive(p=p, T=T, diameter=diameter)
    return k * T / (math.sqrt(2.0) * math.pi * diameter**2 * p)


def hard_sphere_viscosity(T: float, m: float, diameter: float) -> float:
    """Viscosity of a gas of hard spheres, (5/16)√(πmkT)/(πd²).

    Parameters
    ----------
    T : float [K]
        Temperature.
    m : float [kg]
        Mass of a molecule.
    diameter : float [m]
        Diameter d of a molecule.

    Returns
    -------
    float [Pa s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: S. Chapman and T. G. Cowling, The Mathematical Theory of Non-Uniform Gases (1970),
    first approximation, 1.6 % below the exact one.
    """
    positive(T=T, m=m, diameter=diameter)
    return 5.0 / 16.0 * math.sqrt(math.pi * m * k * T) / (math.pi * diameter**2)


def maxwell_speed_density(v: ArrayLike, T: float, m: float) -> NDArray[np.float64]:
    """Probability density ∝ v²e^{−mv²/2kT} of the speeds present.

    Parameters
    ----------
    v : (...) float [m/s]
        Speeds, not negative.
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    (...) float [s/m]

    Raises
    ------
    ValueError
        If a speed is negative, or T or m not positive and finite.

    Source: Reif (1965), section 7.10.
    """
    speed, a = _speeds(v), _inverse_square_speed(T, m)
    return 4.0 * math.sqrt(a**3 / math.pi) * speed**2 * np.exp(-a * speed**2)


def effusing_speed_density(v: ArrayLike, T: float, m: float) -> NDArray[np.float64]:
    """Probability density ∝ v³e^{−mv²/2kT} of the speeds that cross a plane.

    Parameters
    ----------
    v : (...) float [m/s]
        Speeds, not negative.
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    (...) float [s/m]

    Raises
    ------
    ValueError
        If a speed is negative, or T or m not positive and finite.

    Source: Reif (1965), section 7.12.
    """
    speed, a = _speeds(v), _inverse_square_speed(T, m)
    return 2.0 * a**2 * speed**3 * np.exp(-a * speed**2)


def cosine_density(cos_theta: ArrayLike) -> NDArray[np.float64]:
    """Probability density 2cosθ of cosθ itself, for molecules that cross a plane.

    Per solid angle the law is cosθ/π; as a density of θ it is sin2θ.

    Parameters
    ----------
    cos_theta : (...) float
        Cosines to the normal, 0 to 1.

    Returns
    -------
    (...) float [1]

    Raises
    ------
    ValueError
        If a cosine lies outside [0, 1].

    Source: M. Knudsen, Ann. Phys. 353, 1113 (1915).
    """
    cosine = np.asarray(cos_theta, dtype=np.float64)
    inside = (cosine >= 0.0) & (cosine <= 1.0)
    if not np.all(inside):
        raise ValueError(f"cos_theta must lie in [0, 1], got {cosine[~inside].flat[0]}")
    return 2.0 * cosine


def _inverse_square_speed(T: float, m: float) -> float:
    """Return m/2kT [s²/m²]."""
    positive(T=T, m=m)
    return m / (2.0 * k * T)


def _speeds(v: ArrayLike) -> NDArray[np.float64]:
    speed = np.asarray(v, dtype=np.float64)
    if not np.all(speed >= 0.0):
        raise ValueError(f"speeds must not be negative, got {speed[~(speed >= 0.0)].flat[0]}")
    return speed
