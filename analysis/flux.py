"""Steady fluxes and profiles from labelled test walkers between two reservoirs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class SteadyState(NamedTuple):
    """What the test walkers of each batch say of the steady state of a chain of sites.

    All rates are per step; the profile is in walkers per site.
    """

    flux_right: NDArray[np.float64]  # (n_batches,) from the left reservoir into the right one
    flux_left: NDArray[np.float64]  # (n_batches,) from the right reservoir into the left one
    profile: NDArray[np.float64]  # (n_batches, n_sites)
    hops_left: NDArray[np.float64]  # (n_batches, n_sites) from each site
    hops_right: NDArray[np.float64]  # (n_batches, n_sites)

    @property
    def flux(self) -> NDArray[np.float64]:
        """Net labelled flux to the right."""
        return self.flux_right - self.flux_left


def steady_state(
    injection: ArrayLike, started: ArrayLike, absorbed: ArrayLike, departures: ArrayLike
) -> SteadyState:
    """Weight the test walkers of each reservoir by its injection rate over their number.

    Parameters
    ----------
    injection : (2,) float
        Walkers that enter from the left and the right reservoir per step.
    started : (n_batches, 2) int
        Test walkers of each reservoir.
    absorbed : (n_batches, 2, 2) int
        Where they ended, by reservoir they came from and reservoir that took them.
    departures : (n_batches, 2, n_sites, 3) int
        What walkers on each site did (to the left, to the right, neither), by reservoir.
    """
    weights = np.asarray(injection, np.float64) / np.asarray(started)
    ended = np.asarray(absorbed)
    per_site = np.einsum("bl,blsk->bsk", weights, np.asarray(departures))
    return SteadyState(
        flux_right=weights[:, 0] * ended[:, 0, 1],
        flux_left=weights[:, 1] * ended[:, 1, 0],
        profile=per_site.sum(axis=2),
        hops_left=per_site[:, :, 0],
        hops_right=per_site[:, :, 1],
    )
