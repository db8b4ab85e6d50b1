"""A beam on a tilted detector: particle flux, charge flux and the noise of counting.

A beam of current I through an area A that stands square to it, of ions of charge q = ze.
"""

from __future__ import annotations

import math

from scipy.constants import e

from ..verdict import Prediction
from ._require import positive

_LAMBERT = "J. H. Lambert, Photometria (1760), § 53: the cosine of the incidence"
_SCHOTTKY = "W. Schottky, Ann. Phys. 362, 541 (1918)"
_FANO = "U. Fano, Phys. Rev. 72, 26 (1947)"


def flux(current: float, charge_number: int, area: float, angle: float) -> Prediction:
    """Ions per time and area [1/(m² s)] of a detector tilted by an angle.

    Parameters
    ----------
    current : float [A]
        Current through the area when it stands square to the beam.
    charge_number : int
        Elementary charges z of an ion.
    area : float [m²]
        Area of the detector.
    angle : float [degrees]
        Between the detector's normal and the beam, from 0 to below 90.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """
    cosine = _cosine(current, charge_number, area, angle)
    square_on = current / (charge_number * e * area)
    return Prediction(
        law_name="Φ = (I/qA)·cos θ",
        law=square_on * cosine,
        expected=square_on * cosine,
        rival_name="no cosine, as if square to the beam",
        rival=square_on,
        source=_LAMBERT,
    )


def charge_flux(current: float, charge_number: int, area: float, angle: float) -> Prediction:
    """Charge per time and area [A/m²] of a detector tilted by an angle.

    Parameters and errors are those of ``flux``.
    """
    density = current / area * _cosine(current, charge_number, area, angle)
    return Prediction(
        law_name="qΦ = (I/A)·cos θ",
        law=density,
        expected=density,
        rival_name="one elementary charge per ion",
        rival=density / charge_number,
        source=_SCHOTTKY,
    )


def fano_factor() -> Prediction:
    """Variance over mean of the ions counted in equal times."""
    return Prediction(
        law_name="Poisson arrivals, variance = mean",
        law=1.0,
        expected=1.0,
        rival_name="ions that arrive evenly spaced",
        rival=0.0,
        source=_FANO,
    )


def _cosine(current: float, charge_number: int, area: float, angle: float) -> float:
    positive(current=current, charge_number=charge_number, area=area)
    if not 0.0 <= angle < 90.0:
        raise ValueError(f"angle must lie in [0, 90) degrees, got {angle}")
    return math.cos(math.radians(angle))
