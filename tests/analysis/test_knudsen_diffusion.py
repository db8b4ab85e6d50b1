"""Diffusion by hits on walls alone: closed forms against the integrals they come from."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.laws import knudsen_diffusion as laws
from analysis.laws.kinetic import mean_speed

R, T, M = 2e-6, 350.0, 5e-26


def tube_correlation(s):
    """C(s)/(kT/m) in an endless tube, time in R√(m/kT)."""

    def seen(u):
        p = u * s / 2.0
        overlap = 2.0 / np.pi * (np.arccos(p) - p * np.sqrt(1.0 - p * p))
        return u * np.exp(-u * u / 2.0) * overlap

    return quad(seen, 0.0, min(2.0 / s, 12.0), epsabs=1e-13)[0]


def slit_correlation(s):
    """C(s)/(kT/m) between two plates, time in h√(m/2kT)."""
    return math.erf(1.0 / s) + s / math.sqrt(math.pi) * math.expm1(-1.0 / (s * s))


def over(t, integrand):
    """Integrate from 0, where the correlations cannot be called, to t."""
    edges = [1e-14 * t, *np.geomspace(1e-3 * t, t, 20)]
    return sum(quad(integrand, a, b, epsabs=1e-13)[0] for a, b in pairwise(edges))


@pytest.mark.parametrize("t", [0.05, 1.0, 20.0, 300.0])
def test_displacements_are_integrals_of_the_velocity_correlation(t):
    tube = over(t, lambda s: (1.0 - s / t) * tube_correlation(s))
    slit = over(t, lambda s: (1.0 - s / t) * slit_correlation(s))
    assert laws.tube_displacement(t) == pytest.approx(tube, rel=1e-8)
    assert laws.slit_displacement(t) == pytest.approx(slit, rel=1e-8)


@pytest.mark.parametrize(("t", "share"), [(20.0, 0.899), (100.0, 0.972), (500.0, 0.993)])
def test_shares_of_knudsens_diffusivity_to_the_digits_known(t, share):
    law = laws.displacement_diffusivity(R, t, T, M)
    assert law.law == pytest.approx(2.0 / 3.0 * R * mean_speed(T, M), rel=1e-14)
    assert law.expected / law.law == pytest.approx(share, abs=5e-4)


def test_flights_are_straight_at_first_and_all_walls_in_the_end():
    for displacement in (laws.tube_displacement, laws.slit_displacement):
        assert displacement(1e-4) == pytest.approx(0.5e-4, rel=1e-4)
    assert laws.tube_displacement(1e7) == pytest.approx(2 / 3 * math.sqrt(8 / math.pi), rel=1e-6)
    for length in (1e2, 1e4):
        law = laws.flux_diffusivity(R, length, T, M)
        assert 0.0 < 1.0 - law.expected / law.law < 6.0 / length**0.9


@pytest.mark.parametrize(("t_1", "t_2"), [(1.0, 3.0), (5.0, 50.0), (1e4, 1e5)])
def test_growth_in_a_slit_is_the_mean_of_its_rate_over_the_logarithm(t_1, t_2):
    """d(⟨x²⟩/t)/d ln t = (2/t)∫₀ᵗ s C(s) ds, hv̄/2 in the end."""

    def rate(log_t):
        t = math.exp(log_t) * math.sqrt(math.pi) / 2.0
        return 2.0 / t * over(t, lambda s: s * slit_correlation(s)) * math.sqrt(math.pi) / 2.0

    law = laws.slit_growth(R, t_1, t_2, T, M)
    assert law.law == pytest.approx(R * mean_speed(T, M) / 2.0, rel=1e-14)
    mean = quad(rate, math.log(t_1), math.log(t_2), epsrel=1e-7)[0] / math.log(t_2 / t_1)
    assert law.expected / law.law == pytest.approx(mean, rel=1e-6)
    if t_1 == 1e4:
        assert law.expected == pytest.approx(law.law, rel=1e-4)


def test_impossible_parameters_are_refused():
    with pytest.raises(ValueError, match="t must be positive"):
        laws.tube_displacement(0.0)
    with pytest.raises(ValueError, match="t must be positive"):
        laws.slit_displacement(math.inf)
    with pytest.raises(ValueError, match="radius must be positive"):
        laws.knudsen_diffusivity(-1.0, T, M)
    with pytest.raises(ValueError, match="t_2 must be above t_1"):
        laws.slit_growth(R, 2.0, 2.0, T, M)
