"""Do ions in a field drift and diffuse as Nernst and Planck say, from hops over energy steps?

Rule: between two baths on sites 0 and N + 1 an ion hops from site i to its neighbour j with rate
(D/ℓ²)B(u_j − u_i), u = zFφ/RT, φ linear, with the Bernoulli function B(x) = x/(eˣ − 1)
(Scharfetter and Gummel). Labelled ions start where a bath injects them and run until they are
absorbed; L = (N + 1)ℓ is the thickness. Δφ = φ_right − φ_left; J > 0 to the right.
Four independent runs: ``flux`` counts passages; ``drift_part`` is the mean velocity of the ions
present times c in the middle, ``diffusion_part`` what such a part of a third run leaves of the
flux of the second; ``current_density`` is the charge displaced per time over L (Shockley, Ramo),
hop by hop: over a whole passage the same number as its charge, so that it tells of a fourth run
what ``flux`` tells of the first. The fluxes are exact at any N.
"""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import advection, electro
from scenarios import Count, Parameters, Quantity, Real, WrongRule, _chain, parameter


class Params(Parameters):
    """Parameters of the layer."""

    z: Count = parameter(1, "charge number of the ion", minimum=-2, maximum=2)
    delta_phi: Real | None = parameter(
        -0.05, "potential right less left (not with field)", unit="V", minimum=-10.0, maximum=10.0
    )
    field: Real | None = parameter(
        None, "field to the right, −Δφ/L, instead of delta_phi", unit="V/m", minimum=-1e10,
        maximum=1e10,
    )  # fmt: skip
    T: Real = parameter(298.15, "temperature", unit="K", minimum=1.0, maximum=1e5)
    c_left: Real = parameter(100.0, "left bath", unit="mol/m³", minimum=0.0, maximum=1e6)
    c_right: Real = parameter(10.0, "right bath", unit="mol/m³", minimum=0.0, maximum=1e6)
    diffusivity: Real = parameter(1e-9, "D of the ion", unit="m²/s", minimum=1e-20, maximum=1.0)
    thickness: Real = parameter(1e-4, "L, bath to bath", unit="m", minimum=1e-9, maximum=1.0)
    n_sites: Count = parameter(20, "sites N between the baths", minimum=4, maximum=500)

    @model_validator(mode="before")
    @classmethod
    def _field_replaces_the_default(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("field") is not None:
            return {"delta_phi": None, **values}
        return values

    @model_validator(mode="after")
    def _ions_pass(self) -> Params:
        if self.field is not None and self.delta_phi is not None:
            raise ValueError(f"field: not together with delta_phi, got {self.field!r}")
        if self.field is None and self.delta_phi is None:
            raise ValueError("delta_phi: either delta_phi or field must be given, got neither")
        _chain.refuse_trace_concentrations(self.c_left, self.c_right)
        name = "delta_phi" if self.field is None else "field"
        given = getattr(self, name)
        _chain.refuse_rare_passages(name, given, self.c_left, self.c_right, self.rise, self.n_sites)
        return self

    @property
    def rise(self) -> float:
        """Rise of an ion's energy over RT from bath to bath."""
        if self.delta_phi is not None:
            return electro.energy_rise(self.z, self.delta_phi, self.T)
        assert self.field is not None
        return electro.energy_rise(self.z, -self.field * self.thickness, self.T)


QUANTITIES = {
    "flux": Quantity("mol/(m² s)", "larger one-way flux", "passages right less left"),
    "drift_part": Quantity("mol/(m² s)", "law or one-way flux", "mean velocity times c, middle"),
    "diffusion_part": Quantity("mol/(m² s)", "law or one-way flux", "flux less its drift part"),
    "current_density": Quantity("A/m²", "zF larger one-way flux", "charge displaced over L"),
}


def build(p: Params) -> walkers.Model:
    """Four independent runs of the same chain."""
    chain = _chain.tilted_chain(p.rise, p.n_sites)
    return walkers.together(whole=chain, drift=chain, rest=chain, circuit=chain)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    layer = (p.c_left, p.c_right, p.rise, p.diffusivity, p.thickness)
    return {
        "flux": electro.nernst_planck_flux(*layer),
        "drift_part": electro.drift_part(*layer, p.n_sites),
        "diffusion_part": electro.diffusion_part(*layer, p.n_sites),
        "current_density": electro.current_density(p.z, *layer),
    }


def _steady(record: walkers.Record, part: str, p: Params) -> _chain.Steady:
    return _chain.steady(record, part, p.c_left, p.c_right, _chain.free_hop(p.rise, p.n_sites))


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flux, its parts and its current, of independent runs."""
    whole, drift, rest, circuit = (
        _steady(record, part, p) for part in ("whole", "drift", "rest", "circuit")
    )
    per, unit = p.diffusivity / p.thickness, "mol/(m² s)"
    charge = p.z * electro.F
    estimates = {
        "flux": analysis.batch_mean(per * whole.flux, unit),
        "drift_part": _chain.drift_part(drift, per, unit),
        "diffusion_part": _chain.diffusion_part(drift, rest, per, unit),
        "current_density": analysis.batch_mean(charge * per * circuit.displaced, "A/m²"),
    }
    predictions = laws(p)
    one_way = per * advection.largest_passage(p.c_left, p.c_right, p.rise)
    scales = {name: max(one_way, abs(law.law)) for name, law in predictions.items()}
    scales["current_density"] = (abs(charge) or electro.F) * one_way
    still = ["current_density"] if charge == 0.0 else []  # no charge is ever displaced
    return analysis.checks_of(estimates, predictions, scales, exact=still)


def plot(result: Any) -> Any:
    """Steady profile between the baths."""
    p = result.params
    figure, (axes,) = draw.figure()
    label = f"Nernst–Planck, zFΔφ/RT = {p.rise:.3g}"
    state = _steady(result.record, "whole", p)
    _chain.draw_profile(axes, state, p.c_left, p.c_right, p.rise, label)
    title = f"Steady profile of ions, z = {p.z}"
    draw.label_axes(axes, "site x [ℓ]", "concentration [mol/m³]", title)
    return figure


WRONG_RULES = {
    "sign-ignored": WrongRule(
        "anions hop in the field as if they were cations",
        change=lambda model: model.each(lambda chain: chain.with_hops(*chain.hops[::-1])),
        moves={"flux": -1, "drift_part": -1, "current_density": +1},
        parameters={"z": -1, "delta_phi": 0.05},
    ),
}

CALIBRATION_WALKERS = 5000
