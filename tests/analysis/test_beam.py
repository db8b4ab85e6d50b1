"""Flux of a beam on a tilted detector."""

from __future__ import annotations

import math

import pytest
from scipy.constants import e

from analysis.laws import beam


def test_a_microampere_of_doubly_charged_ions_on_a_square_centimetre():
    law = beam.flux(1e-6, 2, 1e-4, 60.0)
    assert law.expected == pytest.approx(1.560377268e16, rel=1e-9)
    assert law.rival == pytest.approx(2.0 * law.expected, rel=1e-12)
    assert beam.charge_flux(1e-6, 2, 1e-4, 60.0).expected == pytest.approx(5e-3, rel=1e-12)


@pytest.mark.parametrize("angle", [0.0, 17.0, 89.0])
def test_every_ion_carries_its_charge(angle):
    flux, charge = beam.flux(3e-9, 4, 0.02, angle), beam.charge_flux(3e-9, 4, 0.02, angle)
    assert charge.expected == pytest.approx(4 * e * flux.expected, rel=1e-12)
    assert charge.rival == pytest.approx(charge.expected / 4, rel=1e-12)


def test_rivals_meet_the_law_square_to_the_beam_and_for_single_charges():
    assert beam.flux(1.0, 1, 1.0, 0.0).rival == beam.flux(1.0, 1, 1.0, 0.0).law
    assert beam.charge_flux(1.0, 1, 1.0, 30.0).rival == beam.charge_flux(1.0, 1, 1.0, 30.0).law


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0.0, 2, 1.0, 0.0), "current must be positive"),
        ((1.0, 0, 1.0, 0.0), "charge_number must be positive"),
        ((1.0, 2, math.inf, 0.0), "area must be positive"),
        ((1.0, 2, 1.0, 90.0), r"angle must lie in \[0, 90\)"),
        ((1.0, 2, 1.0, -1.0), "angle must lie"),
    ],
)
def test_bad_beams_are_refused(values, message):
    for law in (beam.flux, beam.charge_flux):
        with pytest.raises(ValueError, match=message):
            law(*values)
