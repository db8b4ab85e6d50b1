"""Run one scenario at many points: ``sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import _tables
from .._dry_run import foreseen
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
from .._scenario import load
from .._sweep import run_points
from .._sweep_points import axes_of_table, prepared_points, read_axes
from .._sweep_result import Sweep, checked_table_path
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


def sweep_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A scenario, its .py file, or a .toml file that describes the sweep.",
        ),
    ],
    swept: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=START:STOP:COUNT[:log]|KEY=A,B,C",
            help="Values of a parameter: a range with both ends, or a list. Several make a grid.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set another parameter; may be repeated."),
    ] = None,
    batches: Annotated[
        str | None,
        typer.Option(metavar="N", help="Number of batches of each point, instead of --precision."),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help="Relative error, met at every point, of the first quantity that has one; by "
            f"default {NORMAL_PRECISION:g}.",
        ),
    ] = None,
    seed: Seed = None,
    jobs: Jobs = None,
    store: Store = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save a figure, e.g. curve.png.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save all rows as a table, .csv or .parquet."),
    ] = None,
    wrong_rule: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Run a broken rule, which the law must refuse."),
    ] = None,
    independent: Annotated[
        bool,
        typer.Option(
            "--independent",
            help="Give every point a seed of its own, drawn from --seed: independent errors.",
        ),
    ] = False,
    executor: Kind = "threads",
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help=f"Run even what would take more than {MAXIMUM_SECONDS / 3600:g} h, or more "
            "memory than is free.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say what time, memory, disk and precision to expect, from a pilot of seconds.",
        ),
    ] = False,
    as_json: Json = False,
) -> Answer:
    """Run a scenario at many points and judge them together.

    A store is resumed, and extended by new points.
    """
    file = read_run_file(Path(name)) if name.endswith(".toml") else RunFile(scenario=name)
    scenario = load(file.scenario)
    params = scenario.file.Params
    axes = {**axes_of_table(params, file.sweep), **read_axes(params, swept or [])}
    values = {**file.parameters, **read_settings(settings or [])}
    extent = (read_number(batches), read_number(precision))
    n_batches, relative_error = extent if extent != (None, None) else (file.batches, file.precision)
    figure = None if plot is None else checked_figure_path(plot)
    table = None if save is None else checked_table_path(save)
    store = checked_store(store)
    number = first_given(read_number(seed), file.seed, 1)
    points = prepared_points(
        scenario, axes, values, number, n_batches, relative_error, wrong_rule, independent
    )
    if dry_run:
        with opened_pool(executor, jobs) as pool:
            ahead = foreseen(points, axes, store, pool)
        return Answer(
            _tables.json_text(ahead.as_json()) if as_json else _tables.coloured(ahead.__rich__())
        )
    with opened_pool(executor, jobs) as pool, progress_bar(scenario.name) as bar:
        finished = run_points(points, axes, store, pool, bar, yes)
    if figure is not None:
        _plot(finished, figure)
    if table is not None:
        finished.save(table)
    text = (
        _tables.json_text(finished.as_json()) if as_json else _tables.coloured(finished.__rich__())
    )
    return Answer(text, status_of(finished.results))


def _plot(finished: Sweep, path: Path) -> None:
    try:
        finished.plot(path)
    except OSError as error:
        raise InputError(f"--plot: {path} cannot be written ({error.strerror})") from error
