"""Laws of molecular flow through a closed surface of any shape with several openings.

Walls that are in detailed balance (diffuse, specular, and mixtures) keep a gas in equilibrium:
uniform, with the one-way flux ν everywhere.
"""

from __future__ import annotations

import math

from ..verdict import Prediction
from ._require import positive
from .ducts import RECTANGULAR_ERROR, rectangular_transmission
from .knudsen import transmission_probability

EQUAL = 0.1
"""Openings whose areas differ by less, relatively, are judged against a one-way valve."""


def polygon_tube(length_over_radius: float, n_sides: int) -> Prediction:
    """Transmission probability of a tube over a regular polygon of the area of the circle.

    Parameters
    ----------
    length_over_radius : float
        L/R of the circular tube.
    n_sides : int
        Sides of the polygon.

    Returns
    -------
    Prediction [1]
        Of the circular tube; the tolerance is the larger difference to the tubes inscribed in
        the polygon and drawn round it.

    Raises
    ------
    ValueError
        If the length is not positive or too long, or there are fewer than three sides.

    Source: P. Clausing, Ann. Phys. 404, 961 (1932). The flow of a tube in molecular flow falls
    between those of the tubes inside and round it.
    """
    positive(length_over_radius=length_over_radius)
    if n_sides < 3:
        raise ValueError(f"n_sides must be at least 3, got {n_sides}")
    angle = 2.0 * math.pi / n_sides
    outer = math.sqrt(angle / math.sin(angle))
    inner = outer * math.cos(0.5 * angle)
    w, narrow, wide = (
        transmission_probability(length_over_radius / radius) for radius in (1.0, inner, outer)
    )
    return Prediction(
        "Clausing's transmission W",
        w,
        w,
        "long tube 8R/3L",
        8.0 / (3.0 * length_over_radius),
        tolerance=max(w - narrow, wide - w),
        source="P. Clausing, Ann. Phys. 404, 961 (1932)",
    )


def rectangular_duct(length: float, width: float, height: float) -> Prediction:
    """Transmission probability of a rectangular duct.

    Parameters
    ----------
    length, width, height : float
        Length, and sides of the cross-section, within the bounds of ``rectangular_transmission``.

    Returns
    -------
    Prediction [1]
        The tolerance is the error of the solution; the rival a round tube as wide.

    Raises
    ------
    ValueError
        If one of them is not positive, or the wall is too large.

    Source: ``ducts.rectangular_transmission``; P. Clausing, Ann. Phys. 404, 961 (1932).
    """
    w = rectangular_transmission(length, width, height)
    return Prediction(
        "transmission of a rectangular duct",
        w,
        w,
        "a round tube of the same cross-section",
        transmission_probability(length / math.sqrt(width * height / math.pi)),
        tolerance=RECTANGULAR_ERROR * w,
        source="exchange areas in closed form: Ehlert and Smith, J. Thermophys. 7, 173 (1993)",
    )


def scaled(law: Prediction, factor: float) -> Prediction:
    """Turn a law of a probability into that of a number in proportion to it."""
    return Prediction(
        law.law_name,
        factor * law.law,
        factor * law.expected,
        law.rival_name,
        None if law.rival is None else factor * law.rival,
        factor * law.tolerance,
        law.source,
    )


def reciprocity(area_i: float, area_j: float) -> Prediction:
    """Asymmetry 1 − A_j W_ji / A_i W_ij of the flow between two openings, 0.

    Parameters
    ----------
    area_i, area_j : float [m²]
        Areas A of the two openings.

    Returns
    -------
    Prediction [1]
        The rival is a transmission probability that is the same both ways whatever the areas,
        or, for openings as large as each other, a valve.

    Raises
    ------
    ValueError
        If an area is not positive and finite.

    Source: detailed balance: in equilibrium as many molecules go from i to j as from j to i,
    and ν A enter at an opening of area A.
    """
    positive(area_i=area_i, area_j=area_j)
    rival_name, rival = "the same W both ways", 1.0 - area_j / area_i
    if abs(rival) < EQUAL:
        rival_name, rival = "a one-way valve", 1.0
    return Prediction(
        "reciprocity A₁W₁₂ = A₂W₂₁", 0.0, 0.0, rival_name, rival, source="detailed balance"
    )


def hits_per_molecule(wall: float, openings: float, first: float) -> Prediction:
    """Mean number of wall hits of molecules that enter through all openings, by area.

    Parameters
    ----------
    wall : float [m²]
        Area of all walls.
    openings : float [m²]
        Area of all openings.
    first : float [m²]
        Area of one of them.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If an area is not positive and finite.

    Source: in equilibrium walls and openings receive the same ν.
    """
    positive(wall=wall, openings=openings, first=first)
    return Prediction(
        "hits A_wall/A_openings",
        wall / openings,
        wall / openings,
        "wall over one opening",
        wall / first,
        source="detailed balance: ν is the same on walls and openings",
    )
