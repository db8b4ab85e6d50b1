"""What a surface does to a molecule that meets it."""

from __future__ import annotations

import numpy as np

from ..boundary import AngleLaw, SpeedLaw
from ..engine.jit import scalar
from ..engine.streams import uniform
from .emit import (
    accepted_candidate,
    cosine_direction,
    drawn_volume_energy,
    drawn_words,
    effusive_energy,
    in_frame,
    isotropic_direction,
)

SPECULAR, DIFFUSE, ABSORBING, PASSAGE, EXCHANGE, CERCIGNANI_LAMPIS, PUMP = range(7)
"""Tags of the boundaries; Maxwell's wall is a diffuse one with alpha below 1."""

KEPT = int(SpeedLaw.KEPT)
_EFFUSIVE = int(SpeedLaw.EFFUSIVE)
_VOLUME = int(SpeedLaw.VOLUME)
_COSINE = int(AngleLaw.COSINE)
_ONE = np.uint64(1)


@scalar
def mirrored(nx, ny, nz, dx, dy, dz):
    """Direction after a mirror with unit normal n: still of length 1 after any number of them."""
    twice = 2.0 * (dx * nx + dy * ny + dz * nz)
    dx, dy, dz = dx - twice * nx, dy - twice * ny, dz - twice * nz
    # One Newton step of 1/√: rounding errors of the length do not add up over many reflections.
    scale = 1.5 - 0.5 * (dx * dx + dy * dy + dz * dz)
    return scale * dx, scale * dy, scale * dz


@scalar
def emitted(
    angles, speeds, square_speed, tracked, speed, nx, ny, nz, words, stream, purpose, walker, draw
):
    """Direction and speed of a molecule that leaves a surface with normal n, and the next draw.

    square_speed : 2kT/m [m²/s²]; speed : what it had before [m/s]; tracked : whether to find the
    new one. The draws used are the same either way.
    """
    x, y, word_2, word_3, draw = accepted_candidate(words, stream, purpose, walker, draw)
    if angles == _COSINE:
        a, b, c = cosine_direction(x, y)
    else:
        a, b, c = isotropic_direction(x, y)
    dx, dy, dz = in_frame(nx, ny, nz, a, b, c)
    if speeds == _VOLUME:
        energy, draw = drawn_volume_energy(words, stream, purpose, walker, draw)
        if tracked:
            speed = np.sqrt(square_speed * energy)
    elif speeds == _EFFUSIVE and tracked:
        speed = np.sqrt(square_speed * effusive_energy(word_2, word_3))
    return dx, dy, dz, speed, draw


@scalar
def is_diffuse(alpha, words, stream, purpose, walker, draw):
    """Decide whether a reflection is diffuse (probability ``alpha``), and return the next draw.

    The decision has a draw of its own, but only where there is one to make: Maxwell's wall with
    alpha 1 gives the same paths as a diffuse wall.
    """
    if alpha >= 1.0 or alpha <= 0.0:
        return alpha >= 1.0, draw
    word_0, _, _, _ = drawn_words(words, stream, purpose, walker, draw)
    return uniform(word_0) < alpha, draw + _ONE
