"""A signal ends a run between two steps: no lock is left taken, nothing that ran is lost."""

from __future__ import annotations

import gc
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from tests.walkers.small_models import SMALL_MODELS
from walkers import InlineExecutor, run
from walkers.engine.run import Flight

MODEL = SMALL_MODELS["together"]
pytestmark = pytest.mark.compiled


class Interrupted(InlineExecutor):
    """Hears signals while it is given the fourth batch."""

    def __init__(self, n_signals):
        self.n_signals, self.n_begun, self.n_taken = n_signals, 0, 0

    def submit(self, fn, /, *args, **kwargs):
        self.n_begun += 1
        for _ in range(self.n_signals if self.n_begun == 4 else 0):
            signal.raise_signal(signal.SIGINT)
        self.n_taken += 1
        return super().submit(fn, *args, **kwargs)


def test_a_signal_is_heeded_after_the_step_that_it_came_in(tmp_path):
    pool, handler = Interrupted(1), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(MODEL, 5, 12, tmp_path, pool)
    assert (pool.n_begun, pool.n_taken) == (4, 4)
    assert signal.getsignal(signal.SIGINT) is handler
    finished = []
    record = run(MODEL, 5, 12, tmp_path, InlineExecutor(), lambda f: finished.append(len(f)))
    assert finished == list(range(5, 13))  # the fourth is there
    assert record.sha256() == run(MODEL, 5, 12).sha256()


def test_at_the_second_signal_both_are_heeded_at_once():
    heard = []

    def handler(number, frame):
        heard.append(pool.n_taken)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    pool, before = Interrupted(2), signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(MODEL, 5, 12, executor=pool)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [3]
    assert (pool.n_begun, pool.n_taken) == (4, 3)


class Lost(InlineExecutor):
    """Never finishes anything, and waits for it only a moment."""

    patience, is_shut = 0.05, False

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_running_or_notify_cancel()
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.is_shut = not wait


def test_a_signal_wakes_a_run_that_waits():
    pool, main = Lost(), threading.main_thread().ident
    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        run(MODEL, 5, 12, executor=pool)
    assert pool.is_shut


def test_an_interrupted_run_does_not_wait_for_ever_for_a_lost_batch():
    pool = Lost()
    flight = Flight(pool, MODEL, 1, [])
    for batch in (4, 5):
        landed = Future()
        landed.set_running_or_notify_cancel()
        flight._in_flight[landed] = (batch, 1)
    landed.set_result({"x": np.zeros(2)})
    assert list(flight.end()) == [5]
    assert pool.is_shut


def test_a_signal_within_a_callback_of_the_garbage_collection_ends_a_run():
    """Python drops what is raised there."""

    def cut(phase, details):
        if len(landed) == 3 and phase == "start":
            signal.raise_signal(signal.SIGINT)

    def note(finished):
        landed.append(len(finished))
        gc.collect()

    landed = []
    gc.callbacks.append(cut)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(MODEL, 5, 12, executor=InlineExecutor(), progress=note)
    finally:
        gc.callbacks.remove(cut)
    assert landed == [1, 2, 3]


def test_a_signal_beside_an_error_is_heeded_too():
    def fail(finished):
        signal.raise_signal(signal.SIGINT)
        raise OSError("a full disk")

    with pytest.raises(KeyboardInterrupt) as caught:
        run(MODEL, 5, 12, executor=InlineExecutor(), progress=fail)
    assert isinstance(caught.value.__context__, OSError)


class Locking(InlineExecutor):
    """Takes a lock, and gives it back, all the time."""

    def __init__(self):
        self.condition = threading.Condition()

    def submit(self, fn, /, *args, **kwargs):
        for _ in range(2000):
            with self.condition:
                pass
        return super().submit(fn, *args, **kwargs)


def test_no_lock_is_left_taken():
    """What is raised at the end of ``Condition.__enter__`` leaves it locked: Python's own."""
    main, rng = threading.main_thread().ident, np.random.default_rng(1)
    for _ in range(20):
        pool, seconds = Locking(), rng.uniform(0.005, 0.02)
        with pytest.raises(KeyboardInterrupt):
            threading.Timer(seconds, signal.pthread_kill, (main, signal.SIGINT)).start()
            run(MODEL, 5, 10_000, executor=pool)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(pool.condition.acquire, timeout=5).result()
