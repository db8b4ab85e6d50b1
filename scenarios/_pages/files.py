"""The numbers of a page as files within it: verdicts and batches."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.verdict import FAMILY_ERROR_RATE

from .._tables import json_text
from .._words import size

if TYPE_CHECKING:
    from .._result import Result

SMALL = 300_000
"""Characters of per-batch values that a page still carries for one run."""


@dataclass(frozen=True)
class Download:
    """A file that the page carries within itself."""

    label: str
    name: str
    text: str
    kind: str

    @property
    def content(self) -> bytes:
        """What is saved."""
        return self.text.encode(errors="replace")  # names of files need not be text

    @property
    def address(self) -> str:
        """Address that holds the whole content."""
        content = base64.b64encode(self.content).decode()
        return f"data:{self.kind};charset=utf-8;base64,{content}"

    @property
    def size(self) -> str:
        """Size in words."""
        return size(len(self.content))


def slug(name: str) -> str:
    """Keep of a name what an id, an address and a file's name may hold."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "run"


def file_name_of(content: Mapping[str, Any]) -> str:
    """Begin the names of a result's files; it is given as its JSON object."""
    rule = f"-{slug(content['wrong_rule'])}" if "wrong_rule" in content else ""
    return f"{slug(content['scenario'])}{rule}-{content['record_sha256'][:12]}"


def verdict_files(objects: Sequence[Mapping[str, Any]], name: str) -> list[Download]:
    """Verdicts of results that are given as their JSON objects."""
    rows = [
        {
            "scenario": run["scenario"],
            "wrong_rule": run.get("wrong_rule", ""),
            "record_sha256": run["record_sha256"],
            "seed": run["seed"],
            "batches": run["batches"],
            **{key: value for key, value in verdict.items() if key != "interval"},
        }
        for run in objects
        for verdict in run["verdicts"]
    ]
    content = {"family_error_rate": FAMILY_ERROR_RATE, "results": objects}
    as_json = json_text(content if len(objects) > 1 else objects[0])
    return [
        Download("Verdicts as CSV", f"{name}-verdicts.csv", _csv(rows), "text/csv"),
        Download("Verdicts as JSON", f"{name}-verdicts.json", as_json, "application/json"),
    ]


def batch_file(result: Result, name: str) -> list[Download]:
    """Value of every quantity in every batch, where they are not too many."""
    n = result.record.n_batches
    columns = {
        check.quantity: check.estimate.batch_values
        for check in result.checks
        if check.estimate.batch_values.size == n
    }
    if not columns or 20 * n * len(columns) > SMALL:
        return []
    rows = [
        {"batch": b, **{quantity: float(values[b]) for quantity, values in columns.items()}}
        for b in range(n)
    ]
    return [Download("Batches as CSV", f"{name}-batches.csv", _csv(rows), "text/csv")]


def scenario_file(result: Result) -> list[Download]:
    """Carry a user's own scenario file, without which nobody else could run it again."""
    scenario, source = result.scenario, result.scenario.source
    if source is None or source == scenario.name:  # made in cells, or installed
        return []
    try:
        text = Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [Download("Scenario file", f"{slug(scenario.name)}.py", text, "text/x-python")]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
