"""The figure of the closed pair, where flights take longer than the exchange of the gas."""

import numpy as np
import pytest

from scenarios import run


@pytest.mark.compiled
@pytest.mark.parametrize("T_hot", [2000.0, 30_000.0])
def test_the_law_of_the_figure_goes_with_the_molecules(T_hot):
    result = run("effusion-balance", T_hot=T_hot, hole_radius=0.05, seed=2, batches=32)
    (axes,) = result.plot().axes
    law = axes.lines[0]
    closed = result.record.part("closed")
    found = result.record["closed.present_count"][:, :, 0].mean(axis=0) / closed.n_walkers
    at = np.linspace(*law.get_xdata()[[0, -1]], found.size)
    gap = np.abs(np.interp(at, *law.get_data()) - found)
    assert gap.max() < 0.15 * abs(found[0] - found[-1])
