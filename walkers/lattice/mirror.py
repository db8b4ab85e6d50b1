"""Hoppers in the void of an image that its mirror images continue, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.model import Arrays, Model, frozen_array
from .image import neighbours, steps
from .sites import SiteWalk

if TYPE_CHECKING:
    from .hop_mirror import Rule

BLOCK_SIZE = 64
"""Walkers whose words are drawn together; changes the speed, never the bits; few share a cache."""

HOPS_PER_SECOND = 3e8
"""What any machine of today reaches, per core; for forecasts only."""

HOPS_PER_WORD = 3
"""Columns taken from one word: three of six are uniform to within 27·2⁻³² (total variation)."""

HOPS_PER_DRAW = 4 * HOPS_PER_WORD
"""Hops out of one draw of four words: the rim is as wide, and stops come in such steps."""

MAXIMUM_VOXELS = 2**32


@dataclass(frozen=True, eq=False)
class MirrorWalk(Model):
    """Hoppers in the void of an image, which its mirror images continue beyond every face.

    ``void`` (nx, ny[, nz]): true where walkers can be; two axes stand for an endless stack of
    equal layers. They start on void voxels, each as likely, and hop at every step to one of the
    six neighbours, each with probability 1/6; solid refuses the hop. With ``retries`` a refused
    walker chooses again, at once, among the neighbours that are void. ``stops``: rising numbers
    of steps, multiples of 12, at which displacements are summed; the last one ends the walk.

    Seen in the image alone walkers are reflected by its faces; their displacement is that in the
    endless medium, where a face is no obstacle. So the mean square along an axis grows, late, as
    the flux across the image between two faces held at different concentrations would have it.

    Tallies: ``moments`` (n_stops, 11), the sums over walkers of X, Y, Z, XX, YY, ZZ, XY, XZ, YZ,
    R²X and R⁴; ``first_in_void`` (), walkers whose first voxel, drawn from the whole image, was
    void (they draw again until one is).
    """

    void: NDArray[Any] = field(default_factory=lambda: np.empty((0, 0, 0), np.uint8))
    stops: tuple[int, ...] = ()
    retries: bool = False

    def __post_init__(self) -> None:
        """Copy and freeze the image, and refuse one without void."""
        super().__post_init__()
        void = np.asarray(self.void)
        if void.ndim not in (2, 3) or not 0 < void.size < MAXIMUM_VOXELS:
            raise ValueError(f"an image has 2 or 3 axes and below 2³² voxels, got {void.shape}")
        void = frozen_array(np.ascontiguousarray(void) != 0, np.uint8)
        if not void.any():
            raise ValueError("the image has no void: walkers would find no start")
        object.__setattr__(self, "void", void)
        rising = list(self.stops) == sorted(set(self.stops))
        if not (self.stops and rising and self.stops[0] > 0 and self.stops[-1] < 2**32) or any(
            stop % HOPS_PER_DRAW for stop in self.stops
        ):
            raise ValueError(f"stops must be rising multiples of {HOPS_PER_DRAW}: {self.stops}")

    @property
    def seconds_per_batch(self) -> float:
        """Hops over the rate of one core."""
        return self.n_walkers * self.stops[-1] / HOPS_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """Kinds of the image with its rim, which all batches share, and the moments."""
        n_kinds = np.prod([size + 2.0 * HOPS_PER_DRAW for size in self._voxels().shape])
        return int(n_kinds) + 128 * BLOCK_SIZE + 88 * len(self.stops)

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .hop_mirror import walk_mirrored

        kinds, rule = self._tables
        moments, n_first = walk_mirrored(
            kinds,
            np.array(self._voxels().shape),
            rule,
            self.n_walkers,
            np.array(self.stops) // HOPS_PER_DRAW,
            make_stream(seed, batch, self.stream),
            BLOCK_SIZE,
        )
        return {"moments": moments, "first_in_void": np.array(n_first)}

    def _voxels(self) -> NDArray[np.uint8]:
        return self.void if self.void.ndim == 3 else self.void[:, :, None]

    @cached_property
    def _tables(self) -> tuple[NDArray[np.uint8], Rule]:
        """Kinds of the voxels and of the rim, and where hops lead from them."""
        from .hop_mirror import Rule, mirror_kinds

        kinds = mirror_kinds(self._voxels())
        offsets = np.append(np.repeat(kinds.strides, 2) * [-1, 1, -1, 1, -1, 1], 0)
        directions = directions_by_kind(self.retries)
        row_bits = int(directions.shape[1] - 1).bit_length()
        jumps = np.zeros((2, 64, 2**row_bits), np.int64)  # on the rim hops lead as elsewhere
        jumps[:, :, : directions.shape[1]] = offsets[directions]
        rule = Rule(jumps.reshape(-1), np.uint64(directions.shape[1]), np.uint64(row_bits))
        return kinds.reshape(-1), rule


def directions_by_kind(retries: bool) -> NDArray[np.int64]:
    """Direction (6: stay) of each equally likely column of a kind, (64, n_columns).

    Six columns, one for each direction, or sixty, which any number of open ones divides.
    """
    rows = []
    for kind in range(64):
        is_open = [kind >> direction & 1 for direction in range(6)]
        way = [d for d in range(6) if is_open[d]]
        if retries:
            rows.append(np.repeat(way or [6], 60 // max(1, len(way))))
        else:
            rows.append(np.array([d if is_open[d] else 6 for d in range(6)]))
    return np.array(rows)


SIDEWAYS = 16
"""Kinds of ``flux_across`` that differ in their four neighbours in y and z."""


def flux_across(n_walkers: int, void: ArrayLike) -> SiteWalk:
    """Labelled walkers between reservoirs on the two x faces of an image; none leaves elsewhere.

    A hop in any of the six directions has probability 1/8 (D = ℓ²/8τ), through a face twice
    that: the reservoirs stand half a bond beyond the outermost voxels. Sources: left, right;
    absorbed, columns 1 and 2: left, right.

    Parameters
    ----------
    n_walkers : int
        Per batch, half of them from each side.
    void : (nx, ny[, nz]) bool
        Where walkers can be.
    """
    image = np.asarray(void) != 0
    image = image if image.ndim == 3 else image[:, :, None]
    kinds = np.zeros((image.shape[0] + 2, *image.shape[1:]), np.uint8)  # kind 0 is solid
    inner = kinds[1:-1]
    for bit, (here, there) in enumerate([*neighbours(3)][2:]):
        inner[here] += image[there].astype(np.uint8) << np.uint8(bit)
    # Along x a neighbour is solid, void, or a reservoir: a digit of base 3 on either side.
    inner[1:] += SIDEWAYS * image[:-1].astype(np.uint8)
    inner[:-1] += 3 * SIDEWAYS * image[1:].astype(np.uint8)
    inner[0] += 2 * SIDEWAYS
    inner[-1] += 6 * SIDEWAYS
    inner += 3
    inner *= image
    kinds[0], kinds[-1] = 1, 2
    entrances = [np.flatnonzero(image[side].reshape(-1)) for side in (0, -1)]
    n_plane = image[0].size
    moves = steps(3)
    return SiteWalk(
        n_walkers,
        kinds=kinds,
        steps=(*moves, *moves[:2]),
        probabilities=_hops_of_kinds() / 8.0,
        entrances=(entrances[0] + n_plane, entrances[1] + n_plane * image.shape[0]),
    )


def _hops_of_kinds() -> NDArray[np.float64]:
    """Which of the eight moves of ``flux_across`` each kind makes; the last two are face hops."""
    kind = np.arange(9 * SIDEWAYS)
    low, high = kind // SIDEWAYS % 3, kind // SIDEWAYS // 3
    sideways = [kind >> bit & 1 for bit in range(4)]
    moves = np.array([low > 0, high > 0, *sideways, low == 2, high == 2], np.float64).T
    return np.vstack([np.zeros((3, 8)), moves])
