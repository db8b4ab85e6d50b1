"""Positions from a file, or one line that says what is wrong with it.

.npy: an array (n_walkers, n_times, dimension) of numbers, mapped, not read, into memory.
.csv and .parquet: long tables with the columns ``walker``, ``time`` or ``frame``, ``x`` and, if
there are more axes, ``y`` and ``z``; any order of rows. Walkers may start at different times,
but all have the same number of rows, equally spaced, without gaps and without duplicates.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .pieces import TrajectoryError

SPACING_TOLERANCE = 1e-6
"""Times may differ from equal spacing by this share of a step (printed digits)."""

_CHUNK = 1 << 22
_READERS = (".npy", ".csv", ".parquet")


class Recorded(NamedTuple):
    """Positions (n_walkers, n_times, dimension), and the time step where it is known."""

    positions: NDArray[Any]
    dt: float | None


def read_positions(file: str | Path, dt: float | None = None) -> Recorded:
    """Read the positions of a .npy, .csv or .parquet file.

    Parameters
    ----------
    file : path
        What to read.
    dt : float, optional
        Time step; a column of times must agree with it.

    Raises
    ------
    TrajectoryError
        With one line that names the file and what is wrong.
    """
    path = Path(file)
    ending = path.suffix.lower()
    if ending not in _READERS:
        raise TrajectoryError(f"{path}: must end with {', '.join(_READERS)}")
    if not path.is_file():
        raise TrajectoryError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise TrajectoryError(f"{path}: the file is empty")
    try:
        if ending == ".npy":
            return Recorded(check_positions(_read_npy(path)), dt)
        frame = _read_csv(path) if ending == ".csv" else _read_parquet(path)
        positions, step = _from_table(frame)
        agreed_time_step(step, dt)
        return Recorded(check_positions(positions), dt if step is None else step)
    except TrajectoryError as error:
        raise TrajectoryError(f"{path}: {error}") from None
    except OSError as error:
        raise TrajectoryError(f"{path}: cannot be read ({error.strerror or error})") from None


def agreed_time_step(step: float | None, dt: float | None) -> float | None:
    """Time step that the user gives, or else that of the times of the file.

    Raises
    ------
    TrajectoryError
        If the two differ.
    """
    if step is not None and dt is not None and abs(step - dt) > SPACING_TOLERANCE * step:
        raise TrajectoryError(f"the times are {step:g} apart, but dt is {dt!r}")
    return step if dt is None else dt


def check_positions(positions: ArrayLike) -> NDArray[Any]:
    """Positions (n_walkers, n_times, dimension), if they are.

    Raises
    ------
    TrajectoryError
        For anything but finite real numbers with three axes, the last one of length 1, 2 or 3.
    """
    try:
        array = np.asanyarray(positions)
    except ValueError:  # lists of unequal lengths
        raise TrajectoryError("all walkers must have equally many positions") from None
    if array.dtype.kind not in "iuf":
        raise TrajectoryError(f"positions must be real numbers, got {array.dtype}")
    if array.ndim == 2:
        raise TrajectoryError(
            f"{array.shape} may be one walker or one axis; give (n_walkers, n_times, dimension), "
            "e.g. x[None] for one walker or x[..., None] for one axis"
        )
    if array.ndim != 3 or not 1 <= array.shape[2] <= 3:
        raise TrajectoryError(
            f"positions must be (n_walkers, n_times, dimension 1, 2 or 3), got shape {array.shape}"
        )
    if array.size == 0:
        raise TrajectoryError(f"there are no positions, shape {array.shape}")
    _refuse_infinite(array)
    return array


def _refuse_infinite(array: NDArray[Any]) -> None:
    """Find the first position that is no finite number, some walkers at a time."""
    at_a_time = max(1, _CHUNK // (array.shape[1] * array.shape[2]))
    for first in range(0, len(array), at_a_time):
        finite = np.isfinite(array[first : first + at_a_time])
        if not finite.all():
            walker, time, axis = np.argwhere(~finite)[0]
            raise TrajectoryError(
                f"walker {first + walker}, time number {time}: {'xyz'[axis]} is "
                f"{array[first + walker, time, axis]}"
            )


def _read_npy(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, SyntaxError) as error:
        said = str(error)
        if "pickle" in said.lower() or "object" in said.lower():
            with path.open("rb") as stream:
                if stream.read(6) == b"\x93NUMPY":
                    raise TrajectoryError("holds Python objects, not numbers") from None
            raise TrajectoryError("is not a .npy file") from None
        if "mmap length" in said or "EOF" in said:
            raise TrajectoryError("is cut off: shorter than its header says") from None
        raise TrajectoryError(f"is not a sound .npy file ({' '.join(said.split())})") from None
    return array


def _read_csv(path: Path) -> Any:
    import pandas

    try:
        return pandas.read_csv(path)
    except pandas.errors.EmptyDataError:
        raise TrajectoryError("the file is empty") from None
    except (pandas.errors.ParserError, UnicodeDecodeError) as error:
        raise TrajectoryError(f"is not a CSV table ({' '.join(str(error).split())})") from None


def _read_parquet(path: Path) -> Any:
    import pandas

    if importlib.util.find_spec("pyarrow") is None:
        raise TrajectoryError("needs pyarrow: pip install 'fluxwalk[parquet]'")
    import pyarrow

    try:
        return pandas.read_parquet(path, engine="pyarrow")
    except (pyarrow.ArrowException, ValueError) as error:
        raise TrajectoryError(f"is not a Parquet table ({' '.join(str(error).split())})") from None


def _from_table(frame: Any) -> tuple[NDArray[np.float64], float | None]:
    """Positions of a long table, and the spacing of its times (None for frames)."""
    frame = frame.rename(columns=lambda name: str(name).strip().lower())
    axes, clock = _columns(list(frame.columns))
    if len(frame) == 0:
        raise TrajectoryError("the table has no rows")
    for name in (clock, *axes):
        frame[name] = _numbers(frame, name)
    if frame["walker"].isna().any():
        raise TrajectoryError(f"row {int(frame['walker'].isna().argmax()) + 1}: walker is missing")
    if not np.isfinite(frame[clock]).all():
        row = int(np.argmin(np.isfinite(frame[clock])))
        raise TrajectoryError(f"row {row + 1}: {clock} is {frame[clock].iloc[row]}")
    try:
        frame = frame.sort_values(["walker", clock], kind="stable")
    except TypeError:
        raise TrajectoryError("walker: must be all numbers or all names") from None
    names, lengths = np.unique(frame["walker"].to_numpy(), return_counts=True)
    times = frame[clock].to_numpy(dtype=np.float64)
    _refuse_duplicates(frame["walker"].to_numpy(), times, clock)
    if (lengths != lengths[0]).any():
        odd = int(np.argmax(lengths != lengths[0]))
        raise TrajectoryError(
            f"walker {names[odd]} has {lengths[odd]} positions, walker {names[0]} has "
            f"{lengths[0]}; all must have equally many"
        )
    n_times = int(lengths[0])
    times = times.reshape(-1, n_times)
    step = _spacing(times, names, clock)
    positions = frame[axes].to_numpy(dtype=np.float64).reshape(-1, n_times, len(axes))
    if not np.isfinite(positions).all():
        walker, number, axis = np.argwhere(~np.isfinite(positions))[0]
        raise TrajectoryError(
            f"walker {names[walker]}, {clock} {times[walker, number]:g}: {axes[axis]} is "
            f"{positions[walker, number, axis]}"
        )
    return positions, step if clock == "time" else None


def _columns(found: list[str]) -> tuple[list[str], str]:
    """Names of the axes and of the clock among the columns."""
    axes = [name for name in "xyz" if name in found]
    clocks = [name for name in ("time", "frame") if name in found]
    known = "walker" in found and clocks and axes and axes == list("xyz"[: len(axes)])
    if not known or len(set(found)) != len(found):
        raise TrajectoryError(
            "needs the columns walker, time or frame, x[, y[, z]], once each; found: "
            + ", ".join(found)[:80]
        )
    return axes, clocks[0]


def _numbers(frame: Any, name: str) -> Any:
    """Return a column as numbers; missing ones become NaN."""
    import pandas

    if frame[name].dtype == bool:
        raise TrajectoryError(f"{name}: must be numbers, got true and false")
    numbers = pandas.to_numeric(frame[name], errors="coerce").astype(np.float64)
    wrong = (numbers.isna() & frame[name].notna()).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise TrajectoryError(f"row {row + 1}: {name} is no number, {frame[name].iloc[row]!r:.40}")
    return numbers


def _refuse_duplicates(walkers: NDArray[Any], times: NDArray[np.float64], clock: str) -> None:
    """Find the same walker at the same time twice, in sorted rows."""
    twice = (walkers[1:] == walkers[:-1]) & (times[1:] == times[:-1])
    if twice.any():
        row = int(np.argmax(twice))
        raise TrajectoryError(f"walker {walkers[row]} is there twice at {clock} {times[row]:g}")


def _spacing(times: NDArray[np.float64], names: NDArray[Any], clock: str) -> float:
    """Time step, the same all the way for all walkers."""
    if times.shape[1] < 2:
        raise TrajectoryError(f"walker {names[0]} has a single position")
    steps = np.diff(times, axis=1)
    step = float(np.median(steps)) if clock == "time" else 1.0
    # Long times carry fewer digits than one step.
    allowed = SPACING_TOLERANCE * step + 4.0 * np.spacing(np.abs(times).max())
    uneven = np.abs(steps - step) > allowed
    if uneven.any():
        walker, number = np.argwhere(uneven)[0]
        raise TrajectoryError(
            f"walker {names[walker]}: from {clock} {times[walker, number]:g} to "
            f"{times[walker, number + 1]:g} is not one step of {step:g}; gaps are not allowed"
        )
    mean: float = float((times[:, -1] - times[:, 0]).mean() / (times.shape[1] - 1))
    return mean
