"""Are the errors honest? z over many seeds must look like Student's t."""

from __future__ import annotations

import pytest

from scenarios._scenario import names
from tests.scenarios.calibrate import beyond_range, calibrate

THINNED = 100
FULL = 2000


@pytest.mark.parametrize("name", names())
def test_errors_are_honest_over_a_hundred_seeds(name):
    rows = calibrate(name, THINNED)
    assert all(row.is_calibrated for row in rows), "\n" + "\n".join(r.row() for r in rows)


@pytest.mark.calibration
def test_errors_are_honest_over_two_thousand_seeds(capsys):
    rows = [row for name in names() for row in calibrate(name, FULL, first_seed=10**6)]
    count, low, high = beyond_range(rows)
    with capsys.disabled():
        print("\n" + "\n".join(row.row() for row in rows))
        print(f"beyond the 10⁻³ point: {count} (99.99 % range {low} … {high})")
    assert all(row.is_calibrated for row in rows)
    assert low <= count <= high
