"""Two boxes of gas at different temperatures share a hole: what comes to balance?

Rule: molecules fly between a cube with diffuse walls at T_hot and a box three times as long at
T_cold, through a hole in the wall they share, and never meet each other. The closed pair starts
with equal densities and is observed after fourteen relaxation times (what is left of the start:
below 10⁻⁶). The open pair is fed through the far ends, the hot one through a wide opening and the
cold one through a narrow one, by reservoirs with P₁/√T₁ = P₂/√T₂. Nothing is its own mirror image.
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
from analysis.laws import kinetic, transpiration
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter

HOLE_HOT, HOLE_COLD, WALLS_HOT, WALLS_COLD = 0, 1, 2, 3  # numbers of the surfaces
ENERGY = 2  # column of the sums
COLD_DEPTH = 3.0  # length of the cold chamber, in chamber sides
FEED_HOT, FEED_COLD = 0.45, 0.2  # radii of the openings at the far ends, in chamber sides
RELAXATIONS_BEFORE, RELAXATIONS_OBSERVED = 14.0, 40.0


class Params(Parameters):
    """Parameters of the two chambers."""

    gas: Gas = parameter("N2", "gas, by name")
    T_hot: Real = parameter(400.0, "hot chamber", unit="K", minimum=0.1, maximum=1e5)
    T_cold: Real = parameter(300.0, "cold chamber", unit="K", minimum=0.1, maximum=1e5)
    hole_radius: Real = parameter(0.02, "radius of the hole", unit="m", minimum=1e-9, maximum=100.0)
    chamber_side: Real = parameter(0.1, "side of the hot cube", unit="m", minimum=1e-8, maximum=1e3)

    @model_validator(mode="after")
    def _makes_sense(self) -> Params:
        if self.T_hot < self.T_cold:
            raise ValueError(
                f"T_hot: must be at least T_cold = {self.T_cold!r}, got {self.T_hot!r}"
            )
        if not 0.01 * self.chamber_side <= self.hole_radius <= 0.5 * self.chamber_side:
            raise ValueError(
                "hole_radius: must be between 0.01 and 0.5 of chamber_side, "
                f"got {self.hole_radius!r} for {self.chamber_side!r}"
            )
        return self


QUANTITIES = {
    "impingement_ratio": Quantity("", "the law", "wall hits per area, hot over cold"),
    "pressure_ratio": Quantity("", "the law", "n₁T₁/n₂T₂ with n the time-averaged N/V"),
    "net_flux": Quantity("", "ν", "net crossings of the hole of the open pair, over ν"),
    "energy_flux": Quantity("J", "the law or kT", "net energy through the hole over the wall rate"),
}


def build(p: Params) -> walkers.Model:
    """Build a closed pair, observed once it has relaxed, and an open pair in steady flow."""
    a, far = p.chamber_side, p.chamber_side + COLD_DEPTH * p.chamber_side

    def disc(x: float, towards: int, radius: float) -> walkers.Disc:
        return walkers.Disc((x, a / 2, a / 2), (towards, 0, 0), radius)

    hot, cold = walkers.Box((0, 0, 0), (a, a, a)), walkers.Box((a, 0, 0), (far, a, a))
    surfaces = (
        walkers.Surface("hole_hot", disc(a, -1, p.hole_radius), walkers.Passage("cold"), "hot"),
        walkers.Surface("hole_cold", disc(a, 1, p.hole_radius), walkers.Passage("hot"), "cold"),
        walkers.Surface("walls_hot", hot, walkers.Diffuse(p.T_hot), "hot"),
        walkers.Surface("walls_cold", cold, walkers.Diffuse(p.T_cold), "cold"),
    )
    relaxation = _relaxation_time(p)
    # Hits in a relaxation time grow as the inverse area of the hole.
    n = int(np.clip(4000.0 * (p.hole_radius / a) * (p.hole_radius / a), 3, 160))
    n_cold, observed = int(COLD_DEPTH) * n, RELAXATIONS_BEFORE * relaxation
    closed = walkers.FreeMolecular(
        n_walkers=n + n_cold,
        species=walkers.gas(p.gas),
        surfaces=surfaces,
        sources=(walkers.FromGas("hot", p.T_hot, n), walkers.FromGas("cold", p.T_cold, n_cold)),
        t_start=observed,
        t_end=observed + RELAXATIONS_OBSERVED * relaxation,
        watched=("hole_hot", "hole_cold"),
        census_times=tuple(np.linspace(0.0, 8.0, 33) * relaxation),
    )
    feeds = (
        walkers.Surface("feed_hot", disc(0, 1, FEED_HOT * a), walkers.Absorbing(), "hot"),
        walkers.Surface("feed_cold", disc(far, -1, FEED_COLD * a), walkers.Absorbing(), "cold"),
    )
    opened = replace(
        closed,
        n_walkers=8000,
        surfaces=(*surfaces[:2], *feeds, *surfaces[2:]),
        sources=(
            walkers.FromSurface("feed_hot", p.T_hot, 6000),
            walkers.FromSurface("feed_cold", p.T_cold, 2000),
        ),
        t_start=0.0,
        t_end=float("inf"),
        track_speeds=False,
        watched=(),
        census_times=(),
    )
    return walkers.together(closed=closed, open=opened)


def _relaxation_time(p: Params) -> float:
    """Time in which the chambers exchange their gas and the cold molecules fly a few times [s]."""
    cold = kinetic.mean_speed(p.T_cold, walkers.gas(p.gas).mass)
    # With a large hole and very unequal temperatures the cold gas's own flights are slower.
    return float(max(1.0 / _exchange_rate(p), 8.0 * p.chamber_side / cold))


def _exchange_rate(p: Params) -> float:
    """Rate at which the numbers in two well-mixed chambers come to balance [1/s]."""
    m, a = walkers.gas(p.gas).mass, p.chamber_side
    hot, cold = kinetic.mean_speed(p.T_hot, m), kinetic.mean_speed(p.T_cold, m)
    hole_area = np.pi * p.hole_radius * p.hole_radius
    return float(hole_area / (4.0 * a * a * a) * (hot + cold / COLD_DEPTH))


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return {
        "impingement_ratio": transpiration.impingement_ratio(p.T_hot, p.T_cold),
        "pressure_ratio": transpiration.pressure_ratio(
            p.T_hot, p.T_cold, p.hole_radius, p.chamber_side, COLD_DEPTH * p.chamber_side
        ),
        "net_flux": transpiration.balance_net_flux(p.T_hot, p.T_cold),
        "energy_flux": transpiration.balance_energy_flux(p.T_hot, p.T_cold),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Wall rates, pressures and energy of the closed pair; net flux of the open one."""
    hole_area = np.pi * p.hole_radius**2
    area_hot = 6.0 * p.chamber_side**2 - hole_area
    area_cold = (2.0 + 4.0 * COLD_DEPTH) * p.chamber_side**2 - hole_area
    hits = record["closed.hits"].sum(axis=1)  # over the sources
    time = record["closed.present_time"].sum(axis=1)
    energy = record["closed.crossing_sums"].sum(axis=1)[:, :, ENERGY]
    wall_hits = hits[:, WALLS_HOT] + hits[:, WALLS_COLD]
    energy_out = energy[:, HOLE_HOT] - energy[:, HOLE_COLD]
    # Each feed injects ν·(feed area) molecules per time; its walkers stand for them.
    feed_areas = np.pi * (np.array([FEED_HOT, FEED_COLD]) * p.chamber_side) ** 2
    crossings = record["open.hits"][:, :, HOLE_HOT] - record["open.hits"][:, :, HOLE_COLD]
    net = crossings / record["open.entered"] @ (feed_areas / hole_area)
    estimates = {
        "impingement_ratio": analysis.ratio(
            hits[:, WALLS_HOT] / area_hot, hits[:, WALLS_COLD] / area_cold
        ),
        "pressure_ratio": analysis.ratio(time[:, 0] * p.T_hot, time[:, 1] * p.T_cold / COLD_DEPTH),
        "net_flux": analysis.batch_mean(net),
        "energy_flux": analysis.ratio(
            energy_out / hole_area, wall_hits / (area_hot + area_cold), "J"
        ),
    }
    predictions = laws(p)
    scales = {"net_flux": 1.0, "energy_flux": predictions["energy_flux"].law or k * p.T_cold}
    scales = {name: law.expected for name, law in predictions.items()} | scales
    return analysis.checks_of(estimates, predictions, scales)


def plot(result: Any) -> Any:
    """Share of the gas in the hot chamber, from equal densities to the balance."""
    p, record = result.params, result.record
    closed = record.part("closed")
    unit = _relaxation_time(p)
    times = np.array(closed.census_times) / unit
    figure, (axes,) = draw.figure()
    ratio = laws(p)["pressure_ratio"].expected * p.T_cold / p.T_hot / COLD_DEPTH  # of numbers
    final, start = ratio / (1.0 + ratio), 1.0 / (1.0 + COLD_DEPTH)
    fine = np.linspace(0.0, times[-1], 321)
    law = final + (start - final) * np.exp(-fine * unit * _exchange_rate(p))
    draw.draw_law(axes, fine, law, "law's balance, reached as by well-mixed chambers")
    census = record["closed.present_count"]
    draw.draw_batches(axes, times, census[:, :, 0] / closed.n_walkers, "molecules")
    title = "Relaxation of the closed pair"
    draw.label_axes(axes, "time [relaxation times]", "share in the hot chamber", title)
    return figure


WRONG_RULES = {
    "no-thermalisation": WrongRule(
        "the walls give new directions but leave every molecule its speed",
        change=lambda model: model.each(lambda pair: pair.emitting(speeds=walkers.SpeedLaw.KEPT)),
        moves={"pressure_ratio": +1, "energy_flux": -1},
    ),
    "no-cosine": WrongRule(
        "the walls emit uniformly over the hemisphere",
        change=lambda model: model.each(
            lambda pair: pair.emitting(angles=walkers.AngleLaw.ISOTROPIC)
        ),
        moves={"impingement_ratio": +1, "pressure_ratio": +1, "net_flux": -1, "energy_flux": -1},
    ),
}

CALIBRATION_WALKERS = 60
