"""What ``harmonic`` knows of an image before any walker starts, and two ways to spoil its walls."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import walkers
from analysis.laws import laplace
from walkers.lattice.image import MAXIMUM_RESERVOIRS

from ._images import SUFFIXES, read_image
from ._inputs import FileStamp, file_stamp
from ._parameters import ParameterError
from ._shapes import SHAPES

N_CHOSEN = 128
"""Sites at which the field is judged."""

MAXIMUM_VOXELS = 20_000_000


@dataclass(frozen=True)
class Shape:
    """An image, its exact field, and the sites chosen to be judged.

    ``h``: probability of ending in the reservoir labelled 2, by voxel, NaN where no reservoir is
    reached; ``conductance``: flow per step and unit drop. ``middle``: 1 on the voxels around the
    one where h is nearest ½, 0 elsewhere; ``start``: flat site where h, 0.01 to 0.99, is furthest
    from its value without solids; ``chosen``: flat sites (128,), h from 0.1 to 0.9; ``modes``: two
    smooth ones on them (2, 128).
    """

    image: NDArray[Any]
    h: NDArray[np.float64]
    h_without_solids: NDArray[np.float64]
    conductance: float
    conductance_without_solids: float
    n_bonds: NDArray[np.int64]
    middle: NDArray[np.uint8]
    start: int
    chosen: NDArray[np.int64]
    modes: NDArray[np.float64]

    @property
    def n_axes(self) -> int:
        """Number of axes d."""
        return self.image.ndim

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Open voxels from which some reservoir is reached."""
        reached: NDArray[np.bool_] = (self.image == laplace.OPEN) & ~np.isnan(self.h)
        return reached


def checked(name: str) -> NDArray[Any]:
    """Image of a built-in shape or of a file, refused unless something can flow through it.

    Raises
    ------
    ValueError
        With one line that names the parameter.
    """
    readable = [suffix for suffix in SUFFIXES if suffix != ".raw"]  # which knows no shape
    if name not in SHAPES and Path(name).suffix.lower() not in readable:
        known = ", ".join(SHAPES)
        raise ValueError(
            f"image: must be one of {known}, or a file {', '.join(readable)}, got {name!r}"
        )
    return _checked(name, _stamp(name))


def _stamp(name: str) -> FileStamp | None:
    return None if name in SHAPES else file_stamp(name)


@functools.lru_cache(maxsize=2)
def _checked(name: str, stamp: FileStamp | None) -> NDArray[Any]:
    image = SHAPES[name]() if name in SHAPES else read_image(name)
    if image.size > MAXIMUM_VOXELS:
        raise ValueError(f"image: has {image.size} voxels, at most {MAXIMUM_VOXELS} are solved")
    labels = np.unique(image).tolist()
    reservoirs = [label for label in labels if label not in (0, 1)]
    if reservoirs != list(range(2, 2 + len(reservoirs))) or not (
        2 <= len(reservoirs) <= MAXIMUM_RESERVOIRS
    ):
        raise ValueError(
            f"image: {name} must have labels 0 solid, 1 open, and 2, 3, … at least two "
            f"reservoirs, none left out, got {', '.join(map(str, labels[:12]))}"
        )
    image = image.astype(np.uint8)
    for other in reservoirs[1:]:
        if not laplace.linked(image, 2, other):
            raise ValueError(f"image: {name} has no open path between reservoirs 2 and {other}")
    return image


def shape_of(name: str) -> Shape:
    """Everything about an image, worked out once."""
    return _shape(name, _stamp(name))


@functools.lru_cache(maxsize=2)
def _shape(name: str, stamp: FileStamp | None) -> Shape:
    image = _checked(name, stamp)
    h, conductance = _solved(image)
    h_without, conductance_without = _solved(np.maximum(image, laplace.OPEN))
    inside = np.flatnonzero((image == laplace.OPEN) & (h > 0.0) & (h < 1.0))
    values = h.flat[inside]
    half = np.argmin(np.abs(values - 0.5))
    middle = np.zeros(image.shape, np.uint8)
    centre = np.unravel_index(inside[half], image.shape)
    middle[tuple(slice(max(0, c - 2), c + 3) for c in centre)] = 1
    middle[(image != laplace.OPEN) | np.isnan(h)] = 0
    # Of rare ends a batch sees too few to be judged by: their squares are skewed.
    told = inside[(values > 0.01) & (values < 0.99)]
    matters = np.abs(h.flat[told] - h_without.flat[told])
    # Never empty: where one neighbour hits at most 0.1 of the time, at most 0.85 do here. Where
    # they are few, sites are judged several times, by walkers of their own.
    wide = inside[(values > 0.1) & (values < 0.9)]
    chosen = wide[np.linspace(0, wide.size - 1, N_CHOSEN).round().astype(np.int64)]
    ramp = h.flat[chosen] - h.flat[chosen].mean()
    modes = np.stack([np.ones(N_CHOSEN), ramp if ramp.any() else np.ones(N_CHOSEN)])
    modes /= np.linalg.norm(modes, axis=1, keepdims=True)
    labels = range(2, int(image.max()) + 1)
    n_bonds = np.array([walkers.entrances(image, label).size for label in labels])
    return Shape(
        image, h, h_without, conductance, conductance_without, n_bonds, middle,
        int(told[np.argmax(matters)]), chosen, modes,
    )  # fmt: skip


def _solved(image: NDArray[Any]) -> tuple[NDArray[np.float64], float]:
    concentrations = {label: float(label == 2) for label in range(2, int(image.max()) + 1)}
    h = laplace.steady_field(image, concentrations)
    return h, laplace.flow(image, h, 2) / (2 * image.ndim)


def leaky(walk: walkers.SiteWalk) -> walkers.SiteWalk:
    """Open one voxel of a wall that is one voxel thick, in the middle of all such voxels.

    Raises
    ------
    ParameterError
        If there is none.
    """
    image = walkers.image_of(walk)
    found = np.zeros(image.shape, np.bool_)
    for axis in range(image.ndim):
        low, mid, high = ([slice(None)] * image.ndim for _ in range(3))
        low[axis], mid[axis], high[axis] = slice(None, -2), slice(1, -1), slice(2, None)
        open_sides = (image[tuple(low)] == laplace.OPEN) & (image[tuple(high)] == laplace.OPEN)
        found[tuple(mid)] |= open_sides & (image[tuple(mid)] == laplace.SOLID)
    places = np.flatnonzero(found)
    if places.size == 0:
        raise ParameterError("image: has no wall one voxel thick that could leak")
    image.flat[places[places.size // 2]] = laplace.OPEN
    spoilt = walkers.image_walk(walk.n_walkers, image, walk.entrances, tags=walk.tags)
    return replace(spoilt, stream=walk.stream)


def corner_cut(walk: walkers.SiteWalk) -> walkers.SiteWalk:
    """Let walkers hop between two voxels that share an edge with two solids, in one place.

    Raises
    ------
    ParameterError
        If there is no such place.
    """
    image = walkers.image_of(walk)
    d = image.ndim
    for step in (s for s in np.ndindex((3,) * d) if sum(c != 1 for c in s) == 2):
        move = np.array(step) - 1
        axes = np.flatnonzero(move)
        here = [slice(1, -1)] * d
        there = [slice(1 + c, image.shape[a] - 1 + c) for a, c in enumerate(move)]
        beside = [list(here), list(here)]
        for k, axis in enumerate(axes):
            beside[k][axis] = there[axis]
        places = (image[tuple(here)] == laplace.OPEN) & (image[tuple(there)] == laplace.OPEN)
        for side in beside:
            places &= image[tuple(side)] == laplace.SOLID
        if places.any():
            site = np.argwhere(places)[np.count_nonzero(places) // 2] + 1
            return _joined(walk, tuple(site), tuple(site + move), tuple(move.tolist()))
    raise ParameterError("image: has no two solids that touch at an edge only")


def _joined(
    walk: walkers.SiteWalk, one: tuple[int, ...], other: tuple[int, ...], move: tuple[int, ...]
) -> walkers.SiteWalk:
    """Give two voxels kinds of their own that hop along a diagonal too."""
    back = tuple(-c for c in move)
    kinds, rows = np.array(walk.kinds), walk.probabilities
    wider = np.hstack([rows, np.zeros((len(rows), 2))])
    of_one, of_other = wider[kinds[one]].copy(), wider[kinds[other]].copy()
    of_one[-2] = of_other[-1] = rows.max()
    kinds[one], kinds[other] = len(rows), len(rows) + 1
    return replace(
        walk,
        kinds=kinds,
        steps=(*walk.steps, move, back),
        probabilities=np.vstack([wider, of_one, of_other]),
    )
