"""Hollow tubes and spheres: laws against quadrature, voxels against the staircase's bound."""

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.laws import laplace
from analysis.laws.shells import Shell, shell_flow, shell_flux, staircase_gap
from scenarios._hollow import INNER, OUTER, Voxels, exact

TUBE, BALL = Shell(2, 1.0, 2.5, 3.0, 0.7), Shell(3, 1.0, 2.5, 3.0, 0.7)


@pytest.mark.parametrize("shell", [TUBE, BALL])
def test_the_resistance_is_that_of_thin_layers_in_series(shell):
    n = shell.dimension - 1
    resistance = quad(lambda r: 1.0 / (2.0 * n * np.pi * r**n), 1.0, 2.5, epsabs=0, epsrel=1e-12)[0]
    assert shell.flow_law == pytest.approx(0.7 * 3.0 / resistance, rel=1e-12)
    thin = Shell(shell.dimension, 1.0, 1.0 + 1e-7, 3.0, 0.7)
    law = shell_flow(thin, 0.0)
    assert law.rival == pytest.approx(law.law, rel=1e-6)


def test_strips_and_patches_catch_their_share():
    x, w = 1.3, 0.4
    strip = quad(lambda y: TUBE.flow_law / (2 * np.pi) * x / (x * x + y * y), -w, w)[0] / (2 * w)
    assert shell_flux(TUBE, x, w, 0.0).law == pytest.approx(strip, rel=1e-12)
    y = np.polynomial.legendre.leggauss(40)
    points, weights = w * y[0], w * y[1]
    r = np.sqrt(x * x + points[:, None] ** 2 + points**2)
    patch = BALL.flow_law / (4 * np.pi) * weights @ (x / r**3) @ weights / (2 * w) ** 2
    assert shell_flux(BALL, x, w, 0.0).law == pytest.approx(patch, rel=1e-12)


@pytest.mark.parametrize(
    ("dimension", "resolutions"), [(2, (5, 7, 10, 14, 20, 28, 40)), (3, (5, 6, 7, 9, 12, 15))]
)
def test_the_staircase_closes_with_the_size_of_its_voxels(dimension, resolutions):
    gaps = []
    for n in resolutions:
        shell = Shell(dimension, 1.0, 2.0, 1.0, 1.0)
        flow = exact(Voxels(dimension, n, 2.0 * n))[0] / n ** (dimension - 2)
        gaps.append(flow / shell.flow_law - 1.0)
        assert abs(gaps[-1]) < staircase_gap(shell, 1.0 / n).tolerance
        assert staircase_gap(shell, 1.0 / n).tolerance == pytest.approx(
            {2: 1.05 / np.log(2.0), 3: 1.75}[dimension] / n
        )
    slope = np.polyfit(np.log(resolutions), np.log(np.abs(gaps)), 1)[0]
    assert -1.4 < slope < -0.7


def test_strips_stay_within_the_wall_however_thin():
    random = np.random.default_rng(4)
    for _ in range(60):
        dimension = int(random.integers(2, 4))
        r_inner = random.uniform(5, (100, 30)[dimension - 2])
        voxels = Voxels(dimension, r_inner, r_inner + 5.0 + 10.0 * random.random() ** 3)
        x = np.abs(voxels.sites())
        for plane, width in zip(voxels.planes, voxels.half_widths, strict=True):
            across = (dimension - 1) * np.array([0.5, width - 0.5]) ** 2
            assert (plane - 0.5) ** 2 + across[0] > voxels.r_inner**2
            assert (plane + 0.5) ** 2 + across[1] < voxels.r_outer**2
            assert x.max() > plane + 1
        assert voxels.planes[1] - voxels.planes[0] >= 2


@pytest.mark.parametrize(
    "voxels", [Voxels(2, 6.0, 13.7), Voxels(3, 5.2, 11.0), Voxels(3, 15.3, 20.4)]
)
def test_an_octant_has_the_field_of_the_whole(voxels):
    image = voxels.image()
    field = laplace.steady_field(image, {INNER: 1.0, OUTER: 0.0})
    flow, inner, outer = exact(voxels)
    assert laplace.flow(image, field, INNER) == pytest.approx(flow, rel=1e-9)
    tags, d = voxels.tags(), voxels.dimension
    for strip, flux in enumerate((inner, outer)):
        for direction in range(2 * d):
            near = voxels.tag(strip, direction)
            drop = field[tags == near].mean() - field[tags == near + 1].mean()
            assert drop == pytest.approx(flux, rel=1e-8)
            step = np.argwhere(tags == near + 1)[0] - np.argwhere(tags == near)[0]
            assert step[direction // 2] == 2 * (direction % 2) - 1
            assert np.abs(step).sum() == 1
