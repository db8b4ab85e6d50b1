"""From recorded positions to a diffusivity with an interval that covers, or why there is none.

``analyse`` is the whole way; the steps that it takes are given here as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .estimate import Estimate
from .motion import LEVEL, Motion, measure_motion
from .pieces import Cut, Sums, TrajectoryError, cut, piece_sums
from .positions import agreed_time_step, check_positions, read_positions

if TYPE_CHECKING:
    from ._figure import Figure

__all__ = [
    "AXES",
    "Cut",
    "Motion",
    "MotionReport",
    "Sums",
    "TrajectoryError",
    "agreed_time_step",
    "analyse",
    "cut",
    "draw_motion",
    "measure_motion",
    "piece_sums",
    "read_positions",
]

AXES = "xyz"


@dataclass(frozen=True, repr=False)
class MotionReport:
    """What ``analyse`` returns: every number an Estimate with value, stderr, dof, interval().

    ``D`` is the diffusion tensor, None where the motion is not diffusive; ``objections`` then
    says why. ``drift`` is the mean velocity along each axis, ``noise`` the variance of the
    localisation error along an axis (negative values within the error happen).
    ``exponent_interval`` is the 95 % interval of the anomalous exponent, from the inversion of
    a test: it covers even where the exponent is hardly known.
    """

    n_walkers: int
    n_times: int
    dt: float
    cut: Cut
    motion: Motion

    @property
    def D(self) -> tuple[tuple[Estimate, ...], ...] | None:
        """Diffusion tensor, or None where the motion is not diffusive."""
        return None if self.motion.objections else self.motion.slope

    @property
    def diffusivity(self) -> Estimate | None:
        """Mean of the tensor's diagonal, or None where the motion is not diffusive."""
        return None if self.motion.objections else self.motion.diffusivity

    @property
    def objections(self) -> tuple[str, ...]:
        """What speaks against a diffusivity; empty where nothing does."""
        return self.motion.objections

    @property
    def drift(self) -> tuple[Estimate, ...]:
        """Mean velocity along each axis."""
        return self.motion.drift

    @property
    def noise(self) -> Estimate:
        """Variance σ² of the localisation error along an axis."""
        return self.motion.noise

    @property
    def anomalous_exponent(self) -> Estimate:
        """Exponent α of ⟨X²⟩ ∝ t^α."""
        return self.motion.exponent

    @property
    def exponent_interval(self) -> tuple[float, float]:
        """95 % interval of the exponent."""
        return self.motion.exponent_interval

    @property
    def green_kubo_minus_einstein(self) -> Estimate:
        """Green–Kubo diffusivity from velocities, less the Einstein one from displacements."""
        return self.motion.green_kubo_minus_einstein

    @property
    def sentence(self) -> str:
        """What the data say, in one sentence."""
        return self.motion.sentence

    def _rows(self) -> list[tuple[str, Estimate, tuple[float, float]]]:
        rows: list[tuple[str, Estimate]] = []
        dimension = len(self.drift)
        if self.D is not None:
            entries = [(i, i) for i in range(dimension)]
            entries += [(i, j) for i in range(dimension) for j in range(i + 1, dimension)]
            rows += [(f"D_{AXES[i]}{AXES[j]}", self.D[i][j]) for i, j in entries]
        rows += [(f"drift_{AXES[i]}", velocity) for i, velocity in enumerate(self.drift)]
        rows += [("noise variance", self.noise)]
        rows += [("green_kubo_minus_einstein", self.green_kubo_minus_einstein)]
        shown = [(name, estimate, estimate.interval(LEVEL)) for name, estimate in rows]
        exponent = ("anomalous_exponent", self.anomalous_exponent, self.exponent_interval)
        return [*shown[:-1], exponent, shown[-1]]

    def __str__(self) -> str:
        lines = [f"{'quantity':26s}{'value ± error':>24s}   95 % interval"]
        for name, estimate, (low, high) in self._rows():
            number = f"{estimate.value:.4g} ± {estimate.stderr:.2g}"
            lines.append(
                f"{name:26s}{number:>24s}   {low:.4g} … {high:.4g} {estimate.unit}".rstrip()
            )
        pieces = f"{self.n_walkers} × {self.n_times} positions in {self.cut.n_pieces} pieces"
        return "\n".join([*lines, f"{self.sentence} ({pieces})"])

    __repr__ = __str__

    def plot(self, file: str | Path | None = None) -> Figure:
        """Draw the mean squared displacement about the drift, and the fitted line.

        Parameters
        ----------
        file : path, optional
            Where to save the figure; its ending names the format.
        """
        from . import plot as draw

        drawing, (axes,) = draw.figure()
        draw_motion(axes, self.motion)
        if file is not None:
            drawing.savefig(file)
        return drawing


def draw_motion(axes: Any, measured: Motion) -> None:
    """Draw ⟨|r − vt|²⟩ with the errors over the pieces, and the line 2dDt + 2dσ²."""
    from . import plot as draw

    dimension = len(measured.drift)
    times = np.concatenate([[0.0], measured.times])
    offset = 2.0 * dimension * measured.noise.value
    line = offset + 2.0 * dimension * measured.diffusivity.value * times
    draw.draw_law(axes, times, line, "fit, 2dDt + 2dσ²")
    values = np.stack([point.batch_values for point in measured.msd], axis=1)
    draw.draw_batches(axes, measured.times, values, "pieces")
    length = measured.noise.unit.removesuffix("²")
    time = measured.drift[0].unit.rpartition("/")[2]
    units = (f" [{time}]", f" [{length}²]") if length else ("", "")
    draw.label_axes(axes, f"time t{units[0]}", f"⟨|r − vt|²⟩{units[1]}", "Mean square displacement")


def analyse(
    positions: ArrayLike | str | Path,
    dt: float | None = None,
    *,
    noise: float | None = None,
    units: tuple[str, str] = ("", ""),
) -> MotionReport:
    """Diffusion tensor, drift and anomalous exponent of walkers, with 95 % intervals.

    Drift and localisation error are always allowed for. Walkers must be independent of each
    other; where they are fewer than 64 they are cut into blocks of steps.

    Parameters
    ----------
    positions : (n_walkers, n_times, dimension) array, or path of a file
        Positions at equal time steps; a .npy, .csv or .parquet file as ``read_positions`` says.
    dt : float, optional
        Time of a step; may be left out for a file with a column of times.
    noise : float, optional
        Standard deviation of the localisation error along an axis, where it is known (0: none):
        the interval of D then is narrower by up to √3. By default it is estimated.
    units : (str, str)
        Units of length and time, for the table and the figure.

    Raises
    ------
    TrajectoryError
        With one line, for positions that cannot be read or are too few.
    """
    if isinstance(positions, str | Path):
        recorded = read_positions(positions, dt)
        array, step = recorded.positions, recorded.dt
    else:
        array, step = check_positions(positions), dt
    step = checked_time_step(step)
    if noise is not None and not (math.isfinite(noise) and noise >= 0.0):
        raise TrajectoryError(f"noise: must be at least 0 and finite, got {noise!r}")
    own = cut(array.shape[0], array.shape[1])
    each = [piece_sums(own.piece(array, i), own.lags) for i in range(own.n_pieces)]
    sums = Sums(*(np.stack(parts) for parts in zip(*each, strict=True)))
    measured = measure_motion(sums, own.lags, own.n_steps, step, noise, units)
    return MotionReport(array.shape[0], array.shape[1], step, own, measured)


def checked_time_step(dt: float | None) -> float:
    """Time step, if it is one.

    Raises
    ------
    TrajectoryError
        If it is missing, not finite or not above 0.
    """
    if dt is None:
        raise TrajectoryError("dt: the time of a step is needed")
    if isinstance(dt, bool) or not isinstance(dt, int | float | np.number):
        raise TrajectoryError(f"dt: must be a number, got {dt!r}")
    if not (math.isfinite(dt) and dt > 0.0):
        raise TrajectoryError(f"dt: must be above 0 and finite, got {dt!r}")
    return float(dt)
