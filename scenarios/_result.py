"""A finished and judged run, as text, as a table in a notebook, as numbers and as a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import analysis
import walkers
from analysis import Check, Verdict

from . import _tables
from ._parameters import Parameters, plain
from ._scenario import Scenario
from ._simulate import Run

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure
    from rich.console import RenderableType

_IN_JSON = (
    "quantity",
    "unit",
    "value",
    "stderr",
    "dof",
    "law_name",
    "law",
    "expected",
    "z",
    "rival_name",
    "rival",
    "detectable",
    "outcome",
    "sentence",
)


@dataclass(frozen=True, repr=False)
class Result:
    """What ``scenarios.run`` returns: parameters, record and verdicts of one run.

    ``checks`` are the questions that the verdicts answer; ``seconds`` is 0 where nothing ran.
    """

    scenario: Scenario
    params: Parameters
    record: walkers.Record
    verdicts: list[Verdict]
    seconds: float
    wrong_rule: str | None = None
    checks: Sequence[Check] = ()

    @classmethod
    def of(cls, run: Run, verdicts: list[Verdict]) -> Result:
        """Join a run and its verdicts."""
        return cls(
            run.scenario, run.params, run.record, verdicts, run.seconds, run.wrong_rule, run.checks
        )

    @property
    def title(self) -> str:
        """Scenario, batches, seed and time of the run in one line."""
        rule = f", wrong rule {self.wrong_rule}" if self.wrong_rule else ""
        time = f", {self.seconds:.3g} s" if self.seconds else ""
        batches = f"{self.record.n_batches} batches, seed {self.record.seed}{time}"
        return f"{self.scenario.name}{rule}: {batches}"

    @property
    def notes(self) -> list[str]:
        """The scenario's cautions, the sentences of verdicts that do not agree, its remarks.

        Remarks stand for the sentences of what is only measured, but not of what has no value.
        """
        cautions = [f"caution: {said}" for said in self.scenario.cautions(self.params)]
        remarks = self.scenario.remarks(self.record, self.params)
        silent = {"agrees", "measured"} if remarks else {"agrees"}
        said = [
            verdict.sentence
            for verdict in self.verdicts
            if verdict.outcome not in silent or math.isnan(verdict.value)
        ]
        return cautions + said + remarks

    def __str__(self) -> str:
        return _tables.plain(_tables.verdicts([self]))

    __repr__ = __str__

    def __rich__(self) -> RenderableType:
        return _tables.verdicts([self])

    def _repr_html_(self) -> str:
        from ._pages.page import section

        return section(self)

    @property
    def frame(self) -> pandas.DataFrame:
        """One row per verdict, as a pandas table."""
        import pandas

        return pandas.DataFrame([vars(verdict) for verdict in self.verdicts])

    def plot(self, file: str | Path | None = None) -> Figure:
        """Draw the scenario's own figure, or else every estimate against its law.

        Parameters
        ----------
        file : path, optional
            Where to save the figure; its ending names the format.
        """
        figure = self.untitled_figure()
        figure.suptitle(self.title, fontsize="medium")
        if file is not None:
            figure.savefig(file)
        return figure

    def untitled_figure(self) -> Figure:
        """Draw what ``plot`` draws, for a place that says itself of which run it is."""
        if not hasattr(self.scenario.file, "plot"):
            return analysis.plot_verdicts(self.verdicts)
        drawn: Figure = self.scenario.call("plot", self)
        return drawn

    def as_json(self) -> dict[str, Any]:
        """Plain values for strict JSON: null where a number is not finite.

        A run of a wrong rule says so in one key more, ``wrong_rule``; a verdict "measured" has
        one more, ``interval``.
        """
        wrong = {"wrong_rule": self.wrong_rule} if self.wrong_rule else {}
        return {
            "scenario": self.scenario.name,
            **wrong,
            "parameters": plain(self.params.model_dump()),
            "seed": self.record.seed,
            "batches": self.record.n_batches,
            "seconds": self.seconds,
            "record_sha256": self.record.sha256(),
            "verdicts": [
                {key: plain(getattr(verdict, key)) for key in _keys(verdict)}
                for verdict in self.verdicts
            ],
        }


def _keys(verdict: Verdict) -> tuple[str, ...]:
    return (*_IN_JSON, "interval") if verdict.outcome == "measured" else _IN_JSON
