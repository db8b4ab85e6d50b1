"""Steady diffusion through curved walls: a tube (per length) and a hollow sphere.

``dimension`` is 2 for the tube, whose flow counts per length of its axis, and 3 for the sphere.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..verdict import Prediction
from ._require import positive

_CRANK = "J. Crank, The Mathematics of Diffusion, 2nd ed. (1975), sec. {}"
_SOURCES = {2: _CRANK.format("5.2.1"), 3: _CRANK.format("6.2.1")}

FLOW_NAMES = {2: "tube, 2πDΔC/ln(r_o/r_i)", 3: "sphere, 4πDΔC/(1/r_i − 1/r_o)"}

WALL_SHIFT = 0.7
"""Lattice spacings by which a face of voxels may act as if it stood elsewhere: about half the
diagonal of a square voxel. From 5 voxels in the inner radius on, at most 0.58 among 21,000 tubes of
random radii, 0.643 among those whose radii were searched for the worst, and 0.47 among spheres."""


class Shell(NamedTuple):
    """A wall between two radii and the concentrations just inside its two faces."""

    dimension: int
    r_inner: float  # m
    r_outer: float  # m
    drop: float  # mol/m³, inner less outer concentration
    D: float  # m²/s

    @property
    def flow_law(self) -> float:
        """Flow outwards, mol/(m s) through a tube or mol/s through a sphere."""
        return self.D * self.drop * self.shape_factor

    @property
    def shape_factor(self) -> float:
        """Flow over D ΔC: 2π/ln(r_o/r_i), or 4π/(1/r_i − 1/r_o)."""
        positive(r_inner=self.r_inner, wall=self.r_outer - self.r_inner)
        if self.dimension == 2:
            return 2.0 * math.pi / math.log(self.r_outer / self.r_inner)
        return 4.0 * math.pi / (1.0 / self.r_inner - 1.0 / self.r_outer)

    @property
    def flat_flux(self) -> float:
        """Flux through a flat wall as thick, mol/(m² s)."""
        return self.D * self.drop / (self.r_outer - self.r_inner)

    @property
    def inner_area(self) -> float:
        """Area of the inner face: m² of a sphere, m²/m of a tube."""
        return 2.0 * (self.dimension - 1) * math.pi * self.r_inner ** (self.dimension - 1)


def shell_flow(shell: Shell, expected: float) -> Prediction:
    """Flow through the wall.

    Parameters
    ----------
    shell : Shell
        The wall.
    expected : float
        Its exact value on the lattice.
    """
    return Prediction(
        law_name=FLOW_NAMES[shell.dimension],
        law=shell.flow_law,
        expected=expected,
        rival_name="flat wall as large as the inner face",
        rival=shell.flat_flux * shell.inner_area,
        source=_SOURCES[shell.dimension],
    )


def shell_flux(shell: Shell, plane: float, half_width: float, expected: float) -> Prediction:
    """Outward flux across a flat strip or square patch, averaged over it.

    J = Ṅ/(2πr) or Ṅ/(4πr²) along the radius; its part across the plane x, averaged over |y| ≤ w
    (and |z| ≤ w), is Ṅ times the angle the strip is seen under over the full one and its area.

    Parameters
    ----------
    shell : Shell
        The wall.
    plane : float [m]
        Distance x of the strip from the axis or centre.
    half_width : float [m]
        Its half-width w.
    expected : float
        Its exact value on the lattice.
    """
    x, w = plane, half_width
    if shell.dimension == 2:
        mean = shell.flow_law / math.pi * math.atan(w / x) / (2.0 * w)
    else:
        solid_angle = 4.0 * math.asin(w * w / (x * x + w * w))
        mean = shell.flow_law / (4.0 * math.pi) * solid_angle / (4.0 * w * w)
    return Prediction(
        law_name="J = Ṅ/2πr" if shell.dimension == 2 else "J = Ṅ/4πr²",
        law=mean,
        expected=expected,
        rival_name="flat wall, DΔC/(r_o − r_i)",
        rival=shell.flat_flux,
        source=_SOURCES[shell.dimension],
    )


def staircase_gap(shell: Shell, spacing: float) -> Prediction:
    """Relative gap of the flow on the lattice to the law: none but for walls of whole voxels.

    Both faces may act as if they stood 0.6 spacings elsewhere: the bound is
    0.7ℓ(1/r_i + 1/r_o)/ln(r_o/r_i), or 0.7ℓ(1/r_i² + 1/r_o²)/(1/r_i − 1/r_o).

    Parameters
    ----------
    shell : Shell
        The wall.
    spacing : float [m]
        Of the lattice, ℓ.
    """
    n = shell.dimension - 1
    slopes = 1.0 / shell.r_inner**n + 1.0 / shell.r_outer**n
    per_shift = slopes * shell.shape_factor / (2.0 * n * math.pi)
    return Prediction(
        law_name="faces of voxels act at most 0.7 ℓ elsewhere",
        law=0.0,
        expected=0.0,
        tolerance=WALL_SHIFT * spacing * per_shift,
        source="the law's slope in r_i and r_o",
    )
