"""Densities of the wall of Cercignani, Lampis and Lord: exact identities."""

import numpy as np
import pytest
from scipy import stats

from analysis.laws.walls import normal_density, tangential_density

V = np.linspace(0.01, 4.0, 60)


@pytest.mark.parametrize("accommodation", [1e-3, 0.3, 0.99, 1.0])
def test_densities_obey_detailed_balance(accommodation):
    for u in (0.02, 0.7, 3.0):
        there = u * np.exp(-(u**2)) * normal_density(V, u, accommodation)
        back = [v * np.exp(-(v**2)) * normal_density(u, v, accommodation) for v in V]
        assert np.allclose(there, np.array(back), rtol=1e-11, atol=1e-300)
        # Reversed in time, both tangential components change their sign.
        there = np.exp(-(u**2)) * tangential_density(V, u, accommodation)
        back = [np.exp(-(v**2)) * tangential_density(-u, -v, accommodation) for v in V]
        assert np.allclose(there, np.array(back), rtol=1e-11, atol=1e-300)


def test_densities_are_those_of_a_length_and_of_a_component_in_a_plane():
    for u in (0.0, 0.5, 2.0):
        width = np.sqrt(0.4 / 2.0)
        rice = stats.rice(np.sqrt(0.6) * u / width, scale=width)
        assert np.allclose(normal_density(V, u, 0.4), rice.pdf(V), rtol=1e-12)
        normal = stats.norm(0.6 * u, np.sqrt(0.4 * 1.6 / 2.0))
        assert np.allclose(tangential_density(V, u, 0.4), normal.pdf(V), rtol=1e-12)
    assert np.allclose(normal_density(V, 2.0, 1.0), 2.0 * V * np.exp(-(V**2)), rtol=1e-15)
