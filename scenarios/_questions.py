"""What was asked of a stored run: enough to ask it again, of the same file or of another."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ._parameters import Parameters, plain
from ._scenario import Scenario


@dataclass(frozen=True)
class Question:
    """Scenario, parameters, wrong rule and seed of a run; ``scenario`` may be a file's path."""

    scenario: str
    parameters: dict[str, Any]
    seed: int
    wrong_rule: str | None = None

    @classmethod
    def of(
        cls, scenario: Scenario, params: Parameters, seed: int, wrong_rule: str | None
    ) -> Question | None:
        """Question that a run puts; None where no file names its data, or its scenario."""
        values, source = params.model_dump(), scenario.source
        if source is None or any(isinstance(value, np.ndarray) for value in values.values()):
            return None
        return cls(source, plain(values), seed, wrong_rule)

    @classmethod
    def from_text(cls, text: str) -> Question:
        """Read what ``text`` wrote."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """Canonical text: the same question always has the same one."""
        return json.dumps(asdict(self), sort_keys=True)
