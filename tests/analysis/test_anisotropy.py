"""The diffusion tensor of hops, against exact steady states and the right hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.laws import anisotropy
from scenarios.anisotropic import N_ROWS, STEPS, Params, fluxes

RATES = st.lists(st.floats(0.0, 0.125), min_size=4, max_size=4)


def tensor(rates):
    return anisotropy.hop_tensor(STEPS, anisotropy.directed(rates))


@given(RATES)
def test_the_tensor_turns_with_the_lattice(rates):
    along_x, along_y, up, down = rates
    quarter_turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    turned = quarter_turn @ tensor(rates) @ quarter_turn.T
    np.testing.assert_allclose(turned, tensor([along_y, along_x, down, up]), atol=1e-15)


@given(RATES)
def test_the_smallest_eigenvalue_is_numpys(rates):
    D = tensor(rates)
    lowest = anisotropy.lowest_of(D[0, 0], D[1, 1], D[0, 1])
    assert lowest == pytest.approx(np.linalg.eigvalsh(D)[0], abs=1e-12)


def test_flux_turns_towards_the_faster_diagonal():
    """Hops along (1,1) lift a flux along +x towards +y: the angle is positive."""
    assert anisotropy.flux_angle(tensor([0.1, 0.1, 0.1, 0.0])).law == pytest.approx(26.565051177)
    assert anisotropy.flux_angle(tensor([0.1, 0.1, 0.0, 0.1])).law == pytest.approx(-26.565051177)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_estimators_return_the_tensor_from_exact_steady_states(axis):
    """The same counting, fed with the exact number of hops of each kind, gives D to rounding."""
    p = Params(rates=(0.05, 0.1, 0.2, 0.02))
    hops = np.array(anisotropy.directed(p.rates))
    steps = np.array(STEPS)
    outward = hops[steps[:, axis] > 0].sum()
    profile = 1.0 - np.arange(1, N_ROWS + 1) / (N_ROWS + 1)
    departures = np.zeros((1, 1, N_ROWS + 1, 9))
    departures[0, 0, 1:, :8] = profile[:, None] * hops / outward
    part = f"along_{'xy'[axis]}"
    record = {
        f"{part}.started": np.ones((1, 1)),
        f"{part}.absorbed": np.array([[[0.0, hops[steps[:, axis] > 0].sum() * profile[-1]]]])
        / outward,
        f"{part}.departures": departures,
    }
    along, across = fluxes(record, p, axis)
    D = tensor(p.rates)
    assert along[0] == pytest.approx(D[axis, axis], abs=1e-14)
    assert across[0] == pytest.approx(D[0, 1], abs=1e-14)
