"""Batches on the workers of a Dask cluster: one on this machine, or any that is named."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import signal
import threading
import time
import warnings
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, Future, InvalidStateError
from concurrent.futures import wait as futures_wait
from multiprocessing import resource_tracker
from typing import Any

from .courier import Courier, Errand, ExecutorError, Parcel, receive, refuse_another_version
from .executors import available_cores
from .model import Model
from .packs import Outcome, carry_out_all, packed, size_for
from .run import BatchError
from .sources import code_version

SECONDS_TO_CONNECT = 10.0
SECONDS_WITHOUT_WORKERS = 60.0
"""So long a run waits for a worker, e.g. for the queue of a batch system, before it gives up."""

SECONDS_BETWEEN_COUNTS = 1.0
SECONDS_TO_PACK = 0.005

_GONE = "the Dask scheduler is gone"

_CONFIGURATION = {
    "distributed.admin.low-level-log-length": 100,  # 10,000 batches are not worth 50 MB of log
    "distributed.admin.tick.limit": "1h",  # a busy machine is no news
    "distributed.admin.tick.interval": "500ms",
    "distributed.worker.profile.enabled": False,  # samples every worker 100 times a second
}


class DaskExecutor(Courier):
    """Workers of a Dask scheduler; the cluster of this machine is started by the first batch."""

    def __init__(self, address: Any, n_jobs: int | None) -> None:
        super().__init__()
        self._distributed = _imported()
        self.is_here = address is None
        self._address, self._n_jobs = address, n_jobs or available_cores()
        self._cluster: Any = None
        self._client: Any = None
        self._n_workers = self._n_jobs
        self._opening = threading.Lock()
        self._closing = threading.Event()
        self._broken: str | None = None
        self._waiting: list[tuple[Future[Any], tuple[Any, ...]]] = []
        self._in_flight: dict[str, tuple[Any, tuple[Future[Any], ...]]] = {}
        self._size = 1
        if address is not None:
            self._open()

    @property
    def n_workers(self) -> int:
        """Threads of all workers that the scheduler has at the moment."""
        return max(1, self._n_workers)

    @property
    def window(self) -> int:
        """Batches in flight: while one runs and one waits on a worker, others are on their way."""
        return 4 * self.n_workers * self._size

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, and end it where it was started here."""
        has_time = wait and not cancel_futures and not self._closing.is_set()
        if self._client is not None and has_time:
            sent = [future for _, futures in list(self._in_flight.values()) for future in futures]
            given = [*sent, *(future for future, _ in list(self._waiting))]
            futures_wait([future for future in given if not future.cancelled()])  # those never end
        self._closing.set()
        if self._client is not None and self._client is not self._address:
            self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _send(self, *job: Any) -> Future[Any]:
        client, future = self.client, Future[Any]()
        if self._broken is not None or client.status == "closed":
            raise BrokenExecutor(self._broken or _GONE)
        client.loop.add_callback(self._take, future, job)
        return future

    def _take(self, future: Future[Any], job: tuple[Any, ...]) -> None:
        """Let a job wait for others to share a task with; from here on in the client's thread."""
        self._waiting.append((future, job))
        if self._broken is not None:  # since it was sent
            return self._fail_all(BrokenExecutor(self._broken))
        if len(self._waiting) in (1, self._size):
            self._client.loop.call_later(SECONDS_TO_PACK, self._dispatch)

    def _dispatch(self) -> None:
        """Send what waits, in full packs as long as the workers have something to do."""
        waiting = [entry for entry in self._waiting if not entry[0].cancelled()]
        n_wanted = 2 * self.n_workers - len(self._in_flight)
        if len(waiting) < self._size and n_wanted <= 0:
            return
        self._waiting.clear()
        for pack in packed(waiting, self._size, n_wanted):
            futures, jobs = zip(*pack, strict=True)
            try:
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", "Sending large graph")  # a model was wanted
                    task = self._client.submit(carry_out_all, jobs, pure=False)
            except Exception as error:  # the client was closed meanwhile
                _land(futures, Outcome(0.0, error=error))
                continue
            self._in_flight[task.key] = task, futures
            self._client.loop.add_callback(self._fetch, task)

    async def _fetch(self, task: Any) -> None:
        """Wait for a task's results; nothing refers to it afterwards."""
        try:
            outcomes = await self._client.gather(task, asynchronous=True)
            self._size = size_for(outcomes, self._size)
        except BaseException as error:
            self._land_all(task.key, Outcome(0.0, error=await self._readable(error)))
        else:
            self._land_all(task.key, *outcomes)
        if self._waiting:
            self._client.loop.call_later(SECONDS_TO_PACK, self._dispatch)

    def _land_all(self, key: str, *outcomes: Outcome) -> None:
        """Hand out the outcomes of a task, or the one of all its jobs."""
        _, futures = self._in_flight.pop(key, (None, ()))
        _land(futures, *outcomes)

    async def _readable(self, error: BaseException) -> BaseException:
        """Say in few words what Dask says in many; of a lost scheduler, whether it came back."""
        name = type(error).__name__
        if name == "KilledWorker":
            return BatchError("a batch killed every Dask worker that tried it")  # four of them
        if name != "FutureCancelledError":
            return error
        while self._client.status == "connecting":
            await asyncio.sleep(0.1)
        if self._client.status == "running":
            return OSError("the Dask scheduler lost it")
        return BrokenExecutor(_GONE)

    def _parcel(self, model: Model) -> Parcel:
        """Give a new model to all workers at once; one that joins later will ask for it."""
        is_new = id(model) not in self._parcels
        parcel = super()._parcel(model)
        if is_new:
            self.client.run(receive, parcel, on_error="ignore")
            self._size = 1  # its batches may be as long as those of the last model were short
        return parcel

    def _call_back(self, errand: Errand) -> bool:
        """Call back what waits: the oldest tasks are those that have begun."""
        tasks = list(self._in_flight.values())
        if any(errand.inner in futures for _, futures in tasks[: self._n_workers]):
            return False
        if errand.inner is None or not errand.inner.cancel():
            return False
        for task, futures in tasks:
            if all(future.cancelled() for future in futures):
                task.cancel()
        return True

    @property
    def client(self) -> Any:
        """Dask's own client; the first batch connects it."""
        with self._opening:
            if self._client is None:
                self._open()
        return self._client

    def _open(self) -> None:
        """Connect, start the workers where none were named, and compare versions."""
        client = self._connected()
        try:
            _refuse_other_versions(client)
        except BaseException:
            if client is not self._address:
                client.close()
            if self._cluster is not None:
                self._cluster.close()
            raise
        self._client = client
        self._n_workers = _count(client)
        threading.Thread(target=self._watch, daemon=True).start()

    def _connected(self) -> Any:
        import dask
        from distributed.comm.addressing import get_address_host_port

        if isinstance(self._address, self._distributed.Client):
            return self._address
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # errors are raised
        if self._address is None:
            with dask.config.set(_CONFIGURATION):
                self._cluster = _started_here(self._n_jobs)
        place = self._cluster or self._address
        try:
            if isinstance(place, str):
                get_address_host_port(place)  # Client itself would never close
            client = self._distributed.Client(
                place, timeout=SECONDS_TO_CONNECT, set_as_default=False
            )
        except (OSError, ValueError, TypeError) as error:
            raise ExecutorError(
                f"dask: no scheduler answers at {self._address} ({error})"
            ) from None
        try:
            client.wait_for_workers(1, timeout=SECONDS_WITHOUT_WORKERS)
        except OSError:
            client.close()
            raise ExecutorError(f"dask: the scheduler at {self._address} has no workers") from None
        return client

    def _watch(self) -> None:
        """Count the workers now and then; give up when there are none for long."""
        last_seen = time.monotonic()
        while not self._closing.wait(SECONDS_BETWEEN_COUNTS):
            if self._client.status == "closed":
                return self._give_up(_GONE)
            try:
                self._n_workers = _count(self._client)
            except Exception:  # no answer; the client tries again until it is closed
                self._n_workers = 0
            now = time.monotonic()
            last_seen = now if self._n_workers else last_seen
            if now - last_seen > SECONDS_WITHOUT_WORKERS:
                return self._give_up(f"no Dask worker for {SECONDS_WITHOUT_WORKERS:g} s")

    def _give_up(self, reason: str) -> None:
        self._broken = reason
        self._client.loop.add_callback(self._fail_all, BrokenExecutor(reason))

    def _fail_all(self, error: BaseException) -> None:
        self._in_flight["waiting"] = None, tuple(future for future, _ in self._waiting)
        self._waiting.clear()
        for key in list(self._in_flight):
            self._land_all(key, Outcome(0.0, error=error))


def dask(address: Any = None, n_jobs: int | None = None) -> DaskExecutor:
    """Workers of a Dask cluster.

    Parameters
    ----------
    address : str, Client or Cluster, optional
        A scheduler, e.g. ``tcp://10.0.0.1:8786``; by default a cluster of this machine.
    n_jobs : int, optional
        One-thread workers of that cluster of this machine, by default one per available core.

    Raises
    ------
    ExecutorError
        Without Dask, for a scheduler that does not answer or has no workers, and for workers that
        run another version of fluxwalk.
    """
    return DaskExecutor(address, n_jobs)


def dask_setup(worker: object) -> None:
    """Let a worker of this machine ignore Ctrl-C, which reaches every process of a terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _imported() -> Any:
    try:
        import distributed
    except ImportError:
        raise ExecutorError("dask: needs Dask: pip install 'fluxwalk[dask]'") from None
    return distributed


def _started_here(n_jobs: int) -> Any:
    """Cluster of this machine: one process and an equal share of the memory for each worker.

    It is started in a thread, because half a cluster, which a Ctrl-C would leave, cannot be ended.
    """
    from distributed import LocalCluster
    from distributed.system import MEMORY_LIMIT

    starting: Future[Any] = Future()

    def start() -> None:
        if not starting.set_running_or_notify_cancel():
            return  # Ctrl-C came first
        if hasattr(signal, "pthread_sigmask"):  # workers inherit it: none dies before its setup
            resource_tracker.ensure_running()  # would lift the block
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            cluster = LocalCluster(
                n_workers=n_jobs,
                threads_per_worker=1,
                processes=True,
                memory_limit=MEMORY_LIMIT // n_jobs,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
                preload=__name__,
            )
        except BaseException as error:
            starting.set_exception(error)
        else:
            starting.set_result(cluster)

    try:
        threading.Thread(target=start, daemon=True).start()
        cluster = starting.result()
    except BaseException:
        if not starting.cancel() and starting.exception() is None:
            starting.result().close()  # it was Ctrl-C, and now the cluster is whole
        raise
    return cluster


def _land(futures: Iterable[Future[Any]], *outcomes: Outcome) -> None:
    """Hand each job its outcome, or all of them the only one."""
    for future, outcome in zip(futures, itertools.cycle(outcomes), strict=False):
        with contextlib.suppress(InvalidStateError):  # called back meanwhile
            if outcome.error is not None:
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome.result)


def _count(client: Any) -> int:
    return sum(client.nthreads().values())


def _refuse_other_versions(client: Any) -> None:
    """Ask every worker which code it runs, before anything is sent to it."""

    def version() -> str:  # a function within a function is sent as it is, not as a name
        try:
            from walkers.engine import sources
        except ImportError as error:
            return f"none: {error}"
        return sources.code_version()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        versions: dict[str, str] = client.run(version, on_error="ignore")
    for address, found in versions.items():
        if found.startswith("none"):
            raise ExecutorError(f"dask: the worker {address} has no fluxwalk ({found[6:]})")
        refuse_another_version(code_version(), found)
