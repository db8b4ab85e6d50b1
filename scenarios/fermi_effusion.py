"""How fast do fermions leave through a hole, from absolute zero to a classical gas?

Rule: particles present in an ideal gas of spin ½, uniform in space and with the momenta of
occupied states (at T = 0 uniform in a ball), fly freely; those that pass a plane are counted,
with their energy and the cosine of their angle. Density and mass are at first those of liquid
³He, as if its atoms did not attract each other: its Fermi temperature is then 5 K. The chemical
potential is the one that gives the density. All expected values are exact at any time of flight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator
from scipy.constants import c, k

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import effusion, fermi
from scenarios import Parameters, Quantity, Real, WrongRule, parameter
from scenarios._rounding import rounded

ENERGY, COSINE = 0, 1  # columns of the sums
SLOW = 5e-3  # (E_F + 2kT)/mc²: about a tenth of the speed of light


class Params(Parameters):
    """Parameters of the gas."""

    density: Real = parameter(
        1.635e28, "fermions per volume n", unit="1/m³", minimum=1.0, maximum=1e45
    )
    mass: Real = parameter(
        5.008e-27, "mass m of a fermion", unit="kg", minimum=1e-31, maximum=1e-20
    )
    temperature: Real = parameter(0.0, "temperature T", unit="K", minimum=0.0, maximum=1e9)

    @model_validator(mode="after")
    def _is_slow(self) -> Params:
        energy = fermi.fermi_energy(self.density, self.mass) + 2.0 * k * self.temperature
        if energy > SLOW * self.mass * c * c:
            name = "temperature" if 4.0 * k * self.temperature > energy else "density"
            raise ValueError(
                f"{name}: E_F + 2kT must be at most {SLOW:g} mc², where the gas is not "
                f"relativistic, got {getattr(self, name)!r}"
            )
        return self


QUANTITIES = {
    "flux": Quantity("1/(m² s)", "the law", "fermions that pass per area and time, one way"),
    "energy_per_particle": Quantity("J", "the law", "mean energy of those that pass"),
    "mean_cosine": Quantity("", "the law", "mean cosine of their angle to the normal"),
}


def build(p: Params) -> walkers.PlaneCrossings:
    """Hundred thousand fermions in the time in which a typical one flies one length."""
    typical = fermi.fermi_energy(p.density, p.mass) + k * p.temperature
    mu = fermi.chemical_potential(p.density, p.mass, p.temperature)
    return walkers.PlaneCrossings(
        n_walkers=100_000,
        gas=walkers.FermiGas(p.temperature, p.mass, rounded(mu)),
        length=1.0,
        duration=rounded(1.0 / (2.0 * typical / p.mass) ** 0.5),
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    gas = (p.density, p.mass, p.temperature)
    return {
        "flux": fermi.effusion_flux(*gas),
        "energy_per_particle": fermi.effusing_energy(*gas),
        "mean_cosine": effusion.effusing_cosine(),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Crossings both ways, which are two one-way fluxes."""
    crossings, sums = record["crossings"].sum(axis=1), record["crossing_sums"].sum(axis=1)
    estimates = {
        "flux": analysis.batch_mean(_flux(record, p), "1/(m² s)"),
        "energy_per_particle": analysis.ratio(sums[:, ENERGY], crossings, "J"),
        "mean_cosine": analysis.ratio(sums[:, COSINE], crossings),
    }
    return analysis.checks_of(estimates, laws(p))


def _flux(record: walkers.Record, p: Params) -> NDArray[np.float64]:
    """One-way flux of each batch [1/(m² s)]."""
    model: Any = record.model
    per_area = p.density * model.length / (2.0 * model.n_walkers * model.duration)
    return np.asarray(record["crossings"].sum(axis=1) * per_area)


def sweep(
    p: Params, ratios: list[float], seed: int, n_walkers: int = 2000, n_batches: int = 16
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Run the same gas at other temperatures.

    Parameters
    ----------
    p : Params
        Density and mass are kept.
    ratios : list of float
        Temperatures over the Fermi temperature.
    seed, n_walkers, n_batches : int
        Of each run.

    Returns
    -------
    two (n_batches, n_ratios) float arrays
        One-way flux over nv_F, and mean energy of those that pass over E_F.
    """
    E_F = fermi.fermi_energy(p.density, p.mass)
    unit = p.density * (2.0 * E_F / p.mass) ** 0.5
    fluxes, energies = [], []
    for number, ratio in enumerate(ratios):
        other = p.model_copy(update={"temperature": ratio * E_F / k})
        model = replace(build(other), n_walkers=n_walkers, stream=1 + number)
        record = walkers.run(model, seed, n_batches, executor=walkers.InlineExecutor())
        crossings, sums = record["crossings"].sum(axis=1), record["crossing_sums"].sum(axis=1)
        fluxes.append(_flux(record, other) / unit)
        energies.append(sums[:, ENERGY] / crossings / E_F)
    return np.array(fluxes).T, np.array(energies).T


def plot(result: Any) -> Any:
    """Flux and energy from a quantum to a classical gas: twelve small runs more."""
    p = result.params
    figure, (flux, energy) = draw.figure(2)
    temperatures = np.geomspace(0.01, 100.0, 81)
    points = [float(x) for x in np.geomspace(0.01, 100.0, 12)]
    fluxes, energies = sweep(p, points, result.record.seed)
    draw.draw_law(flux, temperatures, [fermi.reduced_flux(x) for x in temperatures], "Fermi gas")
    classical = [fermi.classical_flux(x) for x in temperatures]
    flux.plot(temperatures, classical, "k:", lw=1, label="classical, nv̄/4")
    flux.plot(temperatures, 0.0 * temperatures + 3 / 16, "k--", lw=0.7, label="T = 0, (3/16)nv_F")
    draw.draw_batches(flux, points, fluxes, "fermions")
    law = [fermi.reduced_energy(x) for x in temperatures]
    draw.draw_law(energy, temperatures, law, "Fermi gas")
    energy.plot(temperatures, 2.0 * temperatures, "k:", lw=1, label="classical, 2kT")
    energy.plot(temperatures, 0.0 * temperatures + 2 / 3, "k--", lw=0.7, label="T = 0, 2E_F/3")
    draw.draw_batches(energy, points, energies, "fermions")
    own = fermi.temperature_ratio(p.density, p.mass, p.temperature)
    if temperatures[0] <= own <= temperatures[-1]:
        unit = p.density * (2.0 * fermi.fermi_energy(p.density, p.mass) / p.mass) ** 0.5
        flux.plot(
            own, _flux(result.record, p).mean() / unit, "s", ms=8, mfc="none", label="this run"
        )
    for panel in (flux, energy):
        panel.set_xscale("log")
        panel.set_yscale("log")
    flux.set_ylim(0.1, 4.0)
    flux.set_yticks([0.1, 0.2, 0.5, 1.0, 2.0, 4.0], ["0.1", "0.2", "0.5", "1", "2", "4"])
    flux.set_yticks([], minor=True)
    energy.set_ylim(0.4, 300.0)
    draw.label_axes(flux, "T/T_F", "flux/(n v_F)", "Fermions that leave")
    draw.label_axes(energy, "T/T_F", "mean energy/E_F", "Energy of those that leave")
    return figure


WRONG_RULES = {
    "uniform-momentum": WrongRule(
        "states are uniform in |p| instead of in the space of momenta",
        change=lambda model: model.of(dimension=1),
        moves={"flux": -1, "energy_per_particle": -1},
    ),
    "present-as-crossing": WrongRule(
        "the particles present fly by the cosine law that holds for those that cross",
        change=lambda model: model.of(angles=walkers.AngleLaw.COSINE),
        moves={"flux": +1, "mean_cosine": +1},
    ),
}

CALIBRATION_WALKERS = 8000
