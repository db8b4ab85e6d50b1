"""Molecules that fly from wall to wall, one after the other, and what is counted on the way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import BIRTHS, INITIAL, MOTION, uniform_open, words_of
from .emit import drawn_ball_point, drawn_disc_point, drawn_normals
from .hit import landed, nearest_hit, normal_at
from .scatter import ABSORBING, EXCHANGE, PASSAGE, emitted, is_diffuse, mirrored
from .shapes import BOX, CYLINDER

N_SUMS = 10
"""Σ over arrivals of speed, cosθ, energy and momentum x, y, z; over departures of the last four."""

_ONE = np.uint64(1)


class Sources(NamedTuple):
    """Where molecules start, one row per label."""

    counts: NDArray[np.int64]  # (n_labels,)
    rows: NDArray[np.int64]  # row of the surface, or −1 for a start inside a gas
    regions: NDArray[np.int64]
    shapes: NDArray[np.int64]  # tag of the volume of a gas
    parameters: NDArray[np.float64]  # (n_labels, N_PARAMETERS) of that volume
    speeds: NDArray[np.int64]
    angles: NDArray[np.int64]
    square_speeds: NDArray[np.float64]  # 2kT/m [m²/s²]


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
    sums: NDArray[np.float64]
    time: NDArray[np.float64]
    census: NDArray[np.int64]
    cosine_histogram: NDArray[np.int64]
    speed_histogram: NDArray[np.int64]


@scalar
def point_in_gas(shape, p, stream, walker, draw):
    """Draw a uniform point of the volume of a gas, and return it with the next draw."""
    if shape == BOX:
        word_0, word_1, word_2, _ = words_of(stream, INITIAL, walker, draw)
        x = p[0] + uniform_open(word_0) * (p[3] - p[0])
        y = p[1] + uniform_open(word_1) * (p[4] - p[1])
        z = p[2] + uniform_open(word_2) * (p[5] - p[2])
        return x, y, z, draw + _ONE
    if shape == CYLINDER:
        word_0, _, _, _ = words_of(stream, INITIAL, walker, draw)
        along = uniform_open(word_0) * p[8]
        x, y, z, draw = drawn_disc_point(p, stream, INITIAL, walker, draw + _ONE)
        return x + along * p[3], y + along * p[4], z + along * p[5], draw
    x, y, z, draw = drawn_ball_point(stream, INITIAL, walker, draw)
    return p[0] + p[7] * x, p[1] + p[7] * y, p[2] + p[7] * z, draw


@scalar
def started(table, sources, label, tracked, stream, walker):
    """Position, direction and speed of a molecule at its start; the speed is 0 if not tracked."""
    row = sources.rows[label]
    square_speed = sources.square_speeds[label]
    draw = np.uint64(0)
    speed = 0.0
    if row >= 0:
        p = table.parameters[row]
        x, y, z, draw = drawn_disc_point(p, stream, BIRTHS, walker, draw)
        dx, dy, dz, speed, draw = emitted(
            sources.angles[label],
            sources.speeds[label],
            square_speed,
            tracked,
            speed,
            p[3],
            p[4],
            p[5],
            stream,
            BIRTHS,
            walker,
            draw,
        )
        return x, y, z, dx, dy, dz, speed
    x, y, z, draw = point_in_gas(
        sources.shapes[label], sources.parameters[label], stream, walker, draw
    )
    a, b, c, draw = drawn_normals(stream, INITIAL, walker, draw)
    norm = np.sqrt(a * a + b * b + c * c)
    if tracked:
        speed = np.sqrt(0.5 * square_speed) * norm
    return x, y, z, a / norm, b / norm, c / norm, speed


@scalar
def bin_of(value, edges):
    """Bin between rising edges, −1 outside them; the last bin includes its upper edge."""
    last = edges.size - 1
    if last < 1 or value < edges[0] or value > edges[last]:
        return -1
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if value >= edges[middle]:
            low = middle
        else:
            high = middle
    return low


@scalar
def add_motion(sums, first, mass, speed, dx, dy, dz):
    """Add energy and momentum of a molecule to four sums."""
    momentum = mass * speed
    sums[first] += 0.5 * momentum * speed
    sums[first + 1] += momentum * dx
    sums[first + 2] += momentum * dy
    sums[first + 3] += momentum * dz


@kernel
def add_arrival(tallies, options, label, number, watched, speed, cosine, dx, dy, dz):
    """Add a molecule that arrives at a watched surface to its sums and histograms."""
    sums = tallies.sums[label, number]
    sums[0] += speed
    sums[1] += cosine
    add_motion(sums, 2, options.mass, speed, dx, dy, dz)
    place = bin_of(cosine, options.cosine_edges)
    if place >= 0:
        tallies.cosine_histogram[label, watched, place] += 1
    place = bin_of(speed, options.speed_edges)
    if place >= 0:
        tallies.speed_histogram[label, watched, place] += 1


@kernel
def add_flight(tallies, options, label, region, n_seen, clock, arrival):
    """Add a flight to the time spent in a region and to the censuses; return the census reached."""
    until = min(arrival, options.t_end)
    since = max(clock, options.t_start)
    if until > since:
        tallies.time[label, region] += until - since
    times = options.census_times
    # A flight that outlasts the window is met by all the censuses that are left.
    while n_seen < times.size and (times[n_seen] < arrival or arrival > options.t_end):
        tallies.census[n_seen, region] += 1
        n_seen += 1
    return n_seen


@scalar
def trace_molecule(table, sources, label, walker, options, tallies, stream, points):
    """Follow one molecule until it is absorbed or its time is over.

    points : (n, 3) filled with the start and the first impacts. Returns the number of hits, or
    −1 for a molecule that met no surface or exceeded the cap, and the number of points filled.
    """
    tracked = options.tracked
    region = sources.regions[label]
    x, y, z, dx, dy, dz, speed = started(table, sources, label, tracked, stream, walker)
    row = sources.rows[label]
    if row >= 0 and table.watched[row] >= 0 and options.t_start <= 0.0:
        sums = tallies.sums[label, table.numbers[row]]
        add_motion(sums, 6, options.mass, speed, dx, dy, dz)
    draw = np.uint64(0)
    clock = 0.0
    n_seen = 0
    n_points = 0
    for n_hits in range(options.max_hits):
        if n_points < points.shape[0]:
            points[n_points, 0], points[n_points, 1], points[n_points, 2] = x, y, z
            n_points += 1
        distance, row, face = nearest_hit(table, region, x, y, z, dx, dy, dz)
        if row < 0:
            return -1, n_points
        if tracked:
            arrival = clock + distance / speed
            n_seen = add_flight(tallies, options, label, region, n_seen, clock, arrival)
            if arrival > options.t_end:
                return n_hits, n_points
            clock = arrival
        p = table.parameters[row]
        shape = table.shapes[row]
        x, y, z = landed(shape, p, face, x + distance * dx, y + distance * dy, z + distance * dz)
        nx, ny, nz = normal_at(shape, p, face, x, y, z)
        number = table.numbers[row]
        counted = clock >= options.t_start
        noted = counted and table.watched[row] >= 0
        if counted:
            tallies.hits[label, number] += 1
        if noted:
            cosine = min(max(-(dx * nx + dy * ny + dz * nz), 0.0), 1.0)
            add_arrival(
                tallies, options, label, number, table.watched[row], speed, cosine, dx, dy, dz
            )
        rule = table.rules[row]
        if rule == PASSAGE:
            region = table.regions[row]
            continue
        if rule == ABSORBING:
            if counted:
                tallies.absorbed[label, number] += 1
            if n_points < points.shape[0]:
                points[n_points, 0], points[n_points, 1], points[n_points, 2] = x, y, z
                n_points += 1
            return n_hits + 1, n_points
        if rule == EXCHANGE:
            x, y, z, draw = drawn_disc_point(p, stream, MOTION, walker, draw)
        diffuse, draw = is_diffuse(table.alphas[row], stream, MOTION, walker, draw)
        if diffuse:
            dx, dy, dz, speed, draw = emitted(
                table.angles[row],
                table.speeds[row],
                table.square_speeds[row],
                tracked,
                speed,
                nx,
                ny,
                nz,
                stream,
                MOTION,
                walker,
                draw,
            )
        else:
            dx, dy, dz = mirrored(nx, ny, nz, dx, dy, dz)
        if noted:
            add_motion(tallies.sums[label, number], 6, options.mass, speed, dx, dy, dz)
    return -1, n_points


@kernel
def trace(table, sources, options, tallies, stream):
    """Follow all molecules of a batch; return the number of the first lost one, else −1."""
    nowhere = np.empty((0, 3))
    walker = 0
    for label in range(sources.counts.size):
        for _ in range(sources.counts[label]):
            n_hits, _ = trace_molecule(
                table, sources, label, np.uint64(walker), options, tallies, stream, nowhere
            )
            if n_hits < 0:
                return walker
            walker += 1
    return -1


@kernel
def trace_path(table, sources, label, walker, options, tallies, stream, points):
    """Follow one molecule and fill ``points`` (n, 3); return (hits or −1, points filled)."""
    return trace_molecule(table, sources, label, walker, options, tallies, stream, points)
