"""Run one scenario: ``run``."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import _tables
from .._inputs import InputError, checked_figure_path
from .._progress import progress_bar
from .._run import judged
from .._scenario import load
from .._shards import simulate_shard
from .._simulate import simulate
from ._answer import Answer, status_of
from ._options import (
    Batches,
    Jobs,
    Json,
    Kind,
    Plot,
    Precision,
    Rule,
    Seed,
    Settings,
    Store,
    Yes,
    checked_store,
    described,
    opened_pool,
    save_figure,
)
from .merge import checked_shard, shard_answer


def run_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A scenario, its .py file, or a .toml file that describes the run."
        ),
    ],
    settings: Settings = None,
    batches: Batches = None,
    precision: Precision = None,
    seed: Seed = None,
    jobs: Jobs = None,
    store: Store = None,
    plot: Plot = None,
    wrong_rule: Rule = None,
    executor: Kind = "threads",
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="i/n", help="Run share i of n into its own store, for `merge` to join."
        ),
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> Answer:
    """Run a scenario and judge it against its laws."""
    asked = described(name, settings, batches, precision, seed)
    if asked.sweep:
        raise InputError(f"{name}: describes a sweep; run it with: fluxwalk sweep {name}")
    figure = None if plot is None else checked_figure_path(plot)
    store = checked_store(store)
    share = checked_shard(shard, asked.batches, asked.precision, store, plot)
    scenario = load(asked.scenario)
    with opened_pool(executor, jobs) as pool, progress_bar(scenario.name) as bar:
        options = {
            "seed": asked.seed,
            "n_batches": asked.batches,
            "wrong_rule": wrong_rule,
            "store": store,
            "executor": pool,
            "progress": bar,
            "allow_long": yes,
        }
        if share is not None:
            shard_run = simulate_shard(scenario, asked.parameters, share, **options)
            return shard_answer(shard_run, share, as_json)
        finished = simulate(scenario, asked.parameters, precision=asked.precision, **options)
    (result,) = judged([finished])
    save_figure(result.plot, figure)
    text = (
        _tables.json_text(result.as_json())
        if as_json
        else _tables.coloured(_tables.verdicts([result]))
    )
    return Answer(text, status_of([result]))
