"""Look after stores: ``drop-batch``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import walkers

from .._inputs import read_number
from .._job import checked_batch
from ._answer import Answer


def drop_batch_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of a store.")],
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="Number of the batch.")],
) -> Answer:
    """Delete one damaged batch from a store.

    The next run computes it again.
    """
    walkers.drop_batch(file, checked_batch(read_number(batch)))
    return Answer(f"{file}: batch {batch} dropped")
