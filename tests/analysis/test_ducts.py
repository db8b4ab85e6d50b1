"""Transmission of cones, annular tubes and rectangular ducts: limits, identities, digits."""

import numpy as np
import pytest

from analysis.laws.ducts import (
    _corner,
    _parallel,
    annulus_transmission,
    cone_transmission,
    rectangular_transmission,
)
from analysis.laws.knudsen import slit_transmission, transmission_probability


@pytest.mark.parametrize("length", [0.1, 1.0, 10.0])
def test_a_cone_of_equal_ends_is_a_tube(length):
    w = transmission_probability(length)
    assert cone_transmission(length, 1.0, 1.0) == pytest.approx(w, rel=1e-8)
    assert cone_transmission(length, 1.0, 1.0 + 1e-6) == pytest.approx(w, rel=3e-6)
    assert cone_transmission(2.0 * length, 2.0, 2.0) == pytest.approx(w, rel=1e-8)


@pytest.mark.parametrize(("length", "end"), [(3.0, 0.3), (1.0, 0.1), (0.5, 2.0)])
def test_a_cone_is_reciprocal(length, end):
    there, back = cone_transmission(length, 1.0, end), cone_transmission(length, end, 1.0)
    assert there == pytest.approx(end**2 * back, rel=1e-12)
    assert there < min(1.0, end**2)


def test_annular_tubes_have_the_tube_and_the_slit_for_limits():
    # What is left is of the order of the rod's surface, and of the gap.
    assert annulus_transmission(2.0, 1e-7, 1.0) == pytest.approx(
        transmission_probability(2.0), rel=1e-6
    )
    errors = [
        annulus_transmission(5.0 * gap, 1.0 - gap, 1.0) / slit_transmission(5.0) - 1.0
        for gap in (1e-2, 1e-3)
    ]
    assert abs(errors[1]) < 5e-4 and abs(errors[1]) < 0.15 * abs(errors[0])


def test_wide_ducts_tend_to_the_slit_and_turned_ones_are_the_same():
    slit = slit_transmission(1.0)
    # A narrow wall of height 1 at either side costs a fixed width: the rest falls as 1/width.
    misses = [slit - rectangular_transmission(1.0, width, 1.0) for width in (8.0, 16.0)]
    assert 0.0 < misses[1] < misses[0] < 0.03
    assert misses[0] / misses[1] == pytest.approx(2.0, rel=0.05)
    turned = rectangular_transmission(2.0, 1.0, 3.0), rectangular_transmission(2.0, 3.0, 1.0)
    assert turned[0] == turned[1]


def test_faces_of_a_cube_see_each_other_as_the_catalogue_says():
    """Opposite faces 0.19982; neighbours the rest, a quarter of 1 − 0.19982 each."""
    second = np.array([1.0, -2.0, 1.0])
    d = np.array([-1.0, 0.0, 1.0])
    opposite = second @ _parallel(d[:, None], d, 1.0) @ second
    assert opposite == pytest.approx(0.199825, abs=1e-6)
    edges = np.array([0.0, 1.0])
    parts = _corner(d[:, None, None], edges[:, None], edges)
    beside = second @ np.diff(np.diff(parts, axis=1), axis=2)[:, 0, 0]
    assert beside == pytest.approx((1.0 - opposite) / 4.0, rel=1e-12)


@pytest.mark.parametrize(
    ("w", "digits"),
    [  # from four times as many elements
        (lambda: cone_transmission(3.0, 1.0, 0.3), 0.059749899),
        (lambda: annulus_transmission(5.0, 0.5, 1.0), 0.2078280542),
        (lambda: rectangular_transmission(1.0, 1.0, 1.0), 0.536219),
        (lambda: rectangular_transmission(4.0, 1.0, 2.0), 0.297614),
    ],
)
def test_digits(w, digits):
    assert w() == pytest.approx(digits, rel=5e-5 if digits > 0.25 else 1e-8)


@pytest.mark.parametrize(
    "law",
    [
        lambda: cone_transmission(1.0, 0.0, 1.0),
        lambda: cone_transmission(51.0, 1.0, 2.0),
        lambda: annulus_transmission(1.0, 1.0, 1.0),
        lambda: annulus_transmission(10.0, 0.9, 1.0),
        lambda: rectangular_transmission(30.0, 1.0, 1.0),
        lambda: rectangular_transmission(1.0, -1.0, 1.0),
    ],
)
def test_ducts_without_a_law_are_refused(law):
    with pytest.raises(ValueError):
        law()
