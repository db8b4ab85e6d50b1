"""Laws of thermal transpiration through a tube: digits, limits and a second method."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.laws import knudsen, transpiration
from analysis.laws import tube_transpiration as laws


def view(x):
    return float(knudsen.tube_end(np.array(x)))


def test_energy_fluxes_have_their_known_digits():
    linear = laws.energy_flux(4.0, 1.0, 10.0, 1.0, "linear")
    step = laws.energy_flux(4.0, 1.0, 10.0, 1.0, "step")
    assert linear.law == pytest.approx(0.7404, abs=5e-5)
    assert step.law == pytest.approx(0.2225, abs=5e-5)
    assert linear.rival == step.rival == pytest.approx(6.0 * 0.19094243192, rel=1e-9)


@pytest.mark.parametrize("L", [0.3, 10.0])
def test_energy_flux_is_an_integral_over_the_wall(L):
    """At α = 1 by quadrature of Clausing's view, at any other as a sum over specular chords."""
    wall = quad(lambda x: 2.0 * view(x) * (1.0 + 3.0 * x / L), 0.0, L, epsabs=1e-13)[0]
    straight = 2.0 / (L**2 + 2.0 + L * math.sqrt(L**2 + 4.0))
    law = laws.energy_flux(4.0, 1.0, L, 1.0, "linear").law
    assert law == pytest.approx(2.0 * (4.0 * straight + wall - 1.0), abs=1e-12)
    alpha, total, kept = 0.6, 0.0, 1.0
    for k in range(1, 60):  # density of the k-th hit of a specular chain, its wall at T(x)
        for scale, sign in ((k, 1.0), (k - 1, -1.0)):
            if scale:
                share = alpha * (1.0 - alpha) ** (k - 1) * sign
                hits = quad(lambda x, s=scale: 2.0 * view(x / s) * (1.0 + 3.0 * x / L), 0.0, L)[0]
                total += share * hits
                kept -= share * quad(lambda x, s=scale: 2.0 * view(x / s), 0.0, L)[0]
    law = laws.energy_flux(4.0, 1.0, L, alpha, "linear").law
    assert law == pytest.approx(2.0 * (4.0 * kept + total - 1.0), abs=1e-10)


def test_first_reflections_are_a_probability():
    x = np.geomspace(1e-6, 1e9, 40)
    for alpha in (1e-3, 0.02, 0.5, 1.0):
        G = laws.first_reflection(x, alpha)
        assert np.all(np.diff(G) >= 0.0) and G[-1] == pytest.approx(1.0, abs=1e-5)
        assert laws.first_reflection(1e-6, alpha) == pytest.approx(alpha * 1e-6, rel=1e-5)
    assert laws.first_reflection_moment(1e7) == pytest.approx(4.0 / 3.0, rel=1e-6)


@pytest.mark.parametrize(("L", "alpha"), [(1.0, 0.3), (10.0, 0.7), (10.0, 0.05)])
def test_maxwell_transmission_against_a_markov_chain_of_cells(L, alpha):
    """Cells of wall, their views from exact integrals: W to the square of a cell's length."""

    def beyond(s):  # share of what leaves the wall diffusely that is next so reflected beyond s
        k = np.arange(1.0, 800.0)
        shape = alpha * (1.0 - alpha) ** (k - 1.0)
        return (shape * knudsen.tube_end(np.abs(np.asarray(s))[..., None] / k)).sum(axis=-1)

    n = 400
    edges = np.linspace(0.0, L, n + 1)
    tail = beyond((np.arange(n) + 0.5) * L / n)  # from the middle of a cell to the edges of others
    ahead = np.arange(n + 1) - np.arange(n)[:, None]
    below = np.where(ahead <= 0, tail[-ahead], 1.0 - tail[ahead - 1])
    escape = np.linalg.solve(np.eye(n) - np.diff(below, axis=1), tail[::-1])
    G = laws.first_reflection(edges, alpha)
    W = 1.0 - G[-1] + np.diff(G) @ escape
    assert laws.maxwell_transmission(L, alpha) == pytest.approx(W, rel=4e-5)


def test_maxwell_transmission_ends_at_clausing_and_at_a_mirror():
    exact = knudsen.transmission_probability(10.0)
    assert laws.maxwell_transmission(10.0, 1.0) == exact
    assert laws.maxwell_transmission(10.0, 1.0 - 1e-9) == pytest.approx(exact, rel=1e-8)
    assert 0.99 < laws.maxwell_transmission(10.0, 0.002) < 1.0


def test_balances():
    assert transpiration.balance_pressure_ratio(400.0, 100.0).law == 2.0
    assert laws.exponent(2.0, 1.0).law == 0.5
    assert not laws.exponent(1.0, 1.0).is_claim
    assert laws.net_flux(4.0, 1.0, 10.0, 1.0).rival == pytest.approx(0.19094243192 / 2.0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: transpiration.balance_pressure_ratio(0.0, 1.0), "T_hot must be positive"),
        (lambda: laws.first_reflection(1.0, 1.5), "alpha must be between 0.001 and 1, got 1.5"),
        (lambda: laws.maxwell_transmission(2e4, 0.5), "length_over_radius must be at most"),
        (lambda: laws.energy_flux(2.0, 1.0, 1.0, 1.0, "steep"), "profile must be linear or step"),
    ],
)
def test_impossible_parameters_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
