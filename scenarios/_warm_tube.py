"""A tube between a cold and a hot gas, for the scenarios that ask what rests at its ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.constants import k

import analysis
import walkers
from scenarios import ParameterError
from scenarios._tubes import open_tube

COLD, HOT, WALL = 0, 1, 2  # surfaces, and the sources behind the first two
N_BINS = 20  # along the wall; the middle of the tube, where the wall may step, is an edge
ARRIVING, DEPARTING = 2, 6  # columns of the energies in the sums


def warm_tube(
    L: float, wall: Any, temperatures: tuple[float, float] | None = None
) -> walkers.FreeMolecular:
    """Tube of radius 1 along x, cold end at 0: half a million hits or 10⁴ molecules a batch.

    Without the temperatures of the gases only paths are followed, and where they drew their speed.
    """
    n = int(np.clip(500_000 / (2.0 * max(L, 1.0)), 5000, 100_000))
    edges = tuple(np.linspace(0.0, 1.0, N_BINS + 1) * L)
    return open_tube(
        L,
        wall,
        (n, n),
        temperatures or (None, None),
        ends=("cold", "hot"),
        track_speeds=temperatures is not None,
        watched=("cold",) if temperatures else (),
        last_drawn=None if temperatures else walkers.LastDrawn((0, 0, 0), (1, 0, 0), edges),
    )


def passages(record: walkers.Record) -> tuple[Any, Any]:
    """Shares of each batch's molecules that pass from cold to hot and from hot to cold."""
    absorbed, entered = record["absorbed"], record["entered"]
    return absorbed[:, COLD, HOT] / entered[:, COLD], absorbed[:, HOT, COLD] / entered[:, HOT]


def energy_flux(
    record: walkers.Record, T_cold: float, T_hot: float, profile: str
) -> analysis.Estimate:
    """Energy into the cold end, the gases as dense as the passages say that balance needs."""
    n = record["entered"]
    model: Any = record.model
    if model.track_speeds:
        own = [source.T for source in model.sources]
        if own != [T_cold, T_hot]:
            raise ParameterError(f"T_hot, T_cold: this wall is at {own[1]:g} and {own[0]:g} K")
        sums = record["crossing_sums"][:, :, COLD] / (k * T_cold)
        from_cold = (sums[:, COLD, ARRIVING] - sums[:, COLD, DEPARTING]) / n[:, COLD]
        from_hot = sums[:, HOT, ARRIVING] / n[:, HOT]
    else:
        # As many arrive as have left: only what is warmer than T_cold brings energy.
        warmer = 2.0 * (T_hot - T_cold) / T_cold * _warmth(record, profile) / n
        from_cold, from_hot = warmer[:, COLD], warmer[:, HOT]
    up, down = passages(record)
    return analysis.jackknife(
        lambda u, d, cold, hot: cold + u / d * hot, up, down, from_cold, from_hot, unit="νkT_cold"
    )


def _warmth(record: walkers.Record, profile: str) -> Any:
    """Σ(T − T_cold)/(T_hot − T_cold) where arrivals at the cold end got their speed, by source."""
    counts, places = (record[name][:, :, COLD] for name in ("drawn_counts", "drawn_places"))
    model: Any = record.model
    walls = places.sum(axis=2) / model.last_drawn.edges[-1]
    if profile == "step":
        walls = counts[:, :, N_BINS // 2 :].sum(axis=2)
    return walls + record["drawn_at_source"][:, :, COLD] * np.array([0.0, 1.0])


def half_isotropic(tube: walkers.FreeMolecular) -> walkers.Model:
    """Give the hot half of the wall, now a surface of its own, another law of directions."""
    wall: Any = tube.surfaces[WALL]
    middle = (wall.shape.length / 2.0, 0, 0)
    other = walkers.emitting(wall.boundary, angles=walkers.AngleLaw.ISOTROPIC)
    halves = [
        walkers.Surface(name, replace(wall.shape, center=start, length=middle[0]), boundary)
        for name, start, boundary in (
            ("cold_half", (0, 0, 0), wall.boundary),
            ("hot_half", middle, other),
        )
    ]
    return replace(tube, surfaces=(*tube.surfaces[:WALL], *halves))
