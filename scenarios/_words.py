"""Counts and sizes as people say them."""

from __future__ import annotations


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
