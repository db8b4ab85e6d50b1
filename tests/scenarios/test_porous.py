"""Images given to the scenario: bad ones cost one line, good ones are measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

import walkers
from scenarios import InputError, porous
from scenarios._medium import closed_axes, overlapping_spheres, read_medium
from tests.conftest import Z_LIMIT
from tests.scenarios.command import assert_refused, fluxwalk

MAZE = (np.arange(5 * 6 * 7).reshape(5, 6, 7) * 7 // 11 % 4 > 0).astype(np.uint8)
SHORT = ["run", "porous", "--batches", "8", "--set", "steps=48"]


def save(folder, image, name="a.npy"):
    np.save(folder / name, image)
    return folder / name


def test_the_built_in_medium_is_what_it_was():
    void = overlapping_spheres()
    assert (void.shape, int(void.sum())) == ((40, 40, 40), 31241)
    weights = np.arange(void.size, dtype=np.int64) % 1009
    assert int((void.ravel() * weights).sum()) == 15736731


@pytest.mark.parametrize("closed", ["x", "y", "z"])
def test_a_wall_across_is_no_zero(tmp_path, capsys, closed):
    image = MAZE.copy()
    assert closed_axes(image > 0) == []
    np.moveaxis(image, "xyz".index(closed), 0)[2] = 0
    path = save(tmp_path, image)
    words = (path, f"does not percolate along {closed}")
    assert_refused(fluxwalk(capsys, *SHORT, "--set", f"image={path}"), *words)


def test_void_that_touches_both_faces_but_leads_nowhere_does_not_percolate():
    image = np.ones((6, 6, 6), bool)
    image[2, :, :3] = image[3, :, 3:] = image[2:4, :, 3] = False
    assert closed_axes(image) == ["x"]


@pytest.mark.parametrize(
    ("image", "settings", "words"),
    [
        (MAZE, ["void_label=7"], ["label 7", "does not occur"]),
        (np.zeros((3, 3), int), [], ["label 1", "no void"]),
        (np.ones((3, 3), int), [], ["no solid"]),
        (MAZE.astype(float), [], ["integers", "float64"]),
        (MAZE[0, 0], [], ["(7,)"]),
        (MAZE, ["raw_shape=[5, 6, 7]"], ["only .raw"]),
        (MAZE, ["raw_shape=5"], ["raw_shape", "list"]),
        (MAZE, ["raw_shape=[5, 'a']"], ["raw_shape", "whole number"]),
        (MAZE, ["void_label=1.5"], ["void_label", "1.5"]),
    ],
)
def test_bad_images_cost_one_line(tmp_path, capsys, image, settings, words):
    path = save(tmp_path, image)
    options = [part for setting in settings for part in ("--set", setting)]
    assert_refused(fluxwalk(capsys, *SHORT, "--set", f"image={path}", *options), *words)


def test_no_file_no_image(tmp_path, capsys):
    result = fluxwalk(capsys, *SHORT, "--set", f"image={tmp_path / 'a.npy'}")
    assert_refused(result, tmp_path / "a.npy", "no such file")
    result = fluxwalk(capsys, *SHORT, "--set", "raw_dtype=uint8")
    assert_refused(result, "raw_dtype", "need an image")


def test_a_raw_image_and_another_label(tmp_path, capsys):
    path = tmp_path / "a.raw"
    (5 - 2 * MAZE).astype(">u2").tofile(path)  # void 3, solid 5
    status, out, err = fluxwalk(
        capsys, *SHORT, "--json", "--set", f"image={path}", "--set", "raw_shape=[5, 6, 7]",
        "--set", "raw_dtype=>u2", "--set", "void_label=3",
    )  # fmt: skip
    assert status == 3, err
    laws = {v["quantity"]: v["law"] for v in json.loads(out)["verdicts"]}
    assert laws["porosity"] == MAZE.mean()


def test_a_changed_file_is_read_again(tmp_path):
    path = save(tmp_path, MAZE)
    before = read_medium(str(path), 1, (), "")
    assert read_medium(str(path), 1, (), "") is before
    save(tmp_path, np.pad(MAZE, 1, constant_values=1))
    assert read_medium(str(path), 1, (), "").porosity > before.porosity
    path.unlink()
    with pytest.raises(InputError, match="no such file"):
        read_medium(str(path), 1, (), "")


@pytest.mark.compiled
def test_a_flat_image_is_free_along_z(tmp_path):
    path = save(tmp_path, MAZE[:, :, 0])
    p = porous.Params(image=str(path), steps=48)
    laws = porous.laws(p)
    assert laws["tortuosity_z"].law == pytest.approx(1.0, rel=1e-14)
    assert laws["tortuosity_x"].law > 1.05
    record = walkers.run(porous.build(p), 1, 64)
    for check in porous.checks(record, p):
        z = (check.estimate.value - check.prediction.expected) / check.estimate.stderr
        assert abs(z) < Z_LIMIT, check.quantity


def test_short_walks_are_cautioned_against():
    assert porous.cautions(porous.Params(steps=48))
    assert not porous.cautions(porous.Params(steps=2400))


def test_walkers_that_meet_no_solid_measure_nothing(tmp_path, capsys, monkeypatch):
    image = np.ones((300, 300), np.uint8)
    image[150, 150] = 0
    monkeypatch.setattr(porous, "WALKERS_INSIDE", 20)
    monkeypatch.setattr(porous, "WALKERS_ACROSS", 200)
    settings = ["--set", "steps=48", "--set", f"image={save(tmp_path, image)}"]
    result = fluxwalk(capsys, "run", "porous", "--batches", "64", *settings)
    assert_refused(result, "image", "porosity is 1 in every batch")
