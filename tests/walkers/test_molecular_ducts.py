"""Ducts of every shape against independent transmissions, and what is exact in all of them."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from analysis.laws.ducts import (
    annulus_transmission,
    cone_transmission,
    rectangular_transmission,
)
from analysis.laws.kinetic import mean_speed
from analysis.laws.knudsen import slit_transmission, transmission_probability
from walkers.boundary import Absorbing, Diffuse, Maxwell, Passage, Specular
from walkers.molecular import (
    Annulus,
    Box,
    Cone,
    Cylinder,
    Disc,
    FreeMolecular,
    FromSurface,
    Plane,
    Rectangle,
    Sphere,
    Surface,
)
from walkers.species import gas

from . import elbow_reference

pytestmark = pytest.mark.compiled

SIGMAS = 4.5
PRECISION = 0.002
"""Largest relative standard error at which a transmission is compared."""

N_BATCHES = 64
T = 300.0
SPEED = mean_speed(T, gas("N2").mass)
UP, DOWN = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)


@dataclass(frozen=True)
class Duct:
    """Walls by name, two openings, the volume, and W₁₂ where it is known independently."""

    walls: dict
    first: object
    second: object
    volume: float
    n: int
    transmission: float | None = None
    error: float = 0.0
    areas: dict = field(default_factory=dict)
    """Areas of walls of which a part is cut off or covered."""

    def model(self):
        """Model of n molecules in all, over both openings as their areas."""
        surfaces = []
        for name, wall in self.walls.items():
            wall = wall if isinstance(wall, Surface) else Surface(name, wall, Diffuse(T))
            surfaces.append(wall)
        for name, opening in (("first", self.first), ("second", self.second)):
            region = "main"
            if isinstance(opening, tuple):
                opening, region = opening
            surfaces.append(Surface(name, opening, Absorbing(), region))
        areas = self.openings()
        entering = round(self.n * areas[0] / areas.sum())
        sources = FromSurface("first", T, entering), FromSurface("second", T, self.n - entering)
        return FreeMolecular(self.n, surfaces=tuple(surfaces), sources=sources)

    def openings(self):
        """Areas of both openings."""
        shapes = [s[0] if isinstance(s, tuple) else s for s in (self.first, self.second)]
        return np.array([shape.area() for shape in shapes])


def rectangular(length, width, height, mirrors=False):
    sides = {
        "left": Rectangle((-width / 2, 0, length / 2), (1, 0, 0), UP, length, height),
        "right": Rectangle((width / 2, 0, length / 2), (-1, 0, 0), UP, length, height),
    }
    if mirrors:
        sides = {name: Surface(name, side, Specular()) for name, side in sides.items()}
    return {
        "floor": Rectangle((0, -height / 2, length / 2), (0, 1, 0), UP, length, width),
        "ceiling": Rectangle((0, height / 2, length / 2), (0, -1, 0), UP, length, width),
        **sides,
    }


def ends(length, width, height):
    return (
        Rectangle((0, 0, 0), UP, (1, 0, 0), width, height),
        Rectangle((0, 0, length), DOWN, (1, 0, 0), width, height),
    )


def duct(length, width, height, n, w, mirrors=False):
    volume = length * width * height
    return Duct(
        rectangular(length, width, height, mirrors), *ends(length, width, height), volume, n, w
    )


def discs(length, radius, end_radius):
    return Disc((0, 0, 0), UP, radius), Disc((0, 0, length), DOWN, end_radius)


def elbow(arm, n):
    """Two tubes, each cut by the mitre plane x + y = 0 and open to the other through it."""
    right, up = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    leg, other = (
        Cylinder((-arm, 0, 0), right, 1.0, arm + 1.0),
        Cylinder((0, -1, 0), up, 1.0, arm + 1),
    )
    walls = {
        "leg": Surface("leg", leg, Diffuse(T), "main"),
        "mitre": Surface("mitre", Plane((0, 0, 0), (-1, -1, 0)), Passage("other"), "main"),
        "back": Surface("back", Plane((0, 0, 0), (1, 1, 0)), Passage("main"), "other"),
        "other leg": Surface("other leg", other, Diffuse(T), "other"),
    }
    first, second = Disc((-arm, 0, 0), right, 1.0), Disc((0, arm, 0), (0, -1, 0), 1.0)
    wall = 2.0 * math.pi * arm
    return Duct(
        walls, first, (second, "other"), 2.0 * math.pi * arm, n, elbow_reference.TRANSMISSION,
        elbow_reference.ERROR, {"leg": wall, "other leg": wall},
    )  # fmt: skip


def ball_in_a_box():
    walls = {
        "box": Surface("box", Box((-1, -1, 0), (1, 1, 2)), Maxwell(0.7, T)),
        "ball": Sphere((0.2, 0, 1), 0.7, "outside"),
    }
    first = Rectangle((0, 0, 0), UP, (1, 1, 0), 1.0, 0.6)
    second = Annulus((0, 0, 2), DOWN, 0.3, 0.8)
    volume = 8.0 - 4.0 / 3.0 * math.pi * 0.7**3
    areas = {"box": 24.0 - first.area() - second.area()}
    return Duct(walls, first, second, volume, 300_000, areas=areas)


def spike_in_a_tube():
    spike = Cone((0, 0, 1.0), UP, 0.6, 0.0, 2.0, "outside")
    walls = {
        "tube": Cylinder((0, 0, 0), UP, 1.0, 3.0),
        "spike": spike,
        "base": Disc((0, 0, 1.0), DOWN, 0.6),
    }
    volume = 3.0 * math.pi - spike.volume()
    return Duct(walls, *discs(3.0, 1.0, 1.0), volume, 400_000)


def rod_in_a_box():
    rod = Cylinder((0, 0, -1), UP, 0.4, 2.0, "outside")
    walls = {"box": Box((-1, -1, -1), (1, 1, 1)), "rod": rod}
    first, second = (Disc((s, 0.1, 0), (-s, 0, 0), 0.5) for s in (-1.0, 1.0))
    foot = math.pi * 0.4**2
    areas = {"box": 24.0 - 2.0 * first.area() - 2.0 * foot}
    return Duct(walls, first, second, 8.0 - 2.0 * foot, 300_000, areas=areas)


def sphere():
    """Two openings that cut caps off a sphere.

    By the cosine law a sphere's wall sends what it receives evenly over the whole sphere: whoever
    meets it once leaves by either opening with probability ½. Others go straight from disc to disc.
    """
    height = math.sqrt(1.0 - 0.4**2)
    caps = 2.0 * math.pi * (1.0 - height) ** 2 * (2.0 + height) / 3.0
    first, second = Disc((0, 0, -height), UP, 0.4), Disc((0, 0, height), DOWN, 0.4)
    s = 2.0 * height / 0.4
    straight = 2.0 / (s**2 + 2.0 + s * math.sqrt(s**2 + 4.0))
    return Duct(
        {"sphere": Sphere((0, 0, 0), 1.0)}, first, second, 4.0 / 3.0 * math.pi - caps, 700_000,
        0.5 * (1.0 + straight), areas={"sphere": 4.0 * math.pi * height},
    )  # fmt: skip


DUCTS = {
    "tube": lambda: Duct(
        {"wall": Cylinder((0, 0, 0), UP, 1.0, 5.0)}, *discs(5.0, 1.0, 1.0), 5.0 * math.pi,
        1_450_000, transmission_probability(5.0),
    ),
    "slit": lambda: duct(5.0, 1.3, 1.0, 1_200_000, slit_transmission(5.0), True),
    "cone": lambda: Duct(
        {"wall": Cone((0, 0, 0), UP, 1.0, 0.5, 2.0)}, *discs(2.0, 1.0, 0.5),
        2.0 * math.pi * (1.0 + 0.5 + 0.25) / 3.0, 2_000_000, cone_transmission(2.0, 1.0, 0.5),
    ),
    "annulus": lambda: Duct(
        {
            "tube": Cylinder((0, 0, 0), UP, 1.0, 3.0),
            "rod": Cylinder((0, 0, 0), UP, 0.5, 3.0, "outside"),
        },
        Annulus((0, 0, 0), UP, 0.5, 1.0), Annulus((0, 0, 3), DOWN, 0.5, 1.0),
        3.0 * math.pi * 0.75, 1_600_000, annulus_transmission(3.0, 0.5, 1.0),
    ),
    "square": lambda: duct(2.0, 1.0, 1.0, 1_100_000, rectangular_transmission(2.0, 1.0, 1.0)),
    "2:1": lambda: duct(3.0, 2.0, 1.0, 1_200_000, rectangular_transmission(3.0, 2.0, 1.0)),
    "elbow": lambda: elbow(elbow_reference.ARM, 1_250_000),
    "sphere": sphere,
    "ball in a box": ball_in_a_box,
    "spike in a tube": spike_in_a_tube,
    "rod in a box": rod_in_a_box,
}  # fmt: skip


def deviation(values, expected, error=0.0):
    """Standard errors by which the mean of independent batches misses its expectation."""
    own = np.std(values, ddof=1) / math.sqrt(len(values))
    return abs(np.mean(values) - expected) / math.hypot(own, error)


@pytest.mark.parametrize("name", DUCTS)
def test_ducts_transmit_what_they_should_and_hold_what_is_exact(name):
    """W₁₂; A₁W₁₂ = A₂W₂₁; the same rate per area everywhere; residence 4V/Av̄; path 4V/A."""
    shape = DUCTS[name]()
    model = shape.model().resized(shape.n // N_BATCHES)
    computed = [model.compute(8, batch) for batch in range(N_BATCHES)]
    tallies = {key: np.array([arrays[key] for arrays in computed]) for key in computed[0]}
    openings = shape.openings()
    n = tallies["entered"][0]
    first, second = (model.surface_number(name) for name in ("first", "second"))
    there = tallies["absorbed"][:, 0, second] / n[0]
    back = tallies["absorbed"][:, 1, first] / n[1]
    if shape.transmission is not None:
        w, error = shape.transmission, shape.error
        assert deviation(there, w, error) < SIGMAS
        assert deviation(back, w * openings[0] / openings[1], error) < SIGMAS
        spread = np.std(there, ddof=1) / math.sqrt(N_BATCHES) / w
        assert math.hypot(spread, error / w) <= PRECISION
    assert deviation(openings[0] * there - openings[1] * back, 0.0) < SIGMAS
    # Those who enter over both openings as their areas are those of an equilibrium.
    weights = openings / openings.sum() / n
    hits = np.einsum("l,bls->bs", weights, tallies["hits"])
    for number, surface in enumerate(model.surfaces):
        if not isinstance(surface.boundary, Absorbing | Passage):
            area = shape.areas.get(surface.name, surface.shape.area())
            assert deviation(hits[:, number], area / openings.sum()) < SIGMAS, surface.name
    residence = np.einsum("l,blr->b", weights, tallies["present_time"])
    assert deviation(residence * SPEED, 4.0 * shape.volume / openings.sum()) < SIGMAS
