"""Runs in shares, each in a job of its own: ``run --shard``, and ``merge``, which joins them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

import walkers

from .. import _tables
from .._inputs import InputError
from .._shards import Shard, ShardRun
from .._words import counted
from ._answer import Answer
from ._options import Json

N_NAMED = 8
"""So many missing batches are named; of more, only how many."""


def merge_command(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR", help="Stores to join.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the joined store.")
    ],
    as_json: Json = False,
) -> Answer:
    """Join stores that shards of the same runs have filled.

    They must hold different batches of the same runs. A run with the joined store then computes
    only what is missing.
    """
    if output.exists() and not output.is_dir():
        raise InputError(f"--output: {output} is a file, not a folder")
    merged = walkers.merge(folders, output)
    if as_json:
        return Answer(_tables.json_text([_as_json(run) for run in merged]))
    return Answer("\n".join(_said(run) for run in merged))


def _said(run: walkers.Merged) -> str:
    text = f"{run.path}: {counted(len(run.batches), 'batch', 'batches')}"
    if not run.missing:
        return text
    named = ", ".join(map(str, run.missing[:N_NAMED]))
    more = ", …" if len(run.missing) > N_NAMED else ""
    return f"{text}; {len(run.missing)} before the last one are missing: {named}{more}"


def _as_json(run: walkers.Merged) -> dict[str, Any]:
    return {"file": str(run.path), "batches": len(run.batches), "missing": run.missing}


def checked_shard(
    text: str | None,
    n_batches: object,
    precision: object,
    store: Path | None,
    figure: Path | None,
) -> Shard | None:
    """Shard that was asked for, if the other options allow one."""
    if text is None:
        return None
    shard = Shard.read(text)
    if n_batches is None or precision is not None:
        raise InputError(f"--shard: {shard} needs --batches, the number for all shards together")
    if store is None:
        raise InputError(f"--shard: {shard} needs --store, a folder for this shard alone")
    if figure is not None:
        raise InputError("--shard: a part of a run has no figure; merge the shards first")
    return shard


def shard_answer(run: ShardRun, shard: Shard, as_json: bool) -> Answer:
    """Say what a shard holds, and how to go on."""
    if as_json:
        held = {"file": str(run.path), "shard": str(shard), "batches": len(run.batches)}
        return Answer(_tables.json_text(held))
    folder = shlex.quote(str(run.path.parent))
    return Answer(
        f"{run.path}: shard {shard}, {counted(len(run.batches), 'batch', 'batches')}\n"
        f"when all {shard.n_shards} are there: fluxwalk merge {folder} DIR... -o MERGED"
    )
