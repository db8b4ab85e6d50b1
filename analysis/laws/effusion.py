"""Laws of a gas at rest that leaks through a small hole.

Molecules do not meet. Most rivals forget that fast molecules and those along the normal reach a
hole more often than the others. Sources: F. Reif, Fundamentals of Statistical and Thermal
Physics (McGraw-Hill 1965); R. D. Present, Kinetic Theory of Gases (McGraw-Hill 1958).
"""

from __future__ import annotations

import math

from scipy.constants import k

from ..verdict import Prediction
from ._require import hole_in_face, positive
from .kinetic import impingement_rate, mean_effusing_speed, mean_speed

DECAY_SLOPE, THRUST_SLOPE = 1.317, 1.364
"""By how much, over hole/wall area f, a cube with diffuse walls decays faster and pushes harder.

First order in f: the flux δ that leaves the walls beyond the uniform one obeys Clausing's integral
equation, (1 − K)δ = k·chord/v̄ − (view of the hole), k the decay rate; hole and contents follow
from δ. The thrust is that of the first two lifetimes, at whose end some momentum is left in the
gas (0.150 of the 1.364). Solved on panels in ``tests/analysis/test_leaking_cube.py``.
"""

FINITE_HOLE_TOLERANCE = 0.2
"""Bound on what the first order in f leaves out of decay and thrust, over f."""


def effusion_flux(p: float, T: float, m: float) -> Prediction:
    """One-way flux through a hole, nv̄/4.

    Parameters
    ----------
    p : float [Pa]
        Pressure of the gas.
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    Prediction [1/(m² s)]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: Reif (1965), section 7.11.
    """
    nu = impingement_rate(p, T, m)
    return Prediction(
        "effusion flux nv̄/4", nu, nu, "nv̄/2", 2.0 * nu, source="Reif (1965), section 7.11"
    )


def effusing_energy(T: float) -> Prediction:
    """Mean translational energy of an effusing molecule, 2kT.

    Parameters
    ----------
    T : float [K]
        Temperature of the gas.

    Returns
    -------
    Prediction [J]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: mean of ½mv² under the speed density v³e^{−mv²/2kT}; Present (1958), chapter 2.
    """
    positive(T=T)
    return Prediction(
        "effusing energy 2kT",
        2.0 * k * T,
        2.0 * k * T,
        "3kT/2, as of the molecules present",
        1.5 * k * T,
        source="Present (1958), chapter 2; the speed density v³e^{−mv²/2kT}",
    )


def effusing_speed(T: float, m: float) -> Prediction:
    """Mean speed of an effusing molecule, √(9πkT/8m).

    Parameters
    ----------
    T : float [K]
        Temperature of the gas.
    m : float [kg]
        Mass of one molecule.

    Returns
    -------
    Prediction [m/s]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: mean of v under the speed density v³e^{−mv²/2kT}; Reif (1965), section 7.12.
    """
    v = mean_effusing_speed(T, m)
    return Prediction(
        "effusing speed √(9πkT/8m)",
        v,
        v,
        "v̄, as of the molecules present",
        mean_speed(T, m),
        source="Reif (1965), section 7.12; the speed density v³e^{−mv²/2kT}",
    )


def effusing_cosine() -> Prediction:
    """Mean cosine between an effusing molecule and the normal, 2/3.

    Returns
    -------
    Prediction [1]

    Source: M. Knudsen, Ann. Phys. 353, 1113 (1915).
    """
    return Prediction(
        "cosine law ⟨cosθ⟩ = 2/3",
        2.0 / 3.0,
        2.0 / 3.0,
        "isotropic directions",
        0.5,
        source="M. Knudsen, Ann. Phys. 353, 1113 (1915)",
    )


def effusing_momentum_flux(p: float) -> Prediction:
    """Momentum along the normal that leaves per area and time through a hole, p/2.

    Parameters
    ----------
    p : float [Pa]
        Pressure of the gas.

    Returns
    -------
    Prediction [Pa]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: Reif (1965), section 7.13: arrivals bring one half of p, departures the other.
    """
    positive(p=p)
    return Prediction(
        "effusing momentum flux p/2",
        p / 2.0,
        p / 2.0,
        "p, as if the hole reflected",
        p,
        source="Reif (1965), section 7.13: one of the two halves of p",
    )


def effusion_thrust(p: float, radius: float, side: float) -> Prediction:
    """Thrust pA/2 of a leaking cube, to be measured on its walls.

    Parameters
    ----------
    p : float [Pa]
        Pressure nkT, n the number present over the volume.
    radius : float [m]
        Radius of the hole; A = πr².
    side : float [m]
        Side of the cube.

    Returns
    -------
    Prediction [N]

    Raises
    ------
    ValueError
        If a parameter is not positive, or the hole does not fit into the face.

    Source: the effusing momentum flux p/2, and action = reaction; expected: first order in the
    hole's size, over two lifetimes, THRUST_SLOPE.
    """
    positive(p=p)
    hole_in_face(radius, side)
    thrust, f = p * math.pi * radius**2 / 2.0, _hole_over_walls(radius, side)
    return Prediction(
        "thrust pA/2",
        thrust,
        thrust * (1.0 + THRUST_SLOPE * f),
        "pA, the pressure missing on the hole",
        2.0 * thrust,
        tolerance=FINITE_HOLE_TOLERANCE * f * thrust,
        source="Reif (1965), section 7.13; expected, tolerance: finite hole",
    )


def effusion_decay_rate(T: float, m: float, radius: float, side: float) -> Prediction:
    """Escapes per molecule and time of a leaking cube with diffuse walls, v̄A/4V.

    Parameters
    ----------
    T : float [K]
        Temperature of the diffuse walls.
    m : float [kg]
        Mass of one molecule.
    radius : float [m]
        Radius of the hole; A = πr².
    side : float [m]
        Side of the cube; V = side³.

    Returns
    -------
    Prediction [1/s]

    Raises
    ------
    ValueError
        If a parameter is not positive, or the hole does not fit into the face.

    Source: nv̄A/4 over N = nV; expected: first order in the hole's size, DECAY_SLOPE.
    """
    hole_in_face(radius, side)
    rate = mean_speed(T, m) * math.pi * radius**2 / (4.0 * side**3)
    f = _hole_over_walls(radius, side)
    return Prediction(
        "decay rate v̄A/4V",
        rate,
        rate * (1.0 + DECAY_SLOPE * f),
        "v̄A/2V",
        2.0 * rate,
        tolerance=FINITE_HOLE_TOLERANCE * f * rate,
        source="Reif (1965), section 7.12; expected, tolerance: finite hole",
    )


def graham(m_a: float, m_b: float) -> Prediction:
    """Ratio √(m_b/m_a) of the effusion fluxes of two gases at one temperature and pressure.

    Parameters
    ----------
    m_a, m_b : float [kg]
        Masses of a molecule of either gas.

    Returns
    -------
    Prediction [1]

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    Source: T. Graham, Phil. Trans. R. Soc. 136, 573 (1846): nv̄/4 of either gas.
    """
    positive(m_a=m_a, m_b=m_b)
    ratio = math.sqrt(m_b / m_a)
    return Prediction(
        "Graham's law √(m_b/m_a)",
        ratio,
        ratio,
        "equal fluxes",
        1.0,
        source="T. Graham, Phil. Trans. R. Soc. 136, 573 (1846)",
    )


def _hole_over_walls(radius: float, side: float) -> float:
    """Return f, the area of the hole over that of the cube's six faces."""
    return math.pi * radius**2 / (6.0 * side**2)
