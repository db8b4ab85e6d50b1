"""Do a gradient, a field and both at once drive walkers with one mobility, as μ̃ says?

Rule: on sites 1 … N between two reservoirs a walker hops with the Scharfetter–Gummel
probabilities of a potential energy that falls evenly by ``field``·RT. Three independent runs: the
gradient without a field, the field between equal reservoirs, and both together. The mobility is
J∫dx/c over the fall of μ̃ = RT ln c + zFφ, with the profile that the walkers themselves make, in
units of D/RT. Free walkers, with and without a field of one RT per spacing, give the Einstein
ratio. Expected values are exact at any N.
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
from analysis.laws import advection, potential
from scenarios import Count, Parameters, Quantity, Real, WrongRule, _chain, parameter

COARSEST = 0.1
"""Share by which the sum may miss the integral of 1/c before a run says so."""

SMALLEST_FALL = 0.3
"""Least fall of μ̃ over RT: a mobility is a flux over it."""

STEP = 1.0
FREE = walkers.largest_free(-STEP * np.arange(3))
N_STEPS = 40


class Params(Parameters):
    """Parameters of the gradient and the field."""

    c_left: Real = parameter(4.0, "left reservoir", unit="1/site", minimum=1e-3, maximum=1e3)
    c_right: Real = parameter(1.0, "right reservoir", unit="1/site", minimum=1e-3, maximum=1e3)
    field: Real = parameter(
        1.5, "fall of zFφ from left to right", unit="RT", minimum=-10.0, maximum=10.0
    )
    n_sites: Count = parameter(12, "sites N between the reservoirs", minimum=4, maximum=200)

    @model_validator(mode="after")
    def _something_drives(self) -> Params:
        if self.c_left == self.c_right:
            raise ValueError(f"c_right: must differ from c_left, got {self.c_right!r} for both")
        for name, case in self.cases().items():
            if abs(potential.potential_fall(*case)) < SMALLEST_FALL:
                raise ValueError(
                    f"field: μ̃ must fall by {SMALLEST_FALL:g} RT at least ({name}), "
                    f"got {self.field!r}"
                )
            _chain.refuse_rare_passages("field", self.field, *case, self.n_sites)
        return self

    def cases(self) -> dict[str, tuple[float, float, float]]:
        """Reservoirs, and rise of the energy over RT, of each run."""
        return {
            "gradient": (self.c_left, self.c_right, 0.0),
            "field": (self.c_left, self.c_left, -self.field),
            "mixed": (self.c_left, self.c_right, -self.field),
        }


QUANTITIES = {
    "mobility_gradient": Quantity("D/RT", "the law", "flux over c∇μ̃, concentrations alone"),
    "mobility_field": Quantity("D/RT", "the law", "the same, field alone"),
    "mobility_mixed": Quantity("D/RT", "the law", "the same, both at once"),
    "einstein_ratio": Quantity("1/RT", "the law", "drift in a field over D without one"),
}


def build(p: Params) -> walkers.Model:
    """Three chains between reservoirs; free walkers with and without a field."""
    chains = {name: _chain.tilted_chain(rise, p.n_sites) for name, (*_, rise) in p.cases().items()}
    right, left = FREE * walkers.bernoulli([-STEP, STEP])
    drifting = walkers.ClosedWalk(
        n_walkers=20_000,
        axes=(walkers.Axis(),),
        hop=walkers.Hop(stay=1.0 - right - left, bias=right - left),
        n_steps=N_STEPS,
        start=(0,),
        stops=(N_STEPS,),
    )
    resting = replace(drifting, hop=walkers.Hop(stay=1.0 - 2.0 * FREE))
    return walkers.together(**chains, drifting=drifting, resting=resting)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    c_fixed = (p.c_left + p.c_right) / 2.0
    mobilities = {
        f"mobility_{name}": potential.one_mobility(*case, p.n_sites, c_fixed)
        for name, case in p.cases().items()
    }
    return {**mobilities, "einstein_ratio": potential.einstein_ratio(STEP, FREE)}


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Mobility of every run, and the drift of free walkers over their diffusivity."""
    estimates = {}
    for name, (c_left, c_right, rise) in p.cases().items():
        free = _chain.free_hop(rise, p.n_sites)
        state = _chain.steady(record, name, c_left, c_right, free)
        estimates[f"mobility_{name}"] = analysis.jackknife(
            lambda flux, c, case=(c_left, c_right, rise): potential.mobility(flux, c, *case),
            state.flux,
            state.profile,
            unit="D/RT",
        )
    # Moments count X from a whole number of sites.
    drifted = record["drifting.moments"][:, 0, 0] / record.part("drifting").n_walkers
    drifted = (drifted + record.part("drifting").centres[0]) / STEP
    square = record["resting.moments"][:, 0, 3] / record.part("resting").n_walkers
    estimates["einstein_ratio"] = analysis.ratio(drifted, square / 2.0, "1/RT")
    return analysis.checks_of(estimates, laws(p))


def plot(result: Any) -> Any:
    """Electrochemical potential along the chain: it falls most where walkers are few."""
    p = result.params
    x = np.arange(1, p.n_sites + 1)
    fine = np.linspace(0.0, 1.0, 100)
    figure, panels = draw.figure(3)
    for axes, (name, (c_left, c_right, rise)) in zip(panels, p.cases().items(), strict=True):
        free = _chain.free_hop(rise, p.n_sites)
        c = _chain.steady(result.record, name, c_left, c_right, free).profile
        law = np.log(advection.profile(c_left, c_right, rise, fine)) + rise * fine
        draw.draw_law(axes, fine * (p.n_sites + 1), law, "J = −(Dc/RT)∇μ̃")
        # The spread of a batch's logarithm would be biased: error of the mean by first order.
        mean = c.mean(axis=0)
        draw.draw_batches(
            axes, x, np.log(mean) + (c - mean) / mean + rise * x / (p.n_sites + 1), "walkers"
        )
        title = {"gradient": "Gradient alone", "field": "Field alone", "mixed": "Both"}[name]
        draw.label_axes(axes, "site x [ℓ]", "ln c + zFφ/RT", title)
    return figure


def cautions(p: Params) -> list[str]:
    """Say where so few sites cannot resolve 1/c that the law itself is far from what is judged."""
    return [
        f"{name} is judged against {law.expected:.3g}, far from its law's {law.law:g}: with "
        f"n_sites = {p.n_sites} the sum over sites is not yet the integral of 1/c"
        for name, law in laws(p).items()
        if abs(law.expected - law.law) > COARSEST
    ]


def _stronger(model: walkers.Together) -> walkers.Model:
    """Let the field bias hops by 5 % more, their number being the same."""

    def change(part: Any) -> Any:
        if isinstance(part, walkers.ClosedWalk):
            return replace(part, hop=replace(part.hop, bias=1.05 * part.hop.bias))
        right, left = part.hops
        mean, half = (right + left) / 2.0, 1.05 * (right - left) / 2.0
        return part.with_hops(mean + half, mean - half)

    return model.each(change)


WRONG_RULES = {
    "stronger-field": WrongRule(
        "the field biases the hops by 5 % more than detailed balance says",
        change=_stronger,
        moves={"mobility_field": +1, "mobility_mixed": +1, "einstein_ratio": +1},
    ),
}

CALIBRATION_WALKERS = 12_000
