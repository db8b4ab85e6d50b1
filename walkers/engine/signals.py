"""Signals that come while batches are in flight: noted at once, heeded between two steps.

A handler that raises, as Python's own does at Ctrl-C, may do so between any two bytecodes. Within
``concurrent.futures`` that leaves the lock of a future taken for ever, with the worker that would
set its result waiting for it. Only a second signal, of somebody who would not wait, comes at once.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class NotedSignals:
    """Context in which the first signal is noted, and a second one brings both about at once."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._noted: Callable[[FrameType | None], Any] | None = None
        self._handlers: dict[int, Any] = {}
        self._noting: int | None = None  # the process; one that it forks handles signals as before

    def __enter__(self) -> NotedSignals:
        if threading.current_thread() is threading.main_thread():  # the only one that gets them
            found = {number: signal.getsignal(number) for number in _SIGNALS}
            self._handlers = {number: each for number, each in found.items() if callable(each)}
        for number in self._handlers:
            signal.signal(number, self._note)
        self._noting = os.getpid()
        return self

    def __exit__(self, *error: object) -> None:
        self.restore()
        self.heed()

    def heed(self) -> None:
        """Do what a signal would have done, if one has come; this may raise."""
        noted = self._noted
        if noted is not None:
            self.restore()
            self._noted = None
            noted(inspect.currentframe())

    def restore(self) -> None:
        """Have the next signal handled as before."""
        self._noting = None
        for number, handler in self._handlers.items():
            if signal.getsignal(number) == self._note:  # a handler may have made way for another
                signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        handler = self._handlers[number]
        if self._noting != os.getpid():  # or what was raised cut the exchange of the handlers off
            self.restore()
            handler(number, frame)
        elif self._noted is None:
            self._noted = functools.partial(_bring_about, handler, number)
            self._wake()
        else:
            try:
                self.heed()
            finally:
                signal.raise_signal(number)


def _bring_about(handler: Callable[..., Any], number: int, frame: FrameType | None) -> None:
    handler(number, frame)
    outer = getattr(handler, "__self__", None)
    if isinstance(outer, NotedSignals):  # of a run that this one is a step of
        outer.heed()
