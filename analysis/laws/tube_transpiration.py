"""Laws of thermal transpiration: a tube between two gases at different temperatures.

Molecules do not meet. Walls are diffuse, or Maxwell's with one α everywhere: their reflections
know neither speeds nor temperatures, so the paths do not either. In balance every surface sends
out the same ν, and what arrives at an opening brings 2kT of the place of its last diffuse
reflection. Read backwards such a path is one that enters there, so that place is where an
entering molecule is first reflected diffusely. Lengths are in units of the tube's radius, places
x from the cold end.

Source: M. Knudsen, Ann. Phys. 336, 205 (1910); views of the wall: P. Clausing, Ann. Phys. 404,
961 (1932). In a cylinder the chords between specular reflections are all equal, and an entrant
starts anywhere on its first: its k-th hit is within x of the end with probability
2kE(x/k) − 2(k−1)E(x/(k−1)), E(s) = ∫₀ˢ e the integral of the view e of an open end.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..verdict import Prediction, unclaimed
from ._require import positive
from .clausing import WallFlux, doublings, points, solve
from .knudsen import MAXIMUM_LENGTH, transmission_probability, tube_end, tube_wall
from .transpiration import balance_net_flux

FloatArray = NDArray[np.float64]

MINIMUM_ALPHA = 1e-3
"""Smallest α of a Maxwell wall that is accepted: the sums have some 40/α terms."""

_SOURCE = "M. Knudsen, Ann. Phys. 336, 205 (1910)"


def first_reflection(x: ArrayLike, alpha: float = 1.0) -> FloatArray:
    """Probability that a molecule entering a tube is first reflected diffusely before x.

    Parameters
    ----------
    x : (...) float
        Distance from the end it enters, over the radius.
    alpha : float
        Probability of a diffuse reflection; others are specular.

    Returns
    -------
    (...) float

    Raises
    ------
    ValueError
        If α is out of range.

    Source: Σα(1−α)^{k−1} of what the head of this file says, summed by parts.
    """
    k, weight = _series(alpha)
    s = np.asarray(x, dtype=np.float64)[..., None] / k
    return np.asarray((weight * 2.0 * k * s / (np.sqrt(s**2 + 4.0) + s)).sum(axis=-1))


def first_reflection_moment(x: ArrayLike, alpha: float = 1.0) -> FloatArray:
    """Mean of the place of the first diffuse reflection where that is before x, else of 0.

    Parameters
    ----------
    x : (...) float
        Distance from the end it enters, over the radius.
    alpha : float
        Probability of a diffuse reflection; others are specular.

    Returns
    -------
    (...) float
        In units of the radius.

    Raises
    ------
    ValueError
        If α is out of range.

    Source: ∫₀ˢ s′e(s′)ds′ = s²(w−s+4)/[3(w+s)(w+2)], w = √(s²+4), summed as above.
    """
    k, weight = _series(alpha)
    s = np.asarray(x, dtype=np.float64)[..., None] / k
    w = np.sqrt(s**2 + 4.0)
    first = s**2 * (4.0 / (w + s) + 4.0) / (3.0 * (w + s) * (w + 2.0))
    return np.asarray((weight * 2.0 * k**2 * first).sum(axis=-1))


def maxwell_transmission(length_over_radius: float, alpha: float) -> float:
    """Probability W that a molecule passes a tube whose wall is diffuse with probability α.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most knudsen.MAXIMUM_LENGTH.
    alpha : float
        Probability of a diffuse reflection; others are specular.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If the length or α is out of range.

    Source: Clausing's equation with the kernels Σα(1−α)^{k−1} K(d/k)/k and e(s/k).
    """
    positive(length_over_radius=length_over_radius)
    if length_over_radius > MAXIMUM_LENGTH:
        raise ValueError(
            f"length_over_radius must be at most {MAXIMUM_LENGTH:g}, got {length_over_radius}"
        )
    _series(alpha)
    return _maxwell_transmission(float(length_over_radius), float(alpha))


@lru_cache(maxsize=64)
def _maxwell_transmission(length: float, alpha: float) -> float:
    if alpha == 1.0:
        return transmission_probability(length)
    k, weight = _series(alpha)
    weight = weight / alpha
    edges = np.unique([0.0, *doublings(max(length, 1.5)), length])
    d, d_weight = points(edges)
    wall = (weight / k * tube_wall(d[:, None] / k)).sum(axis=-1)
    end = (weight * tube_end(d[:, None] / k)).sum(axis=-1)
    # Both are smooth on panels that double, as the flux is: one interpolation serves all three.
    flux = solve(length, WallFlux(edges, d, d_weight, wall), WallFlux(edges, d, d_weight, end))
    # Entrants are first reflected at x with the density 2Σα²(1−α)^{k−1} e(x/k).
    entering = (2.0 * alpha * weight * tube_end(flux.x[:, None] / k)).sum(axis=-1)
    straight = 1.0 - float(first_reflection(length, alpha))
    return straight + float(flux.weight @ (entering * flux.mu))


def exponent(T_hot: float, T_cold: float) -> Prediction:
    """Exponent γ = ln(p₁/p₂)/ln(T₁/T₂) of the balance, ½; no claim at equal temperatures.

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
    if T_hot == T_cold:
        return unclaimed("no exponent between equal temperatures")
    return Prediction("γ = ½", 0.5, 0.5, "γ = 0, equal pressures", 0.0, source=_SOURCE)


def net_flux(T_hot: float, T_cold: float, length_over_radius: float, alpha: float) -> Prediction:
    """Flux from the cold to the hot end between gases with p₁/√T₁ = p₂/√T₂: 0.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the two gases.
    length_over_radius : float
        L/R.
    alpha : float
        Probability of a diffuse reflection; others are specular.

    Returns
    -------
    Prediction, in units of the one-way flux ν into the cold end

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Source: M. Knudsen, Ann. Phys. 336, 205 (1910).
    """
    law = balance_net_flux(T_hot, T_cold)
    through = maxwell_transmission(length_over_radius, alpha) * (1.0 - math.sqrt(T_cold / T_hot))
    return replace(law, rival_name="the flux between equal pressures", rival=through)


def energy_flux(
    T_hot: float, T_cold: float, length_over_radius: float, alpha: float, profile: str
) -> Prediction:
    """Energy into the cold opening of a tube through which no molecules flow on average.

    Parameters
    ----------
    T_hot, T_cold : float [K]
        Temperatures T₁, T₂ of the two gases.
    length_over_radius : float
        L/R.
    alpha : float
        Probability of a diffuse reflection; others are specular.
    profile : str
        "linear" for a wall whose temperature rises from T_cold to T_hot, "step" for one with
        T_hot in the hot half and T_cold in the other.

    Returns
    -------
    Prediction, in units of kT_cold per molecule entering the cold opening

    Raises
    ------
    ValueError
        If a parameter is out of range or the profile unknown.

    Source: 2kν{(1−G(L))T₁ + ∫₀ᴸT(x)dG(x) − T₂}, G = ``first_reflection``; the rival takes
    2k(T₁ − T₂) with each of the molecules that pass, as if the wall gave no energy.
    """
    positive(T_hot=T_hot, T_cold=T_cold)
    L = length_over_radius
    if profile == "linear":
        at_wall = first_reflection_moment(L, alpha) / L - first_reflection(L, alpha)
    elif profile == "step":
        at_wall = -first_reflection(L / 2.0, alpha)
    else:
        raise ValueError(f"profile must be linear or step, got {profile!r}")
    difference = 2.0 * (T_hot - T_cold) / T_cold
    law = difference * (1.0 + float(at_wall))
    return Prediction(
        "2kν{F·T₁ + ∫T(x)dG − T₂}",
        law,
        law,
        "2kνW(T₁ − T₂)",
        difference * maxwell_transmission(L, alpha),
        source="2kT of the last diffuse reflection; views of the wall: Clausing (1932)",
    )


def _series(alpha: float) -> tuple[FloatArray, FloatArray]:
    """Return k = 1, 2, … and the weights α²(1−α)^{k−1}, as many as matter."""
    if not MINIMUM_ALPHA <= alpha <= 1.0:
        raise ValueError(f"alpha must be between {MINIMUM_ALPHA:g} and 1, got {alpha}")
    n_terms = 1 if alpha == 1.0 else math.ceil(-40.0 / math.log1p(-alpha))
    k = np.arange(1.0, n_terms + 1.0)
    return k, alpha**2 * (1.0 - alpha) ** (k - 1.0)
