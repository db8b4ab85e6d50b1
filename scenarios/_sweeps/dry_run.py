"""What a sweep will take, said beforehand from a small pilot: nothing is kept of it."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

import walkers

from .._job import FIRST_ROUND, Job, batches_needed, leading, opened_executor
from .._limits import MAXIMUM_SECONDS, free_memory
from .._parameters import plain
from .._scenario import Scenario, load
from .points import Axes, held_batches, point_of, prepared_points, split_keywords

if TYPE_CHECKING:
    from rich.console import RenderableType

SECONDS_OF_PILOT = 8.0
"""A pilot takes about as long, however many points there are, once kernels are compiled."""

BYTES_OF_A_ROW, BYTES_OF_A_FILE = 90, 30_000
"""What a store adds to the arrays of a batch, and to a run."""


@dataclass(frozen=True)
class Pilot:
    """A few batches of one model: the rate of all workers, and the error of one batch."""

    n_batches: int
    batches_per_second: float
    batch_error: float | None
    bytes_of_arrays: int
    bytes_on_disk: int


@dataclass(frozen=True)
class PointForecast:
    """What one point will take; ``n_to_run`` is what the store, or an earlier point, has not.

    ``error_from`` says where ``precision`` comes from: the ``scenario``'s own forecast, a
    ``pilot`` at this point, or the ``nearest`` point that had one.
    """

    point: Mapping[str, Any]
    n_batches: int
    n_stored: int
    n_to_run: int
    seconds: float
    precision: float | None
    error_from: str
    bytes_of_memory: int
    bytes_on_disk: int


@dataclass(frozen=True, repr=False)
class DryRun:
    """What ``scenarios.dry_run`` returns: time, memory, disk and precision to expect."""

    scenario: Scenario
    units: Mapping[str, str]
    points: Sequence[PointForecast]
    n_workers: int
    n_pilots: int
    bytes_at_work: int
    store: Path | None = None

    @property
    def n_to_run(self) -> int:
        """Batches that must be run."""
        return sum(point.n_to_run for point in self.points)

    @property
    def seconds(self) -> float:
        """Time of all of them."""
        return sum(point.seconds for point in self.points)

    @property
    def bytes_of_memory(self) -> int:
        """Memory of this machine that batches at work, and all tallies, take."""
        return self.bytes_at_work + sum(point.bytes_of_memory for point in self.points)

    @property
    def bytes_on_disk(self) -> int:
        """What a store grows by."""
        return sum(point.bytes_on_disk for point in self.points)

    @property
    def is_refused(self) -> bool:
        """Whether the sweep needs leave to run."""
        return self.seconds > MAXIMUM_SECONDS or self.bytes_of_memory > free_memory()

    def __str__(self) -> str:
        from . import dry_run_table

        return dry_run_table.plain(self)

    __repr__ = __str__

    def __rich__(self) -> RenderableType:
        from . import dry_run_table

        return dry_run_table.table(self)

    def _repr_html_(self) -> str:
        from . import dry_run_table

        return dry_run_table.html(self)

    def as_json(self) -> dict[str, Any]:
        """Plain values for strict JSON."""
        return {
            "scenario": self.scenario.name,
            "workers": self.n_workers,
            "batches": self.n_to_run,
            "seconds": self.seconds,
            "bytes_of_memory": self.bytes_of_memory,
            "bytes_on_disk": self.bytes_on_disk,
            "points": [plain({**vars(point), "point": dict(point.point)}) for point in self.points],
        }


def dry_run(
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
    **parameters: Any,
) -> DryRun:
    """Say what ``scenarios.sweep`` would take, from a pilot of some seconds that nothing keeps.

    Parameters
    ----------
    name, seed, precision, batches, wrong_rule, independent, executor, jobs, **parameters
        As in ``scenarios.sweep``.
    store : path, optional
        Folder whose batches would not be run again; it is read only.

    Raises
    ------
    ParameterError, ScenarioError, StoreError
        For bad input, with one line that names it.
    """
    scenario = load(name)
    axes, fixed = split_keywords(scenario.file.Params, parameters)
    points = prepared_points(
        scenario, axes, fixed, seed, batches, precision, wrong_rule, independent
    )
    with opened_executor(executor, jobs) as pool:
        return foreseen(points, axes, store, pool)


def foreseen(
    jobs: Sequence[Job], axes: Axes, store: str | Path | None, executor: Executor
) -> DryRun:
    """Pilot some of the models and forecast every point from the nearest of them."""
    digests = [job.model.digest() for job in jobs]
    first_of = [digests.index(digest) for digest in digests]
    n_stored = held_batches(jobs, first_of, store)
    pilots = _pilots(jobs, sorted(set(first_of)), executor)
    n_had = list(n_stored)
    points = []
    for job, first in zip(jobs, first_of, strict=True):
        nearest = min(pilots, key=lambda other: abs(other - first))
        slowness = job.model.seconds_per_batch / jobs[nearest].model.seconds_per_batch
        source = "pilot" if first in pilots else "nearest"
        point = _forecast(job, pilots[nearest], slowness, source, n_had[first])
        # Of a model that points share, each runs what those before it have not.
        n_had[first] = max(n_had[first], point.n_batches)
        place = point_of(job.params, axes)
        points.append(replace(point, point=place, n_stored=n_stored[first]))
    n_workers, fields = walkers.n_workers(executor), jobs[0].scenario.parameters()
    n_here = n_workers if getattr(executor, "is_here", True) else 0
    return DryRun(
        scenario=jobs[0].scenario,
        units={name: fields[name]["unit"] for name in axes},
        points=points,
        n_workers=n_workers,
        n_pilots=len(pilots),
        bytes_at_work=n_here * max(job.model.bytes_per_batch for job in jobs),
        store=None if store is None else Path(store),
    )


def _forecast(job: Job, pilot: Pilot, slowness: float, source: str, n_had: int) -> PointForecast:
    """Forecast a point from the pilot of another that is so many times as fast a batch."""
    error = job.scenario.batch_error(job.params)
    source = source if error is None else "scenario"
    error = pilot.batch_error if error is None else error
    n_batches = _n_batches(job, error)
    n_to_run = max(0, n_batches - n_had)
    new_file = BYTES_OF_A_FILE if n_to_run and not n_had else 0
    return PointForecast(
        point={},
        n_batches=n_batches,
        n_stored=n_had,
        n_to_run=n_to_run,
        seconds=n_to_run * slowness / pilot.batches_per_second,
        precision=None if error is None else error / math.sqrt(n_batches),
        error_from=source,
        bytes_of_memory=2 * n_batches * pilot.bytes_of_arrays,  # as batches, and as a record
        bytes_on_disk=n_to_run * (pilot.bytes_on_disk + BYTES_OF_A_ROW) + new_file,
    )


def _n_batches(job: Job, batch_error: float | None) -> int:
    """Batches that a point will have at its end."""
    if job.goal is None or job.model.n_given is not None or batch_error is None:
        return job.n_first
    return batches_needed(1, batch_error, job.goal)


def _pilots(jobs: Sequence[Job], models: Sequence[int], executor: Executor) -> dict[int, Pilot]:
    """Pilots of all models, or where that takes long of a few, the first and the last among them.

    ``models`` are the numbers of the jobs whose models differ.
    """
    first = _pilot(jobs[models[0]], executor, 0.0)
    slowness = first.n_batches / first.batches_per_second / jobs[models[0]].model.seconds_per_batch
    expected = slowness * sum(jobs[n].model.seconds_per_batch for n in models)
    n_pilots = len(models)
    if expected > SECONDS_OF_PILOT:
        n_pilots = min(n_pilots, max(2, int(n_pilots * SECONDS_OF_PILOT / expected)))
    chosen = {models[round(n)] for n in np.linspace(0, len(models) - 1, n_pilots)}
    seconds = max(0.0, SECONDS_OF_PILOT - expected) / len(chosen)
    return {n: _pilot(jobs[n], executor, seconds) for n in sorted(chosen)}


def _pilot(job: Job, executor: Executor, seconds: float) -> Pilot:
    """Run a few batches; the first ones may compile, and are not timed."""
    n_most = min(job.model.n_given or FIRST_ROUND, FIRST_ROUND)
    step = max(2, walkers.n_workers(executor))
    n_begun = min(step, max(1, n_most - 1))
    record = walkers.run(job.model, job.seed, n_begun, executor=executor)
    started = time.perf_counter()
    while record.n_batches < n_most:
        n_now = min(record.n_batches + step, n_most)
        record = walkers.run(job.model, job.seed, n_now, executor=executor, extend=record)
        if time.perf_counter() - started >= seconds:
            break
    elapsed = max(time.perf_counter() - started, 1e-9)
    n_timed = max(record.n_batches - n_begun, 1)
    arrays = record.batch(0)
    return Pilot(
        n_batches=record.n_batches,
        batches_per_second=n_timed / elapsed,
        batch_error=_batch_error(job, record),
        bytes_of_arrays=sum(array.nbytes for array in arrays.values()),
        bytes_on_disk=_bytes_on_disk(arrays),
    )


def _batch_error(job: Job, record: walkers.Record) -> float | None:
    """Relative error of the leading quantity after one batch; None from too few."""
    try:
        with np.errstate(all="ignore"):
            error = leading(job.checks(record)).precision * math.sqrt(record.n_batches)
    except (ValueError, ArithmeticError, LookupError):
        return None
    return error if math.isfinite(error) and error > 0.0 else None


def _bytes_on_disk(arrays: Mapping[str, Any]) -> int:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.tell()
