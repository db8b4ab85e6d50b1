"""Surfaces of triangles: every flight against all triangles one by one, and no leak anywhere."""

import numba
import numpy as np
import pytest

from analysis.laws.kinetic import mean_speed
from analysis.laws.knudsen import transmission_probability
from walkers import (
    Absorbing,
    Box,
    Diffuse,
    Disc,
    FreeMolecular,
    FromGas,
    FromSurface,
    Mesh,
    Passage,
    Specular,
    Sphere,
    Surface,
    enclosed_volume,
    gas,
    trace_paths,
)
from walkers.molecular import lanes
from walkers.molecular import tree as trees
from walkers.molecular.hit import nearest_hit
from walkers.molecular.mesh_hit import CHILDREN, in_mesh, on_mesh
from walkers.molecular.tables import make_table
from walkers.molecular.tree import make_tree

T = 300.0
SPEED = mean_speed(T, gas("N2").mass)
SIGMAS = 4.5
CUBE = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
FACES = np.array(
    [
        *([0, 2, 1], [1, 2, 3]),  # x = 0, seen from inside
        *([4, 5, 6], [5, 7, 6]),  # x = 1
        *([0, 1, 4], [1, 5, 4]),  # y = 0
        *([2, 6, 3], [3, 6, 7]),  # y = 1
        *([0, 4, 2], [2, 4, 6]),  # z = 0
        *([1, 3, 5], [3, 7, 5]),  # z = 1
    ]
)


def test_a_mesh_has_area_normals_and_a_volume_inside():
    cube = Mesh(CUBE * [1.0, 2.0, 3.0], FACES)
    assert cube.area() == pytest.approx(22.0)
    middle = cube.corners.mean(axis=1) - [0.5, 1.0, 1.5]
    assert np.all((cube.normals * middle).sum(axis=1) < 0.0)
    assert enclosed_volume([cube]) == pytest.approx(6.0)
    assert enclosed_volume([cube.flipped()]) == pytest.approx(-6.0)
    assert cube == Mesh(cube.vertices, cube.triangles) and cube != cube.flipped()
    assert len({cube, Mesh(cube.vertices, cube.triangles)}) == 1


@pytest.mark.parametrize(
    ("vertices", "triangles", "fault"),
    [
        ([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]], "vertices 2 are not finite"),
        (CUBE, [[0, 1, 2], [0, 1, 8]], "triangles 1 have corners that do not exist"),
        (CUBE, [[0, 1, 2], [0, 1, -1]], "triangles 1 have corners that do not exist"),
        (CUBE, [[0, 1, 2]] + [[0, 1, 1]] * 7, "triangles 1, 2, 3, 4, 5 and 2 more have no area"),
        ([[0, 0, 0], [1, 1, 1], [3, 3, 3]], [[0, 1, 2]], "triangles 0 have no area"),
        (CUBE, [[0.0, 1.0, 2.0]], "whole numbers"),
        (CUBE, np.empty((0, 3), int), "must have the shape"),
        (CUBE[:, :2], [[0, 1, 2]], "must have the shape"),
    ],
)
def test_what_is_no_surface_is_refused(vertices, triangles, fault):
    with pytest.raises(ValueError, match=fault):
        Mesh(vertices, triangles)


def closed(mesh, n=20, t_end=1.0, **options):
    wall = Surface("wall", mesh, Diffuse(T))
    sources = (FromSurface("wall", T, n),)
    return FreeMolecular(n, surfaces=(wall,), sources=sources, t_end=t_end, **options)


def cube_cut_at(cuts):
    """Cube whose faces are cut into rectangles, two triangles each, by the same cuts everywhere."""
    a, b = np.meshgrid(cuts, cuts, indexing="ij")
    n = len(cuts)
    k = np.arange(n * n).reshape(n, n)
    low, right, up, far = k[:-1, :-1], k[1:, :-1], k[:-1, 1:], k[1:, 1:]
    square = np.concatenate(
        [np.stack(c, -1).reshape(-1, 3) for c in ((low, right, up), (up, right, far))]
    )
    corners = []
    for axis in range(3):
        for level, turn in ((cuts[0], 1), (cuts[-1], -1)):
            face = np.roll(np.stack([a, b, np.full_like(a, level)], -1), axis + 1, axis=-1)
            corners.append(face.reshape(-1, 3)[square[:, ::turn]])
    vertices, triangles = np.unique(
        np.concatenate(corners).reshape(-1, 3), axis=0, return_inverse=True
    )
    return Mesh(vertices, triangles.reshape(-1, 3))


def warped(mesh):
    """The same triangles, bent: hollows and ridges."""
    x, y, z = mesh.vertices.T
    shift = 0.12 * np.stack([np.sin(9 * y + z), np.sin(8 * z + x), np.sin(7 * x + y)], axis=1)
    return Mesh(mesh.vertices + shift, mesh.triangles)


def scaled(mesh, scale, offset):
    return Mesh((mesh.vertices + offset) * scale, mesh.triangles)


EVEN = np.linspace(0.0, 1.0, 9)
NEEDLES = np.array([0.0, 1e-9, 1e-6, 1e-3, 0.3, 0.5, 0.5 + 1e-8, 0.7, 1.0 - 1e-5, 1.0])


def nearest_of_all(corners, start, direction):
    """Distance to the nearest triangle that faces a flight, tried one by one in long doubles.

    Source: T. Möller, B. Trumbore, J. Graphics Tools 2, 21 (1997).
    """
    a, b, c = np.moveaxis(corners.astype(np.longdouble), 1, 0)
    start, direction = np.longdouble(start), np.longdouble(direction)
    p = np.cross(direction, c - a)
    size = ((b - a) * p).sum(axis=1)
    facing = size > 0.0
    size = np.where(facing, size, 1.0)
    u = ((start - a) * p).sum(axis=1) / size
    q = np.cross(start - a, b - a)
    v = (q @ direction) / size
    t = ((c - a) * q).sum(axis=1) / size
    t[~(facing & (u >= 0) & (v >= 0) & (u + v <= 1) & (t >= 0))] = np.inf
    return float(t.min()), int(t.argmin())


@pytest.mark.parametrize("cuts", [EVEN, NEEDLES])
def test_flights_end_where_the_nearest_of_all_triangles_is(cuts):
    mesh = warped(cube_cut_at(cuts))
    model = closed(mesh)
    table, tree = make_table(model), make_tree(model)
    rng = np.random.default_rng(4)
    n_met = 0
    n_flights = 60 if numba.config.DISABLE_JIT else 600
    for _ in range(n_flights):
        start, direction = rng.uniform(-1.0, 2.0, 3), rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        expected, triangle = nearest_of_all(mesh.corners, start, direction)
        distance, row, slot = nearest_hit(table, 0, *start, *direction, tree)
        if row < 0:
            assert expected == np.inf
            continue
        n_met += 1
        assert distance == pytest.approx(expected, rel=1e-12)
        assert tree.numbers[slot] == triangle
    assert n_met > n_flights / 10


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e3])
@pytest.mark.parametrize("offset", [0.0, -37.3])
def test_no_flight_slips_through_corners_and_edges(scale, offset):
    """From the middle, from corners and from edges of a convex body, to corners and edges."""
    mesh = scaled(cube_cut_at(NEEDLES), scale, offset)
    model = closed(mesh)
    table, tree = make_table(model), make_tree(model)
    rng = np.random.default_rng(5)
    corners = mesh.corners[rng.integers(0, len(mesh.triangles), 50)]
    on_edges = corners[:, 0] + rng.random((50, 1)) * (corners[:, 1] - corners[:, 0])
    targets = np.concatenate([mesh.vertices[::7], on_edges])
    targets = targets[:: 8 if numba.config.DISABLE_JIT else 1]
    middle = np.full((1, 3), (0.5 + offset) * scale)
    size = scale * (1.0 + abs(offset))
    for start in np.concatenate([middle, on_edges[:5], mesh.vertices[::97]]):
        for target in targets:
            along = target - start
            length = np.linalg.norm(along)
            if length < 1e-6 * scale:
                continue
            direction = along / length
            distance, row, slot = nearest_hit(table, 0, *start, *direction, tree)
            assert row == 0
            in_a_face = np.any((start == target) & np.isin(start, [target.min(), target.max()]))
            cosine = -direction @ mesh.normals[tree.numbers[slot]]
            assert in_a_face or (distance - length) * cosine <= 1e-14 * size
            point = on_mesh(tree, slot, *(start + distance * direction))
            assert np.all(
                np.abs(np.array(point) / scale - offset - 0.5) <= 0.5 + 1e-15 * size / scale
            )
            missed = np.linalg.norm(point - target) * cosine
            assert in_a_face or missed <= 1e-7 * scale  # where on a needle is known no better


@pytest.mark.parametrize("steep", [1e-3, 1e-8, 1e-12, 1e-15])
def test_flights_that_graze_a_wall_stay_inside(steep):
    model = closed(cube_cut_at(EVEN))
    table, tree = make_table(model), make_tree(model)
    for y in (0.25, 0.3, 0.625):
        direction = np.array([1.0, 0.0, -steep]) / np.hypot(1.0, steep)
        start = np.array([0.0, y, steep * 0.3])  # would meet the floor at x = 0.3
        distance, row, slot = nearest_hit(table, 0, *start, *direction, tree)
        assert row == 0
        normal = model.surfaces[0].shape.normals[tree.numbers[slot]]
        end = start + distance * direction
        assert end[2] == pytest.approx(0.0, abs=2e-16) and np.all(end <= 1.0 + 1e-15)
        assert normal[2] == 1.0 and end[0] == pytest.approx(0.3, abs=0.01 + 2e-16 / steep)


@pytest.mark.parametrize("steep", [1.0, 1e-3, 1e-8])
def test_a_flight_that_starts_behind_a_wall_by_rounding_meets_it(steep):
    model = closed(cube_cut_at(EVEN))
    table, tree = make_table(model), make_tree(model)
    direction = np.array([-steep, 0.6, 0.8]) / np.hypot(1.0, steep)
    assert nearest_hit(table, 0, -1e-16, 0.3, 0.4, *direction, tree)[:2] == (0.0, 0)
    assert nearest_hit(table, 0, -1e-9, 0.3, 0.4, *direction, tree)[1] == -1


@pytest.mark.parametrize("wall", [Diffuse(T), Specular()])
@pytest.mark.parametrize(
    ("scale", "offset"), [(1.0, 0.0), (1e-9, 0.0), (1e-9, 10.0), (1e3, 0.0), (1e3, 10.0)]
)
def test_no_molecule_leaks_from_a_mesh_full_of_needles(scale, offset, wall):
    """A lost molecule would raise; one that had crossed a wall would fly where no gas is."""
    effort = 0.002 if numba.config.DISABLE_JIT else 1.0
    mesh = scaled(warped(cube_cut_at(NEEDLES)), scale, offset)
    surfaces = (Surface("wall", mesh, wall),)
    n = max(2, round(300 * effort))
    sources = (FromSurface("wall", T, n),)
    model = FreeMolecular(
        n, surfaces=surfaces, sources=sources, t_end=200.0 * scale / SPEED, max_hits=100_000
    )
    hits = model.compute(1, 0)["hits"].sum()
    assert hits > 100_000 * effort
    points = trace_paths(model, 1, 10 if effort == 1.0 else 1, 1000)
    tree = make_tree(model)
    outside = 0
    for path in points:
        outside += sum(not in_mesh(tree, 0, *middle) for middle in 0.5 * (path[1:] + path[:-1]))
    assert outside == 0


def test_a_small_mesh_is_met_from_far_away():
    body = scaled(cube_cut_at(EVEN), 1e-6, -0.5).flipped()
    room = Surface("room", Sphere((0, 0, 0), 1.0), Absorbing())
    surfaces = (room, Surface("body", body, Diffuse(T)))
    model = FreeMolecular(1, surfaces=surfaces, sources=(FromSurface("body", T, 1),))
    table, tree = make_table(model), make_tree(model)
    rng = np.random.default_rng(6)
    for start in rng.normal(size=(200, 3)):
        start /= np.linalg.norm(start)
        for miss, surface in ((0.0, 1), (0.999e-6, 0)):
            sideways = np.cross(start, rng.normal(size=3))
            target = rng.uniform(-0.4e-6, 0.4e-6, 3) * (miss == 0.0)
            target += miss * sideways / np.linalg.norm(sideways)
            direction = (target - start) / np.linalg.norm(target - start)
            _, row, _ = nearest_hit(table, 0, *start, *direction, tree)
            assert table.numbers[row] == surface


def test_a_disc_wins_over_the_mesh_that_it_lies_in():
    surfaces = (
        Surface("wall", cube_cut_at(EVEN), Diffuse(T)),
        Surface("hole", Disc((0.5, 0.5, 1.0), (0, 0, -1), 0.3), Absorbing()),
    )
    model = FreeMolecular(1, surfaces=surfaces, sources=(FromSurface("hole", T, 1),))
    table, tree = make_table(model), make_tree(model)
    rng = np.random.default_rng(2)
    for steep in 10.0 ** -rng.uniform(0.0, 9.0, 200):
        angle, radius = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.0, 0.6)
        target = np.array([0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle), 1.0])
        if abs(radius - 0.3) < 1e-3 or np.any(target > 1.0) or np.any(target < 0.0):
            continue
        direction = np.array([np.cos(2.0), np.sin(2.0), steep]) / np.hypot(1.0, steep)
        _, row, _ = nearest_hit(table, 0, *(target - 0.01 * direction), *direction, tree)
        assert table.numbers[row] == (1 if radius < 0.3 else 0)


def test_lanes_give_the_same_bits_one_by_one_and_all_at_once():
    rng = np.random.default_rng(7)

    @numba.njit
    def boxes_at_once(boxes, o, i, limit, nears):
        return lanes.boxes_met(boxes, 1, 0, 4, 2, o, i, np.float32(-2e-6), limit, nears)

    @numba.njit
    def triangles_at_once(packets, o, s, distances):
        return lanes.triangles_met(packets, 1, 1, 2, 0, o, s, -1e-6, 1.5, distances)

    masks = set()
    for _ in range(300):
        boxes = np.zeros((2, 8, 8), np.float32)
        boxes[:, :6] = np.sort(rng.normal(size=(2, 2, 3, 8)), axis=1).reshape(2, 6, 8)
        boxes[1, :3, 5], boxes[1, 3:6, 5] = np.inf, -np.inf
        o = tuple(rng.normal(size=3).astype(np.float32))
        i = np.float32(1e20), np.float32(-1.7), np.float32(rng.uniform(1.0, 9.0))
        limit = np.float32(rng.uniform(0.0, 3.0))
        one, all_ = np.empty(8, np.float32), np.empty(8, np.float32)
        mask = lanes.boxes_in_turn(boxes, 1, 0, 4, 2, o, i, np.float32(-2e-6), limit, one)
        assert mask == boxes_at_once(boxes, o, i, limit, all_) and np.array_equal(one, all_)
        masks.add(mask)
        packets = rng.normal(size=(2, 10, 4))
        packets[1, :, 2] = 0.0
        o, s = tuple(rng.normal(size=3)), (0.3, -0.9, 1.0 / 0.7)
        one, all_ = np.zeros(4), np.zeros(4)
        mask = lanes.triangles_in_turn(packets, 1, 1, 2, 0, o, s, -1e-6, 1.5, one)
        assert mask == triangles_at_once(packets, o, s, all_)
        met = [lane for lane in range(4) if mask >> lane & 1]
        assert np.array_equal(one[met], all_[met])
        masks.add(-mask)
    assert len(masks) > 20 and min(masks) < 0


@pytest.mark.compiled
def test_a_tree_of_a_hundred_thousand_triangles_holds_each_of_them_once():
    mesh = warped(cube_cut_at(np.linspace(0.0, 1.0, 92) ** 2))
    tree = make_tree(closed(mesh))
    n = len(mesh.triangles)
    assert n > 99_000
    assert np.array_equal(np.sort(tree.numbers[tree.numbers >= 0]), np.arange(n))
    assert np.array_equal(tree.numbers[tree.slots], np.arange(n))
    corners = tree.packets[:, :9].transpose(0, 2, 1).reshape(-1, 3, 3)
    assert np.array_equal(corners[tree.slots], mesh.corners)
    frame = tree.frames[0]
    lows = np.full((len(tree.boxes), 3), np.inf)
    highs = -lows
    for node in range(len(tree.boxes) - 1, -1, -1):  # children come after their parents
        for lane in np.flatnonzero(np.isfinite(tree.boxes[node, 0])):
            child = tree.children[node, CHILDREN, lane]
            if child >= 0:
                low, high = lows[child], highs[child]
            else:
                slots = np.arange(4) + 4 * (-1 - child)
                held = (corners[slots[tree.numbers[slots] >= 0]] - frame[:3]) * frame[3]
                low, high = held.min(axis=(0, 1)), held.max(axis=(0, 1))
            assert np.all(tree.boxes[node, :3, lane] <= low - 1e-6)
            assert np.all(tree.boxes[node, 3:6, lane] >= high + 1e-6)
            lows[node], highs[node] = np.minimum(lows[node], low), np.maximum(highs[node], high)


def test_triangles_on_one_spot_and_in_one_plane_make_a_tree():
    spot = np.repeat(CUBE[None, :3], 50, axis=0).reshape(-1, 3)
    pile = Mesh(spot, np.arange(150).reshape(-1, 3))
    tree = make_tree(closed(pile))
    assert np.array_equal(np.sort(tree.numbers[tree.numbers >= 0]), np.arange(50))
    assert nearest_hit(make_table(closed(pile)), 0, -1.0, 0.2, 0.2, 1.0, 0.0, 0.0, tree)[0] == 1.0


def test_the_trees_of_a_model_in_parts_are_kept_while_they_are_small(monkeypatch):
    rooms = [closed(Mesh(CUBE * size, FACES)) for size in range(1, 11)]
    built = [make_tree(room).packets for room in rooms]
    assert all(make_tree(room).packets is kept for room, kept in zip(rooms, built, strict=True))
    monkeypatch.setattr(trees, "KEPT_BYTES", 0)
    make_tree(rooms[-1])
    assert make_tree(rooms[-trees.KEPT]).packets is built[-trees.KEPT]
    assert make_tree(rooms[0]).packets is not built[0]


@pytest.mark.compiled
def test_two_meshed_rooms_stay_uniform():
    """Gas between bent walls, half of a cube each: a quarter n v on every wall, for all times."""
    whole = cube_cut_at(EVEN)
    lower = whole.corners.mean(axis=1)[:, 2] < 0.5
    ring = EVEN[1:-1]
    middle = cube_cut_at(EVEN)
    flat = middle.corners[np.all(middle.corners[:, :, 2] == 0.0, axis=1)] + [0.0, 0.0, 0.5]
    assert ring.size and len(flat) == 128
    up = Mesh(flat.reshape(-1, 3), np.arange(flat.size // 3).reshape(-1, 3))
    surfaces = (
        Surface("walls a", Mesh(whole.vertices, whole.triangles[lower]), Diffuse(T), "a"),
        Surface("hole a", up.flipped(), Passage("b"), "a"),
        Surface("hole b", up, Passage("a"), "b"),
        Surface("walls b", Mesh(whole.vertices, whole.triangles[~lower]), Diffuse(T), "b"),
    )
    surfaces = tuple(Surface(s.name, warped(s.shape), s.boundary, s.region) for s in surfaces)
    volumes = [enclosed_volume([s.shape for s in surfaces if s.region == r]) for r in "ab"]
    assert sum(volumes) == pytest.approx(enclosed_volume([warped(whole)]), rel=1e-12)
    n, t_end = 2000, 3.0 / SPEED
    n_a = round(n * volumes[0] / sum(volumes))
    model = FreeMolecular(
        n, surfaces=surfaces, sources=(FromGas("a", T, n_a), FromGas("b", T, n - n_a)), t_end=t_end
    )
    hits = np.array([model.compute(3, batch)["hits"].sum(axis=0) for batch in range(48)])
    areas = np.array([s.shape.area() for s in surfaces])
    expected = n / sum(volumes) * SPEED / 4.0 * t_end * areas
    z = (hits.mean(axis=0) - expected) / (hits.std(axis=0, ddof=1) / np.sqrt(48))
    assert np.all(np.abs(z) < SIGMAS)


def polygon_tube(n, length, n_rings=3):
    """Wall and ends of a prism in the circle of radius 1, entered from both ends."""
    angles = 2.0 * np.pi * np.arange(n) / n
    rings = [
        np.stack([np.cos(angles), np.sin(angles), 0 * angles + z], 1)
        for z in np.linspace(0.0, length, n_rings + 1)
    ]
    i = np.arange(n)
    k = (i + 1) % n
    wall = [
        t
        for j in range(n_rings)
        for t in (
            np.stack([j * n + i, (j + 1) * n + i, j * n + k], 1),
            np.stack([j * n + k, (j + 1) * n + i, (j + 1) * n + k], 1),
        )
    ]
    fan = np.stack([np.full(n, n), i, k], 1)
    left = Mesh(np.vstack([rings[0], [[0, 0, 0]]]), fan)
    right = Mesh(np.vstack([rings[-1], [[0, 0, length]]]), fan).flipped()
    return Mesh(np.concatenate(rings), np.concatenate(wall)), left, right


def tube_of(n, length, n_molecules, **options):
    wall, left, right = polygon_tube(n, length)
    surfaces = (
        Surface("wall", wall, Diffuse(T)),
        Surface("left", left, Absorbing()),
        Surface("right", right, Absorbing()),
    )
    half = n_molecules // 2
    sources = (FromSurface("left", T, half), FromSurface("right", T, half))
    options = {"track_speeds": False, **options}
    return FreeMolecular(2 * half, surfaces=surfaces, sources=sources, **options)


@pytest.mark.compiled
def test_a_meshed_tube_is_reciprocal_and_hit_as_its_areas_say():
    model = tube_of(6, 2.0, 20_000, map_hits=("wall", "right"))
    batches = [model.compute(1, batch) for batch in range(32)]
    absorbed = np.array([b["absorbed"] for b in batches])
    net = absorbed[:, 0, 2] - absorbed[:, 1, 1]
    assert abs(net.mean()) < SIGMAS * net.std(ddof=1) / np.sqrt(32)
    mapped = np.array([b["triangle_hits"] for b in batches])
    hits = np.array([b["hits"] for b in batches])
    assert np.array_equal(mapped[:, :, :36].sum(axis=2), hits[:, :, 0])
    assert np.array_equal(mapped[:, :, 36:].sum(axis=2), hits[:, :, 2])
    # A gas in equilibrium: the same flux on every triangle.
    areas = np.concatenate([model.surfaces[i].shape.areas for i in (0, 2)])
    per_area = mapped.sum(axis=1) / areas * 2.0 * model.area("left") / 20_000
    z = (per_area.mean(axis=0) - 1.0) / (per_area.std(axis=0, ddof=1) / np.sqrt(32))
    assert np.all(np.abs(z) < SIGMAS)


@pytest.mark.compiled
def test_polygons_tend_to_the_cylinder_as_their_area_does():
    """An n-gon transmits as the circle of its area, whose radius is 1 − π²/3n² to first order."""
    length = 3.0
    limit = transmission_probability(length)
    for n in (6, 12):
        model = tube_of(n, length, 20_000)
        absorbed = np.array([model.compute(2, batch)["absorbed"] for batch in range(32)])
        through = (absorbed[:, 0, 2] + absorbed[:, 1, 1]) / 20_000
        error = through.std(ddof=1) / np.sqrt(32)
        radius = np.sqrt(model.area("left") / np.pi)
        assert radius == pytest.approx(1.0 - np.pi**2 / (3 * n**2), abs=4.0 / n**4)
        expected = transmission_probability(length / radius)
        assert abs(through.mean() - expected) < SIGMAS * error
        assert limit - through.mean() > SIGMAS * error  # the cylinder itself would be refused


@pytest.mark.parametrize(
    ("surfaces", "options", "fault"),
    [
        ([Mesh(CUBE, FACES)], {"map_hits": ("1",)}, "no surface '1'"),
        ([Sphere((0, 0, 0), 1.0)], {"map_hits": ("0",)}, "'0' has none"),
        ([Mesh(CUBE, FACES).flipped()], {}, "'main' enclose no gas"),
        ([Mesh(CUBE, FACES), Disc((0, 0, 0), (0, 0, 1), 1.0)], {}, "'main' has no Box"),
    ],
)
def test_impossible_models_are_refused(surfaces, options, fault):
    walls = tuple(Surface(str(i), shape, Diffuse(T)) for i, shape in enumerate(surfaces))
    with pytest.raises(ValueError, match=fault):
        FreeMolecular(1, surfaces=walls, sources=(FromGas("main", T, 1),), t_end=1.0, **options)


@pytest.mark.compiled
def test_a_box_of_triangles_is_hit_as_a_box_is():
    hole = Mesh(CUBE, FACES[:1])
    out = Surface("out", hole, Absorbing())
    source = FromSurface("out", T, 20_000)

    def hits(wall):
        surfaces = (Surface("wall", wall, Diffuse(T)), out)
        model = FreeMolecular(20_000, surfaces=surfaces, sources=(source,), track_speeds=False)
        return np.array([model.compute(1, batch)["hits"][0, 0] for batch in range(16)])

    # Hits of a molecule on the wall: area of the wall over that of the opening.
    for wall, area in ((Box((0, 0, 0), (1, 1, 1)), 5.5), (Mesh(CUBE, FACES[1:]), 5.5)):
        n = hits(wall) / 20_000
        assert abs(n.mean() - area / 0.5) < 4.5 * n.std(ddof=1) / 4.0
