"""Do walkers in a flow carry cv − D∇c, and does their profile become exponential?

Rule: on sites 1 … N a walker hops with probability Γ±τ, Γ± = (D/ℓ²)B(∓Pe/(N + 1)) with the
Bernoulli function B(x) = x/(eˣ − 1) (Scharfetter and Gummel): it drifts at v = Pe·D/L, L =
(N + 1)ℓ. Reservoirs on sites 0 and N + 1 hold 4 and 1 walkers per site. Labelled test walkers
start where a reservoir injects them and run until they are absorbed. Time is counted in
τ = ℓ²/2D; the flux and every site of the profile are the continuum's at any N.
Of three independent runs, one gives flux and profile, one the convective part, v being the mean
hop of the walkers present and not the rule's, and the diffusive part is what such a convective
part of the third leaves of the flux of the second.
"""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import advection
from scenarios import Count, Parameters, Quantity, Real, WrongRule, _chain, parameter

C_LEFT, C_RIGHT = 4.0, 1.0


class Params(Parameters):
    """Parameters of the flow."""

    peclet: Real = parameter(3.0, "Pe = vL/D, > 0 from left to right", minimum=-1000, maximum=1000)
    n_sites: Count = parameter(20, "sites N between the reservoirs", minimum=4, maximum=500)

    @model_validator(mode="after")
    def _walkers_pass(self) -> Params:
        _chain.refuse_rare_passages(
            "peclet", self.peclet, C_LEFT, C_RIGHT, -self.peclet, self.n_sites
        )
        return self


QUANTITIES = {
    "flux": Quantity("1/τ", "larger one-way flux", "passages right less left, per time"),
    "convective_part": Quantity("1/τ", "law or one-way flux", "c times the mean velocity, middle"),
    "diffusive_part": Quantity("1/τ", "law or one-way flux", "flux less its convective part"),
    "profile_midpoint": Quantity("1/site", "the law", "concentration in the middle"),
}


def build(p: Params) -> walkers.Model:
    """Three independent runs of the same chain."""
    chain = _chain.tilted_chain(-p.peclet, p.n_sites)
    return walkers.together(whole=chain, drift=chain, rest=chain)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    flow = (C_LEFT, C_RIGHT, p.peclet, p.n_sites)
    return {
        "flux": advection.flux(*flow),
        "convective_part": advection.convective_part(*flow),
        "diffusive_part": advection.diffusive_part(*flow),
        "profile_midpoint": advection.profile_midpoint(*flow),
    }


def _steady(record: walkers.Record, part: str, p: Params) -> _chain.Steady:
    return _chain.steady(record, part, C_LEFT, C_RIGHT, _chain.free_hop(-p.peclet, p.n_sites))


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flux and profile of one run, the parts of the flux of two others."""
    whole, drift, rest = (_steady(record, part, p) for part in ("whole", "drift", "rest"))
    per = advection.LATTICE_D / (p.n_sites + 1)
    estimates = {
        "flux": analysis.batch_mean(per * whole.flux, "1/τ"),
        "convective_part": _chain.drift_part(drift, per, "1/τ"),
        "diffusive_part": _chain.diffusion_part(drift, rest, per, "1/τ"),
        "profile_midpoint": analysis.batch_mean(advection.middle_of(whole.profile), "1/site"),
    }
    predictions = laws(p)
    one_way = per * advection.largest_passage(C_LEFT, C_RIGHT, -p.peclet)
    midpoint = predictions["profile_midpoint"].law
    scales = {name: max(one_way, abs(law.law)) for name, law in predictions.items()}
    scales["profile_midpoint"] = midpoint
    return analysis.checks_of(estimates, predictions, scales)


def plot(result: Any) -> Any:
    """Steady profile against the exponential."""
    p = result.params
    figure, (axes,) = draw.figure()
    state = _steady(result.record, "whole", p)
    label = f"exponential, Pe = {p.peclet:g}"
    _chain.draw_profile(axes, state, C_LEFT, C_RIGHT, -p.peclet, label)
    draw.label_axes(axes, "site x [ℓ]", "concentration [walkers/site]", "Steady profile in a flow")
    return figure


def _half_bias(chain: walkers.OpenChain) -> walkers.OpenChain:
    right, left = chain.hops
    return chain.with_hops((3.0 * right + left) / 4.0, (right + 3.0 * left) / 4.0)


WRONG_RULES = {
    "bias-halved": WrongRule(
        "a walker drifts half as fast, its hops as many",
        change=lambda model: model.each(_half_bias),
        moves={"flux": -1, "convective_part": -1, "diffusive_part": +1, "profile_midpoint": -1},
    ),
}

CALIBRATION_WALKERS = 4000
