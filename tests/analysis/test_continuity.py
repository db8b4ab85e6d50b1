"""Continuity with source and sink: matrix powers, eigenvectors and a fixed point."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from analysis import violations
from analysis.laws import continuity
from scenarios import continuity as scenario


def step_matrix(n_sites, sink):
    """Chance to go from a cell (column) to a cell (row) in one step."""
    matrix = np.zeros((n_sites, n_sites))
    for cell in range(n_sites):
        stays = 1.0 - sink if cell == n_sites - 1 else 1.0
        for target in (cell - 1, cell + 1):
            matrix[min(max(target, 0), n_sites - 1), cell] += 0.5 * stays
    return matrix


@pytest.mark.parametrize(("n_sites", "sink", "steps"), [(2, 1.0, 3), (7, 0.2, 50), (12, 0.0, 31)])
def test_profile_is_the_sum_over_ages_of_matrix_powers(n_sites, sink, steps):
    matrix = step_matrix(n_sites, sink)
    ages = [np.linalg.matrix_power(matrix, age)[:, 0] for age in range(steps)]
    profile = continuity.mean_profile(n_sites, 2.5, sink, steps)
    np.testing.assert_allclose(profile, 2.5 * np.sum(ages, axis=0), rtol=1e-12)


def test_without_a_sink_the_mode_grows_by_its_eigenvalue_alone():
    """S₁(1 − λᵗ)/(1 − λ), λ = cos(π/M): what the source puts in, and decay at the mode's own."""
    n_sites, steps = 9, 70
    eigenvalue = math.cos(math.pi / n_sites)
    put_in = 3.0 * 2.0 / n_sites * math.cos(math.pi / (2 * n_sites))
    amplitude = put_in * (1.0 - eigenvalue**steps) / (1.0 - eigenvalue)
    law = continuity.mode_amplitude(n_sites, 3.0, 0.0, steps)
    assert law.expected == pytest.approx(amplitude, rel=1e-12)
    assert law.rival == 0.0  # a closed chain has no steady state
    assert continuity.mean_profile(n_sites, 3.0, 0.0, steps).sum() == pytest.approx(3.0 * steps)


@pytest.mark.parametrize(("n_sites", "sink"), [(2, 0.5), (10, 0.01), (10, 1.0)])
def test_the_steady_profile_stays_as_it_is(n_sites, sink):
    steady = continuity.steady_profile(n_sites, 1.7, sink)
    after = step_matrix(n_sites, sink) @ steady
    after[0] += 1.7
    np.testing.assert_allclose(after, steady, rtol=1e-12)


def test_the_rival_is_the_steady_state_until_it_is_near():
    young, old = (continuity.mode_amplitude(10, 2.0, 0.5, steps) for steps in (60, 5000))
    assert young.rival == pytest.approx(old.expected, rel=1e-9)
    assert young.rival > 1.5 * young.expected
    assert (old.rival_name, old.rival) == ("well-stirred chain, no gradient", 0.0)


def test_violations_are_counted_and_have_no_error():
    found = violations([0, 3, 1])
    assert (found.value, found.stderr, found.n_batches) == (4.0, 0.0, 3)


@pytest.mark.parametrize("c", [0.03, 1.0, 40.0])
def test_skewness_of_the_squares_is_that_of_poisson_numbers(c):
    n = np.arange(int(c + 20.0 * math.sqrt(c) + 30.0))
    weights = stats.poisson(c).pmf(n)
    square = (n - c) ** 2 / c
    variance, third = (weights @ (square - 1.0) ** k for k in (2, 3))
    skewness = continuity.chi_square_skewness([c])
    assert skewness == pytest.approx(third / variance**1.5, rel=1e-9)
    assert continuity.chi_square_skewness([c] * 25) == pytest.approx(skewness / 5.0)


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_sites": 2, "source": 1e4, "steps": 10},
        {"n_sites": 2, "source": 0.01, "steps": 10},
        {"n_sites": 20, "source": 2.0, "steps": 1500},
    ],
)
def test_a_batch_holds_chains_enough_for_squares_that_are_not_skewed(parameters):
    p = scenario.Params(**parameters)
    c = continuity.mean_profile(p.n_sites, p.source, p.sink, p.steps)
    of_one = continuity.chi_square_skewness(c[c >= min(1.0, c.max())])
    assert of_one / math.sqrt(scenario.build(p).n_copies) <= 0.51


def test_a_source_whose_chains_would_take_too_long_is_refused():
    with pytest.raises(ValueError, match="source: the squares of few cells"):
        scenario.Params(n_sites=2, source=1e5, steps=10)
