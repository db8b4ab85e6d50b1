"""The laws of a gas at rest against quadrature, closed identities and plain simulation."""

import math

import numpy as np
import pytest
from scipy.constants import k
from scipy.integrate import dblquad, quad

from analysis.laws import effusion, kinetic, transpiration

T, M, PRESSURE = 300.0, 4.65e-26, 2.0
SIGMAS = 5.0
"""Simulated numbers must lie this close to the law, in standard errors."""


def near(value, rel=1e-8, abs=0.0):
    """Compare relatively: pytest's absolute default of 1e-12 would pass any energy in joules."""
    return pytest.approx(value, rel=rel, abs=abs)


def moment(density, power):
    """Return the mean of speed**power under a speed density."""
    scale = kinetic.mean_speed(T, M)
    return quad(lambda s: density(s * scale, T, M) * scale * (s * scale) ** power, 0.0, 12.0)[0]


@pytest.mark.parametrize("density", [kinetic.maxwell_speed_density, kinetic.effusing_speed_density])
def test_speed_densities_are_normalised(density):
    assert moment(density, 0) == near(1.0, rel=1e-9)


def test_moments_of_the_molecules_present():
    assert moment(kinetic.maxwell_speed_density, 1) == near(kinetic.mean_speed(T, M))
    energy = M / 2.0 * moment(kinetic.maxwell_speed_density, 2)
    assert energy == near(effusion.effusing_energy(T).rival)


def test_moments_of_the_molecules_that_cross():
    speed, energy = effusion.effusing_speed(T, M), effusion.effusing_energy(T)
    assert moment(kinetic.effusing_speed_density, 1) == near(speed.expected)
    assert M / 2.0 * moment(kinetic.effusing_speed_density, 2) == near(energy.expected)
    assert speed.rival == near(moment(kinetic.maxwell_speed_density, 1))
    # The crossing density is v times the present one: ⟨1/v⟩ of those that cross is 1/v̄.
    slowness = moment(kinetic.effusing_speed_density, -1)
    assert slowness == near(1.0 / kinetic.mean_speed(T, M))


def test_flux_and_momentum_follow_from_the_maxwellian():
    n = kinetic.number_density(PRESSURE, T)
    sigma = math.sqrt(k * T / M)

    def along_normal(power):
        """Return the one-sided mean of v_x**power."""
        one = quad(lambda u: u**power * math.exp(-u * u / 2.0) / math.sqrt(2.0 * math.pi), 0.0, 40)
        return one[0] * sigma**power

    assert effusion.effusion_flux(PRESSURE, T, M).law == near(n * along_normal(1))
    momentum = effusion.effusing_momentum_flux(PRESSURE)
    assert momentum.law == near(n * M * along_normal(2))
    # The same momentum from what the other laws say: flux, speed and cosine are independent.
    cosine = effusion.effusing_cosine().law
    speed = effusion.effusing_speed(T, M).law
    flux = effusion.effusion_flux(PRESSURE, T, M).law
    assert momentum.law == near(flux * M * speed * cosine)


def test_graham_is_the_ratio_of_two_impingement_rates():
    hydrogen, nitrogen = 2.016, 28.014
    law = effusion.graham(hydrogen, nitrogen)
    rates = [kinetic.impingement_rate(PRESSURE, T, m * 1.66e-27) for m in (hydrogen, nitrogen)]
    assert law.expected == law.law == near(rates[0] / rates[1], rel=1e-14)
    assert law.law == near(3.72771, rel=1e-5)
    assert effusion.graham(M, M).law == effusion.graham(M, M).rival == 1.0


def test_cosine_law():
    assert quad(kinetic.cosine_density, 0.0, 1.0)[0] == near(1.0)
    mean = quad(lambda c: c * kinetic.cosine_density(c), 0.0, 1.0)[0]
    assert effusion.effusing_cosine().expected == near(mean)


def test_nitrogen_at_room_temperature():
    m = 28.0134 * 1.66053906660e-27
    assert kinetic.mean_speed(T, m) == near(476.2, abs=0.1)
    assert kinetic.mean_free_path(1.0, T, 3.7e-10) == near(6.8e-3, rel=0.01)
    assert kinetic.impingement_rate(1.0, T, m) == near(2.876e22, rel=1e-3)


def test_thrust_and_decay_are_consistent_with_flux_and_momentum():
    r, side = 0.02, 0.7
    area = math.pi * r**2
    f = area / (6.0 * side**2)
    thrust = effusion.effusion_thrust(PRESSURE, r, side)
    assert thrust.law == near(effusion.effusing_momentum_flux(PRESSURE).law * area)
    assert thrust.expected == near((1.0 + 1.364 * f) * thrust.law)
    assert thrust.tolerance == near(0.2 * f * thrust.law)
    decay = effusion.effusion_decay_rate(T, M, r, side)
    n = kinetic.number_density(PRESSURE, T)
    assert decay.law * n * side**3 == near(kinetic.impingement_rate(PRESSURE, T, M) * area)
    assert decay.expected == near((1.0 + 1.317 * f) * decay.law)
    assert decay.tolerance == near(0.2 * f * decay.law)


def emit(axis, inward, random):
    """Send molecules off unit-cube faces by the cosine law at kT = m = 1."""
    n = axis.size
    cosine = np.sqrt(random.random(n))
    phi, sine = 2.0 * np.pi * random.random(n), np.sqrt(1.0 - cosine**2)
    v, i = np.empty((n, 3)), np.arange(n)
    v[i, axis] = cosine * inward
    v[i, (axis + 1) % 3] = sine * np.cos(phi)
    v[i, (axis + 2) % 3] = sine * np.sin(phi)
    return v * np.sqrt(2.0 * random.gamma(2.0, 1.0, n))[:, None]


def fly(x, v):
    """Move to the next face of the unit cube; return flight times and, of each face, its normal."""
    i = np.arange(len(x))
    ahead = np.where(v > 0.0, 1.0 - x, x)
    dt = ahead / np.abs(v)
    axis = dt.argmin(axis=1)
    x += v * dt[i, axis][:, None]
    inward = -np.sign(v[i, axis])
    x[i, axis] = np.where(inward < 0.0, 1.0, 0.0)
    return dt[i, axis], axis, inward


def in_hole(x, axis, inward, radius):
    """Say which arrivals on the face x = 0 fall into its central hole."""
    off_centre = ((x[:, 1:] - 0.5) ** 2).sum(axis=1)
    return (axis == 0) & (inward > 0.0) & (off_centre < radius**2)


def test_leaking_box_stays_within_the_finite_hole_tolerance():
    random, radius, n = np.random.default_rng(11), 0.25, 60_000
    x, v = random.random((n, 3)), random.normal(size=(n, 3))
    residence = impulse = 0.0
    while len(x):
        dt, axis, inward = fly(x, v)
        residence += dt.sum()
        gone = in_hole(x, axis, inward, radius)
        impulse -= v[gone, 0].sum()
        x, v = x[~gone], emit(axis[~gone], inward[~gone], random)
    # Reduced units m = kT = 1: the law's own scales are divided out.
    decay = effusion.effusion_decay_rate(T, M, radius, 1.0)
    rate_law = decay.law / kinetic.mean_speed(T, M) * math.sqrt(8.0 / math.pi)
    thrust = effusion.effusion_thrust(1.0, radius, 1.0)
    error, f = SIGMAS / math.sqrt(n), math.pi * radius**2 / 6.0
    # Emptied to the last molecule, the box keeps no momentum: 3/π·1/(e² − 1) less than expected.
    kept = 3.0 / math.pi / (math.exp(2.0) - 1.0) * f
    for measured, law, expected, tolerance in (
        (n / residence, rate_law, decay.expected / decay.law, decay.tolerance / decay.law),
        (impulse / residence, thrust.law, thrust.expected / thrust.law - kept,
         thrust.tolerance / thrust.law),
    ):  # fmt: skip
        assert abs(measured / law - expected) < tolerance + error


def test_two_boxes_in_balance():
    """At the largest hole the pressure ratio is 2.449, not 2, while the walls are hit alike."""
    random, radius, n, n_flights = np.random.default_rng(12), 0.5, 5_000, 200
    temperatures = np.array([4.0, 1.0])
    box = random.integers(0, 2, n)
    axis, inward = random.integers(0, 3, n), random.choice([-1.0, 1.0], n)
    x = random.random((n, 3))
    x[np.arange(n), axis] = np.where(inward < 0.0, 1.0, 0.0)
    v = emit(axis, inward, random) * np.sqrt(temperatures[box])[:, None]
    times, hits = np.zeros((n, 2)), np.zeros((n, 2))
    i = np.arange(n)
    for _ in range(n_flights):
        dt, axis, inward = fly(x, v)
        times[i, box] += dt
        through = in_hole(x, axis, inward, radius)
        hits[i[~through], box[~through]] += 1.0
        # The boxes are mirror images in the hole: crossing turns v_x round in local axes.
        box = np.where(through, 1 - box, box)
        v[:, 0] = np.where(through, -v[:, 0], v[:, 0])
        fresh = emit(axis, inward, random) * np.sqrt(temperatures[box])[:, None]
        v = np.where(through[:, None], v, fresh)

    def ratio_and_error(a):
        hot, cold = a.mean(axis=0)
        scatter = (a[:, 0] / hot - a[:, 1] / cold).std() / math.sqrt(n)
        return hot / cold, hot / cold * scatter

    ratio, error = ratio_and_error(times)
    law = transpiration.pressure_ratio(4.0, 1.0, radius, 1.0)
    assert abs(4.0 * ratio - law.expected) < SIGMAS * 4.0 * error
    assert abs(4.0 * ratio - law.law) > 2.0 * SIGMAS * 4.0 * error
    ratio, error = ratio_and_error(hits)
    hit_law = transpiration.impingement_ratio(4.0, 1.0)
    assert abs(ratio - hit_law.expected) < SIGMAS * error
    assert abs(ratio - hit_law.rival) > 2.0 * SIGMAS * error


def test_balance_laws_in_their_limits():
    small = transpiration.pressure_ratio(600.0, 150.0, 1e-4, 1.0)
    assert small.law == 2.0
    assert small.expected == near(2.0, rel=1e-7)
    swapped = transpiration.pressure_ratio(150.0, 600.0, 0.3, 1.0)
    straight = transpiration.pressure_ratio(600.0, 150.0, 0.3, 1.0)
    assert swapped.expected * straight.expected == near(1.0)
    assert straight.expected == transpiration.pressure_ratio(4.0, 1.0, 3.0, 10.0).expected
    net = transpiration.balance_net_flux(600.0, 150.0)
    assert (net.law, net.rival) == (0.0, 0.5)
    energy = transpiration.balance_energy_flux(600.0, 150.0)
    assert energy.law == near(900.0 * k)
    assert energy.rival == near(675.0 * k)


def test_chord_from_a_small_hole_is_that_from_its_centre():
    def from_centre(theta, phi):
        direction = np.sin(theta) * abs(np.cos(phi)), np.sin(theta) * abs(np.sin(phi))
        chord = min(1.0 / np.cos(theta), 0.5 / direction[0], 0.5 / direction[1])
        return chord * np.cos(theta) * np.sin(theta) / np.pi

    # One octant of angles: below the kink at tanθ cosφ = ½ the opposite face is seen, above a side.
    def kink(phi):
        return math.atan(0.5 / math.cos(phi))

    low = dblquad(from_centre, 0.0, math.pi / 4.0, 0.0, kink)[0]
    high = dblquad(from_centre, 0.0, math.pi / 4.0, kink, math.pi / 2.0)[0]
    chord = transpiration.mean_chord_from_hole(1e-6, 1.0)
    assert chord == near(8.0 * (low + high), rel=1e-8)


@pytest.mark.parametrize("radius", [0.1, 0.35, 0.5])
def test_chord_against_sampled_rays(radius):
    random, n = np.random.default_rng(13), 400_000
    r, phi = radius * np.sqrt(random.random(n)), 2.0 * np.pi * random.random(n)
    x = np.stack([np.zeros(n), 0.5 + r * np.cos(phi), 0.5 + r * np.sin(phi)], axis=1)
    v = emit(np.zeros(n, dtype=int), np.ones(n), random)
    dt, _, _ = fly(x, v)
    chord = dt * np.sqrt((v**2).sum(axis=1))
    error = chord.std() / math.sqrt(n)
    assert abs(chord.mean() - transpiration.mean_chord_from_hole(radius, 1.0)) < SIGMAS * error
    assert transpiration.mean_chord_from_hole(2.0 * radius, 2.0) == near(
        2.0 * transpiration.mean_chord_from_hole(radius, 1.0)
    )


@pytest.mark.parametrize("depth", [0.3, 3.0])
def test_chord_of_a_box_against_sampled_rays(depth):
    """A box of depth d is a unit cube whose x axis is stretched: rays and all."""
    random, n, radius = np.random.default_rng(14), 400_000, 0.4
    r, phi = radius * np.sqrt(random.random(n)), 2.0 * np.pi * random.random(n)
    x = np.stack([np.zeros(n), 0.5 + r * np.cos(phi), 0.5 + r * np.sin(phi)], axis=1)
    v = emit(np.zeros(n, dtype=int), np.ones(n), random)
    speed = np.sqrt((v**2).sum(axis=1))
    dt, _, _ = fly(x, v / [depth, 1.0, 1.0])
    error = (dt * speed).std() / math.sqrt(n)
    law = transpiration.mean_chord_from_hole(radius, 1.0, depth)
    assert abs((dt * speed).mean() - law) < SIGMAS * error
    assert abs(law - transpiration.mean_chord_from_hole(radius, 1.0)) > 20.0 * error


def test_balance_of_boxes_of_unequal_depth():
    cubes, deep = (transpiration.pressure_ratio(4.0, 1.0, 0.4, 1.0, d) for d in (None, 1e6))
    assert cubes == transpiration.pressure_ratio(4.0, 1.0, 0.4, 1.0, 1.0)
    # An endless cold box hardly notices the hole: the hot one's share is left.
    hot = np.pi * 0.4**2 * transpiration.mean_chord_from_hole(0.4, 1.0) / 4.0
    assert deep.expected == near(2.0 * (1.0 + hot), rel=1e-5)
    assert deep.law == cubes.law == 2.0


def test_chord_quadrature_has_converged(monkeypatch):
    coarse = transpiration.mean_chord_from_hole(0.5, 1.0)
    monkeypatch.setattr(transpiration, "N_RADII", 96)
    monkeypatch.setattr(transpiration, "N_ANGLES", 4096)
    assert transpiration.mean_chord_from_hole(0.5, 1.0) == near(coarse, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kinetic.mean_speed(-1.0, M), "T must be positive and finite, got -1.0"),
        (lambda: kinetic.impingement_rate(1.0, T, 0.0), "m must be positive and finite, got 0.0"),
        (lambda: effusion.effusing_energy(math.nan), "T must be positive and finite, got nan"),
        (lambda: effusion.effusion_thrust(1.0, 0.6, 1.0), "radius must be at most half the side"),
        (lambda: transpiration.mean_chord_from_hole(0.0, 1.0), "radius must be positive"),
        (lambda: transpiration.balance_net_flux(math.inf, 1.0), "T_hot must be positive"),
        (lambda: kinetic.effusing_speed_density([1.0, -2.0], T, M), "negative, got -2.0"),
        (lambda: kinetic.cosine_density([0.5, 1.5]), r"\[0, 1\], got 1.5"),
    ],
)
def test_bad_parameters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
