"""From parameters to judged checks: batches in fixed rounds until the precision is reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import analysis
import walkers
from analysis import Check, Verdict

from ._parameters import ParameterError, Parameters, validate
from ._scenario import Scenario, WrongRule

FIRST_ROUND = 64
"""Batches of the first round; every further round doubles them."""

NORMAL_PRECISION = 0.003
"""Relative standard error of the leading quantity that a run reaches by default."""

MAXIMUM_SECONDS = 24 * 3600.0
"""A run forecast to take longer is refused."""

Progress = Callable[[dict[int, Any], int, Callable[[walkers.Record], list[Check]]], None]


class TooBigError(ValueError):
    """A job that this machine would not finish: one line with the estimate."""


@dataclass(frozen=True)
class Run:
    """A finished simulation that waits to be judged, alone or together with others."""

    scenario: Scenario
    params: Parameters
    record: walkers.Record
    checks: list[Check]
    seconds: float
    wrong_rule: str | None = None


def simulate(
    scenario: Scenario,
    values: Mapping[str, Any],
    *,
    seed: int = 1,
    n_batches: int | None = None,
    precision: float | None = None,
    wrong_rule: str | None = None,
    store: str | Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    allow_long: bool = False,
) -> Run:
    """Run a scenario until its batches, or its precision, are complete.

    Parameters
    ----------
    scenario, values
        The scenario and its parameters by name.
    seed : int
        Seed of the random streams.
    n_batches : int, optional
        Number of batches; by default as many as the precision needs.
    precision : float, optional
        Relative standard error of the leading quantity to reach, looked at after 64, 128, 256 …
        batches only, so that the number of batches does not depend on who runs them.
    wrong_rule : str, optional
        One of the scenario's wrong rules, run at its own parameters where ``values`` is silent.
    store : path, optional
        Folder that keeps finished batches.
    executor : concurrent.futures.Executor, optional
        Who runs the batches; by default one thread per available core.
    progress : callable, optional
        Called with the finished batches, the number wanted in this round, and ``checks`` of a
        record, after each batch.
    allow_long : bool
        Run even what is forecast to take more than a day or more than the free memory.

    Raises
    ------
    ParameterError, ScenarioError, TooBigError, StoreError
        For bad input, before anything runs.
    """
    rule = _find_wrong_rule(scenario, wrong_rule)
    params = validate(scenario.file.Params, {**(rule.parameters if rule else {}), **values})
    _check_options(seed, n_batches, precision)
    model = scenario.file.build(params)
    if rule:
        model = rule.change(model)
    _refuse_too_big(scenario.name, model, n_batches or FIRST_ROUND, executor, allow_long)

    def checks_of(record: walkers.Record) -> list[Check]:
        return scenario.file.checks(record, params)

    goal = precision or NORMAL_PRECISION
    n_now = n_batches or FIRST_ROUND
    record = None
    started = time.perf_counter()
    keeper = None if store is None else walkers.Store(Path(store), scenario.name)
    while True:
        wanted = n_now
        record = walkers.run(
            model,
            seed,
            n_now,
            store=keeper,
            executor=executor,
            progress=progress and (lambda done: progress(done, wanted, checks_of)),  # noqa: B023
            extend=record,
        )
        checks = checks_of(record)
        if n_batches is not None or checks[0].precision <= goal:
            break
        seconds_so_far = time.perf_counter() - started
        needed = (checks[0].precision / goal) ** 2
        _refuse_too_long(scenario.name, seconds_so_far * needed, allow_long)
        n_now *= 2
    return Run(scenario, params, record, checks, time.perf_counter() - started, wrong_rule)


def judge(runs: Sequence[Run]) -> list[list[Verdict]]:
    """Judge all checks of all runs as one family; one list of verdicts per run."""
    verdicts = iter(analysis.judge([check for run in runs for check in run.checks]))
    return [[next(verdicts) for _ in run.checks] for run in runs]


def _find_wrong_rule(scenario: Scenario, name: str | None) -> WrongRule | None:
    if name is None:
        return None
    rules = {key.replace("_", "-"): rule for key, rule in scenario.wrong_rules.items()}
    if name.replace("_", "-") not in rules:
        known = ", ".join(rules) or "none"
        raise ParameterError(f"wrong-rule: {scenario.name} has no {name!r}; there are: {known}")
    return rules[name.replace("_", "-")]


def _check_options(seed: int, n_batches: int | None, precision: float | None) -> None:
    if not 0 <= seed < 2**64:
        raise ParameterError(f"seed: must be at least 0 and below 2⁶⁴, got {seed!r}")
    if n_batches is not None and not 2 <= n_batches < 2**32:
        raise ParameterError(f"batches: must be at least 2 and below 2³², got {n_batches!r}")
    if precision is not None and not 1e-7 <= precision < 1.0:
        raise ParameterError(f"precision: must be at least 1e-7 and below 1, got {precision!r}")


def _refuse_too_big(
    name: str, model: walkers.Model, n_batches: int, executor: Executor | None, allow: bool
) -> None:
    """Refuse, before it starts, what would not end within a day or not fit into memory."""
    if allow:
        return
    n_workers = walkers.n_workers(executor)
    free, needed = _free_memory(), model.bytes_per_batch * n_workers
    if needed > free:
        raise TooBigError(
            f"{name}: needs about {needed / 2**30:.3g} GiB of memory, {free / 2**30:.3g} GiB "
            "are free; run it anyway with --yes"
        )
    _refuse_too_long(name, model.seconds_per_batch * n_batches / n_workers, allow)


def _refuse_too_long(name: str, seconds: float, allow: bool) -> None:
    if seconds > MAXIMUM_SECONDS and not allow:
        raise TooBigError(
            f"{name}: would take about {seconds / 3600:.3g} hours, more than the "
            f"{MAXIMUM_SECONDS / 3600:g} allowed; run it anyway with --yes"
        )


def _free_memory() -> int:
    """Bytes of memory that are free for use."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 2**62  # unknown on this system: let it try
