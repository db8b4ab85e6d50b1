"""At which potential do ions stop to flow, if they know only the energy steps of their hops?

Rule: between two baths on sites 0 and N + 1 an ion hops from site i to its neighbour j with rate
(D/ℓ²)B(u_j − u_i), u = zFφ/RT, φ linear, with the Bernoulli function B(x) = x/(eˣ − 1)
(Scharfetter and Gummel). Labelled ions start where a bath injects them and run until they are
absorbed. Three independent runs: two at ``delta_phi``, of which one gives the potential
Δφ + (RT/zF)ln(J→/J←) and the profile, the other the net flux over D/L; a third, 10 mV off,
gives the ratio of the one-way fluxes. All are exact at any N and any Δφ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import advection, electro
from scenarios import Count, Parameters, Quantity, Real, WrongRule, _chain, parameter

OFF = 0.010  # V, between the potentials of the runs


class Params(Parameters):
    """Parameters of the layer."""

    z: Count = parameter(1, "charge number of the ion, not 0", minimum=-10, maximum=10)
    c_left: Real = parameter(100.0, "left bath", unit="mol/m³", minimum=1e-12, maximum=1e6)
    c_right: Real = parameter(10.0, "right bath", unit="mol/m³", minimum=1e-12, maximum=1e6)
    T: Real = parameter(298.15, "temperature", unit="K", minimum=1.0, maximum=1e5)
    delta_phi: Real | None = parameter(
        None, "potential right less left; by default Nernst's", unit="V", minimum=-10.0,
        maximum=10.0,
    )  # fmt: skip
    n_sites: Count = parameter(20, "sites N between the baths", minimum=4, maximum=500)

    @model_validator(mode="after")
    def _ions_pass(self) -> Params:
        if self.z == 0:
            raise ValueError("z: must not be 0, got 0")
        name = "c_right" if self.delta_phi is None else "delta_phi"
        for rise in (self.rise(), self.rise(OFF)):
            _chain.refuse_rare_passages(
                name, getattr(self, name), self.c_left, self.c_right, rise, self.n_sites, both=True
            )
        return self

    def rise(self, off: float = 0.0) -> float:
        """Rise of an ion's energy over RT from bath to bath, at a potential so far off [V]."""
        at = electro.nernst_voltage(self.z, self.c_left, self.c_right, self.T)
        if self.delta_phi is not None:
            at = self.delta_phi
        return electro.energy_rise(self.z, at + off, self.T)


QUANTITIES = {
    "nernst_potential": Quantity("V", "the law, at least RT/zF", "Δφ + (RT/zF) ln(J→/J←)"),
    "net_flux": Quantity("mol/m³", "J→", "J→ − J← over D/L"),
    "flux_ratio": Quantity("", "the law", "J→/J←, 10 mV off"),
    "boltzmann_profile": Quantity("", "the law, at least 1", "mean of c over c₀e^(−zFφ/RT)"),
}


def build(p: Params) -> walkers.Model:
    """Two independent runs at ``delta_phi``, one 10 mV off."""
    at, off = (_chain.tilted_chain(rise, p.n_sites) for rise in (p.rise(), p.rise(OFF)))
    return walkers.together(at=at, net=at, off=off)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    baths = (p.c_left, p.c_right)
    return {
        "nernst_potential": electro.nernst_potential(p.z, *baths, p.T),
        "net_flux": electro.net_flux(*baths, p.rise()),
        "flux_ratio": electro.flux_ratio(*baths, p.rise(OFF)),
        "boltzmann_profile": electro.boltzmann_profile(*baths, p.rise(), p.n_sites),
    }


def _steady(record: walkers.Record, part: str, p: Params) -> _chain.Steady:
    rise = p.rise(OFF if part == "off" else 0.0)
    return _chain.steady(record, part, p.c_left, p.c_right, _chain.free_hop(rise, p.n_sites))


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Potential and profile of one run, net flux and ratio of the others."""
    at, net, off = (_steady(record, part, p) for part in ("at", "net", "off"))
    volt = electro.thermal_voltage(p.z, p.T)
    estimates = {
        "nernst_potential": analysis.jackknife(
            lambda right, left: volt * (p.rise() + np.log(right / left)),
            at.rightward, at.leftward, unit="V",
        ),
        "net_flux": analysis.batch_mean(net.flux, "mol/m³"),
        "flux_ratio": analysis.ratio(off.rightward, off.leftward),
        "boltzmann_profile": analysis.batch_mean(
            electro.boltzmann_mean(at.profile, p.c_left, p.rise())
        ),
    }  # fmt: skip
    predictions = laws(p)
    natural = {
        "nernst_potential": max(abs(volt), abs(predictions["nernst_potential"].law)),
        "net_flux": advection.one_way_fluxes(p.c_left, p.c_right, p.rise())[0],
        "flux_ratio": predictions["flux_ratio"].law,
        "boltzmann_profile": max(1.0, abs(predictions["boltzmann_profile"].law)),
    }
    return analysis.checks_of(estimates, predictions, natural)


def plot(result: Any) -> Any:
    """Steady profile between the baths, at ``delta_phi``."""
    p = result.params
    figure, (axes,) = draw.figure()
    label = "Boltzmann" if p.delta_phi is None else f"Nernst–Planck, zFΔφ/RT = {p.rise():.3g}"
    state = _steady(result.record, "at", p)
    _chain.draw_profile(axes, state, p.c_left, p.c_right, p.rise(), label)
    volt = p.rise() * electro.thermal_voltage(p.z, p.T)
    title = f"Profile of ions, z = {p.z}, Δφ = {1e3 * volt:.3g} mV"
    draw.label_axes(axes, "site x [ℓ]", "concentration [mol/m³]", title)
    return figure


def _eager_to_the_right(chain: walkers.OpenChain) -> walkers.OpenChain:
    right, left = chain.hops
    boltzmann = right / left  # e^(−Δu) of each bond
    return chain.with_hops(0.50 * np.minimum(1.0, boltzmann), 0.49 * np.minimum(1.0, 1 / boltzmann))


WRONG_RULES = {
    "uneven-attempts": WrongRule(
        "Metropolis hops, attempted 2 % more often to the right than to the left",
        change=lambda model: model.each(_eager_to_the_right),
        moves={"nernst_potential": +1, "net_flux": +1, "flux_ratio": +1, "boltzmann_profile": +1},
    ),
}

CALIBRATION_WALKERS = 12_000
