"""From the words of a model to what its special walls need, if it has any."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..along import LastDrawn, TemperatureAlong
from ..boundary import CercignaniLampis, Pump
from ..engine.model import Arrays
from .gas import FreeMolecular
from .hit import Table
from .special import Special
from .tables import square_speed


def make_special(model: FreeMolecular, table: Table) -> Special | None:
    """Put what is special about the walls into arrays; None where there is nothing."""
    boundaries = [model.surfaces[number].boundary for number in table.numbers]
    if model.last_drawn is None and not any(map(_is_special, boundaries)):
        return None
    profiles = [getattr(boundary, "T", None) for boundary in boundaries]
    profiles = [T if isinstance(T, TemperatureAlong) else None for T in profiles]
    knots = [
        (place, square_speed(T, model))
        for profile in profiles
        if profile is not None
        for place, T in zip(profile.places, profile.temperatures, strict=True)
    ]
    n_knots = [0 if profile is None else len(profile.places) for profile in profiles]
    edges = () if model.last_drawn is None else model.last_drawn.edges
    shape = len(model.sources), len(model.surfaces)
    return Special(
        coefficients=np.array([_coefficients(boundary) for boundary in boundaries]),
        lines=np.array([_line(profile) for profile in profiles]),
        first=np.cumsum([0, *n_knots]).astype(np.int64),
        places=np.array([place for place, _ in knots]),
        square_speeds=np.array([square for _, square in knots]),
        line=np.array(_line(model.last_drawn)),
        edges=np.array(edges, np.float64),
        drawn_at_source=np.zeros(shape, np.int64),
        drawn_counts=np.zeros((*shape, max(len(edges) - 1, 0)), np.int64),
        drawn_places=np.zeros((*shape, max(len(edges) - 1, 0))),
    )


def drawn_tallies(model: FreeMolecular, special: Special | None) -> Arrays:
    """Tallies of where speeds were last drawn, of a model that asks for them."""
    if model.last_drawn is None or special is None:
        return {}
    names = ("drawn_at_source", "drawn_counts", "drawn_places")
    return {name: getattr(special, name) for name in names}


def _is_special(boundary: object) -> bool:
    along = isinstance(getattr(boundary, "T", None), TemperatureAlong)
    return along or isinstance(boundary, CercignaniLampis | Pump)


def _coefficients(boundary: Any) -> tuple[float, float]:
    if isinstance(boundary, CercignaniLampis):
        return boundary.alpha_n, boundary.sigma_t
    return (boundary.sticking, 0.0) if isinstance(boundary, Pump) else (0.0, 0.0)


def _line(line: TemperatureAlong | LastDrawn | None) -> tuple[float, float, float, float]:
    """Axis, and what to add to r · axis for the distance from the point along it."""
    if line is None:
        return 0.0, 0.0, 0.0, 0.0
    (a, b, c), (x, y, z) = line.axis, line.point
    return a, b, c, -(a * x + b * y + c * z)
