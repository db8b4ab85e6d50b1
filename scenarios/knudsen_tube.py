"""How many molecules pass a tube in which they only ever meet its wall?

Rule: molecules enter both ends of a cylinder of radius R like a gas at rest behind each
(uniform over the opening, cosine law), fly straight, and leave the diffuse wall by the cosine
law, until they reach an end. Neither the gas nor its temperature changes a path. Clausing's
integral equation is exact for this rule. ``reciprocity`` also holds by the tube's mirror symmetry,
so it tests the two ends' bookkeeping rather than the wall.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import knudsen
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter
from scenarios._tubes import open_tube

CONE_COSINE = 0.9961946980917455  # cos 5°, a literal so that the bits do not depend on libm
CONE_SINE_SQUARED = 1.0 - CONE_COSINE**2
COSINE_EDGES = (*np.linspace(0.0, 0.95, 20), 0.975, CONE_COSINE, 1.0)


class Params(Parameters):
    """Parameters of the tube."""

    length_over_radius: Real = parameter(10.0, "length L/R of the tube", minimum=0.01, maximum=1000)
    gas: Gas = parameter("N2", "gas, by name; no result depends on it")
    T: Real = parameter(300.0, "temperature", unit="K", minimum=1e-3, maximum=1e5)


QUANTITIES = {
    "transmission": Quantity("", "the law", "share of entering molecules that pass, both ends"),
    "hits_per_molecule": Quantity("", "the law", "wall hits of molecules entering either end"),
    "reciprocity": Quantity("", "W", "transmission from the left less that from the right"),
    "axial_peaking": Quantity("", "the law", "flux within 5° of the axis over a cosine beam's"),
}


def build(p: Params) -> walkers.FreeMolecular:
    """Tube along x with R = 1, fed from both ends: a million wall hits or 10⁴ molecules a batch."""
    L = p.length_over_radius
    n = int(np.clip(1_000_000 / (2.0 * max(L, 1.0)), 5000, 100_000))
    return open_tube(
        L,
        walkers.Diffuse(p.T),
        (n, n),
        (p.T, p.T),
        species=walkers.gas(p.gas),
        track_speeds=False,
        watched=("left", "right"),
        cosine_edges=COSINE_EDGES,
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {
        "transmission": knudsen.transmission(p.length_over_radius),
        "hits_per_molecule": knudsen.hits_per_molecule(p.length_over_radius),
        "reciprocity": knudsen.reciprocity(p.length_over_radius),
        "axial_peaking": knudsen.axial_peaking(p.length_over_radius),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Transmission both ways, hits, and the beam along the axis."""
    left, right, wall = 0, 1, 2  # surfaces, and the sources behind the first two
    entered = record["entered"]
    W_forward = record["absorbed"][:, left, right] / entered[:, left]
    W_backward = record["absorbed"][:, right, left] / entered[:, right]
    passed = record["absorbed"][:, left, right] + record["absorbed"][:, right, left]
    beam = record["crossing_cosines"][:, left, right] + record["crossing_cosines"][:, right, left]
    hits = record["hits"][:, :, wall].sum(axis=1) / entered.sum(axis=1)
    predictions = laws(p)
    W = predictions["transmission"].law
    estimates = {
        "transmission": analysis.batch_mean((W_forward + W_backward) / 2.0),
        "hits_per_molecule": analysis.batch_mean(hits),
        "reciprocity": analysis.batch_mean(W_forward - W_backward),
        "axial_peaking": analysis.jackknife(
            lambda cone, all_: cone / (all_ * CONE_SINE_SQUARED), beam[:, -1], passed
        ),
    }
    scales = {name: law.expected or W for name, law in predictions.items()}
    return analysis.checks_of(estimates, predictions, scales)


def batch_error(p: Params) -> float:
    """Relative error of the transmission from one batch: each molecule passes or returns."""
    W = knudsen.transmission_probability(p.length_over_radius)
    return float(np.sqrt((1.0 - W) / (W * build(p).n_walkers)))


def plot(result: Any) -> Any:
    """Paths of a few molecules, and the beam that leaves against the exact one."""
    p, record = result.params, result.record
    figure, (paths, beam) = draw.figure(2)
    for path in walkers.trace_paths(record.model, result.record.seed, 12, 200):
        paths.plot(path[:, 0], path[:, 1], lw=0.6, alpha=0.7)
    paths.plot([0, p.length_over_radius], [1, 1], "k", lw=1.5)
    paths.plot([0, p.length_over_radius], [-1, -1], "k", lw=1.5)
    draw.label_axes(paths, "x [R]", "y [R]", "Twelve molecules, projected on a plane")
    left, right = 0, 1
    counts = record["crossing_cosines"]
    exits = (counts[:, left, right] + counts[:, right, left]).astype(float)
    edges = np.array(COSINE_EDGES)
    middle = (edges[1:] + edges[:-1]) / 2.0
    # Per solid angle 2π d(cos θ), and per molecule that enters: a cosine beam would be cos θ/π.
    entered = record["entered"].sum(axis=1)[:, None]
    draw.draw_batches(beam, middle, exits / (entered * 2 * np.pi * np.diff(edges)), "molecules")
    angles = np.linspace(1.57, 0.005, 150)
    law = [knudsen.beam_intensity(a, p.length_over_radius) / np.pi for a in angles]
    draw.draw_law(beam, np.cos(angles), law, "Clausing")
    beam.plot([0, 1], [0, 1 / np.pi], "k:", lw=1, label="bare orifice")
    draw.label_axes(beam, "cos θ", "per steradian and entering molecule", "Beam that leaves")
    return figure


WRONG_RULES = {
    "isotropic": WrongRule(
        "the wall re-emits uniformly over the hemisphere instead of by the cosine law",
        change=lambda tube: tube.emitting(angles=walkers.AngleLaw.ISOTROPIC),
        moves={"transmission": +1, "hits_per_molecule": -1, "axial_peaking": +1},
    ),
    "two-percent-specular": WrongRule(
        "the wall reflects 2 % of the molecules like a mirror",
        change=lambda tube: tube.with_boundaries(
            lambda s: walkers.Maxwell(0.98, s.boundary.T) if s.name == "wall" else s.boundary
        ),
        moves={"transmission": +1},
    ),
}

CALIBRATION_WALKERS = 400
CALIBRATION_ALONE = {"axial_peaking": 2000}
