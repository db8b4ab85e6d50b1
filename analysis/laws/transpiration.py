"""Laws of two gases at different temperatures that meet through an opening.

Molecules do not meet each other; walls are diffuse, each box has one temperature. In balance
the impingement rates ν = p/√(2πmkT) are equal, not the pressures.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.constants import k

from ..verdict import Prediction
from ._require import hole_in_face, positive

N_RADII, N_ANGLES = 32, 512
"""Quadrature points over a hole: 1e-9 of the mean chord even where hole and edges touch."""


def mean_chord_from_hole(radius: float, side: float) -> float:
    """Mean flight of molecules that enter a cube through a hole by the cosine law.

    Parameters
    ----------
    radius : float [m]
        Radius of the circular hole centred in one face, at most side/2.
    side : float [m]
        Side of the cube.

    Returns
    -------
    float [m]

    Raises
    ------
    ValueError
        If the hole does not fit into the face.

    Source: ∫ s (cosθ cosθ′/πs²) dA′ over the other five faces, in closed form for each point
    of the hole (over a whole face instead of the hole it gives 4V/S = 2 side/3); the mean over
    the hole by Gauss-Legendre points in r² and equal angles.
    """
    hole_in_face(radius, side)
    node, weight = np.polynomial.legendre.leggauss(N_RADII)
    r = radius / side * np.sqrt((1.0 + node[:, None]) / 2.0)
    phi = 2.0 * math.pi * np.arange(N_ANGLES) / N_ANGLES
    # The four quarters of the cube around a point have the same mean over the hole.
    quarter = _quarter_chord(0.5 - r * np.cos(phi), 0.5 - r * np.sin(phi))
    return float(side * 4.0 * (weight / 2.0) @ quarter.mean(axis=1))


def _quarter_chord(u: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one quarter's part of a point's mean chord in the unit cube.

    The quarter lies between the planes through the point and two side walls, u and w away.
    """
    opposite = np.arctan(u * w / np.sqrt(u**2 + w**2 + 1.0))
    wall_u = u * (np.arcsinh(w / u) - np.arcsinh(w / np.sqrt(u**2 + 1.0)))
    wall_w = w * (np.arcsinh(u / w) - np.arcsinh(u / np.sqrt(w**2 + 1.0)))
    return np.asarray((opposite + wall_u + wall_w) / math.pi)


def impingement_ratio(T_hot: float, T_cold: float) -> Prediction:
    """Wall hits per area and time in two boxes in balance, hot over cold: 1.

    Exact at any size of the hole: diffuse walls and hole all pass on the same ν.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the two boxes.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910).
    """
    positive(T_hot=T_hot, T_cold=T_cold)
    return Prediction(
        "equal impingement rates",
        1.0,
        1.0,
        "equal pressures",
        math.sqrt(T_cold / T_hot),
        source="M. Knudsen, Ann. Phys. 336, 205 (1910)",
    )


def pressure_ratio(T_hot: float, T_cold: float, radius: float, side: float) -> Prediction:
    """Pressure ratio n₁T₁/n₂T₂ of two cubes in balance, n = N/V: √(T₁/T₂) for a small hole.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the diffuse walls.
    radius : float [m]
        Radius of the hole.
    side : float [m]
        Side of either cube.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a parameter is not positive, or the hole does not fit.

    Source: law, M. Knudsen, Ann. Phys. 336, 205 (1910). Expected: all surfaces send out the
    same ν, and ⟨1/v⟩ = 1/v̄ of a crossing molecule, so N₁ = ν[(4V − A_h l_h)/v̄₁ + A_h l_h/v̄₂]:
    of the total path 4Vν per time, A_h l_h ν is walked at the other box's temperature.
    """
    positive(T_hot=T_hot, T_cold=T_cold)
    foreign = math.pi * radius**2 * mean_chord_from_hole(radius, side) / (4.0 * side**3)
    root = math.sqrt(T_hot / T_cold)
    hot_density = 1.0 - foreign * (1.0 - root)
    cold_density = 1.0 - foreign * (1.0 - 1.0 / root)
    return Prediction(
        "p₁/p₂ = √(T₁/T₂)",
        root,
        root * hot_density / cold_density,
        "equal pressures",
        1.0,
        source="M. Knudsen, Ann. Phys. 336, 205 (1910); expected: with the hole's own size",
    )


def balance_net_flux(T_hot: float, T_cold: float) -> Prediction:
    """Net flux through an opening between gases with p₁/√T₁ = p₂/√T₂: 0.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the two boxes.

    Returns
    -------
    Prediction, in units of the one-way flux ν

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910).
    """
    positive(T_hot=T_hot, T_cold=T_cold)
    return Prediction(
        "no net flux at p₁/√T₁ = p₂/√T₂",
        0.0,
        0.0,
        "a flux ∝ p₁ − p₂",
        1.0 - math.sqrt(T_cold / T_hot),
        source="M. Knudsen, Ann. Phys. 336, 205 (1910)",
    )


def balance_energy_flux(T_hot: float, T_cold: float) -> Prediction:
    """Energy that passes from hot to cold per impinging molecule, 2k(T₁ − T₂).

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the two boxes.

    Returns
    -------
    Prediction [J]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: 2kT per effusing molecule, both ways; Present (1958), chapter 2.
    """
    positive(T_hot=T_hot, T_cold=T_cold)
    return Prediction(
        "energy 2k(T₁ − T₂) per impinging molecule",
        2.0 * k * (T_hot - T_cold),
        2.0 * k * (T_hot - T_cold),
        "3k(T₁ − T₂)/2 per impinging molecule",
        1.5 * k * (T_hot - T_cold),
        source="Present (1958), chapter 2; 2kT per effusing molecule",
    )
