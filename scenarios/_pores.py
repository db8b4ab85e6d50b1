"""Radii and counts of pores from a CSV file, and the classes that stand for them in a run."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ._inputs import FileStamp, InputError, file_stamp
from ._parameters import shown

MOST_CLASSES = 12
"""Distinct radii that are simulated as they are; more are put into so many groups."""

MOST_ROWS = 1_000_000
MOST_PORES = 1e18
SHORTEST, LONGEST = 0.01, 1000.0
"""Bounds of thickness over radius: what the tubes of a run can be."""

ROUNDING = 1e-9

MEMBRANE = ((2e-7, 300), (4e-7, 800), (6e-7, 500), (8e-7, 150), (1e-6, 30))
"""Radii [m] and counts of the pores that are built in."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pores:
    """``radii`` [m], rising, and ``counts`` (n,); ``rows`` of the file where each comes first."""

    radii: FloatArray
    counts: FloatArray
    rows: NDArray[np.int64]

    @property
    def mean_radius(self) -> float:
        """Mean over the pores [m]."""
        return float(self.radii @ self.counts / self.counts.sum())

    @functools.cached_property
    def classes(self) -> Pores:
        """These pores, or at most MOST_CLASSES groups with the same Σ n r² and Σ n r³.

        Narrow pores flow as r³, wide ones as r²: a group flows nearly as its pores together.
        """
        if self.radii.size <= MOST_CLASSES:
            return self
        edges = np.geomspace(self.radii[0], self.radii[-1], MOST_CLASSES + 1)[1:-1]
        group = np.searchsorted(edges, self.radii, side="right")
        square = np.bincount(group, self.counts * self.radii**2)
        cube = np.bincount(group, self.counts * self.radii**3)
        used = square > 0.0
        square, cube = square[used], cube[used]
        return Pores(
            cube / square, square * (square / cube) ** 2, np.flatnonzero(used).astype(np.int64)
        )


def read_pores(file: str, thickness: float) -> Pores:
    """Pores of a CSV file with the columns ``radius`` [m] and ``count``; '' for those built in.

    Raises
    ------
    InputError
        With one line that names the row, if the file is none of that, or a radius does not go
        with the thickness [m] of the membrane.
    """
    if file == "":
        pores = _BUILT_IN
    else:
        stamp = file_stamp(file)
        if stamp is None:
            raise InputError(f"file: {file}: no such file")
        pores = _read(file, stamp)
    for i in (0, -1):
        if not SHORTEST - ROUNDING <= thickness / pores.radii[i] <= LONGEST + ROUNDING:
            low, high = thickness / LONGEST, thickness / SHORTEST
            where = f"file: {file}: row {pores.rows[i]}" if file else "thickness"
            raise InputError(
                f"{where}: radii must be between thickness/{LONGEST:g} and thickness/{SHORTEST:g} "
                f"({low:.3g} to {high:.3g} m), got {pores.radii[i]:g} m"
            )
    return pores


@functools.lru_cache(maxsize=4)
def _read(file: str, stamp: FileStamp) -> Pores:
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as stream:
            return _from_rows(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        said = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise InputError(f"file: {file}: cannot be read as a CSV table ({said[:80]})") from None
    except InputError as error:
        raise InputError(f"file: {file}: {error}") from None


def _from_rows(rows: Iterator[list[str]]) -> Pores:
    names = [name.strip().lower() for name in next(rows, [])]
    if names.count("radius") != 1 or names.count("count") != 1:
        found = ", ".join(names)[:80] or "nothing"
        raise InputError(f"needs the columns radius and count, once each; found: {found}")
    places = names.index("radius"), names.index("count")
    radii: list[float] = []
    counts: list[float] = []
    numbers: list[int] = []
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row):
            continue
        if len(radii) == MOST_ROWS:
            raise InputError(f"row {number}: more than {MOST_ROWS} rows")
        radius, count = (_number(number, names[i], row, i) for i in places)
        if not count.is_integer() or count > MOST_PORES:
            raise InputError(
                f"row {number}: count must be a whole number up to {MOST_PORES:g}, got {count:g}"
            )
        radii.append(radius)
        counts.append(count)
        numbers.append(number)
    if not radii:
        raise InputError("the table has no rows")
    return _sorted(radii, counts, numbers)


def _number(number: int, name: str, row: list[str], place: int) -> float:
    text = row[place].strip() if place < len(row) else ""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise InputError(f"row {number}: {name} must be a positive number, got {shown(text)}")
    return value


def _sorted(radii: Sequence[float], counts: Sequence[float], numbers: Sequence[int]) -> Pores:
    """Pores of equal radius as one class, in rising order."""
    distinct, first, place = np.unique(
        np.array(radii, np.float64), return_index=True, return_inverse=True
    )
    rows = np.array(numbers, np.int64)[first]
    return Pores(distinct, np.bincount(place, np.array(counts)).astype(np.float64), rows)


_BUILT_IN = _sorted(
    [radius for radius, _ in MEMBRANE], [count for _, count in MEMBRANE], [1, 2, 3, 4, 5]
)
