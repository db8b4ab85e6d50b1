"""From parameters to judged checks: batches in fixed rounds until the precision is reached."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import analysis
import walkers
from analysis import Check, Verdict
from analysis.verdict import MINIMUM_BATCHES
from walkers.engine.model import Arrays
from walkers.engine.record import make_record

from ._parameters import ParameterError, Parameters, integral, real, shown, validate
from ._scenario import Scenario, ScenarioError, WrongRule

FIRST_ROUND = 64
"""Batches of the first round; every further round doubles them."""

NORMAL_PRECISION = 0.003
"""Relative standard error of the leading quantity that a run reaches by default."""

MAXIMUM_SECONDS = 24 * 3600.0
"""A run forecast to take longer is refused."""


@dataclass(frozen=True)
class Forecast:
    """How many batches a run will have at its end, and the seconds until then.

    ``is_round``: they complete this round only; how many more the precision needs is not known.
    """

    n_batches: int
    seconds: float
    is_round: bool


@dataclass(frozen=True)
class Stage:
    """How far a run is: told to ``progress`` before every round and after every batch.

    ``n_wanted`` batches complete this round; ``goal`` is the precision asked for, None where
    the number of batches was given. ``relative_error`` works out that of the leading quantity
    from the batches that are complete in order, None where they are too few. ``forecast`` is told
    before a round only.
    """

    scenario: str
    n_done: int
    n_wanted: int
    goal: float | None
    relative_error: Callable[[], float | None]
    forecast: Forecast | None = None


Progress = Callable[[Stage], None]


class TooBigError(ValueError):
    """A job that this machine would not finish: one line with the estimate."""


@dataclass(frozen=True)
class Run:
    """A finished simulation that waits to be judged, alone or together with others."""

    scenario: Scenario
    params: Parameters
    record: walkers.Record
    checks: list[Check]
    seconds: float
    wrong_rule: str | None = None


@dataclass(frozen=True)
class _Job:
    """A run that has been read and found sound; ``goal`` is None where n_batches is given."""

    scenario: Scenario
    params: Parameters
    model: walkers.Model
    seed: int
    n_batches: int | None
    goal: float | None

    def checks(self, record: walkers.Record) -> list[Check]:
        checks: list[Check] = self.scenario.call("checks", record, self.params)
        # Not every quantity need exist at all parameters: the laws say which ones do.
        laws = self.scenario.call("laws", self.params)
        quantities, family = self.scenario.file.QUANTITIES, self.scenario.family
        measured = {check.quantity: check.estimate.unit for check in checks}
        promised = {name: quantities[family(name)].unit for name in laws}
        if list(measured.items()) != list(promised.items()):
            raise ScenarioError(
                f"{self.scenario.name}: broken scenario (promised are {promised}, "
                f"checks gives {measured})"
            )
        return checks

    def enough_checks(self, record: walkers.Record) -> list[Check]:
        """Put the questions, or say that so few batches cannot answer them.

        Only a run too short to be judged is forgiven what is otherwise a wrong estimator.
        """
        n_batches = record.n_batches
        try:
            with np.errstate(all="ignore"):
                checks = self.checks(record)
            if n_batches < MINIMUM_BATCHES:
                for check in checks:
                    if not check.exact and check.estimate.stderr == 0.0:
                        raise ValueError(f"{check.quantity} does not scatter")
        except ValueError as error:
            if n_batches >= MINIMUM_BATCHES or isinstance(error, ScenarioError):
                raise
            said = f"batches: {n_batches} are too few for an estimate ({error})"
            raise ParameterError(said) from None
        return checks

    def relative_error(self, finished: Mapping[int, Arrays]) -> float | None:
        """Relative error of the leading quantity from the batches complete in order."""
        n_in_order = next(n for n in range(len(finished) + 1) if n not in finished)
        prefix = [finished[batch] for batch in range(n_in_order)]
        try:
            with np.errstate(all="ignore"):
                return leading(self.checks(make_record(self.model, self.seed, prefix))).precision
        except (ValueError, ArithmeticError, LookupError):  # too few batches for an estimate
            return None

    def forecast(self, n_round: int, n_workers: int) -> Forecast:
        """Forecast batches and seconds before anything has run."""
        n_batches, known = n_round, self.goal is None or self.model.n_given is not None
        error = self.scenario.batch_error(self.params)
        if not known and error is not None and self.goal is not None:
            n_batches, known = batches_needed(1, error, self.goal), True
        seconds = self.model.seconds_per_batch * n_batches / n_workers
        return Forecast(n_batches, seconds, not known)

    def tell_forecast(self, progress: Progress | None, n_done: int, forecast: Forecast) -> None:
        """Tell a ``Progress`` what lies ahead."""
        if progress is not None:
            name, n_wanted = self.scenario.name, forecast.n_batches
            progress(Stage(name, n_done, n_wanted, self.goal, lambda: None, forecast))

    def teller(self, progress: Progress, n_wanted: int) -> Callable[[dict[int, Arrays]], None]:
        """Tell a ``Progress`` what the engine's own progress says."""

        def tell(finished: dict[int, Arrays]) -> None:
            error = functools.partial(self.relative_error, finished)
            progress(Stage(self.scenario.name, len(finished), n_wanted, self.goal, error))

        return tell


def simulate(
    scenario: Scenario,
    values: Mapping[str, Any],
    *,
    seed: int = 1,
    n_batches: int | None = None,
    precision: float | None = None,
    wrong_rule: str | None = None,
    store: str | Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    allow_long: bool = False,
) -> Run:
    """Run a scenario until its batches, or its precision, are complete.

    Parameters
    ----------
    scenario, values
        The scenario and its parameters by name.
    seed : int
        Seed of the random streams.
    n_batches : int, optional
        Number of batches; by default as many as the precision needs.
    precision : float, optional
        Relative standard error of the leading quantity to reach, looked at after 64, 128, 256 …
        batches only, so that the number of batches does not depend on who runs them.
    wrong_rule : str, optional
        One of the scenario's wrong rules, run at its own parameters where ``values`` is silent.
    store : path, optional
        Folder that keeps finished batches.
    executor : concurrent.futures.Executor, optional
        Who runs the batches; by default one thread per available core.
    progress : callable, optional
        Called with a ``Stage`` before each round, with a forecast, and after each batch.
    allow_long : bool
        Run even what is forecast to take more than a day or more than the free memory.

    Raises
    ------
    ParameterError, ScenarioError, TooBigError, StoreError
        For bad input, before anything runs; for a precision out of reach or too few batches for
        an estimate, once that is seen.
    """
    job = _prepared(scenario, values, seed, n_batches, precision, wrong_rule)
    n_now = job.n_batches or job.model.n_given or FIRST_ROUND
    forecast = job.forecast(n_now, walkers.n_workers(executor))
    _refuse_too_big(scenario.name, job.model, executor, allow_long)
    _refuse_too_long(scenario.name, forecast.seconds, allow_long)
    job.tell_forecast(progress, 0, forecast)
    keeper = None if store is None else walkers.Store(Path(store), scenario.name)
    record = None
    started = time.perf_counter()
    while True:
        record = walkers.run(
            job.model,
            job.seed,
            n_now,
            store=keeper,
            executor=executor,
            progress=None if progress is None else job.teller(progress, n_now),
            extend=record,
        )
        checks = job.enough_checks(record)
        seconds = time.perf_counter() - started
        precision = leading(checks).precision
        if job.goal is None or n_now == job.model.n_given or precision <= job.goal:
            return Run(scenario, job.params, record, checks, seconds, wrong_rule)
        n_needed = batches_needed(n_now, precision, job.goal)
        _refuse_too_long(scenario.name, seconds * n_needed / n_now, allow_long)
        to_go = seconds * (n_needed / n_now - 1.0)
        job.tell_forecast(progress, n_now, Forecast(n_needed, to_go, is_round=False))
        n_now *= 2


def leading(checks: Sequence[Check]) -> Check:
    """Check whose precision decides how long to run: the first one that has an error at all."""
    return next((check for check in checks if not check.exact), checks[0])


def judge(runs: Sequence[Run]) -> list[list[Verdict]]:
    """Judge all checks of all runs as one family; one list of verdicts per run."""
    verdicts = iter(analysis.judge([check for run in runs for check in run.checks]))
    return [[next(verdicts) for _ in run.checks] for run in runs]


def _find_wrong_rule(scenario: Scenario, name: str | None) -> WrongRule | None:
    if name is None:
        return None
    rules = {key.replace("_", "-"): rule for key, rule in scenario.wrong_rules.items()}
    if name.replace("_", "-") not in rules:
        known = ", ".join(rules) or "none"
        raise ParameterError(f"wrong-rule: {scenario.name} has no {name!r}; there are: {known}")
    return rules[name.replace("_", "-")]


def _prepared(
    scenario: Scenario,
    values: Mapping[str, Any],
    seed: Any,
    n_batches: Any,
    precision: Any,
    wrong_rule: str | None,
) -> _Job:
    """Check everything that was asked for, and build the model."""
    rule = _find_wrong_rule(scenario, wrong_rule)
    params = validate(scenario.file.Params, {**(rule.parameters if rule else {}), **values})
    seed, n_batches, goal = _checked_options(seed, n_batches, precision)
    model = scenario.call("build", params)
    if rule is not None:
        if model.n_given is not None:
            raise ParameterError("wrong-rule: data that are given have their own rule")
        right, model = model, rule.change(model)
        if model == right:
            raise ScenarioError(f"{scenario.name}: {wrong_rule} changes nothing in this model")
    if n_batches is not None and model.n_given is not None and n_batches > model.n_given:
        raise ParameterError(f"batches: there are only {model.n_given}, got {n_batches}")
    return _Job(scenario, params, model, seed, n_batches, goal)


def batches_needed(n_batches: int, relative_error: float, goal: float) -> int:
    """Forecast the round in which the precision will be reached: 64, 128, 256 … batches."""
    needed = n_batches * (relative_error / goal) ** 2
    return FIRST_ROUND << max(0, math.ceil(math.log2(max(needed, 1.0) / FIRST_ROUND)))


def _checked_options(
    seed: Any, n_batches: Any, precision: Any
) -> tuple[int, int | None, float | None]:
    """Seed, number of batches and, where that is not given, the precision to reach."""
    if n_batches is not None and precision is not None:
        raise ParameterError("precision: give either precision or batches, not both")
    seed = _option("seed", integral, seed, 0, 2**64)
    if n_batches is not None:
        return seed, _option("batches", integral, n_batches, 2, 2**32), None
    if precision is None:
        return seed, None, NORMAL_PRECISION
    return seed, None, _option("precision", real, precision, 1e-7, 1.0)


def checked_jobs(jobs: Any) -> int | None:
    """Read how many batches to run at a time; None stands for one per available core."""
    return None if jobs is None else int(_option("jobs", integral, jobs, 1, 1025))


def checked_batch(batch: Any) -> int:
    """Read the number of a batch."""
    return int(_option("batch", integral, batch, 0, 2**32))


def _option(name: str, read: Callable[[Any], Any], value: Any, minimum: Any, below: Any) -> Any:
    try:
        number = read(value)
    except ValueError as error:
        raise ParameterError(f"{name}: {error}, got {shown(value)}") from None
    if not minimum <= number < below:
        raise ParameterError(
            f"{name}: must be at least {minimum} and below {below}, got {shown(value)}"
        )
    return number


def _refuse_too_big(
    name: str, model: walkers.Model, executor: Executor | None, allow: bool
) -> None:
    """Refuse, before it starts, what would not fit into memory."""
    if allow:
        return
    free, needed = _free_memory(), model.bytes_per_batch * walkers.n_workers(executor)
    if needed > free:
        raise TooBigError(
            f"{name}: needs about {needed / 2**30:.3g} GiB of memory, {free / 2**30:.3g} GiB "
            "are free; run it anyway with --yes"
        )


def _refuse_too_long(name: str, seconds: float, allow: bool) -> None:
    if seconds > MAXIMUM_SECONDS and not allow:
        raise TooBigError(
            f"{name}: would take about {seconds / 3600:.3g} hours, more than the "
            f"{MAXIMUM_SECONDS / 3600:g} allowed; run it anyway with --yes"
        )


def _free_memory() -> int:
    """Bytes of memory that are free for use."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 2**62  # unknown on this system: let it try
