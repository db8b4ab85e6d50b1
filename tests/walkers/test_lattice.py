"""Hoppers against exact Markov matrices, integer identities and each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.laws import fick
from tests.conftest import FALSE_ALARM, Z_LIMIT
from walkers import (
    Absorbing,
    Axis,
    ClosedWalk,
    Hop,
    InlineExecutor,
    OpenWalk,
    Periodic,
    RecordedWalk,
    Reflecting,
    Reservoir,
    Together,
    run,
    together,
)

WALL = Reflecting()
TRAP = Axis(5, Absorbing(), Absorbing())
SLAB = Axis(2, Reservoir(1.0), Reservoir(1.0))
SITE = ClosedWalk(1, axes=(Axis(),), n_steps=5, start=(0,))


def record_of(model, n_batches=4, seed=3):
    return run(model, seed, n_batches, executor=InlineExecutor())


def hop_matrix(n_sites, boundary, p_left, p_right):
    """Transition matrix of one step on 1 … n_sites, rows = from."""
    matrix = np.zeros((n_sites, n_sites))
    for i in range(n_sites):
        for j, p in ((i - 1, p_left), (i + 1, p_right), (i, 1.0 - p_left - p_right)):
            target = j % n_sites if boundary is Periodic else min(max(j, 0), n_sites - 1)
            matrix[i, target] += p
    return matrix


@pytest.mark.parametrize("boundary", [Reflecting, Periodic])
@pytest.mark.parametrize("hop", [Hop(), Hop(stay=0.3, bias=0.25)])
@pytest.mark.parametrize("n_steps", [1, 7, 40])
def test_closed_walk_follows_its_transition_matrix(boundary, hop, n_steps):
    axis = Axis(5, boundary(), boundary())
    model = ClosedWalk(20_000, axes=(axis,), hop=hop, n_steps=n_steps, start=(2,))
    observed = record_of(model, 1)["final"][0]
    p_left, p_right = hop.probabilities(1)
    matrix = hop_matrix(5, boundary, p_left, p_right)
    expected = 20_000 * np.linalg.matrix_power(matrix, n_steps)[1]
    reached = expected > 1e-9
    assert observed[~reached].sum() == 0
    if reached.sum() > 1:
        assert stats.chisquare(observed[reached], expected[reached]).pvalue > FALSE_ALARM


def test_hops_along_all_axes_are_equally_likely_and_independent():
    model = ClosedWalk(20_000, axes=(Axis(),) * 3, n_steps=2, start=(0, 0, 0), stops=(2,))
    moments = record_of(model, 1)["moments"][0, 0] / 20_000
    # ⟨X⟩ = 0, ⟨XX⟩ = 2/3, ⟨XY⟩ = 0, ⟨R⁴⟩ = 2·1 + 2·1·(1 + 2/3) with unit steps.
    expected = [0, 0, 0, 2 / 3, 2 / 3, 2 / 3, 0, 0, 0, 0, 2 + 2 * (1 + 2 / 3)]
    sigma = np.array([0.82, 0.82, 0.82, 1.1, 1.1, 1.1, 0.5, 0.5, 0.5, 3.0, 6.0]) / 20_000**0.5
    assert (abs(moments - expected) < Z_LIMIT * sigma).all()


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("hop", [Hop(), Hop(stay=0.2, bias=0.1), Hop(persistence=0.4)])
def test_watching_a_walk_does_not_change_it(dimension, hop):
    axes = (Axis(9, WALL, WALL), Axis(4, Periodic(), Periodic()), Axis(7, WALL, WALL))[:dimension]
    plain = ClosedWalk(700, axes=axes, hop=hop, n_steps=31)
    watched = replace(plain, planes=((0, 3), (dimension - 1, 2)), stops=(1, 20), n_lags=4)
    assert (record_of(plain)["final"] == record_of(watched)["final"]).all()


def test_net_crossings_are_the_change_behind_the_plane():
    axes = (Axis(9, WALL, WALL), Axis(6, WALL, WALL))
    model = ClosedWalk(500, axes=axes, n_steps=50, start=(2, 3), planes=((0, 4), (0, 7)))
    record = record_of(model)
    for plane, site in enumerate((4, 7)):
        net = record["crossings"][:, plane, 0] - record["crossings"][:, plane, 1]
        assert (net == record["final"][:, site:].sum(axis=1)).all()
    assert record["crossings"].sum() > 1000


@pytest.mark.compiled
def test_periodic_crossings_count_the_seam():
    """On a ring every bond is alike, the one between site N and site 1 too."""
    axis = Axis(5, Periodic(), Periodic())
    model = ClosedWalk(5000, axes=(axis,), hop=Hop(bias=0.5), n_steps=60, planes=((0, 5), (0, 2)))
    crossings = record_of(model)["crossings"].astype(float)
    expected = np.array([0.75, 0.25]) * 5000 * 60 / 5
    z = (crossings.mean(axis=0) - expected) / np.sqrt(expected / 4)
    assert abs(z).max() < 2 * Z_LIMIT  # crossings of one walker are correlated


def test_correlations_are_sums_over_all_pairs_of_steps():
    """One walker's path, drawn step by step from the same bits, gives the same sums."""
    base = ClosedWalk(3, axes=(Axis(), Axis()), hop=Hop(stay=0.3, bias=0.1), n_steps=25,
                      start=(0, 0), stops=tuple(range(1, 26)))  # fmt: skip
    one = replace(base, n_walkers=1)
    lags = record_of(replace(one, n_lags=4), 1)
    path = record_of(one, 1)["moments"][0]
    x = np.diff(path[:, 0] + one.centres, prepend=0)
    y = np.diff(path[:, 1], prepend=0)
    for k in range(5):
        early, late = slice(0, 25 - k), slice(k, 25)
        assert lags["correlation"][0, k] == (x[early] * x[late] + y[early] * y[late]).sum()
        assert list(lags["lag_velocity"][0, k]) == [x[early].sum(), x[late].sum()]


@pytest.mark.compiled
@pytest.mark.parametrize(("stay", "start", "size"), [(0.0, 1, 20), (0.0, 7, 20), (0.4, 5, 12)])
def test_mean_exit_time_from_an_interval(stay, start, size):
    """From a distance n of one absorber, N between them: n(N − n)/(1 − s) steps."""
    axis = Axis(size, Absorbing(), Absorbing())
    model = OpenWalk(4000, axes=(axis,), hop=Hop(stay=stay), start=(start,))
    steps = record_of(model, 16)["departures"].sum(axis=(1, 2, 3)) / 4000
    expected = start * (size + 1 - start) / (1.0 - stay)
    z = (steps.mean() - expected) / (steps.std(ddof=1) / 4.0)
    assert abs(z) < stats.t(15).isf(FALSE_ALARM / 2)


def test_biased_walkers_are_ruined_as_often_as_the_gambler():
    hop = Hop(bias=0.2)
    model = OpenWalk(20_000, axes=(Axis(9, Absorbing(), Absorbing()),), hop=hop, start=(3,))
    p_left, p_right = hop.probabilities(1)
    ratio = p_left / p_right
    escape = (1 - ratio**3) / (1 - ratio**10)
    absorbed = record_of(model, 1)["absorbed"][0, 0]
    assert absorbed.sum() == 20_000
    assert stats.binomtest(absorbed[1], 20_000, escape).pvalue > FALSE_ALARM


def test_walls_beside_an_open_axis_do_not_matter():
    """The x axis of a 3-D walk is a lazy 1-D one."""
    axes = (Axis(6, Absorbing(), Absorbing()), Axis(3, WALL, WALL), Axis(4, Periodic(), Periodic()))
    model = OpenWalk(8000, axes=axes, start=(2, 2, 1))
    record = record_of(model, 1)
    absorbed = record["absorbed"][0, 0]
    assert absorbed[2:].sum() == 0
    assert stats.binomtest(absorbed[1], 8000, 2 / 7).pvalue > FALSE_ALARM


def test_every_bond_passes_what_reaches_the_other_end():
    slab = Axis(12, Reservoir(3.0), Reservoir(1.0))
    record = record_of(OpenWalk(3000, axes=(slab,)))
    right, left = record["departures"][..., 2], record["departures"][..., 0]
    net = right[:, :, 1:12] - left[:, :, 2:13]  # bonds 1|2 … 11|12
    assert (net[:, 0] == record["absorbed"][:, 0, 1, None]).all()
    assert (-net[:, 1] == record["absorbed"][:, 1, 0, None]).all()


@pytest.mark.compiled
def test_test_walkers_and_poisson_reservoirs_agree():
    """Two routes to one steady state: injection × crossing probability, and bond crossings."""
    slab = Axis(8, Reservoir(4.0), Reservoir(1.0))
    profile = fick.slab_profile(4.0, 1.0, 8)
    history = OpenWalk(1000, axes=(slab,), n_steps=400, profile=profile)
    record = record_of(history, 64)
    hops = record["departures"].sum(axis=1) / 400
    flux = hops[:, 4, 2] - hops[:, 5, 0]
    visits = hops.sum(axis=2)[:, 1:9]
    for measured, exact in [(flux, 0.5 * 3 / 9), *zip(visits.T, profile, strict=True)]:
        z = (measured.mean() - exact) / (measured.std(ddof=1) / 8.0)
        assert abs(z) < stats.t(63).isf(FALSE_ALARM / 2)
    test_walkers = record_of(OpenWalk(4000, axes=(slab,)), 64)
    weights = np.array([4.0, 1.0]) * 0.5 / 2000
    crossed = np.stack([test_walkers["absorbed"][:, 0, 1], -test_walkers["absorbed"][:, 1, 0]])
    labelled = weights @ crossed
    spread = np.hypot(labelled.std(ddof=1), flux.std(ddof=1)) / 8.0
    assert abs(labelled.mean() - flux.mean()) < Z_LIMIT * 1.2 * spread


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Axis(5, WALL, Periodic()),
        lambda: Axis(0, WALL, WALL),
        lambda: Hop(bias=0.6).probabilities(2),
        lambda: ClosedWalk(10, axes=(Axis(5, WALL, Absorbing()),), n_steps=5),
        lambda: ClosedWalk(10, axes=(Axis(),), n_steps=5),
        lambda: ClosedWalk(10, axes=(Axis(5, WALL, WALL),), n_steps=5, planes=((0, 5),)),
        lambda: ClosedWalk(10, axes=(Axis(),), n_steps=5, start=(0,), stops=(6,)),
        lambda: OpenWalk(10, axes=(Axis(5, WALL, WALL),)),
        lambda: OpenWalk(10, axes=(Axis(5, Reservoir(1.0), WALL),)),
        lambda: Reservoir(-1.0),
        lambda: ClosedWalk(0, axes=(Axis(),), n_steps=5, start=(0,)),
        lambda: ClosedWalk(10, axes=(Axis(5, WALL, WALL),), n_steps=5, start=(6,)),
        lambda: ClosedWalk(10, axes=(Axis(), Axis()), n_steps=5, start=(0,)),
        lambda: ClosedWalk(10, axes=(Axis(),), n_steps=5, start=(0,), planes=((1, 0),)),
        lambda: ClosedWalk(10, axes=(Axis(),), n_steps=5, start=(0,), stream=2**29),
        lambda: OpenWalk(10, axes=(TRAP,), start=(6,)),
        lambda: OpenWalk(10, axes=(TRAP,), start=(0,)),
        lambda: OpenWalk(10, axes=(TRAP,), start=(3,), n_steps=-1),
        lambda: OpenWalk(10, axes=(Axis(), TRAP), start=(0, 3)),
        lambda: OpenWalk(10, axes=(TRAP,), start=(3,), n_steps=4, profile=np.ones(5)),
        lambda: OpenWalk(10, axes=(SLAB,), n_steps=4, profile=[1, -1]),
        lambda: OpenWalk(10, axes=(SLAB,), n_steps=4, profile=[1, np.nan]),
        lambda: together(a=together(b=SITE)),
        lambda: Together(2, parts={"a": SITE, "b": SITE}),
    ],
)
def test_models_that_cannot_run_are_refused(wrong):
    with pytest.raises(ValueError, match=r"\S"):
        wrong()


def test_a_persistent_walker_repeats_its_last_step_and_prefers_no_direction():
    """⟨v(t)·v(t+1)⟩ = q for unbiased steps; the first step repeats nothing."""
    q, n = 0.4, 20_000
    model = ClosedWalk(n, axes=(Axis(), Axis()), hop=Hop(persistence=q), n_steps=3,
                       start=(0, 0), stops=(1, 2), n_lags=1)  # fmt: skip
    record = record_of(model, 1)
    assert abs(record["correlation"][0, 1] / (2 * n) - q) < Z_LIMIT * 0.7 / n**0.5
    first, second = record["moments"][0, :, :2]
    assert abs(first).max() < Z_LIMIT * (n / 2) ** 0.5
    assert abs(second).max() < Z_LIMIT * (n * (1 + q)) ** 0.5
    assert record["moments"][0, 0, 3:5].sum() == n


@pytest.mark.parametrize("hop", [Hop(), Hop(stay=0.2, bias=0.1, persistence=0.3)])
def test_recorded_walkers_are_where_closed_ones_are(hop):
    """The same draws make the same hops: Σ X, Σ XX and Σ XY at three times."""
    axes = (Axis(), Axis(9, Reflecting(), Reflecting()))
    common = {"axes": axes, "hop": hop, "start": (0, 4)}
    closed = ClosedWalk(700, n_steps=12, stops=(4, 8, 12), **common)
    recorded = RecordedWalk(700, n_times=4, every=4, **common)
    positions = recorded.compute(3, 1)["positions"]
    assert (positions[:, 0] == [0, 4]).all()
    moments = closed.compute(3, 1)["moments"]
    for stop, centre in enumerate(closed.centres):
        x, y = (positions[:, stop + 1] - positions[:, 0] - [centre, 0]).T
        assert moments[stop][[0, 3, 6]].tolist() == [x.sum(), (x * x).sum(), (x * y).sum()]


def test_misread_coordinates_are_one_site_off_on_either_side():
    model = RecordedWalk(400, axes=(Axis(),) * 3, n_times=20, start=(0, 0, 0))
    seen, exact = (replace(model, misread=q).compute(5, 0)["positions"] for q in (0.3, 0.0))
    errors = seen - exact
    assert set(np.unique(errors)) == {-1, 0, 1}
    n = errors.size
    for sign in (-1, 1):
        z = ((errors == sign).sum() - 0.15 * n) / np.sqrt(n * 0.15 * 0.85)
        assert abs(z) < Z_LIMIT
    # Neither axes nor times nor walkers share errors.
    for a, b in ((errors[..., 0], errors[..., 1]), (errors[:, 1:], errors[:, :-1]),
                 (errors[1:], errors[:-1])):  # fmt: skip
        assert abs((a * b).sum()) < Z_LIMIT * 0.3 * np.sqrt(a.size)


@pytest.mark.parametrize(
    "wrong",
    [{"n_times": 1}, {"every": 0}, {"misread": 1.1}, {"n_times": 2**20, "every": 2**13},
     {"axes": (Axis(4, Absorbing(), Reflecting()),), "start": (1,)}, {"start": (0, 0)}],
)  # fmt: skip
def test_recordings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError):
        RecordedWalk(10, **wrong)
