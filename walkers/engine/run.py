"""Run batches of a model: the only loop between a seed and a Record."""

from __future__ import annotations

import contextlib
import itertools
import operator
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from pathlib import Path
from typing import Any

from .executors import threads, window
from .model import MAXIMUM_FIELD, MAXIMUM_SEED, Arrays, KernelError, Model
from .record import Record, make_record
from .store import RunFile, Store

ATTEMPTS = 3
"""A batch whose worker was lost is submitted this many times before the run gives up."""

Progress = Callable[[dict[int, Arrays]], None]


class BatchError(RuntimeError):
    """A batch that failed every time it was tried, or that nobody is left to try."""


def run(
    model: Model,
    seed: int,
    n_batches: int,
    store: Store | Path | str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    extend: Record | None = None,
) -> Record:
    """Run batches 0 … n_batches − 1 of a model and return their tallies.

    The result depends on (model, seed, n_batches) alone: not on the executor, nor on what an
    interrupted run had already put into the store.

    Parameters
    ----------
    model : Model
        What to simulate.
    seed : int
        Key of the random streams, 0 ≤ seed < 2⁶⁴.
    n_batches : int
        Number of independent batches.
    store : Store or path, optional
        Where finished batches are kept; those already there are not run again.
    executor : concurrent.futures.Executor, optional
        Who runs the batches; by default one thread per available core.
    progress : callable, optional
        Called with the finished batches {number: arrays} after each one.
    extend : Record, optional
        Earlier record of the same model and seed, whose batches are taken over.

    Raises
    ------
    ValueError
        For a seed or a number of batches out of range, or a record of another run.
    StoreError
        For a store that cannot be read or written.
    KernelError
        When a kernel reports what must not happen, e.g. a lost molecule.
    BatchError
        When a batch failed three times, or its executor lost all workers.
    """
    seed, n_batches = _whole("seed", seed), _whole("n_batches", n_batches)
    _check(model, seed, n_batches, extend)
    finished = {} if extend is None else {b: extend.batch(b) for b in range(extend.n_batches)}
    with _opened(store, model, seed) as run_file, _started(executor) as pool:
        if run_file is not None:
            for batch in finished.keys() - run_file.finished.keys():
                run_file.add(batch, finished[batch])
            finished.update(run_file.finished)
        missing = [batch for batch in range(n_batches) if batch not in finished]
        for batch, arrays in _run_batches(pool, model, seed, missing):
            if run_file is not None:
                run_file.add(batch, arrays)
            finished[batch] = arrays
            if progress is not None:
                progress(finished)
    return make_record(model, seed, [finished[batch] for batch in range(n_batches)])


def compute_batch(model: Model, seed: int, batch: int) -> Arrays:
    """One batch, as a function of plain data that any executor can carry."""
    return model.compute(seed, batch)


def _whole(name: str, value: int) -> int:
    """Python's own integer of any integral number: numpy's too, but no 2.0."""
    try:
        return int(operator.index(value))
    except TypeError:
        raise ValueError(f"{name} must be a whole number, got {value!r}") from None


def _check(model: Model, seed: int, n_batches: int, extend: Record | None) -> None:
    if not 0 <= seed < MAXIMUM_SEED:
        raise ValueError(f"seed must be at least 0 and below 2⁶⁴, got {seed}")
    if not 0 < n_batches < MAXIMUM_FIELD:
        raise ValueError(f"n_batches must be between 1 and {MAXIMUM_FIELD - 1}, got {n_batches}")
    if extend is not None and (extend.seed != seed or extend.model != model):
        raise ValueError("extend must be a record of the same model and seed")


@contextlib.contextmanager
def _opened(store: Store | Path | str | None, model: Model, seed: int) -> Iterator[RunFile | None]:
    if store is None:
        yield None
        return
    keeper = store if isinstance(store, Store) else Store(Path(store))
    run_file = RunFile(keeper.path(model, seed), model, seed)
    try:
        yield run_file
    finally:
        run_file.close()


@contextlib.contextmanager
def _started(executor: Executor | None) -> Iterator[Executor]:
    if executor is not None:
        yield executor
        return
    with threads() as pool:
        yield pool


def _run_batches(
    pool: Executor, model: Model, seed: int, missing: list[int]
) -> Iterator[tuple[int, Arrays]]:
    """Yield (number, arrays) as batches finish, a fixed window of them in flight."""
    waiting = iter(missing)
    in_flight: dict[Future[Any], tuple[int, int]] = {}

    def submit(batch: int, attempt: int) -> None:
        try:
            future = pool.submit(compute_batch, model, seed, batch)
        except BrokenExecutor as error:  # all its workers are gone, e.g. one was killed
            raise BatchError(f"batch {batch} cannot be run: {error}") from error
        in_flight[future] = (batch, attempt)

    try:
        while True:
            # Several may have finished at once: the window is filled up, not just moved by one.
            for batch in itertools.islice(waiting, window(pool) - len(in_flight)):
                submit(batch, 1)
            if not in_flight:
                return
            for future in wait(in_flight, return_when=FIRST_COMPLETED).done:
                batch, attempt = in_flight.pop(future)
                error = future.exception()
                if error is None:
                    yield batch, future.result()
                elif isinstance(error, KernelError):
                    raise error  # a batch is a pure function: it would fail again
                elif attempt < ATTEMPTS:
                    submit(batch, attempt + 1)
                else:
                    raise BatchError(f"batch {batch} failed {ATTEMPTS} times: {error}") from error
    finally:
        for future in in_flight:
            future.cancel()
