"""Molecules that fly from wall to wall, one after the other."""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import MOTION
from .emit import DRAWS_AT_ONCE, drawn_disc_point
from .hit import landed, nearest_hit, normal_at
from .mesh_hit import map_hit
from .points import draw_start
from .scatter import ABSORBING, EXCHANGE, PASSAGE, emitted, is_diffuse, mirrored
from .shapes import MESH
from .special import add_drawn, decided, reflected_specially
from .start import started
from .tallies import add_arrival, add_departure, add_flight, add_point, look


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


@scalar
def touched(table, tree, row, face, x, y, z):
    """Point of impact without its rounding error, the normal there, and slot on a mesh or −1."""
    shape, p = table.shapes[row], table.parameters
    x, y, z = landed(shape, p, row, face, x, y, z, tree)
    nx, ny, nz = normal_at(shape, p, row, face, x, y, z, table.rare, tree)
    slot = -1
    if tree is not None:
        slot = face if shape == MESH else -1
    return x, y, z, nx, ny, nz, slot


@scalar
def arrived(table, tree, options, tallies, label, row, slot, speed, nx, ny, nz, dx, dy, dz):
    """Count a molecule that meets a surface."""
    if tree is not None:
        if slot >= 0:
            map_hit(tree, tallies.triangle_hits[label], slot)
    surface, watched = table.numbers[row], table.watched[row]
    tallies.hits[label, surface] += 1
    if watched >= 0:
        cosine = min(max(-(dx * nx + dy * ny + dz * nz), 0.0), 1.0)
        add_arrival(tallies, options, label, surface, watched, speed, cosine, dx, dy, dz)


@scalar
def replaced(table, place, region, row, x, y, z, words, stream, walker, draw):
    """Point of an opening where the molecule enters that replaces one at r, and the next draw."""
    if place is None:
        x, y, z, draw = drawn_disc_point(table.parameters, row, words, stream, MOTION, walker, draw)
    else:
        draw = draw_start(place, table, row, region, words, stream, MOTION, walker, draw)
        x, y, z = place[0], place[1], place[2]
    return x, y, z, draw


@scalar
def followed(
    table, tree, special, place, probes, sources, label, walker, options, tallies, words, stream,
    points,
):  # fmt: skip
    """Follow one molecule, and return whether it came to its end, and the points filled."""
    tracked = options.tracked
    x, y, z, dx, dy, dz, speed, slot = started(
        table, tree, place, sources, label, tracked, words, stream, walker
    )
    row = sources.rows[label]
    if row >= 0 and options.t_start <= 0.0:
        add_departure(table, tallies, options, label, row, speed, dx, dy, dz)
    region, draw, clock, n_seen, drawn_at = sources.regions[label], np.uint64(0), 0.0, 0, np.nan
    n_points = add_point(points, 0, x, y, z)
    if probes is not None:
        birth = (x, y, z)
    for _ in range(options.max_hits):
        distance, row, face = nearest_hit(table, region, x, y, z, dx, dy, dz, tree, slot)
        if row < 0:
            return False, n_points
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
                return True, n_points
        x, y, z, nx, ny, nz, slot = touched(
            table, tree, row, face, x + distance * dx, y + distance * dy, z + distance * dz
        )
        n_points = add_point(points, n_points, x, y, z)
        counted = clock >= options.t_start
        if counted:
            arrived(table, tree, options, tallies, label, row, slot, speed, nx, ny, nz, dx, dy, dz)
        rule = table.rules[row]
        if special is not None:
            rule, draw = decided(special, row, rule, words, stream, walker, draw)
        if rule == ABSORBING:
            if counted:
                tallies.absorbed[label, table.numbers[row]] += 1
                if special is not None:
                    add_drawn(special, label, table.numbers[row], drawn_at)
            return True, n_points
        if rule == PASSAGE:
            region = table.regions[row]
            continue
        if rule == EXCHANGE:
            x, y, z, draw = replaced(
                table, place, region, row, x, y, z, words, stream, walker, draw
            )
        if special is None:
            dx, dy, dz, speed, draw = reflected(
                table, row, tracked, speed, nx, ny, nz, dx, dy, dz, words, stream, walker, draw
            )
        else:
            dx, dy, dz, speed, drawn_at, draw = reflected_specially(
                table, special, row, tracked, speed, x, y, z, nx, ny, nz, dx, dy, dz, drawn_at,
                words, stream, walker, draw,
            )  # fmt: skip
        if counted:
            add_departure(table, tallies, options, label, row, speed, dx, dy, dz)
    return False, n_points


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
    n_points = 0
    for number in range(first, first + count):
        ended, n_points = followed(
            table, tree, special, place, probes, sources, label, np.uint64(number), options,
            tallies, words, stream, points,
        )  # fmt: skip
        if not ended:
            return number, n_points
    return -1, n_points
