"""Ions that arrive one by one, and a tilted plate that some of them meet."""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import MOTION, exponential, uniform, uniform_open, words_of

_ONE = np.uint64(1)


@kernel
def intercept_beam(
    rate, window, n_windows, beam_side, plate_side, cosine, sine, charge_number, capture,
    dead_time, stream,
):  # fmt: skip
    """Count what a tilted square plate intercepts of a beam, window by window.

    rate : ions per second through the beam's square cross-section; window, dead_time [s];
    beam_side, plate_side [m]; cosine, sine of the tilt; charge_number : of an ion, one less with
    probability ``capture``. Returns counts (n_windows,) of ions that met the plate when at least
    ``dead_time`` had passed since the last one counted, and charges (n_windows,) in elementary
    charges of all that met it.
    """
    counts = np.zeros(n_windows, np.int64)
    charges = np.zeros(n_windows, np.int64)
    duration = n_windows * window
    half = 0.5 * plate_side
    clock = 0.0
    counted_at = -dead_time
    ion = np.uint64(0)
    while True:
        word_0, word_1, word_2, word_3 = words_of(stream, MOTION, ion, np.uint64(0))
        clock += exponential(word_0) / rate
        if clock >= duration:
            return counts, charges
        x = (uniform_open(word_1) - 0.5) * beam_side
        y = (uniform_open(word_2) - 0.5) * beam_side
        if meets_plate(x, y, cosine, sine, half):
            number = min(np.int64(clock / window), n_windows - 1)
            charges[number] += charge_number - (uniform(word_3) < capture)
            if clock - counted_at >= dead_time:
                counts[number] += 1
                counted_at = clock
        ion += _ONE


@scalar
def meets_plate(x, y, cosine, sine, half):
    """Whether a ray along z through (x, y) meets a square plate about the origin.

    The plate's normal (−sine, 0, cosine) is turned from the ray about the y axis; ``half`` is
    half its side.
    """
    z = x * sine / cosine  # where the ray meets the plate's plane
    along = x * cosine + z * sine  # how far from the plate's middle, within that plane
    return abs(along) <= half and abs(y) <= half
