"""Who maps batches: anything with the ``concurrent.futures.Executor`` interface."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any


class InlineExecutor(Executor):
    """Runs every batch at once in the calling thread: no pool to start, none to wait for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the function now and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # no affinity on this system
        return os.cpu_count() or 1


def threads(n_jobs: int | None = None) -> Executor:
    """Thread pool, by default one thread per available core; kernels release the GIL.

    One job gets a thread of its own too: a Ctrl-C that reaches Python while a compiled kernel
    returns in the main thread is lost in numba's wrapper (seen in most tries).
    """
    return ThreadPoolExecutor(n_jobs or available_cores())


def processes(n_jobs: int | None = None) -> Executor:
    """Process pool; workers are spawned, because compiled code does not survive a fork.

    The coordinator ends them, after what they are at, when Ctrl-C or SIGTERM reaches them all.
    """
    return ProcessPoolExecutor(
        n_jobs or available_cores(),
        mp_context=get_context("spawn"),
        initializer=_follow_the_coordinator,
    )


def _follow_the_coordinator() -> None:
    """Outlive the signals that reach every process of a job, but not the coordinator itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A broken pool ends its workers by SIGTERM: they may not ignore it for ever.
    signal.signal(
        signal.SIGTERM, lambda *_: threading.Thread(target=_leave_soon, daemon=True).start()
    )
    threading.Thread(target=_leave_with, args=(parent_process(),), daemon=True).start()


def _leave_soon() -> None:
    time.sleep(5.0)
    os._exit(1)


def _leave_with(coordinator: Any) -> None:
    coordinator.join()
    os._exit(1)


def n_workers(executor: Executor | None) -> int:
    """Count the batches that an executor (None: the default one) runs at a time."""
    if isinstance(executor, InlineExecutor):
        return 1
    return int(getattr(executor, "_max_workers", None) or available_cores())


def window(executor: Executor) -> int:
    """Count the batches to keep in flight: enough to feed every worker, and no more."""
    return 1 if isinstance(executor, InlineExecutor) else 2 * n_workers(executor)
