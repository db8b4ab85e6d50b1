"""Continuity with a source and a sink: what hoppers between reflecting ends must do, exactly.

Cells 1 … M of spacing ℓ, step τ. In each step a walker in cell M is removed with probability k;
whoever is left hops left or right with probability ½, the ends refusing; then a Poisson number of
walkers of mean S is born in cell 1. The chain is empty at first. Independent walkers that are born
Poisson stay Poisson: the numbers in the cells are independent Poisson numbers at any time.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..verdict import Prediction

_FELLER = "W. Feller, An Introduction to Probability Theory I (3rd ed., 1968), ch. XV"
_DOOB = "J. L. Doob, Stochastic Processes (1953), p. 404"

CLEARLY_APART = 0.1
"""A rival nearer than this share of the law is no rival for a run of ordinary precision."""


def residual() -> Prediction:
    """Walkers that a cell gains or loses in a step without a birth, a crossing or a removal."""
    return Prediction(
        law_name="continuity, ΔN + outflow − source = 0",
        law=0.0,
        expected=0.0,
        source="conservation of walkers, by counting",
    )


def mean_profile(n_sites: int, source: float, sink: float, steps: int) -> NDArray[np.float64]:
    """Mean number of walkers in each cell after ``steps`` steps from an empty chain.

    Parameters
    ----------
    n_sites : int
        Cells M.
    source : float
        Walkers S born in cell 1 per step.
    sink : float
        Probability k of removal from cell M per step.
    steps : int
        Steps since the chain was empty.
    """
    return source * _visits(n_sites, sink, steps)


@lru_cache(maxsize=8)
def _visits(n_sites: int, sink: float, steps: int) -> NDArray[np.float64]:
    """Profile at a source of 1: iterates c ← Ac + e₁ with the exact transfer matrix A."""
    c = np.zeros(n_sites)
    for _ in range(steps):
        c[-1] *= 1.0 - sink
        half = c / 2.0
        c[0], c[-1] = half[0], half[-1]  # the hops that the ends refuse
        c[1:-1] = 0.0
        c[1:] += half[:-1]
        c[:-1] += half[1:]
        c[0] += 1.0
    c.setflags(write=False)
    return c


def steady_profile(n_sites: int, source: float, sink: float) -> NDArray[np.float64]:
    """Mean number of walkers in each cell once as many are removed as are born.

    Cell M holds S/k, from which S are removed before the others hop. Every bond passes S net:
    c rises by S to cell M − 1 and by 2S from cell to cell beyond.
    """
    cells_beyond = np.arange(n_sites - 1, -1, -1, dtype=np.float64)
    c: NDArray[np.float64] = source / sink - source + 2.0 * source * cells_beyond
    c[-1] += source
    return c


def cosine_mode(n_sites: int) -> NDArray[np.float64]:
    """Weights that take a profile to the amplitude of its first cosine mode, cos(πx/M).

    An eigenvector of hopping between reflecting ends: x = i − ½ counts from the left wall.
    """
    x = np.arange(n_sites) + 0.5
    return 2.0 / n_sites * np.cos(np.pi * x / n_sites)


def mode_amplitude(n_sites: int, source: float, sink: float, steps: int) -> Prediction:
    """Amplitude [1/site] of the first cosine mode of the profile.

    The rival is the steady state, in which nothing is stored any more; where the chain has come
    near it, a stirred chain, which is empty of gradients.
    """
    mode = cosine_mode(n_sites)
    amplitude = float(mode @ mean_profile(n_sites, source, sink, steps))
    rival_name, rival = "well-stirred chain, no gradient", 0.0
    if sink > 0.0:
        steady = float(mode @ steady_profile(n_sites, source, sink))
        if abs(steady - amplitude) > CLEARLY_APART * amplitude:
            rival_name, rival = "steady state, outflow = source", steady
    return Prediction(
        law_name="continuity, ∂c/∂t = −∂J/∂x + source − sink",
        law=amplitude,
        expected=amplitude,
        rival_name=rival_name,
        rival=rival,
        source=_FELLER,
    )


def chi_square_skewness(means: ArrayLike) -> float:
    """Skewness of (N − c)²/c, averaged over independent Poisson numbers N of means c.

    Of one number: variance 2 + 1/c, third central moment 8 + 22/c + 1/c².

    Parameters
    ----------
    means : (n,) float
        Means c of the numbers.
    """
    c = np.asarray(means, np.float64)
    variance = (2.0 + 1.0 / c).sum()
    return float((8.0 + 22.0 / c + 1.0 / c**2).sum() / variance**1.5)


def chi_square() -> Prediction:
    """Mean of (N − c)²/c over the cells: the variance of a Poisson number over its mean."""
    return Prediction(
        law_name="independent walkers, Poisson numbers",
        law=1.0,
        expected=1.0,
        rival_name="continuum without grains",
        rival=0.0,
        source=_DOOB,
    )
