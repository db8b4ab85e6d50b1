"""The laws of flow through pores: limits, a second method, digits."""

import math

import numpy as np
import pytest

from analysis.laws import kinetic, knudsen, pores

T, M = 300.0, 4.65e-26


def near(value, rel=1e-12):
    return pytest.approx(value, rel=rel, abs=0.0)


def test_flow_is_the_sum_of_single_pores():
    one = [pores.one_way_flow([r], [n], 1e-5, 7.0, T, M) for r, n in ((1e-6, 3), (4e-6, 5))]
    law = pores.flow([1e-6, 4e-6], [3, 5], 1e-5, 9.0, 2.0, T, M)
    assert law.law == law.expected == near(sum(one))
    back = pores.flow([1e-6, 4e-6], [3, 5], 1e-5, 2.0, 9.0, T, M)
    assert (back.law, back.rival) == (-law.law, -law.rival)
    grouped = pores.flow([1e-6, 4e-6], [3, 5], 1e-5, 9.0, 2.0, T, M, ([1e-6], [3]))
    assert (grouped.law, grouped.expected) == (law.law, near(one[0]))


def test_a_rival_is_never_near_the_law():
    nu = kinetic.impingement_rate(1.0, T, M)
    for length, rival in ((0.01, 8.0 / 0.03), (10.0, 8.0 / 30.0), (1000.0, 1.0)):
        law = pores.flow([1.0], [1.0], length, 1.0, 0.0, T, M)
        assert law.rival == near(nu * math.pi * rival)
        assert abs(law.rival / law.law - 1.0) > pores.NEAREST_RIVAL


def test_many_lengths_come_from_a_series_that_is_as_good():
    lengths = np.geomspace(0.01, 1000.0, 60)
    exact = np.array([knudsen.transmission_probability(length) for length in lengths])
    assert np.abs(pores.transmissions(lengths) / exact - 1.0).max() < 2e-6


def test_exponent_from_two_to_three():
    assert pores.radius_exponent(0.999e-6, 1.001e-6, 1e-5).expected == pytest.approx(
        2.758, abs=5e-4
    )
    assert pores.radius_exponent(0.999e-6, 1.001e-6, 1e-4).expected == pytest.approx(
        2.955, abs=5e-4
    )
    assert pores.radius_exponent(1.0, 2.0, 1e-3).expected == pytest.approx(2.0, abs=1e-3)
    law = pores.radius_exponent(1.0, 1.1, 5000.0)
    assert law.expected == pytest.approx(law.law, abs=0.002)
    with pytest.raises(ValueError, match="two radii"):
        pores.radius_exponent(1.0, 1.0, 1.0)


def test_selectivity_is_that_of_the_impingement_rates():
    law = pores.selectivity(M, 5.0 * M)
    rates = [kinetic.impingement_rate(1.0, T, m) for m in (M, 5.0 * M)]
    assert law.expected == near(rates[0] / rates[1])


def test_viscous_flow_of_nitrogen():
    viscosity = kinetic.hard_sphere_viscosity(T, M, 3.7e-10)
    assert viscosity == pytest.approx(1.78e-5, rel=0.02)
    # Volume per time at the mean pressure, πr⁴Δp/8μL, times the density there.
    r, L, p_1, p_2 = 1e-5, 1e-2, 3e4, 1e4
    volume = math.pi * r**4 * (p_1 - p_2) / (8.0 * viscosity * L)
    density = kinetic.number_density((p_1 + p_2) / 2.0, T)
    per_pascal = pores.viscous_permeance([r], [1.0], L, p_1 + p_2, T, viscosity)
    assert per_pascal * (p_1 - p_2) == near(volume * density)
    # It grows as large as the molecular flow of a long pore where Kn is of order 0.1.
    molecular = kinetic.impingement_rate(1.0, T, M) * math.pi * r**2 * 8.0 * r / (3.0 * L)
    equal = pores.viscous_permeance([r], [1.0], L, 1.0, T, viscosity) / molecular
    free_path = kinetic.mean_free_path(0.5 / equal, T, 3.7e-10)
    assert 0.1 < free_path / r < 0.3
