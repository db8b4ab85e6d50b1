"""Thermal transpiration where molecules begin to meet: how far the free-molecular law carries.

The rarefaction is δ = pa/(μv₀) with the tube's radius a, v₀ = √(2kT/m) and the viscosity μ of
hard spheres; p₁/p₂ = (T₁/T₂)^γ with γ(δ) between ½ (δ = 0) and 0 (a dense gas).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.constants import k

from ..verdict import Prediction
from ._require import positive
from .kinetic import hard_sphere_viscosity

_DELTA = np.array([0.01, 0.1, 1.0, 10.0, 50.0])
_G_P = np.array([1.47701, 1.40902, 1.47645, 3.57624, 13.53165])
_G_T = np.array([0.72102, 0.62088, 0.39675, 0.10205, 0.02288])
"""Flow through a long tube under a pressure and a temperature gradient, diffuse wall: numerical
solutions of the linearised Shakhov model equation. At δ = 0 exactly 8/(3√π) and 4/(3√π)."""

VALID = 0.01
"""Largest systematic, relative, that is still called free-molecular."""


def rarefaction(p: float, T: float, radius: float, m: float, diameter: float) -> float:
    """Rarefaction δ = pa/(μv₀) of a gas of hard spheres in a tube.

    Parameters
    ----------
    p : float [Pa]
        Pressure.
    T : float [K]
        Temperature.
    radius : float [m]
        Radius a of the tube.
    m : float [kg]
        Mass of a molecule.
    diameter : float [m]
        Diameter d of a molecule.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: definition; δ = a/ℓ with the equivalent mean free path ℓ = μv₀/p.
    """
    positive(p=p, T=T, radius=radius)
    speed = math.sqrt(2.0 * k * T / m)
    return p * radius / (hard_sphere_viscosity(T, m, diameter) * speed)


def transpiration_exponent(delta: float) -> float:
    """Exponent γ of p₁/p₂ = (T₁/T₂)^γ in a long tube with a diffuse wall, at rarefaction δ.

    Parameters
    ----------
    delta : float
        Rarefaction, not negative.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If δ is negative or not finite.

    Source: γ = G_T/G_P of the linearised Shakhov equation at δ = 0.01, 0.1, 1, 10, 50. Below 0.1,
    ½ − γ = cδ ln(1/δ), the form that a tube's first collisions take, c = 0.257 and 0.258 at the
    first two, linear in ln δ between and constant below; from there to 50, ln[γ/(½ − γ)] is
    linear in ln δ; above, γ ∝ 1/δ², as by slip at the wall.
    """
    if not 0.0 <= delta < math.inf:
        raise ValueError(f"delta must be at least 0 and finite, got {delta}")
    if delta == 0.0:
        return 0.5
    gamma, known = _G_T / _G_P, np.log(_DELTA)
    if delta > _DELTA[-1]:
        return float(gamma[-1] * (_DELTA[-1] / delta) ** 2)
    if delta > _DELTA[1]:
        odds = math.exp(np.interp(math.log(delta), known, np.log(gamma / (0.5 - gamma))))
        return float(0.5 * odds / (1.0 + odds))
    c = (0.5 - gamma[:2]) / (-_DELTA[:2] * known[:2])
    return float(0.5 + np.interp(math.log(delta), known[:2], c) * delta * math.log(delta))


def collision_systematic(T_gauge: float, T_cell: float, delta: float) -> float:
    """Relative error |(T₁/T₂)^{½−γ(δ)} − 1| of the free-molecular pressure ratio.

    Parameters
    ----------
    T_gauge, T_cell : float [K]
        Temperatures of the two ends of the tube.
    delta : float
        Rarefaction at the cold end.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If a temperature is not positive or δ negative.

    Source: ``transpiration_exponent``, taken at the cold end where δ is largest.
    """
    positive(T_gauge=T_gauge, T_cell=T_cell)
    ratio = max(T_gauge, T_cell) / min(T_gauge, T_cell)
    return math.expm1((0.5 - transpiration_exponent(delta)) * math.log(ratio))


def cold_end(p_gauge: float, T_gauge: float, T_cell: float) -> tuple[float, float]:
    """Pressure and temperature of the colder of gauge and cell, by the free-molecular law.

    Parameters
    ----------
    p_gauge : float [Pa]
        Pressure at the gauge.
    T_gauge, T_cell : float [K]
        Temperatures of the two.

    Returns
    -------
    p, T : float [Pa], [K]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910).
    """
    positive(p_gauge=p_gauge, T_gauge=T_gauge, T_cell=T_cell)
    T = min(T_gauge, T_cell)
    return p_gauge * math.sqrt(T / T_gauge), T


def cell_pressure(p_gauge: float, T_gauge: float, T_cell: float, delta: float) -> Prediction:
    """Pressure in a cell that a tube joins to a gauge, p√(T_cell/T_gauge).

    Parameters
    ----------
    p_gauge : float [Pa]
        Pressure at the gauge.
    T_gauge, T_cell : float [K]
        Temperatures of the two.
    delta : float
        Rarefaction at the cold end, which sets the tolerance.

    Returns
    -------
    Prediction [Pa]

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910); tolerance: ``collision_systematic``.
    """
    positive(p_gauge=p_gauge, T_gauge=T_gauge, T_cell=T_cell)
    p_cell = p_gauge * math.sqrt(T_cell / T_gauge)
    return Prediction(
        "p_cell = p_gauge √(T_cell/T_gauge)",
        p_cell,
        p_cell,
        "equal pressures",
        p_gauge,
        tolerance=p_cell * collision_systematic(T_gauge, T_cell, delta),
        source="M. Knudsen, Ann. Phys. 336, 205 (1910); tolerance: collisions (Shakhov model)",
    )
