"""Ctrl-C and SIGTERM: the first one ends a command in order, the second one at once.

In order: what is in flight is finished and saved, and the command that resumes is printed. A
cluster sends SIGTERM some time before it kills; it is answered in the same way.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from ._start import SIGNALS, leave
from ._words import counted

SECONDS_WITHOUT_A_WORD = 1.0
"""What is in flight may take this long to finish before it is told that it is waited for."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or SIGTERM.

    Of a class of its own, because Python dies of SIGINT in the end, whatever the exit status, if
    a plain KeyboardInterrupt has passed through an ``exec``, of which numba makes many.
    """


@contextlib.contextmanager
def ending_in_order(restore: bool) -> Iterator[FirstSignal]:
    """Let the first signal raise Interrupted, and the second one end the process.

    ``restore`` what was in force before: a command that runs inside another program.
    """
    first = FirstSignal()
    if threading.current_thread() is not threading.main_thread():
        yield first
        return
    before = {n: signal.getsignal(n) for n in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, first)
    try:
        yield first
    finally:
        first.ended()
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, handler if restore else leave)


class FirstSignal:
    """Handler of the first signal, which makes way for the second."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._timer: threading.Timer | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        for each in SIGNALS:
            if signal.getsignal(each) is self:
                signal.signal(each, leave)
        self._timer = threading.Timer(SECONDS_WITHOUT_A_WORD, _say_what_is_waited_for)
        self._timer.daemon = True
        self._timer.start()
        raise Interrupted

    def ended(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _say_what_is_waited_for() -> None:
    from walkers.engine.run import n_in_flight

    if n := n_in_flight():
        batches = counted(n, "batch", "batches")
        print(
            f"fluxwalk: finishing {batches} in flight; Ctrl-C again to leave them", file=sys.stderr
        )
