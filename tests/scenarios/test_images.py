"""Images from files: the right voxels, or one line that says what is wrong."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import tifffile

from scenarios import InputError
from scenarios._images import read_image

IMAGE = np.random.default_rng(3).integers(0, 3, (4, 5, 6)).astype(np.uint8)


def saved(folder, name, image=IMAGE):
    path = folder / name
    if name.endswith(".npy"):
        np.save(path, image)
    elif name.endswith(".npz"):
        np.savez_compressed(path, image)
    elif name.endswith(".raw"):
        image.tofile(path)
    else:
        tifffile.imwrite(path, image, photometric="minisblack")
    return path


def assert_refused(path, *words, **options):
    with pytest.raises(InputError) as refusal:
        read_image(path, **options)
    message = str(refusal.value)
    assert len(message.splitlines()) == 1
    assert message.startswith(str(path))
    for word in words:
        assert word in message


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.tif", "a.TIFF", "a.raw"])
@pytest.mark.parametrize("dtype", ["u1", "u2", ">i4", "?"])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_voxels_come_back(tmp_path, name, dtype, dimensions):
    image = (IMAGE if dimensions == 3 else IMAGE[0]).astype(dtype)
    path = saved(tmp_path, name, image)
    given = {"shape": image.shape, "dtype": dtype} if name.endswith(".raw") else {}
    read = read_image(path, **given)
    np.testing.assert_array_equal(read, image)
    assert read.dtype.isnative and not read.flags.writeable


@pytest.mark.parametrize("options", [{"compression": "zlib"}, {"tile": (16, 16)}])
def test_packed_and_tiled_pages(tmp_path, options):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, IMAGE, photometric="minisblack", **options)
    np.testing.assert_array_equal(read_image(path), IMAGE)


def test_pages_written_one_by_one(tmp_path):
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as pages:
        for page in IMAGE:
            pages.write(page, photometric="minisblack", metadata=None)
    np.testing.assert_array_equal(read_image(path), IMAGE)


@pytest.mark.parametrize("name", ["a.npy", "a.tif", "a.raw"])
def test_large_images_stay_in_their_file(tmp_path, name):
    path = saved(tmp_path, name)
    given = {"shape": IMAGE.shape, "dtype": "uint8"} if name == "a.raw" else {}
    base = read_image(path, **given)
    while base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert base is not None


def test_the_image_of_an_archive_is_found(tmp_path):
    np.savez(tmp_path / "a.npz", image=IMAGE, spacing=np.array(3))
    np.testing.assert_array_equal(read_image(tmp_path / "a.npz"), IMAGE)
    np.savez(tmp_path / "b.npz", one=IMAGE, two=IMAGE)
    assert_refused(tmp_path / "b.npz", "several", "one, two")
    np.savez(tmp_path / "c.npz", one=np.zeros(3, int), two=np.zeros(2, int))
    assert_refused(tmp_path / "c.npz", "no array of 2 or 3")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.tif", "a.raw", "a.png", "a"])
def test_no_file_a_folder_an_empty_file(tmp_path, name):
    known = name not in ("a.png", "a")
    assert_refused(tmp_path / name, "no such file" if known else "must end with one of .npy")
    (tmp_path / name).write_bytes(b"")
    assert_refused(tmp_path / name, "empty" if known else ".npy")
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert_refused(tmp_path / name, "no file" if known else ".npy")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.tif", "a.raw"])
def test_a_file_cut_short_anywhere(tmp_path, name):
    path = saved(tmp_path, name)
    whole = path.read_bytes()
    given = {"shape": IMAGE.shape, "dtype": "uint8"} if name == "a.raw" else {}
    for length in range(1, len(whole), 3):
        path.write_bytes(whole[:length])
        if name == "a.tif" and length >= len(whole) - 20:  # what is missing is no voxel
            np.testing.assert_array_equal(read_image(path), IMAGE)
        else:
            assert_refused(path, **given)


def test_pages_cut_short_anywhere(tmp_path):
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as pages:
        for page in IMAGE:
            pages.write(page, photometric="minisblack", compression="zlib", metadata=None)
    whole = path.read_bytes()
    for length in range(1, len(whole), 3):
        path.write_bytes(whole[:length])
        assert_refused(path)


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.tif"])
def test_text_in_disguise(tmp_path, name):
    (tmp_path / name).write_text("not an image at all\n" * 50)
    assert_refused(tmp_path / name, "damaged, or no")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.tif"])
def test_what_is_no_image_of_labels(tmp_path, name):
    assert_refused(saved(tmp_path, name, IMAGE.astype(float)), "integers or booleans", "float64")
    assert_refused(saved(tmp_path, name, np.full((3, 3), np.nan)), "integers or booleans")
    assert_refused(saved(tmp_path, name, IMAGE[:, None]), "2 or 3 dimensions", "(4, 1, 5, 6)")
    if name != "a.tif":
        assert_refused(saved(tmp_path, name, IMAGE[0, 0]), "2 or 3 dimensions", "(6,)")
        assert_refused(saved(tmp_path, name, IMAGE[:0]), "no voxels")


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_objects_are_not_unpickled(tmp_path, name):
    array = np.empty((2, 2), object)
    if name == "a.npy":
        np.save(tmp_path / name, array, allow_pickle=True)
    else:
        np.savez(tmp_path / name, array)
    assert_refused(tmp_path / name, "object")


def test_colours_and_unlike_pages(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((5, 6, 3), np.uint8), photometric="rgb")
    assert_refused(tmp_path / "a.tif", "RGB")
    with tifffile.TiffWriter(tmp_path / "b.tif") as pages:
        pages.write(IMAGE[0], photometric="minisblack")
        pages.write(IMAGE[0, :2], photometric="minisblack")
    assert_refused(tmp_path / "b.tif", "differ")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["needs its shape"]),
        ({"shape": (4, 5, 6)}, ["needs its shape"]),
        ({"shape": (4, 5, 7), "dtype": "uint8"}, ["120 bytes", "4 × 5 × 7", "140"]),
        ({"shape": (4, 5, 6), "dtype": "uint16"}, ["120 bytes", "240"]),
        ({"shape": (120,), "dtype": "uint8"}, ["2 or 3 positive numbers"]),
        ({"shape": (-4, -30), "dtype": "uint8"}, ["2 or 3 positive numbers"]),
        ({"shape": (3, 5), "dtype": "float64"}, ["integers", "float64"]),
        ({"shape": (3, 5), "dtype": "object"}, ["raw"]),
        ({"shape": (3, 5), "dtype": "grey"}, ["'grey'", "uint8"]),
    ],
)
def test_raw_files_need_their_shape_and_type(tmp_path, given, words):
    assert_refused(saved(tmp_path, "a.raw"), *words, **given)


def test_only_raw_files_take_a_shape(tmp_path):
    assert_refused(saved(tmp_path, "a.npy"), "only .raw", shape=(4, 5, 6), dtype="uint8")


def test_without_tifffile_the_command_that_helps(tmp_path, monkeypatch):
    path = saved(tmp_path, "a.tif")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    assert_refused(path, "pip install 'fluxwalk[images]'")
