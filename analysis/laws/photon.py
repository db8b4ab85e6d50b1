"""Thermal radiation that leaves a cavity through a small hole, photon by photon."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import c, h, k, sigma

from ..verdict import Prediction
from ._require import positive

ZETA_3 = 1.2020569031595942
"""Riemann's ζ(3) = Σ n⁻³."""

_PATHRIA = "R. K. Pathria and P. D. Beale, Statistical Mechanics (Elsevier 2011), section 7.3"
_WIEN = "W. Wien, Ann. Phys. 294, 662 (1896)"


def photon_density(T: float) -> float:
    """Photons per volume [1/m³] of radiation at T [K], 16πζ(3)(kT/hc)³.

    Raises
    ------
    ValueError
        If T is not positive and finite.
    """
    positive(T=T)
    wave = k * T / (h * c)
    return 16.0 * math.pi * ZETA_3 * wave * wave * wave


def photon_flux(T: float) -> Prediction:
    """Photons per area and time [1/(m² s)] that leave a cavity at T [K], nc/4.

    Raises
    ------
    ValueError
        If T is not positive and finite.
    """
    flux = photon_density(T) * c / 4.0
    return Prediction(
        "photon flux nc/4", flux, flux, "nc/2, half of them at full speed", 2.0 * flux,
        source=_PATHRIA,
    )  # fmt: skip


def energy_flux(T: float) -> Prediction:
    """Energy per area and time [W/m²] that leaves a cavity at T [K], σT⁴.

    Raises
    ------
    ValueError
        If T is not positive and finite.
    """
    positive(T=T)
    flux = sigma * T * T * T * T
    return Prediction(
        "Stefan–Boltzmann, σT⁴",
        flux,
        flux,
        "Wien's law, (90/π⁴)σT⁴",
        90.0 / math.pi**4 * flux,
        source=f"{_PATHRIA}; rival: {_WIEN}",
    )


def energy_density(x: ArrayLike) -> NDArray[np.float64]:
    """Probability density x²/(2ζ(3)(eˣ − 1)) of E/kT, of photons present or crossing.

    Parameters
    ----------
    x : (...) float
        Energies over kT, positive.

    Source: M. Planck, Verh. Dtsch. Phys. Ges. 2, 237 (1900): all photons are equally fast, so
    that those that cross have the energies of those present.
    """
    energy = np.asarray(x, dtype=np.float64)
    return np.asarray(energy**2 / (2.0 * ZETA_3 * np.expm1(energy)), dtype=np.float64)


def wien_density(x: ArrayLike) -> NDArray[np.float64]:
    """Density of the same number of photons by Wien's law, x²e⁻ˣ/2ζ(3); it integrates to 0.83."""
    energy = np.asarray(x, dtype=np.float64)
    return np.asarray(energy**2 * np.exp(-energy) / (2.0 * ZETA_3), dtype=np.float64)
