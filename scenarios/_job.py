"""What was asked for, read and found sound before anything runs."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

import walkers
from analysis import Check
from analysis.verdict import MINIMUM_BATCHES
from walkers.engine.model import Arrays
from walkers.engine.record import make_record

from ._parameters import ParameterError, Parameters, integral, real, shown, validate
from ._scenario import Scenario, ScenarioError, WrongRule

FIRST_ROUND = 64
"""Batches of the first round; every further round doubles them."""

NORMAL_PRECISION = 0.003
"""Relative standard error of the leading quantity that a run reaches by default."""


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
    before a round only. ``seconds_to_go`` is None where the rate of the batches tells it.
    """

    scenario: str
    n_done: int
    n_wanted: int
    goal: float | None
    relative_error: Callable[[], float | None]
    forecast: Forecast | None = None
    seconds_to_go: float | None = None


Progress = Callable[[Stage], None]


@dataclass(frozen=True)
class Job:
    """A run that has been read and found sound; ``goal`` is None where n_batches is given."""

    scenario: Scenario
    params: Parameters
    model: walkers.Model
    seed: int
    n_batches: int | None
    goal: float | None
    wrong_rule: str | None

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

    @property
    def n_first(self) -> int:
        """Batches of the first round: all there are to be, or those that show the precision."""
        return self.n_batches or self.model.n_given or FIRST_ROUND

    def forecast(self, n_workers: int, seconds_per_batch: float | None = None) -> Forecast:
        """Forecast batches and seconds before anything has run, by the model's own estimate."""
        n_batches, known = self.n_first, self.goal is None or self.model.n_given is not None
        error = self.scenario.batch_error(self.params)
        if not known and error is not None and self.goal is not None:
            n_batches, known = batches_needed(1, error, self.goal), True
        seconds_per_batch = seconds_per_batch or self.model.seconds_per_batch
        return Forecast(n_batches, seconds_per_batch * n_batches / n_workers, not known)

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


def prepared(
    scenario: Scenario,
    values: Mapping[str, Any],
    seed: Any,
    n_batches: Any,
    precision: Any,
    wrong_rule: str | None,
) -> Job:
    """Check everything that was asked for, and build the model."""
    rule = find_wrong_rule(scenario, wrong_rule)
    params = validate(scenario.file.Params, {**(rule.parameters if rule else {}), **values})
    seed, n_batches, goal = checked_options(seed, n_batches, precision)
    model = scenario.call("build", params)
    if rule is not None:
        if model.n_given is not None:
            raise ParameterError("wrong-rule: data that are given have their own rule")
        right, model = model, rule.change(model)
        if model == right:
            raise ScenarioError(f"{scenario.name}: {wrong_rule} changes nothing in this model")
    if n_batches is not None and model.n_given is not None and n_batches > model.n_given:
        raise ParameterError(f"batches: there are only {model.n_given}, got {n_batches}")
    return Job(scenario, params, model, seed, n_batches, goal, wrong_rule)


def find_wrong_rule(scenario: Scenario, name: str | None) -> WrongRule | None:
    """Wrong rule of a scenario by its name; None for None."""
    if name is None:
        return None
    rules = {key.replace("_", "-"): rule for key, rule in scenario.wrong_rules.items()}
    if name.replace("_", "-") not in rules:
        known = ", ".join(rules) or "none"
        raise ParameterError(f"wrong-rule: {scenario.name} has no {name!r}; there are: {known}")
    return rules[name.replace("_", "-")]


def leading(checks: Sequence[Check]) -> Check:
    """Check whose precision decides how long to run: the first one that has an error at all."""
    return next((check for check in checks if check.estimate.stderr > 0.0), checks[0])


def batches_needed(n_batches: int, relative_error: float, goal: float) -> int:
    """Forecast the round in which the precision will be reached: 64, 128, 256 … batches."""
    needed = n_batches * (relative_error / goal) ** 2
    return FIRST_ROUND << max(0, math.ceil(math.log2(max(needed, 1.0) / FIRST_ROUND)))


def checked_options(
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


@contextlib.contextmanager
def opened_executor(executor: Executor | None, jobs: Any) -> Iterator[Executor]:
    """Executor that was given, left open, or else a pool of ``jobs`` threads."""
    if executor is None:
        with walkers.threads(checked_jobs(jobs)) as pool:
            yield pool
        return
    if jobs is not None:
        raise ParameterError("jobs: give either jobs or an executor, not both")
    if not callable(getattr(executor, "submit", None)):
        raise ParameterError(
            "executor: must be one like walkers.processes() or walkers.dask(), "
            f"got {shown(executor)}"
        )
    yield executor


def checked_batch(batch: Any) -> int:
    """Read the number of a batch."""
    return int(_option("batch", integral, batch, 0, 2**32))


def checked_count(name: str, count: Any) -> int:
    """Read how many of something a command is to do."""
    return int(_option(name, integral, count, 1, 2**32))


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
