"""Made trajectories whose law is known: what intervals must cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

D, DT = 0.7, 0.3
"""Diffusivity along an axis and time step of every set."""


@dataclass(frozen=True)
class Case:
    """Kind of trajectories: size, drift per step, localisation error, exponent, kind of step."""

    help: str
    n_walkers: int
    n_times: int
    dimension: int = 1
    drift: float = 0.0  # in units of the spread of a step
    noise: float = 0.0  # likewise
    exponent: float = 1.0
    steps: Callable[[Any, tuple[int, ...]], np.ndarray] | None = None

    def positions(self, random: np.random.Generator) -> np.ndarray:
        """One set, (n_walkers, n_times, dimension)."""
        spread = np.sqrt(2.0 * D * DT**self.exponent)
        shape = (self.n_walkers, self.n_times - 1, self.dimension)
        if self.exponent != 1.0:
            z = random.standard_normal(shape)
            steps = np.einsum("ts,wsi->wti", _root(self.n_times - 1, self.exponent), z)
        elif self.steps is not None:
            steps = self.steps(random, shape)
        else:
            steps = random.standard_normal(shape)
        paths = np.zeros((self.n_walkers, self.n_times, self.dimension))
        np.cumsum(steps + self.drift, axis=1, out=paths[:, 1:])
        paths += self.noise * random.standard_normal(paths.shape)
        return np.asarray(spread * paths)


@cache
def _root(n_steps: int, exponent: float) -> np.ndarray:
    """Square root of the covariance of the steps of fractional Brownian motion."""
    k = np.arange(n_steps, dtype=float)
    g = (np.abs(k + 1) ** exponent + np.abs(k - 1) ** exponent - 2 * k**exponent) / 2.0
    index = np.abs(np.subtract.outer(np.arange(n_steps), np.arange(n_steps)))
    return np.linalg.cholesky(g[index])


def heavy(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Student's t of 5 degrees of freedom, variance 1: kurtosis 9."""
    return random.standard_t(5, shape) * np.sqrt(3.0 / 5.0)


def uneven(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Every walker has its own diffusivity, exponentially distributed with mean 1."""
    own = np.sqrt(random.exponential(size=(shape[0], 1, 1)))
    return own * random.standard_normal(shape)


CASES = {
    "one long": Case("one trajectory of 1,000 steps", 1, 1001),
    "one longer": Case("one trajectory of 10,000 steps in 3-D", 1, 10_001, 3),
    "many short": Case("200 trajectories of 10 steps", 200, 11, 2),
    "a few": Case("8 trajectories of 200 steps", 8, 201, 3),
    "drift": Case("100 of 50 steps, drift half a step's spread", 100, 51, 2, drift=0.5),
    "one, drift": Case("one of 1,000 steps, drift a step's spread", 1, 1001, drift=1.0),
    "noise": Case("100 of 50 steps, error as large as a step", 100, 51, 2, noise=1.0),
    "one, noise": Case("one of 1,000 steps, error as large as a step", 1, 1001, noise=1.0),
    "much noise": Case("100 of 200 steps, error four steps large", 100, 201, 2, noise=4.0),
    "drift, noise": Case("64 of 100 steps, both", 64, 101, 3, drift=1.0, noise=0.5),
    "heavy tails": Case("100 of 50 steps, Student's t₅", 100, 51, 2, steps=heavy),
    "uneven walkers": Case("300 of 20 steps, each its own D", 300, 21, 2, steps=uneven),
    "short": Case("one trajectory of 100 steps in 2-D", 1, 101, 2),
    "shortest": Case("one trajectory of 96 steps, the fewest", 1, 97),
    "subdiffusion": Case("200 of 100 steps, α = 0.7", 200, 101, 2, exponent=0.7),
    "subdiffusion, noise": Case("400 of 100, α = 0.7, noise", 400, 101, 2, 0.0, 0.5, 0.7),
    "superdiffusion": Case("200 of 100 steps, α = 1.3", 200, 101, 2, exponent=1.3),
    "superdiffusion, drift": Case("200 of 100, α = 1.3, drift", 200, 101, 2, 0.5, 0.3, 1.3),
}
