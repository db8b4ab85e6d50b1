"""What flights and arrivals add to the tallies of a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from .cells import add_displacements, add_to_cells, bin_of
from .hit import surface_hit
from .shapes import MESH

N_SUMS = 10
"""Σ over arrivals of speed, cosθ, energy and momentum x, y, z; over departures of the last four."""


class Options(NamedTuple):
    """What is looked at, and for how long."""

    mass: float
    t_start: float
    t_end: float
    tracked: bool
    max_hits: int
    cosine_edges: NDArray[np.float64]
    speed_edges: NDArray[np.float64]
    census_times: NDArray[np.float64]


class Tallies(NamedTuple):
    """Arrays that a batch fills."""

    hits: NDArray[np.int64]
    absorbed: NDArray[np.int64]
    crossing_sums: NDArray[np.float64]
    present_time: NDArray[np.float64]
    present_count: NDArray[np.int64]
    crossing_cosines: NDArray[np.int64]
    crossing_speeds: NDArray[np.int64]
    triangle_hits: NDArray[np.int64]


@scalar
def add_motion(sums, first, mass, speed, dx, dy, dz):
    """Add energy and momentum of a molecule to four sums."""
    momentum = mass * speed
    sums[first] += 0.5 * momentum * speed
    sums[first + 1] += momentum * dx
    sums[first + 2] += momentum * dy
    sums[first + 3] += momentum * dz


@scalar
def add_departure(table, tallies, options, label, row, speed, dx, dy, dz):
    """Add a molecule that leaves a surface to its sums, if the surface is watched."""
    if table.watched[row] >= 0:
        sums = tallies.crossing_sums[label, table.numbers[row]]
        add_motion(sums, 6, options.mass, speed, dx, dy, dz)


@scalar
def add_point(points, n_points, x, y, z):
    """Keep a point of a path while there is room, and return how many there are."""
    if n_points >= points.shape[0]:
        return n_points
    points[n_points, 0], points[n_points, 1], points[n_points, 2] = x, y, z
    return n_points + 1


@kernel
def add_arrival(tallies, options, label, number, watched, speed, cosine, dx, dy, dz):
    """Add a molecule that arrives at a watched surface to its sums and histograms."""
    sums = tallies.crossing_sums[label, number]
    sums[0] += speed
    sums[1] += cosine
    add_motion(sums, 2, options.mass, speed, dx, dy, dz)
    place = bin_of(cosine, options.cosine_edges)
    if place >= 0:
        tallies.crossing_cosines[label, watched, place] += 1
    place = bin_of(speed, options.speed_edges)
    if place >= 0:
        tallies.crossing_speeds[label, watched, place] += 1


@kernel
def add_flight(tallies, options, label, region, n_seen, clock, arrival):
    """Add a flight to the time spent in a region and to the censuses; return the census reached."""
    until = min(arrival, options.t_end)
    since = max(clock, options.t_start)
    if until > since:
        tallies.present_time[label, region] += until - since
    times = options.census_times
    # A flight that outlasts the window is met by all the censuses that are left.
    while n_seen < times.size and (times[n_seen] < arrival or arrival > options.t_end):
        tallies.present_count[n_seen, region] += 1
        n_seen += 1
    return n_seen


@kernel
def add_crossings(table, options, tallies, label, region, clock, distance, speed, here, way):
    """Add the cutting planes that a flight crosses; they stand behind all the regions.

    here, way : where the flight starts, and its direction.
    """
    for row in range(table.first[-1], table.rules.size):
        if table.regions[row] != region or table.shapes[row] == MESH:
            continue
        length, cosine, _ = surface_hit(
            table.shapes[row], table.parameters, row, *here, *way, table.rare
        )
        moment = clock + length / speed if options.tracked else clock
        # What starts on the plane does not cross it.
        if 0.0 < length <= distance and options.t_start <= moment <= options.t_end:
            number = table.numbers[row]
            tallies.hits[label, number] += 1
            if table.watched[row] >= 0:
                add_arrival(
                    tallies, options, label, number, table.watched[row], speed, cosine, *way
                )


@scalar
def look(
    probes, table, options, tallies, label, region, n_seen, clock, distance, speed, here, way, birth
):
    """Add a flight to the cutting planes, cells and displacements on its way.

    here, way, birth : where the flight starts, its direction, and where the molecule started.
    """
    if table.first[-1] < table.rules.size:
        add_crossings(table, options, tallies, label, region, clock, distance, speed, here, way)
    if options.tracked:
        arrival = clock + distance / speed
        if probes.cells.counts[0] > 0:
            add_to_cells(
                probes.present_cell_time[label],
                probes.present_cell_motion[label],
                probes.cells,
                *here,
                *way,
                speed,
                (max(clock, options.t_start) - clock) * speed,
                (min(arrival, options.t_end) - clock) * speed,
            )
        if probes.displaced:
            add_displacements(
                probes, label, options.census_times, n_seen, options.t_end, clock, arrival, speed,
                here, way, birth,
            )  # fmt: skip
