"""An ideal Fermi gas of spin ½, at any temperature, that leaks through a small hole.

Energies are kinetic, E = p²/2m. What is asked of a gas of given density is written in ratios of
Fermi–Dirac integrals F_j(η) = ∫₀^∞ xʲ/(e^{x−η} + 1) dx with η = μ/kT: they neither overflow nor
vanish between T = 0 and a classical gas. Source, where none is named: R. K. Pathria and
P. D. Beale, Statistical Mechanics (Elsevier 2011), sections 6.4 (effusion) and 8.1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import hbar, k

from ..verdict import Prediction
from ._require import positive

SPIN_STATES = 2
COLD = 1e-9
"""T/T_F below which all corrections, of the order of its square, are below rounding."""

CLASSICAL_SHARE = 0.05
"""Where classical and exact flux differ by less, the data must exclude the flux at T = 0."""

_PATHRIA = "Pathria and Beale (2011), sections 6.4 and 8.1"
_DEGENERATE = 40.0  # η beyond which e^{−η} is below rounding
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def fermi_integral(j: float, eta: float) -> float:
    """Fermi–Dirac integral F_j(η), times e^{−η} where η is negative.

    The factor keeps ratios of two of them exact in a classical gas.

    Parameters
    ----------
    j : float
        Power in the integrand, a whole or half number from −½ on.
    eta : float
        Chemical potential over kT, η.

    Source: Gauss–Legendre quadrature in √x; for large η the completed part ηʲ⁺¹/(j+1) in closed
    form, and what the rounded edge adds, ∫ [(η+y)ʲ − (η−y)ʲ]/(eʸ+1) dy.
    """
    if eta > _DEGENERATE:
        y, weights = _pieces(_DEGENERATE, 40)
        edge = ((eta + y) ** j - (eta - y) ** j) / (np.exp(y) + 1.0)
        return float(eta ** (j + 1.0) / (j + 1.0) + (weights * edge).sum())
    t, weights = _pieces(math.sqrt(max(eta, 0.0) + 45.0), 40)
    x = t * t
    occupation = 1.0 / (np.exp(x - max(eta, 0.0)) + math.exp(min(eta, 0.0)))
    return float((weights * 2.0 * t ** (2.0 * j + 1.0) * occupation).sum())


def _pieces(end: float, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of n Gauss–Legendre pieces of [0, end]."""
    half = end / (2 * n)
    middles = half * (2 * np.arange(n) + 1)
    nodes = (middles[:, None] + half * _NODES).ravel()
    return nodes, np.tile(half * _WEIGHTS, n)


def fermi_energy(density: float, mass: float) -> float:
    """Fermi energy E_F = (ħ²/2m)(3π²n)^{2/3} [J]; density [1/m³], mass [kg].

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.
    """
    positive(density=density, mass=mass)
    wave = (6.0 * math.pi**2 * density / SPIN_STATES) ** (1.0 / 3.0)
    return float((hbar * wave) * (hbar * wave) / (2.0 * mass))


def degeneracy(T_ratio: float) -> float:
    """Chemical potential over kT at T/T_F, from ⅔(T_F/T)^{3/2} = F_½(η).

    Parameters
    ----------
    T_ratio : float
        Temperature over the Fermi temperature.

    Raises
    ------
    ValueError
        If it is not positive and finite.
    """
    positive(T_ratio=T_ratio)
    if T_ratio < COLD:
        return 1.0 / T_ratio
    target = math.log(2.0 / 3.0) - 1.5 * math.log(T_ratio)
    # The classical value is below the root of a concave function: Newton rises to it.
    eta = target - math.lgamma(1.5)
    for _ in range(100):
        value = fermi_integral(0.5, eta)
        slope = 0.5 * fermi_integral(-0.5, eta)  # dF_½/dη = ½F_{−½}
        step = (target - math.log(value) - min(eta, 0.0)) * value / slope
        eta += step
        if abs(step) <= 1e-15 * max(abs(eta), 1.0):
            break
    return eta


def chemical_potential(density: float, mass: float, T: float) -> float:
    """Chemical potential [J] of n fermions per volume; at T = 0 the Fermi energy.

    Parameters
    ----------
    density, mass, T : float [1/m³, kg, K]
        Of the gas; T may be 0.

    Raises
    ------
    ValueError
        If density or mass is not positive, or T negative.
    """
    ratio = temperature_ratio(density, mass, T)
    E_F = fermi_energy(density, mass)
    return E_F if ratio < COLD else degeneracy(ratio) * k * T


def temperature_ratio(density: float, mass: float, T: float) -> float:
    """Temperature over the Fermi temperature, kT/E_F; parameters as ``chemical_potential``."""
    if not 0.0 <= T < math.inf:
        raise ValueError(f"T must be at least 0 and finite, got {T}")
    return k * T / fermi_energy(density, mass)


def reduced_flux(T_ratio: float) -> float:
    """One-way flux over n v_F, a function of T/T_F alone: 3/16 at 0."""
    if T_ratio < COLD:
        return 3.0 / 16.0
    eta = degeneracy(T_ratio)
    return 0.25 * math.sqrt(T_ratio) * fermi_integral(1.0, eta) / fermi_integral(0.5, eta)


def reduced_energy(T_ratio: float, power: float = 1.0) -> float:
    """Mean energy over E_F of those that cross (power 1) or of those present (½)."""
    if T_ratio < COLD:
        return (power + 1.0) / (power + 2.0)
    eta = degeneracy(T_ratio)
    return T_ratio * fermi_integral(power + 1.0, eta) / fermi_integral(power, eta)


def classical_flux(T_ratio: float) -> float:
    """One-way flux over n v_F of a classical gas, v̄/4v_F = √(T/πT_F)/2."""
    return 0.5 * math.sqrt(T_ratio / math.pi)


def effusion_flux(density: float, mass: float, T: float) -> Prediction:
    """One-way flux [1/(m² s)], (gm/4π²ħ³)∫E f(E)dE: (3/16)nv_F at T = 0, nv̄/4 when hot.

    Parameters
    ----------
    density, mass, T : float [1/m³, kg, K]
        Of the gas; T may be 0.

    Raises
    ------
    ValueError
        If density or mass is not positive, or T negative.
    """
    ratio = temperature_ratio(density, mass, T)
    unit = density * math.sqrt(2.0 * fermi_energy(density, mass) / mass)
    law = reduced_flux(ratio)
    name = "(gm/4π²ħ³)∫E f(E)dE" + (", (3/16)nv_F at T = 0" if ratio < COLD else "")
    rival_name, rival = "nv_F/4, all at the Fermi speed", 0.25
    if ratio >= COLD:
        rival_name, rival = "nv̄/4, a classical gas", classical_flux(ratio)
        if abs(rival - law) < CLASSICAL_SHARE * law:
            rival_name, rival = "(3/16)nv_F, as at T = 0", 3.0 / 16.0
    return Prediction(name, law * unit, law * unit, rival_name, rival * unit, source=_PATHRIA)


def effusing_energy(density: float, mass: float, T: float) -> Prediction:
    """Mean energy [J] of those that cross, kT·F₂/F₁: ⅔E_F at T = 0, 2kT when hot.

    Parameters and errors are those of ``effusion_flux``.
    """
    ratio = temperature_ratio(density, mass, T)
    E_F = fermi_energy(density, mass)
    law, rival = reduced_energy(ratio) * E_F, reduced_energy(ratio, 0.5) * E_F
    name = "⅔E_F" if ratio < COLD else "∫E²f dE/∫E f dE"
    return Prediction(name, law, law, "that of the particles present", rival, source=_PATHRIA)


def energy_density(energy: ArrayLike, mu: float, kT: float, power: float) -> NDArray[np.float64]:
    """Density ∝ E^power/(exp((E − μ)/kT) + 1), not normalised.

    Parameters
    ----------
    energy : (...) float
        Energies, not negative; ``mu`` and ``kT`` > 0 in the same unit.
    power : float
        ½ of those present, 1 of those that cross.
    """
    E = np.asarray(energy, dtype=np.float64)
    y = np.minimum((E - mu) / kT, 700.0)
    return np.asarray(E**power / (np.exp(y) + 1.0), dtype=np.float64)
