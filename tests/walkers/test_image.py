"""Walks on voxel images, against the image read voxel by voxel."""

import numpy as np
import pytest
from scipy import stats

from tests.conftest import FALSE_ALARM
from tests.walkers.test_sites import exact_absorption
from walkers import entrances, image_of, image_walk

MAZE = np.array(
    [[2, 1, 1, 0, 1], [0, 0, 1, 1, 3], [1, 0, 0, 1, 3], [4, 1, 1, 1, 0], [4, 0, 1, 0, 1]]
)
CAVE = np.where(np.random.default_rng(2).random((5, 6, 4)) < 0.3, 0, 1)
CAVE[0], CAVE[-1, 2:] = 2, 3


@pytest.mark.parametrize("image", [MAZE, CAVE])
def test_walkers_hop_to_every_neighbour_that_is_not_solid(image):
    walk = image_walk(10, image)
    flat_steps = walk.flat_steps()
    padded = np.pad(image, 1)
    for site in np.ndindex(image.shape):
        row = walk.probabilities[walk.kinds[site]]
        for k, step in enumerate(walk.steps):
            there = padded[tuple(np.add(np.add(site, step), 1))]
            hops = image[site] == 1 and there != 0
            assert row[k] == (1.0 / len(walk.steps) if hops else 0.0)
    for k, step in enumerate(walk.steps):
        assert flat_steps[k] == np.dot(step, np.array(walk.kinds.strides))
    assert walk.rates.hops_per_word == 3
    assert walk.kinds.dtype == np.uint8


def test_an_entrance_for_every_bond_of_a_reservoir():
    names = np.array([divmod(site, 5) for site in entrances(MAZE, 3)]).tolist()
    assert names == [[0, 4], [1, 3], [2, 3]]
    names = np.array([divmod(site, 5) for site in entrances(MAZE, 4)]).tolist()
    assert names == [[2, 0], [3, 1]]
    corner = np.array([[1, 2], [2, 0]])
    assert entrances(corner, 2).tolist() == [0, 0]


@pytest.mark.compiled
@pytest.mark.parametrize("image", [MAZE, CAVE])
def test_walkers_end_in_the_reservoirs_as_the_markov_chain_says(image):
    walk = image_walk(30_000, image)
    absorbed = walk.compute(4, 0)["absorbed"]
    exact = exact_absorption(walk)
    assert (absorbed[:, -1] == 0).all()
    for counts, start in zip(absorbed, walk.entrances, strict=True):
        expected = exact[start].mean(axis=0)
        assert counts[expected < 1e-12].sum() == 0
        likely = expected > 1e-12
        assert (
            stats.chisquare(counts[likely], 30_000 // len(walk.entrances) * expected[likely])[1]
            > FALSE_ALARM
            or likely.sum() == 1
        )


def test_the_image_of_a_walk_is_what_it_was_built_from():
    lonely = (MAZE == 1) & (walk_masks(MAZE) == 0)
    assert lonely.sum() == 1
    back = image_of(image_walk(10, MAZE))
    np.testing.assert_array_equal(back, np.where(lonely, 0, MAZE))


def walk_masks(image):
    """Number of neighbours that are not solid."""
    solid = np.pad(image, 1) == 0
    rolled = [np.roll(~solid, step, axis) for axis in range(image.ndim) for step in (-1, 1)]
    return np.sum(rolled, axis=0)[(slice(1, -1),) * image.ndim]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ([[1, 1], [1, 0]], "1 to 190 reservoirs"),
        ([[1, 2], [1, 4]], r"none left out, got \[1, 2, 4\]"),
        ([[-1, 2], [1, 1]], "none left out"),
        ([[2, 0], [0, 1]], "no open site stands beside reservoir 2"),
    ],
)
def test_images_that_cannot_be_are_refused(image, said):
    with pytest.raises(ValueError, match=said):
        image_walk(10, np.array(image))
