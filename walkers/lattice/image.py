"""Walks on voxel images: from solids, open voxels and labelled reservoirs to a ``SiteWalk``.

An image is an array of whole numbers: 0 solid, 1 open, 2 and up reservoirs. A walker hops to any
of its 2d face-neighbours, each as likely; a hop into a solid or off the image is refused. The
kind of an open site is the set of directions in which it may hop, so that every hop is all or
nothing and three of them come out of one random word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .sites import SiteWalk

SOLID, OPEN, FIRST_RESERVOIR = 0, 1, 2

MAXIMUM_RESERVOIRS = 190
"""So many that the kinds of a three-dimensional image still fit 8 bits."""


def image_walk(
    n_walkers: int,
    image: ArrayLike,
    sources: Sequence[ArrayLike] | None = None,
    *,
    tags: NDArray[Any] | None = None,
    leaps: tuple[int, ...] = (),
) -> SiteWalk:
    """Walk between the reservoirs of an image, which trap whoever hops into them.

    Sites are numbered as in the image, row by row. ``absorbed`` has a column per reservoir,
    by rising label, and a last one, always empty, for the solids.

    Parameters
    ----------
    n_walkers : int
        Walkers in a batch, shared out evenly among the sources.
    image : (nx, ny[, nz]) int
        0 solid, 1 open, 2 and up reservoirs, without a gap in the labels.
    sources : sequence of int arrays, optional
        Flat sites where the walkers of each source start, each as likely; by default a source
        for every reservoir, its ``entrances``.
    tags : like image, int, optional
        Number of the tally of each site, 0 for none.
    leaps : tuple of int
        Numbers of hops made in one draw, where there is room.

    Raises
    ------
    ValueError
        If the image has too many reservoirs, or labels are missing in between.
    """
    sites = np.asarray(image)
    n_reservoirs = _reservoir_count(sites)
    n_masks = 4**sites.ndim
    masks = np.zeros(sites.shape, np.uint8)
    for bit, (here, there) in enumerate(neighbours(sites.ndim)):
        masks[here] |= (sites[there] != SOLID).astype(np.uint8) << np.uint8(bit)
    masks[sites == SOLID] = 0
    solid = n_masks - 1 + n_reservoirs
    kinds = masks - np.uint8(1)  # a site that leads nowhere wraps round to 255
    kinds[masks == 0] = solid
    reservoirs = sites >= FIRST_RESERVOIR
    kinds[reservoirs] = (sites[reservoirs] + (n_masks - 1 - FIRST_RESERVOIR)).astype(np.uint8)
    directions = np.arange(1, n_masks)[:, None] >> np.arange(2 * sites.ndim) & 1
    probabilities = np.zeros((solid + 1, 2 * sites.ndim))
    probabilities[: n_masks - 1] = directions / (2.0 * sites.ndim)
    if sources is None:
        sources = [entrances(sites, FIRST_RESERVOIR + k) for k in range(n_reservoirs)]
    return SiteWalk(
        n_walkers,
        kinds=kinds,
        steps=steps(sites.ndim),
        probabilities=probabilities,
        entrances=tuple(np.asarray(start, np.int64) for start in sources),
        tags=tags,
        leaps=leaps,
    )


def entrances(image: ArrayLike, label: int) -> NDArray[np.int64]:
    """Flat open sites beside a reservoir, once for every bond between them.

    At unit concentration as many walkers enter per step as there are bonds, over 2d.

    Parameters
    ----------
    image : (nx, ny[, nz]) int
        As in ``image_walk``.
    label : int
        Label of the reservoir.

    Raises
    ------
    ValueError
        If no open site stands beside it.
    """
    sites = np.asarray(image)
    flat = np.arange(sites.size).reshape(sites.shape)
    found = [
        flat[here][(sites[here] == OPEN) & (sites[there] == label)]
        for here, there in neighbours(sites.ndim)
    ]
    starts = np.sort(np.concatenate(found))
    if starts.size == 0:
        raise ValueError(f"no open site stands beside reservoir {label}")
    return starts


def image_of(walk: SiteWalk) -> NDArray[np.uint8]:
    """Image of a walk that ``image_walk`` built (open sites that lead nowhere have become solid).

    Parameters
    ----------
    walk : SiteWalk
        As built, so that a changed image makes a changed walk.
    """
    n_masks = 4**walk.kinds.ndim
    meaning = np.full(len(walk.probabilities), OPEN, np.uint8)
    meaning[n_masks - 1 :] = FIRST_RESERVOIR + np.arange(meaning.size - n_masks + 1)
    meaning[-1] = SOLID
    return meaning[walk.kinds]


def _reservoir_count(image: NDArray[Any]) -> int:
    """Count the reservoirs of an image.

    Raises
    ------
    ValueError
        If there is none, if there are too many, or if a label is missing in between.
    """
    labels = np.unique(image)
    reservoirs = labels[labels >= FIRST_RESERVOIR]
    if not 0 < reservoirs.size <= MAXIMUM_RESERVOIRS:
        raise ValueError(
            f"an image has 1 to {MAXIMUM_RESERVOIRS} reservoirs, labelled from "
            f"{FIRST_RESERVOIR}, got {reservoirs.size}"
        )
    expected = np.arange(FIRST_RESERVOIR, FIRST_RESERVOIR + reservoirs.size)
    if labels[0] < 0 or (reservoirs != expected).any():
        raise ValueError(f"reservoirs are labelled 2, 3, …, none left out, got {labels.tolist()}")
    return int(reservoirs.size)


def steps(n_axes: int) -> tuple[tuple[int, ...], ...]:
    """Hops to the face-neighbours, (2d, d): down and up along each axis, as in ``neighbours``."""
    moves = np.repeat(np.eye(n_axes, dtype=int), 2, axis=0) * np.tile([[-1], [1]], (n_axes, 1))
    return tuple(tuple(move) for move in moves.tolist())


def neighbours(n_axes: int) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """For each step, the sites that have a neighbour there and these neighbours, as slices."""
    for axis in range(n_axes):
        low, high = [slice(None)] * n_axes, [slice(None)] * n_axes
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        yield tuple(high), tuple(low)
        yield tuple(low), tuple(high)
