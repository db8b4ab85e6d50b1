"""How a molecule leaves a wall, an opening or a place in a gas: directions, speeds and points.

One draw of four words is a candidate for an emission. Words 0 and 1 are a point of a square; in
the unit disc (probability π/4) it is the direction, and words 2 and 3 are then the speed. The
words of the speed are there whether anyone looks at them or not, so that a molecule flies along
the same path whether or not speeds are tracked. No sine, no cosine: only + − × ÷ and √.
"""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import MOTION, logarithm, normal_pair, philox, uniform_open, words_of

DRAWS_AT_ONCE = 8
"""Draws of a molecule that are made together, which the compiler vectorises; a power of two.

It changes the speed, never the bits; what is left over when the molecule ends is not used.
"""

_ONE = np.uint64(1)
_PLACE = np.uint64(DRAWS_AT_ONCE - 1)


@kernel
def fill_draws(words, stream, purpose, walker, draw):
    """Fill ``words`` (4, DRAWS_AT_ONCE) with the draws of one walker from ``draw`` on."""
    purpose = stream.purpose + purpose
    for lane in range(words.shape[1]):
        word_0, word_1, word_2, word_3 = philox(
            draw + np.uint64(lane), walker, stream.batch, purpose, stream.key_0, stream.key_1
        )
        words[0, lane] = word_0
        words[1, lane] = word_1
        words[2, lane] = word_2
        words[3, lane] = word_3


@scalar
def drawn_words(words, stream, purpose, walker, draw):
    """Four words of a draw; those of a flight by way of ``words``, taken in order from 0."""
    if purpose != MOTION:  # a start takes two or three draws, too few to make eight at once
        return words_of(stream, purpose, walker, draw)
    lane = draw & _PLACE
    if lane == 0:
        fill_draws(words, stream, purpose, walker, draw)
    return words[0, lane], words[1, lane], words[2, lane], words[3, lane]


@scalar
def disc_point(word_0, word_1):
    """Uniform point of the open unit disc, and whether the words served (probability π/4)."""
    x = 2.0 * uniform_open(word_0) - 1.0
    y = 2.0 * uniform_open(word_1) - 1.0
    return x, y, x * x + y * y < 1.0


@scalar
def cosine_direction(x, y):
    """Return a unit vector about the z axis with density cosθ/π per solid angle, from a disc point.

    The projection of a cosine law on the plane is uniform on the disc (Nusselt).
    """
    return x, y, np.sqrt(1.0 - (x * x + y * y))


@scalar
def isotropic_direction(x, y):
    """Return a unit vector uniform on the hemisphere z > 0: cosθ = 1 − x² − y² of a disc point."""
    square = x * x + y * y
    stretch = np.sqrt(2.0 - square)
    return x * stretch, y * stretch, 1.0 - square


@scalar
def effusive_energy(word_2, word_3):
    """½mv²/kT of a molecule that crosses a plane: Gamma(2), density e·exp(−e)."""
    return -logarithm(uniform_open(word_2) * uniform_open(word_3))


@scalar
def volume_energy(normal, word):
    """½mv²/kT of a molecule present in a gas: Gamma(3/2) = ½N² + Exp(1)."""
    return 0.5 * normal * normal - logarithm(uniform_open(word))


@scalar
def in_frame(nx, ny, nz, a, b, c):
    """Vector a·t₁ + b·t₂ + c·n in an orthonormal frame built on the unit normal n.

    Source: T. Duff et al., Building an orthonormal basis, revisited, J. Comput. Graph. Tech. 6,
    1 (2017), listing 3: no branch that loses accuracy, and exact for normals along an axis.
    """
    sign = 1.0 if nz >= 0.0 else -1.0
    p = -1.0 / (sign + nz)
    q = nx * ny * p
    return (
        a * (1.0 + sign * nx * nx * p) + b * q + c * nx,
        a * (sign * q) + b * (sign + ny * ny * p) + c * ny,
        -a * (sign * nx) - b * ny + c * nz,
    )


@scalar
def accepted_candidate(words, stream, purpose, walker, draw):
    """First candidate from ``draw`` on that serves: disc point, words 2 and 3, and next draw."""
    while True:
        word_0, word_1, word_2, word_3 = drawn_words(words, stream, purpose, walker, draw)
        draw += _ONE
        x, y, inside = disc_point(word_0, word_1)
        if inside:
            return x, y, word_2, word_3, draw


@scalar
def drawn_volume_energy(words, stream, purpose, walker, draw):
    """Draw the energy/kT of a molecule present, and return it with the next draw."""
    while True:
        word_0, word_1, word_2, _ = drawn_words(words, stream, purpose, walker, draw)
        draw += _ONE
        normal, _, served = normal_pair(word_0, word_1)
        if served:
            return volume_energy(normal, word_2), draw


@scalar
def drawn_disc_point(p, i, words, stream, purpose, walker, draw):
    """Draw a uniform point of a Disc with parameters p, and return it with the next draw."""
    a, b, _, _, draw = accepted_candidate(words, stream, purpose, walker, draw)
    x, y, z = in_frame(p[i, 3], p[i, 4], p[i, 5], a * p[i, 7], b * p[i, 7], 0.0)
    return p[i, 0] + x, p[i, 1] + y, p[i, 2] + z, draw


@scalar
def drawn_box_point(p, i, words, stream, purpose, walker, draw):
    """Draw a uniform point of a Box with parameters p, and return it with the next draw."""
    word_0, word_1, word_2, _ = drawn_words(words, stream, purpose, walker, draw)
    x = p[i, 0] + uniform_open(word_0) * (p[i, 3] - p[i, 0])
    y = p[i, 1] + uniform_open(word_1) * (p[i, 4] - p[i, 1])
    z = p[i, 2] + uniform_open(word_2) * (p[i, 5] - p[i, 2])
    return x, y, z, draw + _ONE


@scalar
def drawn_normals(words, stream, purpose, walker, draw):
    """Draw three independent standard normals, and return them with the next draw."""
    while True:
        word_0, word_1, word_2, word_3 = drawn_words(words, stream, purpose, walker, draw)
        draw += _ONE
        a, b, first = normal_pair(word_0, word_1)
        c, _, second = normal_pair(word_2, word_3)
        if first and second:
            return a, b, c, draw


@scalar
def drawn_ball_point(words, stream, purpose, walker, draw):
    """Draw a uniform point of the open unit ball, and return it with the next draw."""
    while True:
        word_0, word_1, word_2, _ = drawn_words(words, stream, purpose, walker, draw)
        draw += _ONE
        x = 2.0 * uniform_open(word_0) - 1.0
        y = 2.0 * uniform_open(word_1) - 1.0
        z = 2.0 * uniform_open(word_2) - 1.0
        if x * x + y * y + z * z < 1.0:
            return x, y, z, draw
