"""Molecules by name or by mass."""

from __future__ import annotations

import difflib
import numbers
from dataclasses import dataclass

from scipy.constants import atomic_mass, pico


@dataclass(frozen=True)
class Species:
    """A kind of molecule: mass [kg], charge [elementary charges], hard-sphere diameter [m].

    A diameter of 0 stands for "not known": such molecules have no mean free path.
    """

    name: str
    mass: float
    charge: int = 0
    diameter: float = 0.0

    def __post_init__(self) -> None:
        """Refuse masses that are not positive and diameters that are negative."""
        if not 0.0 < self.mass < float("inf"):
            raise ValueError(f"mass must be positive and finite [kg], got {self.mass}")
        if not 0.0 <= self.diameter < float("inf"):
            raise ValueError(f"diameter must be at least 0 and finite [m], got {self.diameter}")


# Standard atomic weights (conventional values), IUPAC: T. Prohaska et al., Pure Appl. Chem. 94,
# 573 (2022).
_ATOMIC_WEIGHT = {
    "H": 1.008,
    "He": 4.002602,
    "C": 12.011,
    "N": 14.007,
    "O": 15.999,
    "F": 18.998403162,
    "Ne": 20.1797,
    "S": 32.06,
    "Ar": 39.95,
    "Kr": 83.798,
    "Xe": 131.293,
}

# Atoms of a molecule, and its kinetic diameter [pm]: D. W. Breck, Zeolite Molecular Sieves (Wiley
# 1974), table 8.1; Ne from A. F. Ismail, K. C. Khulbe and T. Matsuura, Gas Separation Membranes
# (Springer 2015). Diameters fitted to viscosities are larger for long molecules (CO2: 460 pm).
_MOLECULES: dict[str, tuple[dict[str, int], float]] = {
    "He": ({"He": 1}, 260.0),
    "Ne": ({"Ne": 1}, 275.0),
    "Ar": ({"Ar": 1}, 340.0),
    "Kr": ({"Kr": 1}, 360.0),
    "Xe": ({"Xe": 1}, 396.0),
    "H2": ({"H": 2}, 289.0),
    "N2": ({"N": 2}, 364.0),
    "O2": ({"O": 2}, 346.0),
    "CO": ({"C": 1, "O": 1}, 376.0),
    "CO2": ({"C": 1, "O": 2}, 330.0),
    "CH4": ({"C": 1, "H": 4}, 380.0),
    "H2O": ({"H": 2, "O": 1}, 265.0),
    "SF6": ({"S": 1, "F": 6}, 550.0),
}

GASES: dict[str, Species] = {
    name: Species(
        name,
        sum(count * _ATOMIC_WEIGHT[atom] for atom, count in atoms.items()) * atomic_mass,
        diameter=diameter * pico,
    )
    for name, (atoms, diameter) in _MOLECULES.items()
}
"""The gases known by name."""


_CALLED = dict(
    helium="He", neon="Ne", argon="Ar", krypton="Kr", xenon="Xe", hydrogen="H2", nitrogen="N2",
    oxygen="O2", methane="CH4", water="H2O", h20="H2O",
)  # fmt: skip


def _meant(name: str) -> str:
    """Known gas that a name was probably meant for, or nothing."""
    known = {symbol.lower(): symbol for symbol in GASES} | _CALLED
    near = difflib.get_close_matches(name.strip().lower(), known, 1)
    return known[near[0]] if near else ""


def gas(name_or_mass: str | float) -> Species:
    """Species of a gas, from its name or from the mass of one molecule.

    Parameters
    ----------
    name_or_mass : str or float [kg]
        One of ``GASES``, or a mass; the diameter is then unknown.

    Returns
    -------
    Species

    Raises
    ------
    ValueError
        For a name that is not known, or a mass that is not positive.
    """
    if isinstance(name_or_mass, str):
        if name_or_mass not in GASES:
            known, near = ", ".join(GASES), _meant(name_or_mass)
            asked = f" (did you mean {near}?)" if near else ""
            raise ValueError(
                f"gas must be one of {known}, or a mass in kilograms{asked}, got {name_or_mass!r}"
            )
        return GASES[name_or_mass]
    if isinstance(name_or_mass, bool) or not isinstance(name_or_mass, numbers.Real):
        raise ValueError(f"gas must be a name or a mass in kilograms, got {name_or_mass!r}")
    mass = float(name_or_mass)
    return Species(f"{mass:.6g} kg", mass)
