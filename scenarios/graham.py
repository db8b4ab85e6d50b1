"""Does the lighter of two gases effuse faster by the square root of the mass ratio?

Rule: each gas flies alone in a cube of its own with diffuse walls at the same temperature, with
random numbers of its own; molecules never meet. What leaves through the hole is replaced, through
the hole, by a molecule from a gas at rest outside, so that the pressure stays. Both boxes are
watched for the same time: nothing but the clocks of the molecules tells one gas from the other.
Exact at any size of the hole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.constants import atomic_mass, k

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import effusion as laws_of
from analysis.laws import kinetic
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter

BOX_SIDE, HOLE_RADIUS = 0.1, 0.02  # [m]; no ratio depends on them
HOLE_AREA = np.pi * HOLE_RADIUS * HOLE_RADIUS
HOLE = 0  # number of the surface
N_MOLECULES = 6000  # in either box


class Params(Parameters):
    """Parameters of the two gases."""

    gas_a: Gas = parameter("H2", "one gas, by name")
    gas_b: Gas = parameter("N2", "the other gas, by name")
    T: Real = parameter(300.0, "temperature of both", unit="K", minimum=0.1, maximum=1e5)
    p: Real = parameter(0.01, "pressure of either", unit="Pa", minimum=1e-12, maximum=1e6)


QUANTITIES = {
    "flux_ratio": Quantity("", "the law", "molecules leaving per area and time, a over b"),
}


def build(p: Params) -> walkers.Model:
    """Build a box for each gas; both are watched for the same time."""
    box = walkers.Box((0.0, 0.0, 0.0), (BOX_SIDE, BOX_SIDE, BOX_SIDE))
    hole = walkers.Disc((BOX_SIDE / 2, BOX_SIDE / 2, 0.0), (0, 0, 1), HOLE_RADIUS)
    speeds = [kinetic.mean_speed(p.T, walkers.gas(gas).mass) for gas in (p.gas_a, p.gas_b)]
    # In this time molecules of the mean speed of both cross the hole once.
    time = 8.0 * BOX_SIDE**3 / (HOLE_AREA * sum(speeds))

    def filled(gas: str) -> walkers.FreeMolecular:
        species = walkers.gas(gas)
        return walkers.FreeMolecular(
            n_walkers=N_MOLECULES,
            species=species,
            surfaces=(
                walkers.Surface("hole", hole, walkers.Exchange(p.T)),
                walkers.Surface("walls", box, walkers.Diffuse(p.T)),
            ),
            sources=(walkers.FromGas("main", p.T, N_MOLECULES),),
            t_end=time,
            watched=("hole",),
            speed_edges=tuple(np.linspace(0.0, 3.5, 29) * np.sqrt(2.0 * k * p.T / species.mass)),
        )

    return walkers.together(a=filled(p.gas_a), b=filled(p.gas_b))


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    m_a, m_b = walkers.gas(p.gas_a).mass, walkers.gas(p.gas_b).mass
    return {"flux_ratio": laws_of.graham(m_a, m_b)}


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Molecules that left either box."""
    flux_a, flux_b = (_flux_per_crossing(record, part, p) * record[f"{part}.hits"][:, 0, HOLE]
                      for part in "ab")  # fmt: skip
    return analysis.checks_of({"flux_ratio": analysis.ratio(flux_a, flux_b)}, laws(p))


def _flux_per_crossing(record: walkers.Record, part: str, p: Params) -> float:
    """Flux for which one crossing in a batch stands [1/(m² s)]."""
    box: Any = record.part(part)
    n_real = kinetic.number_density(p.p, p.T) * BOX_SIDE**3
    return float(n_real / (box.n_walkers * box.t_end * HOLE_AREA))


def plot(result: Any) -> Any:
    """How fast the molecules are that leave, and the flux of either gas against its mass."""
    p, record = result.params, result.record
    figure, (speeds, fluxes) = draw.figure(2)
    for part, gas, style in (("a", p.gas_a, "-"), ("b", p.gas_b, "--")):
        species, box = walkers.gas(gas), record.part(part)
        edges = np.array(box.speed_edges)
        leaving = record[f"{part}.crossing_speeds"][:, 0, 0] * _flux_per_crossing(record, part, p)
        fine = np.linspace(edges[0], edges[-1], 200)
        flux_law = kinetic.impingement_rate(p.p, p.T, species.mass)
        density = kinetic.effusing_speed_density(fine, p.T, species.mass)
        said = f"{gas}, ∝ v³e^(−mv²/2kT)"
        speeds.plot(fine, flux_law * density, style, color=draw.LAW_COLOUR, label=said)
        middle, said = (edges[1:] + edges[:-1]) / 2, "molecules" if part == "a" else ""
        draw.draw_batches(speeds, middle, leaving / np.diff(edges), said)
        flux = record[f"{part}.hits"][:, :1, HOLE] * _flux_per_crossing(record, part, p)
        draw.draw_batches(fluxes, [species.mass / atomic_mass], flux, "")
        fluxes.annotate(
            gas, (species.mass / atomic_mass, flux.mean()),
            xytext=(6, 6), textcoords="offset points",
        )  # fmt: skip
    speeds.set_xlim(left=0.0)
    draw.label_axes(speeds, "speed [m/s]", "flux per speed [1/(m² s) per m/s]", "Leaving molecules")
    masses = np.array([1.0, 200.0])
    law = [kinetic.impingement_rate(p.p, p.T, m * atomic_mass) for m in masses]
    draw.draw_law(fluxes, masses, law, "p/√(2πmkT)")
    fluxes.set_xscale("log")
    fluxes.set_yscale("log")
    draw.label_axes(fluxes, "mass of a molecule [u]", "flux [1/(m² s)]", "Flux through the hole")
    return figure


def cautions(p: Params) -> list[str]:
    """Say where molecules would meet each other, which this rule leaves out."""
    said = []
    for name in dict.fromkeys((p.gas_a, p.gas_b)):
        free_path = kinetic.mean_free_path(p.p, p.T, walkers.gas(name).diameter)
        if free_path < BOX_SIDE:
            said.append(
                f"{name}: mean free path λ = {free_path:.2g} m is below the box's {BOX_SIDE:g} m: "
                "real molecules would collide"
            )
    return said


def _with_mass_of_a(model: walkers.Together) -> walkers.Model:
    species = model.parts["a"].species
    return model.each(lambda box: replace(box, species=species))


def _colder(model: walkers.Together) -> walkers.Model:
    box = model.parts["b"]
    cooled = box.with_boundaries(lambda s: replace(s.boundary, T=0.95 * s.boundary.T))
    return walkers.together(a=model.parts["a"], b=cooled)


WRONG_RULES = {
    "equal-speeds": WrongRule(
        "walls and outside send out both gases with the speeds of gas_a",
        change=_with_mass_of_a,
        moves={"flux_ratio": -1},
    ),
    "cold-box": WrongRule(
        "the box of gas_b is 5 % colder",
        change=_colder,
        moves={"flux_ratio": +1},
    ),
}

CALIBRATION_WALKERS = 100
