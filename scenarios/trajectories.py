"""Do recorded trajectories diffuse, and with which D, whatever the drift and the camera's error?

Rule: without a ``file``, hoppers on a lattice of spacing ℓ, as in random-walk, are recorded once
per dt; each coordinate is read one site off with probability ``noise``². Steps are independent,
so every expected value is exact. With a ``file`` of positions (n_walkers, n_times, dimension),
.npy, or .csv or .parquet with columns walker, time or frame, x[, y[, z]], its walkers, or blocks
of their steps, are the batches; ℓ and τ are its units. Without a claimed ``D`` the tensor is
measured, not judged, and withheld where the motion is not diffusive.
Measured from mean square displacements about the drift by weighted least squares, the error of
localisation as a free constant; covers at any drift and localisation error.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import Any

from pydantic import model_serializer, model_validator

import walkers
from analysis import Check, Prediction, unclaimed
from analysis import plot as draw
from analysis.laws import fick
from analysis.laws import trajectories as laws_of
from analysis.trajectories import AXES, draw_motion
from scenarios import Count, Parameters, Quantity, Real, WrongRule, parameter
from scenarios import _trajectories as recorded

MADE_DRIFT = 0.1
MADE_ALONE = ("dimension", "n_walkers", "n_times", "noise")  # not with a file


class Params(Parameters):
    """Parameters of the trajectories."""

    file: str = parameter("", "positions to analyse (.npy, .csv, .parquet); none: made here")
    dt: Real = parameter(
        None, "time between positions; none: that of the file's times, 1 if made (whole)",
        unit="τ", above=0.0, maximum=1e30,
    )  # fmt: skip
    D: Real | None = parameter(
        None, "claimed diffusivity along each axis; none: no claim, 1/2d if made", unit="ℓ²/τ",
        minimum=1e-300, maximum=1e300,
    )  # fmt: skip
    drift: Real | None = parameter(
        None, f"claimed drift along x; none: no claim, {MADE_DRIFT} if made", unit="ℓ/τ",
        minimum=-1e300, maximum=1e300,
    )  # fmt: skip
    dimension: Count = parameter(3, "axes, if made here", minimum=1, maximum=3)
    n_walkers: Count = parameter(1000, "walkers of a batch, if made", minimum=1, maximum=100_000)
    n_times: Count = parameter(101, "positions of a walker, if made", minimum=5, maximum=10_000)
    noise: Real = parameter(0.5, "localisation error, if made", unit="ℓ", minimum=0, maximum=1)

    @model_validator(mode="before")
    @classmethod
    def _as_read(cls, values: dict[str, Any]) -> dict[str, Any]:
        return recorded.as_read(values, MADE_ALONE)

    @model_serializer(mode="wrap")
    def _without_what_is_not_used(self, dump: Any) -> dict[str, Any]:
        return {**dump(self), **(dict.fromkeys(MADE_ALONE) if self.file else {})}

    @model_validator(mode="after")
    def _can_be(self) -> Params:
        if self.file:
            recorded.opened(self.file, self.dt)
            return self
        if not self.dt.is_integer():
            raise ValueError(f"dt: must be whole without a file, got {self.dt!r}")
        if self.n_walkers * (self.n_times - 1) > 1e6:
            raise ValueError(f"n_walkers: at most 10⁶ positions a batch, got {self.n_walkers}")
        if self.n_walkers * (self.n_times - 1) * self.dt > 2e7:
            raise ValueError(f"dt: at most 2·10⁷ hops a batch, got {self.dt!r}")
        if not 0.0 <= self.hop.stay <= 0.99:
            most = 0.5 / self.dimension
            raise ValueError(f"D: walkers made here have {most / 100:g} … {most:g}, got {self.D!r}")
        if abs(self.hop.bias) > 0.9 * (1.0 - self.hop.stay) / self.dimension:
            raise ValueError(f"drift: must not exceed 0.9·2D without a file, got {self.drift!r}")
        return self

    @property
    def hop(self) -> walkers.Hop:
        """Hop of the walkers that are made: D along the axes without drift is (1 − s)/2d."""
        stay = 0.0 if self.D is None else round(1.0 - 2.0 * self.dimension * self.D, 12)
        return walkers.Hop(stay=stay, bias=MADE_DRIFT if self.drift is None else self.drift)


QUANTITIES = {
    **{f"D_{a}{a}": Quantity("ℓ²/τ", "mean D", f"diffusivity along {a}") for a in AXES},
    **{
        f"D_{a}{b}": Quantity("ℓ²/τ", "mean D", f"⟨δ_{a} δ_{b}⟩ about the drift, likewise")
        for a, b in combinations(AXES, 2)
    },
    **{f"drift_{a}": Quantity("ℓ/τ", "√(2D/dt)", f"mean velocity along {a}") for a in AXES},
    "anomalous_exponent": Quantity("", "1", "α of ⟨X²⟩ ∝ t^α beside a constant"),
    "green_kubo_minus_einstein": Quantity(
        "ℓ²/τ", "mean D", "C₀/2 + C₁ of velocities less the slope of ψ/2 from lag 2 on"
    ),
}


def build(p: Params) -> walkers.Model:
    """Pieces of the file, or walkers on an unbounded lattice."""
    if p.file:
        return recorded.given(p.file, p.dt)
    walk = walkers.RecordedWalk(
        p.n_walkers, axes=(walkers.Axis(),) * p.dimension, hop=p.hop, n_times=p.n_times,
        every=int(p.dt), start=(0,) * p.dimension, misread=p.noise**2,
    )  # fmt: skip
    return recorded.MadeTrajectories(p.n_walkers, walk=walk)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity; without a claim, none."""
    dimension = recorded.opened(p.file, p.dt).shape[2] if p.file else p.dimension
    axes, pairs = AXES[:dimension], list(combinations(AXES[:dimension], 2))
    D = dict.fromkeys(axes, math.nan if p.D is None else p.D)
    v = dict.fromkeys(axes, math.nan) | {"x": math.nan if p.drift is None else p.drift}
    noise = 0.0
    if not p.file:
        b = p.hop.bias
        D = dict.fromkeys(axes, fick.hop_diffusivity(dimension, p.hop.stay))
        D["x"] -= b**2 / 2.0
        v, noise = dict.fromkeys(axes, 0.0) | {"x": b}, p.noise**2
    return {
        **{f"D_{a}{a}": laws_of.along(D[a]) for a in axes},
        **{f"D_{a}{b}": laws_of.across(D[a], D[b]) for a, b in pairs},
        **{f"drift_{a}": laws_of.drift(v[a]) for a in axes},
        "anomalous_exponent": laws_of.exponent(),
        "green_kubo_minus_einstein": laws_of.green_kubo_minus_einstein(
            sum(D.values()) / dimension, noise / p.dt
        ),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Diffusion tensor, drift, exponent, and two ways to the diffusivity."""
    measured, predictions = recorded.motion(record, p.dt), laws(p)
    axes = list(enumerate(AXES[: len(measured.drift)]))
    tensor = {f"D_{a}{b}": measured.slope[i][j] for i, a in axes for j, b in axes}
    estimates = {
        **tensor,
        **{f"drift_{a}": measured.drift[i] for i, a in axes},
        "anomalous_exponent": measured.exponent,
        "green_kubo_minus_einstein": measured.green_kubo_minus_einstein,
    }
    claimed = [predictions[f"D_{a}{a}"].law for _, a in axes]
    D = abs(measured.diffusivity.value) if math.isnan(claimed[0]) else sum(claimed) / len(claimed)
    speed = math.sqrt(2.0 * D / p.dt)
    scales = dict.fromkeys(estimates, D) | {f"drift_{a}": speed for _, a in axes}
    scales["anomalous_exponent"] = 1.0
    for name, prediction in predictions.items():
        if name in tensor and measured.objections and not prediction.is_claim:
            reason = f"no diffusivity, {' and '.join(measured.objections)}"
            predictions[name] = unclaimed(reason)
            estimates[name] = replace(estimates[name], value=math.nan)
    return [
        Check(name, estimates[name], law, scales[name], recorded=bool(p.file))
        for name, law in predictions.items()
    ]


def remarks(record: walkers.Record, p: Params) -> list[str]:
    """Say what was read from a file, its localisation error, and whether it diffuses."""
    return recorded.what_was_read(record) if p.file else []


def plot(result: Any) -> Any:
    """Mean square displacement about the drift against time, and the fitted line."""
    figure, (axes,) = draw.figure()
    draw_motion(axes, recorded.motion(result.record, result.params.dt))
    return figure


def _persistent(model: recorded.MadeTrajectories) -> walkers.Model:
    return replace(model, walk=replace(model.walk, hop=replace(model.walk.hop, persistence=0.3)))


def _confined(model: recorded.MadeTrajectories) -> walkers.Model:
    box = walkers.Axis(15, walkers.Reflecting(), walkers.Reflecting())
    n_axes = len(model.walk.axes)
    return replace(model, walk=replace(model.walk, axes=(box,) * n_axes, start=(8,) * n_axes))


WRONG_RULES = {
    "persistence": WrongRule(
        "a walker keeps its last direction with probability 0.3",
        change=_persistent,
        moves={"D_xx": +1, "D_yy": +1, "anomalous_exponent": +1, "green_kubo_minus_einstein": -1},
    ),
    "confined": WrongRule(
        "walls stand eight sites from the start on every side",
        change=_confined,
        moves={"D_yy": -1, "anomalous_exponent": -1, "green_kubo_minus_einstein": +1},
    ),
}

CALIBRATION_WALKERS = 20
