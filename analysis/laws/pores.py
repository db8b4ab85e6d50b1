"""Laws of a gas that flows through many straight pores of a membrane in parallel.

Molecules do not meet; every pore is a tube with a diffuse wall, whose transmission is Clausing's.
What a denser gas would flow besides, Poiseuille's law says; no simulation here has it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import k

from ..verdict import Prediction
from ._require import positive
from .effusion import graham
from .kinetic import impingement_rate
from .knudsen import transmission_probability

MOST_SOLVED, DEGREE = 32, 32
"""Beyond so many lengths W is a Chebyshev series in log L: good to 2e-6 over five decades."""

NEAREST_RIVAL = 0.03
"""A rival nearer to the law than this share of it is left out for one farther off."""


def transmissions(length_over_radius: ArrayLike) -> NDArray[np.float64]:
    """Transmission probability W of tubes of many lengths.

    Parameters
    ----------
    length_over_radius : (n,) float
        L/R of each, at most ``knudsen.MAXIMUM_LENGTH``.

    Returns
    -------
    (n,) float [1]

    Raises
    ------
    ValueError
        If a length is not positive or too long.

    Source: P. Clausing, Ann. Phys. 404, 961 (1932).
    """
    lengths = np.asarray(length_over_radius, dtype=np.float64)
    distinct = np.unique(lengths)
    if distinct.size <= MOST_SOLVED:
        return np.array([transmission_probability(length) for length in lengths])
    transmission_probability(distinct[0])  # refuses what is out of bounds
    transmission_probability(distinct[-1])
    low, high = math.log(distinct[0]), math.log(distinct[-1])
    nodes = np.polynomial.chebyshev.chebpts1(DEGREE + 1)
    solved = [
        transmission_probability(math.exp(low + (high - low) * (1.0 + t) / 2.0)) for t in nodes
    ]
    series = np.polynomial.chebyshev.chebfit(nodes, np.log(solved), DEGREE)
    t = 2.0 * (np.log(lengths) - low) / (high - low) - 1.0
    return np.asarray(np.exp(np.polynomial.chebyshev.chebval(t, series)), np.float64)


def one_way_flow(
    radii: ArrayLike, counts: ArrayLike, thickness: float, p: float, T: float, m: float
) -> float:
    """Molecules per time that pass from a gas on one side, Σ n πr² ν W(L/r).

    Parameters
    ----------
    radii, counts : (n,) float [m], [1]
        Pores of the membrane.
    thickness : float [m]
        Length L of every pore.
    p, T, m : float [Pa], [K], [kg]
        Pressure, temperature and mass of a molecule of the gas.

    Returns
    -------
    float [1/s]

    Raises
    ------
    ValueError
        If a parameter is not positive, or a pore too long.

    Source: P. Clausing, Ann. Phys. 404, 961 (1932), for each pore.
    """
    r, n = np.asarray(radii, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    W = transmissions(thickness / r)
    return float(impingement_rate(p, T, m) * (n * math.pi * r**2 * W).sum())


def flow(
    radii: ArrayLike,
    counts: ArrayLike,
    thickness: float,
    p_1: float,
    p_2: float,
    T: float,
    m: float,
    simulated: tuple[ArrayLike, ArrayLike] | None = None,
) -> Prediction:
    """Net flow through a membrane from p_1 to p_2 at one temperature.

    Parameters
    ----------
    radii, counts : (n,) float [m], [1]
        Pores of the membrane.
    thickness : float [m]
        Length of every pore.
    p_1, p_2 : float [Pa]
        Pressures on either side, not negative.
    T, m : float [K], [kg]
        Temperature and mass of a molecule.
    simulated : (n_classes,), (n_classes,) float, optional
        Radii and counts of the classes that stand for the pores.

    Returns
    -------
    Prediction [1/s]

    Raises
    ------
    ValueError
        If a parameter is out of bounds.

    Source: Clausing (1932) for each pore. Rival: M. Knudsen's long tube, Ann. Phys. 333, 75
    (1909), or, where all pores are so long that it is nearly right, holes without a length.
    """
    per_pascal = one_way_flow(radii, counts, thickness, 1.0, T, m)
    expected = per_pascal if simulated is None else one_way_flow(*simulated, thickness, 1.0, T, m)
    r, n = np.asarray(radii, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    bare = impingement_rate(1.0, T, m) * (n * math.pi * r**2)
    name, rival = "every pore a long tube, 8r/3L", float((bare * 8.0 * r).sum() / (3.0 * thickness))
    if abs(rival / per_pascal - 1.0) < NEAREST_RIVAL:
        name, rival = "holes without a length", float(bare.sum())
    return Prediction(
        "Σ n πr² ν W(L/r)",
        per_pascal * (p_1 - p_2),
        expected * (p_1 - p_2),
        name,
        rival * (p_1 - p_2),
        source="P. Clausing, Ann. Phys. 404, 961 (1932)",
    )


def selectivity(m_a: float, m_b: float) -> Prediction:
    """Ratio √(m_b/m_a) of the flows of two gases of equal density through the same pores.

    Parameters
    ----------
    m_a, m_b : float [kg]
        Masses of a molecule of either gas.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: M. Knudsen, Ann. Phys. 333, 75 (1909): W knows no mass, ν ∝ 1/√m.
    """
    source = "M. Knudsen, Ann. Phys. 333, 75 (1909)"
    return replace(
        graham(m_a, m_b),
        law_name="selectivity √(m_b/m_a)",
        rival_name="no separation",
        source=source,
    )


def radius_exponent(narrow: float, wide: float, thickness: float) -> Prediction:
    """Exponent d ln(flow)/d ln r of a pore, between two radii: 3 in the limit of a long pore.

    Parameters
    ----------
    narrow, wide : float [m]
        The two radii.
    thickness : float [m]
        Length of the pore.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a parameter is not positive, the radii are equal, or the pore is too long.

    Source: law, M. Knudsen, Ann. Phys. 333, 75 (1909), 8r/3L; expected: 2 + ln(W₂/W₁)/ln(r₂/r₁)
    with Clausing's W. Rival: Poiseuille's r⁴.
    """
    positive(narrow=narrow, wide=wide, thickness=thickness)
    if narrow == wide:
        raise ValueError(f"an exponent needs two radii, got {narrow} twice")
    W_narrow, W_wide = (transmission_probability(thickness / r) for r in (narrow, wide))
    expected = 2.0 + math.log(W_wide / W_narrow) / math.log(wide / narrow)
    source = "law: M. Knudsen, Ann. Phys. 333, 75 (1909); expected: Clausing (1932)"
    return Prediction("flow ∝ r³ of a long pore", 3.0, expected, "viscous flow, r⁴", 4.0,
                      source=source)  # fmt: skip


def viscous_permeance(
    radii: ArrayLike, counts: ArrayLike, thickness: float, p_sum: float, T: float, viscosity: float
) -> float:
    """Molecules per time and pressure difference that a dense gas flows through long pores.

    Parameters
    ----------
    radii, counts : (n,) float [m], [1]
        Pores of the membrane.
    thickness : float [m]
        Length L of every pore.
    p_sum : float [Pa]
        Pressures on both sides together: the flow goes as p₁² − p₂².
    T, viscosity : float [K], [Pa s]
        Of the gas.

    Returns
    -------
    float [1/(s Pa)]

    Raises
    ------
    ValueError
        If a parameter is not positive.

    Source: Poiseuille's law of an ideal gas, Σ n πr⁴ (p₁² − p₂²)/16μLkT; Present (1958), chapter 4.
    """
    positive(thickness=thickness, p_sum=p_sum, T=T, viscosity=viscosity)
    r, n = np.asarray(radii, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    return float(math.pi * (n * r**4).sum() * p_sum / (16.0 * viscosity * thickness * k * T))
