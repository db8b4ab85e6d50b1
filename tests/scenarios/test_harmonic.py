"""Images from files and built-in shapes: what is refused, what is chosen, and two drives."""

import numpy as np
import pytest

import scenarios
from scenarios import ParameterError, _voxels, harmonic
from scenarios._shapes import SHAPES


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Bent channel: open all round a solid block, reservoirs 2 and 3 at its two ends, 4 between."""
    image = np.ones((14, 12), np.int64)
    image[4:, 4:8] = 0
    image[-1, :4], image[-1, 8:], image[0, 6] = 2, 3, 4
    path = tmp_path_factory.mktemp("images") / "bend.npy"
    np.save(path, image)
    return path


def test_an_image_from_a_file_with_three_reservoirs_keeps_the_law(file):
    result = scenarios.run("harmonic", image=str(file), batches=64, jobs=2)
    assert {v.outcome for v in result.verdicts} <= {"agrees", "undecided"}
    assert all(abs(v.z) < v.threshold for v in result.verdicts)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ([[2, 1, 0, 1, 3]], "no open path between reservoirs 2 and 3"),
        ([[2, 1, 3, 1, 4]], "no open path between reservoirs 2 and 4"),
        ([[2, 1, 1, 1, 4]], "none left out, got 1, 2, 4"),
        ([[2, 1, 1, 1, 1]], "at least two reservoirs, none left out, got 1, 2"),
        ([[2, 1, 1, 3, -1]], "got -1, 1, 2, 3"),
        ([[2, 1, 1, 3, 255]], "got 1, 2, 3, 255"),
    ],
)
def test_images_through_which_nothing_can_flow_are_refused(image, said, tmp_path):
    np.save(tmp_path / "image.npy", np.array(image))
    with pytest.raises(ParameterError, match=said) as error:
        scenarios.run("harmonic", image=str(tmp_path / "image.npy"))
    assert str(error.value).startswith("image: ")
    assert "\n" not in str(error.value)


def test_a_name_that_is_no_shape_and_a_file_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="image: must be one of rooms, grains, or a file"):
        scenarios.run("harmonic", image="room")
    with pytest.raises(ParameterError, match="no such file"):
        scenarios.run("harmonic", image=str(tmp_path / "none.tif"))


def test_an_image_without_solids_has_no_wall_to_break(tmp_path):
    np.save(tmp_path / "open.npy", np.array([[2, 1, 1, 3]] * 4))
    for rule in harmonic.WRONG_RULES:
        with pytest.raises(ParameterError, match="image: has no"):
            scenarios.run("harmonic", image=str(tmp_path / "open.npy"), wrong_rule=rule)


@pytest.mark.parametrize("name", SHAPES)
def test_the_modes_are_of_unit_variance(name):
    shape = _voxels.shape_of(name)
    np.testing.assert_allclose((shape.modes**2).sum(axis=1), 1.0, rtol=1e-12)
    assert len(np.unique(shape.chosen)) == _voxels.N_CHOSEN
    assert shape.reached.flat[shape.chosen].all()
    assert shape.middle.sum() > 5
    assert abs(shape.h[shape.middle == 1].mean() - 0.5) < 0.1


def test_nothing_is_judged_by_ends_that_are_rare(tmp_path):
    # Reservoir 3 all round but for one side, behind a tube: most walkers never see reservoir 2.
    image = np.ones((25, 15), np.uint8)
    image[:, [0, -1]], image[0], image[-1] = 3, 2, 3
    image[2:9, 1:-1] = 0
    image[2:9, 3] = 1
    np.save(tmp_path / "lined.npy", image)
    shape = _voxels.shape_of(str(tmp_path / "lined.npy"))
    assert np.median(shape.h[shape.reached]) < 0.01
    assert 0.01 < shape.h.flat[shape.start] < 0.99
    judged = shape.h.flat[shape.chosen]
    assert judged.min() > 0.1
    assert judged.max() < 0.9
    np.testing.assert_allclose((shape.modes**2).sum(axis=1), 1.0, rtol=1e-12)
    assert shape.reached.flat[shape.chosen].all()


def test_the_gap_of_mu_falls_as_the_square_of_the_drive():
    gaps = []
    for drive in (0.4, 0.8):
        result = scenarios.run("harmonic", c_1=np.exp(drive), c_2=1.0, batches=64, jobs=2)
        mu = result.verdicts[-1]
        assert mu.outcome == "agrees"
        gaps.append((mu.value - mu.rival, mu.stderr, mu.expected - mu.rival))
    h = _voxels.shape_of("rooms").h[_voxels.shape_of("rooms").middle == 1].mean()
    for (_, _, exact), drive in zip(gaps, (0.4, 0.8), strict=True):
        assert exact == pytest.approx(h * (1 - h) * drive**2 / 2, rel=0.05)
    (small, error, _), (large, _, _) = gaps
    assert large / small == pytest.approx(4.0, rel=0.05 + 4.0 * error / small)
