"""Diffusion of molecules that only ever meet a diffuse wall: in a tube, and between two plates.

A wall that re-emits by the cosine law forgets the velocity along it. So velocities are correlated
up to the first hit only, and of the mean square displacement ⟨x²⟩ = 2∫₀ᵗ(t−s)C(s)ds nothing
else has to be known: C(s) is kT/m times the probability that a molecule of a uniform gas has
met no wall within s. A wall that leaves every molecule its speed gives the same.
"""

from __future__ import annotations

import math

import numpy as np

from ..verdict import Prediction
from ._require import positive
from .kinetic import mean_speed
from .knudsen import transmission_probability

_NODE, _WEIGHT = np.polynomial.legendre.leggauss(48)


def knudsen_diffusivity(radius: float, T: float, m: float) -> float:
    """Diffusivity of a long tube, D_K = (2/3)Rv̄.

    Parameters
    ----------
    radius : float [m]
        Radius R of the tube.
    T : float [K]
        Temperature.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    float [m²/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: M. Knudsen, Ann. Phys. 333, 75 (1909).
    """
    positive(radius=radius)
    return 2.0 / 3.0 * radius * mean_speed(T, m)


def tube_displacement(t: float) -> float:
    """Mean square displacement along an endless tube over 2t.

    Parameters
    ----------
    t : float
        Time in units of R√(m/kT).

    Returns
    -------
    float
        In units of R√(kT/m): t/2 at first, (2/3)√(8/π) in the end.

    Raises
    ------
    ValueError
        If the time is not positive and finite.

    Source: ∫₀ᵗ(1−s/t)C(s)ds with C(s) = (kT/m)∫ u e^{−u²/2} O(us) du over the speed u across the
    tube, where O(d) = (2/π)[arccos p − p√(1−p²)], p = d/2R, is the share of a disc that still
    lies in it once shifted by d. Over s the integral is elementary; so it is over u beyond 2/t,
    where every molecule has met the wall.
    """
    from scipy.special import exp1

    positive(t=t)
    hit = 8.0 / (3.0 * math.pi) * math.sqrt(math.pi / 2.0) * math.erfc(math.sqrt(2.0) / t)
    hit -= float(exp1(2.0 / (t * t))) / (4.0 * t)
    # Slower ones: ut/2 = sin φ, up to the speed that nobody has.
    end = math.asin(min(1.0, 4.5 * t))
    phi = end / 2.0 * (1.0 + _NODE)
    q, r = np.sin(phi), np.cos(phi)
    arc = math.pi / 2.0 - phi
    seen = 4.0 / math.pi * (q * arc - r + r**3 / 3.0 + 2.0 / 3.0)
    late = 8.0 / math.pi * (q * q * arc / 2.0 + phi / 8.0 - q * r / 8.0 - q**3 * r / 4.0)
    slow = np.exp(-2.0 * (q / t) ** 2) * (seen - late / (2.0 * q)) * 2.0 / t * r
    return hit + float(end / 2.0 * _WEIGHT @ slow)


def slit_displacement(t: float) -> float:
    """Mean square displacement along one axis of an endless slit, over t.

    Parameters
    ----------
    t : float
        Time in units of h√(m/2kT), h the gap.

    Returns
    -------
    float
        In units of h√(2kT/m): t/2 at first, and ln(t)/√π more and more.

    Raises
    ------
    ValueError
        If the time is not positive and finite.

    Source: 2∫₀ᵗ(1−s/t)C(s)ds with C(s) = (kT/m)∫ (2/√π)e^{−w²}(1−ws) dw over the speeds w < 1/s
    across the gap, both integrals elementary (E₁ is the exponential integral).
    """
    from scipy.special import exp1

    positive(t=t)
    a = 1.0 / t
    flying = t * math.sqrt(math.pi) / 4.0 * math.erf(a) + t * t / 12.0 * math.expm1(-a * a)
    hit = float(exp1(a * a)) / 4.0
    hit -= (math.exp(-a * a) - a * math.sqrt(math.pi) * math.erfc(a)) / 6.0
    return 2.0 / math.sqrt(math.pi) * (flying + hit)


def flux_diffusivity(radius: float, length_over_radius: float, T: float, m: float) -> Prediction:
    """Diffusivity from the flux through a tube between two gases, D_K but for its ends.

    Parameters
    ----------
    radius : float [m]
        Radius R of the tube.
    length_over_radius : float
        L/R.
    T : float [K]
        Temperature.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    Prediction [m²/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite, or the tube too long.

    Source: D = J L/Δn and J = W Δn v̄/4, W Clausing's transmission. The rival's walk of equal
    steps ℓ has ℓv̄/6, half of what steps of scattered length with the same mean give; ℓ is the
    mean chord 4V/A = 2R.
    """
    length = radius * length_over_radius
    expected = transmission_probability(length_over_radius) * mean_speed(T, m) * length / 4.0
    return _diffusivity(knudsen_diffusivity(radius, T, m), expected)


def displacement_diffusivity(radius: float, t: float, T: float, m: float) -> Prediction:
    """Diffusivity from displacements ⟨x²⟩/2t along an endless tube, D_K once t is long.

    Parameters
    ----------
    radius : float [m]
        Radius R of the tube.
    t : float
        Time in units of R√(m/kT).
    T : float [K]
        Temperature.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    Prediction [m²/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: as for ``tube_displacement``; the rival is that of ``flux_diffusivity``.
    """
    D = knudsen_diffusivity(radius, T, m)
    return _diffusivity(D, D * tube_displacement(t) / (2.0 / 3.0 * math.sqrt(8.0 / math.pi)))


def slit_growth(gap: float, t_1: float, t_2: float, T: float, m: float) -> Prediction:
    """Growth of ⟨x²⟩/t per ln t between two plates: hv̄/2, so that nothing diffuses.

    Parameters
    ----------
    gap : float [m]
        Distance h of the plates.
    t_1, t_2 : float
        Times between which it grows, in units of h/v̄.
    T : float [K]
        Temperature.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    Prediction [m²/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite, or t_1 not below t_2.

    Source: as for ``slit_displacement``; d(⟨x²⟩/t)/d ln t = (2/t)∫₀ᵗ s C(s) ds → hv̄/2, because
    C(s) → (kT/m)(h/s)√(m/2πkT): flights of length ξ are as frequent as ξ⁻³.
    """
    positive(gap=gap, t_1=t_1)
    if not t_1 < t_2 < math.inf:
        raise ValueError(f"t_2 must be above t_1 and finite, got {t_2} for {t_1}")
    law = gap * mean_speed(T, m) / 2.0
    in_own_units = math.sqrt(math.pi) / 2.0  # v̄ = (2/√π)√(2kT/m)
    rise = slit_displacement(t_2 * in_own_units) - slit_displacement(t_1 * in_own_units)
    return Prediction(
        "logarithmic growth hv̄/2",
        law,
        law * rise * math.sqrt(math.pi) / math.log(t_2 / t_1),
        "Fick: ⟨x²⟩ ∝ t",
        0.0,
        source="velocity correlation up to the first hit: flights are as frequent as ξ⁻³",
    )


def _diffusivity(law: float, expected: float) -> Prediction:
    return Prediction(
        "Knudsen's D = ⅔Rv̄",
        law,
        expected,
        "equal steps of the mean chord",
        expected / 2.0,
        source="M. Knudsen, Ann. Phys. 333, 75 (1909)",
    )
