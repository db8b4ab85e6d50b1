"""How many ions, and how much charge, does a tilted detector take from a beam?

Rule: ions pass the cross-section of a beam one by one, at exponential gaps and uniform places, and
fly straight; the detector is a square plate in their way, its normal tilted from the beam by
``angle``, and takes those whose path meets it. The beam is 1.25 times as wide as the plate. One
plate counts ions in equal windows of time, in which 250 ions of the beam pass on average, whatever
the current; a second one, in a run of its own with random numbers of its own, is an electrometer
and adds up the charge. All expected values are exact.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.constants import e

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import beam
from scenarios import Count, Parameters, Quantity, Real, WrongRule, parameter

IONS_PER_WINDOW = 250
BEAM_OVER_PLATE = 1.25
"""Sides of the beam and of the plate: a plate that stands square does not fill the beam."""


class Params(Parameters):
    """Parameters of the beam and of the detector."""

    current: Real = parameter(
        1e-6,
        "current I through an area A that stands square to the beam",
        unit="A",
        minimum=1e-15,
        maximum=1e3,
    )
    charge_number: Count = parameter(
        2, "elementary charges of an ion", unit="e", minimum=1, maximum=100
    )
    area: Real = parameter(1e-4, "area A of the detector", unit="m²", minimum=1e-12, maximum=100.0)
    angle: Real = parameter(
        60.0, "between the detector's normal and the beam", unit="°", minimum=0.0, maximum=89.0
    )


QUANTITIES = {
    "flux": Quantity("1/(m² s)", "the law", "ions counted per time and area of the detector"),
    "charge_flux": Quantity("A/m²", "the law", "charge on the electrometer per time and area"),
    "fano_factor": Quantity("", "1", "variance over mean of the counts in equal windows"),
}


def build(p: Params) -> walkers.Model:
    """Counter and electrometer in like beams: a million and a quarter of a million ions."""
    side = math.sqrt(p.area)
    # What passes the whole beam, if I passes the area A of it.
    rate = p.current / (p.charge_number * e) * BEAM_OVER_PLATE**2
    counter = walkers.BeamDetector(
        n_walkers=1_000_000,
        rate=rate,
        window=IONS_PER_WINDOW / rate,
        beam_side=BEAM_OVER_PLATE * side,
        plate_side=side,
        cosine=math.cos(math.radians(p.angle)),
        sine=math.sin(math.radians(p.angle)),
        charge_number=p.charge_number,
    )
    return walkers.together(counter=counter, electrometer=replace(counter, n_walkers=250_000))


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {
        "flux": beam.flux(p.current, p.charge_number, p.area, p.angle),
        "charge_flux": beam.charge_flux(p.current, p.charge_number, p.area, p.angle),
        "fano_factor": beam.fano_factor(),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Compare counts and their scatter, of the counter, and charge, of the electrometer."""
    counts = record["counter.counts"]
    counted = counts.sum(axis=1) / (p.area * record.part("counter").duration)
    charge = e * record["electrometer.charges"].sum(axis=1)
    estimates = {
        "flux": analysis.batch_mean(counted, "1/(m² s)"),
        "charge_flux": analysis.batch_mean(
            charge / (p.area * record.part("electrometer").duration), "A/m²"
        ),
        "fano_factor": analysis.jackknife(
            lambda n, square: (square - n**2) / n,
            counts.mean(axis=1),
            (counts**2).mean(axis=1),
        ),
    }
    predictions = laws(p)
    return analysis.checks_of(estimates, predictions)


def plot(result: Any) -> Any:
    """Flux at this tilt against the cosine, and the counts against Poisson's law."""
    p, record = result.params, result.record
    figure, (tilt, histogram) = draw.figure(2)
    angles = np.linspace(0.0, 90.0, 91)
    flux = beam.flux(p.current, p.charge_number, p.area, 0.0).law
    draw.draw_law(tilt, angles, flux * np.cos(np.radians(angles)), "(I/qA)·cos θ")
    tilt.plot([0.0, 90.0], [flux, flux], "k:", lw=1, label="no cosine")
    counts = record["counter.counts"]
    counted = counts.sum(axis=1) / (p.area * record.part("counter").duration)
    draw.draw_batches(tilt, [p.angle], counted[:, None], "ions")
    tilt.set_ylim(0.0, 1.25 * flux)
    tilt.set_xticks(range(0, 91, 15))
    draw.label_axes(tilt, "tilt θ [°]", "flux [1/(m² s)]", "Flux on the tilted detector")

    mean = IONS_PER_WINDOW * math.cos(math.radians(p.angle)) / BEAM_OVER_PLATE**2
    n = np.arange(max(0, int(mean - 4 * mean**0.5)), int(mean + 4 * mean**0.5) + 3)
    law = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in n]
    draw.draw_law(histogram, n, law, f"Poisson, mean {mean:.4g}")
    shown = n[:: max(1, n.size // 25)]
    shares = np.stack([(counts == k).mean(axis=1) for k in shown], axis=1)
    draw.draw_batches(histogram, shown, shares, "windows")
    draw.label_axes(histogram, "ions in a window", "share of the windows", "Counts in equal times")
    return figure


def _dead(detector: walkers.BeamDetector) -> walkers.Model:
    met = detector.rate * detector.cosine * (detector.plate_side / detector.beam_side) ** 2
    return replace(detector, dead_time=0.05 / met)


WRONG_RULES = {
    "dead-time": WrongRule(
        "the counter is blind after each ion for 0.05 of the mean time between them",
        change=lambda model: model.each(_dead),
        moves={"flux": -1, "fano_factor": -1},
    ),
    "electron-capture": WrongRule(
        "one ion in twenty has caught an electron on its way",
        change=lambda model: model.each(lambda detector: replace(detector, capture=0.05)),
        moves={"charge_flux": -1},
    ),
}

CALIBRATION_WALKERS = 40_000
