"""Laws of a reversible first-order reaction A ⇌ B: rates, their ratio and the equilibrium."""

from __future__ import annotations

import math

from scipy.constants import R

from ..verdict import Prediction

_BEARD_QIAN = "D. A. Beard and H. Qian, PLoS ONE 2, e144 (2007), eq. 2"
_GULDBERG = "C. M. Guldberg and P. Waage, Études sur les affinités chimiques (1867)"


def reaction_energy(k_forward: float, k_reverse: float, c_A: float, c_B: float, T: float) -> float:
    """ΔG of A → B [J/mol], ΔG⁰ + RT ln(c_B/c_A) with ΔG⁰ = −RT ln(k_f/k_r)."""
    return R * T * (math.log(c_B / c_A) - math.log(k_forward / k_reverse))


def forward_rate(k_forward: float, k_reverse: float, c_A: float, c_B: float) -> Prediction:
    """One-way rate of A → B, k_f c_A."""
    rate = k_forward * c_A
    return Prediction(
        law_name="mass action, v_f = k_f c_A",
        law=rate,
        expected=rate,
        rival_name="the net rate, as if nothing came back",
        rival=rate - k_reverse * c_B,
        source=_GULDBERG,
    )


def net_rate(k_forward: float, k_reverse: float, c_A: float, c_B: float) -> Prediction:
    """Net rate of A → B, k_f c_A − k_r c_B."""
    rate = k_forward * c_A
    net = rate - k_reverse * c_B
    return Prediction(
        law_name="mass action, v = k_f c_A − k_r c_B",
        law=net,
        expected=net,
        rival_name="the forward rate alone",
        rival=rate,
        source=_GULDBERG,
    )


def reverse_over_forward(
    k_forward: float, k_reverse: float, c_A: float, c_B: float, T: float
) -> Prediction:
    """Ratio of the one-way rates, v_r/v_f = e^(ΔG/RT)."""
    ratio = math.exp(reaction_energy(k_forward, k_reverse, c_A, c_B, T) / (R * T))
    return Prediction(
        law_name="flux–force relation, v_r/v_f = e^(ΔG/RT)",
        law=ratio,
        expected=ratio,
        rival_name="ΔG without its standard part, c_B/c_A",
        rival=c_B / c_A,
        source=_BEARD_QIAN,
    )


def equilibrium_constant(k_forward: float, k_reverse: float) -> Prediction:
    """Ratio c_B/c_A in equilibrium, K = k_f/k_r."""
    K = k_forward / k_reverse
    return Prediction(
        law_name="detailed balance, K = k_f/k_r",
        law=K,
        expected=K,
        rival_name="equal shares",
        rival=1.0,
        source=_GULDBERG,
    )
