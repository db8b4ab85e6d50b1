"""Walls that need more than an alpha, and where speeds were last drawn.

A model without any of this hands ``None`` to ``trace``, and the compiler leaves it all out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import scalar
from ..engine.streams import MOTION, uniform
from .cells import bin_of
from .cercignani import cercignani_lampis
from .emit import drawn_words
from .scatter import (
    ABSORBING,
    CERCIGNANI_LAMPIS,
    KEPT,
    PUMP,
    emitted,
    is_diffuse,
    mirrored,
)

_ONE = np.uint64(1)


class Special(NamedTuple):
    """What the rows of a table have beyond their own columns, and a tally of last drawn speeds."""

    coefficients: NDArray[np.float64]  # (n, 2) alpha_n and sigma_t, or sticking
    lines: NDArray[np.float64]  # (n, 4) axis of a temperature, and −point · axis
    first: NDArray[np.int64]  # (n + 1,) knots of row i: first[i] … first[i + 1] − 1
    places: NDArray[np.float64]  # (n_knots,) [m]
    square_speeds: NDArray[np.float64]  # (n_knots,) 2kT/m there [m²/s²]
    line: NDArray[np.float64]  # (4,) axis along which last drawn speeds are counted
    edges: NDArray[np.float64]  # (n_bins + 1,) [m]; empty where they are not
    drawn_at_source: NDArray[np.int64]  # (n_labels, n_surfaces)
    drawn_counts: NDArray[np.int64]  # (n_labels, n_surfaces, n_bins)
    drawn_places: NDArray[np.float64]  # (n_labels, n_surfaces, n_bins) Σ of places [m]


@scalar
def place_along(line, x, y, z):
    """Distance along an axis."""
    return x * line[0] + y * line[1] + z * line[2] + line[3]


@scalar
def square_speed_at(table, special, row, x, y, z):
    """Return 2kT/m of a wall at a point of it."""
    low, high = special.first[row], special.first[row + 1]
    if low == high:
        return table.square_speeds[row]
    place = place_along(special.lines[row], x, y, z)
    places, values = special.places, special.square_speeds
    upper = low
    while upper < high and places[upper] <= place:
        upper += 1
    if upper == low:
        return values[low]
    if upper == high:
        return values[high - 1]
    share = (place - places[upper - 1]) / (places[upper] - places[upper - 1])
    return values[upper - 1] + share * (values[upper] - values[upper - 1])


@scalar
def decided(special, row, rule, words, stream, walker, draw):
    """Return the rule of a surface once a pump has decided, and the next draw."""
    if rule == PUMP:
        word_0, _, _, _ = drawn_words(words, stream, MOTION, walker, draw)
        draw += _ONE
        if uniform(word_0) < special.coefficients[row, 0]:
            rule = ABSORBING
    return rule, draw


@scalar
def reflected_specially(
    table, special, row, tracked, speed, x, y, z, nx, ny, nz, dx, dy, dz, drawn_at, words, stream,
    walker, draw,
):  # fmt: skip
    """Direction and speed after a wall at r, where the speed was last drawn, and the next draw."""
    square_speed = square_speed_at(table, special, row, x, y, z)
    if table.rules[row] == CERCIGNANI_LAMPIS:
        alpha_n, sigma_t = special.coefficients[row, 0], special.coefficients[row, 1]
        dx, dy, dz, speed, draw = cercignani_lampis(
            alpha_n, sigma_t, square_speed, speed, nx, ny, nz, dx, dy, dz, words, stream, walker,
            draw,
        )  # fmt: skip
        return dx, dy, dz, speed, drawn_at, draw
    diffuse, draw = is_diffuse(table.alphas[row], words, stream, MOTION, walker, draw)
    if diffuse:
        dx, dy, dz, speed, draw = emitted(
            table.angles[row], table.speeds[row], square_speed, tracked, speed, nx, ny, nz, words,
            stream, MOTION, walker, draw,
        )  # fmt: skip
        if table.speeds[row] != KEPT:
            drawn_at = place_along(special.line, x, y, z)
    else:
        dx, dy, dz = mirrored(nx, ny, nz, dx, dy, dz)
    return dx, dy, dz, speed, drawn_at, draw


@scalar
def add_drawn(special, label, surface, drawn_at):
    """Count where an absorbed molecule was last given its speed: NaN is the source."""
    edges = special.edges
    last = edges.size - 1
    if last < 1:
        return
    if np.isnan(drawn_at):
        special.drawn_at_source[label, surface] += 1
        return
    # Beyond the ends the end counts: the rounding error of a place must not lose a molecule.
    place = min(max(drawn_at, edges[0]), edges[last])
    number = bin_of(place, edges)
    special.drawn_counts[label, surface, number] += 1
    special.drawn_places[label, surface, number] += place
