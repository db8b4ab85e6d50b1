"""z-scores of every quantity over many seeds, in a scenario's fast form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from scenarios._scenario import load
from walkers import InlineExecutor, run

N_BATCHES = 64
SECONDS_PER_BATCH = 1e-3
"""Where a scenario names no CALIBRATION_WALKERS, so many that a batch takes about this long."""

FALSE_ALARM = 2e-5
"""Two-sided probability at which the mean or the sum of squares of z may be flagged."""

T63_VARIANCE = 63.0 / 61.0
T63_KURTOSIS = 3.0 + 6.0 / 59.0


@dataclass(frozen=True)
class Calibration:
    """z of one quantity over seeds, scaled to unit variance if the errors are honest."""

    scenario: str
    quantity: str
    z: np.ndarray
    skewness: float

    @property
    def mean_score(self) -> float:
        """Mean of z in units of its standard error."""
        return float(self.z.mean() * np.sqrt(self.z.size))

    @property
    def square_score(self) -> float:
        """Excess of the sum of squares in units of its standard error."""
        n = self.z.size
        return float(((self.z**2).sum() - n) / np.sqrt(n * (T63_KURTOSIS - 1.0)))

    @property
    def is_calibrated(self) -> bool:
        """Both scores within the stated limits."""
        limit = stats.norm.isf(FALSE_ALARM / 2.0)
        return abs(self.mean_score) < limit and abs(self.square_score) < limit

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.scenario:18s} {self.quantity:24s} {self.z.size:5d} seeds  "
            f"mean {self.mean_score:+5.2f}  squares {self.square_score:+5.2f}  "
            f"batch skewness {self.skewness:+5.2f}"
        )


def calibrate(name: str, n_seeds: int, first_seed: int = 1000) -> list[Calibration]:
    """Calibrate every non-exact quantity; the skewed ones at their own size, a fifth as often."""
    scenario = load(name)
    own_size = getattr(scenario.file, "CALIBRATION_ALONE", {})
    results = _calibrate(scenario, n_seeds, first_seed, _fast_size(scenario))
    for n_walkers in set(own_size.values()):
        larger = _calibrate(scenario, n_seeds // 5, first_seed, n_walkers)
        for quantity in (q for q, own in own_size.items() if own == n_walkers):
            results[quantity] = larger[quantity]
    return list(results.values())


def _fast_size(scenario) -> int:
    model = scenario.file.build(_params(scenario))
    share = min(1.0, SECONDS_PER_BATCH / model.seconds_per_batch)
    own = getattr(scenario.file, "CALIBRATION_WALKERS", None)
    return own or max(1, round(model.n_walkers * share))


def _params(scenario):
    """Parameters at which a scenario is fast enough; its defaults unless it says otherwise."""
    return scenario.file.Params(**getattr(scenario.file, "CALIBRATION_PARAMETERS", {}))


def _calibrate(scenario, n_seeds, first_seed, n_walkers) -> dict[str, Calibration]:
    params = _params(scenario)
    model = scenario.file.build(params).resized(n_walkers)
    z, skewness, quantities = [], [], []
    for seed in range(first_seed, first_seed + n_seeds):
        record = run(model, seed, N_BATCHES, executor=InlineExecutor())
        checks = [
            c for c in scenario.file.checks(record, params) if c.prediction.is_claim and not c.exact
        ]
        quantities = [c.quantity for c in checks]
        z.append([_z(c) for c in checks])
        skewness.append([c.estimate.skewness() for c in checks])
    scaled = np.array(z) / np.sqrt(T63_VARIANCE)
    mean_skewness = np.mean(skewness, axis=0)
    return {
        quantity: Calibration(scenario.name, quantity, scaled[:, i], float(mean_skewness[i]))
        for i, quantity in enumerate(quantities)
    }


def _z(check) -> float:
    deviation = check.estimate.value - check.prediction.expected
    return deviation / check.estimate.stderr


def beyond_range(calibrations: list[Calibration]) -> tuple[int, int, int]:
    """Pooled count beyond the two-sided 10⁻³ point of t₆₃, and its 99.99 % range."""
    z = np.concatenate([c.z for c in calibrations]) * np.sqrt(T63_VARIANCE)
    count = int((np.abs(z) > stats.t(63).isf(0.5e-3)).sum())
    low, high = stats.binom(z.size, 1e-3).ppf([0.5e-4, 1 - 0.5e-4])
    return count, int(low), int(high)
