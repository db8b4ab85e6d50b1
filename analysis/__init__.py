"""What emerges from the walkers, with an honest error, and the verdict against its law.

Everything here takes plain arrays and works without ``walkers``.
"""

from .diffusion import Moments, diffusion_tensor, displacement_moments, green_kubo
from .estimate import Estimate, batch_mean, jackknife, largest_unseen, ratio, violations
from .flux import SteadyState, steady_state
from .plot import plot_verdicts
from .trajectories import MotionReport, TrajectoryError, analyse, read_positions
from .verdict import Check, Prediction, Verdict, checks_of, judge, unclaimed

__all__ = [
    "Check",
    "Estimate",
    "Moments",
    "MotionReport",
    "Prediction",
    "SteadyState",
    "TrajectoryError",
    "Verdict",
    "analyse",
    "batch_mean",
    "checks_of",
    "diffusion_tensor",
    "displacement_moments",
    "green_kubo",
    "jackknife",
    "judge",
    "largest_unseen",
    "plot_verdicts",
    "ratio",
    "read_positions",
    "steady_state",
    "unclaimed",
    "violations",
]
