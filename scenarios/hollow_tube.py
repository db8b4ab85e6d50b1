"""Do hoppers leak through the wall of a tube as the logarithm of its radii says?

Rule: a cut across the tube is an image of voxels; at every step a walker in the wall hops to one
of its four neighbours. Sites within the inner and beyond the outer radius are two baths, where the
concentration just inside the wall is ``solubility`` times the bath's; whoever hops there is
absorbed. The steady state is that of labelled walkers, sent in by each bath and followed to their
end. Flows count per length of the tube. Expected values are exact on the voxels (a sparse linear
solve); ``discretisation_gap``, their distance to the law, carries no statistical error.
"""

from __future__ import annotations

from typing import Any, ClassVar

import walkers
from analysis import Check, Prediction
from analysis.laws import shells
from scenarios import Quantity, Real, WrongRule, _hollow, parameter


class Params(_hollow.HollowParams):
    """Parameters of the tube."""

    DIMENSION: ClassVar[int] = 2
    MAXIMUM_RADIUS: ClassVar[int] = 500

    resolution: Real = parameter(20.0, "voxels in the inner radius", minimum=5.0, maximum=400.0)


QUANTITIES = {
    "flow": Quantity("mol/(m s)", "the law", "outwards, per length of the tube"),
    "flux_inner": Quantity("mol/(m² s)", "the law", "net hops over flat strips near the inside"),
    "flux_outer": Quantity("mol/(m² s)", "the law", "net hops over flat strips near the outside"),
    "discretisation_gap": Quantity("", "1", "flow through the voxels over the law, less 1"),
}

LAW_NAME = shells.FLOW_NAMES[2]


def build(p: Params) -> walkers.Model:
    """Test walkers from the baths that hold any."""
    return _hollow.build(p)


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    return _hollow.laws(p)


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Flow between the baths, fluxes across two strips, and the staircase's gap."""
    return _hollow.checks(record, p, QUANTITIES["flow"].unit)


def plot(result: Any) -> Any:
    """Flux against the distance from the axis, and the voxels' gap against their size."""
    return _hollow.plot(result, "Flux through the wall of a tube")


WRONG_RULES = {
    "absorber-too-far": WrongRule(
        "the outer bath begins one site too far out",
        change=_hollow.absorber_too_far,
        moves={"flow": -1, "flux_inner": -1, "flux_outer": -1},
        parameters={"resolution": 10.0},
    ),
}

CALIBRATION_WALKERS = 4000
"""Enough for some to cross every strip in every batch."""
