"""Laws of carried diffusion: steady flux and profile between two reservoirs in a uniform drift.

``rise`` is what drift and diffusion contend with: the rise of a walker's energy over kT from the
left reservoir to the right one, in a flow −Pe = −vL/D, in an electric field zFΔφ/RT.
Fluxes are in units of D/L times a concentration unless they say otherwise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..verdict import Prediction

LATTICE_D = 0.5
"""Diffusivity [ℓ²/τ] of hoppers on a lattice, τ being ℓ²/2D."""

_BIRD = "R. B. Bird, W. E. Stewart and E. N. Lightfoot, Transport Phenomena (1960), eq. 18.5-6"
_SCHARFETTER = "D. L. Scharfetter and H. K. Gummel, IEEE Trans. Electron Devices 16, 64 (1969)"


def bernoulli(x: float) -> float:
    """Bernoulli function x/(eˣ − 1), 1 at 0."""
    if abs(x) < 1e-12:
        return 1.0 - x / 2.0
    return x / math.expm1(x) if x < 0.0 else x * math.exp(-x) / -math.expm1(-x)


def one_way_fluxes(c_left: float, c_right: float, rise: float) -> tuple[float, float]:
    """Passages from the left reservoir into the right one, and back, over D/L.

    Their difference is the steady flux, J = (D/L)·rise·(c₀ − c_L e^rise)/(e^rise − 1).
    Scharfetter–Gummel hops give the same at any spacing.
    """
    return c_left * bernoulli(rise), c_right * bernoulli(-rise)


def largest_passage(c_left: float, c_right: float, rise: float) -> float:
    """Larger of the two one-way fluxes over D/L: the natural scale of a flux that may vanish."""
    return max(one_way_fluxes(c_left, c_right, rise))


def steady_flux(c_left: float, c_right: float, rise: float) -> float:
    """Net flux to the right over D/L."""
    rightward, leftward = one_way_fluxes(c_left, c_right, rise)
    return rightward - leftward


def profile(c_left: float, c_right: float, rise: float, x: ArrayLike) -> NDArray[np.float64]:
    """Steady concentration at x, a fraction of the way from the left reservoir to the right one.

    c₀ + (c_L − c₀)(e^(Pe x) − 1)/(e^Pe − 1) with Pe = −rise; Scharfetter–Gummel hops give the
    same on every site.
    """
    fraction = np.asarray(x, dtype=np.float64)
    peclet = -rise
    if abs(peclet) < 1e-12:
        share = fraction
    elif peclet < 0.0:
        share = np.expm1(peclet * fraction) / math.expm1(peclet)
    else:
        falling = np.exp(-peclet * (1.0 - fraction))
        share = falling * np.expm1(-peclet * fraction) / math.expm1(-peclet)
    return c_left + (c_right - c_left) * share


def sites_profile(c_left: float, c_right: float, rise: float, n_sites: int) -> NDArray[np.float64]:
    """Steady concentration on sites 1 … N between reservoirs on 0 and N + 1."""
    return profile(c_left, c_right, rise, np.arange(1, n_sites + 1) / (n_sites + 1))


def middle_of(values: ArrayLike) -> NDArray[np.float64]:
    """Value in the middle of a chain, the mean of the two middle sites where N is even.

    Parameters
    ----------
    values : (..., n_sites) float
        One number per site.
    """
    sites = np.asarray(values, dtype=np.float64)
    n_sites = sites.shape[-1]
    return np.asarray((sites[..., (n_sites - 1) // 2] + sites[..., n_sites // 2]) / 2.0)


def middle_parts(
    c_left: float, c_right: float, rise: float, n_sites: int | None = None
) -> tuple[float, float]:
    """Drift and diffusion part of the flux in the middle, over D/L; on a chain, at its spacing.

    The drift part is −rise·c; the diffusion part is what it leaves of the flux.
    """
    if n_sites is None:
        c = float(profile(c_left, c_right, rise, 0.5))
    else:
        c = float(middle_of(sites_profile(c_left, c_right, rise, n_sites)))
    return 0.0 - rise * c, steady_flux(c_left, c_right, rise) + rise * c


def flux(c_left: float, c_right: float, peclet: float, n_sites: int) -> Prediction:
    """Steady flux [1/τ] of walkers carried by a flow between two reservoirs."""
    per = LATTICE_D / (n_sites + 1)
    law = per * steady_flux(c_left, c_right, -peclet)
    return Prediction(
        law_name="advection and diffusion, J = cv − D∇c",
        law=law,
        expected=law,
        rival_name="Fick's law alone, J = −D∇c",
        rival=per * (c_left - c_right),
        source=f"{_BIRD}; {_SCHARFETTER}",
    )


def convective_part(c_left: float, c_right: float, peclet: float, n_sites: int) -> Prediction:
    """Flux cv [1/τ] that the flow carries in the middle."""
    per = LATTICE_D / (n_sites + 1)
    return Prediction(
        law_name="advection, cv in the middle",
        law=per * middle_parts(c_left, c_right, -peclet)[0],
        expected=per * middle_parts(c_left, c_right, -peclet, n_sites)[0],
        rival_name="cv where c is linear",
        rival=per * peclet * (c_left + c_right) / 2.0,
        source=_BIRD,
    )


def diffusive_part(c_left: float, c_right: float, peclet: float, n_sites: int) -> Prediction:
    """Flux −D∇c [1/τ] in the middle, what the convective part leaves."""
    per = LATTICE_D / (n_sites + 1)
    return Prediction(
        law_name="diffusion, −D∇c in the middle",
        law=per * middle_parts(c_left, c_right, -peclet)[1],
        expected=per * middle_parts(c_left, c_right, -peclet, n_sites)[1],
        rival_name="−D∇c where c is linear",
        rival=per * (c_left - c_right),
        source=_BIRD,
    )


def profile_midpoint(c_left: float, c_right: float, peclet: float, n_sites: int) -> Prediction:
    """Concentration in the middle, in walkers per site."""
    return Prediction(
        law_name="profile exponential in Pe",
        law=float(profile(c_left, c_right, -peclet, 0.5)),
        expected=float(middle_of(sites_profile(c_left, c_right, -peclet, n_sites))),
        rival_name="c linear in x",
        rival=(c_left + c_right) / 2.0,
        source=_BIRD,
    )
