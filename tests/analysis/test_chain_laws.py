"""Laws of hoppers on a chain under a potential, against sums and linear solves on the chain."""

import math

import numpy as np
import pytest

from analysis.laws import advection, electro, membrane, potential
from scenarios import chemical_potential

D, L, T = 2e-9, 3e-5, 310.0
VOLT = 1.602176634e-19 / (1.380649e-23 * T)  # zF/RT of a cation, from e and k

RISES = [0.0, 1e-14, -1e-9, 1e-3, 0.7, -3.0, 12.0, -40.0, 80.0]


def near(value, rel=1e-12):
    return pytest.approx(value, rel=rel, abs=0.0)


def hop_rate(rise):
    """Scharfetter–Gummel rate over D/ℓ², in its symmetric form."""
    return rise / 2.0 / math.sinh(rise / 2.0) * math.exp(-rise / 2.0) if rise else 1.0


def bond_sum(rise, n_sites):
    """S = Σ over bonds of 1/(Γ(i→i+1)e^(−u_i)) in units of ℓ/D."""
    n_bonds = n_sites + 1
    energies = rise * np.arange(n_bonds) / n_bonds
    return math.fsum(np.exp(energies) / hop_rate(rise / n_bonds))


def solved_profile(c_left, c_right, rise, n_sites):
    """Steady profile from the balance of hops on every site."""
    to_right, to_left = hop_rate(rise / (n_sites + 1)), hop_rate(-rise / (n_sites + 1))
    matrix = np.diag(np.full(n_sites, to_right + to_left))
    matrix -= np.diag(np.full(n_sites - 1, to_right), -1)
    matrix -= np.diag(np.full(n_sites - 1, to_left), 1)
    injected = np.zeros(n_sites)
    injected[0] = to_right * c_left
    injected[-1] += to_left * c_right
    return np.linalg.solve(matrix, injected)


@pytest.mark.parametrize("n_sites", [4, 21, 500])
@pytest.mark.parametrize("rise", RISES)
def test_one_way_fluxes_are_those_of_the_chain(rise, n_sites):
    one_way = advection.one_way_fluxes(3.0, 2.0, rise)
    S = bond_sum(rise, n_sites) / (n_sites + 1)
    assert one_way == near((3.0 / S, 2.0 * math.exp(rise) / S))


@pytest.mark.parametrize("n_sites", [4, 21])
@pytest.mark.parametrize("rise", RISES)
def test_the_continuum_profile_is_that_of_the_chain(rise, n_sites):
    exact = solved_profile(3.0, 2.0, rise, n_sites)
    np.testing.assert_allclose(advection.sites_profile(3.0, 2.0, rise, n_sites), exact, rtol=1e-12)


@pytest.mark.parametrize("rise", RISES)
def test_both_parts_make_the_flux_and_the_diffusion_part_is_the_slope(rise):
    drift, diffusion = advection.middle_parts(3.0, 2.0, rise)
    assert drift + diffusion == near(advection.steady_flux(3.0, 2.0, rise))
    h = 1e-5
    low, high = advection.profile(3.0, 2.0, rise, [0.5 - h, 0.5 + h])
    assert diffusion == pytest.approx((low - high) / (2.0 * h), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("rise", RISES)
def test_parts_of_a_chain_approach_those_of_the_continuum_as_its_spacing_squared(rise):
    law = advection.middle_parts(3.0, 2.0, rise)[0]
    near_gap, far_gap = (advection.middle_parts(3.0, 2.0, rise, n)[0] - law for n in (1998, 998))
    if abs(far_gap) > 1e-9:
        assert far_gap / near_gap == pytest.approx((1999 / 999) ** 2, rel=1e-2)


def test_extreme_rises_do_not_overflow():
    assert advection.one_way_fluxes(1.0, 1.0, 5000.0) == (0.0, 5000.0)
    assert advection.one_way_fluxes(1.0, 1.0, -5000.0) == (5000.0, 0.0)
    assert advection.profile(3.0, 2.0, 5000.0, [0.0, 0.5, 1.0]) == pytest.approx([3.0, 2.0, 2.0])
    assert advection.profile(3.0, 2.0, -5000.0, [0.0, 0.5, 1.0]) == pytest.approx([3.0, 3.0, 2.0])


def test_fluxes_of_a_flow_to_six_digits():
    assert advection.flux(4.0, 1.0, 3.0, 20).law == pytest.approx(0.296942, abs=1e-6)
    assert advection.profile_midpoint(4.0, 1.0, 3.0, 20).law == pytest.approx(3.45272, abs=1e-5)
    assert advection.flux(4.0, 1.0, 0.0, 20).law == near(1.5 / 21)


@pytest.mark.parametrize("n_sites", [1, 2, 7, 40])
@pytest.mark.parametrize("partition", [1e-3, 0.2, 1.0, 50.0])
def test_half_bonds_at_the_faces_make_the_membrane_exact(n_sites, partition):
    """Solve the chain of scenarios/membrane.py: inside, D = 1 and ℓ = L/N; faces as it says."""
    spacing, c1, c2 = 1.0 / n_sites, 3.0, 0.5
    matrix, entering = np.zeros((n_sites, n_sites)), np.zeros(n_sites)
    for site in range(n_sites - 1):
        matrix[[site, site + 1], [site, site + 1]] -= 1.0
        matrix[[site, site + 1], [site + 1, site]] += 1.0
    for site, bath in ((0, c1), (n_sites - 1, c2)):
        matrix[site, site] -= 2.0
        entering[site] += 2.0 * partition * bath
    c = np.linalg.solve(-matrix, entering)
    flux = (2.0 * partition * c1 - 2.0 * c[0]) / spacing
    law = membrane.flux(partition, 1.0, 1.0, c1, c2)
    assert flux == pytest.approx(law.expected, rel=1e-12)
    if n_sites > 1:
        assert 1.5 * c[0] - 0.5 * c[1] == pytest.approx(partition * c1, rel=1e-12)
    assert membrane.rate(partition, 1.0, 1.0, c1, c2, 4.0).law == pytest.approx(4.0 * law.law)


@pytest.mark.parametrize(("c_right", "rise"), [(0.25, 0.0), (4.0, -1.5), (1.0, 2.0), (9.0, -3.0)])
def test_the_mobility_tends_to_one_as_the_square_of_the_spacing(c_right, rise):
    gaps = [potential.one_mobility(4.0, c_right, rise, n, 1.0).expected - 1.0 for n in (19, 39, 79)]
    if c_right == 4.0 or rise == 0.0:  # the profile is flat, or straight: exact at any spacing
        np.testing.assert_allclose(gaps, 0.0, atol=1e-13)
    else:
        assert gaps[0] / gaps[1] == pytest.approx(4.0, rel=0.1)
        assert gaps[1] / gaps[2] == pytest.approx(4.0, rel=0.03)


def test_drift_and_diffusivity_of_hops_in_a_field_keep_einsteins_relation():
    step, free = 1.0, 0.3
    right, left = free * advection.bernoulli(-step), free * advection.bernoulli(step)
    assert (right - left) / step == pytest.approx(free, rel=1e-14)
    biased = (right + left - (right - left) ** 2) / 2.0
    law = potential.einstein_ratio(step, free)
    assert law.rival == pytest.approx(free / biased, rel=1e-14)


@pytest.mark.parametrize("z", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("delta_phi", [0.0, 1e-9, -0.03, 0.2, -1.0])
def test_the_flux_of_ions_satisfies_nernst_and_planck(z, delta_phi):
    """Integrate d(c e^u)/dx = −(J/D)e^u from bath to bath."""
    rise = electro.energy_rise(z, delta_phi, T)
    assert rise == pytest.approx(z * VOLT * delta_phi, rel=1e-9)
    flux = electro.nernst_planck_flux(80.0, 5.0, rise, D, L).law
    nodes, weights = np.polynomial.legendre.leggauss(80)
    top = max(rise, 0.0)
    integral = weights @ np.exp(rise * (nodes + 1.0) / 2.0 - top) / 2.0
    driving = 80.0 * math.exp(-top) - 5.0 * math.exp(rise - top)
    assert flux * L / D * integral == near(driving)
    parts = [f(80.0, 5.0, rise, D, L, 20) for f in (electro.drift_part, electro.diffusion_part)]
    assert sum(part.expected for part in parts) == near(flux, rel=1e-11)
    current = electro.current_density(z, 80.0, 5.0, rise, D, L).law
    assert current == pytest.approx(96485.33212 * z * flux, rel=1e-9)


def test_fluxes_of_ions_to_six_digits():
    rise = electro.energy_rise(1, 0.02, 298.15)
    flux = electro.nernst_planck_flux(100.0, 10.0, rise, 1e-9, 1e-4)
    assert flux.law == pytest.approx(5.16855e-4, rel=2e-6)
    assert flux.rival == near(9e-4)
    assert electro.current_density(1, 100.0, 10.0, rise, 1e-9, 1e-4).law == near(49.869, rel=1e-5)


@pytest.mark.parametrize("z", [-2, 1, 3])
@pytest.mark.parametrize(("c_left", "c_right"), [(100.0, 10.0), (7.0, 7.0), (1e-9, 3.0)])
def test_nothing_flows_at_nernsts_potential_and_ussing_holds_around_it(z, c_left, c_right):
    at = electro.nernst_potential(z, c_left, c_right, T).law
    rise = electro.energy_rise(z, at, T)
    assert electro.net_flux(c_left, c_right, rise).law == 0.0
    rightward, leftward = advection.one_way_fluxes(c_left, c_right, rise)
    assert rightward == near(leftward)
    balance = electro.boltzmann_profile(c_left, c_right, rise, 20)
    assert (balance.law, balance.expected) == near((1.0, 1.0))
    for off in (-0.05, 1e-6, 0.01):
        rise_off = electro.energy_rise(z, at + off, T)
        rightward, leftward = advection.one_way_fluxes(c_left, c_right, rise_off)
        assert electro.flux_ratio(c_left, c_right, rise_off).law == near(rightward / leftward)
        back = at + off + electro.thermal_voltage(z, T) * math.log(rightward / leftward)
        assert back == pytest.approx(at, abs=1e-15, rel=1e-12)


@pytest.mark.parametrize("rise", [0.0, 1e-9, -9e-5, 1.1e-4, 2.0, -6.0, 11.0])
def test_the_mean_over_boltzmann_is_that_of_the_profile(rise):
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x = (nodes + 1.0) / 2.0
    over = advection.profile(3.0, 0.5, rise, x) * np.exp(rise * x) / 3.0
    law = electro.boltzmann_profile(3.0, 0.5, rise, 9)
    assert law.law == pytest.approx(weights @ over / 2.0, rel=1e-9)
    assert electro.boltzmann_profile(3.0, 0.5, rise, 4000).expected == pytest.approx(law.law, 2e-3)


def test_nernst_potentials_to_five_digits():
    assert electro.nernst_potential(1, 100.0, 10.0, 298.15).law == near(0.0591593, rel=2e-6)
    assert electro.nernst_potential(-2, 100.0, 10.0, 298.15).law == near(-0.0295797, rel=2e-6)
    with pytest.raises(ValueError, match="z must not be 0"):
        electro.thermal_voltage(0, 300.0)


def test_a_chain_too_coarse_for_the_integral_says_so():
    assert not chemical_potential.cautions(chemical_potential.Params())
    steep = chemical_potential.Params(c_left=1e3, c_right=1e-3, n_sites=4, field=5.0)
    said = chemical_potential.cautions(steep)
    assert [line.split()[0] for line in said] == ["mobility_mixed"]
