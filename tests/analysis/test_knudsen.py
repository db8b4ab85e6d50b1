"""Molecular flow through tubes and slits: published digits, exact identities, plain simulation."""

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.laws import clausing, knudsen

TUBE = {
    0.1: 0.95239890732,
    0.5: 0.8012714202,
    1.0: 0.67198390192,
    5.0: 0.3105252831,
    10.0: 0.19094243192,
    50.0: 0.04847645005,
    100.0: 0.02527636357,
    1000.0: 0.00264761717,
}
"""Transmission of a cylinder of length L/R, to the digits an independent solution gave."""

SLIT = {1.0: 0.68438082159, 10.0: 0.24055720035, 100.0: 0.04709160853}
"""Transmission of an infinite slit of length L/h."""

SIGMAS = 5.0
"""Simulated numbers must lie this close to the law, in standard errors."""


@pytest.mark.parametrize(("length", "w"), TUBE.items())
def test_tube_digits(length, w):
    assert knudsen.transmission_probability(length) == pytest.approx(w, rel=5e-9)


@pytest.mark.parametrize(("length", "w"), SLIT.items())
def test_slit_digits(length, w):
    assert knudsen.slit_transmission(length) == pytest.approx(w, rel=1e-9)


@pytest.mark.parametrize(
    "transmission", [knudsen.transmission_probability, knudsen.slit_transmission]
)
def test_a_short_duct_is_an_orifice(transmission):
    """To first order half of what hits the wall, L/R or L/h of what enters, turns back."""
    for length in (1e-2, 1e-4):
        assert 1.0 - transmission(length) == pytest.approx(length / 2.0, rel=length)


def test_a_long_tube_tends_to_knudsens_limit():
    for length, gap in ((1e2, 0.056), (1e3, 0.0073), (1e4, 9e-4)):
        law = knudsen.transmission(length)
        assert 0.0 < 8.0 / (3.0 * length) / law.law - 1.0 < gap
        fit = 3.0 * length / 8.0 + 0.281 * math.log(length) + 0.754
        assert 1.0 / law.expected == pytest.approx(fit, rel=5e-4)


def test_the_rival_of_a_tube_is_never_nearly_right():
    for length in (0.01, 1.0, 10.0, 100.0, 101.0, 1e3, 1e4):
        law = knudsen.transmission(length)
        assert abs(law.rival / law.law - 1.0) > 0.05


@pytest.mark.parametrize("length", [0.01, 1.0, 10.0, 300.0])
def test_wall_flux_is_antisymmetric_about_the_middle(length):
    flux = knudsen.wall_flux(length)
    x = np.linspace(0.0, length, 101)
    np.testing.assert_allclose(flux(x) + flux(length - x), 1.0, atol=1e-11)
    assert np.all(np.diff(flux(x)) > 0.0)


@pytest.mark.parametrize("length", [0.5, 10.0, 100.0])
def test_wall_flux_solves_the_integral_equation_in_its_textbook_form(length):
    """The kernel as Clausing wrote it and adaptive quadrature, away from the solver's points."""
    flux = knudsen.wall_flux(length)

    def kernel(d):
        return 0.5 * (1.0 - d * (d * d + 6.0) / (d * d + 4.0) ** 1.5)

    for x in length * np.array([0.0, 0.137, 0.5, 0.912]):
        s = length - x
        lit = (s * s + 2.0) / (2.0 * math.sqrt(s * s + 4.0)) - s / 2.0
        arriving = quad(
            lambda y, x=x: kernel(abs(x - y)) * float(flux(y)),
            max(0.0, x - 60.0),
            min(length, x + 60.0),
            points=[x],
            limit=400,
            epsabs=1e-10,
        )[0]
        far = 1e-5 if length > 60.0 else 1e-9  # ∫K beyond 60 R is 1/60³ at most
        assert float(flux(x)) == pytest.approx(lit + arriving, abs=far)


@pytest.mark.parametrize("length", [0.01, 0.5, 2.0, 10.0, 100.0, 1000.0])
def test_the_beam_over_the_hemisphere_is_what_is_transmitted(length):
    w = knudsen.transmission_probability(length)
    assert knudsen.cone_flux(length, math.pi / 2.0) == pytest.approx(w, rel=1e-10)
    assert knudsen.peaking_factor(length, math.pi / 2.0) == pytest.approx(1.0, rel=1e-10)


def test_on_the_axis_a_tube_shines_like_its_orifice():
    for length in (0.1, 1.0, 10.0):
        assert knudsen.beam_intensity(0.0, length) == 1.0
        law = knudsen.axial_peaking(length, 1e-7)
        assert law.expected == pytest.approx(law.law, rel=1e-5)
    assert knudsen.beam_intensity(0.7, 1e-6) == pytest.approx(math.cos(0.7), rel=1e-5)


@pytest.mark.parametrize(("length", "half_width"), [(10.0, 9.5226), (100.0, 0.96403)])
def test_half_width_of_the_beam(length, half_width):
    """Clausing's intensity as he wrote it, chord by chord, falls to half its axial value there."""
    theta = math.radians(half_width)
    flux, t = knudsen.wall_flux(length), math.tan(theta)
    p = length * t / 2.0
    seen = 2.0 * math.acos(p) - 2.0 * p * math.sqrt(1.0 - p * p)
    wall = quad(lambda z: float(flux(z)) * math.sqrt(1.0 - (z * t / 2.0) ** 2), 0.0, length)[0]
    textbook = math.cos(theta) / math.pi * (seen + 2.0 * t * wall)
    assert knudsen.beam_intensity(theta, length) == pytest.approx(textbook, rel=1e-8)
    assert textbook == pytest.approx(0.5, abs=1e-5)


def test_cone_flux_is_the_integral_of_the_intensity():
    length = 10.0
    for half_angle in (0.05, 0.3):  # without and with the angle, atan 0.2, that hides the entrance
        total = quad(
            lambda t: 2.0 * knudsen.beam_intensity(t, length) * math.sin(t),
            0.0,
            half_angle,
            points=[math.atan(0.2)] if half_angle > 0.2 else None,
        )[0]
        assert knudsen.cone_flux(length, half_angle) == pytest.approx(total, rel=1e-7)


def test_tube_against_simulation():
    """Two hundred thousand molecules through a tube of L = 4R: W, hits and the cone of 20°."""
    random, n, length, half_angle = np.random.default_rng(21), 200_000, 4.0, math.radians(20.0)

    def cosine_law(n):
        """Return the components along the normal and two tangents."""
        up = np.sqrt(random.random(n))
        phi, sine = 2.0 * np.pi * random.random(n), np.sqrt(1.0 - up**2)
        return up, sine * np.cos(phi), sine * np.sin(phi)

    r, phi = np.sqrt(random.random(n)), 2.0 * np.pi * random.random(n)
    x, y, z = r * np.cos(phi), r * np.sin(phi), np.zeros(n)
    w, u, v = cosine_law(n)
    hits, who = np.zeros(n), np.arange(n)
    through = in_cone = 0
    while z.size:
        b, a = x * u + y * v, u * u + v * v
        t = (-b + np.sqrt(np.maximum(b * b + a * (1.0 - x * x - y * y), 0.0))) / a
        end = z + w * t
        through += np.count_nonzero(end > length)
        in_cone += np.count_nonzero((end > length) & (w > math.cos(half_angle)))
        on = (end >= 0.0) & (end <= length)
        x, y, z, who = (x + u * t)[on], (y + v * t)[on], end[on], who[on]
        norm = np.hypot(x, y)
        x, y = x / norm, y / norm
        hits[who] += 1.0
        inward, along, w = cosine_law(z.size)
        u, v = -x * inward - y * along, -y * inward + x * along

    w_law = knudsen.transmission(length)
    error = math.sqrt(w_law.law * (1.0 - w_law.law) / n)
    assert abs(through / n - w_law.expected) < SIGMAS * error < abs(w_law.rival - w_law.law) / 2.0
    hit_law = knudsen.hits_per_molecule(length)
    assert abs(hits.mean() - hit_law.expected) < SIGMAS * hits.std() / math.sqrt(n)
    cone = knudsen.axial_peaking(length, half_angle).expected
    cone *= w_law.law * math.sin(half_angle) ** 2
    assert abs(in_cone / n - cone) < SIGMAS * math.sqrt(cone / n)


def test_predictions_name_their_rivals():
    w = TUBE[10.0]
    assert knudsen.transmission(10.0).rival == pytest.approx(8.0 / 30.0)
    assert (knudsen.reciprocity(10.0).law, knudsen.reciprocity(10.0).rival) == (
        0.0,
        pytest.approx(w),
    )
    hits = knudsen.hits_per_molecule(10.0)
    assert (hits.law, hits.expected, hits.rival) == (10.0, 10.0, 20.0)
    peaking = knudsen.axial_peaking(10.0)
    assert peaking.law == pytest.approx(1.0 / w)
    assert peaking.rival < peaking.expected < peaking.law


def test_solution_has_converged(monkeypatch):
    coarse = {length: knudsen.transmission_probability(length) for length in (0.01, 3.0, 1000.0)}
    node, weight = np.polynomial.legendre.leggauss(18)
    to_legendre = np.linalg.inv(np.polynomial.legendre.legvander(node, 17))
    monkeypatch.setattr(clausing, "N_POINTS", 18)
    monkeypatch.setattr(clausing, "_NODE", node)
    monkeypatch.setattr(clausing, "_WEIGHT", weight)
    monkeypatch.setattr(clausing, "_TO_LEGENDRE", to_legendre)
    for length, w in coarse.items():
        flux = clausing.solve(length, knudsen.tube_wall, knudsen.tube_end)
        fine = knudsen.tube_end_to_end(np.array(length))
        fine = fine + flux.weight @ (2.0 * knudsen.tube_end(flux.x) * flux.mu)
        assert fine == pytest.approx(w, rel=1e-9)


def test_importing_the_laws_stays_cheap():
    program = (
        "import sys, analysis.laws.knudsen as k; k.transmission_probability(1000.0);"
        "slow = {'scipy.stats', 'scipy.integrate', 'numba', 'pandas'} & set(sys.modules);"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: knudsen.transmission(0.0),
            "length_over_radius must be positive and finite, got 0",
        ),
        (lambda: knudsen.hits_per_molecule(2e4), "length_over_radius must be at most 10000, got 2"),
        (lambda: knudsen.slit_transmission(math.nan), "length_over_gap must be positive"),
        (lambda: knudsen.axial_peaking(1.0, 0.0), r"half_angle must lie in \(0, π/2\], got 0.0"),
        (lambda: knudsen.beam_intensity(math.pi / 2.0, 1.0), r"theta must lie in \[0, π/2\), got"),
    ],
)
def test_bad_parameters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
