"""Which code this is: compiled kernels are kept under its checksum, and workers must share it."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def _sources_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


SOURCES_SHA256 = _sources_sha256()
"""Checksum of every source file of ``walkers``, taken when they were imported (2 ms): a process
that lives for days must not speak for files that were changed since."""


def package_version(package: str) -> str:
    """Version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "unknown"


@functools.cache
def code_version() -> str:
    """Version of fluxwalk and the beginning of its sources' checksum, e.g. ``0.1.0 (1f2e3d4c)``."""
    return f"{package_version('fluxwalk')} ({SOURCES_SHA256[:8]})"
