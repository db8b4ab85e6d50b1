"""Chains of sites with a potential: Scharfetter–Gummel hop probabilities, and the walks on them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.model import frozen_array
from .sites import SiteWalk

LEFT, RIGHT, STAY = 0, 1, 2
"""Columns of the departures of a chain: what walkers on a site did."""


def bernoulli(x: ArrayLike) -> NDArray[np.float64]:
    """Bernoulli function B(x) = x/(eˣ − 1), 1 at 0."""
    values = np.asarray(x, dtype=np.float64)
    small = np.abs(values) < 1e-12
    safe = np.where(small, 1.0, values)
    with np.errstate(over="ignore"):
        return np.where(small, 1.0 - values / 2.0, safe / np.expm1(safe))


def scharfetter_gummel(
    energies: ArrayLike, free: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of hopping over each bond i|i+1 to the right and to the left.

    Γ(i→j)τ = (Dτ/ℓ²) B(u_j − u_i): detailed balance holds exactly, and the steady flux in a
    uniform field is the continuum's at any spacing.

    Parameters
    ----------
    energies : (n_sites,) float
        u_i, energy of a walker on each site over kT, ghost sites included.
    free : float
        Dτ/ℓ², the probability of each hop where there is no field.

    Returns
    -------
    right, left : (n_sites − 1,) float
        From i to i + 1, and from i + 1 to i.

    Source: D. L. Scharfetter and H. K. Gummel, IEEE Trans. Electron Devices 16, 64 (1969).
    """
    rises = np.diff(np.asarray(energies, dtype=np.float64))
    return free * bernoulli(rises), free * bernoulli(-rises)


def largest_free(energies: ArrayLike) -> float:
    """Largest Dτ/ℓ² at which no site's Scharfetter–Gummel hops exceed probability 1.

    The steady state does not depend on it: the step τ = (Dτ/ℓ²)ℓ²/D is then the longest one.

    Parameters
    ----------
    energies : (n_sites,) float
        As for ``scharfetter_gummel``.
    """
    right, left = scharfetter_gummel(energies, 1.0)
    return float(1.0 / (right[1:] + left[:-1]).max())


@dataclass(frozen=True, eq=False)
class OpenChain(SiteWalk):
    """Walkers on a chain between two reservoirs; build it with ``open_chain``.

    ``entering`` (2,): walkers that enter from the left and the right reservoir per step for
    one walker per site in them, the probability of hopping out of the ghost site.
    """

    entering: NDArray[np.float64] = field(default_factory=lambda: np.ones(2))

    def __post_init__(self) -> None:
        """Freeze the rates of entering too."""
        super().__post_init__()
        object.__setattr__(self, "entering", frozen_array(self.entering))
        if self.entering.shape != (2,) or not (self.entering >= 0.0).all():
            raise ValueError(f"entering needs two rates of at least 0, got {self.entering}")

    @property
    def hops(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Hops over each bond to the right and to the left, (N + 1,) each, as they were given."""
        right = np.append(self.entering[0], self.probabilities[1:-1, RIGHT])
        left = np.append(self.probabilities[1:-1, LEFT], self.entering[1])
        return right, left

    def with_hops(self, right: ArrayLike, left: ArrayLike) -> OpenChain:
        """Build the same chain with other probabilities of hopping."""
        other = open_chain(self.n_walkers, right, left)
        return replace(self, probabilities=other.probabilities, entering=other.entering)


def open_chain(n_walkers: int, right: ArrayLike, left: ArrayLike) -> OpenChain:
    """Chain of N sites between two reservoirs: labelled walkers that hop until they are trapped.

    Half the walkers enter at site 1 from the left reservoir, on the ghost site 0; half at site
    N from the right one, on N + 1. Every site has its own tag, its number: ``departures`` is
    (2, N + 1, 3) by label, site and LEFT, RIGHT or STAY; ``absorbed`` (2, 2) by label and end.

    Parameters
    ----------
    n_walkers : int
        Walkers in a batch.
    right, left : (N + 1,) float
        Probability of hopping over each bond i|i+1 to the right and to the left; those out of
        the reservoirs, ``right[0]`` and ``left[N]``, times their concentrations are the
        injection rates; they are kept as ``entering``.
    """
    p_right, p_left = np.asarray(right, np.float64), np.asarray(left, np.float64)
    n_sites = p_right.size - 1
    probabilities = np.zeros((n_sites + 2, 2))
    probabilities[1:-1, LEFT] = p_left[:-1]
    probabilities[1:-1, RIGHT] = p_right[1:]
    sites = np.arange(n_sites + 2)
    return OpenChain(
        n_walkers,
        kinds=sites,
        steps=((-1,), (1,)),
        probabilities=probabilities,
        entrances=(np.array([1]), np.array([n_sites])),
        tags=np.where(sites <= n_sites, sites, 0),
        entering=np.array([p_right[0], p_left[-1]]),
    )


def closed_chain(
    n_walkers: int,
    right: ArrayLike,
    left: ArrayLike,
    start: ArrayLike,
    stops: tuple[int, ...],
    n_groups: int = 1,
) -> SiteWalk:
    """Chain of N sites that nobody leaves, its walkers counted at given step numbers.

    ``occupancy`` is (n_groups, n_stops, N + 1), its column 0 empty: tags are sites, from 1 on.

    Parameters
    ----------
    n_walkers : int
        Walkers in a batch.
    right, left : (N − 1,) float
        Probability of hopping over each bond i|i+1 to the right and to the left.
    start : (n,) int
        Sites 1 … N where walkers start, each as likely.
    stops : tuple of int
        Rising step numbers; the walk ends at the last one.
    n_groups : int
        Independent groups that the walkers are divided into and counted by.
    """
    p_right, p_left = np.asarray(right, np.float64), np.asarray(left, np.float64)
    n_sites = p_right.size + 1
    probabilities = np.zeros((n_sites, 2))
    probabilities[1:, LEFT] = p_left
    probabilities[:-1, RIGHT] = p_right
    return SiteWalk(
        n_walkers,
        kinds=np.arange(n_sites),
        steps=((-1,), (1,)),
        probabilities=probabilities,
        entrances=(np.asarray(start, np.int64) - 1,) * n_groups,
        n_steps=stops[-1],
        tags=np.arange(1, n_sites + 1),
        stops=stops,
    )
