"""Does a gas between two plates diffuse at all, or does ⟨x²⟩/t grow with ln t for ever?

Rule: a gas in equilibrium starts between two endless diffuse plates; molecules meet the plates
only, never each other. Flights along the plates are as frequent as ξ⁻³, and there is no
diffusion coefficient: ⟨x²⟩/t grows by hv̄/2 per unit of ln t. Two independent sets of molecules
are looked at, each once; the expected growth between the two times is exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import kinetic
from analysis.laws import knudsen_diffusion as laws_of
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter

X_SQUARED, Y_SQUARED = 3, 4  # columns of the displacements
LEAST_RATIO = 2.0  # of the times
SHARES = (0.02, 0.05, 0.14, 0.38, 1.0)  # of the second time: for the figure, but for the last


class Params(Parameters):
    """Parameters of the slit."""

    gap: Real = parameter(1e-6, "distance h of the plates", unit="m", minimum=1e-9, maximum=1e3)
    t_1: Real = parameter(5.0, "first time", unit="h/v̄", minimum=0.5, maximum=100.0)
    t_2: Real = parameter(50.0, "second time", unit="h/v̄", minimum=1.0, maximum=200.0)
    gas: Gas = parameter("N2", "gas, by name")
    T: Real = parameter(300.0, "temperature", unit="K", minimum=0.1, maximum=1e5)

    @model_validator(mode="after")
    def _times_differ(self) -> Params:
        if self.t_2 < LEAST_RATIO * self.t_1:
            raise ValueError(
                f"t_2: must be at least {LEAST_RATIO:g} times t_1, got {self.t_2!r} "
                f"for {self.t_1!r}"
            )
        return self


QUANTITIES = {
    "growth": Quantity("m²/s", "the law", "rise of ⟨x²⟩/t, along both axes, over that of ln t"),
}


def build(p: Params) -> walkers.Model:
    """Two sets of molecules in one slit, normal to z, with a clock of its own each."""
    return walkers.together(
        early=_slit(p, (p.t_1,)), late=_slit(p, tuple(p.t_2 * share for share in SHARES))
    )


def _slit(p: Params, times: tuple[float, ...]) -> walkers.FreeMolecular:
    """Molecules looked at some times: the later the last, the wider their squares scatter."""
    h, unit = p.gap, _time_unit(p)
    n = int(max(15_000, 800 * times[-1]))
    low = walkers.Plane((0, 0, 0), (0, 0, 1))
    high = walkers.Plane((0, 0, h), (0, 0, -1))
    start = walkers.Box((0, 0, 0), (h, h, h))
    return walkers.FreeMolecular(
        n_walkers=n,
        species=walkers.gas(p.gas),
        surfaces=(
            walkers.Surface("low", low, walkers.Diffuse(p.T)),
            walkers.Surface("high", high, walkers.Diffuse(p.T)),
        ),
        sources=(walkers.FromGas("main", p.T, n, volume=start),),
        t_end=times[-1] * unit,
        census_times=tuple(t * unit for t in times),
        track_displacements=True,
    )


def _time_unit(p: Params) -> float:
    """Gap over mean speed [s]."""
    return p.gap / kinetic.mean_speed(p.T, walkers.gas(p.gas).mass)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of the growth."""
    m = walkers.gas(p.gas).mass
    return {"growth": laws_of.slit_growth(p.gap, p.t_1, p.t_2, p.T, m)}


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Squares of the displacements of either set at its own last time."""
    rise = _spread(record, "late")[:, -1] - _spread(record, "early")[:, -1]
    growth = analysis.batch_mean(rise / math.log(p.t_2 / p.t_1), "m²/s")
    return analysis.checks_of({"growth": growth}, laws(p))


def _spread(record: walkers.Record, part: str) -> Any:
    """⟨x²⟩/t [m²/s], mean of the two axes, of every batch at every time."""
    model: Any = record.part(part)
    sums = record[f"{part}.present_displacement"][:, 0]
    squares = (sums[:, :, X_SQUARED] + sums[:, :, Y_SQUARED]) / 2.0
    return squares / (model.n_walkers * np.array(model.census_times))


def plot(result: Any) -> Any:
    """⟨x²⟩/t of both sets against ln t, which Fick's law holds constant."""
    p, record = result.params, result.record
    unit = 2.0 * laws(p)["growth"].law  # h v̄
    figure, (axes,) = draw.figure()
    times = np.geomspace(0.3, max(200.0, 2 * p.t_2), 200)
    # (h v̄) in the law's own units, h√(2kT/m), is 2/√π.
    own = math.sqrt(math.pi) / 2.0
    law = np.array([laws_of.slit_displacement(t * own) * own for t in times])
    draw.draw_law(axes, times, law, "velocity correlation")
    at = [p.t_1, *(p.t_2 * share for share in SHARES)]
    spread = np.hstack([_spread(record, "early"), _spread(record, "late")])
    draw.draw_batches(axes, at, spread / unit, "molecules")
    axes.plot(times, law[-1] + 0.5 * np.log(times / times[-1]), "k:", lw=1, label="½ ln t + const")
    axes.set_xscale("log")
    axes.set_ylim(0.0, 1.1 * law[-1])
    draw.label_axes(axes, "time [h/v̄]", "⟨x²⟩/t [hv̄]", "Between plates nothing diffuses")
    return figure


def _with_plates(change: Any) -> Any:
    """Change of both sets that gives the plates another boundary."""
    return lambda model: model.each(lambda part: part.with_boundaries(lambda s: change(s.boundary)))


WRONG_RULES = {
    "isotropic": WrongRule(
        "the plates re-emit uniformly over the hemisphere instead of by the cosine law",
        change=_with_plates(lambda b: walkers.emitting(b, angles=walkers.AngleLaw.ISOTROPIC)),
        moves={"growth": +1},
    ),
    "five-percent-specular": WrongRule(
        "the plates reflect 5 % of the molecules like a mirror",
        change=_with_plates(lambda b: walkers.Maxwell(0.95, b.T)),
        moves={"growth": +1},
    ),
    "volume-maxwellian": WrongRule(
        "the plates give the speeds of molecules present, v² instead of v³ times the exponential",
        change=_with_plates(lambda b: walkers.emitting(b, speeds=walkers.SpeedLaw.VOLUME)),
        moves={"growth": -1},
    ),
}

CALIBRATION_WALKERS = 1500
