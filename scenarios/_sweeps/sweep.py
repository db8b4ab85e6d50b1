"""A sweep: one scenario at many points, judged as one family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from types import ModuleType
from typing import Any

import walkers

from .._job import Job, Progress, opened_executor
from .._limits import MAXIMUM_SECONDS, refuse_too_long, timed_batch
from .._result import Result
from .._run import judged
from .._scenario import Scenario, load
from .._simulate import Run, run_job
from .points import Axes, point_of, prepared_points, shown_point, split_keywords
from .progress import SweepProgress
from .result import Sweep


def sweep(
    name: str | Path | ModuleType | Scenario,
    *,
    seed: int = 1,
    precision: float | None = None,
    batches: int | None = None,
    wrong_rule: str | None = None,
    independent: bool = False,
    store: str | Path | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    allow_long: bool = False,
    **parameters: Any,
) -> Sweep:
    """Run a scenario at every point of a grid and judge all of them as one family.

    Parameters
    ----------
    name, seed, precision, batches, wrong_rule, store, executor, jobs, allow_long
        As in ``scenarios.run``, at every point: all have the same seed, and so the same random
        numbers, which makes errors of neighbouring points go together.
    independent : bool
        Draw for every model a seed of its own from ``seed``: errors of the points are independent.
        Each point is then the run that ``scenarios.run`` makes with that seed (in ``.frame``).
    progress : callable, optional
        Called with a ``Stage`` of the whole sweep before each round and after each batch.
    **parameters
        Parameters by name. A list, tuple, range or array is swept over, and so is a text
        ``"start:stop:count"`` or ``"start:stop:count:log"``, unless the parameter itself accepts
        it as its value; several make a grid.

    Raises
    ------
    ParameterError, ScenarioError, TooBigError, StoreError
        For bad input, with one line that names it, before anything runs.
    """
    scenario = load(name)
    axes, fixed = split_keywords(scenario.file.Params, parameters)
    points = prepared_points(
        scenario, axes, fixed, seed, batches, precision, wrong_rule, independent
    )
    with opened_executor(executor, jobs) as pool:
        return run_points(points, axes, store, pool, progress, allow_long)


def run_points(
    jobs: Sequence[Job],
    axes: Axes,
    store: str | Path | None,
    executor: Executor,
    progress: Progress | None,
    allow_long: bool,
) -> Sweep:
    """Run points one after the other; those of the same model share their batches.

    Raises
    ------
    TooBigError
        For a sweep that would take more than a day, unless it is allowed.
    """
    n_workers = walkers.n_workers(executor)
    told = SweepProgress(jobs, [point_name(job, axes) for job in jobs], n_workers, store, progress)
    seconds = told.forecast()
    if seconds > MAXIMUM_SECONDS and not allow_long:  # by a rough estimate: try a batch
        slowest = max(jobs, key=lambda job: job.model.seconds_per_batch)
        tried = timed_batch(slowest.model, slowest.seed)
        seconds *= tried / slowest.model.seconds_per_batch
    refuse_too_long(f"{jobs[0].scenario.name}, {len(jobs)} points", seconds, allow_long)
    runs: list[Run] = []
    records: dict[str, walkers.Record] = {}
    for job, digest in zip(jobs, told.digests, strict=True):
        run = run_job(
            job, store, executor, told.of_next_point(), allow_long, known=records.get(digest)
        )
        if digest not in records or records[digest].n_batches < run.record.n_batches:
            records[digest] = run.record
        runs.append(run)
    return Sweep(tuple(axes), judged(runs))


def point_name(job: Job, axes: Mapping[str, Any]) -> str:
    """Name a point by the values of what is swept."""
    return shown_point(point_of(job.params, axes))


def sweep_of(results: Sequence[Result]) -> Sweep | None:
    """Recognise a sweep: results of one scenario that differ in one or two parameters only.

    Parameters
    ----------
    results : sequence of Result
        Judged together, in any order, e.g. all that a store holds.

    Returns
    -------
    Sweep or None
        None where fewer than two points are left, or they differ in anything else.
    """
    if len(results) < 2:
        return None
    first = results[0]
    same = {(result.scenario.source, result.wrong_rule) for result in results}
    seeds = {result.record.seed for result in results}
    runs = {(result.record.seed, result.record.model.digest()) for result in results}
    values = [result.params.model_dump() for result in results]
    names = [
        name
        for name in type(first.params).model_fields
        if any(repr(other[name]) != repr(values[0][name]) for other in values)
    ]
    points = {shown_point(point_of(result.params, names)) for result in results}
    if len(seeds) not in (1, len(runs)):  # one for all, or each model its own
        return None
    if len(same) > 1 or not 1 <= len(names) <= 2 or len(points) < len(results):
        return None
    return Sweep(tuple(names), list(results))
