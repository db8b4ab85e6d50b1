"""Entropy of mixing and mass action, against matrices, enumeration and identities."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import R

from analysis.laws import mixing, reaction
from scenarios import mixing_entropy


def transfer_matrix(n_cells, hop):
    matrix = (1.0 - 2.0 * hop) * np.eye(n_cells)
    matrix += hop * (np.eye(n_cells, k=1) + np.eye(n_cells, k=-1))
    matrix[0, 0] += hop  # a refused hop stays
    matrix[-1, -1] += hop
    return matrix


@pytest.mark.parametrize(("n_cells", "hop"), [(2, 0.25), (5, 0.5), (16, 0.25)])
def test_walkers_spread_as_powers_of_the_transfer_matrix(n_cells, hop):
    steps = [0, 1, 7, 100]
    matrix = transfer_matrix(n_cells, hop)
    exact = [np.linalg.matrix_power(matrix, t)[0] for t in steps]
    np.testing.assert_allclose(mixing.spreading(n_cells, hop, steps), exact, atol=1e-13)
    eigenvalues = np.sort(np.linalg.eigvalsh(matrix))
    np.testing.assert_allclose(np.sort(mixing.decay_factors(n_cells, hop)), eigenvalues, atol=1e-13)


def test_mean_entropy_is_that_of_all_outcomes_enumerated():
    p, n_walkers = np.array([0.5, 0.3, 0.2]), 4
    mean = 0.0
    for cells in itertools.product(range(3), repeat=n_walkers):
        share = np.bincount(cells, minlength=3) / n_walkers
        entropy = -sum(s * math.log(s) for s in share if s > 0)
        mean += entropy * p[list(cells)].prod()
    assert mixing.mean_entropy([p], n_walkers)[0] == pytest.approx(mean, abs=1e-13)
    assert mixing.mean_entropy([[1.0, 0.0]], 10)[0] == 0.0


def test_the_late_rate_tends_to_twice_the_slowest_mode():
    p = mixing_entropy.Params()
    n_many, slowest = 10**6, -math.log(mixing.decay_factors(p.n_cells, mixing_entropy.HOP)[1])
    times = [round(3.0 / slowest), round(4.0 / slowest)]
    occupation = mixing.spreading(p.n_cells, mixing_entropy.HOP, times)
    missing = math.log(p.n_cells) + (occupation * np.log(occupation)).sum(axis=1)
    rate = math.log(missing[0] / missing[1]) / (times[1] - times[0])
    law = mixing.entropy_rate(rate, p.n_cells, mixing_entropy.HOP)
    assert rate == pytest.approx(law.law, rel=2e-3)
    equal = np.full((1, p.n_cells), 1.0 / p.n_cells)
    # Miller's correction of a finite number of walkers, (M − 1)/2N.
    shortfall = math.log(p.n_cells) - mixing.mean_entropy(equal, n_many)[0]
    assert shortfall == pytest.approx((p.n_cells - 1) / (2 * n_many), rel=1e-3)


@given(
    st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3),
    st.floats(1.0, 1e3),
)  # fmt: skip
def test_the_rates_balance_exactly_in_equilibrium(k_f, k_r, c_A, c_B, T):
    K = reaction.equilibrium_constant(k_f, k_r).law
    ratio = reaction.reverse_over_forward(k_f, k_r, c_A, c_B, T).law
    assert ratio == pytest.approx(k_r * c_B / (k_f * c_A), rel=1e-9)
    v_f = reaction.forward_rate(k_f, k_r, c_A, c_B).law
    assert reaction.net_rate(k_f, k_r, c_A, c_B).law == pytest.approx(
        v_f * (1.0 - ratio), abs=1e-9 * v_f * (1.0 + ratio)
    )
    balanced = reaction.reverse_over_forward(k_f, k_r, c_A, K * c_A, T).law
    assert balanced == pytest.approx(1.0, rel=1e-9)
    energy = reaction.reaction_energy(k_f, k_r, c_A, c_B, T)
    assert math.log(ratio) == pytest.approx(energy / (R * T), abs=1e-9)


@pytest.mark.parametrize(("n_walkers", "n_cells"), [(100_000, 4), (100_000, 10), (2000, 64)])
def test_a_batch_holds_ensembles_enough_for_a_final_entropy_that_is_not_skewed(n_walkers, n_cells):
    model = mixing_entropy.build(mixing_entropy.Params(n_walkers=n_walkers, n_cells=n_cells))
    n_ensembles = model.n_walkers // n_walkers
    assert math.sqrt(8.0 / (n_ensembles * (n_cells - 1))) <= 0.51  # skewness of χ²
