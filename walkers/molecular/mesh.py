"""Surfaces made of triangles, in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.model import frozen_array

N_NAMED = 5
"""Faults that a message names before it counts the rest."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles [m], seen only from the side from which their corners run counter-clockwise.

    That side is the gas: the normal by the right-hand rule points into it. (Files describe the
    solid, or the gas, by normals that point out of it: those of a file of the solid are right
    as they are, those of a file of the gas volume must be turned round, see ``flipped``.) All
    meshes and other shapes of a region enclose its gas together. Two meshes are equal when
    their arrays are.

    Parameters
    ----------
    vertices : (n, 3) floats
        Corners [m].
    triangles : (m, 3) ints
        Numbers of the corners of each triangle.

    Raises
    ------
    ValueError
        For coordinates that are not finite, corners that do not exist, triangles without area.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Freeze the arrays; refuse what is no surface."""
        triangles = np.asarray(self.triangles)
        if triangles.dtype.kind not in "iu":
            raise ValueError(f"triangles must be whole numbers, got {triangles.dtype}")
        object.__setattr__(self, "vertices", frozen_array(self.vertices))
        object.__setattr__(self, "triangles", frozen_array(triangles, np.int64))
        for name in ("vertices", "triangles"):
            shape = getattr(self, name).shape
            if len(shape) != 2 or shape[1] != 3 or shape[0] == 0:
                raise ValueError(f"{name} must have the shape (n, 3) with n ≥ 1, got {shape}")
        _refuse("vertices", np.any(~np.isfinite(self.vertices), axis=1), "are not finite")
        wrong = (self.triangles < 0) | (self.triangles >= len(self.vertices))
        _refuse("triangles", np.any(wrong, axis=1), "have corners that do not exist")
        corners = self.corners
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
        # A height that rounding of the coordinates could take away is none.
        least = 4.0 * np.finfo(np.float64).eps * np.abs(corners).max(axis=(1, 2))
        _refuse("triangles", 2.0 * self.areas <= least * edges, "have no area")

    @property
    def corners(self) -> NDArray[np.float64]:
        """Corners of each triangle (m, 3, 3) [m]: triangle, corner, axis."""
        return self.vertices[self.triangles]

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Area of each triangle (m,) [m²]."""
        return triangle_areas(self.corners)

    @property
    def normals(self) -> NDArray[np.float64]:
        """Unit normal of each triangle (m, 3), into the gas."""
        return triangle_normals(self.corners)

    @cached_property
    def reach(self) -> float:
        """Largest coordinate in size [m]."""
        return float(np.abs(self.vertices).max())

    @cached_property
    def key(self) -> str:
        """Sha256 of both arrays, by which a mesh is known."""
        digest = hashlib.sha256(f"{self.vertices.shape}".encode())
        digest.update(self.vertices.tobytes() + self.triangles.tobytes())
        return digest.hexdigest()

    def area(self) -> float:
        """Area of all triangles [m²]."""
        return float(self.areas.sum())

    def flipped(self) -> Mesh:
        """Build the same triangles seen from the other side."""
        return Mesh(self.vertices, self.triangles[:, ::-1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mesh) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def enclosed_volume(meshes: Iterable[Mesh]) -> float:
    """Volume [m³] that meshes enclose together, negative where the gas is outside.

    Only meshes without holes between them enclose anything.
    """
    corners = np.concatenate([mesh.corners for mesh in meshes])
    return -float(signed_volumes(corners).sum())


def box_around(meshes: Iterable[Mesh]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner [m] of the box that holds some meshes."""
    vertices = np.concatenate([mesh.corners.reshape(-1, 3) for mesh in meshes])
    return vertices.min(axis=0), vertices.max(axis=0)


def triangle_areas(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas of triangles given by corners (m, 3, 3)."""
    areas: NDArray[np.float64] = 0.5 * np.linalg.norm(_crosses(corners), axis=1)
    return areas


def triangle_normals(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return unit normals (m, 3) of triangles given by corners (m, 3, 3): right-hand rule."""
    crosses = _crosses(corners)
    normals: NDArray[np.float64] = crosses / np.linalg.norm(crosses, axis=1)[:, None]
    return normals


def signed_volumes(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed volumes between triangles (m, 3, 3) and a corner of the first of them.

    Their sum over a closed surface is its volume where normals look outwards, else minus that.
    """
    a, b, c = (corners[:, i] - corners[0, 0] for i in range(3))
    volumes: NDArray[np.float64] = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0
    return volumes


def _crosses(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twice the area of each triangle as a vector along its normal."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _refuse(name: str, faulty: NDArray[Any], fault: str) -> None:
    numbers = np.flatnonzero(faulty)
    if numbers.size:
        named = ", ".join(str(number) for number in numbers[:N_NAMED])
        more = f" and {numbers.size - N_NAMED} more" if numbers.size > N_NAMED else ""
        raise ValueError(f"{name} {named}{more} {fault}")
