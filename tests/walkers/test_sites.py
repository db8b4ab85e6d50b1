"""Hoppers on sites of different kinds, against exact Markov chains."""

import numpy as np
import pytest
from scipy import stats

import walkers
from tests.conftest import FALSE_ALARM, Z_LIMIT
from walkers.lattice.leaps import clearances, displacement_distribution, leap_tables
from walkers.lattice.sites import alias_row, alias_tables

SIX = ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1))
FOUR = ((-1, 0), (1, 0), (0, -1), (0, 1))


def uphill(n_sites=12, n_walkers=40_000):
    energies = np.linspace(0.0, 2.0, n_sites + 2) + 0.3 * np.sin(np.arange(n_sites + 2))
    right, left = walkers.scharfetter_gummel(energies, 0.2)
    return walkers.open_chain(n_walkers, right, left)


def open_square(n, leaps=(), n_walkers=20_000):
    """Square with four absorbing sides (a kind each), walkers starting in the middle."""
    kinds = np.zeros((n + 2, n + 2), int)
    kinds[0], kinds[-1] = 1, 2
    kinds[1:-1, 0], kinds[1:-1, -1] = 3, 4
    p = np.zeros((5, 4))
    p[0] = 0.25
    start = np.array([(n // 3) * (n + 2) + n // 2])
    return walkers.SiteWalk(
        n_walkers, kinds=kinds, steps=FOUR, probabilities=p, entrances=(start,), leaps=leaps
    )


def exact_absorption(walk):
    """Probability of each trap from each site, by linear algebra."""
    kinds = walk.kinds.reshape(-1)
    moves = walk.probabilities[kinds]
    matrix = np.diag(1.0 - moves.sum(axis=1))
    for k, offset in enumerate(walk.flat_steps()):
        for site in np.flatnonzero(moves[:, k]):
            matrix[site, site + offset] += moves[site, k]
    traps = np.isin(kinds, walk.traps)
    ends = matrix[np.ix_(~traps, traps)] @ (kinds[traps][:, None] == walk.traps)
    inside = np.eye((~traps).sum()) - matrix[np.ix_(~traps, ~traps)]
    probability = np.zeros((kinds.size, walk.traps.size))
    probability[~traps] = np.linalg.solve(inside, ends)
    return probability


def chi_square_p(counts, probabilities):
    return stats.chisquare(counts, probabilities * counts.sum()).pvalue


@pytest.mark.parametrize("walk", [uphill(), open_square(9), open_square(40, (3, 6, 12))])
def test_walkers_end_where_the_markov_chain_says(walk):
    absorbed = walk.compute(3, 0)["absorbed"]
    exact = exact_absorption(walk)
    for source, start in enumerate(walk.entrances):
        assert chi_square_p(absorbed[source], exact[start].mean(axis=0)) > FALSE_ALARM
    assert absorbed.sum() == walk.n_walkers


def test_hops_of_an_open_chain_are_those_it_was_built_from():
    right, left = walkers.scharfetter_gummel([0.0, 2.0, 1.0, 5.0], 0.1)
    chain = walkers.open_chain(10, right, left)
    np.testing.assert_array_equal(chain.hops, [right, left])
    mirrored = chain.with_hops(left, right)
    assert mirrored == walkers.open_chain(10, left, right)
    assert mirrored != chain
    with pytest.raises(ValueError, match="entering"):
        chain.with_hops([-0.1, *right[1:]], left)


@pytest.mark.parametrize("energies", [[0.0, 0.0, 0.0], [0.0, 9.0, 400.0, 2.0], [1.0, -7.0, 0.0]])
def test_the_largest_free_hop_leaves_the_steepest_site_no_choice_to_stay(energies):
    right, left = walkers.scharfetter_gummel(energies, walkers.largest_free(energies))
    assert (right[1:] + left[:-1]).max() == pytest.approx(1.0, abs=1e-14)
    walkers.open_chain(10, right, left)


def test_departures_follow_the_probabilities_of_each_site():
    walk = uphill()
    departures = walk.compute(5, 1)["departures"].sum(axis=0)[1:]
    p = walk.probabilities[1:-1]
    for counts, (left, right) in zip(departures, p, strict=True):
        assert chi_square_p(counts, np.array([left, right, 1 - left - right])) > FALSE_ALARM


def test_a_closed_chain_goes_to_equilibrium():
    right, left = walkers.scharfetter_gummel([0.0, 1.0, 0.5, 2.0], 0.3)
    walk = walkers.closed_chain(30_000, right, left, [1], (0, 7, 200), n_groups=3)
    assert walk.resized(20_000).started.tolist() == [10_000, 10_000]
    occupancy = walk.compute(2, 0)["occupancy"].sum(axis=0)
    matrix = np.diag(np.ones(4))
    for bond in range(3):
        matrix[bond, bond + 1] += right[bond]
        matrix[bond, bond] -= right[bond]
        matrix[bond + 1, bond] += left[bond]
        matrix[bond + 1, bond + 1] -= left[bond]
    assert occupancy[0].tolist() == [0, 30_000, 0, 0, 0]
    for counts, stop in zip(occupancy[1:], (7, 200), strict=True):
        exact = np.linalg.matrix_power(matrix, stop)[0]
        assert chi_square_p(counts[1:], exact) > FALSE_ALARM
    boltzmann = np.exp(-np.array([0.0, 1.0, 0.5, 2.0]))
    assert np.allclose(np.linalg.matrix_power(matrix, 10_000)[0], boltzmann / boltzmann.sum())


def test_moments_at_the_stops_are_those_of_independent_hops():
    sites = np.zeros((63, 63), int)
    sites[[0, -1]] = sites[:, [0, -1]] = 1
    steps = ((1, 0), (-1, 0), (1, 1), (-1, -1))
    p = np.array([[0.1, 0.2, 0.3, 0.3], [0.0] * 4])
    walk = walkers.SiteWalk(
        40_000, kinds=sites, steps=steps, probabilities=p, entrances=([31 * 63 + 31],),
        n_steps=25, stops=(10, 25),
    )  # fmt: skip
    moments = walk.compute(6, 0)["moments"] / walk.n_walkers
    mean, square = p[0] @ np.array(steps), np.einsum("k,ki,kj->ij", p[0], steps, steps)
    for sums, n in zip(moments, walk.stops, strict=True):
        variance = n * (square - np.outer(mean, mean))
        error = np.sqrt(np.diag(variance) / walk.n_walkers)
        assert (np.abs(sums[:2] - n * mean) < Z_LIMIT * error).all()
        product = variance + n**2 * np.outer(mean, mean)
        np.testing.assert_allclose(sums[[3, 4, 6]], product[[0, 1, 0], [0, 1, 1]], rtol=0.04)


def test_an_axis_of_one_site_is_the_same_all_along():
    p = np.zeros((4, 4))
    p[1:3] = [0.1, 0.2, 0.3, 0.4]
    walk = walkers.SiteWalk(
        5000, kinds=[[0, 1, 2, 3]], steps=FOUR, probabilities=p, entrances=([1],),
        tags=[[0, 1, 1, 0]],
    )  # fmt: skip
    tallies = walk.compute(1, 0)
    assert tallies["absorbed"].sum() == 5000
    assert chi_square_p(tallies["departures"][0, 1, :4], p[1]) > FALSE_ALARM


def test_alias_rows_keep_their_probabilities():
    rng = np.random.default_rng(1)
    for n in (1, 2, 7, 400):
        p = rng.dirichlet(np.full(n, 0.3))
        limits, others = alias_row(p)
        back = limits / 2.0**32 / n
        np.add.at(back, others, (1.0 - limits / 2.0**32) / n)
        np.testing.assert_allclose(back, p, atol=2.0**-31)
    limits, others = alias_tables(np.array([[0.5, 0.5], [0.0, 0.0]]))
    assert others[1].tolist() == [2, 2, 2]
    assert limits[1].tolist() == [0, 0, 2**32]


@pytest.mark.compiled
def test_leaping_gives_the_same_distribution():
    plain, leaping = open_square(61), open_square(61, leaps=(4, 12, 24))
    counts = np.vstack([plain.compute(8, 0)["absorbed"], leaping.compute(9, 0)["absorbed"]])
    assert stats.chi2_contingency(counts).pvalue > FALSE_ALARM
    clearance, kind = clearances(leaping)
    assert kind == 0
    assert clearance[31, 31] == 31
    assert clearance[0, 5] == 0


def test_the_displacement_of_a_leap_has_the_moments_of_its_hops():
    walk = open_square(9)
    displacements, p = displacement_distribution(walk, 0, 16)
    np.testing.assert_allclose(p.sum(), 1.0, atol=1e-13)
    np.testing.assert_allclose(p @ displacements**2, [8.0, 8.0], atol=1e-12)


def test_tagged_sites_forbid_leaps_around_them():
    tagged = np.zeros((23, 23), int)
    tagged[11, 11] = 1
    walk = open_square(21, leaps=(2,))
    marked = walkers.SiteWalk(
        10, kinds=walk.kinds, steps=FOUR, probabilities=walk.probabilities,
        entrances=walk.entrances, tags=tagged, leaps=(2,),
    )  # fmt: skip
    clearance, _ = clearances(marked)
    assert clearance[11, 11] == 0
    assert clearance[11, 12] == 1
    assert clearance[10, 12] == 2
    levels = leap_tables(marked).levels.reshape(23, 23)
    assert (levels == (clearance >= 2)).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kinds": [[0, 5]]}, "no row"),
        ({"probabilities": [[0.3, 0.3, 0.3, 0.3]]}, "at most 1"),
        ({"kinds": np.zeros((3, 3), int)}, "leave all sites"),
        ({"entrances": ([99],)}, "sites that exist"),
        ({"tags": [[1, 2, 3]]}, "shape of kinds"),
        ({"n_steps": 5, "leaps": (2,)}, "leaps do not keep the time"),
        ({"stops": (3, 2), "n_steps": 4}, "stops must rise"),
        ({"kinds": [[-1, 0]]}, "between 0"),
        ({"kinds": [[0.5]]}, "whole numbers"),
    ],
)
def test_walks_that_cannot_be_are_refused(change, said):
    fields = {
        "n_walkers": 10, "kinds": np.array([[0]]), "steps": FOUR,
        "probabilities": [[0.25] * 4], "entrances": ([0],), "n_steps": 3,
    }  # fmt: skip
    walkers.SiteWalk(**fields)
    with pytest.raises(ValueError, match=said):
        walkers.SiteWalk(**(fields | change))
