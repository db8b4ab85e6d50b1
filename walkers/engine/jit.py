"""All compile options in one place, and a cache that never serves yesterday's code."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numba

from .sources import PACKAGE, SOURCES_SHA256

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {
    "nogil": True,  # batches run side by side in threads
    "fastmath": False,  # the bits must not depend on what the compiler reorders
    "error_model": "numpy",  # a kernel never raises; 1/0 is inf
    "boundscheck": False,  # the tests run every kernel uncompiled, where bounds are checked
}
_UNUSED_DAYS = 30.0


def scalar(function: F) -> F:
    """Compile a small pure function that is always merged into the loop that calls it.

    Without that, the compiler may leave a call in the loop, which then cannot be vectorised
    (measured: a factor of three on the generator). A scalar function allocates nothing, so the
    arrays it is handed are not counted as references: counting them, atomically, at every wall
    hit took four times as long as all the rest.
    """
    return _compile(function, forceinline=True, _nrt=False)


def kernel(function: F) -> F:
    """Compile a loop with the project's options and cache it by the project's sources.

    numba checks only the file a function stands in: a change to a kernel that this one calls
    would go unseen. So the cache folder is named by a hash of every source file of ``walkers``
    (and of the function's own file), and set around this decoration only.
    """
    return _compile(function)


def _compile(function: F, **options: Any) -> F:
    folder = _cache_folder(Path(function.__code__.co_filename))
    if folder is None:
        return numba.njit(**_OPTIONS, **options)(function)
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        compiled = numba.njit(cache=True, **_OPTIONS, **options)(function)
    except RuntimeError:  # numba found no place to write, whatever we thought of the folder
        return numba.njit(**_OPTIONS, **options)(function)
    finally:
        config.CACHE_DIR = before
    _forgive_broken_files(compiled)
    return compiled


def cache_root() -> Path:
    """Folder that holds one cache folder per state of the sources."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "fluxwalk" / "kernels"


_folders: dict[Path, Path | None] = {}


def _cache_folder(source: Path) -> Path | None:
    """Folder for the kernels of one source file; None where nothing can be written."""
    own = PACKAGE if PACKAGE in source.resolve().parents else source.resolve()
    if own not in _folders:
        _folders[own] = _make_cache_folder(own)
    return _folders[own]


def _make_cache_folder(own: Path) -> Path | None:
    digest = hashlib.sha256(SOURCES_SHA256.encode())
    if own.is_file():
        digest.update(own.name.encode() + own.read_bytes())
    digest.update(f"{numba.__version__} {sys.version_info[:2]}".encode())
    try:
        folder = cache_root() / digest.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
        os.utime(folder)
    except (OSError, RuntimeError):
        _say_once("no folder for compiled kernels can be written; they are compiled anew each time")
        return None
    _remove_unused(folder)
    return folder


def _remove_unused(current: Path) -> None:
    """Remove the folders of old source states that nobody has used for a month."""
    for folder in current.parent.iterdir():
        with contextlib.suppress(OSError):
            unused = time.time() - folder.stat().st_mtime
            if folder != current and unused > _UNUSED_DAYS * 86400:
                shutil.rmtree(folder)


def _forgive_broken_files(compiled: Any) -> None:
    """Make a truncated cache file cost a compilation, not every later call."""
    cache: Any = getattr(compiled, "_cache", None)
    files = getattr(cache, "_cache_file", None)
    if files is None:  # NUMBA_DISABLE_JIT, or a numba that keeps its cache elsewhere
        return

    def forgiving(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            try:
                return method(*args)
            except Exception:  # a broken file raises whatever unpickling its bytes happens to raise
                _say_once("a broken file in the cache of compiled kernels was removed")
                for path in Path(cache.cache_path).glob(Path(files._index_path).stem + "*"):
                    path.unlink(missing_ok=True)
                return None

        return call

    save = cache.save_overload

    def save_alone(*args: Any) -> Any:
        with _alone(Path(cache.cache_path)):
            return save(*args)

    cache.load_overload = forgiving(cache.load_overload)
    cache.save_overload = forgiving(save_alone)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time add to a folder: numba reads its index and writes it back."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(ImportError, OSError):  # not on this system, or file system
            import fcntl

            folder.mkdir(parents=True, exist_ok=True)
            fcntl.flock(stack.enter_context(open(folder / ".lock", "a")), fcntl.LOCK_EX)
        yield


_said: set[str] = set()


def _say_once(message: str) -> None:
    if message not in _said:
        _said.add(message)
        warnings.warn(f"fluxwalk: {message}", stacklevel=2)
