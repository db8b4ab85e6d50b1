"""The laws of a sweep over lengths of a tube: limits, order and the choice of the rival."""

import numpy as np
import pytest

from analysis.laws import knudsen, short_tube


def test_the_interpolation_is_off_by_what_is_said():
    lengths = np.geomspace(1e-3, 1e4, 60)
    W = np.array([knudsen.transmission_probability(length) for length in lengths])
    usual = np.array([short_tube.orifice_and_tube(length) for length in lengths])
    assert 0.12 < (usual / W - 1.0).max() < 0.123
    assert (usual > W).all()
    straight = np.array([short_tube.straight_through(length) for length in lengths])
    assert (straight < W).all()


def test_straight_flights_by_counting_them():
    """Cosine rays from a disc that meet a coaxial one: a view factor by brute force."""
    random, n, length = np.random.default_rng(3), 400_000, 1.7
    radius, angle = np.sqrt(random.random((2, n))), 2.0 * np.pi * random.random((2, n))
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    # By Nusselt the second point of the unit disc is the direction's projection.
    tangent = length / np.sqrt(1.0 - radius[1] ** 2)
    met = (x[0] + tangent * x[1]) ** 2 + (y[0] + tangent * y[1]) ** 2 < 1.0
    law = short_tube.straight_through(length)
    assert met.mean() == pytest.approx(law, abs=5.0 * np.sqrt(law * (1.0 - law) / n))
    assert short_tube.straight_through(1e-9) == pytest.approx(1.0)
    assert short_tube.straight_through(1e4) == pytest.approx(1e-8, rel=1e-6)


def test_a_rival_is_never_near_the_law():
    for length in np.geomspace(0.01, 1000.0, 12):
        law = short_tube.transmission(length)
        assert law.law == law.expected == knudsen.transmission_probability(length)
        assert abs(law.rival / law.law - 1.0) > 0.001
    names = [short_tube.transmission(length).rival_name for length in (20.0, 20.1)]
    assert names == ["interpolation 1/(1 + 3L/8R)", "straight flights alone"]
