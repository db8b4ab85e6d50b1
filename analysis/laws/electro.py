"""Laws of ions between two baths: Nernst–Planck, Nernst, Ussing, and the chemical potential.

Δφ = φ_right − φ_left, fluxes count positive to the right, SI units throughout.
"""

from __future__ import annotations

from scipy.constants import R, physical_constants

from ..verdict import Prediction
from . import advection
from ._require import positive

F = physical_constants["Faraday constant"][0]

_PLANCK = "M. Planck, Ann. Phys. 275, 161 (1890), for one ion in a uniform field"


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
