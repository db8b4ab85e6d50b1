"""From parameters to judged checks: batches in fixed rounds until the precision is reached."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import analysis
import walkers
from analysis import Check, Verdict
from walkers.engine.model import Arrays

from ._job import Forecast, Job, Progress, batches_needed, leading, prepared
from ._limits import MAXIMUM_SECONDS, refuse_too_big, refuse_too_long, refuse_too_many, timed_batch
from ._parameters import Parameters
from ._questions import Question
from ._scenario import Scenario


@dataclass(frozen=True)
class Run:
    """A finished simulation that waits to be judged, alone or together with others."""

    scenario: Scenario
    params: Parameters
    record: walkers.Record
    checks: list[Check]
    seconds: float
    wrong_rule: str | None = None


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
    job = prepared(scenario, values, seed, n_batches, precision, wrong_rule)
    return run_job(job, store, executor, progress, allow_long)


def run_job(
    job: Job,
    store: str | Path | None,
    executor: Executor | None,
    progress: Progress | None,
    allow_long: bool,
    known: walkers.Record | None = None,
) -> Run:
    """Run what has been found sound; of a ``known`` record of the same model no batch again."""
    refuse_too_much(job, executor, progress, allow_long)
    with contextlib.ExitStack() as stack:
        run_file = None
        if store is not None:
            run_file = stack.enter_context(opened_store(job, store))
        question = Question.of(job.scenario, job.params, job.seed, job.wrong_rule)
        if run_file is not None and question is not None:
            run_file.ask(question.text())
        run = _until_answered(job, run_file, executor, progress, allow_long, known)
        if run_file is not None and question is not None:
            run_file.ask(question.text(), run.record.n_batches)
    return run


def refuse_too_much(
    job: Job,
    executor: Executor | None,
    progress: Progress | None,
    allow_long: bool,
    n_shards: int = 1,
) -> None:
    """Tell what lies ahead, unless it is too much for this machine."""
    n_workers = walkers.n_workers(executor) * n_shards
    forecast = job.forecast(n_workers)
    refuse_too_big(job.scenario.name, job.model, executor, allow_long)
    if forecast.seconds > MAXIMUM_SECONDS and not allow_long:  # by a rough estimate: try a batch
        forecast = job.forecast(n_workers, timed_batch(job.model, job.seed))
    refuse_too_long(job.scenario.name, forecast.seconds, allow_long)
    job.tell_forecast(progress, 0, forecast)


def opened_store(job: Job, folder: str | Path) -> walkers.RunFile:
    """Open the file of a job's run."""
    return walkers.Store(Path(folder), job.scenario.name).open(job.model, job.seed)


def _until_answered(
    job: Job,
    run_file: walkers.RunFile | None,
    executor: Executor | None,
    progress: Progress | None,
    allow_long: bool,
    known: walkers.Record | None,
) -> Run:
    """Run rounds of batches until they are as many, or as precise, as was asked."""
    n_now = job.n_first
    started = time.perf_counter()
    while True:
        record = walkers.run(
            job.model,
            job.seed,
            n_now,
            store=run_file,
            executor=executor,
            progress=watched(job, progress, n_now, allow_long),
            extend=known,
        )
        if known is None or known.n_batches < n_now:
            known = record
        checks = job.enough_checks(record)
        seconds = time.perf_counter() - started
        precision = leading(checks).precision
        if job.goal is None or n_now == job.model.n_given or not precision > job.goal:
            return Run(job.scenario, job.params, record, checks, seconds, job.wrong_rule)
        n_needed = batches_needed(n_now, precision, job.goal)
        refuse_too_long(job.scenario.name, seconds * n_needed / n_now, allow_long)
        to_go = seconds * (n_needed / n_now - 1.0)
        job.tell_forecast(progress, n_now, Forecast(n_needed, to_go, is_round=False))
        n_now *= 2


def watched(
    job: Job, progress: Progress | None, n_batches: int, allow: bool
) -> Callable[[dict[int, Arrays]], None]:
    """Refuse, after the first batch, more of its size than memory holds; then tell the progress."""
    tell = None if progress is None else job.teller(progress, n_batches)
    is_measured = allow

    def told(finished: dict[int, Arrays]) -> None:
        nonlocal is_measured
        if not is_measured:
            is_measured = True
            one, n_to_come = next(iter(finished.values())), n_batches - len(finished)
            refuse_too_many(job.scenario.name, one, n_to_come, allow)
        if tell is not None:
            tell(finished)

    return told


def judge(runs: Sequence[Run]) -> list[list[Verdict]]:
    """Judge all checks of all runs as one family; one list of verdicts per run."""
    verdicts = iter(analysis.judge([check for run in runs for check in run.checks]))
    return [[next(verdicts) for _ in run.checks] for run in runs]
