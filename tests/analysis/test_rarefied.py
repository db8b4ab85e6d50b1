"""How far the free-molecular law carries: digits, limits, and hard-sphere numbers."""

import math

import numpy as np
import pytest
from scipy.constants import k

from analysis.laws import rarefied
from analysis.laws.kinetic import hard_sphere_viscosity, mean_free_path

N2 = {"m": 4.6517e-26, "diameter": 364e-12}


def test_systematics_have_their_known_digits():
    assert rarefied.collision_systematic(300.0, 77.0, 0.01) == pytest.approx(0.0162, abs=5e-5)
    assert rarefied.collision_systematic(77.0, 300.0, 0.1) == pytest.approx(0.0841, abs=5e-5)
    assert rarefied.collision_systematic(300.0, 77.0, 0.0) == 0.0
    assert rarefied.collision_systematic(300.0, 300.0, 5.0) == 0.0


def test_the_exponent_falls_smoothly_from_a_half_to_nothing():
    delta = np.geomspace(1e-9, 1e4, 2001)
    gamma = np.array([rarefied.transpiration_exponent(d) for d in delta])
    assert np.all(np.diff(gamma) <= 0.0) and 0.0 < gamma[-1] < 1e-7
    assert np.all(np.abs(np.diff(gamma)) < 4e-3)  # no jump where two forms meet
    for d in (0.1, 1.0, 10.0, 50.0):  # and no kink
        low, here, high = (rarefied.transpiration_exponent(d * x) for x in (0.9999, 1.0, 1.0001))
        assert (high - here) / (here - low) == pytest.approx(1.0, abs=2e-3)
    assert rarefied.transpiration_exponent(1e-9) == pytest.approx(0.5, abs=1e-8)
    for d, G_P, G_T in ((0.01, 1.47701, 0.72102), (1.0, 1.47645, 0.39675), (10, 3.57624, 0.10205)):
        assert rarefied.transpiration_exponent(d) == pytest.approx(G_T / G_P, rel=1e-12)


def test_the_first_collisions_come_as_delta_log_delta():
    """The form below 0.1 is seen in the table: its two smallest entries have the same factor."""
    c = [(0.5 - rarefied.transpiration_exponent(d)) / (d * math.log(1 / d)) for d in (0.01, 0.1)]
    assert c[0] == pytest.approx(c[1], rel=0.004)
    assert c[0] == pytest.approx(0.257, abs=5e-4)


def test_rarefaction_is_a_radius_over_a_mean_free_path():
    """δ = a/ℓ; of hard spheres ℓ = μv₀/p is 5√π/8 of the mean free path λ."""
    p, T, a = 0.2, 150.0, 0.003
    free_path = mean_free_path(p, T, N2["diameter"])
    ell = a / rarefied.rarefaction(p, T, a, **N2)
    speed = math.sqrt(2.0 * k * T / N2["m"])
    assert ell == pytest.approx(hard_sphere_viscosity(T, **N2) * speed / p, rel=1e-14)
    assert ell / free_path == pytest.approx(5.0 * math.sqrt(math.pi) / 8.0, rel=1e-12)


def test_a_cell_is_colder_or_hotter_than_its_gauge():
    law = rarefied.cell_pressure(1e-3, 300.0, 75.0, 0.01)
    assert law.law == 5e-4 and law.rival == 1e-3
    assert law.tolerance == pytest.approx(5e-4 * rarefied.collision_systematic(300.0, 75.0, 0.01))
    assert rarefied.cold_end(1e-3, 300.0, 75.0) == (5e-4, 75.0)
    assert rarefied.cold_end(1e-3, 300.0, 1200.0) == (1e-3, 300.0)


def test_no_law_is_claimed_where_collisions_would_move_it_far():
    def claims(T_cell, delta):
        return rarefied.cell_pressure(1.0, 300.0, T_cell, delta).is_claim

    assert claims(77.0, 0.1) and not claims(77.0, 0.2)  # systematic 8.4 %, above 10 %
    assert not claims(1200.0, 30.0)
    assert claims(290.0, 0.01) and not claims(290.0, 5.0)  # below 2 %, nearly all the way
    assert claims(300.0, 1e6)
    free = math.sqrt(77.0 / 300.0)
    assert rarefied.with_collisions(2.0, 300.0, 77.0, 0.0) == pytest.approx(2.0 * free, rel=1e-15)
    meeting = rarefied.with_collisions(1.0, 300.0, 77.0, 3.0)
    systematic = rarefied.collision_systematic(300.0, 77.0, 3.0)
    assert meeting == pytest.approx(free * (1.0 + systematic), rel=1e-14)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: rarefied.transpiration_exponent(-1.0), "delta must be at least 0"),
        (lambda: rarefied.cell_pressure(1.0, 0.0, 77.0, 0.1), "T_gauge must be positive"),
        (lambda: rarefied.rarefaction(1.0, 77.0, 0.0, **N2), "radius must be positive"),
    ],
)
def test_impossible_parameters_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
