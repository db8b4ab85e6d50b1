"""Which code this is: compiled kernels are kept under a checksum, and workers must share it."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def sha256_of(*folders: Path) -> str:
    """Checksum of every source file in some folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


# Taken at the import (6 ms): a process that lives for days must not speak for changed files.
SOURCES_SHA256 = sha256_of(PACKAGE)
"""Checksum of ``walkers``, which holds all kernels."""

CODE_SHA256 = sha256_of(*(PACKAGE.with_name(name) for name in ("walkers", "analysis", "scenarios")))
"""Checksum of all that a batch may run: the models of ``trajectories`` use all three packages."""


def package_version(package: str) -> str:
    """Version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "unknown"


@functools.cache
def code_version() -> str:
    """Version of fluxwalk and the beginning of its sources' checksum, e.g. ``0.1.0 (1f2e3d4c)``."""
    return f"{package_version('fluxwalk')} ({CODE_SHA256[:8]})"
