"""Gases in motion and quantum gases: each sampler against its density, and who passes a plane."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.constants import c, k

from analysis.laws import fermi, photon, stream
from tests.conftest import FALSE_ALARM, Z_LIMIT
from walkers import (
    Absorbing,
    AngleLaw,
    Beam,
    Disc,
    FermiGas,
    FreeMolecular,
    FromSurface,
    Maxwellian,
    Photons,
    Plane,
    PlaneCrossings,
    Species,
    Surface,
)
from walkers.engine.jit import kernel
from walkers.engine.streams import INITIAL, make_stream
from walkers.molecular.emit import DRAWS_AT_ONCE
from walkers.molecular.gases import (
    BEAM,
    DRIFTING,
    FERMI,
    crossing_fermi_energy,
    drifting_normal,
    left_gas,
    photon_energy,
    present_fermi_energy,
)

pytestmark = pytest.mark.compiled

N_SAMPLES = 100_000
N_BINS = 40
STREAM = make_stream(12, 0)
MASS, T = 4.65e-26, 300.0
SQUARE_SPEED = 2.0 * k * T / MASS


def fits(sample, density, top):
    """Chi-square of a sample in bins up to ``top``, and one beyond, against a density."""
    edges = np.linspace(0.0, top, N_BINS + 1)
    mass = [integrate.quad(density, a, b, epsabs=0.0)[0] for a, b in itertools.pairwise(edges)]
    mass.append(integrate.quad(density, top, 3.0 * top)[0])
    observed, expected = np.histogram(sample, [*edges, np.inf])[0], np.array(mass)
    expected *= observed.sum() / expected.sum()
    rare = expected < 20.0
    if rare.any():  # together they are one bin
        observed = np.array([*observed[~rare], observed[rare].sum()])
        expected = np.array([*expected[~rare], expected[rare].sum()])
    assert expected.size > N_BINS // 2
    return stats.chisquare(observed, expected).pvalue > FALSE_ALARM


@kernel
def fermi_energies(mu, kT, dimension, stream, n):
    present, crossing = np.empty(n), np.empty(n)
    for i in range(n):
        draw = np.uint64(0)
        present[i], draw = present_fermi_energy(
            mu, kT, dimension, stream, INITIAL, np.uint64(i), draw
        )
        crossing[i], draw = crossing_fermi_energy(mu, kT, stream, INITIAL, np.uint64(i), draw)
    return present, crossing


@kernel
def photon_energies(is_wien, stream, n):
    out = np.empty(n)
    for i in range(n):
        out[i], _ = photon_energy(is_wien, stream, INITIAL, np.uint64(i), np.uint64(0))
    return out


@kernel
def normal_velocities(s, stream, n):
    out = np.empty(n)
    for i in range(n):
        out[i], _ = drifting_normal(s, stream, INITIAL, np.uint64(i), np.uint64(0))
    return out


@kernel
def departures(gas, drift, potential, square_speed, normal, stream, n):
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    out = np.empty((n, 4))
    for i in range(n):
        out[i] = left_gas(
            gas,
            drift,
            potential,
            square_speed,
            normal[0],
            normal[1],
            normal[2],
            words,
            stream,
            INITIAL,
            np.uint64(i),
            np.uint64(0),
        )
    return out


@pytest.mark.parametrize("dimension", [1, 3])
@pytest.mark.parametrize("eta", [-3.0, 0.5, 1.5, 20.0])
def test_fermi_energies_follow_their_densities(eta, dimension):
    present, crossing = fermi_energies(eta, 1.0, dimension, STREAM, N_SAMPLES)
    top = max(eta, 0.0) + 8.0
    # Against the root of the energy, in which a density of states ∝ 1/√E has no pole.
    assert fits(
        np.sqrt(present),
        lambda t: (
            2.0 * t * fermi.energy_density(t * t, eta, 1.0, dimension / 2.0 - 1.0)
            if t > 0.0
            else 0.0
        ),
        np.sqrt(top),
    )
    assert fits(crossing, lambda e: fermi.energy_density(e, eta, 1.0, 1.0), top)


@pytest.mark.parametrize("dimension", [1, 3])
def test_fermions_at_absolute_zero_fill_a_ball(dimension):
    present, crossing = fermi_energies(2.0, 0.0, dimension, STREAM, N_SAMPLES)
    assert stats.kstest((present / 2.0) ** (dimension / 2.0), "uniform").pvalue > FALSE_ALARM
    assert stats.kstest((crossing / 2.0) ** 2, "uniform").pvalue > FALSE_ALARM


def test_photon_energies_follow_planck():
    sample = photon_energies(False, STREAM, N_SAMPLES)
    assert fits(sample, lambda x: photon.energy_density(x) if x > 0.0 else 0.0, 12.0)
    assert (
        stats.kstest(photon_energies(True, STREAM, N_SAMPLES), stats.gamma(3).cdf).pvalue
        > FALSE_ALARM
    )


@pytest.mark.parametrize("s", [-4.0, -0.8, -0.6, 0.0, 0.3, 2.0])
def test_normal_velocities_of_a_drifting_gas_follow_their_density(s):
    sample = normal_velocities(s, STREAM, N_SAMPLES)
    assert np.all(sample > 0.0)
    top = 4.0 + s if s > 0.0 else 4.0 / (1.0 - s)
    assert fits(sample, lambda x: stream.normal_velocity_density(x, s), top)


def test_molecules_leave_a_drifting_gas_with_its_tangential_velocities():
    normal = np.array([0.6, 0.0, -0.8])
    out = departures(DRIFTING, 0.7, 0.0, SQUARE_SPEED, normal, STREAM, N_SAMPLES)
    velocity = out[:, :3] * out[:, 3:] / np.sqrt(SQUARE_SPEED)
    along = velocity @ normal
    assert fits(along, lambda x: stream.normal_velocity_density(x, 0.7), 4.0)
    for tangent in ([0.0, 1.0, 0.0], [0.8, 0.0, 0.6]):
        across = velocity @ np.array(tangent)
        assert stats.kstest(across, stats.norm(scale=np.sqrt(0.5)).cdf).pvalue > FALSE_ALARM
        assert stats.spearmanr(along, across**2).pvalue > FALSE_ALARM


def test_fermions_leave_by_the_cosine_law_and_a_beam_along_the_normal():
    normal = np.array([0.0, 0.0, 1.0])
    out = departures(FERMI, 0.0, 2.0, 0.1, normal, STREAM, N_SAMPLES)
    assert np.allclose(np.linalg.norm(out[:, :3], axis=1), 1.0, rtol=1e-14)
    assert stats.kstest(out[:, 2] ** 2, "uniform").pvalue > FALSE_ALARM
    assert fits(out[:, 3] ** 2, lambda e: fermi.energy_density(e, 2.0, 0.1, 1.0), 3.0)
    assert stats.spearmanr(out[:, 2], out[:, 3]).pvalue > FALSE_ALARM
    out = departures(BEAM, 0.0, 0.0, SQUARE_SPEED, normal, STREAM, N_SAMPLES)
    assert np.all(out[:, :3] == normal)
    assert stats.kstest(out[:, 3] ** 2 / SQUARE_SPEED, stats.gamma(2).cdf).pvalue > FALSE_ALARM


def batches(model, n_batches=64):
    computed = [model.compute(7, batch) for batch in range(n_batches)]
    return {name: np.array([arrays[name] for arrays in computed]) for name in computed[0]}


@pytest.mark.parametrize("flown", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("tilt", [(1.0, 0.0), (0.6, -0.8)])
def test_crossings_are_exact_at_any_time_of_flight(flown, tilt):
    """A single crossing in a hundred, or thirty for each: the mean is n⟨v₊⟩ t all the same."""
    v0 = np.sqrt(SQUARE_SPEED)
    model = PlaneCrossings(
        5000,
        gas=Maxwellian(T, MASS, 0.4),
        length=2.0,
        duration=flown * 2.0 / v0,
        cosine=tilt[0],
        sine=tilt[1],
    )
    counts = batches(model)["crossings"] / (5000 * flown)
    for side, sign in ((0, 1.0), (1, -1.0)):
        expected = stream.one_way(sign * 0.4 * tilt[0]) / (2.0 * np.sqrt(np.pi))
        error = counts[:, side].std(ddof=1) / np.sqrt(len(counts))
        assert abs(counts[:, side].mean() - expected) < Z_LIMIT * error


def opening(gas, n=9):
    """Hole before a gas, and a wall that notes what it sends."""
    return FreeMolecular(
        n,
        surfaces=(
            Surface("hole", Disc((0, 0, 0), (0, 0, 1), 1.0), Absorbing()),
            Surface("far", Plane((0, 0, 1), (0, 0, -1)), Absorbing()),
        ),
        sources=(FromSurface("hole", None, n, gas=gas),),
        species=Species("particle", MASS),
        watched=("far",),
    )


@pytest.mark.parametrize(
    "gas",
    [
        Maxwellian(T, MASS),
        Maxwellian(T, MASS, 1.2),
        Maxwellian(T, MASS, -0.9),
        FermiGas(0.0, MASS, 1e-23),
        FermiGas(0.3, MASS, 1e-23),
        FermiGas(9.0, MASS, -1e-23),
    ],
)
def test_what_an_opening_sends_is_what_crosses_a_plane_of_that_gas(gas):
    """Present ones that pass, and a source's departures: the same energies and cosines."""
    n = 4000
    sums = batches(opening(gas, n))["crossing_sums"][:, 0, 1] / n  # speed, cosine, energy
    energy = k * gas.T + abs(getattr(gas, "mu", 0.0))
    plane = batches(PlaneCrossings(n, gas=gas, duration=np.sqrt(MASS / (2.0 * energy))))
    crossings, crossed = plane["crossings"][:, 0], plane["crossing_sums"][:, 0]
    for sent, passed in ((sums[:, 2], crossed[:, 0]), (sums[:, 1], crossed[:, 1])):
        law = passed.sum() / crossings.sum()
        errors = sent.std(ddof=1), (passed - law * crossings).std(ddof=1) / crossings.mean()
        error = np.hypot(*errors) / np.sqrt(len(sent))
        assert abs(sent.mean() - law) < Z_LIMIT * error
        assert error < 0.01 * law


def test_histograms_hold_the_crossings_by_their_own_densities():
    edges = tuple(np.linspace(0.0, 20.0, N_BINS + 1) * k * T)
    cosines = tuple(np.sqrt(np.linspace(0.0, 1.0, 11)))
    model = PlaneCrossings(
        3000,
        gas=Photons(T),
        duration=1.0 / c,
        energy_edges=(*edges, 1.0),
        cosine_edges=cosines,
    )
    tallies = batches(model)
    assert (tallies["crossing_energies"].sum(axis=2) == tallies["crossings"]).all()
    assert (tallies["crossing_cosines"].sum(axis=2) == tallies["crossings"]).all()
    # No photon passes more than once in this time: the counts are those of independent photons.
    assert stats.chisquare(tallies["crossing_cosines"].sum(axis=(0, 1))).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Maxwellian(0.0, MASS), "T must be positive"),
        (lambda: Maxwellian(T, MASS, np.inf), "speed_ratio"),
        (lambda: FermiGas(-1.0, MASS, 1.0), "T must be at least 0"),
        (lambda: FermiGas(0.0, MASS, -1.0), "mu"),
        (lambda: FermiGas(0.0, MASS, 1.0, dimension=2), "dimension"),
        (lambda: Photons(np.nan), "T must be positive"),
        (lambda: PlaneCrossings(9, length=0.0), "length"),
        (lambda: PlaneCrossings(9, cosine=0.5), "cosine and sine"),
        (lambda: PlaneCrossings(9, energy_edges=(1.0, 1.0)), "energy_edges"),
        (lambda: FromSurface("hole", 0.0, 9), "T must be positive"),
        (lambda: Beam(0.0), "T must be positive"),
        (lambda: FromSurface("hole", T, 9, gas=Beam(T)), "T must be None"),
        (lambda: FromSurface("hole", None, 9, angles=AngleLaw.ISOTROPIC, gas=Beam(T)), "angles"),
        (lambda: FromSurface("hole", None, 9, gas=FermiGas(T, MASS, 0.0, 1)), "wrong rule"),
        (lambda: opening(Maxwellian(T, 2.0 * MASS)), "mass"),
        (lambda: PlaneCrossings(9, gas=Photons(T), duration=1e7), "too far"),
        (lambda: PlaneCrossings(9, gas=FermiGas(0.0, MASS, 1e15)), "too far"),
        (lambda: PlaneCrossings(9, gas=Maxwellian(T, MASS, -1e16)), "too far"),
    ],
)
def test_gases_that_cannot_be_are_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_a_gas_is_part_of_the_digest():
    model = PlaneCrossings(9, gas=Photons(T))
    assert model.of(wien=True).digest() != model.digest() == replace(model).digest()
