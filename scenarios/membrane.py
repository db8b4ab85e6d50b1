"""What does a membrane let through that dissolves the solute less well than its baths?

Rule: the membrane is a chain of N sites, on which a walker hops to either side with probability
Dτ/ℓ². Its faces stand half a spacing beyond the outermost sites: walkers leave through them with
twice that probability, and enter from a bath at concentration C at the rate 2KC Dτ/ℓ², so that
detailed balance gives the partition coefficient K. With the thickness L = Nℓ every expected value
is exact at any N. Labelled walkers run until a bath takes them; two independent runs give the flux
with both jumps, and the rate.
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
from analysis.laws import membrane
from scenarios import Parameters, Quantity, Real, WrongRule, _chain, parameter

N_SITES = 10
FREE = 1.0 / 3.0
"""Dτ/ℓ²: an outermost site then loses its walker at every step."""

MAXIMUM_RATIO = 100.0


class Params(Parameters):
    """Parameters of the membrane and its baths."""

    partition: Real = parameter(
        0.2, "K, solubility in the membrane over that in the baths", minimum=1e-6, maximum=1e6
    )
    thickness: Real = parameter(1e-4, "thickness L", unit="m", minimum=1e-9, maximum=1.0)
    D_membrane: Real = parameter(
        1e-10, "diffusivity inside", unit="m²/s", minimum=1e-20, maximum=1.0
    )
    c1: Real = parameter(10.0, "bath on the left", unit="mol/m³", minimum=1e-6, maximum=1e6)
    c2: Real = parameter(2.0, "bath on the right", unit="mol/m³", minimum=1e-6, maximum=1e6)
    area: Real = parameter(1e-3, "area of the membrane", unit="m²", minimum=1e-12, maximum=1e6)

    @model_validator(mode="after")
    def _both_baths_show(self) -> Params:
        if not 1.0 / MAXIMUM_RATIO <= self.c2 / self.c1 <= MAXIMUM_RATIO:
            raise ValueError(
                f"c2: must lie within a factor of {MAXIMUM_RATIO:g} of c1 = {self.c1:g}, "
                f"or its jump would drown, got {self.c2!r}"
            )
        return self


QUANTITIES = {
    "flux": Quantity("mol/(m² s)", "larger one-way flux", "passages right less left"),
    "rate": Quantity("mol/s", "larger one-way rate", "amount through the area, of another run"),
    "jump_left": Quantity("", "the law", "profile extrapolated to the left face over c1"),
    "jump_right": Quantity("", "the law", "profile extrapolated to the right face over c2"),
}


def build(p: Params) -> walkers.Model:
    """Two runs of the same membrane."""
    right, left = np.full(N_SITES + 1, FREE), np.full(N_SITES + 1, FREE)
    right[0] = left[-1] = 2.0 * p.partition * FREE  # in through a face
    left[0] = right[-1] = 2.0 * FREE  # out through it
    chain = walkers.open_chain(100_000, right, left)
    return walkers.together(profile=chain, amount=chain)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    barrier = (p.partition, p.D_membrane, p.thickness, p.c1, p.c2)
    return {
        "flux": membrane.flux(*barrier),
        "rate": membrane.rate(*barrier, p.area),
        "jump_left": membrane.jump(p.partition, "left"),
        "jump_right": membrane.jump(p.partition, "right"),
    }


def _steady(record: walkers.Record, part: str, p: Params) -> analysis.SteadyState:
    """Steady state between the baths, concentrations in mol/m³, rates in ℓ/τ times these."""
    return _chain.steady_per_step(record, part, p.c1, p.c2)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flux and profile of one run, the rate of the other."""
    spacing = p.thickness / N_SITES
    speed = p.D_membrane / (FREE * spacing)  # ℓ/τ in m/s
    steady = _steady(record, "profile", p)
    left = 1.5 * steady.profile[:, 0] - 0.5 * steady.profile[:, 1]
    right = 1.5 * steady.profile[:, -1] - 0.5 * steady.profile[:, -2]
    amount = _steady(record, "amount", p).flux * speed * p.area
    estimates = {
        "flux": analysis.batch_mean(steady.flux * speed, "mol/(m² s)"),
        "rate": analysis.batch_mean(amount, "mol/s"),
        "jump_left": analysis.batch_mean(left / p.c1),
        "jump_right": analysis.batch_mean(right / p.c2),
    }
    predictions = laws(p)
    one_way = p.partition * p.D_membrane * max(p.c1, p.c2) / p.thickness
    scales = {"flux": one_way, "rate": one_way * p.area}
    return analysis.checks_of(estimates, predictions, scales)


def plot(result: Any) -> Any:
    """Profile through the membrane, and the baths beside it."""
    p = result.params
    figure, (axes,) = draw.figure()
    micrometres = 1e6 * p.thickness
    inside = [p.partition * p.c1, p.partition * p.c2]
    draw.draw_law(axes, [0.0, micrometres], inside, "solution–diffusion")
    for x, c in (([-0.25, 0.0], p.c1), ([1.0, 1.25], p.c2)):
        axes.plot(micrometres * np.array(x), [c, c], color="0.5", lw=3, solid_capstyle="butt")
        axes.annotate("bath", (micrometres * np.mean(x), c), (0, 4), textcoords="offset points",
                      ha="center", fontsize="small")  # fmt: skip
    for face in (0.0, micrometres):
        axes.axvline(face, color="0.7", lw=0.8, ls=":")
    sites = (np.arange(N_SITES) + 0.5) * micrometres / N_SITES
    draw.draw_batches(axes, sites, _steady(result.record, "profile", p).profile, "walkers")
    draw.label_axes(
        axes, "position [µm]", "concentration [mol/m³]", f"Partition K = {p.partition:g}"
    )
    return figure


def _left_face_only(chain: walkers.OpenChain) -> walkers.Model:
    return replace(chain, entering=np.array([chain.entering[0], 2.0 * FREE]))


WRONG_RULES = {
    "one-face": WrongRule(
        "K rules the entrance on the left only; on the right walkers enter as into a bath",
        change=lambda model: model.each(_left_face_only),
        moves={"flux": -1, "rate": -1, "jump_right": +1},
    ),
}

CALIBRATION_WALKERS = 6000
