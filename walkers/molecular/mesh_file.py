"""Closed surfaces from STL, OBJ and PLY files, by trimesh, in metres."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .enclosure import WALL, Enclosure, MeshError, merged, some
from .mesh_check import inspected

SUFFIXES = (".stl", ".obj", ".ply")

MAXIMUM_BYTES = 2**30
"""Largest file read: about 20 million triangles, whose checks and tree take some 15 GB."""

BYTES_PER_TRIANGLE = {".stl": 50, ".obj": 40, ".ply": 19}
"""Least bytes that a triangle takes in a file of each format, for estimates."""

SAME_POINT = 1e-6
"""Corners on open edges so near each other, over the diagonal of the box, become one vertex."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def read_mesh(paths: str | Path | Sequence[str | Path], scale: float = 1.0) -> Enclosure:
    """Read the gas volume of a part, closed at its openings, and inspect it.

    The triangles must enclose the space where the gas is, lids at the openings included; a
    drawing of the metal round it encloses the metal. Which way their normals look does not
    matter as long as neighbours agree. Parts are the groups of an OBJ file (its objects, where it
    has no groups), the named solids of a text STL file, and, of several files, each file by its
    name without the ending; all else is the ``wall``.

    Parameters
    ----------
    paths : path or sequence of paths
        One file, or several that together close the surface.
    scale : float [m]
        Length of a unit of the files.

    Raises
    ------
    MeshError
        If a file cannot be read, or its triangles enclose no gas: one line that says why.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not files:
        raise MeshError("mesh: no file given")
    if not 0.0 < scale < math.inf:
        raise MeshError(f"scale must be positive and finite [m], got {scale}")
    pieces: dict[str, Floats] = {}
    for file in files:
        found = _read(file)
        if len(files) > 1 and len(found) == 1:
            found = {file.stem: next(iter(found.values()))}
        for name, corners in found.items():
            if name in pieces:
                raise MeshError(f"{file}: there is a part {name!r} already; give it another name")
            pieces[name] = corners
    if len(pieces) == 1:
        pieces = {WALL: next(iter(pieces.values()))}
    name = ", ".join(map(str, files[:3])) + (", …" if len(files) > 3 else "")
    try:
        return inspected(_joined(pieces, scale))
    except MeshError as error:
        raise MeshError(f"{name}: {error}") from None


def _joined(pieces: Mapping[str, Floats], scale: float) -> Enclosure:
    """Make one surface of the corners (m, 3, 3) of each part, in metres."""
    for name, piece in pieces.items():
        broken = np.flatnonzero(~np.isfinite(piece).all(axis=(1, 2)))
        if broken.size:
            raise MeshError(f"{some('triangle', broken)} of {name}: coordinates are not finite")
    corners = np.concatenate(list(pieces.values()))
    parts = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces.values()])
    largest = float(np.abs(corners).max())
    if not 1e-12 < largest * scale < 1e12:
        raise MeshError(
            f"scale: the largest coordinate would be {largest * scale:.3g} m, got {scale:g}"
        )
    vertices, triangles = merged(corners)
    vertices, triangles, n_moved = _mended(vertices, triangles)
    remarks: tuple[str, ...] = ()
    if n_moved:
        remarks = (f"{n_moved} vertices of open edges were joined with near ones",)
    found = Enclosure(vertices * scale, triangles, tuple(pieces), parts, remarks)
    if found.volume > 0.0:  # islands cannot change the sign: they are smaller than their hull
        inwards = "the triangles look inwards, unlike those of most files: read all the same"
        return replace(found, remarks=(*remarks, inwards))
    return found


def _mended(vertices: Floats, triangles: Integers) -> tuple[Floats, Integers, int]:
    """Join vertices on open edges with near ones: files that round differently leave gaps."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    start, end = triangles.T.ravel(), np.roll(triangles, -1, axis=1).T.ravel()
    keys = np.minimum(start, end) * len(vertices) + np.maximum(start, end)
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    is_open = counts[inverse] == 1
    rim = np.unique(np.r_[start[is_open], end[is_open]])
    if not rim.size:
        return vertices, triangles, 0
    near = SAME_POINT * float(np.linalg.norm(np.ptp(vertices, axis=0)))
    pairs = cKDTree(vertices[rim]).query_pairs(near, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs), np.int8), pairs.T), (rim.size, rim.size))
    _, groups = connected_components(graph, directed=False)
    _, first = np.unique(groups, return_index=True)
    joined = np.arange(len(vertices))
    joined[rim] = rim[first[groups]]
    used, numbers = np.unique(joined[triangles], return_inverse=True)
    return vertices[used], numbers.reshape(triangles.shape), int(rim.size - first.size)


def _read(file: Path) -> dict[str, Floats]:
    """Read the corners (m, 3, 3) of every part of one file, in its own units."""
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise MeshError(f"{file}: must end with one of {', '.join(SUFFIXES)}")
    try:
        if not file.exists():
            raise MeshError(f"{file}: no such file")
        if not file.is_file():
            raise MeshError(f"{file}: is no file")
        size = file.stat().st_size
        if size == 0:
            raise MeshError(f"{file}: is empty")
        if size > MAXIMUM_BYTES:
            n = size / BYTES_PER_TRIANGLE[suffix]
            raise MeshError(
                f"{file}: has {size / 1e9:.3g} GB, up to {n / 1e6:.3g} million triangles; at most "
                f"{MAXIMUM_BYTES / 1e9:.3g} GB are read: simplify it"
            )
        found = _by_trimesh(file, suffix)
    except MeshError:
        raise
    except OSError as error:
        raise MeshError(f"{file}: cannot be read ({error.strerror or error})") from None
    except MemoryError:
        raise MeshError(f"{file}: is larger than the free memory") from None
    except Exception as error:  # a damaged file raises whatever decoding its bytes happens to raise
        said = " ".join(str(error).split()) or type(error).__name__
        why = _binary_fault(file, size) if suffix == ".stl" else f" ({said[:100]})"
        raise MeshError(f"{file}: damaged, or no {suffix} file{why}") from None
    if not found:  # some versions of what trimesh reads with take any bytes for text
        why = _binary_fault(file, size) if suffix == ".stl" else ""
        raise MeshError(f"{file}: damaged, or no {suffix} file{why or ' (holds no triangles)'}")
    return found


def _binary_fault(file: Path, size: int) -> str:
    """Say how much of a binary STL file is there, where its count of triangles may be believed."""
    with file.open("rb") as opened:
        head = opened.read(84)
    n = int.from_bytes(head[80:84], "little")
    if not size < 84 + 50 * n < MAXIMUM_BYTES:
        return ""
    return f" (its head promises {n} triangles, {max(0, size - 84) // 50} are there)"


def _by_trimesh(file: Path, suffix: str) -> dict[str, Floats]:
    try:
        import trimesh
    except ImportError:
        raise MeshError(
            f"{file}: reading meshes needs trimesh: pip install 'fluxwalk[meshes]'"
        ) from None
    logging.getLogger("trimesh").addHandler(logging.NullHandler())  # what it finds we say ourselves
    options: dict[str, Any] = {}
    if suffix == ".obj":
        text = file.read_bytes()
        grouped = text.startswith(b"g ") or b"\ng " in text
        options = {"split_groups": grouped, "split_objects": not grouped, "group_material": False}
    with file.open("rb") as opened, warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # numpy's, of text that is no number
        scene = trimesh.load_scene(
            opened, file_type=suffix[1:], process=False, skip_materials=True, **options
        )
    found = {}
    for name, mesh in scene.geometry.items():
        triangles = np.asarray(getattr(mesh, "faces", ()))
        if triangles.size:
            vertices = np.asarray(mesh.vertices, np.float64)
            if triangles.min() < 0 or triangles.max() >= len(vertices):
                raise ValueError("triangles have corners that do not exist")
            found[str(name)] = vertices[triangles]
    return found
