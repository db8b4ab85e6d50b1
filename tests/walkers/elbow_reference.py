"""Transmission of a mitred 90° elbow, simulated in numpy alone: nothing of ``walkers`` is used.

Two legs of radius 1 along x < 0 and y > 0, each ``arm`` long from its opening to where the axes
meet. The other description of the shape: no mitre plane is crossed, each flight looks for the
nearest wall of either tube that lies in its own leg. Other random numbers (PCG64), and the cosine
law as the normal plus a point of the unit sphere. ``python -m tests.walkers.elbow_reference``.
"""

import numpy as np

ARM = 2.0
TRANSMISSION, ERROR = 0.351517, 0.000082
"""Result of 2²⁵ molecules for ARM, and its standard error."""

TINY = 1e-9


def roots(a, b, c):
    """Both roots of a t² + 2b t + c = 0; infinite where there are none."""
    square = b * b - a * c
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(square)
        both = np.stack([(-b - root) / a, (-b + root) / a])
    return np.where(np.isfinite(both) & (both > TINY), both, np.inf)


def cosine_law(normal, rng):
    """Directions by the cosine law about unit normals (3, n)."""
    sphere = rng.normal(size=normal.shape)
    direction = normal + sphere / np.linalg.norm(sphere, axis=0)
    return direction / np.linalg.norm(direction, axis=0)


def passed(n, arm, rng):
    """How many of n molecules that enter at x = −arm leave at y = arm, and wall hits of all."""
    radius, angle = np.sqrt(rng.random(n)), 2.0 * np.pi * rng.random(n)
    r = np.stack([np.full(n, -arm), radius * np.cos(angle), radius * np.sin(angle)])
    normal = np.zeros((3, n))
    normal[0] = 1.0
    d = cosine_law(normal, rng)
    through = hits = 0
    while r.shape[1]:
        times = []
        for u, v, sign in ((1, 0, -1.0), (0, 1, 1.0)):  # leg along x, then leg along y
            t = roots(
                d[u] ** 2 + d[2] ** 2,
                r[u] * d[u] + r[2] * d[2],
                r[u] ** 2 + r[2] ** 2 - 1.0,
            )
            safe = np.where(np.isfinite(t), t, 0.0)
            place = r[:2, None] + safe * d[:2, None]
            own = sign * (place[0] + place[1]) > 0.0
            within = sign * place[v] < arm
            times.append(np.where(own & within, t, np.inf).min(axis=0))
        wall = np.minimum(*times)
        stays = np.isfinite(wall)
        # What meets no wall leaves by the end it flies to.
        gone = d[:, ~stays]
        place = r[:, ~stays]
        with np.errstate(divide="ignore", invalid="ignore"):
            at_exit = (arm - place[1]) / gone[1]
            side = (place[0] + at_exit * gone[0]) ** 2 + (place[2] + at_exit * gone[2]) ** 2
        through += int(np.sum((gone[1] > 0.0) & (side <= 1.0 + 1e-6)))
        leg = times[1][stays] < times[0][stays]
        r = r[:, stays] + wall[stays] * d[:, stays]
        normal = -np.where(leg, [r[0], 0.0 * r[0], r[2]], [0.0 * r[0], r[1], r[2]])
        d = cosine_law(normal / np.linalg.norm(normal, axis=0), rng)
        hits += r.shape[1]
    return through, hits


def main():
    rng = np.random.default_rng(20)
    n, n_chunks = 2**17, 2**8
    sums = np.array([passed(n, ARM, rng) for _ in range(n_chunks)])
    w = sums[:, 0].sum() / (n * n_chunks)
    error = np.sqrt(w * (1.0 - w) / (n * n_chunks))
    print(f"W = {w:.6f} ± {error:.6f}; {sums[:, 1].sum() / (n * n_chunks):.5f} hits of {2 * ARM}")


if __name__ == "__main__":
    main()
