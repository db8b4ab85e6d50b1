"""Does a random walk diffuse as Einstein and Green–Kubo say, and become Gaussian?

Rule: at every step τ a walker on a d-dimensional lattice of spacing ℓ stays with probability
``stay`` s, or hops: p± = ((1 − s)/d ± b)/2 along x with ``bias`` b, (1 − s)/2d along every other
direction. Steps are independent, so every expected value below is exact at any number of steps.
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

N_LAGS = 10
KURTOSIS_STEPS = 10


class Params(Parameters):
    """Parameters of the walk."""

    dimension: Count = parameter(3, "number of axes d", minimum=1, maximum=3)
    steps: Count = parameter(
        1000, "steps of every walker", unit="τ", minimum=2 * N_LAGS, maximum=1_000_000
    )
    bias: Real = parameter(
        0.0, "drift b = p₊ − p₋ along x, at most (1 − stay)/d", unit="ℓ/τ", minimum=-1, maximum=1
    )
    stay: Real = parameter(0.0, "probability s of not hopping", minimum=0.0, maximum=0.99)

    @model_validator(mode="after")
    def _hops_scatter(self) -> Params:
        limit = (1.0 - self.stay) / self.dimension
        if abs(self.bias) > limit:
            raise ValueError(f"bias: must not exceed (1 − stay)/d = {limit:g}, got {self.bias!r}")
        if fick.hop_diffusivity(self.dimension, self.stay, self.bias) < 1e-3:
            raise ValueError(f"bias: must leave the walkers some choice, got {self.bias!r}")
        return self


QUANTITIES = {
    "diffusivity_msd": Quantity("ℓ²/τ", "the law", "⟨|R − vt|²⟩/2dt from end to end"),
    "diffusivity_green_kubo": Quantity("ℓ²/τ", "the law", "τ[C₀/2 + C₁ + … + C₁₀] of velocities"),
    "drift": Quantity("ℓ/τ", "ℓ/τ", "mean velocity along x"),
    "kurtosis": Quantity("", "1", "⟨r⁴⟩/⟨r²⟩² − (1 + 2/d) after 10 steps"),
}


def build(p: Params) -> walkers.Model:
    """Long walks for the diffusivities, many short ones for the kurtosis."""
    long = walkers.ClosedWalk(
        n_walkers=max(20, min(4000, 4_000_000 // p.steps)),
        axes=(walkers.Axis(),) * p.dimension,
        hop=walkers.Hop(stay=p.stay, bias=p.bias),
        n_steps=p.steps,
        start=(0,) * p.dimension,
        stops=_stops(p),
        n_lags=N_LAGS,
    )
    short = replace(
        long, n_walkers=20_000, n_steps=KURTOSIS_STEPS, stops=(KURTOSIS_STEPS,), n_lags=0
    )
    return walkers.together(long=long, short=short)


def _stops(p: Params) -> tuple[int, ...]:
    """Nine step numbers, a factor of √2 apart, the last one being all of them."""
    return tuple(sorted({max(1, round(p.steps / 2 ** (i / 2))) for i in range(9)}))


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    D = fick.diffusivity(p.dimension, p.stay, p.bias)
    return {
        "diffusivity_msd": D,
        "diffusivity_green_kubo": D,
        "drift": fick.drift(p.bias),
        "kurtosis": fick.kurtosis(p.dimension, p.stay, p.bias, KURTOSIS_STEPS),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Diffusivity by displacements and by velocities, drift, and the approach to a Gaussian."""
    far = _moments(record, "long", -1, p.bias * p.steps)
    near = _moments(record, "short", 0, p.bias * KURTOSIS_STEPS)
    msd = analysis.batch_mean(far.square / (2.0 * p.dimension * p.steps), "ℓ²/τ")
    green_kubo = analysis.green_kubo(
        record["long.correlation"],
        record["long.lag_velocity"],
        p.bias,
        n_walkers=record.part("long").n_walkers,
        n_steps=p.steps,
        dimension=p.dimension,
        unit="ℓ²/τ",
    )
    kurtosis = analysis.jackknife(
        lambda square, fourth: fourth / square**2 - (1.0 + 2.0 / p.dimension),
        near.square,
        near.fourth,
    )
    drift = analysis.batch_mean(p.bias + far.x / p.steps, "ℓ/τ")
    law = laws(p)
    D = law["diffusivity_msd"].law
    return [
        Check("diffusivity_msd", msd, law["diffusivity_msd"], scale=D),
        Check("diffusivity_green_kubo", green_kubo, law["diffusivity_green_kubo"], scale=D),
        Check("drift", drift, law["drift"], scale=1.0),
        Check("kurtosis", kurtosis, law["kurtosis"], scale=1.0),
    ]


def _moments(record: walkers.Record, part: str, stop: int, drift: float) -> analysis.Moments:
    model = record.part(part)
    return analysis.displacement_moments(
        record[f"{part}.moments"][:, stop], model.n_walkers, model.centres[stop], drift
    )


def plot(result: Any) -> Any:
    """Mean square displacement against time."""
    p, record = result.params, result.record
    stops = np.array(_stops(p))
    squares = [_moments(record, "long", i, p.bias * n).square for i, n in enumerate(stops)]
    figure, (axes,) = draw.figure()
    slope = 2 * p.dimension * fick.hop_diffusivity(p.dimension, p.stay, p.bias)
    draw.draw_law(axes, [0, p.steps], [0, slope * p.steps], "Einstein, 2dDt")
    draw.draw_batches(axes, stops, np.stack(squares, axis=1), "walkers")
    draw.label_axes(axes, "time t [τ]", "⟨|R − vt|²⟩ [ℓ²]", "Mean square displacement")
    return figure


WRONG_RULES = {
    "persistence": WrongRule(
        "a walker keeps its last direction with probability 0.1",
        change=lambda model: model.each(
            lambda walk: replace(walk, hop=replace(walk.hop, persistence=0.1))
        ),
        moves={"diffusivity_msd": +1, "diffusivity_green_kubo": +1},
    ),
}

CALIBRATION_WALKERS = 400
