"""Laws of molecular flow through a tube with diffuse walls, and through a slit.

Molecules do not meet; the wall re-emits by the cosine law. Lengths are in units of the tube's
radius R or the slit's gap, fluxes in units of ν₀, the flux into the open end. The laws follow
from P. Clausing, Ann. Phys. 404, 961 (1932), in English J. Vac. Sci. Technol. 8, 636 (1971):
the flux μ leaving the wall at x obeys μ(x) = e(L−x) + ∫₀ᴸ K(|x−y|) μ(y) dy, where e is the
view of the lit end and K dy that of a ring of wall. Here the lit end is the exit, so that
μ(x) is also the probability that a molecule which leaves the wall at x escapes there.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..verdict import Prediction
from ._require import positive
from .clausing import WallFlux, doublings, points, solve

FloatArray = NDArray[np.float64]

MAXIMUM_LENGTH = 1e4
"""Longest tube or slit accepted, over radius or gap.

Rounding grows as the square of the length: 1e-9 of W at 1000, 3e-7 at 10⁴.
"""

LONG = 100.0
"""Longest tube, over its radius, whose W is 5 % and more below that of a long tube, 8R/3L."""

PEAKING_HALF_ANGLE = math.radians(5.0)
"""Half-angle of the cone by which a tube's beaming is judged [rad]."""


def wall_flux(length_over_radius: float) -> WallFlux:
    """Flux that leaves the wall of a tube whose exit is lit: Clausing's integral equation.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.

    Returns
    -------
    WallFlux
        μ(x) with x in units of R; lit from the entrance instead, the flux is 1 − μ(x).

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: Clausing (1932). Solved by collocation, good to 1e-9 for L/R ≤ 1000.
    """
    _require_length(length_over_radius=length_over_radius)
    return _solve_tube(float(length_over_radius))


def transmission_probability(length_over_radius: float) -> float:
    """Probability W that a molecule entering a tube leaves it at the other end.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: Clausing (1932): W = F(L) + ∫₀ᴸ 2e(x) μ(x) dx, F the view of one end from the other.
    """
    flux = wall_flux(length_over_radius)
    through = tube_end_to_end(np.array(length_over_radius, dtype=np.float64))
    return float(through + flux.weight @ (2.0 * tube_end(flux.x) * flux.mu))


def slit_transmission(length_over_gap: float) -> float:
    """Probability W that a molecule entering an infinite slit leaves it at the other edge.

    Parameters
    ----------
    length_over_gap : float
        Depth of the slit along the flow over the gap between its plates, at most MAXIMUM_LENGTH.

    Returns
    -------
    float [1]

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: Clausing (1932), with the kernel ½(1+d²)^{−3/2} between the two plates.
    """
    _require_length(length_over_gap=length_over_gap)
    flux = _solve_slit(float(length_over_gap))
    through = 1.0 / (math.hypot(1.0, length_over_gap) + length_over_gap)
    return float(through + flux.weight @ (2.0 * _slit_end(flux.x) * flux.mu))


def beam_intensity(theta: float, length_over_radius: float) -> float:
    """Molecules per solid angle and time that leave a tube at the angle θ to its axis.

    Parameters
    ----------
    theta : float [rad]
        Angle to the axis, 0 ≤ θ < π/2.
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.

    Returns
    -------
    float [1/sr]
        Intensity of the whole exit in units of ν₀R²; cosθ for a bare orifice.

    Raises
    ------
    ValueError
        If the angle or the length is out of bounds.

    Source: P. Clausing, Z. Phys. 66, 471 (1930): what of the lit entrance is seen through the
    exit, and behind it the wall, which at z from the exit shows a chord of the projected exit.
    """
    if not 0.0 <= theta < math.pi / 2.0:
        raise ValueError(f"theta must lie in [0, π/2), got {theta}")
    flux = wall_flux(length_over_radius)
    tangent = math.tan(theta)
    # A line of sight at z from the exit has moved z tanθ sideways; sinφ = z tanθ/2R takes out
    # the square root at the tube's edge, and the panels of μ are kept as panels of φ.
    visible = np.minimum(flux.edges * tangent / 2.0, 1.0)
    phi, weight = points(np.unique(np.arcsin(visible)))
    wall = 0.0
    if phi.size:
        z = np.minimum(2.0 * np.sin(phi) / tangent, flux.edges[-1])
        wall = float(weight @ (4.0 * np.cos(phi) ** 2 * flux(z)))
    half_shift = min(float(length_over_radius) * tangent / 2.0, 1.0)
    entrance = 2.0 * math.acos(half_shift) - 2.0 * half_shift * math.sqrt(1.0 - half_shift**2)
    return math.cos(theta) / math.pi * (entrance + wall)


def peaking_factor(length_over_radius: float, half_angle: float) -> float:
    """Flux into a cone around the axis, over that of a cosine beam as strong as the tube's.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.
    half_angle : float [rad]
        Half-angle α of the cone, 0 < α ≤ π/2.

    Returns
    -------
    float [1]
        Flux into the cone over Wν₀πR² sin²α: 1/W for a narrow cone, 1 for the hemisphere.

    Raises
    ------
    ValueError
        If the angle or the length is out of bounds.

    Source: the intensity of Clausing, Z. Phys. 66, 471 (1930), integrated over the cone.
    """
    w = transmission_probability(length_over_radius)
    cone = cone_flux(length_over_radius, half_angle)
    return cone / (w * math.sin(half_angle) ** 2)


def cone_flux(length_over_radius: float, half_angle: float) -> float:
    """Flux from a tube into a cone around its axis, in units of what enters, ν₀πR².

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.
    half_angle : float [rad]
        Half-angle α of the cone, 0 < α ≤ π/2.

    Returns
    -------
    float [1]
        W for the hemisphere, α = π/2.

    Raises
    ------
    ValueError
        If the angle or the length is out of bounds.

    Source: 2∫₀^α I(θ) sinθ dθ, I the beam intensity.
    """
    if not 0.0 < half_angle <= math.pi / 2.0:
        raise ValueError(f"half_angle must lie in (0, π/2], got {half_angle}")
    edges = wall_flux(length_over_radius).edges
    length, widest = edges[-1], math.tan(half_angle)
    # Up to tanθ = 2R/L one sees part of the entrance: sinψ = L tanθ/2R takes out the root at
    # its end, and doubling panels of tanθ keep dθ smooth in a tube that is nearly an orifice.
    sine = np.concatenate([[0.0], length / 2.0 * doublings(2.0 / length), [1.0]])
    psi, weight = points(np.unique(np.arcsin(np.minimum(sine, length / 2.0 * widest))))
    tangent = 2.0 / length * np.sin(psi)
    theta = np.arctan(tangent)
    weight = weight * 2.0 / length * np.cos(psi) / (1.0 + tangent**2)
    # Beyond, the depth one sees is 2R/tanθ, and the panels of μ serve as panels of θ.
    depth = np.append(np.arctan(2.0 / edges[:0:-1]), math.pi / 2.0)
    wide, wide_weight = points(np.unique(np.minimum(depth, half_angle)))
    theta, weight = np.append(theta, wide), np.append(weight, wide_weight)
    intensity = np.array([beam_intensity(angle, length_over_radius) for angle in theta])
    return float(weight @ (2.0 * intensity * np.sin(theta)))


def transmission(length_over_radius: float) -> Prediction:
    """Transmission probability W of a tube.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: Clausing (1932); the rival is M. Knudsen's limit of a long tube, Ann. Phys. 333,
    75 (1909), and beyond LONG, where it is nearly right, the share of straight flights.
    """
    length = float(length_over_radius)
    w = transmission_probability(length)
    rival_name, rival = "long tube 8R/3L", 8.0 / (3.0 * length)
    if length > LONG:
        rival_name, rival = "straight flights alone", float(tube_end_to_end(np.array(length)))
    source = "P. Clausing, Ann. Phys. 404, 961 (1932)"
    return Prediction("Clausing's transmission W", w, w, rival_name, rival, source=source)


def hits_per_molecule(length_over_radius: float) -> Prediction:
    """Mean number of wall hits of a molecule that enters a tube, L/R.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: in equilibrium walls and both open ends receive the same ν, so hits per entry are
    the wall's area over that of both ends, 2πRL/2πR²; by symmetry the same from either end.
    """
    _require_length(length_over_radius=length_over_radius)
    hits = float(length_over_radius)
    return Prediction(
        "hits per molecule L/R",
        hits,
        hits,
        "wall over one end, 2L/R",
        2.0 * hits,
        source="detailed balance: ν is the same on walls and openings",
    )


def reciprocity(length_over_radius: float) -> Prediction:
    """Difference of the transmissions of a tube from its two ends, 0.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If the length is not positive or too long.

    Source: A₁W₁₂ = A₂W₂₁, else equal gases on both sides would flow.
    """
    return Prediction(
        "reciprocity W₁₂ = W₂₁",
        0.0,
        0.0,
        "a one-way valve",
        transmission_probability(length_over_radius),
        source="second law of thermodynamics: no flow between equal gases",
    )


def axial_peaking(length_over_radius: float, half_angle: float = PEAKING_HALF_ANGLE) -> Prediction:
    """Flux of a tube into a cone around its axis, over that of a cosine beam as strong, 1/W.

    Parameters
    ----------
    length_over_radius : float
        L/R, at most MAXIMUM_LENGTH.
    half_angle : float [rad]
        Half-angle of the cone; the law 1/W is its limit 0.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If the angle or the length is out of bounds.

    Source: on the axis one sees the lit entrance alone, as through a bare orifice; P. Clausing,
    Z. Phys. 66, 471 (1930).
    """
    return Prediction(
        "axial peaking 1/W",
        1.0 / transmission_probability(length_over_radius),
        peaking_factor(length_over_radius, half_angle),
        "a cosine beam",
        1.0,
        source="P. Clausing, Z. Phys. 66, 471 (1930)",
    )


def _require_length(**lengths: float) -> None:
    """Refuse a length that is not positive or beyond what the solver resolves."""
    positive(**lengths)
    for name, length in lengths.items():
        if length > MAXIMUM_LENGTH:
            raise ValueError(f"{name} must be at most {MAXIMUM_LENGTH:g}, got {length}")


@lru_cache(maxsize=64)
def _solve_tube(length: float) -> WallFlux:
    return solve(length, tube_wall, tube_end)


@lru_cache(maxsize=64)
def _solve_slit(length: float) -> WallFlux:
    return solve(length, _slit_wall, _slit_end)


# The textbook forms of these kernels cancel at large distances; these equal them and do not.


def tube_end_to_end(s: FloatArray) -> FloatArray:
    """Return F(s) = 2/(s² + 2 + s√(s²+4)), the view of a disc from a coaxial one at s."""
    return np.asarray(2.0 / (s**2 + 2.0 + s * np.sqrt(s**2 + 4.0)))


def tube_end(s: FloatArray) -> FloatArray:
    """Return e(s) = (s²+2)/(2√(s²+4)) − s/2, the view of an end from the wall at s."""
    return np.asarray(tube_end_to_end(s) / np.sqrt(s**2 + 4.0))


def tube_wall(d: FloatArray) -> FloatArray:
    """Return K(d) = ½[1 − d(d²+6)/(d²+4)^{3/2}], the view per length of a ring at d."""
    cube = (d**2 + 4.0) * np.sqrt(d**2 + 4.0)
    return np.asarray((6.0 * d**2 + 32.0) / (cube * (cube + d * (d**2 + 6.0))))


def _slit_end(s: FloatArray) -> FloatArray:
    """Return e(s) = ½[1 − s/√(1+s²)], the view of an edge from a plate at s."""
    root = np.sqrt(1.0 + s**2)
    return np.asarray(0.5 / (root * (root + s)))


def _slit_wall(d: FloatArray) -> FloatArray:
    """Return K(d) = ½(1+d²)^{−3/2}, the view per length of the opposite plate at d."""
    return np.asarray(0.5 / ((1.0 + d**2) * np.sqrt(1.0 + d**2)))
