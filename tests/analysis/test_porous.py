"""Laws of a porous medium: against walks followed on the unfolded image, and a dense solve."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analysis.laws import porous

STEPS = np.vstack([-np.eye(3, dtype=int), np.eye(3, dtype=int)])
BLOCKS = np.random.default_rng(5).random((4, 3, 5)) < 0.6
LAYER = np.random.default_rng(1).random((6, 4, 1)) < 0.7


def unfolded(void, n_steps, retries=False):
    """Distribution of the displacement after n steps, followed in the endless medium itself."""
    reach = n_steps + 1  # nobody comes to the outermost voxels
    image = np.pad(void, [(reach, reach)] * 3, mode="symmetric").astype(float)
    inner = (slice(1, -1),) * 3

    def neighbour(array, step):
        return array[tuple(slice(1 + s, n - 1 + s) for s, n in zip(step, array.shape, strict=True))]

    n_open = np.zeros_like(image)
    n_open[inner] = sum(neighbour(image, step) for step in STEPS)
    chance = (
        np.where(n_open > 0, 1 / np.maximum(n_open, 1), 0)
        if retries
        else np.full_like(image, 1 / 6)
    )
    total = np.zeros((2 * reach + 1,) * 3)
    starts = np.argwhere(void)
    for start in starts:
        p = np.zeros_like(image)
        p[tuple(start + reach)] = 1.0
        for _ in range(n_steps):
            leaving = p * chance
            arriving = sum(neighbour(leaving, step) for step in STEPS) * image[inner]
            stays = p[inner] - leaving[inner] * n_open[inner]
            p[inner] = arriving + stays
        total += p[tuple(slice(s, s + 2 * reach + 1) for s in start)]
    return total / len(starts)


def displacement_mean(p, power):
    """Mean of X^a Y^b Z^c."""
    reach = len(p) // 2
    x = np.arange(-reach, reach + 1)
    return np.einsum("ijk,i,j,k->", p, *(x.astype(float) ** exponent for exponent in power))


@pytest.mark.parametrize("void", [BLOCKS, LAYER])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mean_squares_are_those_of_the_unfolded_image(void, axis):
    nodes = porous.spectrum(void, axis)
    for n in (1, 2, 3, 6, 7):
        exact = displacement_mean(unfolded(void, n), 2 * np.eye(3)[axis])
        assert nodes.square(n) == pytest.approx(exact, rel=1e-12)


def flux_between_faces(void):
    """D over D₀ from the flux along x: dense equations, faces half a bond beyond the voxels."""
    sites = {tuple(site): number for number, site in enumerate(np.argwhere(void))}
    matrix, source = np.zeros((len(sites), len(sites))), np.zeros(len(sites))
    for site, number in sites.items():
        matrix[number, number] += 1e-13  # pockets without a way out
        for step in STEPS:
            other = tuple(site + step)
            if other in sites:
                matrix[number, number] += 1
                matrix[number, sites[other]] -= 1
        matrix[number, number] += 2 * (site[0] == 0) + 2 * (site[0] == void.shape[0] - 1)
        source[number] = 2 * (site[0] == 0)
    c = np.linalg.solve(matrix, source)
    flow = sum(2 * (1 - c[n]) for site, n in sites.items() if site[0] == 0)
    return flow * void.shape[0] / (void.shape[1] * void.shape[2])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_late_walkers_diffuse_as_the_flux_says(axis):
    void = np.random.default_rng(8).random((7, 6, 8)) < 0.6
    nodes = porous.spectrum(void, axis)
    flux = flux_between_faces(np.moveaxis(void, axis, 0))
    assert void.mean() * nodes.diffusivity == pytest.approx(flux, rel=1e-10)
    assert nodes.slope(10**6, 10**6 + 1) == pytest.approx(nodes.diffusivity, rel=1e-8)


def test_channels_and_walls():
    channels = np.zeros((5, 4, 6), bool)
    channels[:, 1::2, ::3] = True
    along, across, sideways = (porous.spectrum(channels, axis) for axis in range(3))
    assert along.diffusivity == pytest.approx(1.0, rel=1e-14)
    assert along.slope(3, 9) == pytest.approx(1.0, rel=1e-14)
    assert abs(across.diffusivity) < 1e-12
    assert abs(sideways.diffusivity) < 1e-12
    law = porous.tortuosity(along, 0.25, 300, 1200)
    assert (law.law, law.expected, law.rival) == pytest.approx((1.0, 1.0, 2.0), rel=1e-14)
    assert porous.effective_diffusivity(along, 0.25, 300, 1200).rival == 0.125


def test_single_precision_keeps_its_tolerance(monkeypatch):
    void = np.random.default_rng(2).random((20, 20, 20)) < 0.6
    exact = porous.spectrum(void, 0)
    monkeypatch.setattr(porous, "LARGE", 0)
    coarse = porous.spectrum(void, 0)
    off = abs(coarse.diffusivity / exact.diffusivity - 1.0)
    assert exact.tolerance == 0.0
    assert 1e-12 < off < coarse.tolerance < 2e-3
    assert coarse.slope(300, 1200) == pytest.approx(exact.slope(300, 1200), rel=1e-4)


@pytest.mark.parametrize("doors", [{12: 2}, {12: 4, 24: 30}, {10: 2, 25: 20}])
@pytest.mark.parametrize("width", [2, 5])
def test_a_large_image_with_narrow_doors_keeps_its_tolerance(monkeypatch, doors, width):
    void = np.ones((36, 36, 36), bool)
    for plane, at in doors.items():
        void[plane] = False
        void[plane, at : at + width, 3 : 3 + width] = True
    exact = porous.spectrum(void, 0).diffusivity
    monkeypatch.setattr(porous, "LARGE", 0)
    coarse = porous.spectrum(void, 0)
    assert exact < 0.12
    assert abs(coarse.diffusivity / exact - 1.0) < coarse.tolerance < 1e-3


def test_an_iteration_cut_short_says_so(monkeypatch):
    void = np.random.default_rng(2).random((40, 8, 8)) < 0.7
    exact = porous.spectrum(void, 0)
    monkeypatch.setattr(porous, "MAXIMUM_NODES", 60)
    cut = porous.spectrum(void, 0)
    assert 1e-6 < abs(cut.diffusivity / exact.diffusivity - 1.0) < cut.tolerance


@pytest.mark.parametrize("slab", [1, 40, 10**6])
def test_slabs_change_nothing(monkeypatch, slab):
    whole = porous.spectrum(BLOCKS, 1).diffusivity
    monkeypatch.setattr(porous, "SLAB", slab)
    assert porous.spectrum(BLOCKS, 1).diffusivity == pytest.approx(whole, rel=1e-12)


def test_mean_of_a_known_distribution():
    """The checker itself: one free step."""
    p = unfolded(np.ones((2, 2, 2), bool), 1)
    for power in itertools.product((0, 1, 2), repeat=3):
        expected = {0: 1.0, 2: 1 / 3}.get(sum(power), 0.0) if sorted(power)[1] == 0 else 0.0
        assert displacement_mean(p, power) == pytest.approx(expected)
