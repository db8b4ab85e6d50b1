"""Who maps batches: anything with the ``concurrent.futures.Executor`` interface."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
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

    One job gets a thread of its own too: the main thread must hear a second Ctrl-C while a kernel
    runs, and one that reaches Python while a kernel returns there is lost in numba's wrapper.
    """
    return ThreadPoolExecutor(n_jobs or available_cores())


def n_workers(executor: Executor | None) -> int:
    """Count the batches that an executor (None: the default one) runs at a time."""
    if isinstance(executor, InlineExecutor):
        return 1
    known = getattr(executor, "n_workers", None) or getattr(executor, "_max_workers", None)
    return int(known or available_cores())


def window(executor: Executor) -> int:
    """Count the batches to keep in flight: enough to feed every worker, and no more."""
    if isinstance(executor, InlineExecutor):
        return 1
    return int(getattr(executor, "window", None) or 2 * n_workers(executor))
