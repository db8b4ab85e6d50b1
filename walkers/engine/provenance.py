"""Who computes a run: versions of the software, and the kind of machine."""

from __future__ import annotations

import functools
import os
import platform
import sys
from pathlib import Path

from .sources import package_version


def software_versions() -> dict[str, str]:
    """Versions that a record names."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    return versions | {name: package_version(name) for name in ("fluxwalk", "numpy", "numba")}


def writer() -> dict[str, str]:
    """Note for the file of a run: versions and machine of the process that collects its batches."""
    return {**software_versions(), "machine": machine()}


@functools.cache
def machine() -> str:
    """Kind of this machine, without its name."""
    return f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or "unknown processor"
