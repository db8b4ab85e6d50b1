"""Laws of two gases at different temperatures that meet through an opening.

Molecules do not meet each other; walls are diffuse, each box has one temperature. In balance
the impingement rates ν = p/√(2πmkT) are equal, not the pressures.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.constants import k

from ..verdict import Prediction
from ._require import hole_in_face, positive

N_RADII, N_ANGLES = 32, 512
"""Quadrature points over a hole: 1e-9 of the mean chord even where hole and edges touch."""


def mean_chord_from_hole(radius: float, side: float, depth: float | None = None) -> float:
    """Mean flight of molecules that enter a box through a hole by the cosine law.

    Parameters
    ----------
    radius : float [m]
        Radius of the circular hole centred in a square face, at most side/2.
    side : float [m]
        Side of that face.
    depth : float [m], optional
        Depth of the box behind it; that of a cube where none is given.

    Returns
    -------
    float [m]

    Raises
    ------
    ValueError
        If the hole does not fit into the face, or the depth is not positive.

    Source: ∫ s (cosθ cosθ′/πs²) dA′ over the other five faces, in closed form for each point
    of the hole (over a whole face instead of the hole it gives 4V/S = 2 side/3); the mean over
    the hole by Gauss-Legendre points in r² and equal angles.
    """
    hole_in_face(radius, side)
    deep = side if depth is None else depth
    positive(depth=deep)
    node, weight = np.polynomial.legendre.leggauss(N_RADII)
    r = radius / side * np.sqrt((1.0 + node[:, None]) / 2.0)
    phi = 2.0 * math.pi * np.arange(N_ANGLES) / N_ANGLES
    # The four quarters of the box around a point have the same mean over the hole.
    wide = side / deep
    quarter = _quarter_chord(wide * (0.5 - r * np.cos(phi)), wide * (0.5 - r * np.sin(phi)))
    return float(deep * 4.0 * (weight / 2.0) @ quarter.mean(axis=1))


def _quarter_chord(u: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one quarter's part of a point's mean chord in a box of depth 1.

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


def balance_pressure_ratio(T_hot: float, T_cold: float) -> Prediction:
    """Pressure ratio p₁/p₂ = √(T₁/T₂) at which nothing flows, whatever joins the two gases.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the two gases.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a temperature is not positive and finite.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910).
    """
    positive(T_hot=T_hot, T_cold=T_cold)
    root = math.sqrt(T_hot / T_cold)
    source = "M. Knudsen, Ann. Phys. 336, 205 (1910)"
    return Prediction("p₁/p₂ = √(T₁/T₂)", root, root, "equal pressures", 1.0, source=source)


def pressure_ratio(
    T_hot: float, T_cold: float, radius: float, side: float, cold_depth: float | None = None
) -> Prediction:
    """Pressure ratio n₁T₁/n₂T₂ of two boxes in balance, n = N/V: √(T₁/T₂) for a small hole.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the diffuse walls.
    radius : float [m]
        Radius of the hole.
    side : float [m]
        Side of the square face that the boxes share, and depth of the hot one.
    cold_depth : float [m], optional
        Depth of the cold box; a cube where none is given.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a parameter is not positive, or the hole does not fit.

    Source: law, M. Knudsen, Ann. Phys. 336, 205 (1910). Expected: all surfaces send out the
    same ν, and ⟨1/v⟩ = 1/v̄ of a crossing molecule, so N₁ = ν[(4V₁ − A_h l₁)/v̄₁ + A_h l₁/v̄₂]:
    of the total path 4V₁ν per time in that box, A_h l₁ν is walked at the other's temperature.
    """
    law = balance_pressure_ratio(T_hot, T_cold)
    root = law.law
    hot_density = 1.0 - _foreign_share(radius, side, side) * (1.0 - root)
    cold_density = 1.0 - _foreign_share(radius, side, cold_depth or side) * (1.0 - 1.0 / root)
    source = f"{law.source}; expected: with the hole's own size"
    return replace(law, expected=root * hot_density / cold_density, source=source)


def _foreign_share(radius: float, side: float, depth: float) -> float:
    """Share A_h l_h/4V of all path in a box that is walked by molecules fresh from the hole."""
    chord = mean_chord_from_hole(radius, side, depth)
    return math.pi * radius**2 * chord / (4.0 * side * side * depth)


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
