"""Batches in processes of this machine; a worker that is killed takes only its batch along."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any

from .courier import Courier
from .executors import available_cores

RENEWALS = 3
"""Pools that may break one after the other before a job is not taken any more."""


class ProcessExecutor(Courier):
    """A process pool that is started anew when one of its workers was killed.

    What was in flight then fails, and is submitted again by the run, up to three times a batch.
    """

    def __init__(self, n_jobs: int) -> None:
        super().__init__()
        self._n_jobs = n_jobs
        self._renewing = threading.Lock()
        self._pool = self._new_pool()

    @property
    def n_workers(self) -> int:
        """Number of processes."""
        return self._n_jobs

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _send(self, *job: Any) -> Future[Any]:
        for _ in range(RENEWALS):
            pool = self._pool
            try:
                return pool.submit(*job)
            except BrokenExecutor:
                with self._renewing:
                    if self._pool is pool:
                        pool.shutdown(wait=False)
                        self._pool = self._new_pool()
        return self._pool.submit(*job)

    def _new_pool(self) -> ProcessPoolExecutor:
        return _Pool(
            self._n_jobs,
            mp_context=get_context("spawn"),
            initializer=_follow_the_coordinator,
        )


def processes(n_jobs: int | None = None) -> ProcessExecutor:
    """Process pool; workers are spawned, because compiled code does not survive a fork.

    The coordinator ends them, after what they are at, when Ctrl-C or SIGTERM reaches them all.
    """
    return ProcessExecutor(n_jobs or available_cores())


_SIGNALS = {signal.SIGINT, signal.SIGTERM}


class _Pool(ProcessPoolExecutor):
    """Its workers inherit blocked signals: none may end one while it is still importing."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a job, and start workers, with signals blocked."""
        if not hasattr(signal, "pthread_sigmask"):  # not a POSIX system
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow_the_coordinator() -> None:
    """Outlive the signals that reach every process of a job, but not the coordinator itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A broken pool ends its workers by SIGTERM: they may not ignore it for ever.
    signal.signal(
        signal.SIGTERM, lambda *_: threading.Thread(target=_leave_soon, daemon=True).start()
    )
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    threading.Thread(target=_leave_with, args=(parent_process(),), daemon=True).start()


def _leave_soon() -> None:
    time.sleep(5.0)
    os._exit(1)


def _leave_with(coordinator: Any) -> None:
    coordinator.join()
    os._exit(1)
