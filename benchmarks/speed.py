"""Speed as ratios measured in one run: hoppers and tracer against C++ and the generator.

python benchmarks/speed.py prints one row per ratio, the worst that is allowed, and exits with
status 1 if one is missed. Each ratio is the median over interleaved repetitions, so that a busy
machine slows both sides alike.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import median

import numpy as np

from benchmarks import reference
from scenarios import knudsen_tube
from walkers import (
    Axis,
    ClosedWalk,
    InlineExecutor,
    Reflecting,
    SiteWalk,
    open_chain,
    run,
    scharfetter_gummel,
)
from walkers.engine import streams
from walkers.lattice.walk import BLOCK_SIZE
from walkers.molecular.tables import make_table

REPETITIONS = 7
N_WALKERS, N_STEPS = 20_480, 2400
BOX = (Axis(100, Reflecting(), Reflecting()),) * 3


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio_of_rates(
    ours: Callable[[], object], our_count: float, theirs: Callable[[], object], their_count: float
) -> tuple[float, float, float]:
    """Median ratio of rates, and both best rates per second."""
    ours(), theirs()  # compile, and fill the caches
    times = [(seconds(ours), seconds(theirs)) for _ in range(REPETITIONS)]
    ratio = median((our_count / a) / (their_count / b) for a, b in times)
    return ratio, our_count / min(t[0] for t in times), their_count / min(t[1] for t in times)


def box(planes: tuple[tuple[int, int], ...]) -> ClosedWalk:
    """Hoppers in a reflecting box of 100³ sites."""
    return ClosedWalk(N_WALKERS, axes=BOX, n_steps=N_STEPS, planes=planes)


def run_model(model: object, n_batches: int = 2) -> Callable[[], object]:
    """Run some batches through the public entrance, in this thread."""
    return lambda: run(model, 1, n_batches, executor=InlineExecutor())


def raw_words(n_fills: int = 4000) -> tuple[Callable[[], object], int]:
    """Our own generator filling one block again and again."""
    from numba import njit

    @njit(nogil=True)
    def fill(words, stream, walkers, draws, n):
        for i in range(n):
            draws[:] = np.uint64(i)
            streams.fill_words(words, stream, streams.MOTION, walkers, draws)

    words = np.empty((4, BLOCK_SIZE), np.uint64)
    walkers, draws = np.arange(BLOCK_SIZE, dtype=np.uint64), np.empty(BLOCK_SIZE, np.uint64)
    stream = streams.make_stream(1, 0)
    return lambda: fill(words, stream, walkers, draws, n_fills), 4 * BLOCK_SIZE * n_fills


def raw_words_cpp(n_fills: int = 4000) -> tuple[Callable[[], object], int]:
    """The C++ generator filling one block again and again."""
    words = np.empty(4 * BLOCK_SIZE, np.uint64)

    def fill() -> None:
        reference.fill_words(BLOCK_SIZE, 0, 0, 1, 0, words, n_fills)

    return fill, 4 * BLOCK_SIZE * n_fills


def tube_ratio(length: float) -> tuple[float, float, float]:
    """Tracing of a tube that counts hits by surface and by end of origin, as the C++ does."""
    tube = knudsen_tube.build(knudsen_tube.Params(length_over_radius=length))
    tube = replace(tube, watched=(), cosine_edges=())
    skin = make_table(tube).parameters[0, 9]
    wall_hits = 2 * tube.n_walkers * length  # L/R for each molecule, on average
    return ratio_of_rates(
        run_model(tube), wall_hits,
        lambda: [reference.trace_tube(tube.n_walkers, length, skin, 1, b) for b in (0, 1)],
        wall_hits,
    )  # fmt: skip


def sponge(side: int, n_walkers: int, n_steps: int) -> SiteWalk:
    """Hoppers in a closed box of ``side``³ voxels, half of them solid, with pores of a few voxels.

    The kind of a voxel is the set of its open neighbours, as bits.
    """
    waves = np.random.default_rng(1).normal(size=(3, 12))
    grid = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1)
    phase = np.random.default_rng(2).uniform(0.0, 6.3, 12)
    opened = np.pad(np.cos(0.35 * grid @ waves + phase).sum(axis=-1) < 0.0, 1)
    kinds = np.zeros(opened.shape, np.int64)
    for bit, (axis, step) in enumerate((axis, step) for axis in range(3) for step in (-1, 1)):
        kinds |= np.roll(opened, -step, axis=axis).astype(np.int64) << bit
    kinds[~opened] = 0
    steps = tuple(tuple(s * int(a == axis) for a in range(3)) for axis in range(3) for s in (-1, 1))
    bits = (np.arange(64)[:, None] >> np.arange(6)) & 1
    return SiteWalk(
        n_walkers, kinds=kinds, steps=steps, probabilities=bits / 6.0,
        entrances=(np.flatnonzero(opened),), n_steps=n_steps, stops=(n_steps,),
    )  # fmt: skip


def hill(n_walkers: int = 100_000) -> SiteWalk:
    """Labelled hoppers on 40 sites of a hilly potential, every departure counted."""
    energies = 1.5 * np.sin(np.arange(42) / 6.0)
    return open_chain(n_walkers, *scharfetter_gummel(energies, 0.2))


def leap_gain(side: int, dimension: int, leaps: tuple[int, ...]) -> tuple[float, float, float]:
    """Walkers per second from the middle of an empty interval or square to its ends, by leaps."""
    kinds = np.pad(np.zeros((side,) * dimension, np.int64), 1, constant_values=1)
    steps = tuple(tuple(int(s) for s in row) for k in (-1, 1) for row in k * np.eye(dimension))
    hops = SiteWalk(
        300, kinds=kinds, steps=steps,
        probabilities=[[0.5 / dimension] * len(steps), [0.0] * len(steps)],
        entrances=(np.array([kinds.size // 2]),),
    )  # fmt: skip
    return ratio_of_rates(
        run_model(replace(hops, leaps=leaps)), hops.n_walkers, run_model(hops), hops.n_walkers
    )


def main() -> int:
    """Measure, print, judge."""
    n_hops = 2 * N_WALKERS * N_STEPS
    words, n_words = raw_words()
    words_cpp, n_words_cpp = raw_words_cpp()
    plane = ((0, 50),)

    def box_cpp(site: int) -> Callable[[], object]:
        return lambda: [
            reference.walk_box(N_WALKERS, N_STEPS, 100, site, 1, b, BLOCK_SIZE) for b in (0, 1)
        ]

    vector_multiplies = reference.disassembly_of_philox().count("vpmul")
    print(f"C++ raw Philox: {vector_multiplies} vector multiplies in its machine code")
    rows = [
        ("words: raw Philox / C++ raw Philox", 0.7,
         ratio_of_rates(words, n_words, words_cpp, n_words_cpp)),
        ("hops in a 100³ box / raw words", 0.6,
         ratio_of_rates(run_model(box(())), n_hops, words, n_words)),
        ("hops, one plane counted / raw words", 0.4,
         ratio_of_rates(run_model(box(plane)), n_hops, words, n_words)),
        ("hops in a 100³ box / C++", 0.8,
         ratio_of_rates(run_model(box(())), n_hops, box_cpp(0), n_hops)),
        ("hops, one plane counted / C++", 0.8,
         ratio_of_rates(run_model(box(plane)), n_hops, box_cpp(50), n_hops)),
    ]  # fmt: skip
    image, uphill = sponge(100, N_WALKERS, N_STEPS), hill()
    departures = 2 * float(uphill.compute(1, 0)["departures"].sum())
    rows += [
        ("hops in a sponge of 100³ voxels / C++", 0.8,
         ratio_of_rates(
             run_model(image), n_hops,
             lambda: [reference.walk_for_steps(image, 1, b) for b in (0, 1)], n_hops)),
        ("hops in a potential, counted / C++", 0.8,
         ratio_of_rates(
             run_model(uphill), departures,
             lambda: [reference.walk_until_trapped(uphill, 1, b) for b in (0, 1)], departures)),
        ("walkers of 2001 sites, leaps / none", 10.0, leap_gain(2001, 1, (32, 128, 512))),
        ("walkers of 301² sites, leaps / none", 3.0, leap_gain(301, 2, (16, 64, 128))),
    ]  # fmt: skip
    rows += [(f"wall hits in a tube, L/R = {L:g} / C++", 1.0, tube_ratio(L)) for L in (10.0, 100.0)]
    missed = vector_multiplies == 0
    for name, least, (ratio, ours, theirs) in rows:
        missed |= ratio < least
        print(f"{name:40s} {ratio:6.2f}  (at least {least:g})   "
              f"{ours / 1e6:8.1f} / {theirs / 1e6:8.1f} million per second")  # fmt: skip
    print(f"{'two threads / one thread':40s} {two_threads():6.2f}  (1.85 on a quiet machine)")
    return int(missed)


def two_threads() -> float:
    """Speed-up of two threads: median of five interleaved pairs."""
    model = box(((0, 50),))
    pairs = []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            alone = seconds(run_model(model, 64))
            together = seconds(lambda: run(model, 1, 64, executor=pool))
            pairs.append(alone / together)
    return median(pairs)


if __name__ == "__main__":
    sys.exit(main())
