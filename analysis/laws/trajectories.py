"""Laws of recorded trajectories: what walkers that diffuse must show, axis by axis."""

from __future__ import annotations

import math

from ..verdict import Prediction, unclaimed

_NONE = "no law claimed"
_EINSTEIN = "A. Einstein, Ann. Phys. 322, 549 (1905)"
_KUBO = "R. Kubo, J. Phys. Soc. Jpn. 12, 570 (1957)"
_CHANDRASEKHAR = "S. Chandrasekhar, Rev. Mod. Phys. 15, 1 (1943), ch. I"


def along(D: float) -> Prediction:
    """Diffusivity along an axis; NaN: none is claimed."""
    if math.isnan(D):
        return unclaimed(_NONE)
    return Prediction(
        law_name="Einstein, ⟨δ²⟩ = 2Dt",
        law=D,
        expected=D,
        rival_name="mean-free-path estimate ℓv/d without its ½",
        rival=2.0 * D,
        source=_EINSTEIN,
    )


def across(D_first: float, D_second: float) -> Prediction:
    """Off-diagonal entry of the diffusion tensor of axes that do not know each other."""
    if math.isnan(D_first * D_second):
        return unclaimed(_NONE)
    return Prediction(
        law_name="independent axes, ⟨δ_i δ_j⟩ = 0",
        law=0.0,
        expected=0.0,
        rival_name="axes that move together",
        rival=math.sqrt(D_first * D_second),
        source=_EINSTEIN,
    )


def drift(velocity: float) -> Prediction:
    """Mean velocity along an axis; NaN: none is claimed."""
    if math.isnan(velocity):
        return unclaimed(_NONE)
    return Prediction(
        law_name="drift, v = ⟨Δ⟩/dt",
        law=velocity,
        expected=velocity,
        rival_name="no drift",
        rival=0.0,
        source=_CHANDRASEKHAR,
    )


def exponent() -> Prediction:
    """Exponent α of the mean square displacement, ψ(t) ∝ t^α, localisation errors set aside."""
    return Prediction(
        law_name="diffusion, ⟨X²⟩ ∝ t",
        law=1.0,
        expected=1.0,
        rival_name="walkers in single file, ⟨X²⟩ ∝ √t",
        rival=0.5,
        source=_EINSTEIN,
    )


def green_kubo_minus_einstein(D: float, noise: float = 0.0) -> Prediction:
    """Green–Kubo diffusivity from two lags of the velocity, less the slope of ψ at later lags.

    Parameters
    ----------
    D : float
        Mean diffusivity along an axis, NaN where none is claimed: there is no rival then.
    noise : float
        Variance of the localisation error over dt.
    """
    return Prediction(
        law_name="Green–Kubo = Einstein",
        law=0.0,
        expected=0.0,
        rival_name="Green–Kubo sum without the ½ of discrete time",
        rival=None if math.isnan(D) else D + noise,
        source=_KUBO,
    )
