"""The sparse steady field against closed forms and against dense algebra."""

import sys

import numpy as np
import pytest

from analysis.laws import laplace
from analysis.laws.laplace import flow, linked, reached_sites, steady_field

LEFT, RIGHT = 2, 3


def channel(shape):
    """Open sites between a reservoir at either end of the first axis."""
    image = np.ones(shape, np.uint8)
    image[0], image[-1] = LEFT, RIGHT
    return image


def blob(shape, seed, solid=0.3):
    """Random solids between two reservoirs, with pockets that nothing leads to."""
    image = np.where(np.random.default_rng(seed).random(shape) < solid, 0, 1).astype(np.uint8)
    image[0], image[-1] = LEFT, RIGHT
    return image


def dense_field(image, concentrations):
    """The same equations site by site, solved as least squares (pockets stay undetermined)."""
    matrix, right = np.zeros((image.size, image.size)), np.zeros(image.size)
    flat = np.arange(image.size).reshape(image.shape)
    for site in np.ndindex(image.shape):
        i = flat[site]
        if image[site] != 1:
            matrix[i, i], right[i] = 1.0, concentrations.get(int(image[site]), 0.0)
            continue
        for axis in range(image.ndim):
            for step in (-1, 1):
                there = list(site)
                there[axis] += step
                if 0 <= there[axis] < image.shape[axis] and image[tuple(there)] != 0:
                    matrix[i, i] += 1.0
                    matrix[i, flat[tuple(there)]] -= 1.0
    return np.linalg.lstsq(matrix, right, rcond=None)[0].reshape(image.shape)


@pytest.mark.parametrize("shape", [(12,), (12, 5), (12, 1), (12, 3, 4)])
def test_a_channel_is_linear(shape):
    image, area = channel(shape), int(np.prod(shape[1:]))
    field = steady_field(image, {LEFT: 4.0, RIGHT: 1.0})
    x = np.arange(12).reshape(12, *(1,) * (len(shape) - 1))
    np.testing.assert_allclose(field, np.broadcast_to(4.0 - 3.0 * x / 11, shape), rtol=1e-13)
    assert flow(image, field, LEFT) == pytest.approx(3.0 * area / 11, rel=1e-13)
    assert flow(image, field, RIGHT) == pytest.approx(-3.0 * area / 11, rel=1e-13)


@pytest.mark.parametrize(("shape", "seed"), [((9, 11), 1), ((9, 11), 2), ((6, 5, 7), 3)])
def test_random_images_agree_with_dense_algebra(shape, seed):
    image = blob(shape, seed)
    concentrations = {LEFT: 2.0, RIGHT: 0.5}
    field = steady_field(image, concentrations)
    reached = reached_sites(image)
    dense = dense_field(image, concentrations)
    np.testing.assert_allclose(field[reached], dense[reached], rtol=1e-11)
    assert np.isnan(field[(image == 1) & ~reached]).all()
    flows = flow(image, field, LEFT), flow(image, field, RIGHT)
    assert sum(flows) == pytest.approx(0.0, abs=1e-12)


def test_a_box_is_a_product_of_sines():
    """Ground at three sides, sin(ky) at the fourth: sin(ky)·sinh(κx), 2 cosh κ = 4 − 2 cos k."""
    n, m = 20, 14
    k = np.pi / (m + 1)
    kappa = np.arccosh(2.0 - np.cos(k))
    image = np.ones((n + 2, m + 2), np.uint8)
    image[0] = image[:, 0] = image[:, -1] = LEFT
    image[-1, 1:-1] = RIGHT + np.arange(m)
    sines = np.sin(k * np.arange(1, m + 1))
    concentrations = {LEFT: 0.0} | {RIGHT + j: sine for j, sine in enumerate(sines)}
    field = steady_field(image, concentrations)[1:-1, 1:-1]
    exact = np.outer(np.sinh(kappa * np.arange(1, n + 1)) / np.sinh(kappa * (n + 1)), sines)
    np.testing.assert_allclose(field, exact, rtol=1e-11)


@pytest.mark.parametrize("multigrid", [False, True])
def test_iteration_gives_what_elimination_gives(multigrid, monkeypatch):
    if multigrid:
        pytest.importorskip("pyamg")
    else:
        monkeypatch.setitem(sys.modules, "pyamg", None)
    image, concentrations = blob((24, 20, 20), 5), {LEFT: 1.0, RIGHT: 0.0}
    monkeypatch.setitem(laplace.DIRECT_UNKNOWNS, 3, 10**6)
    direct = steady_field(image, concentrations)
    monkeypatch.setitem(laplace.DIRECT_UNKNOWNS, 3, 0)
    iterated = steady_field(image, concentrations)
    np.testing.assert_allclose(iterated, direct, rtol=1e-9)
    assert flow(image, iterated, LEFT) == pytest.approx(flow(image, direct, LEFT), rel=1e-10)


def test_what_cannot_be_solved_is_said(monkeypatch):
    image = channel((5, 3))
    with pytest.raises(ValueError, match="reservoir 3 of the image has no concentration"):
        steady_field(image, {LEFT: 1.0})
    monkeypatch.setitem(laplace.DIRECT_UNKNOWNS, 2, 0)
    monkeypatch.setattr(laplace, "_iterate", lambda matrix, sources: 1.001 * sources)
    with pytest.raises(ValueError, match="is off by"):
        steady_field(image, {LEFT: 1.0, RIGHT: 0.0})


def test_reservoirs_are_linked_by_open_paths_only():
    image = np.array([[2, 1, 3, 1, 4], [0, 0, 0, 0, 0], [5, 1, 1, 1, 6], [0, 0, 7, 0, 1]])
    pairs = {(a, b) for a in range(2, 9) for b in range(a + 1, 9) if linked(image, a, b)}
    assert pairs == {(2, 3), (3, 4), (5, 6), (5, 7), (6, 7)}
