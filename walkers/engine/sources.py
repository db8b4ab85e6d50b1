"""Which code this is: compiled kernels are kept under a checksum, and workers must share it."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def _sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


# Taken at the import (4 ms): a process that lives for days must not speak for changed files.
SOURCES_SHA256 = _sha256(PACKAGE)
"""Checksum of ``walkers``, which holds all kernels."""

_LAWS_AND_SCENARIOS = [_sha256(PACKAGE.with_name(name)) for name in ("analysis", "scenarios")]
CODE_SHA256 = hashlib.sha256("".join([SOURCES_SHA256, *_LAWS_AND_SCENARIOS]).encode()).hexdigest()
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
