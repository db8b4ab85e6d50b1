"""At which pressures do a hot and a cold gas rest at the two ends of a narrow tube?

Rule: molecules enter a tube of radius 1 from two gases at T_hot and T_cold, meet its wall and
never each other. A diffuse wall (or Maxwell's, specular with probability 1 − α) sends them along
paths that know no temperature: no temperature is in the model, one run serves every T_hot, T_cold
and wall_profile (with --store another costs nothing; answers of one seed share one fluctuation),
and each molecule brings 2kT of the place where its speed was last drawn. Exact for this rule,
whatever the wall's temperature. The wall of Cercignani and Lampis (alpha_n, sigma_t) remembers
speeds: its temperatures are in the model, the balance is measured and no law is claimed, but for
equal temperatures, and for (1, 1), which is diffuse.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import transpiration
from analysis.laws import tube_transpiration as laws_of
from scenarios import Parameters, Quantity, Real, WrongRule, _warm_tube, parameter

FOUR_TO_ONE: dict[str, Any] = {"T_hot": 1200.0, "T_cold": 300.0}  # where the wrong rules show most


class Params(Parameters):
    """Parameters of the tube and the two gases."""

    T_hot: Real = parameter(400.0, "gas at the hot end", unit="K", minimum=0.1, maximum=1e5)
    T_cold: Real = parameter(300.0, "gas at the cold end", unit="K", minimum=0.1, maximum=1e5)
    length_over_radius: Real = parameter(10.0, "length L/R of the tube", minimum=0.1, maximum=100)
    wall_profile: Literal["linear", "step"] = parameter(
        "linear", "temperature along the wall: linear, or a step in the middle"
    )
    alpha: Real = parameter(
        1.0, "probability that the wall is diffuse, else specular", minimum=0.01, maximum=1.0
    )
    alpha_n: Real | None = parameter(
        None, "with sigma_t, instead of alpha: accommodation of the normal energy (α_n)",
        minimum=0.05, maximum=1.0,
    )  # fmt: skip
    sigma_t: Real | None = parameter(
        None, "with alpha_n: accommodation of tangential momentum (σ_t)", minimum=0.05, maximum=1.9
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Params:
        if self.T_hot < self.T_cold:
            raise ValueError(
                f"T_hot: must be at least T_cold = {self.T_cold!r}, got {self.T_hot!r}"
            )
        if self.alpha_n is None and self.sigma_t is not None:
            raise ValueError(f"sigma_t: needs alpha_n too, got {self.sigma_t!r} alone")
        if self.alpha_n is not None and self.sigma_t is None:
            raise ValueError(f"alpha_n: needs sigma_t too, got {self.alpha_n!r} alone")
        if self.alpha_n is not None and self.alpha != 1.0:
            raise ValueError(f"alpha: not together with alpha_n and sigma_t, got {self.alpha!r}")
        return self


QUANTITIES = {
    "pressure_ratio": Quantity("", "the law", "p_hot/p_cold at which as many pass either way"),
    "gamma": Quantity("", "the law", "ln(p_hot/p_cold)/ln(T_hot/T_cold)"),
    "net_flux": Quantity("ν", "Wν", "from cold to hot at equal p/√T; ν enters the cold end"),
    "energy_flux": Quantity("νkT_cold", "the law or Wν·kT", "into the cold end at zero net flux"),
}


def build(p: Params) -> walkers.FreeMolecular:
    """Tube whose wall knows no temperature, or one that remembers speeds, and does."""
    L = p.length_over_radius
    if p.alpha_n is not None and p.sigma_t is not None:
        places = (0.0, L) if p.wall_profile == "linear" else (L / 2.0, L / 2.0)
        T = walkers.TemperatureAlong((0, 0, 0), (1, 0, 0), places, (p.T_cold, p.T_hot))
        wall = walkers.CercignaniLampis(p.alpha_n, p.sigma_t, T)
        return _warm_tube.warm_tube(L, wall, (p.T_cold, p.T_hot))
    return _warm_tube.warm_tube(L, walkers.Maxwell(p.alpha) if p.alpha < 1 else walkers.Diffuse())


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity; of a wall that remembers speeds only at equal temperatures."""
    L, same = p.length_over_radius, p.T_hot == p.T_cold
    predictions = {
        "pressure_ratio": transpiration.balance_pressure_ratio(p.T_hot, p.T_cold),
        "gamma": laws_of.exponent(p.T_hot, p.T_cold),
        "net_flux": laws_of.net_flux(p.T_hot, p.T_cold, L, p.alpha),
        "energy_flux": _diffuse(p, p.T_hot),
    }
    if same and p.alpha_n is None:
        # Along any paths all molecules bring the same energy: a zero would prove nothing.
        predictions["energy_flux"] = analysis.unclaimed("no energy between equal temperatures")
    if same or not _remembers(p):
        return predictions
    said = f"no law: the wall remembers speeds (α_n = {p.alpha_n:g}, σ_t = {p.sigma_t:g})"
    return dict.fromkeys(predictions, analysis.unclaimed(said))


def _remembers(p: Params) -> bool:
    """Whether the wall sends a molecule back by the speed it came with."""
    return p.alpha_n is not None and (p.alpha_n, p.sigma_t) != (1.0, 1.0)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Passages either way, and the energy that arrives at the cold end with them."""
    up, down = _warm_tube.passages(record)
    root, logarithm = np.sqrt(p.T_hot / p.T_cold), np.log(p.T_hot / p.T_cold)
    gamma = analysis.Estimate(np.nan, np.nan, record.n_batches - 1)
    energy = replace(gamma, unit="νkT_cold")
    if p.T_hot > p.T_cold or p.alpha_n is not None:
        energy = _warm_tube.energy_flux(record, p.T_cold, p.T_hot, p.wall_profile)
    if p.T_hot > p.T_cold:
        gamma = analysis.jackknife(lambda a, b: 0.5 + np.log(a / b) / logarithm, up, down)
    estimates = {
        "pressure_ratio": analysis.jackknife(lambda a, b: root * a / b, up, down),
        "gamma": gamma,
        "net_flux": analysis.batch_mean(up - down, "ν"),
        "energy_flux": energy,
    }
    diffuse = _diffuse(p, p.T_hot)
    W = laws_of.maxwell_transmission(p.length_over_radius, p.alpha)
    scales = {"pressure_ratio": root, "gamma": 0.5, "net_flux": W, "energy_flux": diffuse.law or W}
    return analysis.checks_of(estimates, laws(p), scales)


def _diffuse(p: Params, T_hot: float) -> Prediction:
    """Energy flux through the tube if its wall were Maxwell's."""
    L = p.length_over_radius
    return laws_of.energy_flux(T_hot, p.T_cold, L, p.alpha, p.wall_profile)


def plot(result: Any) -> Any:
    """Balance in the P-T plane and energy flux, all from the same paths; where speeds come from."""
    p, record = result.params, result.record
    paths_only = p.alpha_n is None
    figure, panels = draw.figure(3 if paths_only else 2)
    ratios = np.linspace(1.0, max(5.0, 1.1 * p.T_hot / p.T_cold), 61)
    hot = ratios[4::8] * p.T_cold if paths_only else [p.T_hot]
    # No temperature is in the paths: the same record answers for all of them.
    found = [checks(record, p.model_copy(update={"T_hot": T})) for T in hot]
    balances = [transpiration.balance_pressure_ratio(T, 1.0) for T in ratios]
    energies = [_diffuse(p, T * p.T_cold) for T in ratios]
    molecules = "wall that remembers" if _remembers(p) else "molecules"
    for axes, place, curve in zip(panels, (0, 3), (balances, energies), strict=False):
        name = f"{curve[-1].law_name}{'' if paths_only else ', diffuse wall'}"
        draw.draw_law(axes, ratios, [law.law for law in curve], name)
        axes.plot(
            ratios, np.array([law.rival for law in curve]), "k:", lw=1, label=curve[-1].rival_name
        )
        estimates = [checked[place].estimate for checked in found]
        axes.errorbar(
            np.array(hot) / p.T_cold, [e.value for e in estimates], [e.stderr for e in estimates],
            fmt="o", ms=3.5, capsize=2, color=draw.DATA_COLOUR,
            label="one set of paths" if paths_only else molecules,
        )  # fmt: skip
    draw.label_axes(panels[0], "T₁/T₂", "p₁/p₂", "P-T plane: hot gas (1) at rest with cold gas (2)")
    draw.label_axes(
        panels[1], "T₁/T₂", "energy flux [νkT₂]", "Energy into the cold end, no net flow"
    )
    if paths_only:
        edges = np.linspace(0.0, 1.0, _warm_tube.N_BINS + 1)
        arrived = record["drawn_counts"][:, :, _warm_tube.COLD].sum(axis=1)
        density = arrived / (record["entered"][:, :1] * np.diff(edges))
        draw.draw_batches(panels[2], (edges[1:] + edges[:-1]) / 2.0, density, "molecules")
        shares = np.diff(laws_of.first_reflection(edges * p.length_over_radius, p.alpha))
        panels[2].stairs(shares / np.diff(edges), edges, color=draw.LAW_COLOUR, label="dG/dx")
        panels[2].set_yscale("log")
        title = "Where arrivals at the cold end got their speed"
        draw.label_axes(panels[2], "place on the wall x/L", "density, per entering one", title)
    return figure


def _cercignani_lampis(tube: walkers.FreeMolecular) -> walkers.Model:
    """Build the same tube with a wall that remembers, at the temperatures of this wrong rule."""
    wall: Any = tube.surfaces[_warm_tube.WALL]
    L = wall.shape.length
    return build(Params(**FOUR_TO_ONE, length_over_radius=L, alpha_n=1.0, sigma_t=0.5))


WRONG_RULES = {
    "kept-speeds": WrongRule(
        "the wall gives new directions but leaves every molecule its speed",
        change=lambda tube: tube.emitting(speeds=walkers.SpeedLaw.KEPT),
        moves={"energy_flux": +1},
        parameters=FOUR_TO_ONE,
    ),
    "half-isotropic": WrongRule(
        "the hot half of the wall re-emits uniformly over the hemisphere: a valve",
        change=_warm_tube.half_isotropic,
        moves={"pressure_ratio": -1, "gamma": -1, "net_flux": -1, "energy_flux": +1},
        parameters=FOUR_TO_ONE,
    ),
    "cercignani-lampis": WrongRule(
        "the wall remembers speeds (α_n = 1, σ_t = 0.5), so that paths know its temperatures",
        change=_cercignani_lampis,
        moves={"pressure_ratio": -1, "gamma": -1, "net_flux": -1, "energy_flux": +1},
        parameters=FOUR_TO_ONE,
    ),
}

CALIBRATION_WALKERS = 1000
