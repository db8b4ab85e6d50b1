"""What a machine can do: jobs too long, or too big for its memory, are refused beforehand."""

from __future__ import annotations

import time
from concurrent.futures import Executor
from pathlib import Path

import walkers
from walkers.engine.model import Arrays

from ._words import size

MAXIMUM_SECONDS = 24 * 3600.0
"""A run forecast to take longer is refused."""

LONGEST_TRIAL = 10.0
"""Estimated seconds of a batch up to which one is tried before a run is refused."""

COPIES = 3
"""Of every batch at the worst moment: by itself, in the record, in the record it extends."""

BYTES_OF_AN_ARRAY = 200
"""What an array takes beside its numbers."""


class TooBigError(ValueError):
    """A job that this machine would not finish: one line with the estimate."""


def refuse_too_big(name: str, model: walkers.Model, executor: Executor | None, allow: bool) -> None:
    """Refuse, before it starts, what would not fit into this machine's memory."""
    if allow or not getattr(executor, "is_here", True):
        return
    free, needed = free_memory(), model.bytes_per_batch * walkers.n_workers(executor)
    if needed > free:
        raise TooBigError(
            f"{name}: needs about {size(needed)} of memory, {size(free)} are free; "
            "run it anyway with --yes"
        )


def refuse_too_many(name: str, arrays: Arrays, n_batches: int, allow: bool) -> None:
    """Refuse to collect more batches of these arrays than would fit into memory.

    Those that are still to come are held one by one, and then once more in one array.
    """
    n_bytes = sum(array.nbytes + BYTES_OF_AN_ARRAY for array in arrays.values())
    free, needed = free_memory(), COPIES * n_bytes * n_batches
    if needed > free and not allow:
        raise TooBigError(
            f"{name}: {n_batches} batches of {size(n_bytes)} need about {size(needed)} of "
            f"memory, {size(free)} are free; run fewer of them, or run it anyway with --yes"
        )


def timed_batch(model: walkers.Model, seed: int) -> float:
    """Seconds of one batch on this machine; what a model estimates where that would take long."""
    if model.seconds_per_batch > LONGEST_TRIAL:
        return model.seconds_per_batch

    def timed() -> float:
        model.compute(seed, 0)  # kernels may have to be compiled first
        started = time.perf_counter()
        model.compute(seed, 0)
        return time.perf_counter() - started

    with walkers.threads(1) as pool:  # in the main thread numba could swallow a Ctrl-C
        return pool.submit(timed).result()


def refuse_too_long(name: str, seconds: float, allow: bool) -> None:
    """Refuse what would take more than a day."""
    if seconds > MAXIMUM_SECONDS and not allow:
        raise TooBigError(
            f"{name}: would take about {seconds / 3600:.3g} hours, more than the "
            f"{MAXIMUM_SECONDS / 3600:g} allowed; run it anyway with --yes"
        )


def free_memory() -> int:
    """Bytes of memory that are free for use."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 2**62  # unknown on this system: let it try
