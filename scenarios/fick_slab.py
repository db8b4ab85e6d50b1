"""Do hoppers between two reservoirs flow as Fick says, from hops that know no gradient?

Rule: on sites 1 … N a walker hops left or right with probability ½ at every step. Sites 0 and
N + 1 are reservoirs that hold Poisson(c) walkers, renewed at every step; whoever hops into them
is absorbed. In the steady state this is the same as labelled test walkers that start where a
reservoir injects them and run until they are absorbed, each weighted by the injection rate.
No start is assumed and nothing is discarded: every test walker runs to its end.
All expected values are exact at any N.
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
from analysis.laws import fick
from scenarios import Count, Parameters, Quantity, Real, WrongRule, parameter


class Params(Parameters):
    """Parameters of the slab."""

    n_sites: Count = parameter(50, "sites N between the reservoirs", minimum=4, maximum=2000)
    c_left: Real = parameter(4.0, "left reservoir", unit="1/site", minimum=0.0, maximum=1e6)
    c_right: Real = parameter(1.0, "right reservoir", unit="1/site", minimum=0.0, maximum=1e6)

    @model_validator(mode="after")
    def _something_flows(self) -> Params:
        if self.c_left == self.c_right:
            raise ValueError(f"c_right: must differ from c_left, got {self.c_right!r} for both")
        return self


QUANTITIES = {
    "flux": Quantity("1/τ", "the law", "passages left to right less right to left, per step"),
    "flux_forward": Quantity("1/τ", "the law", "hops to the right over the middle bond"),
    "flux_backward": Quantity("1/τ", "the law", "hops to the left over the middle bond"),
    "diffusivity": Quantity("ℓ²/τ", "the law", "flux over the slope of the measured profile"),
    "profile_midpoint": Quantity("1/site", "the law", "concentration in the middle"),
}


def build(p: Params) -> walkers.Model:
    """Test walkers from both reservoirs, at most 25 million hops in a batch."""
    slab = walkers.Axis(p.n_sites, walkers.Reservoir(p.c_left), walkers.Reservoir(p.c_right))
    return walkers.OpenWalk(n_walkers=2 * min(300_000, 12_500_000 // p.n_sites), axes=(slab,))


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    c = fick.slab_profile(p.c_left, p.c_right, p.n_sites)
    middle = p.n_sites // 2
    return {
        "flux": fick.slab_flux(p.c_left, p.c_right, p.n_sites),
        "flux_forward": fick.bond_flux(c[middle - 1], p.c_left, p.n_sites, "forward"),
        "flux_backward": fick.bond_flux(c[middle], p.c_right, p.n_sites, "backward"),
        "diffusivity": fick.slab_diffusivity(),
        "profile_midpoint": fick.profile_midpoint(p.c_left, p.c_right),
    }


def steady_state(record: walkers.Record, n_sites: int) -> analysis.SteadyState:
    """Weight the walkers of each reservoir by its injection rate over their number."""
    slab: Any = record.model
    on_sites = record["departures"][:, :, 1 : n_sites + 1]
    left_right_neither = on_sites[..., [0, 2, 1]]
    return analysis.steady_state(
        slab.injection, record["started"], record["absorbed"], left_right_neither
    )


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flux between the reservoirs, one-way hops in the middle, diffusivity and profile."""
    steady = steady_state(record, p.n_sites)
    middle = p.n_sites // 2  # the bond middle|middle + 1; sites count from 1
    offsets = np.arange(p.n_sites) - (p.n_sites - 1) / 2.0
    slope = steady.profile @ offsets / (offsets @ offsets)
    centre = (steady.profile[:, (p.n_sites - 1) // 2] + steady.profile[:, middle]) / 2.0
    estimates = {
        "flux": analysis.batch_mean(steady.flux, "1/τ"),
        "flux_forward": analysis.batch_mean(steady.hops_right[:, middle - 1], "1/τ"),
        "flux_backward": analysis.batch_mean(steady.hops_left[:, middle], "1/τ"),
        "diffusivity": analysis.jackknife(lambda J, s: -J / s, steady.flux, slope, unit="ℓ²/τ"),
        "profile_midpoint": analysis.batch_mean(centre, "1/site"),
    }
    predictions = laws(p)
    return analysis.checks_of(estimates, predictions)


def plot(result: Any) -> Any:
    """Steady profile against the law's line."""
    p = result.params
    sites = np.arange(1, p.n_sites + 1)
    shown = sites[:: max(1, p.n_sites // 25)]
    figure, (axes,) = draw.figure()
    draw.draw_law(axes, [0, p.n_sites + 1], [p.c_left, p.c_right], "Fick, c linear in x")
    profile = steady_state(result.record, p.n_sites).profile
    draw.draw_batches(axes, shown, profile[:, shown - 1], "walkers")
    draw.label_axes(axes, "site x [ℓ]", "concentration [walkers/site]", "Steady profile")
    return figure


def _absorber_too_near(model: walkers.OpenWalk) -> walkers.Model:
    (slab,) = model.axes
    return replace(model, axes=(replace(slab, size=slab.size - 1),))


WRONG_RULES = {
    "absorber-too-near": WrongRule(
        "the right reservoir stands on site N instead of N + 1",
        change=_absorber_too_near,
        moves={
            "flux": +1,
            "flux_forward": -1,
            "flux_backward": -1,
            "diffusivity": -1,
            "profile_midpoint": -1,
        },
    ),
}

CALIBRATION_WALKERS = 2000
