"""Laws of the electrochemical potential: one mobility for gradients, fields and both at once.

J = −(Dc/RT)∇μ̃ with μ̃ = RT ln c + zFφ. Integrated from reservoir to reservoir, J∫dx/c is
D/RT times the fall of μ̃: so the mobility is judged in units of D/RT, and its law is 1.
``rise`` is the rise of zFφ over RT from the left reservoir to the right one.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ..verdict import Prediction
from .advection import sites_profile, steady_flux

_EINSTEIN = "A. Einstein, Ann. Phys. 322, 549 (1905), § 3; W. Nernst, Z. Phys. Chem. 2, 613 (1888)"
_ONSAGER = "L. Onsager, Phys. Rev. 37, 405 (1931)"


def potential_fall(c_left: float, c_right: float, rise: float) -> float:
    """Fall of the electrochemical potential over RT from the left reservoir to the right one."""
    return math.log(c_left / c_right) - rise


def mobility(
    flux: float, concentrations: ArrayLike, c_left: float, c_right: float, rise: float
) -> float:
    """Mobility over D/RT from a steady flux and profile, J∫dx/c over the fall of μ̃.

    Parameters
    ----------
    flux : () float
        Flux over D/L.
    concentrations : (n_sites,) float
        Concentration on sites 1 … N. Between two sites 1/c is averaged as if c were linear,
        which is exact without a field.
    c_left, c_right : float
        Concentrations of the reservoirs on sites 0 and N + 1.
    rise : float
        Rise of the potential energy over RT.
    """
    c = np.concatenate([[c_left], np.asarray(concentrations, np.float64), [c_right]])
    growth = np.diff(c) / c[:-1]
    steep = np.abs(growth) > 1e-8
    mean_inverse = np.ones(growth.size)
    mean_inverse[steep] = np.log1p(growth[steep]) / growth[steep]
    resistance = (mean_inverse / c[:-1]).mean()
    return float(flux * resistance / potential_fall(c_left, c_right, rise))


def one_mobility(
    c_left: float, c_right: float, rise: float, n_sites: int, c_fixed: float
) -> Prediction:
    """Mobility over D/RT under a gradient, a field or both.

    The rival's coefficient does not follow the concentration: J = −(Dc*/RT)∇μ̃ with a fixed c*.
    Its potential would fall evenly, and ln c with it.

    Parameters
    ----------
    c_left, c_right, rise, n_sites
        As for ``mobility``.
    c_fixed : float
        The rival's concentration c*.
    """
    c = sites_profile(c_left, c_right, rise, n_sites)
    flux = steady_flux(c_left, c_right, rise)
    ratio = math.log(c_left / c_right)
    mean_inverse = (1.0 / c_right - 1.0 / c_left) / ratio if ratio else 1.0 / c_left
    return Prediction(
        law_name="J = −(Dc/RT)∇μ̃",
        law=1.0,
        expected=mobility(flux, c, c_left, c_right, rise),
        rival_name="a coefficient that does not follow c",
        rival=c_fixed * mean_inverse,
        source=_ONSAGER,
    )


def einstein_ratio(step: float, free: float) -> Prediction:
    """Mobility in a field over the diffusivity of the walk without it, in units of 1/RT.

    The rival takes the diffusivity about the drift, which a field of ``step`` RT per spacing
    makes D(x/2)coth(x/2) − v²τ/2 for Scharfetter–Gummel hops.

    Parameters
    ----------
    step : float
        Fall x of the potential energy over RT from site to site.
    free : float
        Dτ/ℓ², the probability of each hop without a field.
    """
    biased = (step / 2.0) / math.tanh(step / 2.0) - free * step**2 / 2.0
    return Prediction(
        law_name="Einstein, mobility = D/RT of the walk at rest",
        law=1.0,
        expected=1.0,
        rival_name="over the D about the drift",
        rival=1.0 / biased,
        source=_EINSTEIN,
    )
