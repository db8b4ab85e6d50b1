"""How does the transmission of a tube fall from a hole in a foil to a long pipe?

Rule: molecules enter one end of a cylinder of radius R like a gas at rest (uniform over the
opening, cosine law), fly straight, and leave the diffuse wall by the cosine law, until they reach
an end. Tubes of many lengths L/R are measured side by side, each with molecules of its own.
Clausing's integral equation is exact for this rule at any length.

A long tube costs as (L/R)² hits for the same relative error, so the errors differ: most hits go
to the longest tubes, enough that several molecules of a batch pass. ``--precision`` is that of
the first, shortest tube; all errors shrink together. Up to L/R = 20 the rival is the usual
interpolation 1/(1 + 3L/8R) (up to 12 % off); beyond, molecules that pass without touching the
wall. One long tube to 1 %: ``fluxwalk run knudsen-tube --set length_over_radius=1000``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import knudsen, short_tube
from scenarios import Count, Parameters, Quantity, Real, WrongRule, parameter
from scenarios._tubes import open_tube

ENTRANCE, EXIT = 0, 1  # numbers of the surfaces
T = 300.0  # [K]; no path depends on it
FEWEST_EVENTS = 4.0  # passages, and returns, of a batch: fewer scatter too unevenly
MOLECULES_AT_LENGTH_1 = 12_000
SMALLEST_STEP = 1.01  # between lengths, so that their names differ


class Params(Parameters):
    """Parameters of the sweep."""

    shortest: Real = parameter(0.01, "length L/R of the shortest tube", minimum=0.01, maximum=1000)
    longest: Real = parameter(1000.0, "length L/R of the longest", minimum=0.01, maximum=1000)
    n_lengths: Count = parameter(11, "tubes, spaced evenly in log L", minimum=2, maximum=41)

    @model_validator(mode="after")
    def _lengths_differ(self) -> Params:
        most = self.shortest * SMALLEST_STEP ** (self.n_lengths - 1)
        if self.longest < most:
            raise ValueError(
                f"longest: must be at least {most:.4g} (lengths 1 % apart), got {self.longest!r}"
            )
        return self


QUANTITIES = {
    "transmission[L/R]": Quantity("", "the law", "share of entering molecules that pass a tube"),
}


def _lengths(p: Params) -> dict[str, float]:
    """Length of every tube, by the name of its quantity: the lengths are four digits long."""
    step = np.log(p.longest / p.shortest) / (p.n_lengths - 1)
    exact = [p.shortest * np.exp(step * i) for i in range(p.n_lengths)]
    names = [f"{length:.4g}" for length in exact]
    return {f"transmission[{name}]": float(name) for name in names}


def _tube(length: float) -> walkers.FreeMolecular:
    passing = short_tube.orifice_and_tube(length)  # nearly W
    enough = FEWEST_EVENTS / min(passing, 1.0 - passing)
    n = int(max(MOLECULES_AT_LENGTH_1 / np.sqrt(max(length, 0.2)), enough))
    return open_tube(
        length, walkers.Diffuse(T), (n, 0), (T, T), ends=("entrance", "exit"), track_speeds=False
    )


def build(p: Params) -> walkers.Model:
    """Build a tube of every length, each with random numbers of its own."""
    return walkers.together(**{name: _tube(length) for name, length in _lengths(p).items()})


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {name: short_tube.transmission(length) for name, length in _lengths(p).items()}


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Share of molecules that pass, tube by tube."""
    estimates = {name: analysis.batch_mean(_passed(record, name)) for name in _lengths(p)}
    return analysis.checks_of(estimates, laws(p))


def _passed(record: walkers.Record, name: str) -> Any:
    return record[f"{name}.absorbed"][:, 0, EXIT] / record[f"{name}.entered"][:, 0]


def batch_error(p: Params) -> float:
    """Relative error of the shortest tube's transmission from one batch."""
    length = next(iter(_lengths(p).values()))
    W = knudsen.transmission_probability(length)
    return float(np.sqrt((1.0 - W) / (W * _tube(length).n_walkers)))


def plot(result: Any) -> Any:
    """Transmission against length with its two limits, and how far molecules are from the law."""
    p, record = result.params, result.record
    lengths = _lengths(p)
    x = np.array(list(lengths.values()))
    passed = np.array([_passed(record, name) for name in lengths]).T
    figure, (curve, deviations) = draw.figure(2)
    fine = np.geomspace(x[0], x[-1], 120)
    few = np.geomspace(x[0], x[-1], 16)  # exact here: 10⁻⁴ off between them
    W = draw.between(few, [knudsen.transmission_probability(length) for length in few], fine)
    curve.plot(fine, np.ones_like(fine), "k:", lw=1, label="hole in a foil: 1")
    curve.plot(fine, 8.0 / (3.0 * fine), "k--", lw=1, label="long tube: 8R/3L")
    draw.draw_law(curve, fine, W, "Clausing")
    draw.draw_batches(curve, x, passed, "molecules")
    curve.set_yscale("log")
    curve.set_ylim(0.5 * W[-1], 2.0)
    draw.label_axes(curve, "L/R", "transmission W", "Share of molecules that pass")
    law = np.array([knudsen.transmission_probability(length) for length in x])
    usual = np.array([short_tube.orifice_and_tube(length) for length in fine])
    deviations.axhline(0.0, color=draw.LAW_COLOUR, lw=1.5, label="Clausing")
    deviations.plot(fine, 100.0 * (usual / W - 1.0), "k-.", lw=1, label="1/(1 + 3L/8R)")
    draw.draw_batches(deviations, x, 100.0 * (passed / law - 1.0), "molecules")
    draw.label_axes(deviations, "L/R", "W/W(Clausing) − 1 [%]", "Relative deviation")
    for axes in (curve, deviations):
        axes.set_xscale("log")
    return figure


WRONG_RULES = {
    "isotropic": WrongRule(
        "the wall re-emits uniformly over the hemisphere instead of by the cosine law",
        change=lambda model: model.each(
            lambda tube: tube.emitting(angles=walkers.AngleLaw.ISOTROPIC)
        ),
        moves={"transmission[5]": +1, "transmission[20]": +1},
        parameters={"shortest": 5.0, "longest": 20.0, "n_lengths": 2},
    ),
}

CALIBRATION_PARAMETERS = {"longest": 10.0, "n_lengths": 4}
CALIBRATION_WALKERS = 3000
