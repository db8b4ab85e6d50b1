"""Does gas leave a real box through a small hole at nv̄/4, with 2kT a molecule?

Rule: molecules at temperature T fly in a cube with diffuse walls and never meet each other.
In the first of two runs what leaves through the hole is replaced, through the hole, by a
molecule from a gas at rest outside: the box stays in equilibrium, and nv̄/4 with n = N/V is
exact at any hole size. In the second nothing comes back: the box empties, by 1.32 f faster and
pushing by 1.36 f harder than if its hole were infinitely small, f the ratio of hole to wall area.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import model_validator
from scipy.constants import k

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import effusion as laws_of
from analysis.laws import kinetic
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter

HOLE, WALLS = 0, 1  # numbers of the surfaces
SPEED, COSINE, ENERGY, MOMENTUM_Z, MOMENTUM_Z_OUT = 0, 1, 2, 5, 9  # columns of the sums
SMALLEST_RATIO = 1e-4  # of hole to wall area: below it a molecule needs too many hits
LARGEST_RATIO = 0.01  # of hole to wall area: beyond it the first order in it is too little


class Params(Parameters):
    """Parameters of the box."""

    gas: Gas = parameter("N2", "gas, by name")
    T: Real = parameter(300.0, "temperature of gas and walls", unit="K", minimum=0.1, maximum=1e5)
    p: Real = parameter(0.01, "pressure in the box", unit="Pa", minimum=1e-12, maximum=1e6)
    hole_radius: Real = parameter(
        0.0043, "radius of the hole", unit="m", minimum=1e-9, maximum=100.0
    )
    box_side: Real = parameter(0.1, "inner side of the cube", unit="m", minimum=1e-8, maximum=1e3)

    @model_validator(mode="after")
    def _hole_is_small(self) -> Params:
        ratio = np.pi * self.hole_radius**2 / (6.0 * self.box_side**2)
        if not SMALLEST_RATIO <= ratio <= LARGEST_RATIO:
            smallest, largest = (self.box_side * (6.0 * f / np.pi) ** 0.5
                                 for f in (SMALLEST_RATIO, LARGEST_RATIO))  # fmt: skip
            raise ValueError(
                f"hole_radius: must be between {smallest:.3g} and {largest:.3g} m "
                f"(hole/wall area {SMALLEST_RATIO:g} to {LARGEST_RATIO:g}), "
                f"got {self.hole_radius!r}"
            )
        return self


QUANTITIES = {
    "flux": Quantity("1/(m² s)", "the law", "molecules leaving per area and time"),
    "energy_per_molecule": Quantity("J", "the law", "mean energy of the leaving molecules"),
    "mean_speed": Quantity("m/s", "the law", "mean speed of the leaving molecules"),
    "mean_cosine": Quantity("", "the law", "mean cosine of their angle to the normal"),
    "momentum_flux": Quantity("Pa", "the law", "normal momentum leaving per area and time"),
    "thrust": Quantity("N", "the law", "force on the walls of the emptying box"),
    "decay_rate": Quantity("1/s", "the law", "escapes over residence time, up to two lifetimes"),
}


def build(p: Params) -> walkers.Model:
    """Build a box in equilibrium with the outside, and one that empties."""
    a, r = p.box_side, p.hole_radius
    lifetime = 4.0 * a * a * a / (kinetic.mean_speed(p.T, _mass(p)) * np.pi * r * r)
    # A molecule meets 1/f walls in its lifetime: about a million hits in a batch, whatever f.
    n = int(1.2e6 * np.pi * r * r / (6.0 * a * a))
    hole = walkers.Disc((a / 2, a / 2, 0.0), (0, 0, 1), p.hole_radius)
    walls = walkers.Surface("walls", walkers.Box((0, 0, 0), (a, a, a)), walkers.Diffuse(p.T))
    equilibrium = walkers.FreeMolecular(
        n_walkers=n,
        species=walkers.gas(p.gas),
        surfaces=(walkers.Surface("hole", hole, walkers.Exchange(p.T)), walls),
        sources=(walkers.FromGas("main", p.T, n),),
        t_end=lifetime,
        watched=("hole",),
        cosine_edges=tuple(np.linspace(0.0, 1.0, 21)),
        speed_edges=tuple(np.linspace(0.0, 3.5, 36) * np.sqrt(2 * k * p.T / _mass(p))),
    )
    emptying = replace(
        equilibrium,
        n_walkers=n // 7,
        surfaces=(walkers.Surface("hole", hole, walkers.Absorbing()), walls),
        sources=(walkers.FromGas("main", p.T, n // 7),),
        t_end=2.0 * lifetime,
        watched=("walls",),
        cosine_edges=(),
        speed_edges=(),
        census_times=tuple(np.linspace(0.0, 2.0, 21) * lifetime),
    )
    return walkers.together(equilibrium=equilibrium, emptying=emptying)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    m, r, a = _mass(p), p.hole_radius, p.box_side
    return {
        "flux": laws_of.effusion_flux(p.p, p.T, m),
        "energy_per_molecule": laws_of.effusing_energy(p.T),
        "mean_speed": laws_of.effusing_speed(p.T, m),
        "mean_cosine": laws_of.effusing_cosine(),
        "momentum_flux": laws_of.effusing_momentum_flux(p.p),
        "thrust": laws_of.effusion_thrust(p.p, r, a),
        "decay_rate": laws_of.effusion_decay_rate(p.T, m, r, a),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Leaving molecules of the box in equilibrium; force on and decay of the emptying one."""
    model: Any = record.part("equilibrium")
    n_molecules = kinetic.number_density(p.p, p.T) * p.box_side**3
    # What one simulated molecule does stands for what n_molecules do.
    per_time = n_molecules / (model.n_walkers * model.t_end)
    per_area = per_time / (np.pi * p.hole_radius**2)
    crossings = record["equilibrium.hits"][:, 0, HOLE]
    leaving = record["equilibrium.crossing_sums"][:, 0, HOLE]
    walls = record["emptying.crossing_sums"][:, 0, WALLS]
    impulse = walls[:, MOMENTUM_Z] - walls[:, MOMENTUM_Z_OUT]
    residence = record["emptying.present_time"][:, 0, 0]
    escapes = record["emptying.absorbed"][:, 0, HOLE]
    estimates = {
        "flux": analysis.batch_mean(crossings * per_area, "1/(m² s)"),
        "energy_per_molecule": analysis.ratio(leaving[:, ENERGY], crossings, "J"),
        "mean_speed": analysis.ratio(leaving[:, SPEED], crossings, "m/s"),
        "mean_cosine": analysis.ratio(leaving[:, COSINE], crossings),
        "momentum_flux": analysis.batch_mean(-leaving[:, MOMENTUM_Z] * per_area, "Pa"),
        "thrust": analysis.ratio(impulse * n_molecules, residence, "N"),
        "decay_rate": analysis.ratio(escapes, residence, "1/s"),
    }
    predictions = laws(p)
    return analysis.checks_of(estimates, predictions)


def plot(result: Any) -> Any:
    """Speeds and angles of leaving molecules, and the box that empties."""
    p, record = result.params, result.record
    figure, (speeds, cosines, decay) = draw.figure(3)
    counts = {
        name: record[f"equilibrium.crossing_{name}s"][:, 0, 0] for name in ("speed", "cosine")
    }
    box, emptying = record.part("equilibrium"), record.part("emptying")
    draw.draw_histogram(
        speeds,
        counts["speed"],
        box.speed_edges,
        lambda v: kinetic.effusing_speed_density(v, p.T, _mass(p)),
        "v³ exp(−mv²/2kT)",
    )
    draw.label_axes(speeds, "speed v [m/s]", "density [s/m]", "Leaving molecules")
    draw.draw_histogram(
        cosines, counts["cosine"], box.cosine_edges, kinetic.cosine_density, "2 cos θ"
    )
    draw.label_axes(cosines, "cos θ", "density", "Leaving molecules")
    times = np.array(emptying.census_times)
    draw.draw_law(decay, times, np.exp(-laws(p)["decay_rate"].law * times), "exp(−v̄At/4V)")
    inside = record["emptying.present_count"][:, :, 0] / emptying.n_walkers
    draw.draw_batches(decay, times, inside, "molecules")
    draw.label_axes(decay, "time [s]", "share still inside", "Emptying box")
    return figure


def cautions(p: Params) -> list[str]:
    """Say where molecules would meet each other, which this rule leaves out."""
    free_path = kinetic.mean_free_path(p.p, p.T, walkers.gas(p.gas).diameter)
    if free_path >= p.box_side:
        return []
    size = "the hole" if free_path < p.hole_radius else "the box"
    return [f"mean free path λ = {free_path:.2g} m is below {size}: real molecules would collide"]


def _mass(p: Params) -> float:
    return walkers.gas(p.gas).mass


def _specular(model: walkers.Together) -> walkers.Model:
    mirror = walkers.Specular()
    return model.each(
        lambda box: box.with_boundaries(lambda s: mirror if s.name == "walls" else s.boundary)
    )


WRONG_RULES = {
    "volume-maxwellian": WrongRule(
        "walls and outside emit the speeds of molecules present (v²) instead of passing (v³)",
        change=lambda model: model.each(lambda box: box.emitting(speeds=walkers.SpeedLaw.VOLUME)),
        moves={
            "flux": -1,
            "energy_per_molecule": -1,
            "mean_speed": -1,
            "momentum_flux": -1,
            "thrust": -1,
            "decay_rate": -1,
        },
    ),
    "no-cosine": WrongRule(
        "walls and outside emit uniformly over the hemisphere",
        change=lambda model: model.each(
            lambda box: box.emitting(angles=walkers.AngleLaw.ISOTROPIC)
        ),
        moves={"flux": -1, "mean_cosine": +1, "momentum_flux": -1, "thrust": -1, "decay_rate": -1},
    ),
    "specular-box": WrongRule(
        "mirrors instead of thermal walls: fast molecules leave first",
        change=_specular,
        moves={"thrust": -1, "decay_rate": -1},
    ),
}

CALIBRATION_WALKERS = 6
CALIBRATION_ALONE = {"energy_per_molecule": 100, "thrust": 100, "decay_rate": 100}
