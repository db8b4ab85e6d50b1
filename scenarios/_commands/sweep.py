"""Run one scenario at many points: ``sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import _tables
from .._inputs import checked_figure_path
from .._progress import progress_bar
from .._scenario import load
from .._sweeps.dry_run import foreseen
from .._sweeps.points import axes_of_table, prepared_points, read_axes
from .._sweeps.result import checked_table_path
from .._sweeps.sweep import run_points
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
    settings: Settings = None,
    batches: Batches = None,
    precision: Precision = None,
    seed: Seed = None,
    jobs: Jobs = None,
    store: Store = None,
    plot: Plot = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save all rows as a table, .csv or .parquet."),
    ] = None,
    wrong_rule: Rule = None,
    independent: Annotated[
        bool,
        typer.Option(
            "--independent",
            help="Give every point a seed of its own, drawn from --seed: independent errors.",
        ),
    ] = False,
    executor: Kind = "threads",
    yes: Yes = False,
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
    asked = described(name, settings, batches, precision, seed)
    scenario = load(asked.scenario)
    params = scenario.file.Params
    axes = {**axes_of_table(params, asked.sweep), **read_axes(params, swept or [])}
    figure = None if plot is None else checked_figure_path(plot)
    table = None if save is None else checked_table_path(save)
    store = checked_store(store)
    points = prepared_points(
        scenario, axes, asked.parameters, asked.seed, asked.batches, asked.precision, wrong_rule,
        independent,
    )  # fmt: skip
    if dry_run:
        with opened_pool(executor, jobs) as pool:
            ahead = foreseen(points, axes, store, pool)
        return Answer(
            _tables.json_text(ahead.as_json()) if as_json else _tables.coloured(ahead.__rich__())
        )
    with opened_pool(executor, jobs) as pool, progress_bar(scenario.name) as bar:
        finished = run_points(points, axes, store, pool, bar, yes)
    save_figure(finished.plot, figure)
    if table is not None:
        finished.save(table)
    text = (
        _tables.json_text(finished.as_json()) if as_json else _tables.coloured(finished.__rich__())
    )
    return Answer(text, status_of(finished.results))
