"""A gas that streams through a plane: one-way fluxes, and the flow that gauges show.

The gas is Maxwellian about a drift u along the normal; s = u/√(2kT/m) is its speed ratio.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import N_A, R, k

from ..verdict import Prediction
from ._require import positive
from .kinetic import impingement_rate, number_density

STANDARD_T, STANDARD_P = 273.15, 101325.0
"""What a standard cubic centimetre (sccm) is measured at [K, Pa]."""

_BIRD = "G. A. Bird, Molecular Gas Dynamics (Clarendon 1994), eq. 4.22"


def most_probable_speed(T: float, m: float) -> float:
    """Speed √(2kT/m) [m/s] that speed ratios refer to; T [K], m [kg] of a molecule."""
    positive(T=T, m=m)
    return math.sqrt(2.0 * k * T / m)


def one_way(s: float) -> float:
    """One-way flux over that of the same gas at rest, e^{−s²} + √π s(1 + erf s).

    Parameters
    ----------
    s : float
        Speed ratio, positive along the direction that is counted.

    Source: Bird (1994), eq. 4.22.
    """
    return math.exp(-s * s) + math.sqrt(math.pi) * s * math.erfc(-s)


def forward_flux(p: float, T: float, m: float, s: float) -> Prediction:
    """Molecules along the drift [1/(m² s)], n√(kT/2πm)[e^{−s²} + √π s(1 + erf s)].

    Parameters
    ----------
    p, T : float [Pa, K]
        Pressure and temperature of the gas.
    m : float [kg]
        Mass of a molecule.
    s : float
        Speed ratio.

    Raises
    ------
    ValueError
        If p, T or m is not positive and finite.
    """
    flux = impingement_rate(p, T, m) * one_way(s)
    return Prediction(
        "n√(kT/2πm)[e^{−s²} + √π s(1 + erf s)]",
        flux,
        flux,
        "nv, no molecule flies back",
        _drift_flux(p, T, m, s),
        source=_BIRD,
    )


def backward_flux(p: float, T: float, m: float, s: float) -> Prediction:
    """Molecules against the drift [1/(m² s)], n√(kT/2πm)[e^{−s²} − √π s(1 − erf s)].

    Parameters and errors are those of ``forward_flux``.
    """
    flux = impingement_rate(p, T, m) * one_way(-s)
    return Prediction(
        "n√(kT/2πm)[e^{−s²} − √π s(1 − erf s)]",
        flux,
        flux,
        "no molecule flies back",
        0.0,
        source=_BIRD,
    )


def net_flux(p: float, T: float, m: float, s: float) -> Prediction:
    """Net molecules through the plane [1/(m² s)], nv with v the drift.

    Parameters and errors are those of ``forward_flux``.
    """
    flux = _drift_flux(p, T, m, s)
    return Prediction(
        "net flux nv",
        flux,
        flux,
        "no backflow, the forward flux alone",
        forward_flux(p, T, m, s).law,
        source="difference of the one-way fluxes; " + _BIRD,
    )


def molar_flow(p: float, T: float, m: float, s: float, area: float) -> Prediction:
    """Amount of gas per time [mol/s], pAv/RT.

    Parameters and errors are those of ``forward_flux``; area [m²] of the section.
    """
    positive(p=p, T=T, area=area)
    flow = p * area * s * most_probable_speed(T, m) / (R * T)
    return Prediction(
        "molar flow pAv/RT",
        flow,
        flow,
        "no backflow, the forward flux alone",
        forward_flux(p, T, m, s).law * area / N_A,
        source="ideal gas law",
    )


def standard_flow(p: float, T: float, m: float, s: float, area: float) -> Prediction:
    """Flow in standard cubic centimetres per minute (273.15 K, 101325 Pa).

    Parameters and errors are those of ``molar_flow``.
    """
    volume = STANDARD_T * p / (STANDARD_P * T) * area * s * most_probable_speed(T, m)
    return Prediction(
        "sccm, (pAv/T)·273.15 K/101325 Pa",
        in_sccm(volume),
        in_sccm(volume),
        "no backflow, the forward flux alone",
        in_sccm(forward_flux(p, T, m, s).law * area * k * STANDARD_T / STANDARD_P),
        source="SEMI E12, standard pressure, temperature and density",
    )


def in_sccm(volume: float) -> float:
    """Convert a volume per time [m³/s] into cm³ per minute."""
    return volume * 60e6


def normal_velocity_density(x: ArrayLike, s: float) -> NDArray[np.float64]:
    """Probability density of the normal velocity of those that cross, ∝ x e^{−(x−s)²}.

    Parameters
    ----------
    x : (...) float
        Normal velocity over √(2kT/m), not negative.
    s : float
        Speed ratio.

    Source: one factor x more than those present have; Bird (1994), section 4.2.
    """
    v = np.asarray(x, dtype=np.float64)
    return np.asarray(2.0 * v * np.exp(-((v - s) ** 2)) / one_way(s), dtype=np.float64)


def _drift_flux(p: float, T: float, m: float, s: float) -> float:
    return number_density(p, T) * s * most_probable_speed(T, m)
