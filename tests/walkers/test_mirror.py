"""Walkers in an image that its mirror images continue: moments, starts, the flux across."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.test_porous import (
    BLOCKS,
    LAYER,
    displacement_mean,
    flux_between_faces,
    unfolded,
)
from tests.conftest import Z_LIMIT
from walkers import MirrorWalk, flux_across
from walkers.lattice import mirror

POWERS = [
    (1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, 0), (0, 2, 0), (0, 0, 2), (1, 1, 0), (1, 0, 1),
    (0, 1, 1),
]  # fmt: skip


@pytest.mark.compiled
@pytest.mark.parametrize("void", [BLOCKS, LAYER])
@pytest.mark.parametrize("retries", [False, True])
def test_moments_are_those_of_walks_on_the_unfolded_image(void, retries):
    walk = MirrorWalk(400_000, void=void, stops=(12, 48), retries=retries)
    sums = walk.compute(3, 1)["moments"][0] / walk.n_walkers
    p = unfolded(void, 12, retries)
    for mean, power in zip(sums, POWERS, strict=False):
        exact = displacement_mean(p, power)
        variance = displacement_mean(p, 2 * np.array(power)) - exact**2
        assert abs(mean - exact) < Z_LIMIT * np.sqrt(variance / walk.n_walkers), power


@pytest.mark.compiled
def test_every_void_voxel_is_as_likely_a_start():
    void = np.zeros((3, 4, 5), bool)
    void[0, 0, 0] = void[2, 3, 4] = void[1, 1, 2] = True  # one voxel wide: nobody leaves its boxes
    tallies = MirrorWalk(200_000, void=void, stops=(12,)).compute(5, 0)
    hits = tallies["first_in_void"]
    assert hits.shape == ()
    assert abs(hits - 10_000) < Z_LIMIT * np.sqrt(200_000 * 0.05 * 0.95)
    # A voxel in two corners hops through three faces, the middle one through none: ⟨X²⟩ of a
    # walker between a voxel and its mirror image is 1/2 after many steps.
    squares = tallies["moments"][0, 3:6] / 200_000
    exact = (2 / 3) * (1 - (1 - 2 / 6) ** 12) / 2
    assert np.abs(squares - exact).max() < Z_LIMIT * np.sqrt(0.25 / 200_000)


@pytest.mark.compiled
def test_free_walkers_spread_freely_through_many_faces():
    walk = MirrorWalk(100_000, void=np.ones((1, 2, 30)), stops=(12, 600))
    moments = walk.compute(1, 0)["moments"] / walk.n_walkers
    for n, sums in zip((12, 600), moments, strict=True):
        assert np.abs(sums[3:6] / (n / 3) - 1).max() < Z_LIMIT * np.sqrt(2 / walk.n_walkers)
        assert np.abs(sums[:3]).max() < Z_LIMIT * np.sqrt(n / 3 / walk.n_walkers)


def test_blocks_and_layers_change_no_bit(monkeypatch):
    layer = LAYER[:, :, 0]
    walk = MirrorWalk(70, void=layer, stops=(12, 24))
    tallies = walk.compute(4, 2)
    stacked = MirrorWalk(70, void=LAYER, stops=(12, 24))
    monkeypatch.setattr(mirror, "BLOCK_SIZE", 7)
    for other in (walk, stacked):
        for name, array in other.compute(4, 2).items():
            np.testing.assert_array_equal(array, tallies[name])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"void": np.zeros((2, 2))}, "no void"),
        ({"void": np.ones(4)}, "2 or 3 axes"),
        ({"void": np.ones((0, 2))}, "2 or 3 axes"),
        ({"stops": ()}, "multiples of 12"),
        ({"stops": (12, 30)}, "multiples of 12"),
        ({"stops": (24, 12)}, "multiples of 12"),
        ({"stops": (0, 12)}, "multiples of 12"),
    ],
)
def test_what_cannot_be_walked_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        MirrorWalk(5, **{"void": np.ones((2, 2)), "stops": (12,), **changes})


def test_the_rule_holds_at_every_voxel_of_the_flux():
    """Against the plain definition: 1/8 to void neighbours, 2/8 through a face, else stay."""
    void = BLOCKS
    walk = flux_across(10, void)
    nx, ny, nz = void.shape
    for x, y, z in np.argwhere(void):
        row = walk.probabilities[walk.kinds[x + 1, y, z]]
        rate = {}
        for step, p in zip(walk.steps, row, strict=True):
            rate[step] = rate.get(step, 0.0) + 8 * p
        for step, found in rate.items():
            i, j, k = x + step[0], y + step[1], z + step[2]
            inside = 0 <= i < nx and 0 <= j < ny and 0 <= k < nz
            wanted = float(void[i, j, k]) if inside else 2.0 * (step[0] != 0)
            assert found == wanted
    assert set(walk.kinds[0].ravel()) == {1}
    assert set(walk.kinds[-1].ravel()) == {2}
    assert (walk.kinds[1:-1] > 2).tolist() == void.tolist()


@pytest.mark.compiled
def test_walkers_pass_as_often_as_the_flux_says():
    void = np.random.default_rng(8).random((7, 6, 8)) < 0.6
    walk = flux_across(400_000, void)
    tallies = walk.compute(2, 0)
    passed = tallies["absorbed"][[0, 1], [2, 1]]
    entrances = np.array([void[0].sum(), void[-1].sum()])
    chance = flux_between_faces(void) * 48 / 7 / (2 * entrances)
    error = np.sqrt(200_000 * chance)
    assert np.abs((passed - 200_000 * chance) / error).max() < Z_LIMIT
