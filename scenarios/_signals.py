"""Ctrl-C and SIGTERM: the first one ends a command in order, the second one at once.

In order: what is in flight is finished and saved, and the command that resumes is printed. A
cluster sends SIGTERM some time before it kills; it is answered in the same way.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

SECONDS_WITHOUT_A_WORD = 1.0
"""What is in flight may take this long to finish before it is told that it is waited for."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = b"\x1b[?25h"


def watch_the_start() -> None:
    """Before the slow imports of a command: no traceback if it is ended now."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in a shell's background jobs
            signal.signal(number, _leave)


@contextlib.contextmanager
def ending_in_order(restore: bool) -> Iterator[FirstSignal]:
    """Let the first signal raise KeyboardInterrupt, and the second one end the process.

    ``restore`` what was in force before: a command that runs inside another program.
    """
    first = FirstSignal()
    if threading.current_thread() is not threading.main_thread():
        yield first
        return
    before = {n: signal.getsignal(n) for n in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, first)
    try:
        yield first
    finally:
        first.ended()
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, handler if restore else _leave)


class FirstSignal:
    """Handler of the first signal, which makes way for the second."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._timer: threading.Timer | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        for each in _SIGNALS:
            if signal.getsignal(each) is self:
                signal.signal(each, _leave)
        self._timer = threading.Timer(SECONDS_WITHOUT_A_WORD, _say_what_is_waited_for)
        self._timer.daemon = True
        self._timer.start()
        raise KeyboardInterrupt

    def ended(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _say_what_is_waited_for() -> None:
    from walkers.engine.run import n_in_flight

    if n := n_in_flight():
        batches = "1 batch" if n == 1 else f"{n} batches"
        print(
            f"fluxwalk: finishing {batches} in flight; Ctrl-C again to leave them", file=sys.stderr
        )


def _leave(number: int, frame: Any) -> None:
    """End at once: what was saved is safe whatever happens, and no worker is left behind."""
    with contextlib.suppress(Exception):  # e.g. of a module that is just being imported
        if "walkers.engine.lock" in sys.modules:
            sys.modules["walkers.engine.lock"].release_all()
    with contextlib.suppress(Exception):
        if "multiprocessing" in sys.modules:
            for worker in sys.modules["multiprocessing"].active_children():
                worker.kill()
    with contextlib.suppress(OSError):
        if os.isatty(2):
            os.write(2, _SHOW_CURSOR)
        os.write(2, b"fluxwalk: interrupted, and left at once\n")
    os._exit(128 + number)
