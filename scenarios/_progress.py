"""What is told of a run: a forecast if its first batches are slow, and on a terminal a bar.

The bar shows batches, their rate, the time left and the error so far.
"""

from __future__ import annotations

import time
from dataclasses import replace
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ._job import Forecast, Stage, batches_needed

SECONDS_WORTH_A_FORECAST = 20.0
SECONDS_BETWEEN_ESTIMATES = 0.25
SECONDS_OF_A_RATE, BATCHES_OF_A_RATE = 2.0, 4
"""How long, and over how many batches, a rate is measured before it is told."""


class ProgressBar:
    """Shows the ``Stage`` of a run on a console: a bar if that is a terminal, else a forecast."""

    def __init__(self, console: Console, title: str) -> None:
        """Show an empty bar at once: the first batch may take a second."""
        self._console = console
        self._foretold = False
        self._ahead: Forecast | None = None
        self._name = title
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            refresh_per_second=8,
        )
        self._task = self._bar.add_task(title, total=None, note="starting")
        self._shown = console.is_terminal
        self._first: tuple[float, int] | None = None
        self._next_estimate = 0.0
        self._error: float | None = None

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, stage: Stage) -> None:
        """Show one more finished batch, or what a round that begins will take."""
        if stage.forecast is not None:
            if stage.n_done:
                self._foretell(stage.scenario, stage.forecast)
            else:  # its seconds are a model's own, and rough: wait for a measured rate
                self._ahead, self._name = stage.forecast, stage.scenario
            return
        now = time.perf_counter()
        self._first = self._first or (now, stage.n_done)
        self._measure(now, stage)
        if not self._shown:
            return
        if now >= self._next_estimate:
            self._error = stage.relative_error()
            cost = time.perf_counter() - now  # never more than a tenth of the run
            self._next_estimate = now + max(SECONDS_BETWEEN_ESTIMATES, 10.0 * cost)
        total = stage.n_wanted
        if stage.goal is not None and self._error is not None:
            total = max(total, batches_needed(stage.n_done, self._error, stage.goal))
        note = self._note(now, stage.n_done, total, stage.seconds_to_go)
        description = stage.scenario
        self._bar.update(
            self._task, description=description, completed=stage.n_done, total=total, note=note
        )

    def _measure(self, now: float, stage: Stage) -> None:
        """Foretell from the rate of the first batches; the very first one may compile."""
        if self._ahead is None or self._first is None:
            return
        seconds, n_more = now - self._first[0], stage.n_done - self._first[1]
        if seconds >= SECONDS_OF_A_RATE and n_more >= BATCHES_OF_A_RATE:
            ahead = self._ahead
            if stage.seconds_to_go is not None:
                ahead = Forecast(stage.n_wanted, stage.seconds_to_go, is_round=False)
            else:
                to_go = (ahead.n_batches - stage.n_done) * seconds / n_more
                ahead = replace(ahead, seconds=to_go)
            self._foretell(self._name, ahead)
            self._ahead = None

    def _foretell(self, name: str, forecast: Forecast) -> None:
        """Say in one line what a long run will take, once it is known."""
        if self._foretold or forecast.seconds < SECONDS_WORTH_A_FORECAST:
            return
        self._foretold = not forecast.is_round
        then = ", then as many as the precision needs" if forecast.is_round else ""
        said = f"{forecast.n_batches} batches, about {duration(forecast.seconds)} to go{then}"
        self._console.print(f"fluxwalk: {name}: {said}", markup=False, highlight=False,
                            soft_wrap=True)  # fmt: skip

    def _note(self, now: float, n_done: int, total: int, to_go: float | None) -> str:
        assert self._first is not None
        started, n_first = self._first
        parts = []
        if n_done > n_first and now > started:
            rate = (n_done - n_first) / (now - started)
            left = f"{rate:.3g} batches/s, {duration((total - n_done) / rate)} left"
            parts.append(left if to_go is None else f"{duration(to_go)} left")
        if self._error is not None:
            parts.append(f"error {100.0 * self._error:.2g} %")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as far as they matter."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def progress_bar(title: str) -> ProgressBar:
    """Forecast of a long run on stderr, and a bar if that is a terminal."""
    return ProgressBar(Console(stderr=True), title)
