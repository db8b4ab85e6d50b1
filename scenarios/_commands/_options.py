"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Annotated, Any

import typer

import walkers

from .._inputs import InputError, read_number
from .._job import checked_jobs
from .._parameters import shown

EXECUTORS = "threads, processes, dask, dask:ADDRESS, mpi"

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
    typer.Option(metavar="DIR", help="Folder that keeps finished batches, to resume from."),
]
Kind = Annotated[
    str,
    typer.Option("--executor", metavar="KIND", help=f"Who runs the batches: {EXECUTORS}."),
]


def first_given(*values: Any) -> Any:
    """First value that was given."""
    return next(value for value in values if value is not None)


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
    if store is not None and store.exists() and not store.is_dir():
        raise InputError(f"--store: {store} is a file, not a folder")
    return store
