"""Where flights meet surfaces: against marching, and at the extremes where leaks would be."""

import math

import numba
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from walkers.boundary import Absorbing, Diffuse, Exchange, Passage, Specular
from walkers.molecular import (
    Box,
    Cylinder,
    Disc,
    FreeMolecular,
    FromGas,
    FromSurface,
    Plane,
    Sphere,
    Surface,
    trace_paths,
)
from walkers.molecular.hit import landed, nearest_hit
from walkers.molecular.tables import make_table

AXIS = np.array([2.0, -1.0, 3.0]) / math.sqrt(14.0)
N_FLIGHTS = 200
N_STEPS = 20_000


def gas_in(*surfaces, n=1, t_end=1.0, **options):
    source = FromGas(surfaces[0].region, 300.0, n)
    return FreeMolecular(n, surfaces=surfaces, sources=(source,), t_end=t_end, **options)


def axial(points, center):
    along = (points - center) @ AXIS
    return along, np.linalg.norm(points - center - along[..., None] * AXIS, axis=-1)


def outside_cylinder(points):
    along, radius = axial(points, np.array([1.0, 2.0, 3.0]))
    return (radius > 0.7) | (along < 0.0) | (along > 2.0)


CLOSED = {
    "sphere": (
        [Sphere((1.0, 2.0, 3.0), 0.7)],
        lambda r: np.linalg.norm(r - [1.0, 2.0, 3.0], axis=-1) > 0.7,
    ),
    "box": (
        [Box((0.5, 1.5, 2.5), (1.5, 2.7, 3.9))],
        lambda r: np.any((r < [0.5, 1.5, 2.5]) | (r > [1.5, 2.7, 3.9]), axis=-1),
    ),
    "cylinder with discs": (
        [
            Cylinder((1.0, 2.0, 3.0), tuple(AXIS), 0.7, 2.0),
            Disc((1.0, 2.0, 3.0), tuple(AXIS), 0.7),
            Disc(tuple(np.array([1.0, 2.0, 3.0]) + 2.0 * AXIS), tuple(-AXIS), 0.7),
        ],
        outside_cylinder,
    ),
    "planes": (
        [
            Plane((0.5, 0.0, 0.0), (1, 0, 0)),
            Plane((1.4, 0.0, 0.0), (-2, 0, 0)),
            Plane((0, 1.5, 0.0), (0, 1, 0)),
            Plane((0, 2.5, 0.0), (0, -1, 0)),
            Plane((0, 0, 2.5), (0, 0, 1)),
            Plane((0, 0, 3.5), (-1, 0, -1)),
            Box((-9, -9, -9), (9, 9, 9)),
        ],
        lambda r: (
            np.any(r < [0.5, 1.5, 2.5], axis=-1)
            | np.any(r[..., :2] > [1.4, 2.5], axis=-1)
            | (r[..., 0] + r[..., 2] > 3.5)
        ),
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_flight_ends_where_marching_leaves_the_domain(name):
    shapes, outside = CLOSED[name]
    surfaces = tuple(Surface(str(i), shape, Absorbing()) for i, shape in enumerate(shapes))
    table = make_table(gas_in(*surfaces))
    rng = np.random.default_rng(1)
    found = 0
    while found < N_FLIGHTS:
        start = rng.uniform([0.0, 1.0, 2.0], [3.0, 4.0, 5.0])
        if outside(start):
            continue
        found += 1
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        steps = np.linspace(0.0, 4.0, N_STEPS)
        marched = steps[np.argmax(outside(start + steps[:, None] * direction))]
        distance, row, _ = nearest_hit(table, 0, *start, *direction)
        assert row >= 0
        assert marched - 2 * steps[1] <= distance <= marched + 1e-12


def test_a_disc_is_seen_from_its_front_only_and_within_its_rim():
    disc = Surface("disc", Disc((0, 0, 1), (0, 0, -3), 0.5), Absorbing())
    table = make_table(gas_in(disc, Surface("room", Box((-9, -9, -9), (9, 9, 9)), Absorbing())))
    assert nearest_hit(table, 0, 0.4, 0.0, 0.0, 0.0, 0.0, 1.0)[:2] == (1.0, 0)
    assert nearest_hit(table, 0, 0.6, 0.0, 0.0, 0.0, 0.0, 1.0)[:2] == (9.0, 1)
    assert nearest_hit(table, 0, 0.4, 0.0, 2.0, 0.0, 0.0, -1.0)[:2] == (11.0, 1)


directions = st.tuples(
    *[st.sampled_from([0.0, 1e-300, 1e-17, 1e-12, 1e-8, 1e-3, 0.5, 1.0])] * 3,
    *[st.sampled_from([-1.0, 1.0])] * 3,
).filter(lambda d: any(d[:3]))
fractions = st.tuples(*[st.sampled_from([0.0, 1e-16, 1e-12, 0.3, 0.5, 1.0 - 1e-16, 1.0])] * 3)
scales = st.sampled_from([1e-9, 1e-6, 1e-3, 1.0, 1e3])
offsets = st.sampled_from([0.0, 1.0, -37.3])


def unit(d):
    vector = np.array(d[:3]) * d[3:] / max(d[:3])
    return vector / np.linalg.norm(vector)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(directions, fractions, scales, offsets)
@example((1.0, 1.0, 1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 1.0, 0.0)
def test_no_flight_leaves_a_box(d, fraction, scale, offset):
    low, high = (offset - 0.5) * scale, (offset + 0.5) * scale
    box = Surface("wall", Box((low,) * 3, (high,) * 3), Specular())
    table = make_table(gas_in(box))
    start = np.clip(low + np.array(fraction) * (high - low), low, high)
    direction = unit(d)
    distance, row, face = nearest_hit(table, 0, *start, *direction)
    assert row == 0 and 0.0 <= distance <= math.sqrt(3.0) * scale * (1 + 1e-12)
    point = landed(table.shapes[0], table.parameters, 0, face, *(start + distance * direction))
    assert all(low <= x <= high for x in point)
    assert point[face >> 1] == (low, high)[face & 1]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(directions, st.sampled_from([0.0, 1e-12, 0.5, 1.0]), scales, offsets, st.booleans())
def test_no_flight_leaves_a_tube(d, fraction, scale, offset, on_wall):
    center = offset * scale * np.ones(3)
    end = center + 4.0 * scale * AXIS
    surfaces = (
        Surface("wall", Cylinder(tuple(center), tuple(AXIS), scale, 4.0 * scale), Specular()),
        Surface("left", Disc(tuple(center), tuple(AXIS), scale), Specular()),
        Surface("right", Disc(tuple(end), tuple(-AXIS), scale), Specular()),
    )
    table = make_table(gas_in(*surfaces))
    side = np.cross(AXIS, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    start = center + fraction * (end - center) + (scale * side if on_wall else 0.0)
    direction = unit(d)
    distance, row, _ = nearest_hit(table, 0, *start, *direction)
    assert row >= 0
    along, radius = axial(start + distance * direction, center)
    slack = 1e-13 * scale * (1.0 + abs(offset)) * 10.0
    assert -slack <= along <= 4.0 * scale + slack and radius <= scale + slack


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e3])
@pytest.mark.parametrize("offset", [0.0, 10.0])
def test_molecules_stay_inside_for_thousands_of_hits(scale, offset):
    """Two boxes joined by a tube that touches an edge of the second box: every seam at once."""
    o = offset * scale

    def at(*xyz):
        return tuple(scale * x + o for x in xyz)

    wall = Diffuse(300.0)
    surfaces = (
        Surface("walls a", Box(at(0, 0, 0), at(1, 1, 1)), wall, "a"),
        Surface("hole a", Disc(at(0.5, 0.5, 1), (0, 0, -1), 0.3 * scale), Passage("tube"), "a"),
        Surface(
            "tube wall", Cylinder(at(0.5, 0.5, 1), (0, 0, 1), 0.3 * scale, scale), wall, "tube"
        ),
        Surface("tube a", Disc(at(0.5, 0.5, 1), (0, 0, 1), 0.3 * scale), Passage("a"), "tube"),
        Surface("tube b", Disc(at(0.5, 0.5, 2), (0, 0, -1), 0.3 * scale), Passage("b"), "tube"),
        Surface("hole b", Disc(at(0.5, 0.5, 2), (0, 0, 1), 0.3 * scale), Passage("tube"), "b"),
        Surface("walls b", Box(at(0.2, 0.2, 2), at(1, 1, 3)), Specular(), "b"),
    )
    effort = 0.02 if numba.config.DISABLE_JIT else 1.0
    model = gas_in(*surfaces, n=4, t_end=10.0 * scale * effort)
    model.resized(round(300 * effort)).compute(1, 0)  # would raise if a molecule were lost
    points = (np.concatenate(trace_paths(model, 1, 4, 5000)) - o) / scale
    slack = 1e-12 * (1.0 + offset)
    assert len(points) > 10_000 * effort
    assert np.all(points > -slack) and np.all(points < np.array([1.0, 1.0, 3.0]) + slack)
    in_tube = (points[:, 2] > 1.0 + slack) & (points[:, 2] < 2.0 - slack)
    assert np.all(np.linalg.norm(points[in_tube, :2] - 0.5, axis=1) < 0.3 + slack)


def test_an_opening_wins_over_its_wall_on_grazing_flights():
    surfaces = (
        Surface("wall", Box((0.1, 0.1, 0.1), (1.1, 1.1, 1.1)), Diffuse(300.0)),
        Surface("rim", Disc((0.6, 0.6, 1.1), (0, 0, -1), 0.4), Diffuse(300.0)),
        Surface("hole", Disc((0.6, 0.6, 1.1), (0, 0, -1), 0.3), Exchange(300.0)),
    )
    model = gas_in(*surfaces)
    table = make_table(model)
    rng = np.random.default_rng(2)
    for steep in 10.0 ** -rng.uniform(0.0, 9.0, 300):
        angle, radius = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.0, 0.299)
        target = np.array([0.6 + radius * np.cos(angle), 0.6 + radius * np.sin(angle), 1.1])
        direction = np.array([np.cos(2.0), np.sin(2.0), steep]) / np.hypot(1.0, steep)
        start = target - 0.1 * direction
        _, row, _ = nearest_hit(table, 0, *start, *direction)
        assert table.numbers[row] == model.surface_number("hole")


@pytest.mark.parametrize(
    "build",
    [
        lambda: Disc((0, 0, 0), (0, 0, 0), 1.0),
        lambda: Disc((0, 0, 0), (0, 0, 1), -1.0),
        lambda: Box((0, 0, 0), (1, 0, 1)),
        lambda: Sphere((0, math.nan, 0), 1.0),
        lambda: Cylinder((0, 0, 0), (0, 0, 1), math.inf, 1.0),
        lambda: Surface("wall", Sphere((0, 0, 0), 1.0), Exchange(300.0)),
        lambda: FromSurface("hole", -1.0, 5),
    ],
)
def test_impossible_surfaces_are_refused(build):
    with pytest.raises(ValueError):
        build()
