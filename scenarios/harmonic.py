"""Is the concentration between reservoirs of any shape harmonic, and the chemical potential not?

Rule: at every step a walker on an open voxel hops to one of its face-neighbours, each as likely; a
hop into a solid is refused, one into a reservoir ends the walk. Reservoir 1 (label 2 in the image)
holds ``c_1``, every other one (labels 3, 4, …) ``c_2``. The flow and the concentration in the
middle are those of walkers that the reservoirs send in; ``hitting_probability`` and the field are
of walkers that start where they are judged, independent ones for every site. Expected values are
exact on the voxels: a sparse linear solve.

``field_chi2``: mean square residual of 128 sites, and of two smooth modes of theirs, each over its
exact variance: 1 whatever the shape. ``mu_midpoint``: were μ = kT ln c harmonic instead of c, it
would lie lower by h(1 − h)Δμ²/2kT for small Δμ (Δμ²/8kT in the middle, h = ½).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from scenarios import Parameters, Quantity, Real, WrongRule, _voxels, parameter


class Params(Parameters):
    """Parameters of the image."""

    image: str = parameter(
        "rooms",
        "built-in shape (rooms, grains) or file (.npy, .npz, .tif): 0 solid, 1 open, 2, 3, … "
        "reservoirs",
    )
    c_1: Real = parameter(4.0, "reservoir 1 (label 2)", unit="1/site", minimum=1e-6, maximum=1e6)
    c_2: Real = parameter(1.0, "all other reservoirs", unit="1/site", minimum=1e-6, maximum=1e6)

    @model_validator(mode="after")
    def _something_flows(self) -> Params:
        _voxels.checked(self.image)
        if self.c_1 == self.c_2:
            raise ValueError(f"c_2: must differ from c_1, got {self.c_2!r} for both")
        return self


QUANTITIES = {
    "flow": Quantity("1/τ", "the law", "net flow out of reservoir 1"),
    "hitting_probability": Quantity("", "1", "of reservoir 1, from where solids matter most"),
    "field_chi2": Quantity("", "1", "mean square residual over its variance, sites and modes"),
    "mu_midpoint": Quantity("kT", "kT", "ln c over c_2, half-way, from walkers present"),
}

LAW_NAME = "Laplace's equation on the image"


def build(p: Params) -> walkers.Model:
    """Walkers sent in by the reservoirs, from one site, and from 128 sites."""
    shape = _voxels.shape_of(p.image)
    from_bond, from_site = _hops(shape)
    injected = walkers.image_walk(
        max(2000, min(400_000, int(6e6 / from_bond))), shape.image, tags=shape.middle
    )
    n_from_sites = _walkers_per_site(shape) * len(shape.chosen)
    sites = walkers.image_walk(n_from_sites, shape.image, [[site] for site in shape.chosen])
    n_from_one = max(500, min(20_000, int(6e5 / from_site)))
    one = walkers.image_walk(n_from_one, shape.image, [[shape.start]])
    return walkers.together(injected=injected, one=one, sites=sites)


def _hops(shape: _voxels.Shape) -> tuple[float, float]:
    """Mean number of hops of walkers that start at a reservoir's bond, and about that of others."""
    from_bond = 2 * shape.n_axes * np.count_nonzero(shape.reached) / shape.n_bonds.sum()
    return from_bond, max(from_bond, from_bond**2 / (3 * shape.n_axes))


def _walkers_per_site(shape: _voxels.Shape) -> int:
    """Walkers of a batch that start at each site of the field."""
    _, from_site = _hops(shape)
    return max(20, min(400, int(2e6 / from_site / len(shape.chosen))))


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    shape = _voxels.shape_of(p.image)
    drop, h = p.c_1 - p.c_2, shape.h[shape.middle == 1]
    without_solids = shape.h_without_solids.flat[shape.chosen]
    shifts = _scaled(shape, without_solids, _walkers_per_site(shape))
    solve: dict[str, Any] = {"law_name": LAW_NAME, "source": "M. Kac, Probability (1959), ch. II"}
    no_solids = "Laplace's equation in the box without its solids"

    def prediction(law: float, rival: float, rival_name: str = no_solids) -> Prediction:
        return Prediction(law=law, expected=law, rival=rival, rival_name=rival_name, **solve)

    return {
        "flow": prediction(drop * shape.conductance, drop * shape.conductance_without_solids),
        "hitting_probability": prediction(
            float(shape.h.flat[shape.start]), float(shape.h_without_solids.flat[shape.start])
        ),
        "field_chi2": prediction(1.0, 1.0 + float(_mean_square(shape, shifts))),
        "mu_midpoint": prediction(
            float(np.log(1.0 + drop / p.c_2 * h.mean())),
            float(np.log(p.c_1 / p.c_2) * h.mean()),
            "ln c harmonic",
        ),
    }


def _scaled(shape: _voxels.Shape, h: Any, started: Any) -> Any:
    """Residuals of hitting probabilities of the chosen sites over their exact deviation."""
    exact = shape.h.flat[shape.chosen]
    return (h - exact) / np.sqrt(exact * (1.0 - exact) / started)


def _mean_square(shape: _voxels.Shape, residuals: Any) -> Any:
    """Over sites and over projections on the two modes: all have variance 1."""
    projected = residuals @ shape.modes.T
    return np.hstack([residuals**2, projected**2]).mean(axis=-1)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flow, hitting probability, the field at many sites, and μ in the middle."""
    shape = _voxels.shape_of(p.image)
    started, absorbed = record["injected.started"], record["injected.absorbed"]
    sent = shape.n_bonds / (2 * shape.n_axes) / started  # per unit concentration and step
    flow = p.c_1 * sent[:, 0] * absorbed[:, 0, 1:].sum(axis=1)
    flow = flow - p.c_2 * (sent[:, 1:] * absorbed[:, 1:, 0]).sum(axis=1)
    h, from_sites = record["sites.absorbed"][:, :, 0], record["sites.started"]
    residuals = _scaled(shape, h / from_sites, from_sites)
    ended = record["one.absorbed"][:, 0, 0] / record.part("one").n_walkers
    estimates = {
        "flow": analysis.batch_mean(flow, "1/τ"),
        "hitting_probability": analysis.batch_mean(ended),
        "field_chi2": analysis.batch_mean(_mean_square(shape, residuals)),
        "mu_midpoint": analysis.jackknife(
            lambda ours, others: np.log(p.c_1 / p.c_2 * ours + others),
            *_present(record, shape).T,
            unit="kT",
        ),
    }
    predictions = laws(p)
    return [
        Check(name, estimates[name], law, scale=abs(law.law) if name == "flow" else 1.0)
        for name, law in predictions.items()
    ]


def _present(record: walkers.Record, shape: _voxels.Shape) -> Any:
    """Walkers per site in the middle at c = 1, from reservoir 1 and all others: (n_batches, 2)."""
    sent = shape.n_bonds / (2 * shape.n_axes) / record["injected.started"]
    visits = record["injected.departures"][:, :, 1].sum(axis=2) / np.count_nonzero(shape.middle)
    per_reservoir = sent * visits
    return np.stack([per_reservoir[:, 0], per_reservoir[:, 1:].sum(axis=1)], axis=1)


def plot(result: Any) -> Any:
    """Hitting probabilities against the law's, and the gap of μ against the drive."""
    p, record = result.params, result.record
    shape = _voxels.shape_of(p.image)
    figure, (left, right) = draw.figure(2)
    draw.draw_law(left, [0, 1], [0, 1], "Laplace's equation")
    h = record["sites.absorbed"][:, :, 0] / record["sites.started"]
    draw.draw_batches(left, shape.h.flat[shape.chosen], h, "walkers from 128 sites")
    draw.label_axes(left, "law", "probability of ending in reservoir 1", "Hitting probability")
    middle = float(shape.h[shape.middle == 1].mean())
    drives, fine = np.linspace(0.2, 2.0, 10), np.linspace(0.0, 2.0, 100)
    exact = np.log(1 + np.expm1(fine) * middle) - middle * fine
    draw.draw_law(right, fine, exact, "Laplace's equation")
    small = middle * (1 - middle) * fine**2 / 2
    right.plot(fine, small, "k:", lw=1, label="small drive, h(1 − h)Δμ²/2kT")
    ours, others = np.moveaxis(_present(record, shape), 1, 0)
    gaps = np.log(np.outer(ours, np.exp(drives)) + others[:, None]) - middle * drives
    draw.draw_batches(right, drives, gaps, "walkers present")
    draw.label_axes(right, "drive Δμ [kT]", "μ − harmonic μ [kT]", "Chemical potential half-way")
    return figure


WRONG_RULES = {
    "leaky-voxel": WrongRule(
        "one voxel of a wall is open",
        change=lambda model: model.each(_voxels.leaky),
        moves={"flow": +1, "hitting_probability": -1, "field_chi2": +1},
    ),
    "corner-cut": WrongRule(
        "walkers slip between two solids that touch at an edge, in one place",
        change=lambda model: model.each(_voxels.corner_cut),
        moves={"flow": +1, "hitting_probability": -1, "field_chi2": +1},
    ),
}

CALIBRATION_WALKERS = 8000
CALIBRATION_ALONE = {"field_chi2": 40_000}
"""Squares of a few walkers are skewed."""
