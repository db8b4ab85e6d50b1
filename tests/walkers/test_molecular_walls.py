"""Every wall against its density and detailed balance; temperatures along an axis."""

import dataclasses

import numpy as np
import pytest
from scipy import constants, stats

from analysis.laws import walls
from analysis.laws.tube_transpiration import maxwell_transmission
from walkers.along import LastDrawn, TemperatureAlong
from walkers.boundary import (
    Absorbing,
    AngleLaw,
    CercignaniLampis,
    Diffuse,
    Maxwell,
    Pump,
    Specular,
    SpeedLaw,
)
from walkers.engine.jit import kernel
from walkers.engine.streams import make_stream
from walkers.molecular import Cylinder, Disc, FreeMolecular, FromSurface, Surface
from walkers.molecular.emit import DRAWS_AT_ONCE
from walkers.molecular.scatter import ABSORBING
from walkers.molecular.special import decided, reflected_specially, square_speed_at
from walkers.molecular.special_tables import make_special
from walkers.molecular.tables import make_table
from walkers.species import gas

LEVEL = 1e-4
SIGMAS = 4.5
N_BATCHES = 64
T = 300.0
UP, DOWN = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)
SPEED = np.sqrt(2.0 * constants.k * T / gas("N2").mass)
ALONG = LastDrawn((0, 0, 0), UP, (0.0, 1.0, 3.0))


@kernel
def reflections(table, special, velocities, stream):
    """What velocities towards the first wall become; NaN where the molecule stays."""
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    out = np.empty(velocities.shape)
    for number in range(velocities.shape[0]):
        walker, draw = np.uint64(number), np.uint64(0)
        x, y, z = velocities[number]
        speed = np.sqrt(x * x + y * y + z * z)
        rule, draw = decided(special, 0, table.rules[0], words, stream, walker, draw)
        if rule == ABSORBING:
            out[number, :] = np.nan
            continue
        a, b, c, speed, _, draw = reflected_specially(
            table, special, 0, True, speed, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
            x / speed, y / speed, z / speed, np.nan, words, stream, walker, draw,
        )  # fmt: skip
        out[number] = speed * a, speed * b, speed * c
    return out


def reflect(boundary, velocities, seed=1):
    """Leave a floor whose normal is z with the given arrivals, in units of √(2kT/m)."""
    floor = Surface("floor", Disc((0, 0, 0), UP, 1.0), boundary)
    lid = Surface("lid", Disc((0, 0, 1), DOWN, 1.0), Absorbing())
    remembers = isinstance(boundary, CercignaniLampis)
    model = FreeMolecular(
        1,
        surfaces=(floor, lid),
        sources=(FromSurface("lid", T, 1),),
        last_drawn=None if remembers else ALONG,
    )
    table = make_table(model)
    special = make_special(model, table)
    return reflections(table, special, SPEED * velocities, make_stream(seed, 0)) / SPEED


def arrivals(n, seed=1):
    """Velocities of a gas at T that reaches the floor."""
    rng = np.random.default_rng(seed)
    tangential = rng.normal(size=(n, 2)) * np.sqrt(0.5)
    return np.column_stack([tangential, -np.sqrt(rng.exponential(size=n))])


def classes(velocities):
    """Class of each arrival among 24 that are equally probable in equilibrium."""
    x, y, z = velocities.T
    quarters = stats.norm.ppf([0.25, 0.5, 0.75]) * np.sqrt(0.5)
    thirds = np.sqrt(-np.log([2 / 3, 1 / 3]))
    return (np.searchsorted(thirds, -z) * 4 + np.searchsorted(quarters, x)) * 2 + (y > 0.0)


def balance(wall, n=200_000):
    """Probabilities that equilibrium is kept and that every pair of classes is in balance."""
    before = arrivals(n)
    after = wall(before) if callable(wall) else reflect(wall, before)
    left = ~np.isnan(after[:, 0])
    # A molecule that leaves with v′, reversed in time, arrives with −v′.
    pairs = np.zeros((24, 24))
    np.add.at(pairs, (classes(before[left]), classes(-after[left])), 1.0)
    kept = stats.chisquare(pairs.sum(axis=0)).pvalue
    above, below = pairs[np.triu_indices(24, 1)], pairs.T[np.triu_indices(24, 1)]
    enough = above + below > 20
    squares = (above - below)[enough] ** 2 / (above + below)[enough]
    return kept, stats.chi2(enough.sum()).sf(squares.sum()) if enough.any() else 1.0


@pytest.mark.parametrize(
    "boundary",
    [
        Specular(),
        Diffuse(T),
        Maxwell(0.4, T),
        Pump(0.3, T),
        CercignaniLampis(0.2, 0.3, T),
        CercignaniLampis(1.0, 0.5, T),
        CercignaniLampis(0.6, 1.7, T),
        Diffuse(TemperatureAlong((0, 0, 0), UP, (-1.0, 1.0), (T - 100.0, T + 100.0))),
    ],
)
def test_every_wall_keeps_equilibrium_and_detailed_balance(boundary):
    assert min(balance(boundary)) > LEVEL


def test_wrong_walls_break_detailed_balance():
    assert balance(Diffuse(T, angles=AngleLaw.ISOTROPIC))[0] < LEVEL
    assert balance(Diffuse(T, speeds=SpeedLaw.VOLUME))[0] < LEVEL
    assert balance(CercignaniLampis(0.2, 0.3, 1.05 * T))[0] < LEVEL
    # A mirror that turns what it reflects keeps equilibrium, but knows the sign of time.
    kept, paired = balance(lambda v: np.column_stack([-v[:, 1], v[:, 0], -v[:, 2]]))
    assert kept > LEVEL and paired < LEVEL


def expected_shares(density, edges):
    """Probabilities of the bins between edges, by Gauss-Legendre points."""
    node, weight = np.polynomial.legendre.leggauss(40)
    half = np.diff(edges)[:, None] / 2.0
    return (density((edges[1:] + edges[:-1])[:, None] / 2.0 + half * node) * weight * half).sum(1)


@pytest.mark.parametrize("alpha_n", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("sigma_t", [0.1, 0.5, 1.0, 1.6])
def test_cercignani_lampis_follows_its_density(alpha_n, sigma_t):
    before, n = np.array([0.8, -0.3, -1.3]), 20_000
    after = reflect(CercignaniLampis(alpha_n, sigma_t, T), np.tile(before, (n, 1)))
    densities = (
        lambda v: walls.tangential_density(v, 0.8, sigma_t),
        lambda v: walls.tangential_density(v, -0.3, sigma_t),
        lambda v: walls.normal_density(v, 1.3, alpha_n),
    )
    for component, density in enumerate(densities):
        found = after[:, component]
        low = 0.0 if component == 2 else -9.0
        # Edges from other molecules than those counted: the shares are then exact.
        edges = np.array([low, *np.quantile(found[::2], np.linspace(0.0, 1.0, 21)[1:-1]), 9.0])
        counts, _ = np.histogram(found[1::2], edges)
        shares = expected_shares(density, edges)
        assert shares.sum() == pytest.approx(1.0, abs=1e-9)
        assert stats.chisquare(counts, shares / shares.sum() * counts.sum()).pvalue > LEVEL
    assert stats.spearmanr(after).pvalue[np.triu_indices(3, 1)].min() > LEVEL


def test_cercignani_lampis_has_its_limits():
    before = arrivals(20_000)
    mirrored, back = before * [1, 1, -1], -before
    assert np.allclose(reflect(CercignaniLampis(0.0, 0.0, T), before), mirrored, atol=1e-14)
    assert np.allclose(reflect(CercignaniLampis(0.0, 2.0, T), before), back, atol=1e-14)
    # Arrivals twice as fast: nothing of them is left behind a diffuse wall.
    diffuse = reflect(CercignaniLampis(1.0, 1.0, T), 2.0 * before)
    energy = (diffuse**2).sum(axis=1)
    assert stats.kstest(energy, stats.gamma(2.0).cdf).pvalue > LEVEL
    assert stats.kstest(diffuse[:, 2] ** 2 / energy, stats.uniform.cdf).pvalue > LEVEL


def test_a_pump_keeps_its_share():
    kept = np.isnan(reflect(Pump(0.3, T), arrivals(20_000))[:, 0]).sum()
    assert abs(kept - 6000.0) < SIGMAS * np.sqrt(20_000 * 0.3 * 0.7)
    assert np.isnan(reflect(Pump(1.0, T), arrivals(100))).all()
    assert not np.isnan(reflect(Pump(0.0, T), arrivals(100))).any()


def tube(boundary, n=2000, length=3.0, **options):
    """Tube along z of radius 1 entered from both ends, by n molecules each."""
    surfaces = (
        Surface("low", Disc((0, 0, 0), UP, 1.0), Absorbing()),
        Surface("high", Disc((0, 0, length), DOWN, 1.0), Absorbing()),
        Surface("wall", Cylinder((0, 0, 0), UP, 1.0, length), boundary),
    )
    sources = options.pop("sources", (FromSurface("low", T, n), FromSurface("high", T, n)))
    return FreeMolecular(2 * n, surfaces=surfaces, sources=sources, **options)


def batches(model, n_batches=N_BATCHES, seed=5):
    computed = [model.compute(seed, batch) for batch in range(n_batches)]
    return {name: np.array([arrays[name] for arrays in computed]) for name in computed[0]}


def deviation(values, expected):
    return abs(np.mean(values) - expected) / (np.std(values, ddof=1) / np.sqrt(len(values)))


def test_temperatures_along_an_axis_are_linear_between_knots_and_may_step():
    places, temperatures = (-1.0, 1.0, 1.0, 3.0), (100.0, 200.0, 400.0, 300.0)
    along = TemperatureAlong((0, 0, 1), (0, 0, 5), places, temperatures)
    model = tube(Diffuse(along), length=9.0)
    table = make_table(model)
    special = make_special(model, table)
    row = int(np.flatnonzero(table.numbers == 2)[0])
    heights = np.array([-7.0, 0.0, 1.0, 1.999, 2.0, 3.0, 4.0, 9.0])
    found = [square_speed_at(table, special, row, 0.3, 0.2, z) for z in heights]
    expected = [100.0, 100.0, 150.0, 199.95, 400.0, 350.0, 300.0, 300.0]
    assert np.allclose(found, np.array(expected) * SPEED**2 / T, rtol=1e-14)


@pytest.mark.compiled
def test_paths_know_where_speeds_were_drawn():
    """Energies drawn on the way, and those that the paths alone promise: the same molecules."""
    profile = TemperatureAlong((0, 0, 0), UP, (0.0, 1.0, 3.0), (250.0, 500.0, 400.0))
    ends = (FromSurface("low", 200.0, 2000), FromSurface("high", 600.0, 2000))
    speeds = batches(tube(Maxwell(0.7, profile), sources=ends, watched=("low",)))
    unknown = tuple(dataclasses.replace(end, T=None) for end in ends)
    options = {"sources": unknown, "track_speeds": False, "last_drawn": ALONG}
    paths = batches(tube(Maxwell(0.7), **options))
    assert np.array_equal(speeds["hits"], paths["hits"])
    drawn = paths["drawn_at_source"] + paths["drawn_counts"].sum(axis=3)
    assert np.array_equal(drawn, paths["absorbed"])
    count, place = paths["drawn_counts"][:, :, 0], paths["drawn_places"][:, :, 0]
    warmth = 200.0 * paths["drawn_at_source"][:, 0, 0] + 600.0 * paths["drawn_at_source"][:, 1, 0]
    warmth += (250.0 * count[..., 0] + 250.0 * place[..., 0]).sum(axis=1)
    warmth += (550.0 * count[..., 1] - 50.0 * place[..., 1]).sum(axis=1)
    energy = speeds["crossing_sums"][:, :, 0, 2].sum(axis=1)
    assert deviation(energy - 2.0 * constants.k * warmth, 0.0) < SIGMAS
    assert deviation(energy - 2.1 * constants.k * warmth, 0.0) > SIGMAS


@pytest.mark.compiled
def test_maxwell_tubes_transmit_what_clausings_equation_says_of_them():
    ends = (FromSurface("low", None, 2000), FromSurface("high", None, 2000))
    tallies = batches(tube(Maxwell(0.3), length=5.0, track_speeds=False, sources=ends))
    through = (tallies["absorbed"][:, 0, 1] + tallies["absorbed"][:, 1, 0]) / 4000
    assert deviation(through, maxwell_transmission(5.0, 0.3)) < SIGMAS
    assert deviation(through, maxwell_transmission(5.0, 0.32)) > SIGMAS


def test_walls_that_keep_speeds_draw_none():
    for boundary in (Specular(), Diffuse(speeds=SpeedLaw.KEPT)):
        model = tube(boundary, n=50, track_speeds=False, last_drawn=ALONG)
        tallies = model.compute(1, 0)
        assert np.array_equal(tallies["drawn_at_source"], tallies["absorbed"])


@pytest.mark.compiled
def test_a_cercignani_lampis_tube_stays_in_equilibrium():
    """Equal gases at both ends: no net flow, and what arrives is again a gas at T."""
    edges = SPEED * np.sqrt(stats.gamma(2.0).ppf(np.linspace(0.0, 1.0, 11)[:-1]))
    cosines = tuple(np.sqrt(np.linspace(0.0, 1.0, 11)))
    model = tube(
        CercignaniLampis(0.3, 0.5, T), watched=("low", "high"), speed_edges=(*edges, 1e9),
        cosine_edges=cosines,
    )  # fmt: skip
    tallies = batches(model)
    assert deviation(tallies["absorbed"][:, 0, 1] - tallies["absorbed"][:, 1, 0], 0.0) < SIGMAS
    assert deviation(tallies["hits"][:, :, 2].sum(axis=1) / 4000, 3.0) < SIGMAS
    for name in ("crossing_speeds", "crossing_cosines"):
        for counts in tallies[name].sum(axis=(0, 1)):
            assert stats.chisquare(counts).pvalue > LEVEL


def test_pumps_in_an_open_tube_count_what_they_keep():
    tallies = batches(tube(Pump(0.25), n=1000, track_speeds=False, sources=(
        FromSurface("low", None, 1000), FromSurface("high", None, 1000))))  # fmt: skip
    kept = tallies["absorbed"][:, :, 2].sum(axis=1)
    assert deviation(kept - 0.25 * tallies["hits"][:, :, 2].sum(axis=1), 0.0) < SIGMAS
    assert np.all(tallies["absorbed"].sum(axis=2) == 1000)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: CercignaniLampis(1.1, 0.5, T), "alpha_n must be between 0 and 1, got 1.1"),
        (lambda: CercignaniLampis(0.5, -0.1, T), "sigma_t must be between 0 and 2, got -0.1"),
        (lambda: Maxwell(float("nan"), T), "alpha must be between 0 and 1, got nan"),
        (lambda: Pump(2.0, T), "sticking must be between 0 and 1, got 2.0"),
        (lambda: Diffuse(0.0), "T must be positive and finite, got 0.0"),
        (lambda: TemperatureAlong((0, 0, 0), UP, (0.0, 1.0), (1.0, 0.0)), "T must be positive"),
        (lambda: TemperatureAlong((0, 0, 0), UP, (1.0, 0.0), (1.0, 2.0)), "places must not fall"),
        (lambda: TemperatureAlong((0, 0, 0), UP, (1.0,), (1.0, 2.0)), "as many"),
        (lambda: TemperatureAlong((0, 0, 0), (0, 0, 0), (1.0,), (1.0,)), "axis not zero"),
        (lambda: LastDrawn((0, 0, 0), UP, (0.0, 0.0)), "edges must be at least two rising"),
        (lambda: LastDrawn((0, 0, 0), UP, (0.0, np.inf)), "edges must be finite"),
        (lambda: tube(CercignaniLampis(0.5, 0.5, T), track_speeds=False), "needs track_speeds"),
        (lambda: tube(CercignaniLampis(0.5, 0.5, T), last_drawn=ALONG), "never draws anew"),
        (lambda: tube(Diffuse()), "surface 'wall': T of None needs track_speeds=False"),
        (lambda: tube(Diffuse(T), sources=(FromSurface("low", None, 4000),)), "T of None"),
        (lambda: walls.normal_density(1.0, 1.0, 0.0), "alpha_n must be above 0"),
        (lambda: walls.tangential_density(1.0, 1.0, 2.0), "sigma_t must be above 0"),
    ],
)
def test_impossible_walls_are_refused(build, said):
    with pytest.raises(ValueError, match=said):
        build()
