"""Does the entropy of walkers that know no arrow of time rise as the second law says?

Rule: ``n_walkers`` start in the first of ``n_cells`` cells of a closed box; at every step each
hops to either neighbour cell with probability ¼, a hop into the wall being refused. The entropy
S = −Σ (n_i/N) ln(n_i/N) of an ensemble fluctuates; its mean is exact, because the number in every
cell is binomial. A batch holds several independent ensembles.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import mixing
from scenarios import Count, Parameters, Quantity, WrongRule, parameter

HOP = 0.25
HOPS_PER_BATCH = 10_000_000
FEWEST_FREE_SHARES = 32
"""In equilibrium an ensemble lacks χ²/2N of ln M, with M − 1 free shares: fewer are skewed."""

MAXIMUM_SIZE = 1e7
FEWEST_PER_CELL = 10
EARLY, LATE, END = 3, 4, 5
"""Looks whose entropies give the rate, and the last one."""


class Params(Parameters):
    """Parameters of the box."""

    n_walkers: Count = parameter(1000, "walkers of an ensemble", minimum=50, maximum=100_000)
    n_cells: Count = parameter(16, "cells M of the box", minimum=4, maximum=64)

    @model_validator(mode="after")
    def _mixes_in_time(self) -> Params:
        if self.n_walkers < FEWEST_PER_CELL * self.n_cells:
            raise ValueError(
                f"n_walkers: must be at least {FEWEST_PER_CELL} for each of {self.n_cells} cells, "
                f"got {self.n_walkers}"
            )
        limit = int(MAXIMUM_SIZE / self.n_cells**2)
        if self.n_walkers > limit:
            raise ValueError(
                f"n_walkers: must be at most {limit} in {self.n_cells} cells (n_walkers·n_cells² "
                f"up to {MAXIMUM_SIZE:g}), got {self.n_walkers}"
            )
        return self


QUANTITIES = {
    "entropy_rate": Quantity("1/τ", "the law", "decay rate of the missing entropy, late"),
    "increments": Quantity("", "the law", "five rises of the entropy over their exact values"),
    "entropy_final": Quantity("k", "the law", "entropy per walker at the end"),
}

LAW_NAME = mixing.LATE_RATE


def _stops(p: Params) -> tuple[int, ...]:
    """Step numbers of the six looks: five rises; the last but one and two give the rate."""
    slowest = -np.log(mixing.decay_factors(p.n_cells, HOP)[1])
    return tuple(max(i, round(t / slowest)) for i, t in enumerate((0.02, 0.1, 0.3, 0.7, 1.6, 5.0)))


@lru_cache(maxsize=8)
def _exact(p: Params) -> tuple[float, ...]:
    """Mean entropy at every look, and in equilibrium."""
    occupation = mixing.spreading(p.n_cells, HOP, _stops(p))
    equal = np.full((1, p.n_cells), 1.0 / p.n_cells)
    return tuple(mixing.mean_entropy(np.vstack([occupation, equal]), p.n_walkers).tolist())


def build(p: Params) -> walkers.Model:
    """Several ensembles that start in the first cell."""
    stops = _stops(p)
    affordable = min(64, HOPS_PER_BATCH // (p.n_walkers * stops[-1]))
    n_ensembles = max(affordable, math.ceil(FEWEST_FREE_SHARES / (p.n_cells - 1)))
    bonds = np.full(p.n_cells - 1, HOP)
    return walkers.closed_chain(
        n_ensembles * p.n_walkers, bonds, bonds, [1], stops, n_groups=n_ensembles
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    S = _exact(p)
    return {
        "entropy_rate": mixing.entropy_rate(float(_rate(p, S[EARLY], S[LATE])), p.n_cells, HOP),
        "increments": mixing.increments(),
        "entropy_final": mixing.final_entropy(S[END], p.n_cells),
    }


def _rate(p: Params, early: Any, late: Any) -> Any:
    """Decay rate of the missing entropy between the two late looks."""
    stops, equilibrium = _stops(p), _exact(p)[-1]
    return np.log((equilibrium - early) / (equilibrium - late)) / (stops[LATE] - stops[EARLY])


def entropies(record: walkers.Record, p: Params) -> NDArray[np.float64]:
    """Mean entropy of the ensembles of each batch at every look, (n_batches, n_looks)."""
    n = record["occupancy"][..., 1:]  # (n_batches, n_ensembles, n_looks, n_cells)
    share = n / p.n_walkers
    logarithm = np.log(share, out=np.zeros_like(share), where=n > 0)
    return np.asarray(-(share * logarithm).sum(axis=-1).mean(axis=1))


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Rate, rises and final value of the entropy."""
    S = entropies(record, p)
    rises = np.diff(S, axis=1) / np.diff(_exact(p)[:-1])
    estimates = {
        "entropy_rate": analysis.jackknife(
            lambda early, late: _rate(p, early, late), S[:, EARLY], S[:, LATE], unit="1/τ"
        ),
        "increments": analysis.batch_mean(rises.mean(axis=1)),
        "entropy_final": analysis.batch_mean(S[:, END], "k"),
    }
    predictions = laws(p)
    return analysis.checks_of(estimates, predictions)


def plot(result: Any) -> Any:
    """Entropy against time, rising to that of many walkers."""
    p, stops = result.params, np.array(_stops(result.params))
    times = np.unique(np.geomspace(1, stops[-1], 60).astype(int))
    exact = mixing.mean_entropy(mixing.spreading(p.n_cells, HOP, times), p.n_walkers)
    figure, (axes,) = draw.figure()
    draw.draw_law(axes, times, exact, "mean of a multinomial")
    draw.draw_batches(axes, stops, entropies(result.record, p), "walkers")
    axes.axhline(np.log(p.n_cells), color="0.6", lw=0.8, ls="--", label="ln M")
    axes.set_xscale("log")
    draw.label_axes(axes, "time t [τ]", "entropy per walker S [k]", "Entropy of mixing")
    return figure


def _one_way_door(walk: walkers.SiteWalk) -> walkers.Model:
    probabilities = walk.probabilities.copy()
    probabilities[len(probabilities) // 2, 0] = 0.0  # nobody comes back through the middle
    return replace(walk, probabilities=probabilities)


WRONG_RULES = {
    "one-way-door": WrongRule(
        "a door in the middle lets walkers through to the right only",
        change=_one_way_door,
        moves={"entropy_rate": -1, "increments": -1, "entropy_final": -1},
    ),
}
