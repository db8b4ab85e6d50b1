"""The whole way in one call: from the name of a scenario to its verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from types import ModuleType
from typing import Any

from ._job import Progress, opened_executor
from ._result import Result
from ._scenario import Scenario, load
from ._simulate import Run, judge, simulate


def run(
    name: str | Path | ModuleType | Scenario,
    *,
    seed: int = 1,
    precision: float | None = None,
    batches: int | None = None,
    wrong_rule: str | None = None,
    store: str | Path | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    allow_long: bool = False,
    **parameters: Any,
) -> Result:
    """Run a scenario and judge it against its laws.

    Parameters
    ----------
    name : str, path or module
        Name of an installed scenario, path of a scenario file, or an imported one.
    seed : int
        Seed of the random streams, 0 ≤ seed < 2⁶⁴: the same seed gives the same bits.
    precision : float, optional
        Relative standard error of the leading quantity to reach; 0.003 by default.
    batches : int, optional
        Number of batches instead of a precision.
    wrong_rule : str, optional
        One of the scenario's wrong rules, to see its laws refuse it.
    store : path, optional
        Folder that keeps finished batches; the same call resumes from it.
    executor : concurrent.futures.Executor, optional
        Who runs the batches; by default ``jobs`` threads.
    jobs : int, optional
        Number of threads, by default one per available core.
    progress : callable, optional
        Called with a ``Stage`` before each round, with a forecast, and after each batch.
    allow_long : bool
        Run even what is forecast to take more than a day or more than the free memory.
    **parameters
        Parameters of the scenario by name.

    Raises
    ------
    ParameterError, ScenarioError, TooBigError, StoreError
        For bad input, with one line that names it.
    """
    with opened_executor(executor, jobs) as pool:
        finished = simulate(
            load(name),
            parameters,
            seed=seed,
            n_batches=batches,
            precision=precision,
            wrong_rule=wrong_rule,
            store=store,
            executor=pool,
            progress=progress,
            allow_long=allow_long,
        )
    return judged([finished])[0]


def judged(runs: Sequence[Run]) -> list[Result]:
    """Judge all runs as one family."""
    return [Result.of(run, verdicts) for run, verdicts in zip(runs, judge(runs), strict=True)]
