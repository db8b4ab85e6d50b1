"""What a sweep returns: its points with their verdicts, as a table, a frame and a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.verdict import FAMILY_ERROR_RATE, MINIMUM_BATCHES

from .._inputs import InputError
from .._parameters import plain
from .._result import Result
from .._scenario import Scenario
from . import table as sweep_table
from .points import point_of, shown_point, shown_value

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.figure import Figure
    from rich.console import RenderableType

_OF_A_VERDICT = (
    *("quantity", "unit", "value", "stderr", "dof", "law", "expected", "z"),
    *("detectable", "outcome"),
)
TABLE_FORMATS = (".csv", ".parquet")


@dataclass(frozen=True, repr=False)
class Sweep:
    """What ``scenarios.sweep`` returns: the results of all points, judged as one family.

    ``names`` are the swept parameters, ``results`` one per point in the order of the sweep.
    """

    names: tuple[str, ...]
    results: Sequence[Result]

    @property
    def scenario(self) -> Scenario:
        """Scenario of every point."""
        return self.results[0].scenario

    @property
    def points(self) -> list[dict[str, Any]]:
        """Values of the swept parameters at every point."""
        return [point_of(result.params, self.names) for result in self.results]

    @property
    def units(self) -> dict[str, str]:
        """Unit of every swept parameter."""
        fields = self.scenario.parameters()
        return {name: fields[name]["unit"] for name in self.names}

    @property
    def quantities(self) -> list[str]:
        """Every quantity that any point has, the leading one first."""
        found: dict[str, None] = {}
        for result in self.results:
            found.update(dict.fromkeys(verdict.quantity for verdict in result.verdicts))
        return list(found)

    @property
    def leading(self) -> str:
        """First quantity that has a statistical error anywhere."""
        scattering = {
            v.quantity for result in self.results for v in result.verdicts if v.stderr > 0
        }
        return next((name for name in self.quantities if name in scattering), self.quantities[0])

    @property
    def n_records(self) -> int:
        """Number of different sets of batches: points may share paths, whatever their models."""
        n_common = min(result.record.n_batches for result in self.results)
        return len({result.record.first(n_common).sha256() for result in self.results})

    @property
    def n_seeds(self) -> int:
        """Number of different seeds: one, but for points that are independent."""
        return len({result.record.seed for result in self.results})

    @property
    def title(self) -> str:
        """Scenario, points, batches, seed and time in one line."""
        first = self.results[0]
        rule = f", wrong rule {first.wrong_rule}" if first.wrong_rule else ""
        seconds = sum(result.seconds for result in self.results)
        numbers = [result.record.n_batches for result in self.results]
        low, high = min(numbers), max(numbers)
        seeds = f"seed {first.record.seed}" if self.n_seeds == 1 else "seeds of their own"
        each = f"{low}" if low == high else f"{low} to {high}"
        return (
            f"{self.scenario.name}{rule}: {len(self.results)} points, {each} batches each, "
            f"{seeds}, {seconds:.3g} s"
        )

    @property
    def notes(self) -> list[str]:
        """What each point has to say besides its numbers, those that say the same together."""
        said: dict[str, list[str]] = {}
        for point, result in zip(self.points, self.results, strict=True):
            for note in _notes(result):
                said.setdefault(note, []).append(shown_point(point))
        everywhere = len(self.results)
        return [
            note if len(where) == everywhere else f"{_some(where)}: {note}"
            for note, where in said.items()
        ]

    def __str__(self) -> str:
        return sweep_table.plain(self)

    __repr__ = __str__

    def __rich__(self) -> RenderableType:
        return sweep_table.table(self)

    def _repr_html_(self) -> str:
        return sweep_table.html(self)

    @property
    def frame(self) -> pandas.DataFrame:
        """Tidy pandas table: one row per point and quantity."""
        import pandas

        rows = []
        for point, result in zip(self.points, self.results, strict=True):
            place = {self.column(name): _cell(value) for name, value in point.items()}
            record = result.record
            run: dict[str, Any] = {"n_batches": record.n_batches, "seed": record.seed}
            run["record_sha256"] = record.sha256()
            for verdict in result.verdicts:
                measured = {name: getattr(verdict, name) for name in _OF_A_VERDICT}
                rows.append({**place, **measured, **run})
        table = pandas.DataFrame(rows)
        table["z"] = table["z"].astype(float)
        return table

    def column(self, name: str) -> str:
        """Column of a swept parameter; one that is called like a column gets another name."""
        taken = (*_OF_A_VERDICT, "n_batches", "seed", "record_sha256")
        return f"parameter_{name}" if name in taken else name

    def to_xarray(self) -> xarray.Dataset:
        """Dataset with a dimension for every swept parameter and one for the quantities.

        Raises
        ------
        InputError
            If xarray is not installed.
        """
        try:
            import xarray  # noqa: F401
        except ImportError:
            raise InputError("to_xarray needs xarray: pip install 'fluxwalk[xarray]'") from None
        table = self.frame
        dimensions = [*map(self.column, self.names), "quantity"]
        labels = {name: list(dict.fromkeys(table[name])) for name in dimensions}
        units = dict(zip(table["quantity"], table["unit"], strict=True))
        made = table.drop(columns="unit").set_index(dimensions).to_xarray().sel(labels)
        made = made.assign_coords(unit=("quantity", [units[name] for name in labels["quantity"]]))
        for name in self.names:
            made[self.column(name)].attrs["units"] = self.units[name]
        made.attrs = {"title": self.title, "scenario": self.scenario.name}
        return made

    def plot(self, file: str | Path | None = None) -> Figure:
        """Draw the quantities against what was swept, with error bars and laws.

        Parameters
        ----------
        file : path, optional
            Where to save the figure; its ending names the format.
        """
        from .figure import draw

        figure: Figure = draw(self)
        if file is not None:
            figure.savefig(file)
        return figure

    def save(self, path: str | Path) -> None:
        """Write the tidy table to a ``.csv`` or ``.parquet`` file.

        Raises
        ------
        InputError
            If the file has another ending, cannot be written, or needs a package that is missing.
        """
        path = checked_table_path(Path(path))
        try:
            if path.suffix.lower() == ".parquet":
                self.frame.to_parquet(path, index=False)
            else:
                self.frame.to_csv(path, index=False)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error

    def as_json(self) -> dict[str, Any]:
        """Plain values for strict JSON: what was swept, and the result of every point."""
        return {
            "scenario": self.scenario.name,
            "swept": {
                name: list(
                    {shown_value(point[name]): plain(point[name]) for point in self.points}.values()
                )
                for name in self.names
            },
            "family_error_rate": FAMILY_ERROR_RATE,
            "results": [result.as_json() for result in self.results],
        }


def checked_table_path(path: Path) -> Path:
    """Refuse a table that could not be saved, before the run.

    Raises
    ------
    InputError
        If its format is unknown, its package missing, or its folder does not exist.
    """
    if path.suffix.lower() not in TABLE_FORMATS:
        raise InputError(f"{path}: a table must end with {' or '.join(TABLE_FORMATS)}")
    if not path.parent.is_dir():
        raise InputError(f"{path}: cannot be written (no such folder)")
    if path.suffix.lower() == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise InputError(
                f"{path}: Parquet needs pyarrow: pip install 'fluxwalk[parquet]'"
            ) from None
    return path


def _notes(result: Result) -> list[str]:
    """Take a point's notes, but for values that are only measured: the table has them.

    That there are too few batches is said once, not of every quantity.
    """
    too_few = result.record.n_batches < MINIMUM_BATCHES
    left_out = {
        v.sentence
        for v in result.verdicts
        if (v.outcome == "measured" and v.interval) or (v.outcome == "undecided" and too_few)
    }
    said = [note for note in result.notes if note not in left_out]
    if too_few and any(v.outcome == "undecided" for v in result.verdicts):
        n_batches = result.record.n_batches
        said.append(f"{n_batches} batches are too few, at least {MINIMUM_BATCHES} are needed")
    return said


def _cell(value: Any) -> Any:
    """Value that a table can hold and sort by."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(plain(value))


def _some(points: Sequence[str]) -> str:
    """Name points, the first few where they are many."""
    if len(points) <= 2:
        return " and ".join(points)
    return f"{points[0]} … {points[-1]} ({len(points)} points)"
