"""Run batches of a model: the only loop between a seed and a Record."""

from __future__ import annotations

import contextlib
import functools
import operator
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from .courier import ExecutorError
from .executors import threads, window
from .model import MAXIMUM_FIELD, MAXIMUM_SEED, Arrays, KernelError, Model
from .record import Record, make_record
from .signals import NotedSignals
from .store import RunFile, Store
from .stored import StoreError

ATTEMPTS = 3
"""A batch whose worker was lost is submitted this many times before the run gives up."""

WIDEST = 16
"""How many times the usual number of batches is kept in flight where saving them is slow."""

Progress = Callable[[dict[int, Arrays]], None]


class BatchError(RuntimeError):
    """A batch that failed every time it was tried, or that nobody is left to try."""


def run(
    model: Model,
    seed: int,
    n_batches: int,
    store: RunFile | Store | Path | str | None = None,
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
    store : Store, path or RunFile, optional
        Where finished batches are kept; those already there are not run again. The file of an
        open store stays open.
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
    with _opened(store, model, seed) as run_file:
        _finish(model, seed, range(n_batches), finished, run_file, executor, progress)
    return make_record(model, seed, [finished[batch] for batch in range(n_batches)])


def run_shard(
    model: Model,
    seed: int,
    n_batches: int,
    shard: tuple[int, int],
    store: RunFile | Store | Path | str,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[int]:
    """Run the share of one of several jobs that know nothing of each other, into its own store.

    ``merge`` joins their stores; a run with the joined store then has nothing left to compute.

    Parameters
    ----------
    model, seed, n_batches, executor, progress
        As for ``run``; the number of batches is that of all shards together.
    shard : (int, int)
        Which shard, counted from 1, of how many: (i, n) runs batches i − 1, i − 1 + n, ….
    store : Store, path or RunFile
        Where this shard's batches are kept; those already there are not run again.

    Raises
    ------
    ValueError
        For a shard that there is not, and as ``run`` does.
    """
    seed, n_batches = _whole("seed", seed), _whole("n_batches", n_batches)
    _check(model, seed, n_batches, None)
    number, n_shards = shard
    if not 1 <= number <= n_shards:
        raise ValueError(f"shard must be between 1 and {n_shards}, got {number}")
    wanted = range(number - 1, n_batches, n_shards)
    with _opened(store, model, seed) as run_file:
        _finish(model, seed, wanted, {}, run_file, executor, progress)
    return list(wanted)


def _finish(
    model: Model,
    seed: int,
    wanted: Iterable[int],
    finished: dict[int, Arrays],
    run_file: RunFile | None,
    executor: Executor | None,
    progress: Progress | None,
) -> None:
    """Add what is wanted to what is finished, from the store or by running it."""

    def keep(batches: Mapping[int, Arrays]) -> None:
        if run_file is not None and batches:
            run_file.add(batches)  # on the disk before it counts
        finished.update(batches)

    if run_file is not None:
        keep({b: finished[b] for b in finished.keys() - run_file.finished.keys()})
        finished.update(run_file.finished)
    to_run = [batch for batch in wanted if batch not in finished]
    with _started(executor) as pool, Flight(pool, model, seed, to_run) as flight:
        landed: dict[int, Arrays] = {}
        try:
            while landed := flight.wait():
                keep(landed)
                if progress is not None:
                    progress(finished)
        except StoreError:
            flight.end()
            raise
        except BaseException:  # Ctrl-C too: what is in flight lands, and is kept
            keep({**landed, **flight.end()})
            raise


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
def _opened(
    store: RunFile | Store | Path | str | None, model: Model, seed: int
) -> Iterator[RunFile | None]:
    if store is None or isinstance(store, RunFile):
        yield store
        return
    keeper = store if isinstance(store, Store) else Store(Path(store))
    with keeper.open(model, seed) as run_file:
        yield run_file


@contextlib.contextmanager
def _started(executor: Executor | None) -> Iterator[Executor]:
    if executor is not None:
        yield executor
        return
    with threads() as pool:
        yield pool


def n_in_flight() -> int:
    """Count the batches of this process that have begun, or wait in an executor."""
    return sum(not future.done() for flight in list(_flights) for future in flight.futures)


class Flight:
    """Batches on their way through an executor, a fixed window of them at a time."""

    def __init__(self, pool: Executor, model: Model, seed: int, batches: Iterable[int]) -> None:
        self._pool, self._model, self._seed = pool, model, seed
        self._waiting = iter(batches)
        self._in_flight: dict[Future[Any], tuple[int, int]] = {}
        self._done: SimpleQueue[Future[Any] | None] = SimpleQueue()
        self._signals = NotedSignals(wake=functools.partial(self._done.put, None))
        self._failed: BaseException | None = None
        self._widened = 1
        _flights.add(self)

    def __enter__(self) -> Flight:
        self._signals.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._signals.__exit__(*error)

    def wait(self) -> dict[int, Arrays]:
        """Batches that have finished since the last call, at least one; none after the last one.

        Raises
        ------
        KernelError, BatchError
            When a batch failed for good, once those that finished beside it have been returned.
        """
        self._widen()
        while True:
            self._signals.heed()
            # Several may have finished at once: the window is filled up, not just moved by one.
            while (
                self._failed is None and len(self._in_flight) < window(self._pool) * self._widened
            ):
                batch = next(self._waiting, None)
                if batch is None:
                    break
                self._submit(batch, 1)
            if self._failed is not None:
                raise self._failed
            if not self._in_flight:
                return {}
            if landed := self._land(self._next_done()):
                return landed

    def end(self) -> dict[int, Arrays]:
        """Call back what has not begun, and return what finishes all the same."""
        self._signals.restore()
        begun = [future for future in self._in_flight if not future.cancel()]
        wait(begun)
        return {self._in_flight[f][0]: f.result() for f in begun if f.exception() is None}

    @property
    def futures(self) -> list[Future[Any]]:
        """Everything in flight."""
        return list(self._in_flight)

    def _widen(self) -> None:
        """Keep more in flight if the workers ran out of it while batches were being saved."""
        idle = len(self._in_flight) > 1 and all(future.done() for future in self._in_flight)
        self._widened = min(WIDEST, 4 * self._widened) if idle else self._widened

    def _next_done(self) -> list[Future[Any]]:
        """Wait until something has finished, or a signal has come; nothing is locked meanwhile."""
        done = [self._done.get()]
        with contextlib.suppress(Empty):
            while True:
                done.append(self._done.get_nowait())
        return [future for future in done if future is not None]

    def _submit(self, batch: int, attempt: int) -> None:
        try:
            future = self._pool.submit(compute_batch, self._model, self._seed, batch)
        except BrokenExecutor as error:  # all its workers are gone, e.g. one was killed
            self._failed = BatchError(f"batch {batch} cannot be run: {error}")
            self._failed.__cause__ = error
        else:
            self._in_flight[future] = (batch, attempt)
            future.add_done_callback(self._done.put)

    def _land(self, futures: Iterable[Future[Any]]) -> dict[int, Arrays]:
        landed = {}
        for future in futures:
            batch, attempt = self._in_flight.pop(future)
            error = future.exception()
            if error is None:
                landed[batch] = future.result()
            elif isinstance(error, KernelError | ExecutorError | BatchError):
                self._failed = error  # a batch is a pure function: it would fail again
            elif attempt < ATTEMPTS:
                self._submit(batch, attempt + 1)
            else:
                self._failed = BatchError(f"batch {batch} failed {ATTEMPTS} times: {error}")
                self._failed.__cause__ = error
        return landed


_flights: weakref.WeakSet[Flight] = weakref.WeakSet()
