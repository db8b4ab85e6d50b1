"""How much gas does a stream carry through a section, forward and back?

Rule: molecules present in a gas that drifts at v = s√(2kT/m) fly freely from uniform places; those
that pass a plane across the drift are counted, both ways. Four independent gases are asked: one
for the one-way fluxes, one for their difference, one for the mean displacement of the molecules
present (molar flow), and one for what passes a section turned by 37° from the first and larger
by 1/cos 37° (sccm: 273.15 K, 101325 Pa). All expected values are exact at any time of flight.
Beyond s = 1.5 less than 0.3 % fly back, and the forward flux could hardly be told from nv.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.constants import N_A, k

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import kinetic, stream
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter
from scenarios._rounding import rounded

FORWARD, BACKWARD = 0, 1
TILT_COSINE, TILT_SINE = 0.8, 0.6


class Params(Parameters):
    """Parameters of the stream."""

    speed_ratio: Real = parameter(0.5, "drift s over √(2kT/m)", minimum=0.0, maximum=1.5)
    gas: Gas = parameter("N2", "gas, by name")
    T: Real = parameter(300.0, "temperature", unit="K", minimum=0.1, maximum=1e5)
    p: Real = parameter(0.01, "pressure", unit="Pa", minimum=1e-12, maximum=1e6)
    area: Real = parameter(1e-4, "section", unit="m²", minimum=1e-18, maximum=1e6)


QUANTITIES = {
    "forward_flux": Quantity("1/(m² s)", "the law", "molecules that pass along the drift"),
    "backward_flux": Quantity("1/(m² s)", "the law", "molecules that pass against the drift"),
    "net_flux": Quantity("1/(m² s)", "nv̄/4", "forward less backward"),
    "molar_flow": Quantity("mol/s", "nv̄A/4N_A", "from the displacement of those present"),
    "sccm": Quantity("cm³/min", "nv̄A/4 at 273.15 K, 101325 Pa", "through a tilted section"),
}


def build(p: Params) -> walkers.Together:
    """Four gases, the more molecules the fewer of them fly back."""
    mass = walkers.gas(p.gas).mass
    back = stream.one_way(-p.speed_ratio) / stream.one_way(p.speed_ratio)
    across = walkers.PlaneCrossings(
        n_walkers=max(20_000, int(rounded(1.5 / (back * back)))),
        gas=walkers.Maxwellian(p.T, mass, p.speed_ratio),
        length=1.0,
        duration=1.0 / stream.most_probable_speed(p.T, mass),
    )
    tilted = replace(across, cosine=TILT_COSINE, sine=TILT_SINE)
    return walkers.together(one_way=across, net=across, present=across, tilted=tilted)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    gas = (p.p, p.T, walkers.gas(p.gas).mass, p.speed_ratio)
    return {
        "forward_flux": stream.forward_flux(*gas),
        "backward_flux": stream.backward_flux(*gas),
        "net_flux": stream.net_flux(*gas),
        "molar_flow": stream.molar_flow(*gas, p.area),
        "sccm": stream.standard_flow(*gas, p.area),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Crossings, displacements, and crossings of the tilted section."""
    model: Any = record.part("one_way")
    n = kinetic.number_density(p.p, p.T)
    # What one molecule of N does in a length L stands for nL molecules per area.
    per_time = n / (model.n_walkers * model.duration)
    passed = record["one_way.crossings"] * per_time * model.length
    both = record["net.crossings"] * per_time * model.length
    moved = record["present.present_sums"][:, 0] * per_time * p.area / N_A
    tilted = record["tilted.crossings"] * per_time * model.length * p.area / TILT_COSINE
    volume = k * stream.STANDARD_T / stream.STANDARD_P
    estimates = {
        "forward_flux": analysis.batch_mean(passed[:, FORWARD], "1/(m² s)"),
        "backward_flux": analysis.batch_mean(passed[:, BACKWARD], "1/(m² s)"),
        "net_flux": analysis.batch_mean(both[:, FORWARD] - both[:, BACKWARD], "1/(m² s)"),
        "molar_flow": analysis.batch_mean(moved, "mol/s"),
        "sccm": analysis.batch_mean(
            stream.in_sccm(volume * (tilted[:, FORWARD] - tilted[:, BACKWARD])), "cm³/min"
        ),
    }
    at_rest = kinetic.impingement_rate(p.p, p.T, walkers.gas(p.gas).mass)
    scales = {
        "net_flux": at_rest,
        "molar_flow": at_rest * p.area / N_A,
        "sccm": stream.in_sccm(at_rest * p.area * volume),
    }
    return analysis.checks_of(estimates, laws(p), scales)


def plot(result: Any) -> Any:
    """One-way fluxes against the speed ratio, and the share that flies back: nine small runs."""
    figure, (fluxes, share) = draw.figure(2)
    s = np.linspace(0.0, 1.5, 91)
    ahead, back = (np.array([stream.one_way(sign * x) for x in s]) for sign in (1, -1))
    points = [float(x) for x in np.linspace(0.0, 1.5, 9)]
    passed = sweep(result.params, points, result.record.seed)
    for law, colour, name in ((ahead, "tab:red", "forward"), (back, "tab:blue", "backward"),
                              (ahead - back, "tab:green", "net")):  # fmt: skip
        fluxes.plot(s, law, color=colour, lw=1.5, label=name, zorder=1)
    draw.draw_batches(fluxes, points, passed[:, :, FORWARD], "molecules")
    draw.draw_batches(fluxes, points, passed[:, :, BACKWARD], "")
    draw.draw_batches(fluxes, points, passed[:, :, FORWARD] - passed[:, :, BACKWARD], "")
    draw.draw_law(share, s, back / ahead, "Maxwellian about a drift")
    shares = passed[:, :, BACKWARD] / passed[:, :, FORWARD].mean(axis=0)
    draw.draw_batches(share, points, shares, "molecules")
    share.set_yscale("log")
    draw.label_axes(fluxes, "speed ratio s", "flux/(nv̄/4)", "Fluxes through the section")
    draw.label_axes(share, "speed ratio s", "backward/forward", "Share that flies back")
    return figure


def sweep(
    p: Params, speed_ratios: list[float], seed: int, n_walkers: int = 5000, n_batches: int = 16
) -> NDArray[np.float64]:
    """Run the same gas at other speed ratios.

    Parameters
    ----------
    p : Params
        Gas, temperature and pressure are kept.
    speed_ratios : list of float
        Drifts over √(2kT/m).
    seed, n_walkers, n_batches : int
        Of each run.

    Returns
    -------
    (n_batches, n_ratios, 2) float array
        Forward and backward flux over nv̄/4.
    """
    fluxes = []
    for number, s in enumerate(speed_ratios):
        part: Any = build(p).parts["one_way"]
        part = replace(part.of(speed_ratio=s), n_walkers=n_walkers, stream=8 + number)
        record = walkers.run(part, seed, n_batches, executor=walkers.InlineExecutor())
        # Molecules fly √(2kT/m)·t = 1 length, in which v̄/4 makes 1/2√π crossings.
        fluxes.append(record["crossings"] * 2.0 * np.pi**0.5 / n_walkers)
    return np.stack(fluxes, axis=1)


WRONG_RULES = {
    "half-drift": WrongRule(
        "the gas drifts half as fast",
        change=lambda model: model.each(
            lambda part: part.of(speed_ratio=0.5 * part.gas.speed_ratio)
        ),
        moves={"forward_flux": -1, "backward_flux": +1, "net_flux": -1, "molar_flow": -1,
               "sccm": -1},
    ),
    "drift-of-speed": WrongRule(
        "the drift is added to every molecule's speed instead of its velocity",
        change=lambda model: model.each(lambda part: part.of(to_speed=True)),
        moves={"forward_flux": -1, "backward_flux": +1, "net_flux": -1, "molar_flow": -1,
               "sccm": -1},
    ),
}  # fmt: skip

CALIBRATION_WALKERS = 12_000
