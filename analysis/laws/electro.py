"""Laws of ions between two baths: Nernst–Planck, Nernst, Ussing, and the chemical potential.

Δφ = φ_right − φ_left, fluxes count positive to the right, SI units throughout.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import R, physical_constants

from ..verdict import Prediction
from . import advection
from ._require import positive

F = physical_constants["Faraday constant"][0]

_PLANCK = "M. Planck, Ann. Phys. 275, 161 (1890), for one ion in a uniform field"
_NERNST = "W. Nernst, Z. Phys. Chem. 4, 129 (1889)"


def energy_rise(z: int, delta_phi: float, T: float) -> float:
    """Rise of an ion's energy from left to right over RT, zFΔφ/RT.

    Parameters
    ----------
    z : int
        Charge number.
    delta_phi : float [V]
        Potential on the right less that on the left.
    T : float [K]
        Temperature.

    Raises
    ------
    ValueError
        For a temperature that is not positive.
    """
    positive(T=T)
    return z * F * delta_phi / (R * T)


def nernst_planck_flux(
    c_left: float, c_right: float, rise: float, D: float, thickness: float
) -> Prediction:
    """Steady flux [mol/(m² s)] of ions through a layer with a uniform field.

    J = (D/L)U(c₀ − c_L e^U)/(e^U − 1), U = zFΔφ/RT; exact for Scharfetter–Gummel hops.

    Parameters
    ----------
    c_left, c_right : float [mol/m³]
        Concentrations of the baths.
    rise : float
        U, from ``energy_rise``.
    D : float [m²/s]
        Diffusivity.
    thickness : float [m]
        L, from bath to bath.
    """
    positive(D=D, thickness=thickness)
    flux = D / thickness * advection.steady_flux(c_left, c_right, rise)
    return Prediction(
        law_name="Nernst–Planck, J = −D(∇c + c zF∇φ/RT)",
        law=flux,
        expected=flux,
        rival_name="Fick's law alone, J = −D∇c",
        rival=D / thickness * (c_left - c_right),
        source=_PLANCK,
    )


def drift_part(
    c_left: float, c_right: float, rise: float, D: float, thickness: float, n_sites: int
) -> Prediction:
    """Flux [mol/(m² s)] that the field drives in the middle, −(D/L)Uc.

    ``n_sites`` N: c is the mean over the two middle sites where N is even; the rest as for
    ``nernst_planck_flux``.
    """
    per = D / thickness
    return Prediction(
        law_name="migration, −(zFD/RT)c∇φ in the middle",
        law=per * advection.middle_parts(c_left, c_right, rise)[0],
        expected=per * advection.middle_parts(c_left, c_right, rise, n_sites)[0],
        rival_name="Fick's law alone, nothing drifts",
        rival=0.0,
        source=_PLANCK,
    )


def diffusion_part(
    c_left: float, c_right: float, rise: float, D: float, thickness: float, n_sites: int
) -> Prediction:
    """Flux [mol/(m² s)] that the gradient drives in the middle; parameters of ``drift_part``."""
    per = D / thickness
    return Prediction(
        law_name="diffusion, −D∇c in the middle",
        law=per * advection.middle_parts(c_left, c_right, rise)[1],
        expected=per * advection.middle_parts(c_left, c_right, rise, n_sites)[1],
        rival_name="Fick's law alone, c linear in x",
        rival=per * (c_left - c_right),
        source=_PLANCK,
    )


def current_density(
    z: int, c_left: float, c_right: float, rise: float, D: float, thickness: float
) -> Prediction:
    """Electric current density [A/m²] of the ions; parameters of ``nernst_planck_flux``."""
    flux = nernst_planck_flux(c_left, c_right, rise, D, thickness)
    current = z * F * flux.law
    assert flux.rival is not None
    return Prediction(
        law_name="Faraday, zF times Nernst and Planck's flux" if z else "no charge, no current",
        law=current,
        expected=current,
        rival_name="zF times Fick's flux",
        rival=z * F * flux.rival,
        source=_PLANCK,
    )


def nernst_voltage(z: int, c_left: float, c_right: float, T: float) -> float:
    """Δφ [V] at which ions of charge z ≠ 0 are in equilibrium, (RT/zF) ln(c_left/c_right)."""
    return thermal_voltage(z, T) * math.log(c_left / c_right)


def thermal_voltage(z: int, T: float) -> float:
    """RT/zF [V].

    Raises
    ------
    ValueError
        For ions without charge, or a temperature that is not positive.
    """
    positive(T=T)
    if z == 0:
        raise ValueError("z must not be 0: no potential holds molecules without charge")
    return R * T / (z * F)


def nernst_potential(z: int, c_left: float, c_right: float, T: float) -> Prediction:
    """Δφ [V] at which ions stop to flow on the whole.

    One-way fluxes at any Δφ tell it: Δφ + (RT/zF) ln(J→/J←).
    """
    law = nernst_voltage(z, c_left, c_right, T)
    return Prediction(
        law_name="Nernst, Δφ = (RT/zF) ln(c_left/c_right)",
        law=law,
        expected=law,
        rival_name="flux down the concentration gradient, whatever Δφ",
        rival=0.0,
        source=_NERNST,
    )


def net_flux(c_left: float, c_right: float, rise: float) -> Prediction:
    """Net flux over D/L [mol/m³] at a rise zFΔφ/RT; none at Nernst's Δφ."""
    law = advection.steady_flux(c_left, c_right, rise)
    if abs(law) < 1e-13 * advection.largest_passage(c_left, c_right, rise):
        law = 0.0  # nothing but rounding is left
    return Prediction(
        law_name="detailed balance at Nernst's Δφ, Nernst–Planck elsewhere",
        law=law,
        expected=law,
        rival_name="flux down the concentration gradient, D(c₀ − c_L)/L",
        rival=c_left - c_right,
        source=_NERNST,
    )


def flux_ratio(c_left: float, c_right: float, rise: float) -> Prediction:
    """Ratio J→/J← of the passages of labelled ions, at a rise zFΔφ/RT."""
    ratio = c_left / c_right * math.exp(-rise)
    return Prediction(
        law_name="Ussing, J→/J← = (c₀/c_L)e^(−zFΔφ/RT)",
        law=ratio,
        expected=ratio,
        rival_name="flux down the concentration gradient, c₀/c_L",
        rival=c_left / c_right,
        source="H. H. Ussing, Acta Physiol. Scand. 19, 43 (1949), eq. 6",
    )


def boltzmann_profile(c_left: float, c_right: float, rise: float, n_sites: int) -> Prediction:
    """Mean over the layer of c over Boltzmann's c₀e^(−zFφ/RT): 1 where nothing flows.

    Elsewhere c e^(Ux) = c₀ − (J/D)∫e^(Ux)dx, of which the mean is 1 − (JL/Dc₀)(e^U − 1 − U)/U².
    """
    flowing = advection.steady_flux(c_left, c_right, rise) / c_left
    if abs(rise) < 1e-4:
        lost = 0.5 + rise / 6.0  # the next term, U²/24, is beyond all digits of the small JL/Dc₀
    else:
        lost = (math.expm1(rise) - rise) / rise**2
    return Prediction(
        law_name="Boltzmann, c = c₀e^(−zFφ/RT), where nothing flows",
        law=1.0 - flowing * lost,
        expected=boltzmann_mean(
            advection.sites_profile(c_left, c_right, rise, n_sites), c_left, rise
        ),
        rival_name="c linear in x",
        rival=boltzmann_mean(advection.sites_profile(c_left, c_right, 0.0, n_sites), c_left, rise),
        source="L. Boltzmann, Wien. Ber. 58, 517 (1868)",
    )


def boltzmann_mean(profile: ArrayLike, c_left: float, rise: float) -> Any:
    """Mean over sites 1 … N of c over c₀e^(−u), u rising evenly between the ghost sites.

    Parameters
    ----------
    profile : (..., n_sites) float
        Concentrations.
    c_left : float
        c₀, on the ghost site 0.
    rise : float
        Rise of u from ghost site 0 to ghost site N + 1.
    """
    c = np.asarray(profile, dtype=np.float64)
    n_sites = c.shape[-1]
    energies = rise * np.arange(1, n_sites + 1) / (n_sites + 1)
    mean = (c * np.exp(energies)).mean(axis=-1) / c_left
    return float(mean) if mean.ndim == 0 else mean
