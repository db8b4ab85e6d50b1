"""Is every walker accounted for, in every cell and at every step, from source to sink?

Rule: independent walkers on cells 1 … N between reflecting ends. In each step τ a walker in cell
N, the sink, is removed with probability ``sink``; whoever is left hops left or right with
probability ½ (an end refuses the hop); then Poisson(``source``) walkers are born in cell 1. The
chain is empty at first. A ledger counts the walkers in each cell by where they stand, and births,
hops over each bond and removals as they happen; ``residual`` sets the one against the other.
All expected values are exact at any number of cells and steps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import continuity
from scenarios import Count, Parameters, Quantity, Real, WrongRule, parameter

MAXIMUM_LEDGER = 100_000
"""Cells × steps: a batch keeps three 32-bit numbers for each."""

MAXIMUM_HOPS = 20_000_000
"""Hops of one chain, at most: a batch that long takes 0.2 s."""

BATCH_HOPS = 4_000_000

MAXIMUM_BATCH_HOPS = 50_000_000
"""Hops of the chains that one batch must hold, at most: it takes half a second."""

SKEWEST_SQUARES = 0.5
"""Largest skewness of a batch's χ²: that of a few squares would make its t far too often low."""


class Params(Parameters):
    """Parameters of the chain of cells."""

    n_sites: Count = parameter(20, "cells N between the ends", minimum=2, maximum=5000)
    source: Real = parameter(
        2.0, "walkers born in cell 1, a Poisson mean", unit="1/τ", minimum=0.01, maximum=1e5
    )
    sink: Real = parameter(0.2, "probability of removal from cell N", minimum=0.0, maximum=1.0)
    steps: Count = parameter(200, "steps from the empty chain", unit="τ", minimum=10, maximum=20000)

    @model_validator(mode="after")
    def _ledger_and_walkers_fit(self) -> Params:
        if self.n_sites * self.steps > MAXIMUM_LEDGER:
            most = MAXIMUM_LEDGER // self.n_sites
            raise ValueError(f"steps: must not exceed 10⁵/n_sites = {most}, got {self.steps}")
        if _hops(self) > MAXIMUM_HOPS:
            limit = 2 * MAXIMUM_HOPS / self.steps**2
            raise ValueError(f"source: must not exceed 4·10⁷/steps² = {limit:g}, got {self.source}")
        fewest = _fewest_copies(self)
        if fewest * _hops(self) > MAXIMUM_BATCH_HOPS:
            raise ValueError(
                f"source: the squares of few cells scatter so that a batch needs {fewest} chains, "
                f"which must not make more than {MAXIMUM_BATCH_HOPS:.0e} hops, got {self.source}"
            )
        return self


def _hops(p: Params) -> float:
    """Mean hops of all walkers of one chain, were none removed."""
    return p.source * p.steps**2 / 2.0


def _full_cells(p: Params) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Cells that hold a walker on average, (n_sites,), and the means of these.

    The others would add little to χ² but long tails.
    """
    profile = continuity.mean_profile(p.n_sites, p.source, p.sink, p.steps)
    full = profile >= min(1.0, profile.max())
    return full, profile[full]


def _fewest_copies(p: Params) -> int:
    """Chains of a batch below which its χ² would be too skewed for Student's t."""
    skewness = continuity.chi_square_skewness(_full_cells(p)[1])
    return int(np.ceil((skewness / SKEWEST_SQUARES) ** 2))


QUANTITIES = {
    "residual": Quantity("", "1", "walkers unaccounted for, Σ|ΔN + outflow − source|"),
    "mode_amplitude": Quantity("1/site", "the law", "first cosine mode of the final profile"),
    "chi2": Quantity("", "1", "(N − c)²/c of the final profile, mean over the cells"),
}


def build(p: Params) -> walkers.SourceSinkWalk:
    """As many chains in a batch as four million hops are enough for, or as its χ² needs."""
    n_copies = max(_fewest_copies(p), int(min(BATCH_HOPS / _hops(p), 10_000)))
    return walkers.SourceSinkWalk(
        n_walkers=max(1, round(n_copies * p.source * p.steps)),
        n_sites=p.n_sites,
        n_steps=p.steps,
        source=p.source,
        sink=p.sink,
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {
        "residual": continuity.residual(),
        "mode_amplitude": continuity.mode_amplitude(p.n_sites, p.source, p.sink, p.steps),
        "chi2": continuity.chi_square(),
    }


def residuals(record: walkers.Record) -> NDArray[np.int64]:
    """ΔN + outflow − source of every cell and step, (n_batches, steps, n_sites)."""
    occupancy = record["occupancy"].astype(np.int64)
    residual: NDArray[np.int64] = occupancy[:, 1:] - occupancy[:, :-1]
    to_the_right = record["crossings"][..., 0].astype(np.int64) - record["crossings"][..., 1]
    residual[:, :, :-1] += to_the_right  # out of the cell on the left of a bond …
    residual[:, :, 1:] -= to_the_right  # … into the one on its right
    residual[:, :, -1] += record["removals"]
    residual[:, :, 0] -= record["births"]
    return residual


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Account of every cell and step, the profile's shape and its grain."""
    model: Any = record.model
    n_copies = model.n_copies
    final = record["occupancy"][:, -1]
    full, c = _full_cells(p)
    total, squares = final[:, full], record["squares"][:, full]
    chi_square = (squares - 2.0 * c * total + n_copies * c**2) / (n_copies * c)
    estimates = {
        "residual": analysis.violations(abs(residuals(record)).sum(axis=(1, 2))),
        "mode_amplitude": analysis.batch_mean(
            final @ continuity.cosine_mode(p.n_sites) / n_copies, "1/site"
        ),
        "chi2": analysis.batch_mean(chi_square.mean(axis=1)),
    }
    predictions = laws(p)
    return analysis.checks_of(estimates, predictions, scales={"residual": 1.0}, exact=["residual"])


def plot(result: Any) -> Any:
    """Draw the final profile against the exact one and the steady state."""
    p, record = result.params, result.record
    cells = np.arange(1, p.n_sites + 1)
    shown = cells[:: max(1, p.n_sites // 25)]
    figure, (axes,) = draw.figure()
    exact = continuity.mean_profile(p.n_sites, p.source, p.sink, p.steps)
    draw.draw_law(axes, cells, exact, f"continuity, after {p.steps} steps")
    if p.sink > 0.0:
        steady = continuity.steady_profile(p.n_sites, p.source, p.sink)
        axes.plot(cells, steady, "k:", lw=1, label="steady state")
    final = record["occupancy"][:, -1] / record.model.n_copies
    draw.draw_batches(axes, shown, final[:, shown - 1], "walkers")
    axes.locator_params(axis="x", integer=True)
    draw.label_axes(axes, "cell", "walkers per cell", "From the source on the left to the sink")
    return figure


WRONG_RULES = {
    "lost-crossing": WrongRule(
        "one crossing in 10⁵ loses its walker",
        change=lambda chain: replace(chain, loss=1e-5),
        moves={"residual": +1},
    ),
    "regular-source": WrongRule(
        "walkers are born at regular intervals, not at random",
        change=lambda chain: replace(chain, regular=True),
        moves={"chi2": -1},
    ),
}

CALIBRATION_WALKERS = 800
