"""Several short batches as one task, so that the cost of a task is small beside its work."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from .courier import Wanted

SECONDS_PER_PACK = 0.2
MAXIMUM_SIZE = 64


@dataclass(frozen=True)
class Outcome:
    """What became of one job: its result, or what it raised."""

    seconds: float
    result: Any = None
    error: BaseException | None = None


def carry_out_all(jobs: Sequence[tuple[Any, ...]]) -> list[Outcome]:
    """Call one function after the other, in a worker; one that fails does not end the others."""
    outcomes = []
    for function, *arguments in jobs:
        started = time.perf_counter()
        try:
            result, failed = function(*arguments), None
        except Exception as error:
            result, failed = None, error
            error.add_note(f"In a worker: {traceback.format_exc()}")  # traces do not travel
        outcomes.append(Outcome(time.perf_counter() - started, result, failed))
    return outcomes


def size_for(outcomes: Sequence[Outcome], size: int) -> int:
    """Jobs that make a pack last as long as it should, judged by those of the last one.

    It stays as it is where they tell nothing: they failed, or the worker wanted the model first.
    """
    told = [o for o in outcomes if o.error is None and not isinstance(o.result, Wanted)]
    if not told:
        return size
    seconds = sum(outcome.seconds for outcome in told) / len(told)
    return max(1, min(MAXIMUM_SIZE, int(SECONDS_PER_PACK / max(seconds, 1e-6))))


def packed(
    waiting: Sequence[tuple[Future[Any], tuple[Any, ...]]], size: int, n_wanted: int
) -> list[Sequence[tuple[Future[Any], tuple[Any, ...]]]]:
    """Divide what waits into packs of a size, or of a smaller one where more are wanted."""
    size = max(1, min(size, -(-len(waiting) // max(1, n_wanted))))
    return [waiting[start : start + size] for start in range(0, len(waiting), size)]
