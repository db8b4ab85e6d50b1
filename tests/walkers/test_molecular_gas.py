"""Free molecules against what holds exactly: equilibrium, tubes, balances, bits."""

import dataclasses
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import constants, stats

from analysis.laws.kinetic import mean_speed
from analysis.laws.knudsen import transmission_probability
from walkers.along import LastDrawn
from walkers.boundary import Absorbing, AngleLaw, Diffuse, Exchange, Maxwell, Passage, Specular
from walkers.engine.model import KernelError
from walkers.engine.record import batch_sha256
from walkers.engine.run import run
from walkers.molecular import (
    Box,
    Cylinder,
    Disc,
    FreeMolecular,
    FromGas,
    FromSurface,
    Grid,
    Sphere,
    Surface,
    trace_paths,
)
from walkers.molecular.flights import Flights
from walkers.species import gas

from .small_models import SMALL_MODELS

pytestmark = pytest.mark.compiled

SIGMAS = 4.5
LEVEL = 1e-5
N_BATCHES = 64
T = 300.0
SPEED = mean_speed(T, gas("N2").mass)
UP, DOWN = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)


def tube(length, n, boundary=None, **options):
    """Tube of radius 1 entered from both ends by n molecules in all."""
    surfaces = (
        Surface("wall", Cylinder((0, 0, 0), UP, 1.0, length), boundary or Diffuse(T)),
        Surface("left", Disc((0, 0, 0), UP, 1.0), Absorbing()),
        Surface("right", Disc((0, 0, length), DOWN, 1.0), Absorbing()),
    )
    sources = (FromSurface("left", T, n // 2), FromSurface("right", T, n - n // 2))
    options = {"track_speeds": False, **options}
    return FreeMolecular(n, surfaces=surfaces, sources=sources, **options)


def holed_box(radius, n, hole, wall=None, **options):
    surfaces = (
        Surface("wall", Box((0, 0, 0), (1, 1, 1)), wall or Diffuse(T)),
        Surface("hole", Disc((0.5, 0.5, 0), UP, radius), hole),
    )
    return FreeMolecular(n, surfaces=surfaces, sources=(FromGas("main", T, n),), **options)


def batches(model, n_batches=N_BATCHES, seed=5):
    computed = [model.compute(seed, batch) for batch in range(n_batches)]
    return {name: np.array([arrays[name] for arrays in computed]) for name in computed[0]}


def deviation(values, expected):
    """Standard errors by which the mean of independent batches misses its expectation."""
    return abs(np.mean(values) - expected) / (np.std(values, ddof=1) / np.sqrt(len(values)))


@pytest.mark.parametrize("radius", [0.05, 0.45])
def test_walls_and_holes_of_any_size_receive_a_quarter_n_v(radius):
    n, t_start, t_end = 500, 0.1 / SPEED, 10.0 / SPEED
    model = holed_box(radius, n, Exchange(T), t_start=t_start, t_end=t_end)
    tallies = batches(model)
    area = np.pi * radius**2
    expected = n * SPEED / 4.0 * (t_end - t_start) * np.array([6.0 - area, area])
    for surface in range(2):
        assert deviation(tallies["hits"][:, 0, surface], expected[surface]) < SIGMAS
    assert np.allclose(tallies["present_time"], n * (t_end - t_start))


def test_two_diffuse_rooms_stay_uniform_and_maxwellian():
    """Started uniform, two joined rooms hold their shares: at once, and on average over time."""
    hole = Disc((0.5, 0.5, 1.0), DOWN, 0.3)
    behind = Disc((0.5, 0.5, 1.0), UP, 0.3)
    surfaces = (
        Surface("walls a", Box((0, 0, 0), (1, 1, 1)), Diffuse(T), "a"),
        Surface("hole a", hole, Passage("b"), "a"),
        Surface("hole b", behind, Passage("a"), "b"),
        Surface("ball b", Box((0, 0, 1), (1, 1, 3)), Maxwell(0.7, T), "b"),
    )
    model = FreeMolecular(
        300,
        surfaces=surfaces,
        sources=(FromGas("a", T, 100), FromGas("b", T, 200)),
        t_end=20.0 / SPEED,
        census_times=(0.0, 10.0 / SPEED, 20.0 / SPEED),
        watched=("hole a", "hole b"),
        cosine_edges=tuple(np.sqrt(np.linspace(0.0, 1.0, 11))),
        speed_edges=(*gamma_speeds(np.linspace(0.0, 1.0, 11)[:-1]), 1e9),
    )
    tallies = batches(model)
    census = tallies["present_count"]
    assert np.all(census.sum(axis=2) == 300)
    assert np.all(census[:, 0] == [100, 200])
    assert tallies["present_time"].sum(axis=(1, 2)) == pytest.approx(300 * 20.0 / SPEED, rel=1e-12)
    assert deviation(census[:, 2, 0], 100.0) < SIGMAS
    assert (
        deviation(tallies["present_time"][:, :, 0].sum(axis=1) / (300 * 20.0 / SPEED), 1 / 3)
        < SIGMAS
    )
    for name in ("crossing_cosines", "crossing_speeds"):
        counts = tallies[name].sum(axis=(0, 1))
        assert np.all(counts.sum(axis=1) == tallies["hits"].sum(axis=(0, 1))[[1, 2]])
        for row in counts:  # bins of equal probability under the laws of an opening
            assert stats.chisquare(row).pvalue > LEVEL


def gamma_speeds(q):
    return np.sqrt(2.0 * constants.k * T / gas("N2").mass * stats.gamma(2.0).ppf(q))


@pytest.mark.parametrize("length", [1.0, 10.0])
def test_tubes_transmit_what_clausing_says(length):
    tallies = batches(tube(length, 4000))
    w = transmission_probability(length)
    through = tallies["absorbed"][:, 0, 2] / 2000, tallies["absorbed"][:, 1, 1] / 2000
    assert deviation(through[0], w) < SIGMAS
    assert deviation(through[1], w) < SIGMAS
    assert deviation(tallies["hits"][:, :, 0].sum(axis=1) / 4000, length) < SIGMAS
    assert np.all(tallies["absorbed"].sum(axis=2) == tallies["entered"])


@pytest.mark.parametrize(
    ("boundary", "transmission", "hits"),
    [
        (Diffuse(T, angles=AngleLaw.ISOTROPIC), 1.117, 0.78),
        (Maxwell(0.98, T), 1.028, 1.0),
    ],
)
def test_wrong_walls_are_as_wrong_as_they_should_be(boundary, transmission, hits):
    tallies = batches(tube(10.0, 8000, boundary))
    through = tallies["absorbed"][:, [0, 1], [2, 1]].sum() / (8000 * N_BATCHES)
    assert through / transmission_probability(10.0) == pytest.approx(transmission, abs=0.012)
    assert tallies["hits"][:, :, 0].mean() / 40_000 == pytest.approx(hits, abs=0.01)


def test_a_stepped_tube_is_reciprocal():
    """A₁W₁₂ = A₂W₂₁ for a tube that narrows by a step: areas 4 to 1."""
    surfaces = (
        Surface("left", Disc((0, 0, 0), UP, 1.0), Absorbing(), "wide"),
        Surface("wide", Cylinder((0, 0, 0), UP, 1.0, 1.5), Diffuse(T), "wide"),
        Surface("step", Disc((0, 0, 1.5), DOWN, 1.0), Diffuse(T), "wide"),
        Surface("in", Disc((0, 0, 1.5), DOWN, 0.5), Passage("narrow"), "wide"),
        Surface("out", Disc((0, 0, 1.5), UP, 0.5), Passage("wide"), "narrow"),
        Surface("narrow", Cylinder((0, 0, 1.5), UP, 0.5, 1.0), Maxwell(0.8, T), "narrow"),
        Surface("right", Disc((0, 0, 2.5), DOWN, 0.5), Absorbing(), "narrow"),
    )
    sources = (FromSurface("left", T, 4000), FromSurface("right", T, 1000))
    model = FreeMolecular(5000, surfaces=surfaces, sources=sources, track_speeds=False)
    tallies = batches(model)
    net = tallies["absorbed"][:, 0, 6] - tallies["absorbed"][:, 1, 0]
    assert deviation(net, 0.0) < SIGMAS
    # Every surface of a closed gas in equilibrium receives the same number per area.
    hits = tallies["hits"].sum(axis=1) / 5000
    areas = [model.area(name) for name in ("wide", "step", "narrow")]
    areas[1] -= model.area("in")
    for surface, area in zip((1, 2, 5), areas, strict=True):
        assert deviation(hits[:, surface], area / (1.25 * np.pi)) < SIGMAS


def test_specular_walls_keep_energy_and_balance_momentum():
    watched = ("wall", "hole")
    specular = holed_box(0.2, 400, Absorbing(), Specular(), watched=watched, t_end=1.0)
    diffuse = dataclasses.replace(
        holed_box(0.2, 400, Absorbing(), Maxwell(0.5, 500.0), watched=watched)
    )
    at_once = holed_box(0.2, 400, Absorbing(), Absorbing(), watched=watched)
    start = at_once.compute(3, 0)["crossing_sums"][0, :, 2:6].sum(axis=0)
    arrivals, departures = np.split(specular.compute(3, 0)["crossing_sums"][0, :, 2:], 2, axis=1)
    assert arrivals[0, 0] == departures[0, 0]
    scale = np.array([1.0, *[np.sqrt(2.0 * gas("N2").mass * start[0] * 400)] * 3])
    arrivals, departures = np.split(diffuse.compute(3, 0)["crossing_sums"][0, :, 2:], 2, axis=1)
    left = arrivals.sum(axis=0) - departures.sum(axis=0)
    assert np.all(np.abs(left - start) < 1e-10 * np.array([start[0] * 100, *scale[1:]]))


def test_flights_between_surfaces_carry_what_they_started_with():
    names = ("wall", "left", "right")
    sums = tube(5.0, 1000, track_speeds=True, watched=names).compute(1, 0)["crossing_sums"]
    arrivals, departures = np.split(sums[:, :, 2:].sum(axis=1), 2, axis=1)
    assert np.allclose(arrivals, departures, rtol=1e-12, atol=1e-12 * np.abs(sums[0, 0, 5]))


@pytest.mark.parametrize("boundary", [Diffuse(T), Maxwell(0.6, T)])
def test_paths_are_the_same_bit_by_bit_with_and_without_speeds(boundary):
    without, with_speeds = tube(10.0, 100, boundary), tube(10.0, 100, boundary, track_speeds=True)
    pairs = zip(trace_paths(without, 3, 100), trace_paths(with_speeds, 3, 100), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)
    assert np.array_equal(without.compute(3, 0)["hits"], with_speeds.compute(3, 0)["hits"])


def test_a_lost_molecule_is_an_error_that_names_it():
    lid = Surface("lid", Disc((0, 0, 1), DOWN, 1.0), Absorbing())
    model = FreeMolecular(
        9,
        surfaces=(lid, Surface("floor", Disc((0, 0, 0), UP, 1.0), Absorbing())),
        sources=(FromSurface("floor", T, 9),),
    )
    with pytest.raises(KernelError, match=r"molecule \d of batch 0 was lost"):
        run(model, seed=1, n_batches=1)
    with pytest.raises(KernelError, match="max_hits = 3"):
        run(tube(100.0, 50, max_hits=3), seed=1, n_batches=1)


def test_what_kernels_read_is_made_once_and_stays_where_it_is():
    model = tube(1.0, 10)
    bare = pickle.dumps(model)
    arrays = model.fixed_arrays
    first = batch_sha256(model.compute(3, 0))
    assert model.fixed_arrays is arrays
    assert batch_sha256(model.compute(3, 0)) == first
    assert pickle.dumps(model) == bare  # no other process is sent them
    assert batch_sha256(pickle.loads(bare).compute(3, 0)) == first


@pytest.mark.parametrize("name", ["tube", "meshed", "looked at", "cercignani-lampis"])
def test_batches_side_by_side_write_into_room_of_their_own(name):
    """Threads follow flights of one model at once; what they share is read-only."""
    one, other = Flights(SMALL_MODELS[name]), Flights(SMALL_MODELS[name])
    ours, theirs = ([*arrays_in(vars(flights))] for flights in (one, other))
    shared = [a for a, b in zip(ours, theirs, strict=True) if np.shares_memory(a, b)]
    assert len(ours) > len(shared) > 0
    assert not any(array.flags.writeable for array in shared)


def arrays_in(value):
    """Arrays in dictionaries and tuples of dictionaries and tuples."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays_in(item)


def test_resizing_scales_the_sources():
    resized = tube(1.0, 1000).resized(10)
    assert [source.n for source in resized.sources] == [5, 5] and resized.n_walkers == 10


@pytest.mark.parametrize(
    "change",
    [
        {"watched": ("nothing",)},
        {"census_times": (1.0,)},
        {"t_end": 1.0},
        {"cosine_edges": (0.0, 0.0)},
        {"n_walkers": 3},
        {"max_hits": 0},
        {"sources": (FromSurface("nothing", T, 10),)},
        {"sources": (FromGas("elsewhere", T, 10),)},
        {"surfaces": ()},
    ],
)
def test_impossible_models_are_refused(change):
    with pytest.raises(ValueError):
        dataclasses.replace(tube(1.0, 10), **change)


def everything():
    """Small model that reaches every branch: the same arrays with and without compilation."""
    surfaces = (
        Surface("box", Box((0, 0, 0), (1, 1, 1)), Maxwell(0.5, 400.0), "box"),
        Surface("out", Disc((0.5, 0.5, 0), UP, 0.2), Exchange(T), "box"),
        Surface("in", Disc((0.5, 0.5, 1), DOWN, 0.4), Passage("ball"), "box"),
        Surface("back", Disc((0.5, 0.5, 1), UP, 0.4), Passage("box"), "ball"),
        Surface(
            "ball", Sphere((0.5, 0.5, 1.3), 0.5), Diffuse(T, angles=AngleLaw.ISOTROPIC), "ball"
        ),
        Surface("tube", Cylinder((9, 0, 0), (1, 1, 0), 1.0, 2.0), Specular(), "tube"),
        Surface("end", Disc((9, 0, 0), (1, 1, 0), 1.0), Absorbing(), "tube"),
        Surface("lid", Disc((9 + 2**0.5, 2**0.5, 0), (-1, -1, 0), 1.0), Diffuse(T), "tube"),
    )
    sources = (FromGas("box", T, 8), FromGas("ball", T, 4), FromGas("tube", T, 4))
    return FreeMolecular(
        20,
        surfaces=surfaces,
        sources=(*sources, FromSurface("out", T, 4)),
        t_start=0.001,
        t_end=0.02,
        watched=("box", "end", "lid"),
        cosine_edges=(0.0, 0.5, 1.0),
        speed_edges=(0.0, 300.0, 3000.0),
        census_times=(0.0, 0.01, 0.02),
    )


def test_the_bits_do_not_depend_on_compilation():
    script = (
        "from tests.walkers.test_molecular_gas import everything, batch_sha256;"
        "print(batch_sha256(everything().compute(7, 1)).hex())"
    )
    folders = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": folders}
    command = [sys.executable, "-c", script]
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == batch_sha256(everything().compute(7, 1)).hex()


def test_the_forecast_of_memory_holds_all_tallies():
    model = dataclasses.replace(
        everything(),
        cells=Grid((0, 0, 0), (1, 1, 1), (4, 5, 6)),
        track_displacements=True,
        last_drawn=LastDrawn((0, 0, 0), (0, 0, 1), tuple(range(30))),
        cosine_edges=tuple(np.linspace(0.0, 1.0, 50)),
    )
    filled = sum(tally.nbytes for tally in model.compute(7, 1).values())
    assert filled <= model.bytes_per_batch <= 1.2 * filled
