"""Laws of molecular flow in any shape."""

from __future__ import annotations

import math

import pytest

from analysis import unclaimed
from analysis.laws import duct, knudsen


def test_a_tube_of_many_sides_tends_to_the_round_one_as_their_square():
    round_one = knudsen.transmission_probability(10.0)
    coarse, fine = (duct.polygon_tube(10.0, n) for n in (32, 64))
    assert fine.law == fine.expected == round_one
    assert coarse.tolerance / fine.tolerance == pytest.approx(4.0, rel=1e-2)
    assert fine.tolerance < 1e-3 * round_one
    with pytest.raises(ValueError, match="n_sides must be at least 3, got 2"):
        duct.polygon_tube(10.0, 2)


def test_a_conductance_is_as_good_as_its_transmission():
    W = duct.polygon_tube(2.0, 24)
    C = duct.scaled(W, 7.0)
    for part in ("law", "expected", "rival", "tolerance"):
        assert getattr(C, part) == 7.0 * getattr(W, part)
    assert not duct.scaled(unclaimed("no law"), 7.0).is_claim


def test_reciprocity_and_hits():
    unequal, equal = duct.reciprocity(4.0, 1.0), duct.reciprocity(1.0, 1.05)
    assert (unequal.law, unequal.rival) == (0.0, 0.75)
    assert (equal.law, equal.rival, equal.rival_name) == (0.0, 1.0, "a one-way valve")
    hits = duct.hits_per_molecule(20.0 * math.pi, 2.0 * math.pi, math.pi)
    assert hits.law == pytest.approx(knudsen.hits_per_molecule(10.0).law, rel=1e-15)
    assert hits.rival == pytest.approx(20.0, rel=1e-15)
    for law, areas in ((duct.reciprocity, (0.0, 1.0)), (duct.hits_per_molecule, (1, 1, -1))):
        with pytest.raises(ValueError, match="must be positive"):
            law(*areas)
