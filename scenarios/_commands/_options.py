"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

import walkers

from .._inputs import InputError, RunFile, read_number, read_run_file, read_settings
from .._job import NORMAL_PRECISION, checked_jobs
from .._limits import MAXIMUM_SECONDS
from .._parameters import shown

EXECUTORS = "threads, processes, dask, dask:ADDRESS, mpi"


def _folder(text: str) -> Path:
    """Refuse the empty name that a variable which is not set leaves in a script."""
    if not text.strip():
        raise typer.BadParameter("must name a folder, got nothing")
    return Path(text)


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Seed = Annotated[
    str | None, typer.Option(metavar="N", help="Seed of the random numbers; by default 1.")
]
Jobs = Annotated[
    str | None,
    typer.Option(metavar="N", help="Batches at a time; by default one per core."),
]


Name = Annotated[str, typer.Argument(metavar="NAME", help="A scenario, or its .py file.")]
Store = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", parser=_folder, help="Folder that keeps finished batches, to resume from."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a parameter; may be repeated."),
]
Batches = Annotated[
    str | None, typer.Option(metavar="N", help="Number of batches, instead of --precision.")
]
Precision = Annotated[
    str | None,
    typer.Option(
        metavar="X",
        help=f"Relative error of the first quantity that has one; by default {NORMAL_PRECISION:g}.",
    ),
]
Plot = Annotated[Path | None, typer.Option(metavar="FILE", help="Save a figure, e.g. flux.png.")]
Rule = Annotated[
    str | None,
    typer.Option(metavar="RULE", help="Run a broken rule, which the law must refuse."),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        help=f"Run even what would take more than {MAXIMUM_SECONDS / 3600:g} h, or more memory "
        "than is free.",
    ),
]
Kind = Annotated[
    str,
    typer.Option("--executor", metavar="KIND", help=f"Who runs the batches: {EXECUTORS}."),
]


def first_given(*values: Any) -> Any:
    """First value that was given."""
    return next(value for value in values if value is not None)


def described(
    name: str,
    settings: list[str] | None,
    batches: str | None,
    precision: str | None,
    seed: str | None,
) -> RunFile:
    """Run that a name or a file describes together with the options, which come first."""
    file = read_run_file(Path(name)) if name.endswith(".toml") else RunFile(scenario=name)
    extent = (read_number(batches), read_number(precision))
    n_batches, relative_error = extent if extent != (None, None) else (file.batches, file.precision)
    return replace(
        file,
        parameters={**file.parameters, **read_settings(settings or [])},
        batches=n_batches,
        precision=relative_error,
        seed=first_given(read_number(seed), file.seed, 1),
    )


def opened_pool(kind: str, jobs: str | None) -> Executor:
    """Executor of the kind that was asked for."""
    n_jobs = checked_jobs(read_number(jobs))
    engine, _, address = kind.partition(":")
    if kind not in ("threads", "processes", "dask", "mpi") and not (engine == "dask" and address):
        raise InputError(f"--executor: must be one of {EXECUTORS}, got {shown(kind)}")
    if n_jobs is not None and (address or engine == "mpi"):
        raise InputError(f"--jobs: the workers of {kind} are as many as were started, got {n_jobs}")
    if engine == "dask":
        return walkers.dask(address or None, n_jobs)
    if engine == "mpi":
        return walkers.mpi()
    return walkers.processes(n_jobs) if engine == "processes" else walkers.threads(n_jobs)


def checked_store(store: Path | None) -> Path | None:
    """Refuse a store that is a file, before the run."""
    try:
        if store is not None and store.exists() and not store.is_dir():
            raise InputError(f"--store: {store} is a file, not a folder")
    except OSError as error:  # e.g. a name that is too long
        raise InputError(f"--store: {store} cannot be used ({error.strerror})") from None
    return store


def save_figure(plot: Callable[[Path], Any], path: Path | None) -> None:
    """Draw a figure into a file, if one was asked for."""
    if path is None:
        return
    try:
        plot(path)
    except OSError as error:
        raise InputError(f"--plot: {path} cannot be written ({error.strerror})") from error
