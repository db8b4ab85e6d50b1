"""Put every law to the test: ``validate``."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from analysis.verdict import FAMILY_ERROR_RATE

from .. import _tables
from .._inputs import read_number
from .._progress import progress_bar
from .._run import judged
from .._scenario import Scenario, ScenarioError, load, names
from .._simulate import Run, simulate
from ._answer import INTERNAL_ERROR, Answer, status_of
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

EFFORTS: dict[str, dict[str, Any]] = {
    "quick": {"n_batches": 64},
    "normal": {"precision": 0.003},
    "full": {"precision": 0.001},
}


class Effort(enum.StrEnum):
    """How long ``validate`` takes."""

    quick = "quick"
    normal = "normal"
    full = "full"


def validate_command(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Scenarios; by default all.")
    ] = None,
    effort: Annotated[
        Effort,
        typer.Option(metavar="EFFORT", help="How precise: quick, normal or full."),
    ] = Effort.normal,
    seed: Seed = None,
    jobs: Jobs = None,
    store: Store = None,
    executor: Kind = "threads",
    as_json: Json = False,
) -> Answer:
    """Judge every law of every scenario.

    All verdicts together raise a false alarm in one of a thousand calls.
    """
    loaded, broken = _loaded(scenarios or names(), skip_broken=not scenarios)
    runs: list[Run] = []
    store = checked_store(store)
    number = first_given(read_number(seed), 1)
    with opened_pool(executor, jobs) as pool:
        for scenario in loaded:
            with progress_bar(scenario.name) as bar:
                options = {"seed": number, "executor": pool, "store": store, **EFFORTS[effort]}
                runs.append(simulate(scenario, {}, progress=bar, **options))
    results = judged(runs)
    if as_json:
        objects = [result.as_json() for result in results]
        text = _tables.json_text({"family_error_rate": FAMILY_ERROR_RATE, "results": objects})
    else:
        text = _tables.coloured(_tables.verdicts(results))
    return Answer(text, INTERNAL_ERROR if broken else status_of(results), broken)


def _loaded(wanted: Sequence[str], skip_broken: bool) -> tuple[list[Scenario], list[str]]:
    """Load scenarios; where nobody named them, the broken ones are left out and reported."""
    loaded, broken = [], []
    for name in wanted:
        try:
            loaded.append(load(name))
        except ScenarioError as error:
            if not skip_broken:
                raise
            broken.append(str(error))
    return loaded, broken
