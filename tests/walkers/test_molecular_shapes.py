"""The rarer shapes: hits against marching, no leak anywhere, uniform starts."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from walkers.boundary import Absorbing, Diffuse, Exchange, Specular
from walkers.engine.jit import kernel
from walkers.engine.model import KernelError
from walkers.engine.streams import BIRTHS, make_stream
from walkers.molecular import (
    Annulus,
    Box,
    Cone,
    Cylinder,
    Disc,
    FreeMolecular,
    FromGas,
    FromSurface,
    Plane,
    Rectangle,
    Sphere,
    Surface,
    trace_paths,
)
from walkers.molecular.emit import DRAWS_AT_ONCE
from walkers.molecular.hit import nearest_hit, normal_at
from walkers.molecular.points import draw_start
from walkers.molecular.tables import make_table

from .closed_shapes import closed_shapes, frame

AXIS = (2.0, -1.0, 3.0)
CENTER = (1.0, 2.0, 3.0)
NAMES = tuple(closed_shapes(CENTER, AXIS, 1.0))
N_FLIGHTS, N_STEPS = 200, 4000
N_STARTS, N_BINS = 20_000, 8
LEVEL = 1e-4
T = 300.0


def gas_in(shapes, n=1, start=0, boundary=None, **options):
    surfaces = tuple(
        Surface(str(i), shape, boundary or Absorbing()) for i, shape in enumerate(shapes)
    )
    sources = (FromSurface(str(start), T, n),)
    return FreeMolecular(n, surfaces=surfaces, sources=sources, **options)


@pytest.mark.parametrize("name", NAMES)
def test_a_flight_ends_where_marching_leaves_the_gas(name):
    shapes, excess = closed_shapes(CENTER, AXIS, 1.0)[name]
    table = make_table(gas_in(shapes))
    rng = np.random.default_rng(1)
    size = 1e-3 if name == "flat cone" else 1.0
    found = 0
    while found < N_FLIGHTS:
        start = np.array(CENTER) + rng.uniform(-1.5, 2.5, 3)
        if name == "flat cone":
            start = np.array(CENTER) + rng.uniform(0, 1e-3) * frame(AXIS)[2]
            start += rng.uniform(-1, 1, 2) @ frame(AXIS)[:2]
        if excess(start) > 0.0:
            continue
        found += 1
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        distance, row, face = nearest_hit(table, 0, *start, *direction)
        assert row >= 0
        steps = np.linspace(0.0, distance * (1.0 - 1e-9), N_STEPS)
        assert np.all(excess(start + steps[:, None] * direction) < 1e-9 * size)
        point = start + distance * direction
        assert abs(excess(point)) < 1e-13
        beyond = point + 1e-6 * size * direction
        normal = np.array(
            normal_at(table.shapes[row], table.parameters, row, face, *point, table.rare)
        )
        assert abs(np.linalg.norm(normal) - 1.0) < 1e-12
        assert normal @ direction < 0.0
        if normal @ direction < -1e-3:  # else a curved wall may be left again at once
            assert excess(beyond) > 0.0
        assert excess(point + 1e-7 * size * normal) < 0.0


small = [0.0, 1e-300, 1e-17, 1e-12, 1e-8, 1e-3, 0.5, 1.0]
directions = st.tuples(*[st.sampled_from([s * v for v in small for s in (-1.0, 1.0)])] * 3).filter(
    any
)
fractions = st.sampled_from([0.0, 1e-16, 1e-12, 1e-3, 0.3, 0.5, 1.0 - 1e-16, 1.0])
scales = st.sampled_from([1e-9, 1e-6, 1e-3, 1.0, 1e3])
offsets = st.sampled_from([0.0, 1.0, -37.3])
axes_in_space = st.sampled_from([AXIS, (0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (1.0, 1e-9, 0.0)])


def point_of(shape, u, v):
    """Point of a shape from two fractions; 0 and 1 are its seams."""
    if isinstance(shape, Box):
        low, high = np.array(shape.low), np.array(shape.high)
        return np.array([low[0] + u * (high - low)[0], low[1] + v * (high - low)[1], high[2]])
    if isinstance(shape, Sphere):
        theta, phi = np.pi * u, 2 * np.pi * v
        sine = np.sin(theta)
        around = np.array([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta)])
        return np.array(shape.center) + shape.radius * around
    if isinstance(shape, Rectangle):
        along = np.array(shape.along)
        side = np.cross(shape.normal, along)
        along, side = (u - 0.5) * shape.length * along, (v - 0.5) * shape.width * side
        return np.array(shape.center) + along + side
    turn = frame(getattr(shape, "normal", getattr(shape, "axis", None)))
    around = np.cos(2 * np.pi * v) * turn[0] + np.sin(2 * np.pi * v) * turn[1]
    if isinstance(shape, Disc):
        return np.array(shape.center) + u * shape.radius * around
    if isinstance(shape, Annulus):
        radius = shape.inner_radius + u * (shape.outer_radius - shape.inner_radius)
        return np.array(shape.center) + radius * around
    last = shape.end_radius if isinstance(shape, Cone) else shape.radius
    radius = shape.radius + u * (last - shape.radius)
    return np.array(shape.center) + radius * around + u * shape.length * turn[2]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None, derandomize=True)
@given(directions, fractions, fractions, scales, offsets, axes_in_space, st.integers(0, 99))
def test_no_flight_from_a_wall_or_seam_leaves_the_gas(name, d, u, v, scale, offset, axis, number):
    shapes, excess = closed_shapes(offset * scale * np.ones(3), axis, scale)[name]
    table = make_table(gas_in(shapes))
    start = point_of(shapes[number % len(shapes)], u, v)
    slack = 2e-14 * scale * (10.0 + 2.0 * abs(offset))
    if excess(start) > slack:  # a floor under a solid
        return
    direction = np.array(d) / np.linalg.norm(np.array(d) / max(map(abs, d))) / max(map(abs, d))
    distance, row, _ = nearest_hit(table, 0, *start, *direction)
    assert row >= 0 and distance >= 0.0
    way = distance * np.array([1e-6, 1e-3, 0.1, 0.5, 0.9, 1.0])
    assert np.all(excess(start + way[:, None] * direction) <= slack)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("scale", "offset"), [(1e-9, 0.0), (1e3, 10.0)])
def test_molecules_stay_in_the_gas_for_thousands_of_hits(name, scale, offset):
    shapes, excess = closed_shapes(offset * scale * np.ones(3), AXIS, scale)[name]
    effort = 0.02 if numba.config.DISABLE_JIT else 1.0
    t_end = (0.1 if name == "flat cone" else 5.0) * scale * effort
    slack = 1e-12 * scale * (1.0 + offset)
    for boundary in (Diffuse(T), Specular()):
        model = gas_in(shapes, 4, 0, boundary, t_end=t_end)
        points = np.concatenate(trace_paths(model, 1, 4, 3000))  # raises if one is lost
        assert len(points) > 1000 * effort
        assert np.all(excess(points) < slack)


@kernel
def starts(table, row, region, stream, n):
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    out, place = np.empty((n, 6)), np.empty(6)
    for number in range(n):
        draw_start(
            place, table, row, region, words, stream, BIRTHS, np.uint64(number), np.uint64(0)
        )
        out[number] = place
    return out


def about(points, shape):
    """Direction about the axis of a shape over 2π, distance from the axis, place along it."""
    turn = frame(getattr(shape, "normal", getattr(shape, "axis", AXIS)))
    u, v, w = turn @ (points - shape.center).T
    return np.arctan2(v, u) / (2.0 * np.pi) % 1.0, np.hypot(u, v), w


def on_annulus(r, shape):
    angle, radius, _ = about(r, shape)
    a, b = shape.inner_radius, shape.outer_radius
    return angle, (radius**2 - a**2) / (b**2 - a**2)


def on_rectangle(r, shape):
    side = np.cross(shape.normal, shape.along)
    u = r - shape.center
    return u @ shape.along / shape.length + 0.5, u @ side / shape.width + 0.5


def on_cone(r, shape):
    angle, radius, along = about(r, shape)
    a, b = shape.radius, shape.end_radius
    assert np.allclose(radius, a + (b - a) * along / shape.length)
    return angle, (radius**2 - a**2) / (b**2 - a**2)


def on_cylinder(r, shape):
    angle, radius, along = about(r, shape)
    assert np.allclose(radius, shape.radius)
    return angle, along / shape.length


def on_sphere(r, shape):
    angle, radius, along = about(r, shape)
    assert np.allclose(np.hypot(radius, along), shape.radius)
    return angle, (along / shape.radius + 1.0) / 2.0


def on_box(r, shape):
    """Place on the six faces in a row, whose widths are as their areas."""
    low, high = np.array(shape.low), np.array(shape.high)
    edges = high - low
    u = (r - low) / edges
    on = np.concatenate([np.isclose(u, 0.0, atol=1e-12), np.isclose(u, 1.0, atol=1e-12)], axis=1)
    assert np.all(on.sum(axis=1) == 1)
    number = on.argmax(axis=1)
    areas = np.tile(np.prod(edges) / edges, 2)
    first = np.where(number % 3 == 0, u[:, 1], u[:, 0])
    second = np.where(number % 3 == 2, u[:, 1], u[:, 2])
    place = (np.cumsum(areas) - areas)[number] + areas[number] * first
    return place / areas.sum(), second


UNIFORM = {
    "annulus": (Annulus(CENTER, AXIS, 0.5, 2.0), on_annulus),
    "rectangle": (Rectangle(CENTER, AXIS, frame(AXIS)[1], 3.0, 0.5), on_rectangle),
    "cone": (Cone(CENTER, AXIS, 0.5, 2.0, 1.0), on_cone),
    "tip": (Cone(CENTER, AXIS, 1.0, 0.0, 1.0, "outside"), on_cone),
    "cylinder": (Cylinder(CENTER, AXIS, 0.5, 2.0), on_cylinder),
    "rod": (Cylinder(CENTER, AXIS, 0.5, 2.0, "outside"), on_cylinder),
    "sphere": (Sphere(CENTER, 0.5), on_sphere),
    "ball": (Sphere(CENTER, 0.5, "outside"), on_sphere),
    "box": (Box((0, 1, 2), (2, 2, 5)), on_box),
}


@pytest.mark.parametrize("name", UNIFORM)
def test_starts_are_uniform_over_any_surface(name):
    shape, flattened = UNIFORM[name]
    table = make_table(gas_in([shape]))
    n = N_STARTS // (20 if numba.config.DISABLE_JIT else 1)
    out = starts(table, 0, 0, make_stream(4, 0), n)
    places = np.array(flattened(out[:, :3], shape))
    assert np.all((places > -1e-9) & (places < 1.0 + 1e-9))
    counts, _, _ = np.histogram2d(*np.clip(places, 0.0, 1.0), bins=N_BINS, range=[[0, 1], [0, 1]])
    assert stats.chisquare(counts.ravel()).pvalue > LEVEL


def test_no_molecule_starts_in_an_opening_or_beyond_a_cut():
    """A plate with a smaller plate and a hole in it, and a tube cut by an oblique plane."""
    plate = Rectangle((0, 0, 0), (0, 0, 1), (1, 0, 0), 2.0, 2.0)
    patch = Rectangle((0.5, 0.5, 0), (0, 0, 1), (1, 0, 0), 1.0, 1.0)
    hole = Disc((0.25, 0.25, 0), (0, 0, 1), 0.25)
    ring = Annulus((0.5, 0.5, 0), (0, 0, 1), 0.3, 0.4)
    table = make_table(gas_in([plate, patch, hole, ring, Box((-9,) * 3, (9,) * 3)]))
    n = 4000 if not numba.config.DISABLE_JIT else 400

    def places(table, number):
        (row,) = np.flatnonzero(table.numbers == number)
        return starts(table, row, 0, make_stream(5, 0), n)[:, :3]

    x, y, z = places(table, 0).T
    assert np.all((z == 0.0) & ~((x > 0.0) & (y > 0.0)))
    left = 2.0 / 3.0
    assert abs((x < 0.0).sum() - left * n) < 4.5 * np.sqrt(n * left * (1.0 - left))
    patched = places(table, 1)
    from_ring = np.hypot(patched[:, 0] - 0.5, patched[:, 1] - 0.5)
    assert np.all((from_ring < 0.3) | (from_ring > 0.4)) and np.any(from_ring < 0.3)
    assert np.all(np.hypot(patched[:, 0] - 0.25, patched[:, 1] - 0.25) > 0.25)

    tube = [
        Cylinder((0, 0, 0), (0, 0, 1), 1.0, 4.0),
        Disc((0, 0, 0), (0, 0, 1), 1.0),
        Plane((0, 0, 2.0), (1, 0, -1)),
    ]
    x, _, z = places(make_table(gas_in(tube, start=1)), 0).T
    assert np.all(z - 2.0 <= x) and np.any(z > 2.6)


@pytest.mark.compiled
def test_a_surface_without_gas_loses_its_molecules():
    cover = Disc((0, 0, 0), (0, 0, 1), 0.75)
    with pytest.raises(KernelError, match="was lost"):
        gas_in([cover, cover, Box((-9,) * 3, (9,) * 3)], start=1).compute(1, 0)


def test_of_coplanar_flat_shapes_the_smaller_wins():
    wall = Rectangle((0, 0, 0), (0, 0, 1), (1, 0, 0), 4.0, 4.0)
    ring = Annulus((0, 0, 0), (0, 0, 1), 0.5, 1.5)
    slit = Rectangle((0, 0, 0), (0, 0, 1), (0, 1, 0), 2.0, 0.2)
    disc = Disc((0, 0, 0), (0, 0, 1), 0.2)
    model = gas_in([wall, Box((-9,) * 3, (9,) * 3), ring, disc, slit])
    table = make_table(model)
    for x, y, winner in ((1, 1, 2), (0, 0.9, 4), (0.15, 0.05, 3), (0.15, 0.12, 3), (0.3, 0, 0)):
        for dx in (0.0, 0.7, 1e4, 1e9):
            size = math.hypot(dx, 1.0)
            d = np.array([dx, 0.0, -1.0]) / size
            start = np.array([x, y, 0.0]) - 0.3 * d
            _, row, _ = nearest_hit(table, 0, *start, *d)
            assert table.numbers[row] == winner


@pytest.mark.compiled
def test_an_exchange_may_have_any_flat_shape():
    """Walls and openings of a gas that goes in and out through a slit receive the same per area."""
    n, speed = 500, 475.0
    slit = Rectangle((0.5, 0.5, 0), (0, 0, 1), (1, 0, 0), 0.8, 0.2)
    ring = Annulus((0.5, 0.5, 1), (0, 0, -1), 0.2, 0.4)
    surfaces = (
        Surface("wall", Box((0, 0, 0), (1, 1, 1)), Diffuse(T)),
        Surface("slit", slit, Exchange(T)),
        Surface("ring", ring, Exchange(T)),
    )
    gas = FromGas("main", T, n)
    model = FreeMolecular(n, surfaces=surfaces, sources=(gas,), t_end=20.0 / speed)
    hits = np.array([model.compute(3, batch)["hits"][0] for batch in range(32)])
    areas = np.array([6.0 - slit.area() - ring.area(), slit.area(), ring.area()])
    rates = hits / areas
    for a, b in ((0, 1), (0, 2)):
        excess = rates[:, b] - rates[:, a]
        assert abs(excess.mean()) < 4.5 * excess.std(ddof=1) / np.sqrt(len(excess))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Annulus(CENTER, AXIS, 1.0, 1.0),
        lambda: Annulus(CENTER, AXIS, 0.0, 1.0),
        lambda: Rectangle(CENTER, (0, 0, 1), (0, 1, 1), 1.0, 1.0),
        lambda: Rectangle(CENTER, (0, 0, 1), (0, 1, 0), 1.0, 0.0),
        lambda: Cone(CENTER, AXIS, 0.0, 0.0, 1.0),
        lambda: Cone(CENTER, AXIS, 1.0, -1.0, 1.0),
        lambda: Cone(CENTER, AXIS, 1.0, math.nan, 1.0),
        lambda: Sphere(CENTER, 1.0, "above"),
        lambda: gas_in([Plane(CENTER, AXIS)]),
        lambda: Surface("wall", Cone(CENTER, AXIS, 1.0, 2.0, 1.0), Exchange(T)),
        lambda: gas_in([Box((0,) * 3, (1,) * 3), Sphere((0.5,) * 3, 0.1, "outside")]).volume_shape(
            "main"
        ),
    ],
)
def test_impossible_shapes_are_refused(build):
    with pytest.raises(ValueError):
        build()
