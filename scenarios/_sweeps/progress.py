"""One progress of a whole sweep, made of the stages of its points."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

from .._job import FIRST_ROUND, Forecast, Job, Progress, Stage, batches_needed
from .points import held_batches

SECONDS_BETWEEN_ESTIMATES = 0.25


class SweepProgress:
    """Tells a ``Progress`` how far a sweep is: batches that had to be run, and the time to go.

    Points not begun are taken to cost a batch what their models say in proportion to the points
    measured so far, and, where nothing else is known, to need as many batches as those did.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        names: Sequence[str],
        n_workers: int,
        store: str | Path | None,
        tell: Progress | None,
    ) -> None:
        """Look up what the store holds; tell nothing yet."""
        self._jobs, self._names, self._tell = jobs, names, tell
        self._n_workers = n_workers
        self.digests = [job.model.digest() for job in jobs]
        # Points of one model share their batches: these count at the first of them.
        self._first_of = [self.digests.index(digest) for digest in self.digests]
        self._weights = [job.model.seconds_per_batch for job in jobs]
        self._n_before = held_batches(jobs, self._first_of, store)
        forecasts = [job.forecast(n_workers) for job in jobs]
        self._known = [not forecast.is_round for forecast in forecasts]
        self._n_expected = [forecast.n_batches for forecast in forecasts]
        self._n_done = list(self._n_before)
        self._now = -1
        self._started: float | None = None
        self._work_started = 0.0
        self._error: float | None = None
        self._next_estimate = 0.0

    def forecast(self) -> float:
        """Tell what lies ahead, and return its seconds as the models have them, rough."""
        seconds = self._work_to_go() / self._n_workers
        job, n_points = self._jobs[0], len(self._jobs)
        if self._tell is not None:
            ahead = Forecast(self._n_to_run(), seconds, is_round=not all(self._known))
            name = f"{job.scenario.name}, {n_points} points"
            self._tell(Stage(name, 0, ahead.n_batches, None, lambda: None, ahead))
        return seconds

    def of_next_point(self) -> Progress | None:
        """Progress of the point that begins now; the one before it has ended."""
        if self._now >= 0:
            self._expect(self._n_done[self._first_of[self._now]])
        self._now += 1
        self._error = None
        return None if self._tell is None else self._hear

    def _hear(self, stage: Stage) -> None:
        """Make a stage of the whole sweep from one of a point."""
        assert self._tell is not None
        now, point = time.perf_counter(), self._now
        if stage.forecast is not None:
            if not stage.forecast.is_round:
                self._expect(stage.forecast.n_batches)
            return
        first_of = self._first_of[point]
        self._n_done[first_of] = max(self._n_done[first_of], stage.n_done)
        if self._started is None:
            self._started, self._work_started = now, self._work_done()
        if stage.goal is not None and now >= self._next_estimate:
            error = stage.relative_error()
            self._error = error if error is not None and math.isfinite(error) else None
            cost = time.perf_counter() - now  # never more than a tenth of the run
            self._next_estimate = now + max(SECONDS_BETWEEN_ESTIMATES, 10.0 * cost)
            if self._error is not None:
                needed = batches_needed(stage.n_done, self._error, stage.goal)
                self._expect(max(needed, stage.n_wanted))
        error, n_ran = self._error, self._n_ran()
        name = f"{point + 1}/{len(self._jobs)} {self._names[point]}"
        n_wanted = n_ran + self._n_to_run()
        self._tell(
            Stage(name, n_ran, n_wanted, None, lambda: error, None, self._seconds_to_go(now))
        )

    def _expect(self, n_batches: int) -> None:
        """Take what this point needs for what those of which nothing is known will need."""
        self._n_expected[self._now] = n_batches
        self._known[self._now] = True
        needed = sorted(self._n_expected[: self._now + 1])
        typical = max(FIRST_ROUND, needed[len(needed) // 2])
        for later in range(self._now + 1, len(self._jobs)):
            if not self._known[later]:
                self._n_expected[later] = typical

    def _to_run(self) -> list[int]:
        """Batches that each point has yet to run, those of a shared model at its first point."""
        wanted = [0] * len(self._jobs)
        for first_of, n_expected in zip(self._first_of, self._n_expected, strict=True):
            wanted[first_of] = max(wanted[first_of], n_expected)
        return [
            max(0, n_wanted - n_done) for n_wanted, n_done in zip(wanted, self._n_done, strict=True)
        ]

    def _n_to_run(self) -> int:
        return sum(self._to_run())

    def _n_ran(self) -> int:
        return sum(self._n_done) - sum(self._n_before)

    def _work_to_go(self) -> float:
        """Seconds of one core, as the models have them."""
        return sum(n * weight for n, weight in zip(self._to_run(), self._weights, strict=True))

    def _work_done(self) -> float:
        return sum(
            (n_done - n_before) * weight
            for n_done, n_before, weight in zip(
                self._n_done, self._n_before, self._weights, strict=True
            )
        )

    def _seconds_to_go(self, now: float) -> float | None:
        """Time that the work to go takes at the rate of the work done; None before there is one."""
        work = self._work_done() - self._work_started
        if self._started is None or work <= 0.0:
            return None
        return self._work_to_go() * (now - self._started) / work
