"""Each sampler against its density; fixed seeds, each test at level LEVEL."""

import numpy as np
import pytest
from scipy import constants, stats

from analysis.laws.kinetic import mean_effusing_speed, mean_speed
from walkers.boundary import AngleLaw, SpeedLaw
from walkers.engine.jit import kernel
from walkers.engine.streams import INITIAL, MOTION, make_stream
from walkers.molecular.emit import (
    DRAWS_AT_ONCE,
    drawn_ball_point,
    drawn_disc_point,
    drawn_normals,
    in_frame,
)
from walkers.molecular.scatter import emitted, mirrored
from walkers.species import gas

LEVEL = 1e-4
N_SAMPLES = 20_000
SQUARE_SPEED = 2.0 * constants.k * 300.0 / gas("N2").mass
STREAM = make_stream(11, 0)


@kernel
def emissions(angles, speeds, normal, stream, n):
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    out = np.empty((n, 4))
    for walker in range(n):
        dx, dy, dz, speed, _ = emitted(
            angles,
            speeds,
            SQUARE_SPEED,
            True,
            123.0,
            normal[0],
            normal[1],
            normal[2],
            words,
            stream,
            MOTION,
            np.uint64(walker),
            np.uint64(0),
        )
        out[walker] = dx, dy, dz, speed
    return out


@kernel
def points(p, stream, n):
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    out = np.empty((3, n, 3))
    for number in range(n):
        walker, draw = np.uint64(number), np.uint64(0)
        x, y, z, draw = drawn_disc_point(p, 0, words, stream, INITIAL, walker, draw)
        out[0, number] = x, y, z
        x, y, z, draw = drawn_ball_point(words, stream, INITIAL, walker, draw)
        out[1, number] = x, y, z
        x, y, z, draw = drawn_normals(words, stream, INITIAL, walker, draw)
        out[2, number] = x, y, z
    return out


def agrees(sample, distribution):
    return stats.kstest(sample, distribution).pvalue > LEVEL


@pytest.mark.parametrize("normal", [(0, 0, 1), (0, -1, 0), (0.6, 0.0, -0.8), (0, 0, -1)])
@pytest.mark.parametrize(
    ("angles", "cosine_squared"),
    [(AngleLaw.COSINE, stats.uniform), (AngleLaw.ISOTROPIC, stats.beta(0.5, 1.0))],
)
def test_directions_follow_their_law(angles, cosine_squared, normal):
    out = emissions(int(angles), 0, np.array(normal, float), STREAM, N_SAMPLES)
    assert np.allclose(np.linalg.norm(out[:, :3], axis=1), 1.0, rtol=1e-14)
    cosine = out[:, :3] @ normal
    assert np.all(cosine > 0.0)
    assert agrees(cosine**2, cosine_squared.cdf)
    first = np.cross(normal, [0.36, 0.48, 0.8])
    azimuth = np.arctan2(out[:, :3] @ np.cross(normal, first), out[:, :3] @ first)
    assert agrees((azimuth / np.pi + 1.0) / 2.0, stats.uniform.cdf)
    # Speed and direction are independent.
    assert stats.spearmanr(out[:, 3], cosine).pvalue > LEVEL


@pytest.mark.parametrize(
    ("speeds", "shape", "mean"),
    [
        (SpeedLaw.EFFUSIVE, 2.0, mean_effusing_speed(300.0, gas("N2").mass)),
        (SpeedLaw.VOLUME, 1.5, mean_speed(300.0, gas("N2").mass)),
    ],
)
def test_speeds_follow_their_law(speeds, shape, mean):
    speed = emissions(0, int(speeds), np.array([0.0, 0.0, 1.0]), STREAM, N_SAMPLES)[:, 3]
    assert agrees(speed**2 / SQUARE_SPEED, stats.gamma(shape).cdf)
    assert abs(speed.mean() - mean) < 4.5 * speed.std() / np.sqrt(N_SAMPLES)


def test_a_kept_speed_is_kept():
    out = emissions(0, int(SpeedLaw.KEPT), np.array([0.0, 0.0, 1.0]), STREAM, 100)
    assert np.all(out[:, 3] == 123.0)


def test_points_and_normals_follow_their_law():
    p = np.zeros((1, 10))
    p[0, :3], p[0, 3:6], p[0, 7] = (1.0, 2.0, 3.0), (0.6, 0.0, -0.8), 2.0
    disc, ball, normals = points(p, STREAM, N_SAMPLES)
    from_center = disc - p[0, :3]
    assert np.allclose(from_center @ p[0, 3:6], 0.0, atol=1e-14)
    assert agrees((from_center**2).sum(1) / 4.0, stats.uniform.cdf)
    assert agrees((ball**2).sum(1) ** 1.5, stats.uniform.cdf)
    for axis in range(3):
        assert agrees(normals[:, axis], stats.norm.cdf)
    assert agrees((normals**2).sum(1), stats.chi2(3).cdf)


def test_frames_are_orthonormal_and_exact_along_the_axes():
    rng = np.random.default_rng(3)
    normals = [*np.eye(3), *-np.eye(3), *rng.normal(size=(200, 3)), [1e-9, -1e-17, -1.0]]
    for number, normal in enumerate(normals):
        normal = normal / np.linalg.norm(normal)
        frame = np.array([in_frame(*normal, *unit) for unit in np.eye(3)])
        assert np.all(frame[2] == normal)
        assert np.allclose(frame @ frame.T, np.eye(3), rtol=0.0, atol=0.0 if number < 6 else 1e-15)


def test_mirrors_keep_the_length_over_a_million_reflections():
    @kernel
    def reflect(dx, dy, dz, n):
        for i in range(n):
            if i % 2 == 0:
                dx, dy, dz = mirrored(0.6, 0.0, 0.8000000000000002, dx, dy, dz)
            else:
                dx, dy, dz = mirrored(0.0, -0.28, 0.96, dx, dy, dz)
        return dx, dy, dz

    assert abs(np.linalg.norm(reflect(0.48, 0.6, 0.64, 1_000_000)) - 1.0) < 1e-15
