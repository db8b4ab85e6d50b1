"""Does a walk with diagonal hops carry a flux across its gradient, and the right way round?

Rule: on a square lattice a walker hops along ±x, ±y, ±(1,1) and ±(1,−1), a hop and its reverse
with the same probability per step, given by ``rates``; else it stays. Three independent runs:
labelled walkers between two reservoirs with the gradient along x, the same along y, and free
walkers. A flux across the gradient is counted where its hops cross, between the inner rows. With
Dirichlet rows at both ends all expected values are exact at any number of rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import anisotropy
from scenarios import Parameters, Quantity, Real, WrongRule, parameter

STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))
N_ROWS = 12
FREE_STEPS = 60

Rate = Annotated[Real, Field(ge=0.0, le=0.5)]


def _four(rates: Any) -> Any:
    if not isinstance(rates, list | tuple) or len(rates) != 4:
        raise ValueError("must be four numbers")
    return tuple(rates)


FourRates = Annotated[tuple[Rate, Rate, Rate, Rate], BeforeValidator(_four)]


class Params(Parameters):
    """Parameters of the walk."""

    rates: FourRates = parameter(
        (0.05, 0.1, 0.2, 0.02),
        "probability of each hop and of its reverse along x, y, (1,1) and (1,−1), 0 to 0.5",
        unit="1/τ",
    )

    @model_validator(mode="after")
    def _spreads_in_the_plane(self) -> Params:
        total = 2.0 * sum(self.rates)
        if total > 1.0 + 1e-12:
            raise ValueError(f"rates: must add up to at most 0.5, got {self.rates!r}")
        D = tensor(self)
        if anisotropy.lowest_of(D[0, 0], D[1, 1], D[0, 1]) < 0.01:
            raise ValueError(f"rates: must give a smallest D of 0.01 at least, got {self.rates!r}")
        return self


QUANTITIES = {
    "D_xx": Quantity("ℓ²/τ", "the law", "from the flux along x, and from displacements"),
    "D_yy": Quantity("ℓ²/τ", "the law", "from the flux along y, and from displacements"),
    "D_xy": Quantity("ℓ²/τ", "√(D_xx D_yy)", "flux along x under a gradient along y"),
    "D_yx": Quantity("ℓ²/τ", "√(D_xx D_yy)", "flux along y under a gradient along x"),
    "onsager_difference": Quantity("ℓ²/τ", "√(D_xx D_yy)", "D_xy − D_yx, from independent runs"),
    "flux_angle": Quantity("°", "90°", "from −∇c along x to the flux, anticlockwise"),
    "smallest_eigenvalue": Quantity("ℓ²/τ", "the law", "of the tensor of displacements"),
}


def tensor(p: Params) -> NDArray[np.float64]:
    """Diffusion tensor of the rule."""
    return anisotropy.hop_tensor(STEPS, anisotropy.directed(p.rates))


def build(p: Params) -> walkers.Model:
    """Two slabs with their gradients along x and y, and free walkers."""
    hops = np.array(anisotropy.directed(p.rates))
    slab = np.zeros((N_ROWS + 2, 1), int)
    slab[0], slab[-1] = 1, 2
    rows = np.where(slab == 0, np.arange(N_ROWS + 2)[:, None], 0)
    along_x = walkers.SiteWalk(
        20_000,
        kinds=slab,
        steps=STEPS,
        probabilities=np.stack([hops, 0 * hops, 0 * hops]),
        entrances=(np.array([1]),),
        tags=rows,
    )
    far = 2 * FREE_STEPS + 3  # nobody can walk off a square of so many sites
    free = walkers.SiteWalk(
        20_000,
        kinds=np.pad(np.zeros((far - 2, far - 2), int), 1, constant_values=1),
        steps=STEPS,
        probabilities=np.stack([hops, 0 * hops]),
        entrances=(np.array([far * far // 2]),),
        n_steps=FREE_STEPS,
        stops=(FREE_STEPS,),
    )
    along_y = replace(along_x, kinds=slab.T, tags=rows.T)
    return walkers.together(along_x=along_x, along_y=along_y, free=free)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    D = tensor(p)
    return {
        "D_xx": anisotropy.tensor_entry(D, 0, 0),
        "D_yy": anisotropy.tensor_entry(D, 1, 1),
        "D_xy": anisotropy.tensor_entry(D, 0, 1),
        "D_yx": anisotropy.tensor_entry(D, 1, 0),
        "onsager_difference": anisotropy.onsager_difference(D),
        "flux_angle": anisotropy.flux_angle(D),
        "smallest_eigenvalue": anisotropy.smallest_eigenvalue(D),
    }


def fluxes(record: walkers.Record, p: Params, axis: int) -> tuple[Any, Any]:
    """Diffusivities (n_batches,) along and across a unit gradient along ``axis``.

    Walkers enter the first row from a reservoir with one walker per site; the other is empty.
    """
    part = f"along_{'xy'[axis]}"
    steps, hops = np.array(STEPS), np.array(anisotropy.directed(p.rates))
    forward, sideways = steps[:, axis], steps[:, 1 - axis]
    weight = hops[forward > 0].sum() / record[f"{part}.started"][:, 0]
    through = weight * record[f"{part}.absorbed"][:, 0, 1]
    departures = record[f"{part}.departures"][:, 0, 1:, :-1]  # (n_batches, row, hop)
    crossing = departures[:, :, forward == 0] @ sideways[forward == 0]
    # Diagonal hops cross half-way between two rows: only those between rows of the slab count.
    upward = departures[:, :-1, forward > 0] @ sideways[forward > 0]
    downward = departures[:, 1:, forward < 0] @ sideways[forward < 0]
    across = weight * (crossing.sum(axis=1) + (upward + downward).sum(axis=1))
    return through * (N_ROWS + 1), across * (N_ROWS + 1) / (N_ROWS - 1)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Entries of the tensor from fluxes and displacements, and what follows from them."""
    J_xx, J_yx = fluxes(record, p, axis=0)
    J_yy, J_xy = fluxes(record, p, axis=1)
    free = analysis.diffusion_tensor(
        record["free.moments"][:, 0], record.part("free").n_walkers, 0.0, 0.0, FREE_STEPS
    )
    M_xx, M_yy, M_xy = (free[i][j].batch_values for i, j in ((0, 0), (1, 1), (0, 1)))
    unit = "ℓ²/τ"
    estimates = {
        "D_xx": analysis.batch_mean((J_xx + M_xx) / 2.0, unit),
        "D_yy": analysis.batch_mean((J_yy + M_yy) / 2.0, unit),
        "D_xy": analysis.batch_mean(J_xy, unit),
        "D_yx": analysis.batch_mean(J_yx, unit),
        "onsager_difference": analysis.batch_mean(J_xy - J_yx, unit),
        "flux_angle": analysis.jackknife(
            lambda along, across: np.degrees(np.arctan2(across, along)), J_xx, J_yx, unit="°"
        ),
        "smallest_eigenvalue": analysis.jackknife(
            anisotropy.lowest_of, M_xx, M_yy, M_xy, unit=unit
        ),
    }
    predictions = laws(p)
    mixed = float(np.sqrt(predictions["D_xx"].law * predictions["D_yy"].law))
    scales = {name: predictions[name].law for name in ("D_xx", "D_yy", "smallest_eigenvalue")}
    scales["flux_angle"] = 90.0
    scales = dict.fromkeys(estimates, mixed) | scales
    return analysis.checks_of(estimates, predictions, scales)


def plot(result: Any) -> Any:
    """Flux along and across the gradient, for every direction of the gradient."""
    (xx, yx), (yy, xy) = (fluxes(result.record, result.params, axis) for axis in (0, 1))
    measured = np.array([[xx, xy], [yx, yy]])[..., None]  # (2, 2, n_batches, 1)
    law = tensor(result.params)[..., None]
    angles, fine = np.arange(0.0, 181.0, 15.0), np.linspace(0.0, 180.0, 200)
    figure, panels = draw.figure(2)
    for axes, name, turn in zip(panels, ("along", "across"), (0.0, 90.0), strict=True):
        draw.draw_law(axes, fine, _component(law, fine, turn), "J = −D·∇c")
        draw.draw_batches(axes, angles, _component(measured, angles, turn), "walkers")
        title = f"Flux {name} −∇c" + (", anticlockwise" if turn else "")
        draw.label_axes(axes, "direction of −∇c from the x axis [°]", "J/|∇c| [ℓ²/τ]", title)
    return figure


def _component(D: Any, degrees: Any, turn: float) -> Any:
    """Flux D·n under a unit gradient along n, projected on n turned by an angle."""
    n = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    to = np.cos(np.radians(degrees + turn)), np.sin(np.radians(degrees + turn))
    return sum(D[i, j] * to[i] * n[j] for i in (0, 1) for j in (0, 1))


def _unpaired(walk: walkers.SiteWalk) -> walkers.Model:
    probabilities = walk.probabilities.copy()
    probabilities[0, STEPS.index((-1, -1))] = 0.0
    return replace(walk, probabilities=probabilities)


WRONG_RULES = {
    "unpaired": WrongRule(
        "hops along (1,1) have no reverse: the walker stays instead",
        change=lambda model: model.each(_unpaired),
        moves={
            "D_xx": +1,
            "D_yy": +1,
            "D_xy": +1,
            "D_yx": +1,
            "flux_angle": +1,
            "smallest_eigenvalue": +1,
        },
    ),
}

CALIBRATION_WALKERS = 1000
