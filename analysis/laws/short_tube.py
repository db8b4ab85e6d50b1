"""Transmission of tubes of many lengths, each beside a rival that few molecules tell from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..verdict import Prediction
from . import knudsen
from ._require import positive

LONGEST_INTERPOLATED = 20.0
"""Longest tube, over its radius, that is to be told from an orifice and a long tube in series."""


def orifice_and_tube(length_over_radius: float) -> float:
    """Transmission 1/(1 + 3L/8R) of an orifice and a long tube in series, up to 12.2 % too high.

    Parameters
    ----------
    length_over_radius : float
        L/R.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If the length is not positive and finite.

    Source: S. Dushman, Scientific Foundations of Vacuum Technique (Wiley 1949), chapter 2.
    """
    positive(length_over_radius=length_over_radius)
    return 1.0 / (1.0 + 3.0 * length_over_radius / 8.0)


def straight_through(length_over_radius: float) -> float:
    """Share of the molecules that pass a tube without touching its wall.

    Parameters
    ----------
    length_over_radius : float
        L/R.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If the length is not positive and finite.

    Source: view of one end from the other, F = 2/(L² + 2 + L√(L²+4)) with L in units of R; P.
    Clausing, Ann. Phys. 404, 961 (1932).
    """
    positive(length_over_radius=length_over_radius)
    return float(knudsen.tube_end_to_end(np.array(length_over_radius, dtype=np.float64)))


def transmission(length_over_radius: float) -> Prediction:
    """Transmission probability W of one tube of a sweep.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most ``knudsen.MAXIMUM_LENGTH``.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: Clausing (1932). The rival up to LONGEST_INTERPOLATED is Dushman's interpolation; in
    longer tubes it is too nearly right, and the rival is the share of straight flights.
    """
    if length_over_radius <= LONGEST_INTERPOLATED:
        name, rival = "interpolation 1/(1 + 3L/8R)", orifice_and_tube(length_over_radius)
    else:
        name, rival = "straight flights alone", straight_through(length_over_radius)
    return replace(knudsen.transmission(length_over_radius), rival_name=name, rival=rival)
