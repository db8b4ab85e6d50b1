"""A beam on a tilted plate: which rays meet it, and how their times scatter."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.conftest import FALSE_ALARM
from walkers import BeamDetector, InlineExecutor, run
from walkers.molecular.beam import meets_plate

DETECTOR = BeamDetector(
    20_000, rate=4e12, window=5e-12, beam_side=3.0, plate_side=2.0, cosine=0.6, sine=0.8,
    charge_number=3,
)  # fmt: skip
MET = 4e12 * 0.6 * 4.0 / 9.0


def record_of(model, n_batches=4, seed=7):
    return run(model, seed, n_batches, executor=InlineExecutor())


@pytest.mark.parametrize("degrees", [0.0, 30.0, 89.0])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_plates_shadow_shrinks_along_the_tilt_only(degrees, sign):
    cosine, sine = math.cos(math.radians(degrees)), sign * math.sin(math.radians(degrees))
    for inside, met in ((1.0 - 1e-9, True), (1.0 + 1e-9, False)):
        for side in (-1.0, 1.0):
            assert meets_plate(side * 0.5 * cosine * inside, 0.1, cosine, sine, 0.5) is met
            assert meets_plate(0.1 * cosine, side * 0.5 * inside, cosine, sine, 0.5) is met


def test_counts_in_equal_windows_are_poisson():
    counts = record_of(DETECTOR)["counts"]
    assert counts.shape == (4, 1000)
    mean = MET * DETECTOR.window
    edges = np.arange(1, 13)
    observed = np.bincount(np.searchsorted(edges, counts.ravel(), side="right"), minlength=13)
    probability = np.diff([0.0, *stats.poisson(mean).cdf(edges - 1), 1.0])
    assert stats.chisquare(observed, probability * counts.size).pvalue > FALSE_ALARM


def test_the_charge_is_that_of_all_ions_met():
    plain, dead = record_of(DETECTOR), record_of(replace(DETECTOR, dead_time=1.0 / MET))
    assert (plain["charges"] == 3 * plain["counts"]).all()
    assert (dead["charges"] == plain["charges"]).all()
    caught = record_of(replace(DETECTOR, capture=1.0))
    assert (caught["charges"] == 2 * plain["counts"]).all()


@pytest.mark.compiled
def test_dead_time_thins_and_evens_out_the_counts():
    """Counts renew after τ and an exponential gap: rate r/(1 + rτ), Fano 1/(1 + rτ)²."""
    model = replace(DETECTOR, dead_time=0.5 / MET, window=1e-9, n_walkers=4_000_000)
    counts = record_of(model, 1)["counts"][0]
    mean, fano, n = MET * 1e-9 / 1.5, 1.0 / 1.5**2, counts.size
    limit = stats.norm.isf(FALSE_ALARM / 2)
    assert abs(counts.mean() - mean) < limit * math.sqrt(fano * mean / n) + 1.0 / n
    assert abs(counts.var() / counts.mean() / fano - 1.0) < limit * math.sqrt(2.0 / n) + 2.0 / mean


@pytest.mark.parametrize(
    "change",
    [
        {"rate": 0.0},
        {"window": math.inf},
        {"cosine": 0.7},
        {"plate_side": 3.1},
        {"capture": 1.5},
        {"dead_time": -1.0},
        {"n_walkers": 2**31},
    ],
)
def test_detectors_that_cannot_be_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        replace(DETECTOR, **change)
