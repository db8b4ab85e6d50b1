"""My gauge is warm and my cell is cold: what is the pressure in the cell?

Rule: molecules pass a tube with *diffuse* walls either way and never meet each other; as many must
pass from the gauge as from the cell. The paths know neither temperatures nor the tube's size; its
length, here ten radii, does not matter either. Molecules that do meet bring the pressures nearer
to each other: how much is the law's tolerance, the systematic, from δ = pa/(μv₀) at the cold end
with the tube's radius a and the viscosity of hard spheres of the gas's diameter. Above 1 % the
answer also says the pressure with collisions, from a table for long tubes; above 10 %, or more than
half the way to equal pressures, no law is claimed. A wall that is not diffuse (see
thermal-transpiration) may make a larger difference. One set of paths serves all parameters: with
--store another gas, pressure or temperature costs nothing, and answers of one seed share one
fluctuation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import kinetic, rarefied
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, _warm_tube, parameter

LENGTH_OVER_RADIUS = 10.0  # the balance does not depend on it


class Params(Parameters):
    """Parameters of the gauge, the cell and the tube between them."""

    T_gauge: Real = parameter(300.0, "temperature of the gauge", unit="K", minimum=0.1, maximum=1e5)
    T_cell: Real = parameter(77.0, "temperature of the cell", unit="K", minimum=0.1, maximum=1e5)
    tube_diameter: Real = parameter(
        0.004, "inner diameter of the tube", unit="m", minimum=1e-9, maximum=10.0
    )
    gas: Gas = parameter("N2", "gas, by name")
    p_gauge: Real = parameter(0.001, "pressure at the gauge", unit="Pa", minimum=1e-12, maximum=1e7)


QUANTITIES = {
    "p_cell": Quantity("Pa", "the law", "pressure in the cell at which as many pass either way"),
}


def build(p: Params) -> walkers.FreeMolecular:
    """Paths through the tube from both ends: the same for all parameters."""
    return _warm_tube.warm_tube(LENGTH_OVER_RADIUS, walkers.Diffuse())


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {"p_cell": rarefied.cell_pressure(p.p_gauge, p.T_gauge, p.T_cell, _delta(p))}


def _delta(p: Params) -> float:
    """Rarefaction at the cold end."""
    gas = walkers.gas(p.gas)
    pressure, T = rarefied.cold_end(p.p_gauge, p.T_gauge, p.T_cell)
    return rarefied.rarefaction(pressure, T, p.tube_diameter / 2.0, gas.mass, gas.diameter)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Pressure at which the passages of independent molecules from both ends balance."""
    from_cell, from_gauge = _warm_tube.passages(record)
    scale = p.p_gauge * np.sqrt(p.T_cell / p.T_gauge)
    p_cell = analysis.jackknife(
        lambda cell, gauge: scale * gauge / cell, from_cell, from_gauge, unit="Pa"
    )
    return analysis.checks_of({"p_cell": p_cell}, laws(p), {"p_cell": scale})


def cautions(p: Params) -> list[str]:
    """Say where molecules would meet each other, which this rule leaves out."""
    systematic = rarefied.collision_systematic(p.T_gauge, p.T_cell, _delta(p))
    if systematic < rarefied.VALID:
        return []
    pressure, T = rarefied.cold_end(p.p_gauge, p.T_gauge, p.T_cell)
    free_path = kinetic.mean_free_path(pressure, T, walkers.gas(p.gas).diameter)
    claimed = "" if laws(p)["p_cell"].is_claim else ": no law is claimed"
    return [
        f"not free-molecular: Kn = {free_path / p.tube_diameter:.2g} (mean free path of hard "
        f"spheres at the cold end over the tube's diameter), systematic {systematic:.2g} of "
        f"p_cell{claimed}"
    ]


def remarks(record: walkers.Record, p: Params) -> list[str]:
    """Answer the question in one line: pressure, interval and systematic."""
    (check,) = checks(record, p)
    low, high = check.estimate.interval()
    delta = _delta(p)
    systematic = rarefied.collision_systematic(p.T_gauge, p.T_cell, delta)
    free = p.p_gauge * np.sqrt(p.T_cell / p.T_gauge)
    answer = f"p_cell = {check.estimate.value:.5g} Pa"
    statistical = f"95 % interval {low:.5g} … {high:.5g} Pa (statistical)"
    collisions = f"{systematic * free:.2g} Pa ({100.0 * systematic:.2g} %, collisions at δ"
    said = f"{statistical}, systematic ±{collisions} = {delta:.2g}), diffuse walls"
    if systematic < rarefied.VALID:
        return [f"valid: {answer}, {said}"]
    real = rarefied.with_collisions(p.p_gauge, p.T_gauge, p.T_cell, delta)
    return [
        f"{answer} if molecules never met, {said}",
        f"not free-molecular: collisions bring p_cell to about {real:.3g} Pa (table for long "
        f"tubes), between {free:.3g} and {p.p_gauge:.3g} Pa",
    ]


def plot(result: Any) -> Any:
    """Pressure ratio against the gauge's pressure: the law, where it ends, and the molecules."""
    p, (check,) = result.params, checks(result.record, result.params)
    figure, (axes,) = draw.figure()
    log_ratio = np.log(p.T_cell / p.T_gauge)
    # Over the pressures from far below the first collisions to far beyond the last free flights.
    per_delta = p.p_gauge / _delta(p)
    deltas = np.geomspace(min(1e-4, _delta(p)), max(30.0, _delta(p)), 200)
    gammas = np.array([rarefied.transpiration_exponent(d) for d in deltas])
    free, real = np.exp(log_ratio / 2.0), np.exp(gammas * log_ratio)
    axes.set_xscale("log")
    draw.draw_law(axes, per_delta * deltas, np.full(deltas.size, free), "√(T_cell/T_gauge)")
    axes.plot(per_delta * deltas, real, color="0.4", lw=1, label="with collisions, about")
    axes.axhline(1.0, color="k", ls=":", lw=1, label="equal pressures")
    valid = deltas[np.abs(real / free - 1.0) < rarefied.VALID]
    if 0 < valid.size < deltas.size:
        axes.axvspan(
            per_delta * deltas[0],
            per_delta * valid[-1],
            color="0.93",
            zorder=0,
            label="valid within 1 %",
        )
    estimate = check.estimate
    axes.errorbar(
        [p.p_gauge], [estimate.value / p.p_gauge], [estimate.stderr / p.p_gauge],
        fmt="o", ms=4, capsize=2, color=draw.DATA_COLOUR, label="molecules that never meet",
    )  # fmt: skip
    draw.label_axes(axes, "p_gauge [Pa]", "p_cell/p_gauge", "What the gauge's reading means")
    # The same axis in rarefactions, in words.
    above = axes.secondary_xaxis(
        "top", functions=(lambda x: x / per_delta, lambda x: x * per_delta)
    )
    above.set_xlabel("rarefaction δ = pa/(μv₀) at the cold end", fontsize="small")
    return figure


WRONG_RULES = {
    "half-isotropic": WrongRule(
        "the gauge's half of the wall re-emits uniformly over the hemisphere: a valve",
        change=_warm_tube.half_isotropic,
        moves={"p_cell": +1},
    ),
}

CALIBRATION_WALKERS = 1000
