"""Where a straight flight meets a triangle, and where on a triangle a molecule then is.

No flight slips through an edge: two triangles that share it compute the same number, with the
opposite sign, for the side on which the flight passes it, and rounding never turns that sign.
Impacts are put a hair inside the triangle; for the rest, a flight is met by a surface that it has
overshot by no more than the rounding of coordinates.

Source: S. Woop, C. Benthin, I. Wald, Watertight ray/triangle intersection, J. Comput. Graph.
Tech. 2, 65 (2013), sec. 3 and appendix A.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import INITIAL, uniform_open
from .emit import drawn_box_point, drawn_words
from .hit_rare import FAR_AWAY, cross
from .lanes import COUNTS, LANES, N_LANES, boxes_met, fetch_ahead, triangles_met

CHILDREN = 6
"""Row of a node, after those of its boxes, that holds its children: what is used together."""

OWNER = 9
"""Row of a packet, after its coordinates, that holds the mesh of each triangle, or −1."""

NODE_BYTES, PACKET_BYTES = 256, 320
"""Sizes of a node and of a packet: whole lines of the processor's cache."""

INSET = 1e-12
"""Least barycentric coordinate of an impact."""

SLACK = 2e-6
"""How far behind its start a flight is still looked at, in units of half the mesh."""

GRAZING = 1e-4
"""Cosine below which a plane's distance is less certain than that to a triangle in it."""

MAXIMUM_TRIES = 1 << 20
"""Points drawn before a molecule starts outside and is lost: 10⁻⁴ of them and more are inside."""

_SLANTED = 0.36, 0.48, 0.8
_ONE = np.uint64(1)
_SLACK = np.float32(-SLACK)


class Tree(NamedTuple):
    """Triangles of all regions; a slot is 4·packet + lane, where a triangle lies in memory."""

    roots: NDArray[np.int64]  # (n_regions,) node, −1 where a region has no mesh
    frames: NDArray[np.float64]  # (n_regions, 5) centre [m], 1/(half the size) [1/m], skin [m]
    boxes: NDArray[np.float32]  # (n_nodes, 8, 8) low x, y, z, high x, y, z in that frame
    children: NDArray[np.int32]  # the same bytes; row CHILDREN: node, or −1 − packet
    packets: NDArray[np.float64]  # (n_packets, 10, 4) corners a x, y, z, b, c [m]; row OWNER
    numbers: NDArray[np.int32]  # (n_slots,) number of the triangle among all, −1 if none
    slots: NDArray[np.int32]  # (n_triangles,) where a triangle lies
    firsts: NDArray[np.int64]  # (n_meshes + 1,) first triangle of each mesh
    areas: NDArray[np.float64]  # (n_triangles,) cumulated area within its mesh [m²]
    columns: NDArray[np.int64]  # (n_meshes,) column of its first triangle in maps of hits, or −1
    waiting: NDArray[np.int32]  # what a flight has still to look at
    distances: NDArray[np.float32]  # how far that is
    nears: NDArray[np.float32]  # (8,) distances to the boxes of a node
    depths: NDArray[np.float64]  # (4,) distances to the triangles of a packet


@scalar
def inverse(d):
    """1/d in single precision, finite even for 0."""
    size = max(abs(d), 1e-20)
    return np.float32(1.0 / size if d >= 0.0 else -1.0 / size)


@scalar
def box_limit(nearest, scale, skipped):
    """Distance to a hit in units of the mesh, rounded up: boxes that begin beyond it are passed."""
    return np.float32(min((nearest * scale - skipped) * (1.0 + 1e-6) + 1e-6, 3e38))


@scalar
def component(x, y, z, axis):
    """Component of a vector."""
    return x if axis == 0 else (y if axis == 1 else z)


@scalar
def turned(dx, dy, dz):
    """Axes in cyclic order, the steepest of a flight last; the others swapped if it runs down."""
    a, b, c = 0, 1, 2
    if abs(dx) >= abs(dy) and abs(dx) >= abs(dz):
        a, b, c = 1, 2, 0
    elif abs(dy) >= abs(dz):
        a, b, c = 2, 0, 1
    if component(dx, dy, dz, c) < 0.0:
        a, b = b, a
    return a, b, c


@scalar
def corners_of(tree, slot):
    """Nine coordinates [m] of the corners of a triangle."""
    packet, lane = slot // N_LANES, slot % N_LANES
    p = tree.packets
    return (
        p[packet, 0, lane],
        p[packet, 1, lane],
        p[packet, 2, lane],
        p[packet, 3, lane],
        p[packet, 4, lane],
        p[packet, 5, lane],
        p[packet, 6, lane],
        p[packet, 7, lane],
        p[packet, 8, lane],
    )


@scalar
def owner(tree, slot):
    """Return the number of a triangle's mesh among all."""
    return np.int64(tree.packets[slot // N_LANES, OWNER, slot % N_LANES])


@scalar
def long_normal(tree, slot):
    """Return a normal of a triangle, twice as long as its area, into the gas."""
    ax, ay, az, bx, by, bz, cx, cy, cz = corners_of(tree, slot)
    return cross(bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az)


@scalar
def mesh_normal(tree, slot):
    """Return the unit normal of a triangle, into the gas."""
    nx, ny, nz = long_normal(tree, slot)
    scale = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz)
    return scale * nx, scale * ny, scale * nz


@scalar
def settled(tree, slot, x, y, z, dx, dy, dz, distance):
    """Distance to a triangle met at ``distance``, from its plane, and the cosine of the approach.

    Barycentric coordinates on a needle are known no better than rounding over its width: they
    say which triangle is met, and where only on a flight that grazes it.
    """
    p, packet, lane = tree.packets, slot // N_LANES, slot % N_LANES
    nx, ny, nz = long_normal(tree, slot)
    height = (
        (x - p[packet, 0, lane]) * nx
        + (y - p[packet, 1, lane]) * ny
        + (z - p[packet, 2, lane]) * nz
    )
    slope = -(dx * nx + dy * ny + dz * nz)
    norm = np.sqrt(nx * nx + ny * ny + nz * nz)
    if slope > GRAZING * norm:
        distance = max(height, 0.0) / slope
    return distance, slope / norm


@scalar
def mesh_point(tree, slot, u, v):
    """Point of a triangle with barycentric coordinates u, v, 1 − u − v, a hair inside it."""
    ax, ay, az, bx, by, bz, cx, cy, cz = corners_of(tree, slot)
    u, v = max(u, INSET), max(v, INSET)
    w = max(1.0 - u - v, INSET)
    total = u + v + w
    u, v = u / total, v / total
    return (
        cx + u * (ax - cx) + v * (bx - cx),
        cy + u * (ay - cy) + v * (by - cy),
        cz + u * (az - cz) + v * (bz - cz),
    )


@scalar
def on_mesh(tree, slot, x, y, z):
    """Point of a triangle where one beside its plane falls, moved a hair inside from the edges."""
    ax, ay, az, bx, by, bz, cx, cy, cz = corners_of(tree, slot)
    nx, ny, nz = long_normal(tree, slot)
    scale = 1.0 / (nx * nx + ny * ny + nz * nz)
    height = scale * ((x - ax) * nx + (y - ay) * ny + (z - az) * nz)
    x, y, z = x - height * nx, y - height * ny, z - height * nz
    rx, ry, rz = cross(bx - x, by - y, bz - z, cx - x, cy - y, cz - z)
    u = scale * (rx * nx + ry * ny + rz * nz)
    rx, ry, rz = cross(cx - x, cy - y, cz - z, ax - x, ay - y, az - z)
    v = scale * (rx * nx + ry * ny + rz * nz)
    if min(u, v, 1.0 - u - v) < INSET:
        x, y, z = mesh_point(tree, slot, u, v)
    return x, y, z


@kernel
def drawn_mesh_point(tree, mesh, words, stream, purpose, walker, draw):
    """Draw a uniform point of a mesh: position, slot of its triangle, next draw."""
    word_0, word_1, word_2, word_3 = drawn_words(words, stream, purpose, walker, draw)
    low, high = tree.firsts[mesh], tree.firsts[mesh + 1] - 1
    share = (np.float64(word_0) + np.float64(word_1) * 2.0**-32) * 2.0**-32
    area = share * tree.areas[high]
    while low < high:  # the first triangle up to which there is more area than that
        middle = (low + high) // 2
        if tree.areas[middle] > area:
            high = middle
        else:
            low = middle + 1
    u, v = uniform_open(word_2), uniform_open(word_3)
    if u + v > 1.0:
        u, v = 1.0 - u, 1.0 - v
    slot = np.int64(tree.slots[low])
    x, y, z = mesh_point(tree, slot, u, v)
    return x, y, z, slot, draw + _ONE


@scalar
def overshot(tree, slot, past, skin, dx, dy, dz):
    """Whether a flight that starts ``past`` a triangle does so by no more than rounding."""
    nx, ny, nz = long_normal(tree, slot)
    size = np.sqrt(nx * nx + ny * ny + nz * nz)
    return past * abs(nx * dx + ny * dy + nz * dz) <= skin * size


@scalar
def mesh_hit(tree, region, x, y, z, dx, dy, dz, left, nearest):
    """Distance to the first triangle before ``nearest`` that faces a flight, and its slot or −1.

    left : slot of the triangle that the flight starts from, or −1.
    """
    slot = -1
    if tree.roots[region] < 0:
        return nearest, slot
    frame = tree.frames[region]
    scale, skin = frame[3], frame[4]
    # The flight in units of the mesh, from where it comes near.
    px, py, pz = scale * (x - frame[0]), scale * (y - frame[1]), scale * (z - frame[2])
    skipped = max(-(px * dx + py * dy + pz * dz) - 4.0, 0.0)
    px, py, pz = px + skipped * dx, py + skipped * dy, pz + skipped * dz
    start = np.float32(px), np.float32(py), np.float32(pz)
    slopes = inverse(dx), inverse(dy), inverse(dz)
    near_x, near_y, near_z = 3 if dx < 0.0 else 0, 4 if dy < 0.0 else 1, 5 if dz < 0.0 else 2
    a, b, c = turned(dx, dy, dz)
    da, db, dc = component(dx, dy, dz, a), component(dx, dy, dz, b), component(dx, dy, dz, c)
    origin = component(x, y, z, a), component(x, y, z, b), component(x, y, z, c)
    shear = da / dc, db / dc, 1.0 / dc
    behind = -SLACK / scale

    limit = box_limit(nearest, scale, skipped)
    waiting, distances = tree.waiting, tree.distances
    waiting[0], distances[0] = tree.roots[region], np.float32(0.0)
    n_waiting = 1
    while n_waiting > 0:
        n_waiting -= 1
        if distances[n_waiting] > limit:
            continue
        node = waiting[n_waiting]
        while node >= 0:
            met = boxes_met(
                tree.boxes, node, near_x, near_y, near_z, start, slopes, _SLACK, limit, tree.nears
            )
            n_met = COUNTS[met]
            if n_met == 0:
                break
            first = n_waiting
            for k in range(n_met):  # nearest last
                lane = LANES[met, k]
                near = tree.nears[lane]
                place = n_waiting
                while place > first and distances[place - 1] < near:
                    distances[place], waiting[place] = distances[place - 1], waiting[place - 1]
                    place -= 1
                child = tree.children[node, CHILDREN, lane]
                distances[place], waiting[place] = near, child
                if child >= 0:
                    fetch_ahead(tree.boxes, child, NODE_BYTES)
                else:
                    fetch_ahead(tree.packets, -1 - child, PACKET_BYTES)
                n_waiting += 1
            n_waiting -= 1
            node = waiting[n_waiting]
        else:
            packet = -1 - node
            met = triangles_met(
                tree.packets, packet, a, b, c, origin, shear, behind, nearest, tree.depths
            )
            for k in range(COUNTS[met]):
                distance = tree.depths[LANES[met, k]]
                candidate = N_LANES * packet + LANES[met, k]
                if distance >= nearest or candidate == left:
                    continue
                if distance < 0.0 and not overshot(tree, candidate, -distance, skin, dx, dy, dz):
                    continue
                nearest, slot = distance, candidate
                limit = box_limit(nearest, scale, skipped)
    return max(nearest, 0.0), slot


@kernel
def in_mesh(tree, region, x, y, z):
    """Whether a point lies in the gas that the meshes of a region enclose.

    A flight from there ends on a triangle, and one back from that triangle comes at least as far.
    """
    dx, dy, dz = _SLANTED
    there, slot = mesh_hit(tree, region, x, y, z, dx, dy, dz, -1, FAR_AWAY)
    if slot < 0:
        return False
    x, y, z = x + there * dx, y + there * dy, z + there * dz
    back, _ = mesh_hit(tree, region, x, y, z, -dx, -dy, -dz, slot, FAR_AWAY)
    return back >= there


@kernel
def gas_point(tree, region, p, i, words, stream, walker, draw):
    """Draw a uniform point of the gas that meshes enclose, and return it with the next draw.

    p, i : parameters of the Box around them, and their row.
    """
    x, y, z = p[i, 0], p[i, 1], p[i, 2]
    for _ in range(MAXIMUM_TRIES):
        x, y, z, draw = drawn_box_point(p, i, words, stream, INITIAL, walker, draw)
        if in_mesh(tree, region, x, y, z):
            break
    return x, y, z, draw


@kernel
def map_hit(tree, hits, slot):
    """Count a hit of a triangle in a row of a map, if its mesh is mapped."""
    mesh = owner(tree, slot)
    if tree.columns[mesh] >= 0:
        hits[tree.columns[mesh] + tree.numbers[slot] - tree.firsts[mesh]] += 1
