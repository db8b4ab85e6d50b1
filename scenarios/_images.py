"""Images of labelled voxels from files: .npy, .npz, multi-page TIFF and raw."""

from __future__ import annotations

import logging
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._inputs import InputError
from ._parameters import shown

SUFFIXES = (".npy", ".npz", ".tif", ".tiff", ".raw")

Labels = NDArray[Any]
"""Integers or booleans, read-only, mapped from the file where its format allows."""


def read_image(
    path: str | Path, shape: Sequence[int] | None = None, dtype: str | None = None
) -> Labels:
    """Read a two- or three-dimensional image of labels.

    Parameters
    ----------
    path : path
        File that ends with one of ``SUFFIXES``.
    shape : (2,) or (3,) int, optional
        Voxels along each axis, of a .raw file only.
    dtype : str, optional
        numpy's name of the type of a voxel, e.g. ``uint8``, of a .raw file only.

    Raises
    ------
    InputError
        If the file is none of these, is damaged, or holds anything but 2-D or 3-D integers.
    """
    file, suffix = Path(path), Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{file}: must end with one of {', '.join(SUFFIXES)}")
    try:
        if not file.exists():
            raise InputError(f"{file}: no such file")
        if not file.is_file():
            raise InputError(f"{file}: is no file")
        if file.stat().st_size == 0:
            raise InputError(f"{file}: is empty")
        if suffix == ".raw":
            return _labels(file, _read_raw(file, shape, dtype))
        if shape is not None or dtype is not None:
            raise InputError(f"{file}: brings its own shape and type; only .raw files need them")
        read = {".npy": _read_npy, ".npz": _read_npz}.get(suffix, _read_tiff)
        return _labels(file, read(file))
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
    except Exception as error:  # a damaged file raises whatever decoding its bytes happens to raise
        said = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{file}: damaged, or no {suffix} file ({said[:100]})") from None


def _labels(file: Path, array: Any) -> Labels:
    """Refuse what is no image of labels."""
    if array.dtype.kind not in "uib":
        raise InputError(f"{file}: labels must be integers or booleans, got {array.dtype}")
    if array.ndim not in (2, 3):
        raise InputError(f"{file}: an image has 2 or 3 dimensions, got shape {array.shape}")
    if array.size == 0:
        raise InputError(f"{file}: has no voxels, got shape {array.shape}")
    labels: Labels = np.asarray(array)  # a plain view: memory maps pass for arrays everywhere
    if not labels.dtype.isnative:
        labels = labels.astype(labels.dtype.newbyteorder("="))
    labels.setflags(write=False)
    return labels


def _read_npy(file: Path) -> Any:
    # This reads nothing but .npy; numpy.load would also take archives and pickles.
    return np.lib.format.open_memmap(file, mode="r")


def _read_npz(file: Path) -> Any:
    if not zipfile.is_zipfile(file):
        raise InputError(f"{file}: damaged, or no .npz file")
    found: dict[str, Any] = {}
    with np.load(file, allow_pickle=False) as archive:
        for name in archive.files:
            array = archive[name]
            if len(archive.files) == 1 or array.ndim in (2, 3):
                found[name] = array
            if len(found) > 1:
                raise InputError(
                    f"{file}: holds several images ({', '.join(found)}); save the one to be read"
                )
    if not found:
        raise InputError(f"{file}: holds no array of 2 or 3 dimensions")
    return next(iter(found.values()))


def _read_raw(file: Path, shape: Sequence[int] | None, dtype: str | None) -> Any:
    if not shape or not dtype:
        raise InputError(
            f"{file}: a .raw file needs its shape and its type (raw_shape and raw_dtype)"
        )
    try:
        voxel = np.dtype(dtype)
    except TypeError:
        raise InputError(f"{file}: {shown(dtype)} is no type of a voxel, try uint8") from None
    if len(shape) not in (2, 3) or min(shape) < 1:
        raise InputError(f"{file}: shape must be 2 or 3 positive numbers, got {list(shape)}")
    wanted, size = math.prod(shape) * voxel.itemsize, file.stat().st_size
    if voxel.kind in "uib" and size != wanted:
        raise InputError(
            f"{file}: has {size} bytes, but {' × '.join(map(str, shape))} voxels of {voxel} "
            f"are {wanted}"
        )
    return np.memmap(file, dtype=voxel, mode="r", shape=tuple(shape))


class _Complaints(logging.Handler):
    """tifffile logs what is broken in a file and goes on with the rest."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _read_tiff(file: Path) -> Any:
    try:
        import tifffile
    except ImportError:
        raise InputError(
            f"{file}: reading TIFF needs tifffile: pip install 'fluxwalk[images]'"
        ) from None
    complaints, logger = _Complaints(), logging.getLogger("tifffile")
    before = logger.propagate
    logger.addHandler(complaints)
    logger.propagate = False
    try:
        with tifffile.TiffFile(file) as opened:
            tiff: Any = opened
            if any(page.samplesperpixel > 1 for page in tiff.pages):
                raise InputError(f"{file}: has colours (RGB); labels are one number a voxel")
            if len(tiff.series) != 1:
                raise InputError(f"{file}: its pages differ in shape or type")
            _check_extent(file, tiff)
            series = tiff.series[0]
            if series.dataoffset is not None:
                image: Any = tifffile.memmap(file, mode="r")
            else:
                image = series.asarray()
    finally:
        logger.removeHandler(complaints)
        logger.propagate = before
    if complaints.said:
        raise ValueError(complaints.said[0])
    return image


def _check_extent(file: Path, tiff: Any) -> None:
    """Refuse a file that ends before its voxels do; tifffile would fill in zeros."""
    size = file.stat().st_size
    for page in tiff.pages:
        ends = np.add(page.dataoffsets, page.databytecounts)
        if ends.size == 0 or int(ends.max()) > size:
            raise InputError(f"{file}: damaged (it ends within its voxels)")
