"""Laws of hopping: drift, diffusivity and steady fluxes of independent walkers on a lattice.

Units are the lattice's: spacing ℓ, step τ; concentrations in walkers per site.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..verdict import Prediction

_FICK = "A. Fick, Ann. Phys. 170, 59 (1855)"
_CHANDRASEKHAR = "S. Chandrasekhar, Rev. Mod. Phys. 15, 1 (1943), ch. I"


def hop_diffusivity(dimension: int, stay: float = 0.0, bias: float = 0.0) -> float:
    """Diffusivity [ℓ²/τ] of a walk about its drift, [(1 − s) − b²]/2d.

    Parameters
    ----------
    dimension : int
        Number of axes d.
    stay : float
        Probability s of not hopping in a step.
    bias : float
        Drift b = p₊ − p₋ along x, in ℓ/τ.
    """
    return ((1.0 - stay) - bias**2) / (2.0 * dimension)


def diffusivity(dimension: int, stay: float, bias: float) -> Prediction:
    """Diffusivity [ℓ²/τ] of a lattice walk, from displacements or velocities."""
    D = hop_diffusivity(dimension, stay, bias)
    return Prediction(
        law_name="random walk, D = (⟨δ²⟩/τ − v²τ)/2d",
        law=D,
        expected=D,
        rival_name="mean-free-path estimate ℓv/d without its ½",
        rival=2.0 * D,
        source=_CHANDRASEKHAR,
    )


def drift(bias: float) -> Prediction:
    """Mean velocity [ℓ/τ] of a biased walk."""
    return Prediction(
        law_name="drift, v = (p₊ − p₋)ℓ/τ",
        law=bias,
        expected=bias,
        rival_name="no drift",
        rival=0.0,
        source=_CHANDRASEKHAR,
    )


def kurtosis(dimension: int, stay: float, bias: float, n_steps: int) -> Prediction:
    """Kurtosis ⟨r⁴⟩/⟨r²⟩² − (1 + 2/d) of the displacement about the drift after n steps.

    The central limit theorem gives the law; the moments of a sum of independent steps give
    the expected value at n: E r⁴ = n E δ⁴ + n(n − 1)[(tr C)² + 2 tr C²], C the covariance of
    one step δ.
    """
    along = (1.0 - stay) / dimension
    variance = np.full(dimension, along)
    variance[0] -= bias**2
    trace = variance.sum()
    gaussian = 1.0 + 2.0 * (variance**2).sum() / trace**2
    p_plus, p_minus = (along + bias) / 2.0, (along - bias) / 2.0
    fourth = (
        p_plus * (1.0 - bias) ** 4
        + p_minus * (1.0 + bias) ** 4
        + (dimension - 1) * along * (1.0 + bias**2) ** 2
        + stay * bias**4
    )
    isotropic = 1.0 + 2.0 / dimension
    return Prediction(
        law_name="central limit theorem, Gaussian displacements",
        law=float(gaussian - isotropic),
        expected=float(gaussian + (fourth / trace**2 - gaussian) / n_steps - isotropic),
        rival_name="all walkers at one distance",
        rival=-2.0 / dimension,
        source=_CHANDRASEKHAR,
    )


def slab_flux(c_left: float, c_right: float, n_sites: int) -> Prediction:
    """Steady flux [1/τ] through a slab of unbiased hoppers between two reservoirs.

    The reservoirs stand on sites 0 and N + 1, a distance L = (N + 1)ℓ apart, and D = ℓ²/2τ.
    """
    D = hop_diffusivity(1)
    flux = D * (c_left - c_right) / (n_sites + 1)
    return Prediction(
        law_name="Fick's first law, J = D(c₀ − c_L)/L",
        law=flux,
        expected=flux,
        rival_name="J independent of L, as at twice the thickness",
        rival=flux / 2.0,
        source=_FICK,
    )


def slab_profile(c_left: float, c_right: float, n_sites: int) -> NDArray[np.float64]:
    """Steady concentration on sites 1 … N between the reservoirs on 0 and N + 1: linear."""
    sites = np.arange(1, n_sites + 1)
    return c_left + (c_right - c_left) * sites / (n_sites + 1)


def bond_flux(
    concentration: float, source: float, n_sites: int, direction: str = "forward"
) -> Prediction:
    """One-way crossings [1/τ] of a bond inside the slab, Dc/ℓ on the side they come from.

    There is no continuum limit: a crossing is a hop, not a passage from one end to the other.
    The rival is that other meaning of "one-way flux", the walkers of one reservoir that reach
    the other one.

    Parameters
    ----------
    concentration : float
        Walkers per site on the side the hops come from.
    source : float
        Concentration of the reservoir on that side.
    n_sites : int
        Sites of the slab.
    direction : str
        Word for the law's name.
    """
    D = hop_diffusivity(1)
    return Prediction(
        law_name=f"{direction} hops over a bond, Dc/ℓ",
        law=D * concentration,
        expected=D * concentration,
        rival_name="labelled flux from the reservoir on that side, Dc/L",
        rival=D * source / (n_sites + 1),
        source=_CHANDRASEKHAR,
    )


def slab_diffusivity() -> Prediction:
    """Diffusivity [ℓ²/τ] from the steady flux over the slope of the profile, ℓ²/2τ."""
    D = hop_diffusivity(1)
    return Prediction(
        law_name="Fick's first law, D = −J/(dc/dx)",
        law=D,
        expected=D,
        rival_name="mean-free-path estimate ℓv/d without its ½",
        rival=2.0 * D,
        source=_FICK,
    )


def profile_midpoint(c_left: float, c_right: float) -> Prediction:
    """Concentration in the middle of the slab, in walkers per site."""
    middle = (c_left + c_right) / 2.0
    return Prediction(
        law_name="Laplace's equation, c linear in x",
        law=middle,
        expected=middle,
        rival_name="ln c linear in x",
        rival=float(np.sqrt(c_left * c_right)),
        source=_FICK,
    )
