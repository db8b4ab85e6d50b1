"""Cells, cutting planes and displacements: against brute force, and in equilibrium."""

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import constants, stats

from walkers import (
    Absorbing,
    AngleLaw,
    Box,
    Cylinder,
    Diffuse,
    Disc,
    FreeMolecular,
    FromGas,
    Grid,
    Maxwell,
    Passage,
    Plane,
    SpeedLaw,
    Sphere,
    Surface,
    cutting_plane,
    gas,
    trace_paths,
)

pytestmark = pytest.mark.compiled

T = 300.0
MASS = gas("N2").mass
SPEED = math.sqrt(8.0 * constants.k * T / (math.pi * MASS))
LEVEL = 1e-4
N_BATCHES = 120
UNIT = Box((0, 0, 0), (1, 1, 1))
ROUND = Cylinder((0, 0, -1), (0, 0, 1), 1.0, 2.0)
CROSS_SECTION = Disc((0, 0, 0), (0, 0, 1), 1.0)


def closed_box(n=40, **options):
    surfaces = (Surface("wall", UNIT, Diffuse(T)), *options.pop("surfaces", ()))
    options = {"t_end": 20.0 / SPEED, **options}
    return FreeMolecular(n, surfaces=surfaces, sources=(FromGas("main", T, n),), **options)


def leaving_box(**options):
    """Every molecule ends on a surface, so that its whole path is known."""
    hole = Surface("hole", Disc((0.5, 0.5, 0), (0, 0, 1), 0.4), Absorbing())
    return closed_box(surfaces=(hole, *options.pop("surfaces", ())), t_end=math.inf, **options)


def way_in_cells(path, grid):
    """Σ of the way along x, y, z in each cell: every flight cut at every face, in plain numpy."""
    low, high, counts = np.array(grid.low), np.array(grid.high), np.array(grid.counts)
    way = np.zeros((*counts, 3))
    for a, b in pairwise(path):
        cuts = [0.0, 1.0]
        for axis in range(3):
            faces = np.linspace(low[axis], high[axis], counts[axis] + 1)
            cuts += [*((faces - a[axis]) / (b[axis] - a[axis]))] if b[axis] != a[axis] else []
        cuts = np.unique(np.clip(cuts, 0.0, 1.0))
        for start, end in pairwise(cuts):
            middle = a + (start + end) / 2.0 * (b - a)
            cell = np.floor((middle - low) / (high - low) * counts).astype(int)
            if np.all((cell >= 0) & (cell < counts)):
                way[tuple(cell)] += (end - start) * (b - a)
    return way


@pytest.mark.parametrize(
    ("grid", "share_inside"),
    [
        (Grid((0, 0, 0), (1, 1, 1), (7, 3, 5)), 1.0),
        (Grid((0.2, -1, 0.4), (0.7, 0.5, 0.55), (4, 9, 1)), 1 / 3),
    ],
)
def test_flights_are_shared_out_among_the_cells_they_cross(grid, share_inside):
    model = leaving_box(cells=grid)
    paths = trace_paths(model, 3, model.n_walkers)
    expected = sum(way_in_cells(path, grid) for path in paths)
    way = model.compute(3, 0)["present_cell_motion"][0, ..., :3]
    assert np.allclose(way, expected, rtol=0.0, atol=1e-12 * np.abs(expected).max())
    visited = np.count_nonzero(np.abs(expected).sum(axis=3))
    assert visited == pytest.approx(grid.n_cells * share_inside)


def test_cells_displacements_and_times_tell_one_story():
    """Time × velocity summed over all cells is the way from the start, whatever the walls did."""
    end = 20.0 / SPEED
    model = closed_box(
        cells=Grid((0, 0, 0), (1, 1, 1), (3, 4, 5)),
        track_displacements=True,
        census_times=(1e-9, 2e-9, end),
    )
    tallies = model.compute(1, 0)
    motion = tallies["present_cell_motion"][0].sum(axis=(0, 1, 2))
    moved = tallies["present_displacement"][0]
    assert np.allclose(motion[:3], moved[2, :3], rtol=0.0, atol=1e-11)
    assert tallies["present_cell_time"].sum() == pytest.approx(40 * end, rel=1e-12)
    assert np.all(tallies["present_cell_time"] > 0.0)
    # No wall is met within 2 ns: squares of the way grow as the square of time.
    assert np.allclose(moved[1, 3:], 4.0 * moved[0, 3:], rtol=1e-9)
    late = dataclasses.replace(model, t_start=end / 2.0).compute(1, 0)
    assert late["present_cell_time"].sum() == pytest.approx(20 * end, rel=1e-12)
    assert np.array_equal(late["present_displacement"], tallies["present_displacement"])


@pytest.mark.parametrize("tracked", [False, True])
def test_crossings_of_a_cutting_plane_are_those_of_the_paths(tracked):
    disc = Disc((0.3, 0.5, 0.5), (1, 0, 0), 0.25)
    model = leaving_box(surfaces=cutting_plane("cut", disc), track_speeds=tracked)
    expected = np.zeros(2, int)
    for path in trace_paths(model, 3, model.n_walkers):
        a, b = path[:-1], path[1:]
        s = (0.3 - a[:, 0]) / (b[:, 0] - a[:, 0])
        met = a + s[:, None] * (b - a)
        crossed = (s > 0) & (s < 1) & (np.hypot(met[:, 1] - 0.5, met[:, 2] - 0.5) < 0.25)
        expected += [np.sum(crossed & (b[:, 0] > 0.3)), np.sum(crossed & (b[:, 0] < 0.3))]
    hits = model.compute(3, 0)["hits"][0]
    assert np.array_equal(hits[2:], expected) and np.all(expected > 10)
    without = dataclasses.replace(model, surfaces=model.surfaces[:2])
    assert np.array_equal(hits[:2], without.compute(3, 0)["hits"][0])


def test_a_window_holds_the_crossings_between_its_ends():
    faces = cutting_plane("cut", Plane((0.5, 0, 0), (1, 0, 0)))
    early, late, whole = (
        closed_box(surfaces=faces, watched=("cut+",), t_start=start / SPEED, t_end=end / SPEED)
        for start, end in ((0.0, 8.0), (8.0, 20.0), (0.0, 20.0))
    )
    parts = [model.compute(2, 0) for model in (early, late)]
    for name in ("hits", "crossing_sums"):
        assert np.allclose(parts[0][name] + parts[1][name], whole.compute(2, 0)[name], rtol=1e-12)


def test_a_cylinder_without_ends_is_a_very_long_one():
    axis, start = (0.6, 0.0, 0.8), Cylinder((0.6, 0, 0.8), (0.6, 0, 0.8), 1.0, 1.0)
    tubes = [
        FreeMolecular(
            200,
            surfaces=(Surface("wall", Cylinder(center, axis, 1.0, length), Diffuse(T)),),
            sources=(FromGas("main", T, 200, volume=start),),
            t_end=30.0 / SPEED,
        )
        for center, length in (((-600, 0, -800), 2000.0), ((3, 0, 4), math.inf))
    ]
    long, endless = (tube.compute(4, 0) for tube in tubes)
    assert np.array_equal(long["hits"], endless["hits"]) and endless["hits"][0, 0] > 2000
    assert tubes[1].area("wall") == math.inf
    with pytest.raises(ValueError, match="no Box, Cylinder or Sphere"):
        dataclasses.replace(tubes[1], sources=(FromGas("main", T, 200),))


# Equilibrium: what a gas at rest at T must keep, in every shape.


def sphere_below(z):
    """Share of the unit ball below a height."""
    return (2.0 + 3.0 * z - z**3) / 4.0


def cylinder_left_of(x):
    """Share of the unit cylinder on one side of a plane along its axis."""
    return 0.5 + (np.arcsin(x) + x * np.sqrt(1.0 - x * x)) / np.pi


SLICES = np.linspace(-1.0, 1.0, 5)
EQUILIBRIA = {
    "box": (
        (Surface("wall", UNIT, Diffuse(T)),),
        cutting_plane("cut", Disc((0.6, 0.5, 0.5), (1, 0, 0), 0.3)),
        Grid((0, 0, 0), (1, 1, 1), (2, 3, 1)),
        np.full(6, 1 / 6),
    ),
    "sphere": (
        (Surface("wall", Sphere((0, 0, 0), 1.0), Maxwell(0.5, T)),),
        cutting_plane("cut", Disc((0, 0, 0.3), (0.6, 0, 0.8), 0.4)),
        Grid((-1, -1, -1), (1, 1, 1), (1, 1, 4)),
        np.diff(sphere_below(SLICES)),
    ),
    "cylinder": (
        (
            Surface("wall", ROUND, Diffuse(T)),
            Surface("floor", Disc((0, 0, -1), (0, 0, 1), 1.0), Diffuse(T)),
            Surface("lid", Disc((0, 0, 1), (0, 0, -1), 1.0), Maxwell(0.3, T)),
        ),
        cutting_plane("cut", CROSS_SECTION),
        Grid((-1, -1, -1), (1, 1, 1), (4, 1, 1)),
        np.diff(cylinder_left_of(SLICES)),
    ),
}


def in_equilibrium(name, n=200):
    surfaces, cut, grid, _ = EQUILIBRIA[name]
    q = np.linspace(0.0, 1.0, 9)
    return FreeMolecular(
        n,
        surfaces=(*surfaces, *cut),
        sources=(FromGas("main", T, n),),
        t_start=3.0 / SPEED,
        t_end=9.0 / SPEED,
        watched=("wall", "cut+", "cut-"),
        cosine_edges=tuple(np.sqrt(q)),
        speed_edges=(*np.sqrt(2 * constants.k * T / MASS * stats.gamma(2.0).ppf(q[:-1])), 1e9),
        cells=grid,
    )


def scattered_about(values, expected):
    """p value that independent batches (B, k) scatter about their expectation: Hotelling's T²."""
    b, k = values.shape
    off = values.mean(axis=0) - expected
    square = b * off @ np.linalg.solve(np.atleast_2d(np.cov(values.T)), off)
    return stats.f(k, b - k).sf(square * (b - k) / (k * (b - 1)))


def p_values(name, model):
    """Of density, temperature, and rates, cosines and speeds at a wall and a cutting plane."""
    computed = [model.compute(6, batch) for batch in range(N_BATCHES)]
    names = ("hits", "crossing_cosines", "crossing_speeds")
    names += ("present_cell_time", "present_cell_motion")
    tallies = {key: np.array([arrays[key][0] for arrays in computed]) for key in names}
    shares = EQUILIBRIA[name][3]
    window = model.n_walkers * (model.t_end - model.t_start)
    time = tallies["present_cell_time"].reshape(N_BATCHES, -1) / window
    motion = tallies["present_cell_motion"].reshape(N_BATCHES, -1, 4) / window
    thermal = constants.k * T / MASS
    wall, cut = 0, len(EQUILIBRIA[name][0])
    volume = model.volume_shape("main").volume()
    numbers = [wall, cut, cut + 1]
    areas = np.array([model.area(model.surfaces[number].name) for number in numbers])
    hits = tallies["hits"][:, numbers] / (window * SPEED / (4.0 * volume) * areas)
    assert np.allclose(time.sum(axis=1), 1.0)
    found = {
        "density": scattered_about(time[:, 1:], shares[1:]),
        "drift": scattered_about(motion[:, :, :3].reshape(N_BATCHES, -1), 0.0),
        "temperature": scattered_about(motion[:, :, 3], 3.0 * thermal * shares),
        "rates": scattered_about(hits, 1.0),
    }
    for kind in ("cosines", "speeds"):
        counts = tallies[f"crossing_{kind}"]
        for place, where in enumerate(model.watched):
            total = counts[:, place].sum(axis=1, keepdims=True)
            share = counts[:, place, 1:] / total.mean()
            found[f"{kind} {where}"] = scattered_about(share - total / total.mean() / 8.0, 0.0)
    return found


@pytest.mark.parametrize("name", EQUILIBRIA)
def test_equilibrium_stays_uniform_and_maxwellian(name):
    found = p_values(name, in_equilibrium(name))
    assert min(found.values()) > LEVEL, found


@pytest.mark.parametrize(
    ("wall", "betrayed"),
    [
        (Diffuse(T, speeds=SpeedLaw.VOLUME), ("temperature", "speeds cut+")),
        (Diffuse(T, angles=AngleLaw.ISOTROPIC), ("density", "cosines wall")),
        (Diffuse(1.1 * T), ("temperature", "rates")),
    ],
)
def test_a_wrong_wall_is_no_equilibrium(wall, betrayed):
    model = in_equilibrium("sphere").with_boundaries(
        lambda s: wall if s.name == "wall" else s.boundary
    )
    found = p_values("sphere", model)
    assert all(found[name] < LEVEL / 100.0 for name in betrayed), found


def test_impossible_probes_are_refused():
    with pytest.raises(ValueError, match="flat"):
        closed_box(surfaces=(Surface("cut", Sphere((0, 0, 0), 0.1), Passage("main")),))
    with pytest.raises(ValueError, match="need track_speeds"):
        leaving_box(cells=Grid((0, 0, 0), (1, 1, 1), (1, 1, 1)), track_speeds=False)
    with pytest.raises(ValueError, match="counts must be"):
        Grid((0, 0, 0), (1, 1, 1), (1, 0, 1))
    with pytest.raises(ValueError, match="low must be below high"):
        Grid((0, 0, 0), (1, 0, 1), (1, 1, 1))
    with pytest.raises(ValueError, match="census_times"):
        closed_box(track_displacements=True)
    with pytest.raises(ValueError, match="finite volume"):
        FromGas("main", T, 1, Cylinder((0, 0, 0), (0, 0, 1), 1.0, math.inf))
