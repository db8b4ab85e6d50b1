"""Whether triangles enclose a gas: what is wrong is named, what can be mended is mended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .enclosure import Enclosure, MeshError, some
from .mesh import signed_volumes, triangle_areas

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOUCHING = 2.5e-7
"""Overlap of triangles that passes for a touch, over the largest coordinate: files hold 32 bits."""

THINNEST = 1e-12
"""Height of a triangle below which it has no area, over the diagonal of the box."""

WHOLE = 1e-6
"""How far off a whole number a body may go round a point that does not touch it."""

MOST_ASKED = 50
"""Triangles of a body that are asked, at most about, where it touches others everywhere."""


def inspected(enclosure: Enclosure) -> Enclosure:
    """Turn triangles to look at the gas they enclose, or say why they enclose none.

    One body of triangles must be closed; closed bodies within it, each apart from the others,
    are islands that the gas flows round. Which side a file's triangles look to does not matter,
    as long as neighbours agree.

    Raises
    ------
    MeshError
        If triangles have no area, leave edges open, share an edge among three, look to another
        side than their neighbours, pass through each other, or enclose several gases or none.
    """
    _refuse_thin(enclosure)
    edges = _paired_edges(enclosure)
    bodies = _bodies(enclosure, edges)
    _refuse_crossings(enclosure)
    return _turned(enclosure, bodies)


def _where(enclosure: Enclosure, numbers: Integers) -> str:
    """Name triangles by their number in the part of the first of them, if it is theirs alone."""
    numbers = np.unique(numbers)
    if len(enclosure.names) == 1:
        return some("triangle", numbers)
    said = []
    for part in np.unique(enclosure.parts[numbers]):
        first = np.flatnonzero(enclosure.parts == part)
        own = np.searchsorted(first, numbers[enclosure.parts[numbers] == part])
        said.append(f"{some('triangle', own)} of {enclosure.names[part]}")
    return ", ".join(said[:3]) + (", …" if len(said) > 3 else "")


def _refuse_thin(enclosure: Enclosure) -> None:
    corners = enclosure.corners
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    low, high = enclosure.box
    size = np.linalg.norm(high - low)
    with np.errstate(invalid="ignore", divide="ignore"):
        height = 2.0 * triangle_areas(corners) / edges
    thin = np.flatnonzero(~(height > THINNEST * size))
    if thin.size:
        raise MeshError(
            f"{_where(enclosure, thin)}: no area (equal corners, or all three on a line)"
        )


def _edge_keys(triangles: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Key of the edges after corners 0, 1, 2 of every triangle, in blocks, and their direction."""
    start, end = triangles.T.ravel(), np.roll(triangles, -1, axis=1).T.ravel()
    n = int(triangles.max()) + 1
    return np.minimum(start, end) * n + np.maximum(start, end), start < end


def _paired_edges(enclosure: Enclosure) -> tuple[Integers, NDArray[np.bool_]]:
    """Return the two triangles at every edge, and whether they look to the same side."""
    m = len(enclosure.triangles)
    keys, forward = _edge_keys(enclosure.triangles)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(np.r_[starts, ordered.size])
    if (counts == 1).any():
        open_edges = order[starts[counts == 1]]
        edge = enclosure.vertices[
            [enclosure.triangles[open_edges[0] % m, (open_edges[0] // m + i) % 3] for i in (0, 1)]
        ]
        places = " to ".join("({:.6g}, {:.6g}, {:.6g})".format(*end) for end in edge)
        number = f"{open_edges.size} open edge{'s' if open_edges.size > 1 else ''}"
        raise MeshError(
            f"not watertight: {number}, of {_where(enclosure, open_edges % m)}; the first goes "
            f"from {places} m"
        )
    if (counts > 2).any():
        crowded = np.repeat(counts > 2, counts)
        raise MeshError(
            f"{_where(enclosure, order[crowded] % m)}: more than two triangles share an edge"
        )
    pairs = order.reshape(-1, 2)
    return pairs % m, forward[pairs[:, 0]] != forward[pairs[:, 1]]


def _bodies(enclosure: Enclosure, edges: tuple[Integers, NDArray[np.bool_]]) -> Integers:
    """Return the number of the connected body that each triangle belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    m = len(enclosure.triangles)

    def joined(pairs: Integers) -> tuple[int, Integers]:
        graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (m, m))
        n_groups, groups = connected_components(graph, directed=False)
        return int(n_groups), groups.astype(np.int64)

    pairs, agree = edges
    n_bodies, bodies = joined(pairs)
    n_groups, groups = joined(pairs[agree])
    if n_groups > n_bodies:
        # The smaller groups of a body are the ones turned against the largest.
        sizes = np.bincount(groups)
        largest = np.zeros(n_bodies, np.int64)
        for group in np.argsort(sizes, kind="stable"):
            largest[bodies[np.argmax(groups == group)]] = group
        turned = np.flatnonzero(groups != largest[bodies])
        raise MeshError(
            f"{_where(enclosure, turned)}: turned against neighbours (the order of their corners "
            "says they look to the other side)"
        )
    return bodies


def _turned(enclosure: Enclosure, bodies: Integers) -> Enclosure:
    """Turn the outer body to look inwards and its islands outwards."""
    corners = enclosure.corners
    volumes = np.bincount(bodies, signed_volumes(corners))
    outer = int(np.argmax(np.abs(volumes)))
    for body in np.flatnonzero(np.arange(volumes.size) != outer):
        turns = _turns_about(corners, bodies, int(body))
        if turns[outer] == 0.0 or np.count_nonzero(turns) > 1:
            own = _where(enclosure, np.flatnonzero(bodies == body))
            raise MeshError(
                f"{volumes.size} bodies that do not touch: {own} bound neither the gas in the "
                "largest of them nor an island in it"
            )
    # Negative: seen from inside, the corners of the hull run counter-clockwise.
    wrong = np.where(np.arange(volumes.size) == outer, volumes > 0.0, volumes < 0.0)
    turn = wrong[bodies]
    if not turn.any() and volumes.size == 1:
        return enclosure
    triangles = np.where(turn[:, None], enclosure.triangles[:, ::-1], enclosure.triangles)
    return replace(
        enclosure, triangles=triangles, remarks=enclosure.remarks + _islands(volumes.size - 1)
    )


def _islands(n: int) -> tuple[str, ...]:
    """Say how many islands there are."""
    if n == 0:
        return ()
    return (f"{n} closed {'body' if n == 1 else 'bodies'} inside, which the gas flows round",)


def _turns_about(corners: Floats, bodies: Integers, body: int) -> Floats:
    """How often each other body goes round one of them; it may touch them where they meet.

    Seen from where it touches them, they go round by any fraction, or, in a face of theirs, by 0
    or 1 as rounding will: asked is the middle of a triangle that does not touch.
    """
    middles = corners[bodies == body].mean(axis=1)
    for point in middles[:: max(1, len(middles) // MOST_ASKED)]:
        angles = _solid_angles(corners, point) / (4.0 * np.pi)
        angles[bodies == body] = 0.0  # the point lies on it
        parts = np.bincount(bodies, angles)
        turns = np.rint(parts)
        if np.abs(parts - turns).max() < WHOLE and np.abs(angles).max() < 0.5 - WHOLE:
            break
    return turns


def _solid_angles(corners: Floats, point: Floats) -> Floats:
    """Solid angle of each triangle seen from a point, signed by the side seen [sr].

    Source: A. van Oosterom and J. Strackee, IEEE Trans. Biomed. Eng. 30, 125 (1983), eq. 8.
    """
    a, b, c = (corners[:, i] - point for i in range(3))
    na, nb, nc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    across = np.einsum("ij,ij->i", a, np.cross(b, c))
    along = (
        na * nb * nc
        + np.einsum("ij,ij->i", a, b) * nc
        + np.einsum("ij,ij->i", b, c) * na
        + np.einsum("ij,ij->i", c, a) * nb
    )
    angles: Floats = 2.0 * np.arctan2(across, along)
    return angles


def _refuse_crossings(enclosure: Enclosure) -> None:
    from .overlaps import crossing_pairs

    depth = TOUCHING * float(np.abs(enclosure.vertices).max())
    pairs, complete = crossing_pairs(enclosure.vertices, enclosure.triangles, depth, 1000)
    if len(pairs):
        number = f"{len(pairs)}{'' if complete else ' or more'}"
        a, b = pairs[0]
        raise MeshError(
            f"intersects itself: {number} pair{'s' if len(pairs) > 1 else ''} of triangles pass "
            f"through each other, the first {_where(enclosure, pairs[:1, 0])} and "
            f"{_where(enclosure, pairs[:1, 1])}, near "
            "({:.6g}, {:.6g}, {:.6g}) m".format(*enclosure.corners[[a, b]].mean(axis=(0, 1)))
        )
