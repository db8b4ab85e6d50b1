"""How much gas flows through a membrane with pores of many radii, and does it separate gases?

Rule: molecules enter both ends of straight pores of one thickness like a gas at rest, fly from
diffuse wall to diffuse wall without ever meeting each other, and leave at either end; every radius
and gas has random numbers of its own. ``flow`` is that of gas_a from p_1 to p_2. ``selectivity``
compares the gases at equal density *inside* the pores, measured by the molecules' clocks: passages
per time that molecules are present. ``radius_exponent`` comes from two further pores, √2 times
narrower and wider than the mean. Exact for pores of any length; more than twelve radii are put
into twelve groups. Viscous flow (∝ p_1² − p_2², where molecules meet) is added by law until
collisions exist: it is not simulated, and a caution says how much it would be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import kinetic
from analysis.laws import pores as laws_of
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter
from scenarios import _membrane as membrane
from scenarios._pores import Pores, read_pores

LOWEST_PRESSURE = 1e-12  # [Pa], on one side at least
HITS_A, HITS_B, HITS_OF_PAIR = 500_000, 250_000, 150_000  # of a batch, about


class Params(Parameters):
    """Parameters of the membrane."""

    file: str = parameter(
        "", "CSV with the columns radius [m] and count; none: 1780 pores of 0.2 to 1 µm"
    )
    thickness: Real = parameter(1e-5, "length of every pore", unit="m", minimum=1e-9, maximum=10.0)
    gas_a: Gas = parameter("H2", "gas that flows, by name")
    gas_b: Gas = parameter("N2", "gas it is compared with, by name")
    T: Real = parameter(300.0, "temperature", unit="K", minimum=0.1, maximum=1e5)
    p_1: Real = parameter(100.0, "pressure on one side", unit="Pa", minimum=0.0, maximum=1e6)
    p_2: Real = parameter(10.0, "pressure on the other", unit="Pa", minimum=0.0, maximum=1e6)

    @model_validator(mode="after")
    def _makes_sense(self) -> Params:
        if max(self.p_1, self.p_2) < LOWEST_PRESSURE:
            raise ValueError(
                f"p_1: must be at least {LOWEST_PRESSURE:g} where p_2 is not, got {self.p_1!r}"
            )
        _pores(self)
        return self


QUANTITIES = {
    "flow": Quantity("1/s", "flow one way", "molecules of gas_a that pass from p_1 to p_2, net"),
    "selectivity": Quantity("", "the law", "flow of gas_a over that of gas_b at equal density"),
    "radius_exponent": Quantity("", "the law", "d ln(flow)/d ln r of a pore about the mean radius"),
}


def _pores(p: Params) -> Pores:
    return read_pores(p.file, p.thickness)


def _pair(p: Params) -> tuple[float, float]:
    """Radii √2 times narrower and wider than the mean."""
    mean = _pores(p).mean_radius
    return float(mean / np.sqrt(2.0)), float(mean * np.sqrt(2.0))


def build(p: Params) -> walkers.Model:
    """Build a pore of every class for each gas, and two more for the exponent."""
    classes, pair = _pores(p).classes, zip(("narrow", "wide"), _pair(p), strict=True)
    gases = (("a", p.gas_a, HITS_A), ("b", p.gas_b, HITS_B))
    parts: dict[str, walkers.Model] = {}
    for name, gas, hits in gases:
        parts |= membrane.parallel_pores(name, classes, p.thickness, p.p_1, p.p_2, p.T, gas, hits)
    for name, radius in pair:
        parts[name] = membrane.single_pore(radius, p.thickness, p.T, p.gas_a, HITS_OF_PAIR // 2)
    return walkers.together(**parts)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    pores, m = _pores(p), walkers.gas(p.gas_a).mass
    simulated = pores.classes.radii, pores.classes.counts
    return {
        "flow": laws_of.flow(
            pores.radii, pores.counts, p.thickness, p.p_1, p.p_2, p.T, m, simulated
        ),
        "selectivity": laws_of.selectivity(m, walkers.gas(p.gas_b).mass),
        "radius_exponent": laws_of.radius_exponent(*_pair(p), p.thickness),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flow from passages; selectivity from passages and clocks; exponent from two more pores."""
    m = walkers.gas(p.gas_a).mass
    predictions, classes = laws(p), _pores(p).classes
    membrane.refuse_changed(record, classes, p.file)
    n = len(classes.radii)
    there, back = (membrane.transmitted_each(record, "a", n, end) for end in membrane.ENDS)
    net = (p.p_1 * there - p.p_2 * back) @ _per_pascal(p)
    volumes = classes.counts * np.pi * classes.radii**2 * p.thickness
    passed_a, time_a = membrane.passed_and_time(record, "a", n)
    passed_b, time_b = membrane.passed_and_time(record, "b", n)
    shares = [
        sum(membrane.transmitted(record, name, end) for end in membrane.ENDS)
        for name in ("narrow", "wide")
    ]
    narrow, wide = _pair(p)
    estimates = {
        "flow": analysis.batch_mean(net, "1/s"),
        "selectivity": analysis.jackknife(
            lambda a, t_a, b, t_b: (volumes * a / t_a).sum() / (volumes * b / t_b).sum(),
            passed_a, time_a, passed_b, time_b,
        ),
        "radius_exponent": analysis.jackknife(
            lambda W_1, W_2: 2.0 + np.log(W_2 / W_1) / np.log(wide / narrow), *shares
        ),
    }  # fmt: skip
    highest = max(p.p_1, p.p_2)
    one_way = laws_of.one_way_flow(classes.radii, classes.counts, p.thickness, highest, p.T, m)
    return analysis.checks_of(estimates, predictions, {"flow": one_way})


def _per_pascal(p: Params) -> Any:
    """Impingement on all openings of each class, (n_classes,) [1/(s Pa)]."""
    classes = _pores(p).classes
    nu = kinetic.impingement_rate(1.0, p.T, walkers.gas(p.gas_a).mass)
    return nu * np.pi * classes.radii**2 * classes.counts


def plot(result: Any) -> Any:
    """Flow through one pore against its radius, and through all pores of each radius."""
    p, record = result.params, result.record
    classes, gas = _pores(p).classes, walkers.gas(p.gas_a)
    n, micrometres = len(classes.radii), 1e6 * classes.radii
    passing = sum(membrane.transmitted_each(record, "a", n, end) for end in membrane.ENDS) / 2.0
    figure, (single, together) = draw.figure(2)
    r, one = np.geomspace(0.8 * classes.radii[0], 1.25 * classes.radii[-1], 36), [1.0]
    law = [laws_of.one_way_flow([x], one, p.thickness, 1.0, p.T, gas.mass) for x in r[::5]]
    nu = kinetic.impingement_rate(1.0, p.T, gas.mass)
    draw.draw_law(single, 1e6 * r, draw.between(r[::5], law, r), "πr² ν W(L/r)")
    draw.draw_batches(single, micrometres, passing * _per_pascal(p) / classes.counts, "molecules")
    single.plot(
        1e6 * r, nu * np.pi * r**3 * 8.0 / (3.0 * p.thickness), "k--", lw=1, label="long pore, r³"
    )
    viscous = [membrane.viscous_permeance(x, p.thickness, p.p_1 + p.p_2, p.T, gas) for x in r]
    single.plot(1e6 * r, viscous, "k:", lw=1, label="viscous, r⁴, by law alone")
    single.loglog()
    single.set_xticks(micrometres[::2], [f"{x:.2g}" for x in micrometres[::2]])
    single.set_xticks([], minor=True)
    unit = f"flow of {p.gas_a} per pressure [1/(s Pa)]"
    draw.label_axes(single, "radius [µm]", unit, "One pore")
    every = zip(classes.radii, classes.counts, strict=True)
    total = [laws_of.one_way_flow([x], [n], p.thickness, 1.0, p.T, gas.mass) for x, n in every]
    draw.draw_law(together, micrometres, total, "n πr² ν W(L/r)")
    draw.draw_batches(together, micrometres, passing * _per_pascal(p), "molecules")
    draw.label_axes(together, "radius [µm]", unit, "All pores of each radius")
    return figure


def cautions(p: Params) -> list[str]:
    """Say where molecules would meet each other, and how far groups are from the pores."""
    pores, flow = _pores(p), laws(p)["flow"]
    said = [
        membrane.viscous_caution(pores, p.thickness, p.p_1, p.p_2, p.T, gas)
        for gas in dict.fromkeys((p.gas_a, p.gas_b))
    ]
    return [*filter(None, said), *membrane.grouping_caution(pores, flow)]


def _equal_speeds(model: walkers.Together) -> walkers.Model:
    species = model.parts["a0"].species
    return model.each(lambda pore: replace(pore, species=species))


WRONG_RULES = {
    "isotropic": WrongRule(
        "walls re-emit uniformly over the hemisphere instead of by the cosine law",
        change=lambda model: model.each(
            lambda pore: pore.emitting(angles=walkers.AngleLaw.ISOTROPIC)
        ),
        moves={"flow": +1, "radius_exponent": -1},
    ),
    "equal-speeds": WrongRule(
        "gas_b has the speeds of gas_a",
        change=_equal_speeds,
        moves={"selectivity": -1},
    ),
}

CALIBRATION_WALKERS = 700
