"""Molecules that fly from wall to wall, one after the other, and what is counted on the way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import BIRTHS, INITIAL, MOTION, uniform_open
from .cells import add_displacements, add_to_cells, bin_of
from .emit import (
    DRAWS_AT_ONCE,
    drawn_ball_point,
    drawn_box_point,
    drawn_disc_point,
    drawn_normals,
    drawn_words,
)
from .gases import AT_REST, left_gas
from .hit import landed, nearest_hit, normal_at, surface_hit
from .mesh_hit import drawn_mesh_point, gas_point, map_hit, mesh_normal
from .points import draw_start
from .scatter import ABSORBING, EXCHANGE, PASSAGE, emitted, is_diffuse, mirrored
from .shapes import BOX, CYLINDER, MESH
from .special import add_drawn, decided, reflected_specially

N_SUMS = 10
"""Σ over arrivals of speed, cosθ, energy and momentum x, y, z; over departures of the last four."""

_ONE = np.uint64(1)


class Sources(NamedTuple):
    """Where molecules start, one row per label."""

    counts: NDArray[np.int64]  # (n_labels,)
    rows: NDArray[np.int64]  # row of the surface, or −1 for a start inside a gas
    meshes: NDArray[np.int64]  # number of the mesh of that row among all meshes
    regions: NDArray[np.int64]
    shapes: NDArray[np.int64]  # tag of the volume of a gas
    parameters: NDArray[np.float64]  # (n_labels, N_PARAMETERS) of that volume
    speeds: NDArray[np.int64]
    angles: NDArray[np.int64]
    square_speeds: NDArray[np.float64]  # 2kT/m [m²/s²]
    gases: NDArray[np.int64]  # tag of the gas behind an opening
    numbers: NDArray[np.float64]  # drift or potential of that gas: see left_gas


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
def point_in_gas(shape, p, i, words, stream, walker, draw, tree, region):
    """Draw a uniform point of the volume of a gas, and return it with the next draw."""
    if tree is not None:
        if shape == MESH:
            return gas_point(tree, region, p, i, words, stream, walker, draw)
    if shape == BOX:
        x, y, z, draw = drawn_box_point(p, i, words, stream, INITIAL, walker, draw)
    elif shape == CYLINDER:
        word_0, _, _, _ = drawn_words(words, stream, INITIAL, walker, draw)
        along = uniform_open(word_0) * p[i, 8]
        x, y, z, draw = drawn_disc_point(p, i, words, stream, INITIAL, walker, draw + _ONE)
        x, y, z = x + along * p[i, 3], y + along * p[i, 4], z + along * p[i, 5]
    else:
        a, b, c, draw = drawn_ball_point(words, stream, INITIAL, walker, draw)
        x, y, z = p[i, 0] + p[i, 7] * a, p[i, 1] + p[i, 7] * b, p[i, 2] + p[i, 7] * c
    return x, y, z, draw


@scalar
def started(table, tree, place, sources, label, tracked, words, stream, walker):
    """Position, direction, speed (0 if not tracked) and slot on a mesh (or −1) at the start."""
    p, i = sources.parameters, label
    square_speed = sources.square_speeds[label]
    draw = np.uint64(0)
    speed = 0.0
    slot = -1
    row = sources.rows[label]
    if row >= 0:
        if tree is not None:
            if sources.shapes[label] == MESH:
                x, y, z, slot, draw = drawn_mesh_point(
                    tree, sources.meshes[label], words, stream, BIRTHS, walker, draw
                )
                nx, ny, nz = mesh_normal(tree, slot)
        if slot < 0:
            if place is None:
                x, y, z, draw = drawn_disc_point(p, i, words, stream, BIRTHS, walker, draw)
                nx, ny, nz = p[i, 3], p[i, 4], p[i, 5]
            else:
                region = sources.regions[label]
                draw = draw_start(place, table, row, region, words, stream, BIRTHS, walker, draw)
                x, y, z, nx, ny, nz = place[0], place[1], place[2], place[3], place[4], place[5]
        gas = sources.gases[label]
        if gas != AT_REST:
            dx, dy, dz, speed = left_gas(
                gas, sources.numbers[label], square_speed, nx, ny, nz, words, stream, BIRTHS,
                walker, draw,
            )  # fmt: skip
            return x, y, z, dx, dy, dz, speed if tracked else 0.0, slot
        dx, dy, dz, speed, draw = emitted(
            sources.angles[label],
            sources.speeds[label],
            square_speed,
            tracked,
            speed,
            nx,
            ny,
            nz,
            words,
            stream,
            BIRTHS,
            walker,
            draw,
        )
    else:
        x, y, z, draw = point_in_gas(
            sources.shapes[label], p, i, words, stream, walker, draw, tree, sources.regions[label]
        )
        a, b, c, draw = drawn_normals(words, stream, INITIAL, walker, draw)
        norm = np.sqrt(a * a + b * b + c * c)
        if tracked:
            speed = np.sqrt(0.5 * square_speed) * norm
        dx, dy, dz = a / norm, b / norm, c / norm
    return x, y, z, dx, dy, dz, speed, slot


@scalar
def add_motion(sums, first, mass, speed, dx, dy, dz):
    """Add energy and momentum of a molecule to four sums."""
    momentum = mass * speed
    sums[first] += 0.5 * momentum * speed
    sums[first + 1] += momentum * dx
    sums[first + 2] += momentum * dy
    sums[first + 3] += momentum * dz


@scalar
def add_point(points, n_points, x, y, z):
    """Keep a point of a path while there is room, and return how many there are."""
    if n_points >= points.shape[0]:
        return n_points
    points[n_points, 0], points[n_points, 1], points[n_points, 2] = x, y, z
    return n_points + 1


@scalar
def reflected(table, row, tracked, speed, nx, ny, nz, dx, dy, dz, words, stream, walker, draw):
    """Direction and speed after a wall with unit normal n, and the next draw."""
    diffuse, draw = is_diffuse(table.alphas[row], words, stream, MOTION, walker, draw)
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
            words,
            stream,
            MOTION,
            walker,
            draw,
        )
    else:
        dx, dy, dz = mirrored(nx, ny, nz, dx, dy, dz)
    return dx, dy, dz, speed, draw


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


@kernel
def trace(
    table, tree, special, place, probes, sources, label, first, count, options, tallies, stream,
    points,
):  # fmt: skip
    """Follow molecules first … first + count − 1 of a source until absorbed or out of time.

    tree : of the triangles of meshes; special : what rare walls and tallies need; place : (6,) for
    starts elsewhere than on whole discs or inside a gas; probes : what looks at flights. Each is
    None where a model has none of it, and the compiler then leaves it out. points : (n, 3) filled
    with the start and the first impacts of the last molecule. Returns the number of a molecule
    that met no surface or exceeded the cap, else −1, and the number of points filled.
    """
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    tracked = options.tracked
    start_row = sources.rows[label]
    n_points = 0
    for number in range(first, first + count):
        walker = np.uint64(number)
        x, y, z, dx, dy, dz, speed, left = started(
            table, tree, place, sources, label, tracked, words, stream, walker
        )
        if start_row >= 0 and table.watched[start_row] >= 0 and options.t_start <= 0.0:
            sums = tallies.crossing_sums[label, table.numbers[start_row]]
            add_motion(sums, 6, options.mass, speed, dx, dy, dz)
        region = sources.regions[label]
        draw = np.uint64(0)
        clock = 0.0
        n_seen = 0
        drawn_at = np.nan
        n_points = add_point(points, 0, x, y, z)
        if probes is not None:
            birth = (x, y, z)
        ended = False
        for _ in range(options.max_hits):
            distance, row, face = nearest_hit(table, region, x, y, z, dx, dy, dz, tree, left)
            if row < 0:
                break
            if probes is not None:
                look(
                    probes, table, options, tallies, label, region, n_seen, clock, distance, speed,
                    (x, y, z), (dx, dy, dz), birth,
                )  # fmt: skip
            if tracked:
                arrival = clock + distance / speed
                n_seen = add_flight(tallies, options, label, region, n_seen, clock, arrival)
                clock = arrival
                if arrival > options.t_end:
                    ended = True
                    break
            x, y, z = x + distance * dx, y + distance * dy, z + distance * dz
            x, y, z = landed(table.shapes[row], table.parameters, row, face, x, y, z, tree)
            nx, ny, nz = normal_at(
                table.shapes[row], table.parameters, row, face, x, y, z, table.rare, tree
            )
            if tree is not None:
                left = face if table.shapes[row] == MESH else -1
                if left >= 0 and clock >= options.t_start:
                    map_hit(tree, tallies.triangle_hits[label], left)
            n_points = add_point(points, n_points, x, y, z)
            surface = table.numbers[row]
            rule = table.rules[row]
            counted = clock >= options.t_start
            noted = counted and table.watched[row] >= 0
            if counted:
                tallies.hits[label, surface] += 1
            if noted:
                cosine = min(max(-(dx * nx + dy * ny + dz * nz), 0.0), 1.0)
                watched = table.watched[row]
                add_arrival(tallies, options, label, surface, watched, speed, cosine, dx, dy, dz)
            if special is not None:
                rule, draw = decided(special, row, rule, words, stream, walker, draw)
            if rule == ABSORBING:
                if counted:
                    tallies.absorbed[label, surface] += 1
                    if special is not None:
                        add_drawn(special, label, surface, drawn_at)
                ended = True
                break
            if rule == PASSAGE:
                region = table.regions[row]
                continue
            if rule == EXCHANGE:
                if place is None:
                    x, y, z, draw = drawn_disc_point(
                        table.parameters, row, words, stream, MOTION, walker, draw
                    )
                else:
                    draw = draw_start(
                        place, table, row, region, words, stream, MOTION, walker, draw
                    )
                    x, y, z = place[0], place[1], place[2]
            if special is None:
                dx, dy, dz, speed, draw = reflected(
                    table, row, tracked, speed, nx, ny, nz, dx, dy, dz, words, stream, walker, draw
                )
            else:
                dx, dy, dz, speed, drawn_at, draw = reflected_specially(
                    table, special, row, tracked, speed, x, y, z, nx, ny, nz, dx, dy, dz, drawn_at,
                    words, stream, walker, draw,
                )  # fmt: skip
            if noted:
                add_motion(
                    tallies.crossing_sums[label, surface], 6, options.mass, speed, dx, dy, dz
                )
        if not ended:
            return number, n_points
    return -1, n_points
