"""What emerges from the walkers, with an honest error, and the verdict against its law.

Everything here takes plain arrays and works without ``walkers``.
"""

from .estimate import Estimate, batch_mean, jackknife
from .verdict import Check, Prediction, Verdict, judge

__all__ = ["Check", "Estimate", "Prediction", "Verdict", "batch_mean", "jackknife", "judge"]
