"""Speed on meshes as ratios measured in one run: our flights and hits against Embree's rays.

python benchmarks/meshes.py (it needs `pip install embreex trimesh`) prints, for closed meshes of
10³ … 10⁶ triangles, nanoseconds per ray of Embree and of our tree on the same rays, then of
whole hits, which land, draw and count besides, and exits with status 1 if a ratio falls below
its bound. How the cost grows is printed: the boxes looked at grow as the logarithm of the number of
triangles, the time faster, ours and Embree's, once the mesh outgrows the caches. Embree answers in
single precision and on one core; its rays start a hair off the wall, ours on it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

import numpy as np
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh

from walkers import Diffuse, FreeMolecular, FromSurface, Mesh, Surface, trace_paths
from walkers.engine.jit import kernel
from walkers.molecular.mesh_hit import FAR_AWAY, mesh_hit
from walkers.molecular.tree import make_tree

LEAST = 0.5
REPETITIONS = 15
N_MOLECULES, N_HITS = 20, 900
T = 300.0


def sphere(n: int) -> Mesh:
    """Sphere seen from inside, 12 n² triangles: a cube's faces blown up."""
    t = np.tan(np.linspace(-np.pi / 4.0, np.pi / 4.0, n + 1))
    a, b = np.meshgrid(t, t, indexing="ij")
    square = _squares(n + 1, n + 1)
    vertices, triangles = [], []
    for axis in range(3):
        for side in (1, -1):
            points = np.roll(np.stack([a, b, np.full_like(a, side)], -1), axis, axis=-1)
            points = points.reshape(-1, 3)
            triangles.append(square[:, ::-side] + len(vertices) * len(points))
            vertices.append(points / np.linalg.norm(points, axis=1)[:, None])
    # Neighbouring faces compute the points of their common edge alike, but for rounding.
    _, first, places = np.unique(
        np.round(np.concatenate(vertices), 12) + 0.0, axis=0, return_index=True, return_inverse=True
    )
    joined = places.reshape(-1)[np.concatenate(triangles)]
    return Mesh(np.concatenate(vertices)[first], joined)


def tube(n: int, n_rings: int) -> Mesh:
    """Closed tube of length 4 and radius 1 seen from inside, its ends cut into rings."""
    n_caps = max(2, n_rings // 4)
    out = np.arange(1, n_caps + 1) / n_caps
    radii = np.concatenate([1e-3 * out[:1], out, np.ones(n_rings - 1), out[::-1], 1e-3 * out[:1]])
    along = np.concatenate(
        [np.zeros(n_caps), np.linspace(0.0, 4.0, n_rings + 1), np.full(n_caps, 4.0)]
    )
    angles = 2.0 * np.pi * np.arange(n) / n
    rings = np.stack(
        [
            radii[:, None] * np.cos(angles),
            radii[:, None] * np.sin(angles),
            np.broadcast_to(along[:, None], (len(radii), n)),
        ],
        -1,
    )
    i = np.arange(n)
    k = (i + 1) % n
    last = (len(radii) - 1) * n
    parts = [
        np.stack(t, 1)
        for j in range(len(radii) - 1)
        for t in (
            (j * n + i, (j + 1) * n + i, j * n + k),
            (j * n + k, (j + 1) * n + i, (j + 1) * n + k),
        )
    ]
    ends = [np.stack([i * 0, i, k], 1)[1:-1], np.stack([i * 0, k, i], 1)[1:-1] + last]
    return Mesh(rings.reshape(-1, 3), np.concatenate(parts + ends))


def _squares(n: int, m: int) -> np.ndarray:
    k = np.arange(n * m).reshape(n, m)
    low, right, up, far = k[:-1, :-1], k[1:, :-1], k[:-1, 1:], k[1:, 1:]
    return np.concatenate(
        [np.stack(c, -1).reshape(-1, 3) for c in ((low, right, up), (up, right, far))]
    )


MESHES: dict[str, Callable[[], Mesh]] = {
    "sphere": lambda: sphere(9),
    "sphere ": lambda: sphere(29),
    "sphere  ": lambda: sphere(91),
    "sphere   ": lambda: sphere(289),
    "tube": lambda: tube(16, 24),
    "tube ": lambda: tube(700, 476),
}
"""Of 10³, 10⁴, 10⁵ and 10⁶ triangles."""


@kernel
def fly(tree, starts, directions, left, distances, slots):
    """Nearest triangle of each ray."""
    for i in range(starts.shape[0]):
        distances[i], slots[i] = mesh_hit(
            tree,
            0,
            starts[i, 0],
            starts[i, 1],
            starts[i, 2],
            directions[i, 0],
            directions[i, 1],
            directions[i, 2],
            left[i],
            FAR_AWAY,
        )


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call in this thread."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def compare(mesh: Mesh) -> tuple[float, float, float, float, float]:
    """Nanoseconds of a ray of Embree, of ours and of a whole hit, and the two median ratios."""
    wall = Surface("wall", mesh, Diffuse(T))
    t_end = N_HITS * 4.0 / 3.0 / 476.0  # mean speed of N₂ at 300 K, mean flights of a sphere
    sources = (FromSurface("wall", T, N_MOLECULES),)
    model = FreeMolecular(N_MOLECULES, surfaces=(wall,), sources=sources, t_end=t_end)
    tree = make_tree(model)
    paths = trace_paths(model, 1, N_MOLECULES, 10 * N_HITS)
    starts = np.concatenate([path[:-1] for path in paths])
    flights = np.concatenate([path[1:] for path in paths]) - starts
    lengths = np.linalg.norm(flights, axis=1)
    directions = flights / lengths[:, None]
    n = len(starts)
    left, slots, distances = np.full(n, -1), np.empty(n, np.int64), np.empty(n)
    fly(tree, starts, directions, left, distances, slots)
    left[1:] = slots[:-1]  # each flight starts from the triangle that the one before met …
    left[np.cumsum([0, *(len(path) - 1 for path in paths[:-1])])] = -1  # … but for the first

    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, mesh.corners.astype(np.float32))
    normals = np.where((left >= 0)[:, None], mesh.normals[tree.numbers[left]], 0.0)
    origins = (starts + 1e-5 * normals).astype(np.float32)
    rays = directions.astype(np.float32)
    theirs = scene.run(origins, rays, query="DISTANCE")
    fly(tree, starts, directions, left, distances, slots)
    # Single precision, and origins a hair off: the same triangle, or one beside it.
    triangles = tree.numbers[slots]
    same = (scene.run(origins, rays) == triangles) | (np.abs(theirs - lengths) < 1e-3)
    if not (np.allclose(distances, lengths, rtol=0.0, atol=1e-9) and same.mean() > 0.998):
        raise AssertionError(f"other hits than Embree: {same.mean()}")

    n_hits = model.compute(1, 0)["hits"].sum()
    times = np.array(
        [
            (
                seconds(lambda: scene.run(origins, rays)) / n,
                seconds(lambda: fly(tree, starts, directions, left, distances, slots)) / n,
                seconds(lambda: model.compute(1, 0)) / n_hits,
            )
            for _ in range(REPETITIONS)
        ]
    )
    best = 1e9 * times.min(axis=0)
    ratios = times[:, :1] / times[:, 1:]
    return best[0], best[1], best[2], median(ratios[:, 0]), median(ratios[:, 1])


def main() -> int:
    """Measure, print, judge."""
    print(f"{'mesh':10s} {'triangles':>9s} {'Embree':>9s} {'ray':>6s} {'hit':>6s} ns"
          f" {'ray':>6s} {'hit':>6s} of Embree's rate   hits per second")  # fmt: skip
    missed = False
    costs = []
    for name, build in MESHES.items():
        mesh = build()
        n = len(mesh.triangles)
        embree, ray, hit, ray_ratio, hit_ratio = compare(mesh)
        costs.append((name.strip(), n, hit))
        missed |= hit_ratio < LEAST
        print(f"{name:10s} {n:9d} {embree:9.0f} {ray:6.0f} {hit:6.0f}   "
              f" {ray_ratio:6.2f} {hit_ratio:6.2f} (at least {LEAST:g})   "
              f"{1e3 / hit:8.2f} million")  # fmt: skip
    spheres = [(np.log(n), cost) for name, n, cost in costs if name == "sphere"]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(spheres)]
    print("cost of a hit per factor of ten in triangles:",
          ", ".join(f"{np.log(10.0) * slope:.0f} ns" for slope in slopes))  # fmt: skip
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
