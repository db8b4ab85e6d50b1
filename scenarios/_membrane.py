"""Pores as tubes of free molecules: how many enter each, and what comes out."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

import walkers
from analysis import Prediction
from analysis.laws import kinetic
from analysis.laws import pores as laws_of

from ._inputs import InputError
from ._pores import Pores
from ._rounding import rounded
from ._tubes import open_tube

ENDS = LEFT, RIGHT = 0, 1
"""Numbers of the ends of a pore, and of the sources behind them."""

FEWEST_AT_AN_END = 20
FEWEST_PASSAGES = 4.0
"""Of a batch: fewer scatter too unevenly."""

SMALLEST_SHARE = 0.1
"""Of the molecules of a pore: so many enter at either end, whatever the pressures."""

FREE_MOLECULAR = 10.0
"""Mean free paths per radius beyond which molecules hardly meet."""

FloatArray = NDArray[np.float64]


def parallel_pores(
    name: str,
    classes: Pores,
    thickness: float,
    p_1: float,
    p_2: float,
    T: float,
    gas: str,
    n_hits: int,
) -> dict[str, walkers.FreeMolecular]:
    """Build one pore of every class, ``name0``, ``name1`` …, for about n_hits together.

    Each class gets the molecules with which the error of the flow of all is least, and either end
    those in proportion to its pressure.
    """  # fmt: skip
    length = thickness / classes.radii
    passing = 1.0 / (1.0 + 3.0 * length / 8.0)  # nearly W
    cost = 1.0 + length  # flights of a molecule
    weight = classes.counts * classes.radii**2 * np.sqrt(passing * (1.0 - passing) / cost)
    n_each = n_hits * weight / (weight @ cost)
    n_each *= max(1.0, FEWEST_PASSAGES / float(n_each @ passing))
    left = min(max(p_1 / (p_1 + p_2), SMALLEST_SHARE), 1.0 - SMALLEST_SHARE)
    return {
        f"{name}{i}": _pore(float(radius), thickness, T, gas, n * left, n * (1.0 - left), True)
        for i, (radius, n) in enumerate(zip(classes.radii, n_each, strict=True))
    }


def single_pore(
    radius: float, thickness: float, T: float, gas: str, n_hits: int
) -> walkers.FreeMolecular:
    """Build one pore for about n_hits, more where too few molecules would pass, and no clocks."""
    length = thickness / radius
    n = max(n_hits / (1.0 + length), FEWEST_PASSAGES * (1.0 + 3.0 * length / 8.0)) / 2.0
    return _pore(radius, thickness, T, gas, n, n, False)


def _pore(
    radius: float, thickness: float, T: float, gas: str, n_left: float, n_right: float, timed: bool
) -> walkers.FreeMolecular:
    n = FEWEST_AT_AN_END + int(rounded(n_left)), FEWEST_AT_AN_END + int(rounded(n_right))
    wall, species = walkers.Diffuse(T), walkers.gas(gas)
    return open_tube(thickness, wall, n, (T, T), radius, species=species, track_speeds=timed)


def transmitted(record: walkers.Record, part: str, end: int) -> FloatArray:
    """Share of the molecules entering a pore at one end that pass, (n_batches,)."""
    passed = record[f"{part}.absorbed"][:, end, RIGHT - end]
    return np.asarray(passed / record[f"{part}.entered"][:, end])


def transmitted_each(record: walkers.Record, name: str, n_classes: int, end: int) -> FloatArray:
    """Share of the molecules entering at one end that pass, (n_batches, n_classes)."""
    return np.array([transmitted(record, f"{name}{i}", end) for i in range(n_classes)]).T


def refuse_changed(record: walkers.Record, classes: Pores, file: str) -> None:
    """Refuse a table that is no longer the one that was simulated.

    Raises
    ------
    InputError
        With one line that names the file.
    """
    model = cast(walkers.Together, record.model)
    simulated = [
        part.surfaces[0].shape.radius for name, part in model.parts.items() if name[0] == "a"
    ]
    if simulated != classes.radii.tolist():
        raise InputError(f"file: {file}: was changed while it was used")


def passed_and_time(
    record: walkers.Record, name: str, n_classes: int
) -> tuple[FloatArray, FloatArray]:
    """Passages both ways and time present [s] in each class, (n_batches, n_classes)."""
    parts = [f"{name}{i}" for i in range(n_classes)]
    ends = [record[f"{part}.absorbed"] for part in parts]
    passed = np.array([end[:, LEFT, RIGHT] + end[:, RIGHT, LEFT] for end in ends])
    time = np.array([record[f"{part}.present_time"].sum(axis=(1, 2)) for part in parts])
    return passed.T, time.T


def viscous_permeance(
    radius: float, thickness: float, p_sum: float, T: float, gas: walkers.Species
) -> float:
    """Viscous flow through one pore by law, over the pressure difference [1/(s Pa)]."""
    viscosity = kinetic.hard_sphere_viscosity(T, gas.mass, gas.diameter)
    return laws_of.viscous_permeance([radius], [1.0], thickness, p_sum, T, viscosity)


def viscous_caution(
    pores: Pores, thickness: float, p_1: float, p_2: float, T: float, gas: str
) -> str:
    """Say how much viscous flow is left out, '' if molecules hardly meet in any pore."""
    species = walkers.gas(gas)
    free_path = kinetic.mean_free_path((p_1 + p_2) / 2.0, T, species.diameter)
    dense = free_path < FREE_MOLECULAR * pores.radii
    if not dense.any():
        return ""
    viscosity = kinetic.hard_sphere_viscosity(T, species.mass, species.diameter)
    left_out = (p_1 - p_2) * laws_of.viscous_permeance(
        pores.radii[dense], pores.counts[dense], thickness, p_1 + p_2, T, viscosity
    )
    return (
        f"{gas}: Kn = λ/r is {free_path / pores.radii[-1]:.2g} in the widest pores; by law, pores "
        f"with Kn below {FREE_MOLECULAR:g} would add a viscous flow of {left_out:.2g} 1/s; it is "
        "not simulated"
    )


def grouping_caution(pores: Pores, flow: Prediction) -> list[str]:
    """Say how far the groups that are simulated are from all the pores."""
    if pores.classes is pores:
        return []
    return [
        f"{pores.radii.size} radii in {pores.classes.radii.size} groups: their flow by law is "
        f"{flow.expected:.5g} 1/s, that of all radii {flow.law:.5g} 1/s"
    ]
