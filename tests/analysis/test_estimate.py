"""Errors that are honest: coverage, exact small cases, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import batch_mean, jackknife


def test_mean_error_and_freedom_of_a_small_sample_by_hand():
    estimate = batch_mean([1.0, 2.0, 6.0], "m")
    assert (estimate.value, estimate.dof, estimate.unit) == (3.0, 2, "m")
    assert estimate.stderr == pytest.approx(np.sqrt(7.0 / 3.0))  # s² = 7 over B = 3
    assert estimate.skewness() == pytest.approx(6.0 / (14.0 / 3.0) ** 1.5)


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=20))
def test_jackknife_of_the_identity_is_the_batch_mean(values):
    plain, pooled = batch_mean(values), jackknife(lambda x: x, values)
    assert pooled.value == pytest.approx(plain.value, abs=1e-9)
    assert pooled.stderr == pytest.approx(plain.stderr, abs=1e-9)


def test_jackknife_removes_the_bias_of_a_squared_mean():
    """(mean)² overshoots by s²/B; the pseudo-values give mean² − s²/B exactly."""
    x = np.array([1.0, 4.0, 4.5, 9.0])
    assert jackknife(lambda m: m**2, x).value == pytest.approx(
        x.mean() ** 2 - x.var(ddof=1) / x.size
    )


def test_intervals_of_a_ratio_cover_as_often_as_they_say():
    random = np.random.Generator(np.random.PCG64(4))
    a = random.normal(2.0, 0.3, (2000, 64))
    b = random.normal(4.0, 0.5, (2000, 64)) + (a - 2.0)  # correlated, as parts of one batch are
    z = []
    for i in range(2000):
        ratio = jackknife(lambda x, y: x / y, a[i], b[i])
        z.append((ratio.value - 0.5) / ratio.stderr)
    assert stats.kstest(z, stats.t(63).cdf).pvalue > 1e-3
    inside = np.mean(np.abs(z) < stats.t(63).isf(0.025))
    assert abs(inside - 0.95) < 4 * np.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize(
    "values", [[1.0], [], [1.0, np.nan], [1.0, np.inf], [[1.0, 2.0], [3.0, 4.0]]]
)
def test_samples_without_an_error_are_refused(values):
    with pytest.raises(ValueError, match="batch"):
        batch_mean(values)


def test_jackknife_refuses_unequal_batches():
    with pytest.raises(ValueError, match="batches"):
        jackknife(lambda x, y: x / y, [1.0, 2.0, 3.0], [1.0, 2.0])
