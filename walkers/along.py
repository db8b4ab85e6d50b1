"""What depends on the place along an axis: a wall's temperature, where a speed was drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class TemperatureAlong:
    """A temperature that is piecewise linear along an axis, to stand wherever a wall takes a T.

    ``places`` [m] are distances from ``point`` along ``axis``, ``temperatures`` [K] those there.
    Before the first place and beyond the last one the temperature stays what it is there; two
    equal places make a step, whose upper temperature holds at the place itself.
    """

    point: Vector
    axis: Vector
    places: tuple[float, ...]
    temperatures: tuple[float, ...]

    def __post_init__(self) -> None:
        """Normalise the axis; refuse what is not a function, and what is not a temperature."""
        _set_line(self)
        places = _numbers("places", self.places)
        temperatures = _numbers("temperatures", self.temperatures)
        if not places or len(places) != len(temperatures):
            raise ValueError(
                "places and temperatures must be as many, and at least one, "
                f"got {len(places)} and {len(temperatures)}"
            )
        if any(later < place for place, later in itertools.pairwise(places)):
            raise ValueError(f"places must not fall, got {places}")
        for T in temperatures:
            if T <= 0.0:
                raise ValueError(f"T must be positive and finite, got {T}")
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "temperatures", temperatures)


@dataclass(frozen=True)
class LastDrawn:
    """A tally: where along an axis absorbed molecules were last given their speed.

    Walls whose reflections know no speed send a molecule along the same path at any temperature,
    and it arrives with the energy 2kT of the place where it was last re-emitted. So one run serves
    every temperature of the walls that is linear between ``edges`` [m], rising distances from
    ``point`` along ``axis``: of T = a + bx the mean over n molecules is a + b Σx/n.
    """

    point: Vector
    axis: Vector
    edges: tuple[float, ...]

    def __post_init__(self) -> None:
        """Normalise the axis; refuse edges that do not rise."""
        _set_line(self)
        edges = _numbers("edges", self.edges)
        check_rising("edges", edges)
        object.__setattr__(self, "edges", edges)


def check_rising(name: str, edges: Sequence[float]) -> None:
    """Refuse edges that bound no bins.

    Raises
    ------
    ValueError
        For less than two, or two that do not rise.
    """
    rising = all(low < high for low, high in itertools.pairwise(edges))
    if len(edges) < 2 or not rising:
        raise ValueError(f"{name} must be at least two rising numbers, got {edges}")


def _set_line(line: TemperatureAlong | LastDrawn) -> None:
    point, axis = _numbers("point", line.point), _numbers("axis", line.axis)
    largest = max(map(abs, axis), default=0.0)
    if len(point) != 3 or len(axis) != 3 or largest == 0.0:
        raise ValueError(
            f"point and axis must be three numbers each, axis not zero, got {point}, {axis}"
        )
    scaled = [x / largest for x in axis]
    norm = math.sqrt(sum(x * x for x in scaled))
    object.__setattr__(line, "point", point)
    object.__setattr__(line, "axis", tuple(x / norm for x in scaled))


def _numbers(name: str, values: Sequence[float]) -> tuple[float, ...]:
    if not all(math.isfinite(value) for value in values):
        raise ValueError(f"{name} must be finite numbers, got {values!r}")
    return tuple(float(value) for value in values)
