"""The generator against its published answers, and every variate against its density."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.conftest import FALSE_ALARM
from walkers.engine import streams
from walkers.lattice.hop import uniform_directions

# Random123, kat_vectors, philox4x32 with 10 rounds: counter, key, answer.
KNOWN_ANSWERS = [
    ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]
word = st.integers(0, 2**32 - 1).map(np.uint64)


def words_for_tests(n, purpose=0):
    """4n words of consecutive walkers."""
    words = np.empty((4, n), np.uint64)
    streams.fill_words(
        words, streams.make_stream(11, 5), np.uint64(purpose),
        np.arange(n, dtype=np.uint64), np.zeros(n, np.uint64),
    )  # fmt: skip
    return words


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    words = streams.philox(*(np.uint64(c) for c in counter), *(np.uint64(k) for k in key))
    assert " ".join(f"{int(w):08x}" for w in words) == answer


def test_every_field_of_the_counter_and_the_key_matters():
    def words(seed, batch, part, purpose, walker, draw):
        stream = streams.make_stream(seed, batch, part)
        drawn = streams.words_of(stream, *(np.uint64(x) for x in (purpose, walker, draw)))
        return tuple(int(w) for w in drawn)

    base = (2**40 + 3, 1, 0, 0, 7, 9)
    changed = [(*base[:i], base[i] + 1, *base[i + 1 :]) for i in range(6)]
    changed.append((base[0] + 2**32, *base[1:]))
    assert len({words(*counter) for counter in [base, *changed]}) == 8


def test_filling_a_block_draws_what_each_walker_would_draw_alone():
    stream = streams.make_stream(3, 4, 1)
    walkers = np.array([5, 900, 2**32 - 1], np.uint64)
    draws = np.array([0, 7, 2**32 - 1], np.uint64)
    words = np.empty((4, 8), np.uint64)
    streams.fill_words(words, stream, streams.BIRTHS, walkers, draws)
    for lane in range(3):
        alone = streams.words_of(stream, streams.BIRTHS, walkers[lane], draws[lane])
        assert [int(w) for w in words[:, lane]] == [int(w) for w in alone]


def test_uniform_numbers_stay_inside_their_interval():
    zero, largest = np.uint64(0), np.uint64(2**32 - 1)
    assert streams.uniform(zero) == 0.0
    assert streams.uniform(largest) == 1.0 - 2.0**-32
    assert streams.uniform_open(zero) == 2.0**-33
    assert streams.uniform_open(largest) == 1.0 - 2.0**-33


@given(word, word, st.integers(1, 2**32 - 1))
def test_integers_below_n_are_the_high_half_of_a_64_bit_product(high, low, n):
    expected = ((int(high) << 32 | int(low)) * n) >> 64
    assert int(streams.below(high, low, n)) == expected < n


def test_three_hops_of_a_word_are_its_leading_base_6_digits():
    """Exact counting: each of the 216 triples owns floor or ceil(2³²/216) words."""
    edges = [-(-k * 2**32 // 216) for k in range(217)]
    first, last = edges[:-1], [edge - 1 for edge in edges[1:]]
    for words in (first, last):
        directions = np.empty((3, 216), np.int64)
        uniform_directions(directions, np.array(words, np.uint64), np.uint64(6), 216)
        triples = directions[0] * 36 + directions[1] * 6 + directions[2]
        assert (triples == np.arange(216)).all()
    probabilities = np.diff(edges) / 2.0**32
    assert abs(probabilities - 1 / 216).sum() / 2 < 2.0**-27


@given(st.floats(2.0**-1000, 2.0**1000))
def test_logarithm_is_right_to_one_ulp(x):
    exact = math.log(x)
    assert abs(streams.logarithm(x) - exact) <= math.ulp(exact)


def test_logarithm_has_the_same_bits_everywhere():
    table = {
        0.1: "-0x1.26bb1bbb55515p+1",
        0.5: "-0x1.62e42fefa39efp-1",
        2.0**-33: "-0x1.6dfb516f20bbfp+4",
        0.999999: "-0x1.0c6f82d74d230p-20",
        3.0: "0x1.193ea7aad030ap+0",
    }
    assert {x: float(streams.logarithm(x)).hex() for x in table} == table


@pytest.mark.parametrize(
    ("variate", "distribution"),
    [(streams.uniform, stats.uniform()), (streams.exponential, stats.expon())],
)
def test_variates_follow_their_density(variate, distribution):
    sample = [variate(w) for w in words_for_tests(5000).ravel()]
    assert stats.kstest(sample, distribution.cdf).pvalue > FALSE_ALARM


def test_normal_pairs_are_normal_and_independent():
    words = words_for_tests(20_000)
    pairs = [streams.normal_pair(a, b) for a, b in zip(words[0], words[1], strict=True)]
    x, y = np.array([pair[:2] for pair in pairs if pair[2]]).T
    assert abs(x.size / 20_000 - math.pi / 4) < 5 * math.sqrt(0.17 / 20_000)
    assert stats.kstest(np.concatenate([x, y]), stats.norm.cdf).pvalue > FALSE_ALARM
    assert stats.kstest(np.arctan2(x, y), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > FALSE_ALARM
    assert abs(np.corrcoef(x**2, y**2)[0, 1]) < 5 / math.sqrt(x.size)


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 60.0])
def test_poisson_counts_follow_their_distribution(mean):
    stream = streams.make_stream(17, 2)
    counts = np.array(
        [streams.poisson(mean, stream, streams.INITIAL, np.uint64(w)) for w in range(4000)]
    )
    if mean == 0.0:
        assert (counts == 0).all()
        return
    edges = np.unique(stats.poisson(mean).ppf(np.linspace(0.02, 0.98, 12)).astype(int))
    observed = np.histogram(counts, [-1, *(edges + 0.5), 10**6])[0]
    expected = 4000 * np.diff([0.0, *stats.poisson(mean).cdf(edges), 1.0])
    assert stats.chisquare(observed, expected).pvalue > FALSE_ALARM
