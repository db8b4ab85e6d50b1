"""Is the ratio of the one-way rates of A ⇌ B set by the free energy, e^(ΔG/RT)?

Rule: a molecule of A turns into B with probability k_f τ in a step τ, one of B into A with
k_r τ, whatever it did before. Five independent runs: molecules of A, for the forward rate, and
others of A and of B, for the ratio, followed until they convert (conversions per molecule and
time, times the concentration held there); a mixture of both that makes one step; and a closed box
left until it is in equilibrium.
All expected values are exact at any τ.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator
from scipy import constants

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import reaction
from scenarios import Parameters, Quantity, Real, WrongRule, parameter

FASTEST = 0.25
"""Probability of the faster conversion in a step τ."""

MAXIMUM_RATIO = 100.0
A, B = 0, 1


class Params(Parameters):
    """Parameters of the reaction."""

    k_forward: Real = parameter(
        2.0, "rate constant of A → B", unit="1/s", minimum=1e-9, maximum=1e9
    )
    k_reverse: Real = parameter(
        0.5, "rate constant of B → A", unit="1/s", minimum=1e-9, maximum=1e9
    )
    c_A: Real = parameter(1.0, "A held at", unit="mol/m³", minimum=1e-9, maximum=1e9)
    c_B: Real = parameter(2.0, "B held at", unit="mol/m³", minimum=1e-9, maximum=1e9)
    T: Real = parameter(298.15, "temperature, for ΔG", unit="K", minimum=1.0, maximum=1e4)

    @model_validator(mode="after")
    def _both_kinds_are_seen(self) -> Params:
        for name, ratio, of in (
            ("k_reverse", self.k_reverse / self.k_forward, "k_forward"),
            ("c_B", self.c_B / self.c_A, "c_A"),
        ):
            if not 1.0 / MAXIMUM_RATIO <= ratio <= MAXIMUM_RATIO:
                raise ValueError(
                    f"{name}: must lie within a factor of {MAXIMUM_RATIO:g} of {of}, "
                    f"got {getattr(self, name)!r} against {getattr(self, of)!r}"
                )
        return self

    @property
    def step(self) -> float:
        """Duration of a step τ [s]."""
        return FASTEST / max(self.k_forward, self.k_reverse)


QUANTITIES = {
    "forward_rate": Quantity("mol/(m³ s)", "the law", "molecules of A that turn into B"),
    "net_rate": Quantity("mol/(m³ s)", "the forward rate", "conversions to B less those to A"),
    "reverse_over_forward": Quantity("", "the law", "ratio of the one-way rates"),
    "equilibrium_constant": Quantity("", "the law", "c_B/c_A in a closed box, late"),
}


def build(p: Params) -> walkers.Model:
    """Molecules followed until they convert, for one step, and into equilibrium."""
    to_B, to_A = p.k_forward * p.step, p.k_reverse * p.step
    pair = walkers.closed_chain(200_000, [to_B], [to_A], [1], (1,))
    one_step = replace(pair, entrances=(np.array([A]), np.array([B])))
    late = math.ceil(40.0 / (to_B + to_A))  # what is left of the start is e⁻⁴⁰
    return walkers.together(
        from_A=_until_converted(to_B),
        from_A_again=_until_converted(to_B),
        from_B=_until_converted(to_A),
        mixture=one_step,
        box=walkers.closed_chain(60_000, [to_B], [to_A], [1], (late,)),
    )


def _until_converted(probability: float) -> walkers.SiteWalk:
    """Molecules of one kind that wait on the only site, and turn into the other for good."""
    return walkers.open_chain(20_000, right=[0.0, probability], left=[0.0, 0.0])


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    rates = (p.k_forward, p.k_reverse, p.c_A, p.c_B)
    return {
        "forward_rate": reaction.forward_rate(*rates),
        "net_rate": reaction.net_rate(*rates),
        "reverse_over_forward": reaction.reverse_over_forward(*rates, p.T),
        "equilibrium_constant": reaction.equilibrium_constant(p.k_forward, p.k_reverse),
    }


def _conversions(record: walkers.Record, part: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Conversions and steps of waiting of each batch, (n_batches,) each."""
    departures = record[f"{part}.departures"][:, :, 1].sum(axis=1)
    return departures[:, walkers.RIGHT], departures.sum(axis=1)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """One-way and net rates, their ratio, and the equilibrium."""
    hops, started = record["mixture.departures"], record["mixture.started"]
    to_B = p.c_A * hops[:, A, 1 + A, walkers.RIGHT] / started[:, A]
    to_A = p.c_B * hops[:, B, 1 + B, walkers.LEFT] / started[:, B]
    box = record["box.occupancy"][:, 0, 0]
    unit = "mol/(m³ s)"
    estimates = {
        "forward_rate": analysis.jackknife(
            lambda hops, steps: p.c_A / p.step * hops / steps,
            *_conversions(record, "from_A"),
            unit=unit,
        ),
        "net_rate": analysis.batch_mean((to_B - to_A) / p.step, unit),
        "reverse_over_forward": analysis.jackknife(
            lambda to_A, at_B, to_B, at_A: (p.c_B * to_A / at_B) / (p.c_A * to_B / at_A),
            *_conversions(record, "from_B"),
            *_conversions(record, "from_A_again"),
        ),
        "equilibrium_constant": analysis.ratio(box[:, 1 + B], box[:, 1 + A]),
    }
    predictions = laws(p)
    scales = {name: prediction.law for name, prediction in predictions.items()}
    scales["net_rate"] = scales["forward_rate"]  # it may vanish
    return analysis.checks_of(estimates, predictions, scales)


def plot(result: Any) -> Any:
    """Ratio of the one-way rates against ΔG, at other concentrations of B."""
    p, record = result.params, result.record
    measured = {part: _conversions(record, part) for part in ("from_B", "from_A_again")}
    k_r, k_f = (hops / steps for hops, steps in measured.values())
    c_B = p.c_A * p.k_forward / p.k_reverse * np.geomspace(0.05, 20.0, 9)
    energy = [
        reaction.reaction_energy(p.k_forward, p.k_reverse, p.c_A, c, p.T) / 1000.0 for c in c_B
    ]
    ratios = (k_r / k_f)[:, None] * c_B / p.c_A
    figure, (axes,) = draw.figure()
    ends = np.array([energy[0], energy[-1]])  # a straight line where the ratio is logarithmic
    draw.draw_law(axes, ends, np.exp(1000.0 * ends / (constants.R * p.T)), "e^(ΔG/RT)")
    draw.draw_batches(axes, energy, ratios, "measured k_r/k_f × c_B/c_A")
    axes.set_yscale("log")
    draw.label_axes(axes, "ΔG of A → B [kJ/mol]", "v_r/v_f", f"One-way rates at {p.T:g} K")
    return figure


def _faster_back(model: walkers.Together) -> walkers.Model:
    changed = dict(model.parts)
    changed["from_B"] = _sped_up(changed["from_B"], (1, walkers.RIGHT))
    changed["mixture"] = _sped_up(changed["mixture"], (B, walkers.LEFT))
    changed["box"] = _sped_up(changed["box"], (B, walkers.LEFT))
    return walkers.together(**changed)


def _sped_up(walk: walkers.SiteWalk, entry: tuple[int, int]) -> walkers.Model:
    probabilities = walk.probabilities.copy()
    probabilities[entry] *= 1.02
    return replace(walk, probabilities=probabilities)


WRONG_RULES = {
    "faster-back": WrongRule(
        "molecules of B convert 2 % more often",
        change=_faster_back,
        moves={"net_rate": -1, "reverse_over_forward": +1, "equilibrium_constant": -1},
    ),
}

CALIBRATION_WALKERS = 4000
