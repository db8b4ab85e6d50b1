"""The void of an image, and what the laws need to know of it, worked out once."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator

from analysis.laws.porous import Spectrum, spectrum

from ._images import read_image
from ._inputs import FileStamp, InputError, file_stamp
from ._parameters import integral

SPHERES = (40, 5, 90)
"""Voxels along each edge, radius and number of the spheres of the medium that is built in."""


def _sizes(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list of whole numbers")
    return tuple(integral(size) for size in value)


Sizes = Annotated[tuple[int, ...], BeforeValidator(_sizes)]
"""Voxels along each axis, as a parameter."""


@dataclass(frozen=True, eq=False)
class Medium:
    """Void of a porous medium: ``void`` (nx, ny, nz) bool, open along each axis."""

    void: NDArray[np.bool_]

    @functools.cached_property
    def porosity(self) -> float:
        """Void voxels over all."""
        return np.count_nonzero(self.void) / self.void.size

    def spectrum(self, axis: int) -> Spectrum:
        """Correlations of hops along an axis."""
        if axis not in self._spectra:
            self._spectra[axis] = spectrum(self.void, axis)
        return self._spectra[axis]

    @functools.cached_property
    def _spectra(self) -> dict[int, Spectrum]:
        return {}


def read_medium(path: str, void_label: int, shape: tuple[int, ...], dtype: str) -> Medium:
    """Medium of an image, or of the built-in spheres where ``path`` is empty.

    Parameters
    ----------
    path : str
        Image as for ``read_image``.
    void_label : int
        Label of its void.
    shape, dtype
        Of a .raw file, else empty.

    Raises
    ------
    InputError
        If the image cannot be read, or its void is nothing, everything, or leads nowhere.
    """
    stamp = file_stamp(path) if path else None
    return _read_medium(path, void_label, shape, dtype, stamp)


@functools.lru_cache(maxsize=2)
def _read_medium(
    path: str, void_label: int, shape: tuple[int, ...], dtype: str, stamp: FileStamp | None
) -> Medium:
    image = read_image(path, shape or None, dtype or None) if path else overlapping_spheres()
    name = path or "image"
    void = image == void_label
    n_void = np.count_nonzero(void)
    if n_void == 0:
        occurring = ", ".join(map(str, np.unique(image)[:8]))
        raise InputError(
            f"{name}: label {void_label} does not occur: there is no void; "
            f"void_label may be {occurring}"
        )
    if n_void == void.size:
        raise InputError(f"{name}: every voxel has label {void_label}: there is no solid")
    void = void if void.ndim == 3 else void[:, :, None]  # one layer, repeated along z
    closed = closed_axes(void)
    if closed:
        raise InputError(
            f"{name}: the void (label {void_label}) does not percolate along {' and '.join(closed)}"
        )
    void.setflags(write=False)
    return Medium(void)


def closed_axes(void: NDArray[np.bool_]) -> list[str]:
    """Axes along which no path of void voxels leads from face to face."""
    from scipy.ndimage import label

    pockets = label(void)[0]
    closed = []
    for axis, name in enumerate("xyz"):
        first, last = np.take(pockets, 0, axis=axis), np.take(pockets, -1, axis=axis)
        shared = np.intersect1d(first, last)
        if not (shared > 0).any():
            closed.append(name)
    return closed


def overlapping_spheres() -> NDArray[np.uint8]:
    """Void (1) outside overlapping solid spheres at places that a linear congruence scatters.

    Source: D. E. Knuth, The Art of Computer Programming, vol. 2, sec. 3.2.1, for the congruence.
    """
    size, radius, n_spheres = SPHERES
    void = np.ones((size,) * 3, np.uint8)
    state = 1
    for _ in range(n_spheres):
        squares = []
        for _ in range(3):
            state = (1103515245 * state + 12345) % 2**31
            away = (np.arange(size) - (state >> 16) % size) % size
            squares.append(np.minimum(away, size - away) ** 2)  # spheres go on at the other side
        x, y, z = squares
        void[x[:, None, None] + y[:, None] + z <= radius**2] = 0
    return void
