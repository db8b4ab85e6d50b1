"""Do hoppers leak through the wall of a sphere as its inverse radii say?

Rule: the sphere is an image of voxels; at every step a walker in the wall hops to one of its six
neighbours. Sites within the inner and beyond the outer radius are two baths, where the
concentration just inside the wall is ``solubility`` times the bath's; whoever hops there is
absorbed. The steady state is that of labelled walkers, sent in by each bath and followed to their
end. Expected values are exact on the voxels (a sparse linear solve); ``discretisation_gap``,
their distance to the law, carries no statistical error.
"""

from __future__ import annotations

from typing import Any, ClassVar

import walkers
from analysis import Check, Prediction
from analysis.laws import shells
from scenarios import Quantity, Real, WrongRule, _hollow, parameter


class Params(_hollow.HollowParams):
    """Parameters of the sphere."""

    DIMENSION: ClassVar[int] = 3
    MAXIMUM_RADIUS: ClassVar[int] = 64

    resolution: Real = parameter(10.0, "voxels in the inner radius", minimum=5.0, maximum=60.0)


QUANTITIES = {
    "flow": Quantity("mol/s", "the law", "outwards"),
    "flux_inner": Quantity("mol/(m² s)", "the law", "net hops over patches near the inside"),
    "flux_outer": Quantity("mol/(m² s)", "the law", "net hops over patches near the outside"),
    "discretisation_gap": Quantity("", "1", "flow through the voxels over the law, less 1"),
}

LAW_NAME = shells.FLOW_NAMES[3]


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
    """Flux against the distance from the centre, and the voxels' gap against their size."""
    return _hollow.plot(result, "Flux through the wall of a sphere")


WRONG_RULES = {
    "absorber-too-far": WrongRule(
        "the outer bath begins one site too far out",
        change=_hollow.absorber_too_far,
        moves={"flow": -1, "flux_inner": -1},
        parameters={"resolution": 6.0},
    ),
}

CALIBRATION_WALKERS = 4000
"""Enough for some to cross every strip in every batch."""
