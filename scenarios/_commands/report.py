"""Hand a store to someone as one page: ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .._pages.report import checked_page_path, read_and_judge, write_whole
from .._tables import outcome_of_many
from .._words import counted
from ._answer import Answer, status_of


def report_command(
    stores: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Folder of a store, or one of its files.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page, e.g. report.html.")
    ],
) -> Answer:
    """Write stored runs to one self-contained HTML page.

    Nothing is simulated; all verdicts are judged together, as by validate.
    """
    target = checked_page_path(output)
    results, reading = read_and_judge(stores)
    from .._pages.page import page

    write_whole(target, page(results, reading.origins, reading.problems))
    outcomes = [verdict.outcome for result in results for verdict in result.verdicts]
    counts = ", ".join(
        outcome_of_many(outcome, outcomes.count(outcome)) for outcome in dict.fromkeys(outcomes)
    )
    n_runs = counted(len(results), "run")
    return Answer(f"{output}: {n_runs}; {counts}", status_of(results), reading.problems)
