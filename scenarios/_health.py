"""What a machine must have for fluxwalk to work: each finding with what to do about it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import walkers
from walkers.engine.model import STREAM_VERSION
from walkers.engine.provenance import writer

from . import _selftest
from ._limits import free_memory
from ._words import listed_versions, size

ENOUGH_MEMORY, ENOUGH_DISK = 512 * 2**20, 256 * 2**20
"""Bytes that ordinary runs need at least."""


@dataclass(frozen=True)
class Finding:
    """Something that was looked at: what was found, and what to do where it is wrong."""

    name: str
    is_right: bool
    found: str
    advice: str = ""


def findings() -> Iterator[Finding]:
    """Look at everything, the quick things first."""
    versions = {**writer(), "random stream": str(STREAM_VERSION)}
    yield Finding("versions", True, listed_versions(versions))
    yield _extras()
    yield _kernel_cache()
    yield _cores()
    yield _memory()
    yield _disk("disk here", Path.cwd(), "start from, and store on, a disk with more room")
    yield _disk("temp folder", Path(tempfile.gettempdir()), "set TMPDIR to a folder with room")
    yield _locks()
    for name, published in _selftest.PUBLISHED.items():
        yield _bits(name, published)


def _extras() -> Finding:
    """Find the packages of each extra that are installed: none of them is a must."""
    try:
        required = importlib.metadata.requires("fluxwalk") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding("extras", True, "unknown: run from a source tree that is not installed")
    packages: dict[str, list[str]] = {}
    for line in required:
        package = re.match(r"[\w.-]+", line)
        extra = re.search(r"extra ?== ?['\"]([\w-]+)['\"]", line)
        if extra and package and extra[1] != "test" and package[0] != "fluxwalk":
            packages.setdefault(extra[1], []).append(package[0])
    there = {extra: all(map(_is_installed, names)) for extra, names in packages.items()}
    missing = [extra for extra, is_there in there.items() if not is_there]
    said = ", ".join(extra for extra, is_there in there.items() if is_there) or "none"
    if missing:
        said += f"; not there (pip install 'fluxwalk[…]'): {', '.join(missing)}"
    return Finding("extras", True, said)


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _kernel_cache() -> Finding:
    from walkers.engine.jit import cache_root

    folder = cache_root()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_into(folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        n_bytes = sum(path.stat().st_size for path in files)
    except OSError as error:
        advice = "set XDG_CACHE_HOME to a folder that can be written"
        return Finding("kernel cache", False, f"{folder}: {error.strerror}", advice)
    return Finding("kernel cache", True, f"{folder}, {len(files)} files, {size(n_bytes)}")


def _cores() -> Finding:
    n, n_all = walkers.available_cores(), os.cpu_count() or 1
    with walkers.threads(n) as pool:
        n_answers = sum(pool.map(lambda _: 1, range(n)))
    found = f"{n} of {n_all} may be used, as many threads answer"
    return Finding("cores", n_answers == n, found, "start fewer with --jobs")


def _memory() -> Finding:
    free = free_memory()
    found = f"{size(free)} free" if free < 2**60 else "free memory is not known here"
    return Finding("memory", free >= ENOUGH_MEMORY, found, "end other programs")


def _disk(name: str, folder: Path, advice: str) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
        if name == "temp folder":
            _write_into(folder)
    except OSError as error:
        return Finding(name, False, f"{folder}: {error.strerror}", advice)
    return Finding(name, free >= ENOUGH_DISK, f"{folder}, {size(free)} free", advice)


def _locks() -> Finding:
    """Try in the temp folder what a store needs of its own folder."""
    from walkers.engine.lock import WriterLock

    try:
        with tempfile.TemporaryDirectory() as folder:
            WriterLock(Path(folder) / "run").close()
    except OSError as error:
        return Finding("locks", False, str(error), "keep stores where files can be locked")
    return Finding("locks", True, "one writer at a time can be told from a second")


def _bits(name: str, published: str) -> Finding:
    name = f"bits: {name}"
    try:
        here = _selftest.digest(name.removeprefix("bits: "))
    except Exception as error:  # whatever a broken compiler raises is a finding
        return Finding(name, False, f"{type(error).__name__}: {error}", "reinstall numba and numpy")
    if here == published:
        return Finding(name, True, f"as published, {here[:12]}…")
    advice = "report it, and mix no batches of this machine with those of others"
    return Finding(name, False, f"{here[:12]}…, published is {published[:12]}…", advice)


def _write_into(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"fluxwalk")
