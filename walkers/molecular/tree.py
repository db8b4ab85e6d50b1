"""From the triangles of a model to the tree that its flights walk through."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gas import FreeMolecular
from .lanes import N_CHILDREN, N_LANES
from .mesh import Mesh
from .mesh_hit import CHILDREN, OWNER, Tree
from .split import MAXIMUM_DEPTH, fold, split_triangles
from .tables import skin
from .vectors import LINE

KEPT, KEPT_BYTES = 4, 2**30
"""Trees kept for models that come again, e.g. batch after batch: some, and all that are small."""


def make_tree(model: FreeMolecular) -> Tree | None:
    """Build the tree of a model's meshes, or take the one at hand; None without meshes."""
    owned = tuple(
        (surface.shape, model.region_number(surface.region))
        for surface in model.surfaces
        if isinstance(surface.shape, Mesh)
    )
    if not owned:
        return None
    with _one_at_a_time:
        tree = _kept_tree(owned, len(model.regions))
    frames = tree.frames.copy()
    room = (N_CHILDREN - 1) * (MAXIMUM_DEPTH + 32) + 2
    frames[:, 4] = [skin(model, region) for region in model.regions]
    mapped, columns = 0, []
    for surface in model.surfaces:
        if isinstance(surface.shape, Mesh):
            is_mapped = surface.name in model.map_hits
            columns.append(mapped if is_mapped else -1)
            mapped += is_mapped * len(surface.shape.triangles)
    return tree._replace(
        frames=frames,
        columns=np.array(columns),
        # Every batch writes into room of its own.
        waiting=np.empty(room, np.int32),
        distances=np.empty(room, np.float32),
        nears=np.empty(N_CHILDREN, np.float32),
        depths=np.empty(N_LANES),
    )


_one_at_a_time = threading.Lock()
_kept: dict[Any, Tree] = {}  # the tree used last stands last


def _kept_tree(owned: tuple[tuple[Mesh, int], ...], n_regions: int) -> Tree:
    key = owned, n_regions
    tree = _kept.pop(key, None) or _read_only(_built(owned, n_regions))
    _kept[key] = tree
    while len(_kept) > KEPT and sum(_size(kept) for kept in _kept.values()) > KEPT_BYTES:
        del _kept[next(iter(_kept))]
    return tree


def _read_only(tree: Tree) -> Tree:
    """Keep batches side by side from writing into what they share."""
    for array in tree:
        array.setflags(write=False)
    return tree


def _size(tree: Tree) -> int:
    return sum(array.nbytes for array in tree)


def _built(owned: tuple[tuple[Mesh, int], ...], n_regions: int) -> Tree:
    firsts = np.cumsum([0, *(len(mesh.triangles) for mesh, _ in owned)])
    owners = np.repeat(np.arange(len(owned)), np.diff(firsts))
    regions = np.array([region for _, region in owned])[owners]
    corners = np.concatenate([mesh.corners for mesh, _ in owned])
    roots, frames = np.full(n_regions, -1), np.zeros((n_regions, 5))
    parts = []
    n_nodes = n_packets = 0
    for region in np.unique(regions):
        chosen = np.flatnonzero(regions == region)
        low, high = corners[chosen].min(axis=(0, 1)), corners[chosen].max(axis=(0, 1))
        frames[region, :4] = *(0.5 * low + 0.5 * high), 2.0 / (high - low).max()
        scaled = (corners[chosen] - frames[region, :3]) * frames[region, 3]
        boxes, children, members = fold(*split_triangles(scaled.min(axis=1), scaled.max(axis=1)))
        children = np.where(children >= 0, children + n_nodes, children - n_packets)
        parts.append((boxes, children, np.where(members >= 0, chosen[members], -1)))
        roots[region] = n_nodes
        n_nodes += len(boxes)
        n_packets += len(members)
    boxes, children, numbers = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    taken = numbers >= 0
    # An empty lane: a triangle shrunk to the point 0, which nothing meets.
    packets = in_lines((n_packets, OWNER + 1, N_LANES), np.float64)
    lanes = packets.transpose(0, 2, 1)
    lanes[taken, :OWNER] = corners[numbers[taken]].reshape(-1, OWNER)
    lanes[:, :, OWNER] = np.where(taken, owners[numbers], -1)
    nodes = in_lines((n_nodes, 8, N_CHILDREN), np.float32)
    nodes[:, :CHILDREN] = boxes
    nodes.view(np.int32)[:, CHILDREN] = children
    slots = np.empty(len(corners), np.int32)
    slots[numbers[taken]] = np.flatnonzero(taken)
    areas = np.concatenate([np.cumsum(mesh.areas) for mesh, _ in owned])
    return Tree(
        roots=roots,
        frames=frames,
        boxes=nodes,
        children=nodes.view(np.int32),
        packets=packets,
        numbers=numbers.reshape(-1).astype(np.int32),
        slots=slots,
        firsts=firsts,
        areas=areas,
        columns=np.empty(0, np.int64),
        waiting=np.empty(0, np.int32),
        distances=np.empty(0, np.float32),
        nears=np.empty(0, np.float32),
        depths=np.empty(0),
    )


def in_lines(shape: tuple[int, ...], kind: type) -> NDArray[Any]:
    """Zeros that begin where a line of the processor's cache does: no node lies in one too many."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    space = np.zeros(size + LINE, np.uint8)
    first = -space.ctypes.data % LINE
    return space[first : first + size].view(kind).reshape(shape)
