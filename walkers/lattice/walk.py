"""Independent hoppers on a lattice, in words: axes, the hop rule, the start and the tallies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..boundary import Absorbing, Periodic, Reflecting, Reservoir, Unbounded
from ..engine.model import Arrays, KernelError, Model, frozen_array

if TYPE_CHECKING:
    from .hop import Rule

LatticeBoundary = Unbounded | Periodic | Reflecting | Absorbing | Reservoir

NO_END = Unbounded()

BLOCK_SIZE = 512
"""Walkers whose words are drawn together; changes the speed, never the bits."""

HOPS_PER_SECOND = 3e8
"""What any machine of today reaches with tallies on, per core; for forecasts only."""

FAR = 2**62
"""Coordinate of the end of an unbounded axis."""


@dataclass(frozen=True)
class Axis:
    """Sites 1 … size along one direction, and what happens beyond each end.

    Reflecting walls stand half a spacing beyond the last site; an absorber or a reservoir
    stands on the ghost site 0 or size + 1. ``Axis()`` has no ends.
    """

    size: int = 0
    left: LatticeBoundary = NO_END
    right: LatticeBoundary = NO_END

    def __post_init__(self) -> None:
        """Refuse ends that cannot belong to one axis."""
        bounded = not isinstance(self.left, Unbounded)
        if bounded != (not isinstance(self.right, Unbounded)) or bounded != (self.size > 0):
            raise ValueError(f"an axis has either a size and two ends, or neither: {self}")
        if isinstance(self.left, Periodic) != isinstance(self.right, Periodic):
            raise ValueError(f"both ends of an axis are periodic, or none: {self}")
        if not 0 <= self.size < 2**31:
            raise ValueError(f"size must be below 2³¹, got {self.size}")

    def absorbs(self, side: int) -> bool:
        """Whether the left (0) or right (1) end takes walkers away."""
        return isinstance((self.left, self.right)[side], Absorbing | Reservoir)

    def ends(self) -> tuple[int, int]:
        """Lowest and highest coordinate that a walker can have while it hops."""
        if self.size == 0 or isinstance(self.left, Periodic):
            return -FAR, FAR
        return (0 if self.absorbs(0) else 1), self.size + (1 if self.absorbs(1) else 0)


@dataclass(frozen=True)
class Hop:
    """What a walker does in one step τ: hop to a neighbour site or stay.

    ``stay`` s and ``bias`` b: p± = ((1−s)/d ± b)/2 along x, (1−s)/2d along the other axes.
    ``persistence``: probability of repeating the last step whatever it was.
    """

    stay: float = 0.0
    bias: float = 0.0
    persistence: float = 0.0

    def probabilities(self, dimension: int) -> NDArray[np.float64]:
        """Probabilities of the 2d directions −x, +x, −y, …; the rest is staying.

        Raises
        ------
        ValueError
            If one of them is negative.
        """
        if not 0.0 <= self.stay < 1.0 or not 0.0 <= self.persistence < 1.0:
            raise ValueError(f"stay and persistence must be at least 0 and below 1: {self}")
        along = (1.0 - self.stay) / dimension
        if abs(self.bias) > along:
            raise ValueError(f"|bias| must not exceed (1 − stay)/d = {along:.6g}, got {self.bias}")
        p = np.full(2 * dimension, along / 2.0)
        p[0] -= self.bias / 2.0
        p[1] += self.bias / 2.0
        return p

    def rule(self, dimension: int) -> Rule:
        """Form that kernels read: equal digits where possible, else thresholds of a word."""
        from .hop import HOPS_PER_WORD, Rule

        equal = self.stay == self.bias == self.persistence == 0.0
        p = self.probabilities(dimension)
        # Below keep·2³² a word repeats the last direction; the rest is shared out anew.
        keep = self.persistence
        return Rule(
            HOPS_PER_WORD if equal else 1,
            np.uint64(2 * dimension),
            _thresholds(np.cumsum(p)),
            _thresholds(keep + (1.0 - keep) * np.cumsum(p)),
            np.uint64(round(keep * 2.0**32)),
        )


@dataclass(frozen=True, eq=False)
class ClosedWalk(Model):
    """Hoppers that nothing removes, all making ``n_steps`` hops.

    Tallies: ``crossings`` (n_planes, 2) forward and backward over the bond site|site+1 of each
    ``(axis, site)`` of ``planes``; ``moments`` (n_stops, 11), at each step number of ``stops``
    the sums over walkers of X, Y, Z, XX, YY, ZZ, XY, XZ, YZ, R²X and R⁴ of the displacement, X
    counted from ``centres[stop]``, the drift rounded to whole sites; ``correlation``
    (n_lags + 1,) Σ v(t)·v(t+k) and ``lag_velocity`` (n_lags + 1, 2) Σ v_x(t) and Σ v_x(t+k) over
    the same pairs; ``final`` (size_x,) walkers on each site of a bounded x axis at the end.
    """

    axes: tuple[Axis, ...] = (Axis(),)
    hop: Hop = Hop()
    n_steps: int = 1
    start: tuple[int, ...] | None = None  # site of all walkers; None: spread evenly over the box
    planes: tuple[tuple[int, int], ...] = ()
    stops: tuple[int, ...] = ()
    n_lags: int = 0

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        check_closed(self.axes, self.hop, self.start)
        if not 1 <= self.n_steps < 2**32:
            raise ValueError(f"n_steps must be between 1 and 2³² − 1, got {self.n_steps}")
        if self.start is None and any(axis.size == 0 for axis in self.axes):
            raise ValueError("walkers on an unbounded lattice need a start site")
        if list(self.stops) != sorted(set(self.stops)) or any(
            not 1 <= stop <= self.n_steps for stop in self.stops
        ):
            raise ValueError(f"stops must rise from 1 to n_steps, got {self.stops}")
        for axis, site in self.planes:
            if not 0 <= axis < len(self.axes):
                raise ValueError(f"no axis {axis} for a plane; there are {len(self.axes)}")
            size = self.axes[axis].size
            last = size if isinstance(self.axes[axis].left, Periodic) else size - 1
            if size > 0 and not 1 <= site <= last:
                raise ValueError(f"no bond {site}|{site + 1} on axis {axis} of {size} sites")
        if not 0 <= self.n_lags < self.n_steps:
            raise ValueError(f"n_lags must be below n_steps, got {self.n_lags}")

    @property
    def centres(self) -> NDArray[np.int64]:
        """Whole sites of drift expected at each stop, so that fourth powers stay small."""
        p = self.hop.probabilities(len(self.axes))
        return frozen_array(np.rint(np.array(self.stops) * (p[1] - p[0])), np.int64)

    @property
    def seconds_per_batch(self) -> float:
        """Hops over the rate of one core."""
        return self.n_walkers * self.n_steps * (1 + self.n_lags / 4) / HOPS_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """Start and final sites, and the velocity of every step."""
        return 64 * self.n_walkers + (16 * self.n_steps if self.n_lags else 0)

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .closed import walk_closed

        start = self._start_sites()
        crossings, moments, correlation, velocity_sums, final = walk_closed(
            start,
            self.n_steps,
            self.hop.rule(len(self.axes)),
            ends_of(self.axes),
            _periods(self.axes),
            np.array(self.planes, np.int64).reshape(-1, 2),
            np.array(self.stops, np.int64),
            self.centres,
            self.n_lags,
            make_stream(seed, batch, self.stream),
            BLOCK_SIZE,
        )
        tallies: Arrays = {}
        if self.planes:
            tallies["crossings"] = crossings
        if self.stops:
            tallies["moments"] = moments
        if self.n_lags:
            tallies["correlation"] = correlation
            tallies["lag_velocity"] = _lag_velocity(velocity_sums, self.n_lags)
        if self.axes[0].size:
            tallies["final"] = np.bincount(final[0], minlength=self.axes[0].size + 1)[1:]
        return tallies

    def _start_sites(self) -> NDArray[np.int64]:
        sites = np.ones((3, self.n_walkers), np.int64)
        numbers = np.arange(self.n_walkers)
        for axis in range(len(self.axes)):
            if self.start is not None:
                sites[axis] = self.start[axis]
            else:
                sites[axis] += numbers % self.axes[axis].size
                numbers = numbers // self.axes[axis].size
        return sites


@dataclass(frozen=True, eq=False)
class OpenWalk(Model):
    """Hoppers that absorbing ends or reservoirs take away.

    With ``n_steps`` 0, labelled test walkers: half of them start where the left reservoir
    injects and half where the right one does (or all on the site ``start``), and each runs
    until it is absorbed. With ``n_steps``, the slab itself: Poisson(``profile``) walkers on its
    sites at first, and each reservoir's Poisson injection at every step; ``n_walkers`` is then
    only the expected number.

    Tallies: ``started`` (n_labels,); ``absorbed`` (n_labels, 2d) by end −x, +x, −y, …;
    ``departures`` (n_labels, size_x + 2, 3) by site and what the walker did there: −x, anything
    else, +x. Labels: 0 from the left reservoir (or from ``start``), 1 from the right one,
    2 from inside.
    """

    axes: tuple[Axis, ...] = (Axis(),)
    hop: Hop = Hop()
    start: tuple[int, ...] | None = None
    n_steps: int = 0
    profile: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        object.__setattr__(self, "profile", frozen_array(self.profile))
        _check_axes(self.axes, self.hop, self.start)
        if self.hop.persistence > 0.0:
            raise ValueError("persistent hops are for closed walks only")
        if not any(axis.absorbs(side) for axis in self.axes for side in (0, 1)):
            raise ValueError("an open walk needs an absorbing end; use ClosedWalk")
        if self.axes[0].size == 0 or isinstance(self.axes[0].left, Periodic):
            raise ValueError("the x axis of an open walk needs two ends")
        reservoirs = isinstance(self.axes[0].left, Reservoir) and isinstance(
            self.axes[0].right, Reservoir
        )
        if self.start is None and not reservoirs:
            raise ValueError("walkers start from two reservoirs on the x axis, or on a site")
        if not 0 <= self.n_steps < 2**32:
            raise ValueError(f"n_steps must be between 0 and 2³² − 1, got {self.n_steps}")
        if self.n_steps > 0 and not reservoirs:
            raise ValueError("a slab over time lies between two reservoirs on the x axis")
        if self.n_steps > 0 and (len(self.axes) > 1 or self.profile.shape != (self.axes[0].size,)):
            raise ValueError("a slab over time is one-dimensional and needs its profile")
        if not np.all((self.profile >= 0.0) & (self.profile < np.inf)):
            raise ValueError(f"profile must be at least 0 and finite, got {self.profile}")

    @property
    def injection(self) -> NDArray[np.float64]:
        """Mean number of walkers that enter from the left and the right reservoir per step."""
        p = self.hop.probabilities(len(self.axes))
        left, right = self.axes[0].left, self.axes[0].right
        assert isinstance(left, Reservoir) and isinstance(right, Reservoir)
        return frozen_array([left.concentration * p[1], right.concentration * p[0]])

    @property
    def seconds_per_batch(self) -> float:
        """Mean hops to absorption from the first sites, or the whole history of the slab."""
        hops = self.n_steps * self.profile.mean() if self.n_steps else 1.0
        return float(self.n_walkers * max(hops, self.axes[0].size) / HOPS_PER_SECOND)

    @property
    def bytes_per_batch(self) -> int:
        """Site, label and hops of every walker, and the departures."""
        n_walkers = float(self.n_walkers)
        if self.n_steps:
            n_walkers = float(self.profile.sum() + self.injection.sum() * self.n_steps)
        return int(64 * n_walkers) + 72 * (self.axes[0].size + 2)

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .open import walk_open

        stream = make_stream(seed, batch, self.stream)
        start, labels, n_hops, n_labels = self._sources(stream)
        absorbed, departures, endless = walk_open(
            start,
            labels,
            n_hops,
            n_labels,
            self.hop.rule(len(self.axes)),
            ends_of(self.axes),
            np.array([[axis.absorbs(0), axis.absorbs(1)] for axis in _three(self.axes)]),
            stream,
            BLOCK_SIZE,
        )
        if endless >= 0:
            raise KernelError(f"walker {endless} of batch {batch} was not absorbed in 2³² draws")
        return {
            "started": np.bincount(labels, minlength=n_labels),
            "absorbed": absorbed[:, : 2 * len(self.axes)],
            "departures": departures,
        }

    def _sources(self, stream: Any) -> tuple[Any, Any, Any, int]:
        """Start sites (3, n), labels, hops before the end of time, and the number of labels."""
        from .open import poisson_births

        if self.n_steps > 0:
            start_x, labels, n_hops = poisson_births(
                self.profile, self.injection, self.n_steps, stream
            )
            start = np.ones((3, labels.size), np.int64)
            start[0] = start_x
            return start, labels, n_hops, 3
        start = np.ones((3, self.n_walkers), np.int64)
        labels = np.zeros(self.n_walkers, np.int64)
        endless = np.full(self.n_walkers, FAR)
        if self.start is not None:
            start[: len(self.axes)] = np.array(self.start)[:, None]
            return start, labels, endless, 1
        labels[self.n_walkers // 2 :] = 1
        start[0, self.n_walkers // 2 :] = self.axes[0].size
        return start, labels, endless, 2


def _thresholds(cumulative: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Cumulative probabilities as limits of a 32-bit word."""
    return np.minimum(np.rint(cumulative * 2.0**32), 2.0**32).astype(np.uint64)


def _check_axes(axes: tuple[Axis, ...], hop: Hop, start: tuple[int, ...] | None) -> None:
    if not 1 <= len(axes) <= 3:
        raise ValueError(f"a lattice has 1, 2 or 3 axes, got {len(axes)}")
    hop.probabilities(len(axes))
    if start is not None and (
        len(start) != len(axes)
        or any(
            axis.size > 0 and not 1 <= site <= axis.size
            for axis, site in zip(axes, start, strict=True)
        )
    ):
        raise ValueError(f"start must be a site of the lattice, one number per axis, got {start}")


def check_closed(axes: tuple[Axis, ...], hop: Hop, start: tuple[int, ...] | None) -> None:
    """Refuse a lattice, a hop or a start that walkers whom nothing removes cannot have."""
    _check_axes(axes, hop, start)
    if any(axis.absorbs(side) for axis in axes for side in (0, 1)):
        raise ValueError("a closed walk has no absorbing ends; use OpenWalk")


def _three(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    return axes + (Axis(),) * (3 - len(axes))


def ends_of(axes: tuple[Axis, ...]) -> NDArray[np.int64]:
    """Lowest and highest coordinate on each of three axes, (3, 2)."""
    return np.array([axis.ends() for axis in _three(axes)], np.int64)


def _periods(axes: tuple[Axis, ...]) -> NDArray[np.int64]:
    three = _three(axes)
    return np.array([a.size if isinstance(a.left, Periodic) else 0 for a in three], np.int64)


def _lag_velocity(velocity_sums: NDArray[np.int64], n_lags: int) -> NDArray[np.int64]:
    """Σ v_x(t) and Σ v_x(t+k) over all pairs of steps a lag k apart, (n_lags + 1, 2)."""
    total = velocity_sums.sum()
    lags = range(n_lags + 1)
    early = [total - velocity_sums[velocity_sums.size - k :].sum() for k in lags]
    late = [total - velocity_sums[:k].sum() for k in lags]
    return np.array([early, late]).T
