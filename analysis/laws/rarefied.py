"""Thermal transpiration where molecules begin to meet: how far the free-molecular law carries.

The rarefaction is δ = pa/(μv₀) with the tube's radius a, v₀ = √(2kT/m) and the viscosity μ of
hard spheres; p₁/p₂ = (T₁/T₂)^γ with γ(δ) between ½ (δ = 0) and 0 (a dense gas).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.constants import k

from ..verdict import Prediction
from ._require import positive
from .kinetic import hard_sphere_viscosity

FloatArray = NDArray[np.float64]

_DELTA = np.array([0.01, 0.1, 1.0, 10.0, 50.0])
_G_P = np.array([1.47701, 1.40902, 1.47645, 3.57624, 13.53165])
_G_T = np.array([0.72102, 0.62088, 0.39675, 0.10205, 0.02288])
"""Flow through a long tube under a pressure and a temperature gradient, diffuse wall: numerical
solutions of the linearised Shakhov model equation. At δ = 0 exactly 8/(3√π) and 4/(3√π)."""

VALID = 0.01
"""Largest systematic, relative, that is still called free-molecular."""

CLAIMED = 0.1
"""Largest systematic, relative, beside which the free-molecular law is claimed at all."""


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
    first two, linear in ln δ between and constant below; from there to 50, ln[γ/(½ − γ)] is a
    monotone cubic in ln δ through the table; above, γ ∝ 1/δ², as by slip at the wall. The slopes
    have no jumps from 0.01 on.
    """
    if not 0.0 <= delta < math.inf:
        raise ValueError(f"delta must be at least 0 and finite, got {delta}")
    if delta == 0.0:
        return 0.5
    if delta > _DELTA[-1]:
        return float(_GAMMA[-1] * (_DELTA[-1] / delta) ** 2)
    if delta > _DELTA[1]:
        odds = math.exp(_log_odds(math.log(delta)))
        return 0.5 * odds / (1.0 + odds)
    return float(0.5 + np.interp(math.log(delta), _LOG[:2], _FIRST) * delta * math.log(delta))


def _log_odds(log_delta: float) -> float:
    """Hermite's cubic of ln[γ/(½ − γ)] between the entries of the table from 0.1 to 50."""
    i = min(int(np.searchsorted(_LOG[1:], log_delta, side="right")) - 1, _SLOPES.size - 2)
    (x, end), (y, y_end), (slope, slope_end) = (a[i : i + 2] for a in (_LOG[1:], _ODDS, _SLOPES))
    h = end - x
    t = (log_delta - x) / h
    start = (1.0 + 2.0 * t) * y + t * h * slope
    return float(
        (1.0 - t) ** 2 * start + t**2 * ((3.0 - 2.0 * t) * y_end + (t - 1.0) * h * slope_end)
    )


def _odds_slopes() -> FloatArray:
    """Slopes of ln[γ/(½ − γ)]: of the outer forms at the ends, harmonic means (Fritsch) between."""
    h, secant = np.diff(_LOG[1:]), np.diff(_ODDS) / np.diff(_LOG[1:])
    before, after = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    between = (before + after) / (before / secant[:-1] + after / secant[1:])
    c_slope = (_FIRST[1] - _FIRST[0]) / (_LOG[1] - _LOG[0])
    first = _DELTA[1] * (_FIRST[1] * (1.0 + _LOG[1]) + c_slope * _LOG[1])  # dγ/d ln δ at 0.1
    left = first * 0.5 / (_GAMMA[1] * (0.5 - _GAMMA[1]))
    return np.array([left, *between, -1.0 / (0.5 - _GAMMA[-1])])


_GAMMA, _LOG = _G_T / _G_P, np.log(_DELTA)
_FIRST = (0.5 - _GAMMA[:2]) / (-_DELTA[:2] * _LOG[:2])
_ODDS = np.log(_GAMMA / (0.5 - _GAMMA))[1:]
_SLOPES = _odds_slopes()


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


def with_collisions(p_gauge: float, T_gauge: float, T_cell: float, delta: float) -> float:
    """Pressure p(T_cell/T_gauge)^γ(δ) in a cell, about, where molecules do meet in the tube.

    Parameters
    ----------
    p_gauge : float [Pa]
        Pressure at the gauge.
    T_gauge, T_cell : float [K]
        Temperatures of the two.
    delta : float
        Rarefaction at the cold end.

    Returns
    -------
    float [Pa]

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Source: ``transpiration_exponent``, taken at the cold end where δ is largest.
    """
    positive(p_gauge=p_gauge, T_gauge=T_gauge, T_cell=T_cell)
    return float(p_gauge * (T_cell / T_gauge) ** transpiration_exponent(delta))


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
        None is claimed where collisions change it by more than ``CLAIMED``, or take it more than
        half the way to equal pressures.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910); tolerance: ``collision_systematic``.
    """
    positive(p_gauge=p_gauge, T_gauge=T_gauge, T_cell=T_cell)
    p_cell = p_gauge * math.sqrt(T_cell / T_gauge)
    systematic = collision_systematic(T_gauge, T_cell, delta)
    if systematic > min(CLAIMED, abs(p_gauge / p_cell - 1.0) / 2.0):
        said = f"no law claimed: collisions change it by {100.0 * systematic:.2g} %"
        return Prediction(said, math.nan, math.nan)
    return Prediction(
        "p_cell = p_gauge √(T_cell/T_gauge)",
        p_cell,
        p_cell,
        "equal pressures",
        p_gauge,
        tolerance=p_cell * systematic,
        source="M. Knudsen, Ann. Phys. 336, 205 (1910); tolerance: collisions (Shakhov model)",
    )
