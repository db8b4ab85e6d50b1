"""The ledger of a chain with a source and a sink: separate tallies that must fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.laws import continuity
from scenarios.continuity import residuals
from tests.conftest import FALSE_ALARM
from walkers import InlineExecutor, SourceSinkWalk, run

CHAIN = SourceSinkWalk(600, n_sites=6, n_steps=40, source=1.5, sink=0.3)


def record_of(model, n_batches=3, seed=5):
    return run(model, seed, n_batches, executor=InlineExecutor())


@pytest.mark.parametrize("sink", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("n_sites", [2, 6])
def test_the_ledger_closes_in_every_cell_and_step(n_sites, sink):
    record = record_of(replace(CHAIN, n_sites=n_sites, sink=sink))
    assert not residuals(record).any()
    assert (record["removals"].sum() > 0) == (sink > 0.0)
    assert record["crossings"].sum(axis=(0, 1)).min() > 0


def test_a_lost_walker_is_missing_once_in_the_cell_it_went_to():
    record = record_of(replace(CHAIN, loss=0.02))
    lost = record["births"].sum() - record["removals"].sum() - record["occupancy"][:, -1].sum()
    assert lost > 20
    assert residuals(record).sum() == -lost
    everyone = record_of(replace(CHAIN, loss=1.0))
    assert (residuals(everyone)[:, :, 1] == -everyone["crossings"][:, :, 0, 0]).all()


def test_the_numbers_in_the_cells_are_the_exact_poisson_numbers():
    """χ² of one long batch's copies in each cell: mean c, and variance c as well."""
    record = record_of(CHAIN.resized(60_000), 1)
    c = continuity.mean_profile(6, 1.5, 0.3, 40)
    n = record.model.n_copies
    mean = record["occupancy"][0, -1] / n
    assert stats.chi2(6).sf((((mean - c) ** 2) / (c / n)).sum()) > FALSE_ALARM
    chi_square = ((record["squares"][0] - 2 * c * mean * n + n * c**2) / c).sum()
    spread = np.sqrt(n * (2.0 + 1.0 / c).sum())
    assert abs(chi_square - 6 * n) < stats.norm.isf(FALSE_ALARM / 2) * spread


def test_a_regular_source_bears_its_mean():
    births = record_of(replace(CHAIN, regular=True), 1)["births"][0] / CHAIN.n_copies
    assert list(births[:4]) == [1, 2, 1, 2]


@pytest.mark.parametrize(
    "change",
    [{"n_sites": 1}, {"n_steps": 0}, {"source": 0.0}, {"sink": 1.1}, {"loss": -0.1}],
)
def test_chains_that_cannot_be_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        replace(CHAIN, **change)
