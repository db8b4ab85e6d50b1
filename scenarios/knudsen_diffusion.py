"""Is the diffusivity of a gas in a narrow tube (2/3)Rv̄, by its flux and by its displacements?

Rule: molecules meet only the tube's diffuse wall, never each other. One tube has two open ends
with a gas behind each; its flux gives D = J L/Δn = W v̄ L/4, below the law because of the ends.
The other has no ends; a gas in equilibrium starts in it, and the displacements along the axis
after 20 R√(m/kT) give D = ⟨x²⟩/2t, below the law because the first flights go straight. Both
expected values are exact. Flights are as frequent as ξ⁻⁴: their squares scatter widely.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.constants import k

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import kinetic
from analysis.laws import knudsen_diffusion as laws_of
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter
from scenarios._tubes import open_tube

TIMES = (0.5, 1.0, 2.0, 3.5, 6.0, 10.0, 20.0)  # of displacements, in R√(m/kT); the last is judged
N_DISPLACED = 25_000
LEFT, RIGHT, X_SQUARED = 0, 1, 3  # numbers of surfaces and sources, and a column


class Params(Parameters):
    """Parameters of the tube."""

    radius: Real = parameter(1e-6, "radius R of the tube", unit="m", minimum=1e-9, maximum=1e3)
    length_over_radius: Real = parameter(
        20.0, "length L/R of the tube with ends", minimum=0.1, maximum=1000
    )
    gas: Gas = parameter("N2", "gas, by name")
    T: Real = parameter(300.0, "temperature", unit="K", minimum=0.1, maximum=1e5)


QUANTITIES = {
    "D_flux": Quantity("m²/s", "the law", "flux through the tube with ends × L/Δn"),
    "D_msd": Quantity("m²/s", "the law", "⟨x²⟩/2t along the endless tube"),
}


def build(p: Params) -> walkers.Model:
    """Tube with two open ends, and one without ends, of the same radius along x."""
    species, R, L = walkers.gas(p.gas), p.radius, p.radius * p.length_over_radius
    along = (1, 0, 0)
    # About as many pass whatever the length, 2000 in a batch, as long as that is quick.
    passing = 2000 * (1.0 + 3.0 * p.length_over_radius / 8.0)
    n = int(max(1000, min(passing, 2e6 / p.length_over_radius) / 2))
    flux = open_tube(
        L, walkers.Diffuse(p.T), (n, n), (p.T, p.T), R, species=species, track_speeds=False
    )
    unit = R * math.sqrt(species.mass / (k * p.T))
    endless = walkers.Cylinder((0, 0, 0), along, R, math.inf)
    start = walkers.Cylinder((0, 0, 0), along, R, R)
    displaced = walkers.FreeMolecular(
        n_walkers=N_DISPLACED,
        species=species,
        surfaces=(walkers.Surface("wall", endless, walkers.Diffuse(p.T)),),
        sources=(walkers.FromGas("main", p.T, N_DISPLACED, volume=start),),
        t_end=TIMES[-1] * unit,
        census_times=tuple(t * unit for t in TIMES),
        track_displacements=True,
    )
    return walkers.together(flux=flux, displaced=displaced)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of both quantities."""
    m = walkers.gas(p.gas).mass
    return {
        "D_flux": laws_of.flux_diffusivity(p.radius, p.length_over_radius, p.T, m),
        "D_msd": laws_of.displacement_diffusivity(p.radius, TIMES[-1], p.T, m),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Molecules that pass from both ends, and squares of displacements at the last time."""
    absorbed, entered = record["flux.absorbed"], record["flux.entered"]
    W = (absorbed[:, LEFT, RIGHT] + absorbed[:, RIGHT, LEFT]) / entered.sum(axis=1)
    v = kinetic.mean_speed(p.T, walkers.gas(p.gas).mass)
    D_flux = W * v * p.radius * p.length_over_radius / 4.0
    D_msd = _spread(record)[:, -1]
    estimates = {
        "D_flux": analysis.batch_mean(D_flux, "m²/s"),
        "D_msd": analysis.batch_mean(D_msd, "m²/s"),
    }
    return analysis.checks_of(estimates, laws(p))


def _spread(record: walkers.Record) -> Any:
    """⟨x²⟩/2t [m²/s] of every batch at every time."""
    model: Any = record.part("displaced")
    squares = record["displaced.present_displacement"][:, 0, :, X_SQUARED]
    return squares / (2.0 * model.n_walkers * np.array(model.census_times))


def plot(result: Any) -> Any:
    """Diffusivity against the length of the tube, and against the time of the displacements."""
    p, record = result.params, result.record
    m = walkers.gas(p.gas).mass
    D = laws_of.knudsen_diffusivity(p.radius, p.T, m)
    figure, (by_length, by_time) = draw.figure(2)
    lengths = np.geomspace(min(1.0, p.length_over_radius), max(300.0, p.length_over_radius), 60)
    few = np.geomspace(lengths[0], lengths[-1], 12)
    law = [laws_of.flux_diffusivity(p.radius, L, p.T, m).expected / D for L in few]
    draw.draw_law(by_length, lengths, draw.between(few, law, lengths), "Clausing's W v̄L/4")
    flux = checks(record, p)[0].estimate.batch_values
    draw.draw_batches(by_length, [p.length_over_radius], flux[:, None] / D, "molecules")
    times = np.geomspace(TIMES[0] / 2, 20 * TIMES[-1], 100)
    law = [laws_of.displacement_diffusivity(p.radius, t, p.T, m).expected / D for t in times]
    draw.draw_law(by_time, times, law, "velocity correlation")
    draw.draw_batches(by_time, TIMES, _spread(record) / D, "molecules")
    for axes in (by_length, by_time):
        axes.axhline(1.0, color="k", ls=":", lw=1, label="(2/3)Rv̄")
        axes.set_xscale("log")
        axes.set_ylim(0.0, 1.1)
    draw.label_axes(by_length, "length of the tube [R]", "D [(2/3)Rv̄]", "From the flux")
    draw.label_axes(by_time, "time [R√(m/kT)]", "⟨x²⟩/2t [(2/3)Rv̄]", "From displacements")
    return figure


def _with_walls(change: Any) -> Any:
    """Change of both models that gives the walls another boundary."""
    return lambda model: model.each(
        lambda part: part.with_boundaries(
            lambda s: change(s.boundary) if s.name == "wall" else s.boundary
        )
    )


WRONG_RULES = {
    "isotropic": WrongRule(
        "the wall re-emits uniformly over the hemisphere instead of by the cosine law",
        change=_with_walls(lambda b: walkers.emitting(b, angles=walkers.AngleLaw.ISOTROPIC)),
        moves={"D_flux": +1, "D_msd": +1},
    ),
    "five-percent-specular": WrongRule(
        "the wall reflects 5 % of the molecules like a mirror",
        change=_with_walls(lambda b: walkers.Maxwell(0.95, b.T)),
        moves={"D_flux": +1, "D_msd": +1},
    ),
    "volume-maxwellian": WrongRule(
        "the wall gives the speeds of molecules present, v² instead of v³ times the exponential",
        change=_with_walls(lambda b: walkers.emitting(b, speeds=walkers.SpeedLaw.VOLUME)),
        moves={"D_msd": -1},
    ),
}

CALIBRATION_WALKERS = 600
