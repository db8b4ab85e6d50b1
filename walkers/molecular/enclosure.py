"""A closed surface of triangles round a gas, in named parts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.model import frozen_array
from .mesh import Mesh, signed_volumes, triangle_areas, triangle_normals

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WALL = "wall"
"""Name of all triangles that no name claims."""


class MeshError(ValueError):
    """A mesh that cannot bound a gas: one line that names the triangles at fault."""


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Triangles that together enclose a gas, each belonging to one named part.

    vertices : (n, 3) [m]; triangles : (m, 3) numbers of vertices, counter-clockwise seen from the
    gas; names of the parts; parts : (m,) number of each triangle's name; remarks : what was
    changed on the way from a file. ``mesh_check.inspected`` says whether they do enclose a gas.
    """

    vertices: Floats
    triangles: Integers
    names: tuple[str, ...]
    parts: Integers
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "vertices", frozen_array(self.vertices))
        object.__setattr__(self, "triangles", frozen_array(self.triangles, np.int64))
        object.__setattr__(self, "parts", frozen_array(self.parts, np.int64))

    @property
    def corners(self) -> Floats:
        """Corners of every triangle, (m, 3, 3) [m]."""
        return self.vertices[self.triangles]

    @property
    def areas(self) -> dict[str, float]:
        """Area of every part [m²]."""
        sums = np.bincount(self.parts, triangle_areas(self.corners), len(self.names))
        return dict(zip(self.names, map(float, sums), strict=True))

    @property
    def volume(self) -> float:
        """Volume of the gas [m³]."""
        return -float(signed_volumes(self.corners).sum())

    @property
    def box(self) -> tuple[Floats, Floats]:
        """Lowest and highest coordinates [m]."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)

    def mesh(self, name: str) -> Mesh:
        """One part as the shape of a ``Surface``."""
        return Mesh(*self.part(name))

    def part(self, name: str) -> tuple[Floats, Integers]:
        """Vertices and triangles of one part, without the vertices of others."""
        own = self.triangles[self.parts == self.names.index(name)]
        used, numbers = np.unique(own, return_inverse=True)
        return self.vertices[used], numbers.reshape(own.shape)

    def scaled(self, factor: float) -> Enclosure:
        """Build the same surface, every length multiplied."""
        return dataclasses.replace(self, vertices=self.vertices * factor)

    def named(self, rules: Mapping[str, AxisPlane | str]) -> Enclosure:
        """Give names to parts: all triangles in a plane, or a part under its own or a new name.

        Raises
        ------
        MeshError
            If a rule names nothing, or two of them the same triangle.
        """
        claimed = np.full(len(self.triangles), -1)
        low, high = self.box
        tolerance = IN_PLANE * float(np.linalg.norm(high - low))
        for number, (name, rule) in enumerate(rules.items()):
            if isinstance(rule, AxisPlane):
                near = np.abs(self.vertices[:, rule.axis] - rule.level) <= tolerance
                own = near[self.triangles].all(axis=1)
                if not own.any():
                    axis = "xyz"[rule.axis]
                    raise MeshError(
                        f"{name}: no triangle lies in the plane {rule}; {axis} goes from "
                        f"{low[rule.axis]:.6g} to {high[rule.axis]:.6g} m"
                    )
            elif rule in self.names:
                own = self.parts == self.names.index(rule)
            else:
                raise MeshError(f"{name}: no part {rule!r}; there are: {', '.join(self.names)}")
            twice = claimed[own].max()
            if twice >= 0:
                other = list(rules)[twice]
                both = np.flatnonzero(own & (claimed == twice))
                raise MeshError(f"{other} and {name} both claim {some('triangle', both)}")
            claimed[own] = number
        left = claimed < 0
        names = (*rules, *(n for i, n in enumerate(self.names) if (left & (self.parts == i)).any()))
        if len(set(names)) < len(names):
            name = next(name for name in names if names.count(name) > 1)
            raise MeshError(f"{name}: the name stands for two different parts")
        numbers = np.array([names.index(n) if n in names else -1 for n in self.names])
        parts = np.where(left, numbers[self.parts], claimed)
        return dataclasses.replace(self, names=names, parts=parts)


IN_PLANE = 1e-6
"""How far off a plane a vertex may lie, over the diagonal of the box: files hold 32-bit numbers."""


@dataclass(frozen=True)
class AxisPlane:
    """The plane where coordinate ``axis`` (0, 1, 2) is ``level`` [m]."""

    axis: int
    level: float

    def __str__(self) -> str:
        return f"{'xyz'[self.axis]}={self.level:g}"


def read_plane(text: str) -> AxisPlane:
    """Read a plane such as "z=0" or "x = 0.05" (metres).

    Raises
    ------
    MeshError
        If it is none.
    """
    axis, _, level = (part.strip() for part in text.partition("="))
    try:
        value = float(level)
    except ValueError:
        value = math.nan
    if axis not in ("x", "y", "z") or not math.isfinite(value):
        raise MeshError(f'plane must be like "z=0" or "x=0.05" [m], got {text!r}')
    return AxisPlane("xyz".index(axis), value)


def assembled(pieces: Mapping[str, ArrayLike]) -> Enclosure:
    """Put triangles together that share no vertices yet, and turn them to look at the gas.

    Parameters
    ----------
    pieces : mapping of str to (m, 3, 3) float [m]
        Corners of the triangles of every part; equal corners become one vertex. All of them look
        at the gas, or all of them away from it.
    """
    arrays = {name: np.asarray(corners, np.float64) for name, corners in pieces.items()}
    corners = np.concatenate(list(arrays.values()))
    parts = np.repeat(np.arange(len(arrays)), [len(array) for array in arrays.values()])
    vertices, triangles = merged(corners)
    if signed_volumes(corners).sum() > 0.0:
        triangles = triangles[:, ::-1]
    return Enclosure(vertices, triangles, tuple(arrays), parts)


def merged(corners: Floats) -> tuple[Floats, Integers]:
    """Vertices of triangles given by corners (m, 3, 3), each once, and the triangles by number."""
    flat = corners.reshape(-1, 3) + 0.0  # −0 and 0 are one coordinate
    rows = np.ascontiguousarray(flat).view(np.dtype((np.void, 24))).ravel()
    _, first, numbers = np.unique(rows, return_index=True, return_inverse=True)
    order = np.argsort(first)  # vertices in the order in which they first occur
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return flat[first[order]], place[numbers].reshape(-1, 3).astype(np.int64)


def some(kind: str, numbers: ArrayLike, shown: int = 4) -> str:
    """Name the first few of many: "3 triangles (5, 8, 13)"."""
    n = np.asarray(numbers)
    listed = ", ".join(map(str, n[:shown])) + (", …" if n.size > shown else "")
    return f"{kind} {listed}" if n.size == 1 else f"{n.size} {kind}s ({listed})"


def write_mesh(enclosure: Enclosure, path: str | Path) -> None:
    """Write an OBJ file with a group for each part, or a binary STL file, which knows no parts.

    In files normals look out of the gas, as of any solid body.

    Raises
    ------
    ValueError
        If the name ends neither with .obj nor with .stl.
    """
    file = Path(path)
    outward = enclosure.triangles[:, ::-1]
    if file.suffix.lower() == ".obj":
        lines = [f"v {x!r} {y!r} {z!r}" for x, y, z in enclosure.vertices.tolist()]
        for number, name in enumerate(enclosure.names):
            lines.append(f"g {name}")
            own = outward[enclosure.parts == number] + 1
            lines += [f"f {a} {b} {c}" for a, b, c in own.tolist()]
        file.write_text("\n".join(lines) + "\n")
    elif file.suffix.lower() == ".stl":
        record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
        facets = np.zeros(len(outward), record)
        corners = enclosure.vertices[outward]
        facets["normal"] = triangle_normals(corners)
        facets["corners"] = corners
        header = b"gas volume, metres".ljust(80) + np.uint32(len(facets)).astype("<u4").tobytes()
        file.write_bytes(header + facets.tobytes())
    else:
        raise ValueError(f"{file}: must end with .obj or .stl")
