"""The C++ loops that speed is measured against return the kernels' own integers."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import reference
from benchmarks.speed import sponge
from scenarios import knudsen_tube
from tests.walkers.test_sites import uphill
from walkers import Axis, ClosedWalk, InlineExecutor, Reflecting, run
from walkers.engine import streams
from walkers.molecular.tables import make_table


def test_raw_philox_fills_the_same_words():
    ours, theirs = np.empty((4, 100), np.uint64), np.empty(400, np.uint64)
    walkers = np.arange(40, 140, dtype=np.uint64)
    stream = streams.make_stream(2**40 + 5, 6)
    streams.fill_words(ours, stream, streams.MOTION, walkers, np.full(100, 3, np.uint64))
    reference.fill_words(100, 3, 40, 2**40 + 5, 6, theirs)
    assert (ours.ravel() == theirs).all()
    assert (
        "vpmul" in reference.disassembly_of_philox() or "pmul" in reference.disassembly_of_philox()
    )


@pytest.mark.parametrize("plane", [0, 4])
def test_hoppers_in_a_box_cross_and_end_alike(plane):
    axes = (Axis(9, Reflecting(), Reflecting()),) * 3
    planes = ((0, plane),) if plane else ()
    model = ClosedWalk(1500, axes=axes, n_steps=31, planes=planes)
    record = run(model, 2**33 + 1, 2, executor=InlineExecutor())
    for batch in (0, 1):
        crossings, final = reference.walk_box(1500, 31, 9, plane, 2**33 + 1, batch)
        assert (record["final"][batch] == final).all()
        if plane:
            assert (record["crossings"][batch, 0] == crossings).all()


@pytest.mark.parametrize("length", [0.5, 10.0])
def test_molecules_in_a_tube_hit_alike(length):
    model = knudsen_tube.build(knudsen_tube.Params(length_over_radius=length)).resized(4000)
    skin = make_table(model).parameters[0, 9]
    record = run(model, 2**35 + 3, 2, executor=InlineExecutor())
    for batch in (0, 1):
        hits = reference.trace_tube(4000, length, skin, 2**35 + 3, batch)
        assert (record["hits"][batch] == hits).all()
    assert record["hits"][:, :, 2].sum() > 1000


def test_hoppers_in_a_sponge_end_alike():
    walk = sponge(side=14, n_walkers=700, n_steps=30)
    record = run(walk, 2**36 + 7, 2, executor=InlineExecutor())
    for batch in (0, 1):
        last = np.stack(
            np.unravel_index(reference.walk_for_steps(walk, 2**36 + 7, batch), walk.kinds.shape)
        )
        start = np.stack(
            np.unravel_index(reference.starts(walk, 2**36 + 7, batch)[0], walk.kinds.shape)
        )
        moments = record["moments"][batch, 0]
        assert (moments[:3] == (last - start).sum(axis=1)).all()
        assert (moments[3:6] == ((last - start) ** 2).sum(axis=1)).all()
        assert moments[3:6].min() > 1000


def test_hoppers_in_a_potential_depart_and_end_alike():
    walk = uphill(n_walkers=900)
    record = run(walk, 2**37 + 9, 2, executor=InlineExecutor())
    for batch in (0, 1):
        absorbed, departures = reference.walk_until_trapped(walk, 2**37 + 9, batch)
        assert (record["absorbed"][batch] == absorbed).all()
        assert (record["departures"][batch] == departures).all()
