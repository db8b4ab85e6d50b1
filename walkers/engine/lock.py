"""One writer for a file: a lock beside it that vanishes with the process that holds it.

The lock is taken on a file of its own, never on the file that it guards: SQLite's locks on that
one would be lost whenever any descriptor of it is closed. It is ``flock``, which holds between
two runs of one process too; a killed holder leaves the small lock file behind, which the next
writer takes over and removes in its turn.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import time
import warnings
import weakref
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]


ATTEMPTS = 50
"""Of taking a lock whose holder is just coming or going, a hundredth of a second apart."""


class HeldError(OSError):
    """Somebody else writes the file; the message says who."""


class WriterLock:
    """The right to write a file, from its construction to ``close``.

    Raises
    ------
    HeldError
        If another run holds it, with its host, its process and the time since when.
    OSError
        If the lock file cannot be written, or its file system knows no locks.
    """

    def __init__(self, guarded: Path) -> None:
        self.path = guarded.with_name(guarded.name + "-lock")
        self._descriptor: int | None = None
        if fcntl is None:
            warnings.warn("fluxwalk: no locks here: run one writer at a time", stacklevel=2)
            return
        held_by = None
        for _ in range(ATTEMPTS):
            before, (self._descriptor, held_by) = held_by, self._tried()
            if self._descriptor is not None:
                break
            if held_by and held_by == before:  # not one that is just going, or just coming
                raise HeldError(f"another run is writing it ({held_by})")
            time.sleep(0.01)
        else:
            raise HeldError("another run is writing it (which has not said who it is)")
        _held.add(self)
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, _this_process().encode(), 0)
        except OSError:  # a full disk
            self.close()
            raise

    def close(self) -> None:
        """Let others write; does nothing a second time."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        _held.discard(self)
        with contextlib.suppress(OSError):  # the folder may be gone, or read-only by now
            if self._is_still_there(descriptor):
                self.path.unlink()  # while it is held: nobody else can have taken it over
        os.close(descriptor)

    def forget(self) -> None:
        """Close the copy that a forked process has inherited: the lock stays its parent's."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _tried(self) -> tuple[int | None, str]:
        """Descriptor of the locked file, or else who holds it, as far as that can be said."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        with contextlib.ExitStack() as unless_locked:
            unless_locked.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.EACCES):
                    return None, _holder(descriptor)
                if error.errno in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP):
                    raise OSError("its file system has no locks; keep it elsewhere") from error
                raise
            if not self._is_still_there(descriptor):  # its last holder has just removed it
                return None, ""
            unless_locked.pop_all()
        return descriptor, ""

    def _is_still_there(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.path))
        except FileNotFoundError:
            return False


_held: weakref.WeakSet[WriterLock] = weakref.WeakSet()


def _forget_all() -> None:
    for lock in list(_held):
        lock.forget()


def release_all() -> None:
    """Release what this process holds, because it ends at once."""
    for lock in list(_held):
        lock.close()


if hasattr(os, "register_at_fork"):
    # A forked worker that outlives a killed writer would otherwise hold its lock for it.
    os.register_at_fork(after_in_child=_forget_all)


def _this_process() -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": since})


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 1000, 0))
        return f"host {holder['host']}, pid {holder['pid']}, since {holder['since']}"
    except (ValueError, LookupError, TypeError):  # it has not yet written its name
        return ""
