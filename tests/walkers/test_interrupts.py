"""A signal ends a run between two steps: no lock is left taken, nothing that ran is lost."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.walkers.small_models import SMALL_MODELS
from walkers import InlineExecutor, run

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


class Queue(InlineExecutor):
    """Begins nothing."""

    def __init__(self):
        self.is_asked = threading.Event()

    def submit(self, fn, /, *args, **kwargs):
        self.is_asked.set()
        return Future()


def test_a_signal_wakes_a_run_that_waits():
    pool, main = Queue(), threading.main_thread().ident

    def interrupt():
        pool.is_asked.wait()
        time.sleep(0.1)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run(MODEL, 5, 12, executor=pool)


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


def test_a_run_within_a_step_of_another_ends_with_it():
    landed = []

    def note(finished):
        landed.append(len(finished))
        if len(landed) == 2:
            signal.raise_signal(signal.SIGINT)

    def run_another(finished):
        run(MODEL, 6, 12, executor=InlineExecutor(), progress=note)

    with pytest.raises(KeyboardInterrupt):
        run(MODEL, 5, 12, executor=InlineExecutor(), progress=run_another)
    assert landed == [1, 2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("n_exchanged", [1, 2, 3])
def test_what_is_raised_while_handlers_are_exchanged_leaves_none_that_only_notes(
    monkeypatch, n_exchanged
):
    heard, exchange = [], signal.signal

    def handler(number, frame):
        heard.append(number)
        raise KeyboardInterrupt

    def interrupted(number, new):
        exchange(number, new)
        exchanged.append(number)
        if len(exchanged) == n_exchanged:
            other = ({signal.SIGINT, signal.SIGTERM} - {number}).pop()
            signal.raise_signal(other if n_exchanged == 1 else number)

    numbers, exchanged = (signal.SIGINT, signal.SIGTERM), []
    before = [signal.signal(number, handler) for number in numbers]
    try:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(signal, "signal", interrupted)
            run(MODEL, 5, 2, executor=InlineExecutor())
        for number in numbers:
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
            assert signal.getsignal(number) is handler
        assert heard[1:] == list(numbers)
    finally:
        for number, old in zip(numbers, before, strict=True):
            signal.signal(number, old)


class Forked(InlineExecutor):
    """Hears a signal as another process that has inherited the handlers."""

    n_heard = 0

    def submit(self, fn, /, *args, **kwargs):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 1)
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                self.n_heard += 1
        return super().submit(fn, *args, **kwargs)


def test_a_forked_worker_handles_signals_as_before():
    pool = Forked()
    with contextlib.suppress(KeyboardInterrupt):  # of a signal that was only noted
        run(MODEL, 5, 1, executor=pool)
    assert pool.n_heard == 1


class Heard(threading.Condition):
    """Ctrl-C comes when the lock is taken, and no ``with`` knows of it yet."""

    def __enter__(self):
        taken = super().__enter__()
        signal.raise_signal(signal.SIGINT)
        return taken


class Locking(InlineExecutor):
    """Takes a lock, and gives it back."""

    def __init__(self):
        self.condition = Heard()

    def submit(self, fn, /, *args, **kwargs):
        with self.condition:
            return super().submit(fn, *args, **kwargs)


def test_no_lock_is_left_taken():
    pool = Locking()
    with pytest.raises(KeyboardInterrupt):
        run(MODEL, 5, 2, executor=pool)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(pool.condition.acquire, timeout=5).result()
