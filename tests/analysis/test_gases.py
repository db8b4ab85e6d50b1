"""Laws of streams, Fermi gases and radiation against quadrature, limits and closed identities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.constants import N_A, c, h, hbar, k, sigma
from scipy.integrate import quad

from analysis.laws import fermi, kinetic, photon, stream

HELIUM = (1.635e28, 5.008e-27)  # density and mass of ³He
E_F = fermi.fermi_energy(*HELIUM)
GAS = (2.0, 300.0, 4.65e-26)


def near(value, rel=1e-12):
    return pytest.approx(value, rel=rel, abs=0.0)


@pytest.mark.parametrize("s", [-1.5, -0.2, 0.0, 0.5, 1.5, 4.0])
def test_one_way_fluxes_are_the_half_moments_of_a_drifting_gas(s):
    v0 = stream.most_probable_speed(*GAS[1:])
    moment = quad(lambda x: x * math.exp(-((x - s) ** 2)), 0.0, 12.0, points=[max(s, 1.0)])[0]
    n = kinetic.number_density(*GAS[:2])
    assert stream.forward_flux(*GAS, s).law == near(n * v0 * moment / math.sqrt(math.pi), 1e-9)
    assert quad(lambda x: float(stream.normal_velocity_density(x, s)), 0, 12)[0] == near(1, 1e-9)


@pytest.mark.parametrize("s", [0.0, 0.5, 1.5])
def test_a_streams_net_flow_is_its_drift(s):
    ahead, back, net = (
        law(*GAS, s) for law in (stream.forward_flux, stream.backward_flux, stream.net_flux)
    )
    at_rest = kinetic.impingement_rate(*GAS)
    assert ahead.law - back.law == pytest.approx(net.law, rel=1e-12, abs=1e-12 * at_rest)
    assert stream.forward_flux(*GAS, 0.0).law == near(at_rest)
    assert (ahead.rival, net.rival, back.rival) == (net.law, ahead.law, 0.0)
    moles = stream.molar_flow(*GAS, s, 0.01)
    assert moles.law * N_A == near(net.law * 0.01)
    assert moles.rival * N_A == near(ahead.law * 0.01)
    # A mole is 22414 cm³ (273.15 K, 101325 Pa).
    for value, flow in zip((moles.law, moles.rival), _sccm(s), strict=True):
        assert flow == near(value * 22413.969545 * 60.0, 1e-9)


def _sccm(s):
    flow = stream.standard_flow(*GAS, s, 0.01)
    return flow.law, flow.rival


@pytest.mark.parametrize("eta", [0.0, 0.3, 5.0, 20.0, 39.9, 40.1, 60.0, 1e4, 1e9])
def test_fermi_integrals_obey_their_inversion(eta):
    """F₁(η) + F₁(−η) = η²/2 + π²/6 and F₂(η) − F₂(−η) = η³/3 + π²η/3, exactly."""
    vanishing = math.exp(-eta)
    first = fermi.fermi_integral(1, eta) + vanishing * fermi.fermi_integral(1, -eta)
    assert first == near(eta**2 / 2.0 + math.pi**2 / 6.0)
    second = fermi.fermi_integral(2, eta)
    if eta > 0.0:
        second -= vanishing * fermi.fermi_integral(2, -eta)
        assert second == near(eta**3 / 3.0 + math.pi**2 * eta / 3.0)
    else:
        assert second == near(1.5 * photon.ZETA_3)


@pytest.mark.parametrize("j", [-0.5, 0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("eta", [-700.0, -9.0, -2.0])
def test_fermi_integrals_below_zero_are_an_alternating_series(j, eta):
    terms = [(-1) ** (n + 1) * math.exp((n - 1) * eta) / n ** (j + 1) for n in range(1, 30)]
    assert fermi.fermi_integral(j, eta) == near(math.gamma(j + 1) * math.fsum(terms))


@pytest.mark.parametrize("j", [-0.5, 0.5, 1.5])
@pytest.mark.parametrize("eta", [0.0, 3.0, 38.0, 42.0])
def test_half_integrals_agree_with_adaptive_quadrature(j, eta):
    edge = math.sqrt(max(eta, 0.1))
    expected = quad(
        lambda t: 2 * t ** (2 * j + 1) / (math.exp(t * t - eta) + 1.0),
        0.0,
        math.sqrt(eta + 60.0),
        points=[0.9 * edge, edge, 1.1 * edge],
        epsabs=0.0,
        epsrel=1e-12,
        limit=500,
    )[0]
    assert fermi.fermi_integral(j, eta) == near(expected, 1e-11)


@pytest.mark.parametrize("T_ratio", [1e-8, 1e-3, 0.0249, 0.0251, 0.3, 1.0, 30.0, 1e9, 1e200])
def test_chemical_potential_gives_the_density_back(T_ratio):
    eta = fermi.degeneracy(T_ratio)
    density = math.log(fermi.fermi_integral(0.5, eta)) + min(eta, 0.0)
    assert density == pytest.approx(math.log(2 / 3) - 1.5 * math.log(T_ratio), rel=1e-13, abs=1e-13)


def test_a_fermi_gas_at_absolute_zero():
    n, m = HELIUM
    flux, energy = fermi.effusion_flux(n, m, 0.0), fermi.effusing_energy(n, m, 0.0)
    v_F = hbar * (3.0 * math.pi**2 * n) ** (1 / 3) / m
    assert flux.law == near(3.0 / 16.0 * n * v_F)
    assert flux.law == near(2 * m * E_F**2 / (8.0 * math.pi**2 * hbar**3))
    assert flux.rival == near(n * v_F / 4.0)
    assert (energy.law, energy.rival) == (near(2.0 * E_F / 3.0), near(0.6 * E_F))
    assert 4.9 < E_F / k < 5.1


@pytest.mark.parametrize("T", [0.1, 1.0, 5.0, 50.0])
def test_a_warm_fermi_gas_is_the_integral_over_its_occupied_states(T):
    n, m = HELIUM
    mu = fermi.chemical_potential(n, m, T)
    # Against plain sums over E, fine enough for the edge, in units of kT.
    x = np.linspace(0.0, mu / (k * T) + 60.0 if mu > 0 else 60.0, 400_001)
    step = x[1] - x[0]

    def integral(power):
        return float(fermi.energy_density(x, mu / (k * T), 1.0, power).sum() * step)

    unit = 2.0 * m / (4.0 * math.pi**2 * hbar**3) * (k * T) ** 2
    assert fermi.effusion_flux(n, m, T).law == near(unit * integral(1.0), 1e-7)
    energy = fermi.effusing_energy(n, m, T)
    assert energy.law == near(k * T * integral(2.0) / integral(1.0), 1e-7)
    assert energy.rival == near(k * T * integral(1.5) / integral(0.5), 1e-5)


def test_a_cold_and_a_hot_fermi_gas():
    """At fixed density J = (3/16)nv_F[1 + (π²/6)(T/T_F)² + …]; in the other limit nv̄/4 and 2kT."""
    for T_ratio in (1e-3, 1e-2):
        excess = fermi.reduced_flux(T_ratio) * 16.0 / 3.0 - 1.0
        assert excess == near(math.pi**2 / 6.0 * T_ratio**2, 2.0 * T_ratio)
    assert fermi.reduced_flux(1e-10) == fermi.reduced_flux(0.0) == near(fermi.reduced_flux(1e-8))
    n, m = HELIUM
    hot = 1e9 * E_F / k
    classical = n * kinetic.mean_speed(hot, m) / 4.0
    assert fermi.effusion_flux(n, m, hot).law == near(classical)
    assert fermi.effusing_energy(n, m, hot).law == near(2.0 * k * hot)
    # The first correction of a dilute gas at fixed density, from F_j ≈ Γ(j+1)(z − z²/2ʲ⁺¹).
    z = 4.0 / (3.0 * math.sqrt(math.pi)) * 100.0**-1.5
    excess = fermi.reduced_flux(100.0) / fermi.classical_flux(100.0) - 1.0
    assert excess == near(z * (2.0**-1.5 - 0.25), 0.01)


def test_the_rival_of_a_warm_gas_is_far_enough_to_tell():
    n, m = HELIUM
    for T in (0.5, 5.0, 6.0, 50.0, 1e6):
        flux = fermi.effusion_flux(n, m, T)
        assert abs(flux.rival / flux.law - 1.0) > 0.04
    assert "T = 0" in fermi.effusion_flux(n, m, 300.0).rival_name
    assert "classical" in fermi.effusion_flux(n, m, 4.0).rival_name


def test_radiation():
    T = 5772.0
    density = (
        quad(lambda x: x**2 / math.expm1(x), 0.0, 100.0)[0] * 8 * math.pi * (k * T / h / c) ** 3
    )
    assert photon.photon_density(T) == near(density, 1e-9)
    assert quad(lambda x: float(photon.energy_density(x)), 1e-12, 100.0)[0] == near(1.0, 1e-8)
    # nc/4 times the mean energy of a photon is σT⁴: the laws know each other though nobody said.
    mean = quad(lambda x: x * float(photon.energy_density(x)), 1e-12, 100.0)[0] * k * T
    flux, energy = photon.photon_flux(T), photon.energy_flux(T)
    assert flux.law * mean == near(energy.law, 1e-8)
    assert energy.law == near(sigma * T**4)
    wien = quad(lambda x: x * float(photon.wien_density(x)), 0.0, 100.0)[0] * k * T
    assert energy.rival == near(flux.law * wien, 1e-8)
    assert flux.law == near(1.5205e15 * T**3, 1e-4)


@pytest.mark.parametrize(
    "law",
    [
        lambda: stream.forward_flux(0.0, 300.0, 1e-26, 1.0),
        lambda: stream.molar_flow(1.0, 300.0, 1e-26, 1.0, -1.0),
        lambda: fermi.effusion_flux(0.0, 1e-26, 1.0),
        lambda: fermi.effusing_energy(1e28, 1e-26, -1.0),
        lambda: fermi.degeneracy(0.0),
        lambda: photon.photon_flux(0.0),
    ],
)
def test_gases_that_cannot_be_are_refused(law):
    with pytest.raises(ValueError, match=r"must be (positive|at least)"):
        law()
