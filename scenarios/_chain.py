"""What the scenarios on a chain between two reservoirs share: the chain, and what it tells."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import analysis
import walkers
from analysis import plot as draw
from analysis.laws import advection

STEEPEST_BOND = 5.0
"""Largest rise of energy over kT from site to site: beyond it every walker goes with the drift."""

SKEWEST_FLUX = 0.5
"""Largest skewness of a batch's flux that a few rare passages may cause."""

FEWEST_PASSAGES = 10.0
"""Walkers of a batch that must pass from a reservoir whose own flux matters."""

SMALLEST_CONCENTRATION = 1e-30


def n_walkers(n_sites: int) -> int:
    """Walkers in a batch of a chain, half of them from each reservoir: about two million hops."""
    return 2 * min(50_000, 1_000_000 // n_sites)


def tilted_chain(rise: float, n_sites: int) -> walkers.OpenChain:
    """Chain in a uniform field, its energy rising by ``rise`` from reservoir to reservoir."""
    energies = _energies(rise, n_sites)
    right, left = walkers.scharfetter_gummel(energies, free_hop(rise, n_sites))
    return walkers.open_chain(n_walkers(n_sites), right, left)


def free_hop(rise: float, n_sites: int) -> float:
    """Dτ/ℓ² of ``tilted_chain``: a flux per step is this many D/ℓ² as much."""
    return walkers.largest_free(_energies(rise, n_sites))


def _energies(rise: float, n_sites: int) -> NDArray[np.float64]:
    return np.linspace(0.0, rise, n_sites + 2)


class Steady(NamedTuple):
    """Steady state of one chain, fluxes in units of D/L with L the chain's length (N + 1)ℓ."""

    rightward: NDArray[np.float64]  # (n_batches,) from the left reservoir into the right one
    leftward: NDArray[np.float64]  # (n_batches,) from the right reservoir into the left one
    profile: NDArray[np.float64]  # (n_batches, n_sites)
    carried: NDArray[np.float64]  # (n_batches,) hops right less left of all walkers inside
    displaced: NDArray[np.float64]  # (n_batches,) the same with the hops out of the reservoirs

    @property
    def flux(self) -> NDArray[np.float64]:
        """Net labelled flux to the right."""
        return self.rightward - self.leftward


def injection(record: walkers.Record, part: str, c_left: float, c_right: float) -> Any:
    """Walkers that enter a chain from the left and the right reservoir per step, (2,)."""
    chain: Any = record.part(part)
    return chain.entering * np.array([c_left, c_right])


def steady_per_step(
    record: walkers.Record, part: str, c_left: float, c_right: float
) -> analysis.SteadyState:
    """Weight the walkers of one part by the rates at which its reservoirs inject them."""
    return analysis.steady_state(
        injection(record, part, c_left, c_right),
        record[f"{part}.started"],
        record[f"{part}.absorbed"],
        record[f"{part}.departures"][:, :, 1:],
    )


def steady(record: walkers.Record, part: str, c_left: float, c_right: float, free: float) -> Steady:
    """Steady state of one part in units of D/L; ``free`` is its ``free_hop``."""
    state = steady_per_step(record, part, c_left, c_right)
    from_left, from_right = injection(record, part, c_left, c_right)
    n_bonds = state.profile.shape[1] + 1
    per = n_bonds / free
    carried = (state.hops_right - state.hops_left).sum(axis=1) / free
    return Steady(
        rightward=per * state.flux_right,
        leftward=per * state.flux_left,
        profile=state.profile,
        carried=carried * n_bonds,
        # By Shockley and Ramo, each hop drives 1/(N + 1) of its charge through the circuit.
        displaced=carried + (from_left - from_right) / free,
    )


def drift_part(state: Steady, per: float, unit: str) -> analysis.Estimate:
    """Mean velocity of the walkers present times the concentration in the middle."""
    return analysis.jackknife(
        _drift, state.carried * per, state.profile.sum(axis=1), _middle(state), unit=unit
    )


def diffusion_part(whole: Steady, drift: Steady, per: float, unit: str) -> analysis.Estimate:
    """Flux of one run less the drift part of another one.

    Of the same run it would be nearly an identity: the sum of all bonds' diffusion parts is
    the difference of the injections, whatever the walkers do.
    """
    return analysis.jackknife(
        lambda flux, *parts: flux - _drift(*parts),
        whole.flux * per, drift.carried * per, drift.profile.sum(axis=1), _middle(drift),
        unit=unit,
    )  # fmt: skip


def _drift(carried: Any, present: Any, middle: Any) -> Any:
    return carried / present * middle


def _middle(state: Steady) -> NDArray[np.float64]:
    return advection.middle_of(state.profile)


def draw_profile(
    axes: Any, state: Steady, c_left: float, c_right: float, rise: float, label: str
) -> None:
    """Draw the profile of the walkers, and the law's from reservoir to reservoir."""
    n_sites = state.profile.shape[1]
    x = np.linspace(0.0, 1.0, 200)
    law = advection.profile(c_left, c_right, rise, x)
    draw.draw_law(axes, x * (n_sites + 1), law, label)
    shown = np.arange(1, n_sites + 1)[:: max(1, n_sites // 25)]
    draw.draw_batches(axes, shown, state.profile[:, shown - 1], "walkers")


def expected_passages(rise: float, n_sites: int) -> NDArray[np.float64]:
    """Walkers of a batch that pass to the other reservoir, from the left and from the right."""
    n_bonds = n_sites + 1
    chances = [
        advection.bernoulli(r) / (n_bonds * advection.bernoulli(r / n_bonds)) for r in (rise, -rise)
    ]
    return np.array(chances) * n_walkers(n_sites) / 2.0


def refuse_trace_concentrations(c_left: float, c_right: float) -> None:
    """Refuse two empty baths, and concentrations whose squares no number would hold.

    Raises
    ------
    ValueError
        One line with the parameter's name, the rule and the value given.
    """
    for name, c in (("c_left", c_left), ("c_right", c_right)):
        if 0.0 < c < SMALLEST_CONCENTRATION:
            raise ValueError(f"{name}: must be 0 or at least {SMALLEST_CONCENTRATION}, got {c!r}")
    if c_left == c_right == 0.0:
        raise ValueError(f"c_right: one bath must hold something, got {c_right!r} for both")


def refuse_rare_passages(
    name: str,
    given: object,
    c_left: float,
    c_right: float,
    rise: float,
    n_sites: int,
    both: bool = False,
) -> None:
    """Refuse a drift at which walkers always pass, or a flux that hangs on few passages.

    ``both``: the flux of either reservoir matters, not only the larger one.

    Raises
    ------
    ValueError
        One line with the parameter's name, the rule and the value given.
    """
    steepest = STEEPEST_BOND * (n_sites + 1)
    if abs(rise) > steepest:
        raise ValueError(
            f"{name}: the energy may change by at most {STEEPEST_BOND:g} kT from site to site "
            f"({steepest:g} kT in all), got {given!r}, which makes {abs(rise):.4g} kT"
        )
    passages = expected_passages(rise, n_sites)
    weights = np.array([c_left, c_right]) / max(c_left, c_right)
    weights *= [advection.bernoulli(r / (n_sites + 1)) for r in (rise, -rise)]
    variance = (weights**2 * passages).sum()
    skewed = (weights**3 * passages).sum() > SKEWEST_FLUX * variance**1.5
    if skewed or (both and passages.min() < FEWEST_PASSAGES):
        raise ValueError(
            f"{name}: must let more walkers pass than {passages[0]:.2g} from the left and "
            f"{passages[1]:.2g} from the right in a batch, got {given!r}"
        )
