"""Laws of hops that prefer directions: the diffusion tensor and the fluxes it gives.

Units are the lattice's: spacing ℓ, step τ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..verdict import Prediction

_ONSAGER = "L. Onsager, Phys. Rev. 37, 405 (1931)"
_CRANK = "J. Crank, The Mathematics of Diffusion (1975), ch. 1.4"


def hop_tensor(steps: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Diffusion tensor D_ij = ½ Σ p_k e_ki e_kj [ℓ²/τ], over all directed hops, without drift.

    Parameters
    ----------
    steps : (n_steps, d) int
        Directed hops e_k [ℓ].
    probabilities : (n_steps,) float
        Probability of each in a step τ.
    """
    e, p = np.asarray(steps, np.float64), np.asarray(probabilities, np.float64)
    return np.asarray(0.5 * np.einsum("k,ki,kj->ij", p, e, e))


def tensor_entry(tensor: ArrayLike, i: int, j: int) -> Prediction:
    """One entry of the tensor; its rival is a scalar diffusivity, the mean of the diagonal."""
    D = np.asarray(tensor, np.float64)
    value = float(D[i, j])
    scalar = float(np.trace(D)) / len(D) if i == j else 0.0
    name = f"D_{'xyz'[i]}{'xyz'[j]} = ½ΣΓe_{'xyz'[i]}e_{'xyz'[j]}"
    return Prediction(
        law_name=f"anisotropic diffusion, {name}",
        law=value,
        expected=value,
        rival_name="scalar D",
        rival=scalar,
        source=_CRANK,
    )


def onsager_difference(tensor: ArrayLike) -> Prediction:
    """D_xy − D_yx, zero where every hop has a reverse of the same rate."""
    off_diagonal = float(np.asarray(tensor)[0, 1])
    return Prediction(
        law_name="Onsager reciprocity, D_xy = D_yx",
        law=0.0,
        expected=0.0,
        rival_name="D_yx = −D_xy, as in a magnetic field",
        rival=2.0 * off_diagonal if off_diagonal != 0.0 else None,
        source=_ONSAGER,
    )


def flux_angle(tensor: ArrayLike) -> Prediction:
    """Angle [°] by which the flux turns from −∇c along x, anticlockwise: atan(D_yx/D_xx)."""
    D = np.asarray(tensor, np.float64)
    angle = math.degrees(math.atan2(D[1, 0], D[0, 0]))
    return Prediction(
        law_name="anisotropic Fick, J = −D·∇c",
        law=angle,
        expected=angle,
        rival_name="scalar D, J along −∇c",
        rival=0.0,
        source=_CRANK,
    )


def smallest_eigenvalue(tensor: ArrayLike) -> Prediction:
    """Smallest principal diffusivity [ℓ²/τ]."""
    D = np.asarray(tensor, np.float64)
    value = float(np.linalg.eigvalsh(D)[0])
    return Prediction(
        law_name="principal axes, smallest eigenvalue of D",
        law=value,
        expected=value,
        rival_name="scalar D",
        rival=float(np.trace(D)) / len(D),
        source=_CRANK,
    )


def lowest_of(D_xx: float, D_yy: float, D_xy: float) -> float:
    """Smallest eigenvalue of a symmetric two-dimensional tensor."""
    return (D_xx + D_yy) / 2.0 - math.hypot((D_xx - D_yy) / 2.0, D_xy)


def directed(rates: Sequence[float]) -> list[float]:
    """Probability of every directed hop, each followed by its reverse."""
    return [rate for rate in rates for _ in (0, 1)]
