"""Look at scenarios: ``list`` and ``show``."""

from __future__ import annotations

from typing import Any

from .. import _tables
from .._scenario import ScenarioError, load, names
from ._answer import Answer
from ._options import Json, Name


def list_command(as_json: Json = False) -> Answer:
    """Every scenario: its question and its law."""
    entries = [_listed(name) for name in names()]
    if as_json:
        return Answer(_tables.json_text(entries))
    rows = [
        (entry["name"], entry["question"], entry["law_name"])
        if "broken" not in entry
        else (entry["name"], "broken", entry["broken"])
        for entry in entries
    ]
    return Answer(_tables.coloured(_tables.scenarios(rows)))


def _listed(name: str) -> dict[str, Any]:
    try:
        scenario = load(name)
        law_name = scenario.law_name
    except ScenarioError as error:
        return {"name": name, "broken": str(error)}
    return {
        "name": name,
        "question": scenario.question,
        "law_name": law_name,
        "parameters": scenario.parameters(),
        "quantities": list(scenario.file.QUANTITIES),
        "wrong_rules": list(scenario.wrong_rules),
    }


def show_command(name: Name) -> Answer:
    """Parameters, rule, quantities and laws of a scenario."""
    scenario = load(name)
    return Answer(_tables.coloured(_tables.scenario(scenario, scenario.laws_at_defaults())))
