"""Independent hoppers whose probabilities depend on the site, in words: kinds, traps, sources."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.model import Arrays, KernelError, Model, frozen_array

if TYPE_CHECKING:
    from .hop_sites import Leaps, Rates

BLOCK_SIZE = 512
"""Walkers whose words are drawn together; changes the speed, never the bits."""

HOPS_PER_SECOND = 1.5e8
"""What any machine of today reaches with tallies on, per core; for forecasts only."""

MAXIMUM_KINDS = 2**16

MAXIMUM_LEAP = {1: 4096, 2: 256, 3: 64}
"""Hops of the longest leap by dimension, whose table grows as that power."""


@dataclass(frozen=True, eq=False)
class SiteWalk(Model):
    """Hoppers on sites of different kinds, each kind with its own probabilities of hopping.

    ``kinds`` (nx[, ny[, nz]]): the kind of each site, ghost sites at the ends included; an axis
    of one site stands for any number of equal ones. ``steps`` (n_moves, d): the moves;
    ``probabilities`` (n_kinds, n_moves): of each move from a site of each kind, the rest is
    staying. A kind that never moves is a trap. ``entrances``: per source the flat sites where its
    walkers start, each as likely (a site may stand there several times); the walkers are shared
    out evenly. They make ``n_steps`` steps in time, or with 0 hop until they are trapped.

    ``tags`` (like ``kinds``): number of the tally of each site, 0 for none. ``stops``: step
    numbers at which walkers are counted. ``leaps``: numbers of hops made in one exact draw
    where a walker is so far from any site that differs in kind or tag.

    Tallies: ``started`` (n_sources,); ``absorbed`` (n_sources, n_traps), traps in the order of
    their kinds; ``departures`` (n_sources, n_tags + 1, n_moves + 1): what walkers standing on each
    tag did, the last column being to stay; at each stop, ``occupancy`` (n_sources, n_stops,
    n_tags + 1) and, of the displacements, ``moments`` (n_stops, 11) as those of ClosedWalk.
    """

    kinds: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.uint8))
    steps: tuple[tuple[int, ...], ...] = ()
    probabilities: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    entrances: tuple[NDArray[np.int64], ...] = ()
    n_steps: int = 0
    tags: NDArray[Any] | None = None
    stops: tuple[int, ...] = ()
    leaps: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Copy and freeze the arrays, and refuse what would lead a walker off the sites."""
        super().__post_init__()
        object.__setattr__(self, "kinds", smallest_integers(self.kinds))
        object.__setattr__(self, "probabilities", frozen_array(self.probabilities))
        entrances = tuple(frozen_array(sites, np.int64) for sites in self.entrances)
        object.__setattr__(self, "entrances", entrances)
        if self.tags is not None:
            object.__setattr__(self, "tags", smallest_integers(self.tags))
        _check_probabilities(self)
        _check_edges(self)
        _check_tallies(self)

    @property
    def traps(self) -> NDArray[np.int64]:
        """Kinds that never let go, rising."""
        return np.flatnonzero(self.probabilities.sum(axis=1) == 0.0)

    @property
    def started(self) -> NDArray[np.int64]:
        """Walkers of each source in one batch, (n_sources,)."""
        n_sources = len(self.entrances)
        shares = np.arange(n_sources + 1) * self.n_walkers // n_sources
        return np.diff(shares)

    @property
    def seconds_per_batch(self) -> float:
        """Hops over the rate of one core; a walk between traps takes about the size squared."""
        hops = self.n_steps or max(1, max(self.kinds.shape)) * 10
        return self.n_walkers * hops / HOPS_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """Starts and tallies; the sites themselves are shared by all batches."""
        n_tags = 0 if self.tags is None else int(self.tags.max()) + 1
        n_rows = len(self.entrances) * n_tags
        return 32 * self.n_walkers + 8 * n_rows * (len(self.steps) + 1)

    def resized(self, n_walkers: int) -> SiteWalk:
        """Build the same walk with about so many walkers in a batch.

        Sources that are all alike are repetitions: their number changes, not their size.
        """
        first, *others = self.entrances
        if not others or any(not np.array_equal(first, sites) for sites in others):
            return replace(self, n_walkers=n_walkers)
        size = self.n_walkers // len(self.entrances)
        n_sources = max(1, round(n_walkers / size))
        return replace(self, n_walkers=n_sources * size, entrances=(first,) * n_sources)

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .hop_sites import start_sites, walk_for_steps, walk_until_trapped

        stream = make_stream(seed, batch, self.stream)
        entrances = np.concatenate(self.entrances)
        first_entrance = np.cumsum([0, *(sites.size for sites in self.entrances)])
        start, labels = start_sites(entrances, first_entrance, self.started, stream)
        rates, n_labels, n_traps = self.rates, len(self.entrances), self.traps.size
        tags = np.empty(0, np.uint8) if self.tags is None else self.tags.reshape(-1)
        n_tags = 0 if self.tags is None else int(tags.max()) + 1
        tallies = {"started": self.started}
        if self.n_steps > 0:
            stops = np.array(self.stops, np.int64)
            shape = np.ones(3, np.int64)
            shape[: self.kinds.ndim] = self.kinds.shape
            absorbed, departures, tallies["occupancy"], tallies["moments"] = walk_for_steps(
                start, labels, n_labels, n_traps, self.n_steps, rates, tags, n_tags, shape, stops,
                stream, BLOCK_SIZE,
            )  # fmt: skip
        else:
            absorbed, departures, endless = walk_until_trapped(
                start, labels, n_labels, n_traps, rates, tags, n_tags, self._leap_tables,
                stream, BLOCK_SIZE,
            )  # fmt: skip
            if endless >= 0:
                raise KernelError(f"walker {endless} of batch {batch} met no trap in 2³² draws")
        return tallies | {"absorbed": absorbed, "departures": departures}

    @cached_property
    def rates(self) -> Rates:
        """Form that kernels read: alias tables of a row per kind, and flat sites."""
        from .hop_sites import HOPS_PER_WORD, OTHER_BITS, Rates

        offsets = np.append(self.flat_steps(), 0)
        n_moves = len(self.steps)
        all_or_nothing = np.isin(self.probabilities, (0.0, 1.0 / n_moves)).all() and n_moves <= 8
        if all_or_nothing:
            limits = np.where(self.probabilities > 0.0, 2.0**32, 0.0).astype(np.int64)
            others = np.full(limits.shape, n_moves)
        else:
            limits, others = alias_tables(self.probabilities)
        n_columns = limits.shape[1]
        row_bits = (n_columns - 1).bit_length()
        unused = ((0, 0), (0, 2**row_bits - n_columns))
        traps = np.full(len(self.probabilities), -1, np.int64)
        traps[self.traps] = np.arange(self.traps.size)
        jumps = np.where(limits > 0, offsets[np.arange(n_columns)], offsets[others])
        return Rates(
            self.kinds.reshape(-1),
            np.pad((limits << OTHER_BITS) | others, unused).reshape(-1),
            np.pad(jumps, unused).reshape(-1),
            offsets,
            np.uint64(n_columns),
            np.uint64(row_bits),
            HOPS_PER_WORD if all_or_nothing else 1,
            traps,
        )

    def flat_steps(self) -> NDArray[np.int64]:
        """Change of the flat site by each step, (n_moves,)."""
        return np.array(self.steps, np.int64).reshape(len(self.steps), -1) @ self.strides

    @property
    def strides(self) -> NDArray[np.int64]:
        """Change of the flat site per coordinate, (d,); none along an axis of one site."""
        strides = np.array(self.kinds.strides) // self.kinds.itemsize
        strides[np.array(self.kinds.shape) == 1] = 0
        return strides

    @cached_property
    def _leap_tables(self) -> Leaps:
        from .leaps import leap_tables

        return leap_tables(self)


def smallest_integers(values: ArrayLike) -> NDArray[Any]:
    """Read-only copy in the smallest unsigned integers that hold all values (8 or 16 bits).

    Raises
    ------
    ValueError
        If a value is negative, above 65535, or no whole number.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "ui" or array.size == 0:
        raise ValueError(f"sites need whole numbers, got {array.dtype} of shape {array.shape}")
    if array.min() < 0 or array.max() >= MAXIMUM_KINDS:
        raise ValueError(f"numbers of sites must lie between 0 and {MAXIMUM_KINDS - 1}")
    contiguous = np.ascontiguousarray(array)  # flat sites count in this order
    return frozen_array(contiguous, np.uint8 if array.max() < 256 else np.uint16)


def alias_tables(probabilities: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Limits (of a 32-bit word) and other outcomes per column, the last outcome being to stay.

    Source: M. D. Vose, IEEE Trans. Softw. Eng. 17, 972 (1991).
    """
    stay = 1.0 - probabilities.sum(axis=1, keepdims=True)
    rows = np.hstack([probabilities, np.maximum(stay, 0.0)])
    limits = np.empty(rows.shape, np.int64)
    others = np.empty(rows.shape, np.int64)
    for kind, row in enumerate(rows):
        limits[kind], others[kind] = alias_row(row)
    return limits, others


def alias_row(probabilities: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Limits and other outcomes of one distribution."""
    share = probabilities / probabilities.sum() * probabilities.size
    others = np.arange(share.size)
    poor = [k for k in range(share.size) if share[k] < 1.0]
    rich = [k for k in range(share.size) if share[k] >= 1.0]
    limits = np.ones(share.size)
    while poor and rich:
        low, high = poor.pop(), rich[-1]
        limits[low], others[low] = share[low], high
        share[high] -= 1.0 - share[low]
        if share[high] < 1.0:
            poor.append(rich.pop())
    return np.rint(limits * 2.0**32).astype(np.int64), others


def _check_probabilities(walk: SiteWalk) -> None:
    p = walk.probabilities
    if p.ndim != 2 or p.shape[1] != len(walk.steps) or p.shape[1] == 0:
        raise ValueError(f"probabilities need a row per kind and a column per step, got {p.shape}")
    if p.shape[1] > 26:
        raise ValueError(f"a walk has at most 26 steps, got {p.shape[1]}")
    if int(walk.kinds.max()) >= len(p):
        raise ValueError(f"kind {walk.kinds.max()} has no row of probabilities")
    if not np.isfinite(p).all() or (p < 0.0).any() or (p.sum(axis=1) > 1.0 + 1e-12).any():
        raise ValueError("probabilities must be at least 0 and add up to at most 1 in every row")
    if any(len(step) != walk.kinds.ndim for step in walk.steps):
        raise ValueError(f"every step needs {walk.kinds.ndim} components, got {walk.steps}")
    if not walk.entrances or any(
        sites.size == 0 or sites.min() < 0 or sites.max() >= walk.kinds.size
        for sites in walk.entrances
    ):
        raise ValueError("every source needs at least one site, and only sites that exist")


def _check_edges(walk: SiteWalk) -> None:
    """Refuse a kind that steps beyond the last site of an axis."""
    for axis, size in enumerate(walk.kinds.shape):
        if size == 1:
            continue
        for side, direction in ((0, -1), (size - 1, +1)):
            at_edge = np.unique(np.take(walk.kinds, side, axis=axis))
            leading_off = [k for k, step in enumerate(walk.steps) if step[axis] * direction > 0]
            if walk.probabilities[at_edge][:, leading_off].any():
                raise ValueError(f"walkers on site {side} of axis {axis} can leave all sites")
    if any(abs(c) > 1 for c in itertools.chain(*walk.steps)):
        raise ValueError(f"steps lead to neighbours: −1, 0 or 1 along each axis, got {walk.steps}")


def _check_tallies(walk: SiteWalk) -> None:
    if walk.tags is not None and walk.tags.shape != walk.kinds.shape:
        raise ValueError(f"tags need the shape of kinds, {walk.kinds.shape}: {walk.tags.shape}")
    if not 0 <= walk.n_steps < 2**32:
        raise ValueError(f"n_steps must be between 0 and 2³² − 1, got {walk.n_steps}")
    if walk.n_steps == 0 and walk.traps.size == 0:
        raise ValueError("a walk without traps needs a number of steps")
    rising = list(walk.stops) == sorted(set(walk.stops))
    if not rising or any(not 0 <= stop <= walk.n_steps for stop in walk.stops):
        raise ValueError(f"stops must rise from 0 to n_steps, got {walk.stops}")
    if walk.leaps and walk.n_steps > 0:
        raise ValueError("leaps do not keep the time: they need a walk that ends in traps")
    longest = MAXIMUM_LEAP[walk.kinds.ndim]
    if any(not 2 <= n_hops <= longest for n_hops in walk.leaps):
        raise ValueError(f"a leap makes 2 to {longest} hops here, got {walk.leaps}")
