"""Reflection from the wall of Cercignani, Lampis and Lord.

Source: C. Cercignani and M. Lampis, Transport Theory Stat. Phys. 1, 101 (1971); sampled after
R. G. Lord, Phys. Fluids A 3, 706 (1991): what is left of each velocity component, plus a normal
variate. The normal component is a length in a plane, so that it stays positive. The densities are
in ``analysis.laws.walls``.
"""

from __future__ import annotations

import numpy as np

from ..engine.jit import scalar
from ..engine.streams import MOTION, normal_pair
from .emit import drawn_words, in_frame

_ONE = np.uint64(1)


@scalar
def cercignani_lampis(
    alpha_n, sigma_t, square_speed, speed, nx, ny, nz, dx, dy, dz, words, stream, walker, draw
):
    """Direction and speed after a wall with unit normal n, and the next draw.

    square_speed : 2kT/m of the wall [m²/s²]; speed [m/s] and direction d of the arrival.
    """
    a, b, c, d, draw = drawn_four_normals(words, stream, walker, draw)
    thermal = np.sqrt(0.5 * square_speed)
    approach = dx * nx + dy * ny + dz * nz
    kept = (1.0 - sigma_t) * speed
    spread = np.sqrt(sigma_t * (2.0 - sigma_t)) * thermal
    scatter = np.sqrt(alpha_n) * thermal
    u = scatter * c - np.sqrt(1.0 - alpha_n) * speed * approach
    v = scatter * d
    x, y, z = in_frame(nx, ny, nz, spread * a, spread * b, np.sqrt(u * u + v * v))
    x += kept * (dx - approach * nx)
    y += kept * (dy - approach * ny)
    z += kept * (dz - approach * nz)
    speed = np.sqrt(x * x + y * y + z * z)
    return x / speed, y / speed, z / speed, speed, draw


@scalar
def drawn_four_normals(words, stream, walker, draw):
    """Draw four independent standard normals, and return them with the next draw."""
    while True:
        word_0, word_1, word_2, word_3 = drawn_words(words, stream, MOTION, walker, draw)
        draw += _ONE
        a, b, first = normal_pair(word_0, word_1)
        c, d, second = normal_pair(word_2, word_3)
        if first and second:
            return a, b, c, d, draw
