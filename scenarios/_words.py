"""Counts, sizes and versions as people say them."""

from __future__ import annotations

from collections.abc import Mapping


def counted(n: int, thing: str, things: str | None = None) -> str:
    """Say how many there are: ``1 run``, ``2 runs``."""
    return f"1 {thing}" if n == 1 else f"{n} {things or thing + 's'}"


def size(n_bytes: float) -> str:
    """Bytes in the unit that suits them, e.g. ``2.5 MiB``."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if n_bytes < 999.5:
            return f"{n_bytes:.3g} {unit}"
        n_bytes /= 1024.0
    return f"{n_bytes:.3g} TiB"


def listed_versions(versions: Mapping[str, str]) -> str:
    """Say what a run was made with: ``fluxwalk 0.1.0, python 3.11.7, numpy 2.4.6, on Linux …``."""
    first = {"fluxwalk": 0, "python": 1}
    names = sorted(versions.keys() - {"machine"}, key=lambda name: (first.get(name, 2), name))
    made_with = ", ".join(f"{name} {versions[name]}" for name in names) or "not noted"
    return f"{made_with}, on {versions['machine']}" if "machine" in versions else made_with
