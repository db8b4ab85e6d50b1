"""The first thing that is imported: from here on Ctrl-C leaves a command without a traceback.

Imports nothing that takes time.
"""

from __future__ import annotations

# The module ``signal`` takes milliseconds, in which a Ctrl-C would still be a traceback.
import _signal as signal  # type: ignore[import-not-found]
import os
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = b"\x1b[?25h"


def is_command() -> bool:
    """Whether it is the command that starts: ``python -m scenarios``, or ``fluxwalk``."""
    name = os.path.basename("".join(sys.argv[:1]))
    return os.path.splitext(name)[0] in ("-m", "fluxwalk")


def watch() -> None:
    """Before the slow imports of a command: end it at once if it is told to."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as in a shell's background jobs
            signal.signal(number, leave)


def leave(number: int, frame: object) -> None:
    """End at once: what was saved is safe whatever happens, and no worker is left behind."""
    try:
        if "walkers.engine.lock" in sys.modules:
            sys.modules["walkers.engine.lock"].release_all()
        if "multiprocessing" in sys.modules:
            for worker in sys.modules["multiprocessing"].active_children():
                worker.kill()
        if os.isatty(2):
            os.write(2, _SHOW_CURSOR)
        os.write(2, b"fluxwalk: interrupted, and left at once\n")
    finally:  # whatever a module answers that is just being imported
        os._exit(128 + number)


if is_command():
    watch()
