"""Diffusivities from plain arrays of paths, worked out a second way."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import diffusion_tensor, displacement_moments, green_kubo
from analysis.laws import fick

N_BATCHES, N_WALKERS, N_STEPS = 5, 40, 30
DRIFT = 0.2137


@pytest.fixture(scope="module")
def velocities():
    """Unit steps along random axes, (batch, walker, step, 3)."""
    random = np.random.Generator(np.random.PCG64(8))
    axis = random.integers(0, 3, (N_BATCHES, N_WALKERS, N_STEPS))
    sign = random.choice([-1, 1], axis.shape, p=[0.4, 0.6])
    return np.eye(3, dtype=int)[axis] * sign[..., None]


def sums_about(R, centre):
    """The eleven integer sums of the tally, about a whole displacement along x."""
    X = R - np.array([centre, 0, 0])
    square = (X**2).sum(axis=-1)
    x, y, z = np.moveaxis(X, -1, 0)
    columns = [x, y, z, x * x, y * y, z * z, x * y, x * z, y * z, square * x, square**2]
    return np.stack([column.sum(axis=-1) for column in columns], axis=-1)


@pytest.mark.parametrize("centre", [0, 3, -5])
def test_moments_about_the_drift_do_not_depend_on_the_centre(velocities, centre):
    R = velocities.sum(axis=2)
    about = R - np.array([DRIFT * N_STEPS, 0.0, 0.0])
    square = (about**2).sum(axis=-1)
    moments = displacement_moments(sums_about(R, centre), N_WALKERS, centre, DRIFT * N_STEPS)
    assert moments.x == pytest.approx(about[..., 0].mean(axis=1))
    assert moments.square == pytest.approx(square.mean(axis=1))
    assert moments.fourth == pytest.approx((square**2).mean(axis=1))


def test_tensor_is_the_mean_dyad_over_twice_the_time(velocities):
    R = velocities.sum(axis=2)
    about = R - np.array([DRIFT * N_STEPS, 0.0, 0.0])
    dyads = np.einsum("bwi,bwj->ij", about, about) / (N_BATCHES * N_WALKERS * 2 * N_STEPS)
    tensor = diffusion_tensor(sums_about(R, 3), N_WALKERS, 3, DRIFT * N_STEPS, N_STEPS, "ℓ²/τ")
    assert np.array([[e.value for e in row] for row in tensor]) == pytest.approx(dyads)
    assert tensor[0][1].dof == N_BATCHES - 1
    assert tensor[0][1].unit == "ℓ²/τ"


def test_green_kubo_is_the_sum_over_lags_of_paths(velocities):
    n_lags = 4
    pairs = [(velocities[:, :, : N_STEPS - k], velocities[:, :, k:]) for k in range(n_lags + 1)]
    correlation = np.stack([(a * b).sum(axis=(1, 2, 3)) for a, b in pairs], axis=1)
    lag_velocity = np.stack(
        [np.stack([a[..., 0].sum(axis=(1, 2)), b[..., 0].sum(axis=(1, 2))], -1) for a, b in pairs],
        axis=1,
    )
    u = np.array([DRIFT, 0.0, 0.0])
    C = [((a - u) * (b - u)).sum(axis=-1).mean() for a, b in pairs]
    estimate = green_kubo(
        correlation, lag_velocity, DRIFT, n_walkers=N_WALKERS, n_steps=N_STEPS, dimension=3
    )
    assert estimate.value == pytest.approx((C[0] / 2 + sum(C[1:])) / 3)


@pytest.mark.parametrize(("dimension", "stay", "bias"), [(1, 0.3, 0.2), (2, 0.1, -0.25), (3, 0, 0)])
def test_laws_of_the_walk_against_the_distribution_of_one_step(dimension, stay, bias):
    """Brute force: every sequence of three steps with its probability."""
    along = (1 - stay) / dimension
    steps = [np.zeros(dimension)]
    weights = [stay]
    for axis in range(dimension):
        for sign in (-1, 1):
            steps.append(sign * np.eye(dimension)[axis])
            weights.append((along + (sign * bias if axis == 0 else 0.0)) / 2)
    steps, weights = np.array(steps), np.array(weights)
    drift = weights @ steps
    two = steps[:, None] + steps[None, :]
    three = (two[:, :, None] + steps).reshape(-1, dimension) - 3 * drift
    probability = np.einsum("i,j,k->ijk", weights, weights, weights).ravel()
    square = (three**2).sum(axis=1)
    assert drift[0] == pytest.approx(fick.drift(bias).law)
    D = fick.diffusivity(dimension, stay, bias)
    assert D.expected == pytest.approx(probability @ square / (2 * dimension * 3))
    kurtosis = probability @ square**2 / (probability @ square) ** 2 - (1 + 2 / dimension)
    assert fick.kurtosis(dimension, stay, bias, 3).expected == pytest.approx(kurtosis)
    if bias == 0:
        expected = (1 / (1 - stay) - 1 - 2 / dimension) / 3
        assert fick.kurtosis(dimension, stay, bias, 3).expected == pytest.approx(expected)


def test_slab_laws_solve_the_discrete_balance():
    """Every site gains what it loses, and each bond carries the law's flux."""
    c = np.array([4.0, *fick.slab_profile(4.0, 1.0, 11), 1.0])
    assert np.diff(c, 2) == pytest.approx(0.0, abs=1e-12)
    flux = fick.slab_flux(4.0, 1.0, 11)
    assert (c[:-1] - c[1:]) / 2 == pytest.approx(flux.expected)
    assert flux.rival == pytest.approx(fick.slab_flux(4.0, 1.0, 23).law)
    forward = fick.bond_flux(c[5], 4.0, 11)
    backward = fick.bond_flux(c[6], 1.0, 11, "backward")
    assert forward.law - backward.law == pytest.approx(flux.law)
    assert forward.rival - backward.rival == pytest.approx(flux.law)
    assert fick.profile_midpoint(4.0, 1.0).law == pytest.approx(c[6])
