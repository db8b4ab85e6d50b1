"""Where molecules start, in which direction and how fast."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import scalar
from ..engine.streams import BIRTHS, INITIAL, uniform_open
from .emit import (
    drawn_ball_point,
    drawn_box_point,
    drawn_disc_point,
    drawn_normals,
    drawn_words,
)
from .gases import AT_REST, left_gas
from .mesh_hit import drawn_mesh_point, gas_point, mesh_normal
from .points import draw_start
from .scatter import emitted
from .shapes import BOX, CYLINDER, MESH

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
    drifts: NDArray[np.float64]  # of that gas towards the opening, over √(2kT/m)
    potentials: NDArray[np.float64]  # 2μ/m of that gas [m²/s²]


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
                gas, sources.drifts[label], sources.potentials[label], square_speed, nx, ny, nz,
                words, stream, BIRTHS, walker, draw,
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
