"""A scenario made of what stands in a notebook's cells, instead of in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import walkers
from analysis import Check, Prediction

from ._parameters import Parameters
from ._scenario import Quantity, Scenario, load


def define(
    name: str,
    question: str,
    *,
    Params: type[Parameters],
    QUANTITIES: Mapping[str, Quantity],
    build: Callable[[Any], walkers.Model],
    laws: Callable[[Any], Mapping[str, Prediction]],
    checks: Callable[[walkers.Record, Any], list[Check]],
    **optional: Any,
) -> Scenario:
    """Make a scenario of its parts, named as in a scenario file; ``run`` takes it.

    Parameters
    ----------
    name, question : str
        What it is called, and the question that it answers: the first line of a file's docstring.
    Params, QUANTITIES, build, laws, checks
        As in a scenario file.
    **optional
        What a file may have besides: ``WRONG_RULES``, ``plot`` and so on.

    Raises
    ------
    ScenarioError
        If a part is empty.
    """
    module = ModuleType(name.replace("-", "_"), question)
    parts = {"Params": Params, "QUANTITIES": QUANTITIES, "build": build, "laws": laws}
    vars(module).update(parts, checks=checks, **optional)
    return load(module)
