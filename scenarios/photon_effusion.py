"""How many photons leave a cavity through a hole, and does their energy make σT⁴?

Rule: photons present in the cavity, uniform in space and direction, each with an energy of
Planck's spectrum, fly at c; those that pass a plane are counted, with their energy and the
cosine of their angle. Their density is 16πζ(3)(kT/hc)³; the energy that passes with them
is what σT⁴ is held against. All expected values are exact at any time of flight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.constants import c, k

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import effusion, photon
from scenarios import Parameters, Quantity, Real, WrongRule, parameter

ENERGY, COSINE = 0, 1  # columns of the sums
ENERGY_EDGES = tuple(np.linspace(0.0, 12.0, 41))  # [kT]
COSINE_EDGES = tuple(np.linspace(0.0, 1.0, 21))


class Params(Parameters):
    """Parameters of the cavity."""

    T: Real = parameter(5772.0, "temperature of the cavity", unit="K", minimum=1e-9, maximum=1e12)


QUANTITIES = {
    "flux": Quantity("1/(m² s)", "the law", "photons that pass per area and time, one way"),
    "energy_flux": Quantity("W/m²", "the law", "energy that passes with them"),
    "mean_cosine": Quantity("", "the law", "mean cosine of their angle to the normal"),
}


def build(p: Params) -> walkers.Model:
    """Hundred thousand photons in the time in which light passes one length."""
    return walkers.PlaneCrossings(
        n_walkers=100_000,
        gas=walkers.Photons(p.T),
        length=1.0,
        duration=1.0 / c,
        energy_edges=tuple(k * p.T * x for x in ENERGY_EDGES),
        cosine_edges=COSINE_EDGES,
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {
        "flux": photon.photon_flux(p.T),
        "energy_flux": photon.energy_flux(p.T),
        "mean_cosine": effusion.effusing_cosine(),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Crossings both ways, which are two one-way fluxes."""
    crossings, sums = record["crossings"].sum(axis=1), record["crossing_sums"].sum(axis=1)
    per_area = _per_area(record, p)
    estimates = {
        "flux": analysis.batch_mean(crossings * per_area, "1/(m² s)"),
        "energy_flux": analysis.batch_mean(sums[:, ENERGY] * per_area, "W/m²"),
        "mean_cosine": analysis.ratio(sums[:, COSINE], crossings),
    }
    return analysis.checks_of(estimates, laws(p))


def _per_area(record: walkers.Record, p: Params) -> float:
    """One-way flux that one crossing of a batch stands for [1/(m² s)]."""
    model: Any = record.model
    per_photon = model.length / (2.0 * model.n_walkers * model.duration)
    return float(photon.photon_density(p.T) * per_photon)


def plot(result: Any) -> Any:
    """Spectrum of the photons that leave, and their pattern of angles."""
    p, record = result.params, result.record
    figure, (spectrum, pattern) = draw.figure(2)
    edges = np.array(ENERGY_EDGES)
    middle, per_area = (edges[1:] + edges[:-1]) / 2.0, _per_area(record, p)
    counts = record["crossing_energies"].sum(axis=1)
    x = np.linspace(0.01, 12.0, 200)
    flux = photon.photon_flux(p.T).law
    unit = k * p.T  # energy flux per kT of photon energy: σT⁴ is the area under the curve
    draw.draw_law(spectrum, x, flux * unit * x * photon.energy_density(x), "Planck")
    wien = flux * unit * x * photon.wien_density(x)
    spectrum.plot(x, wien, "k:", lw=1, label="Wien")
    flown = counts * per_area * unit * middle / np.diff(edges)
    draw.draw_batches(spectrum, middle, flown, "photons")
    draw.label_axes(
        spectrum, "photon energy E/kT", "energy flux per E/kT [W/m²]", "Spectrum that leaves"
    )
    edges = np.array(COSINE_EDGES)
    seen = record["crossing_cosines"].sum(axis=1) * per_area / (2.0 * np.pi * np.diff(edges))
    middle = (edges[1:] + edges[:-1]) / 2.0
    draw.draw_law(pattern, edges, flux * edges / np.pi, "Lambert, cos θ/π")
    pattern.plot([0, 1], [flux / (2 * np.pi)] * 2, "k:", lw=1, label="isotropic")
    draw.draw_batches(pattern, middle, seen, "photons")
    draw.label_axes(pattern, "cos θ", "photons [1/(m² s sr)]", "Pattern of angles")
    return figure


WRONG_RULES = {
    "boltzmann-photons": WrongRule(
        "momenta with Boltzmann's factor e^(−E/kT), as of classical particles",
        change=lambda model: model.of(wien=True),
        moves={"energy_flux": +1},
    ),
    "present-as-crossing": WrongRule(
        "the photons present fly by the cosine law that holds for those that cross",
        change=lambda model: model.of(angles=walkers.AngleLaw.COSINE),
        moves={"flux": +1, "energy_flux": +1, "mean_cosine": +1},
    ),
}

CALIBRATION_WALKERS = 8000
