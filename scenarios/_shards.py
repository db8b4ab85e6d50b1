"""A share of a run for a job that knows nothing of the others, e.g. one of a job array."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import walkers

from ._inputs import InputError
from ._job import Progress, prepared
from ._parameters import shown
from ._questions import Question
from ._scenario import Scenario
from ._simulate import opened_store, refuse_too_much, watched


@dataclass(frozen=True)
class Shard:
    """Number ``number`` of ``n_shards``, counted from 1."""

    number: int
    n_shards: int

    @classmethod
    def read(cls, text: str) -> Shard:
        """Read ``2/8``.

        Raises
        ------
        InputError
            For anything else, or a shard that there is not.
        """
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip(), re.ASCII)
        number, n_shards = map(int, match.groups()) if match else (0, 0)
        if not 1 <= number <= n_shards:
            raise InputError(f"--shard: must be i/n with 1 ≤ i ≤ n, e.g. 2/8, got {shown(text)}")
        return cls(number, n_shards)

    def __str__(self) -> str:
        return f"{self.number}/{self.n_shards}"


@dataclass(frozen=True)
class ShardRun:
    """A finished shard: the file that holds it, and its batches."""

    path: Path
    batches: list[int]


def simulate_shard(
    scenario: Scenario,
    values: Mapping[str, Any],
    shard: Shard,
    *,
    n_batches: int,
    store: str | Path,
    seed: int = 1,
    wrong_rule: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    allow_long: bool = False,
) -> ShardRun:
    """Run one shard of ``n_batches`` into its own store; arguments as for ``simulate``."""
    job = prepared(scenario, values, seed, n_batches, None, wrong_rule)
    refuse_too_much(job, executor, progress, allow_long, shard.n_shards)
    n_all = job.n_batches
    assert n_all is not None
    n_wanted = len(range(shard.number - 1, n_all, shard.n_shards))
    with opened_store(job, store) as run_file:
        question = Question.of(scenario, job.params, job.seed, wrong_rule)
        if question is not None:
            run_file.ask(question.text())
        batches = walkers.run_shard(
            job.model,
            job.seed,
            n_all,
            (shard.number, shard.n_shards),
            run_file,
            executor=executor,
            progress=watched(job, progress, n_wanted, allow_long),
        )
        return ShardRun(run_file.path, batches)
