"""Random numbers by counter: Philox4x32-10, and the few variates that walkers need.

A draw is a pure function of (seed, draw number, walker, batch, purpose): no state is shared,
so threads, processes and resumed runs see the same numbers. All integers are uint64 holding
32-bit values, because mixed widths silently turn into floats in compiled code.

Source: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11 (2011), sec. 4.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .jit import kernel, scalar
from .model import PURPOSES_PER_STREAM

MOTION = np.uint64(0)
BIRTHS = np.uint64(1)
INITIAL = np.uint64(2)
OBSERVATION = np.uint64(3)


class Stream(NamedTuple):
    """The counter fields that all walkers of a batch share, and the key."""

    batch: np.uint64
    purpose: np.uint64
    key_0: np.uint64
    key_1: np.uint64


def make_stream(seed: int, batch: int, part: int = 0) -> Stream:
    """Stream of one batch of part number ``part`` of a run."""
    return Stream(
        np.uint64(batch),
        np.uint64(part * PURPOSES_PER_STREAM),
        np.uint64(seed & 0xFFFFFFFF),
        np.uint64(seed >> 32),
    )


MASK32 = np.uint64(0xFFFFFFFF)
SHIFT32 = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)

_TO_UNIT = 2.0**-32
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10


@scalar
def philox(draw, walker, batch, purpose, key_0, key_1):
    """Four independent 32-bit words for one counter; all arguments and results uint64 < 2³²."""
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * (draw & MASK32)
        product_1 = _MULTIPLIER_1 * (batch & MASK32)
        draw = (product_1 >> SHIFT32) ^ walker ^ key_0
        walker = product_1 & MASK32
        batch = (product_0 >> SHIFT32) ^ purpose ^ key_1
        purpose = product_0 & MASK32
        key_0 = (key_0 + _WEYL_0) & MASK32
        key_1 = (key_1 + _WEYL_1) & MASK32
    return draw, walker, batch, purpose


@scalar
def words_of(stream, purpose, walker, draw):
    """Four words of one walker's draw for one purpose (MOTION, BIRTHS, …)."""
    return philox(draw, walker, stream.batch, stream.purpose + purpose, stream.key_0, stream.key_1)


@kernel
def fill_words(words, stream, purpose, walkers, draws):
    """Fill ``words`` (4, n) with the draw of each of n lanes: the vectorised ``words_of``."""
    for lane in range(walkers.size):
        word_0, word_1, word_2, word_3 = words_of(stream, purpose, walkers[lane], draws[lane])
        words[0, lane] = word_0
        words[1, lane] = word_1
        words[2, lane] = word_2
        words[3, lane] = word_3


@scalar
def uniform(word):
    """Uniform number in [0, 1) with 32 bits: never 1."""
    return np.float64(word) * _TO_UNIT


@scalar
def uniform_open(word):
    """Uniform number in (0, 1), the middle of one of 2³² equal cells: never 0 nor 1."""
    return (np.float64(word) + 0.5) * _TO_UNIT


@scalar
def below(word_high, word_low, n):
    """Uniform integer in [0, n), n < 2³², from 64 random bits; relative bias below n·2⁻⁶⁴."""
    # The product n·(high·2³² + low)·2⁻⁶⁴ is formed in halves, each of which fits 64 bits.
    count = np.uint64(n)
    return (word_high * count + ((word_low * count) >> SHIFT32)) >> SHIFT32


@scalar
def logarithm(x):
    """Natural logarithm of a normal positive number to 1 ulp, the same bits on any machine.

    Source: the algorithm of fdlibm 5.3, e_log.c (Sun Microsystems, 1993): reduction to
    [√½, √2], a degree-14 polynomial in s = f/(2+f), only + − × ÷ and bit operations.
    """
    bits = np.float64(x).view(np.int64)
    exponent = (bits >> 52) - 1023
    mantissa = bits & 0xFFFFFFFFFFFFF
    # Mantissas from √2 on belong to the next power of two.
    carry = (mantissa + 0x95F6400000000) & 0x10000000000000
    exponent += carry >> 52
    f = np.int64(mantissa | (carry ^ 0x3FF0000000000000)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = z * (
        6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half_square = 0.5 * f * f
    return exponent * _LN2_HIGH - (
        (half_square - (s * (half_square + odd + even) + exponent * _LN2_LOW)) - f
    )


@scalar
def exponential(word):
    """Exponential variate of mean 1."""
    return -logarithm(uniform_open(word))


@scalar
def normal_pair(word_0, word_1):
    """Two independent standard normals by the polar method, and whether the words served.

    Words whose point falls outside the unit disc (probability 1 − π/4) give ``False``;
    the caller then draws again.
    """
    x = 2.0 * uniform_open(word_0) - 1.0
    y = 2.0 * uniform_open(word_1) - 1.0
    square = x * x + y * y
    if square >= 1.0:
        return 0.0, 0.0, False
    factor = np.sqrt(-2.0 * logarithm(square) / square)
    return factor * x, factor * y, True


@kernel
def poisson(mean, stream, purpose, walker):
    """Poisson variate of a given mean: the arrivals of unit rate within the time ``mean``.

    Its cost grows as the mean; the exponential gaps need no function but the logarithm.
    """
    n_arrivals = 0
    clock = 0.0
    draw = np.uint64(0)
    while True:
        for word in words_of(stream, purpose, walker, draw):
            clock += exponential(word)
            if clock > mean:
                return n_arrivals
            n_arrivals += 1
        draw += np.uint64(1)
