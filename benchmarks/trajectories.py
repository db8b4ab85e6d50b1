"""How often "95 %" intervals of a diffusivity cover, on made trajectories whose law is known.

Run with ``python -m benchmarks.trajectories [SETS [SETS_FOR_KINISI [CASE …]]]``: fluxwalk against
a plain least-squares line through the mean squared displacement, and against kinisi (Bayesian
regression on all lags, or 50 of them) where it is installed; without numba, since ``analysis``
needs none.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import warnings
import zlib
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from analysis import analyse

from .synthetic import CASES, DT, D

N_LAGS = 10
"""Lags of the plain fit."""

KINISI_LAGS = 50
"""Lags, equally spaced: all 1,000 of a long trajectory would take kinisi minutes."""

Interval = tuple[float, float]


def msd(positions: np.ndarray, n_lags: int) -> np.ndarray:
    """Mean squared displacement over walkers and all origins at lags 1 … n_lags."""
    return np.array(
        [
            ((positions[:, lag:] - positions[:, :-lag]) ** 2).sum(axis=2).mean()
            for lag in range(1, n_lags + 1)
        ]
    )


def plain_fit(positions: np.ndarray, dt: float, n_lags: int = N_LAGS) -> Interval:
    """Line through the mean squared displacements as if they were independent, ± 1.96 errors."""
    n_lags = min(n_lags, positions.shape[1] - 1)
    t = dt * np.arange(1, n_lags + 1)
    y = msd(positions, n_lags)
    centred = t - t.mean()
    slope = centred @ y / (centred @ centred)
    rest = y - y.mean() - slope * centred
    error = np.sqrt(rest @ rest / (n_lags - 2) / (centred @ centred))
    half = 1.96 * error
    dimension = positions.shape[2]
    return (slope - half) / (2 * dimension), (slope + half) / (2 * dimension)


def has_kinisi() -> bool:
    """Whether kinisi can be imported."""
    return importlib.util.find_spec("kinisi") is not None


def kinisi_fit(positions: np.ndarray, dt: float) -> Interval:
    """Bayesian regression by kinisi 2: 2.5 and 97.5 % of the posterior of D."""
    import scipp as sc
    from kinisi.diffusion import Diffusion
    from kinisi.displacement import calculate_msd

    moved = np.moveaxis(positions[:, 1:] - positions[:, :1], 0, 1)  # (obs, particle, dimension)
    n_steps = positions.shape[1] - 1
    lags = np.unique(np.linspace(1, n_steps, min(n_steps, KINISI_LAGS)).astype(int))
    parsed = SimpleNamespace(
        displacements=sc.array(
            dims=["obs", "particle", "dimension"], values=moved, unit="angstrom"
        ),
        dt_index=sc.array(dims=["time interval"], values=lags),
        dt=sc.array(dims=["time interval"], values=lags * dt, unit="ps"),
        dimensionality=positions.shape[2] * sc.units.dimensionless,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = Diffusion(calculate_msd(parsed, progress=False))
        fit.bayesian_regression(start_dt=sc.scalar(dt, unit="ps"), progress=False)
    low, high = np.percentile(fit.gradient.values, [2.5, 97.5]) / (2 * positions.shape[2])
    return float(low), float(high)


class Tally:
    """How often intervals cover, and how wide they are."""

    def __init__(self) -> None:
        self.intervals: list[Interval] = []
        self.seconds = 0.0

    def add(self, interval: Interval) -> None:
        self.intervals.append(interval)

    def covers(self, truth: float) -> float:
        """Share of the intervals that hold the truth; NaN of none."""
        hits = [low <= truth <= high for low, high in self.intervals]
        return float(np.mean(hits)) if hits else float("nan")

    def width(self) -> float:
        """Median width."""
        return float(np.median(np.diff(self.intervals))) if self.intervals else float("nan")


@dataclass
class Comparison:
    """What the methods say of the same sets."""

    n_refused: int = 0  # by fluxwalk: no diffusivity returned
    ours: Tally = field(default_factory=Tally)
    exponent: Tally = field(default_factory=Tally)
    plain: Tally = field(default_factory=Tally)
    kinisi: Tally = field(default_factory=Tally)


def compare(name: str, n_sets: int, n_kinisi: int = 0) -> Comparison:
    """Analyse made sets of a case in every way; each case has its own seed."""
    case, found = CASES[name], Comparison()
    random = np.random.default_rng(zlib.crc32(name.encode()))
    for number in range(n_sets):
        positions = case.positions(random)
        result = analyse(positions, DT)
        found.exponent.add(result.exponent_interval)
        if result.diffusivity is None:
            found.n_refused += 1
        else:
            found.ours.add(result.diffusivity.interval())
        found.plain.add(plain_fit(positions, DT))
        if number < n_kinisi:
            began = time.perf_counter()
            found.kinisi.add(kinisi_fit(positions, DT))
            found.kinisi.seconds += time.perf_counter() - began
    return found


def row(name: str, n_sets: int, n_kinisi: int) -> str:
    """One line of the table."""
    found = compare(name, n_sets, n_kinisi)
    cells = [f"{name:22s} {100 * found.n_refused / n_sets:6.1f}"]
    exponent = CASES[name].exponent
    cells += [f"{100 * found.exponent.covers(exponent):6.1f} {found.exponent.width():6.3f}"]
    cells += [f"{100 * t.covers(D):6.1f} {t.width() / D:6.3f}" for t in (found.ours, found.plain)]
    if n_kinisi:
        kinisi = found.kinisi
        each = kinisi.seconds / max(1, len(kinisi.intervals))
        cells += [f"{100 * kinisi.covers(D):6.1f} {kinisi.width() / D:6.3f} ({each:.1f} s each)"]
    return "  |".join(cells).replace("nan", "  –")


def main() -> None:
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    names = [a for a in sys.argv[1:] if not a.isdigit()] or list(CASES)
    n_sets = numbers[0] if numbers else 1000
    n_kinisi = numbers[1] if len(numbers) > 1 else 100
    if not has_kinisi():
        print("kinisi is not installed: pip install kinisi; its columns are left out")
        n_kinisi = 0
    print(f"{n_sets} sets each; coverage in %, median width of the interval over D (α: as it is)")
    heads = ["refused", "α covers width", "D covers width", f"plain fit, lags 1–{N_LAGS}"]
    print(f"{'case':22s} " + " | ".join(heads) + (f" | kinisi, {n_kinisi} sets" * (n_kinisi > 0)))
    for name in names:
        print(row(name, n_sets, n_kinisi), flush=True)


if __name__ == "__main__":
    main()
