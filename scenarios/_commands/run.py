"""Run one scenario: ``run``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import _tables
from .._inputs import (
    InputError,
    RunFile,
    checked_figure_path,
    read_number,
    read_run_file,
    read_settings,
)
from .._job import NORMAL_PRECISION
from .._limits import MAXIMUM_SECONDS
from .._progress import progress_bar
from .._result import Result
from .._run import judged
from .._scenario import load
from .._shards import simulate_shard
from .._simulate import simulate
from ._answer import Answer, status_of
from ._options import (
    Jobs,
    Json,
    Kind,
    Seed,
    Store,
    checked_store,
    first_given,
    opened_pool,
)
from .merge import checked_shard, shard_answer


def run_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A scenario, its .py file, or a .toml file that describes the run."
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a parameter; may be repeated."),
    ] = None,
    batches: Annotated[
        str | None, typer.Option(metavar="N", help="Number of batches, instead of --precision.")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help=f"Relative error of the first quantity that has one; by default "
            f"{NORMAL_PRECISION:g}.",
        ),
    ] = None,
    seed: Seed = None,
    jobs: Jobs = None,
    store: Store = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save a figure, e.g. flux.png.")
    ] = None,
    wrong_rule: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Run a broken rule, which the law must refuse."),
    ] = None,
    executor: Kind = "threads",
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="i/n", help="Run share i of n into its own store, for `merge` to join."
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help=f"Run even what would take more than {MAXIMUM_SECONDS / 3600:g} h, or more "
            "memory than is free.",
        ),
    ] = False,
    as_json: Json = False,
) -> Answer:
    """Run a scenario and judge it against its laws."""
    file = read_run_file(Path(name)) if name.endswith(".toml") else RunFile(scenario=name)
    if file.sweep:
        raise InputError(f"{name}: describes a sweep; run it with: fluxwalk sweep {name}")
    values = {**file.parameters, **read_settings(settings or [])}
    extent = (read_number(batches), read_number(precision))
    n_batches, relative_error = extent if extent != (None, None) else (file.batches, file.precision)
    figure = None if plot is None else checked_figure_path(plot)
    store = checked_store(store)
    share = checked_shard(shard, n_batches, relative_error, store, plot)
    scenario = load(file.scenario)
    with opened_pool(executor, jobs) as pool, progress_bar(scenario.name) as bar:
        options = {
            "seed": first_given(read_number(seed), file.seed, 1),
            "n_batches": n_batches,
            "wrong_rule": wrong_rule,
            "store": store,
            "executor": pool,
            "progress": bar,
            "allow_long": yes,
        }
        if share is not None:
            return shard_answer(simulate_shard(scenario, values, share, **options), share, as_json)
        finished = simulate(scenario, values, precision=relative_error, **options)
    (result,) = judged([finished])
    if figure is not None:
        _save(result, figure)
    text = (
        _tables.json_text(result.as_json())
        if as_json
        else _tables.coloured(_tables.verdicts([result]))
    )
    return Answer(text, status_of([result]))


def _save(result: Result, path: Path) -> None:
    try:
        result.plot(path)
    except OSError as error:
        raise InputError(f"--plot: {path} cannot be written ({error.strerror})") from error
