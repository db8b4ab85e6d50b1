"""Surfaces that bound a gas, in words: shapes with their areas, and what stands on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..boundary import (
    Absorbing,
    CercignaniLampis,
    Diffuse,
    Exchange,
    Maxwell,
    Passage,
    Pump,
    Specular,
)
from .mesh import Mesh

PLANE, DISC, CYLINDER, SPHERE, BOX = range(5)
"""Tags by which the kernels know the shapes."""

MESH = -1
"""Tag of a surface made of triangles."""

Vector = tuple[float, float, float]
SurfaceBoundary = (
    Specular | Diffuse | Maxwell | CercignaniLampis | Pump | Absorbing | Passage | Exchange
)


@dataclass(frozen=True)
class Plane:
    """An unlimited plane through ``point`` [m]; the gas is on the side ``normal`` points to."""

    point: Vector
    normal: Vector

    def __post_init__(self) -> None:
        """Normalise the normal; refuse what is not a vector."""
        object.__setattr__(self, "point", _vector("point", self.point))
        object.__setattr__(self, "normal", _unit("normal", self.normal))

    def area(self) -> float:
        """Area [m²]: infinite."""
        return math.inf


@dataclass(frozen=True)
class Disc:
    """A flat disc [m], seen only from the side that ``normal`` points to."""

    center: Vector
    normal: Vector
    radius: float

    def __post_init__(self) -> None:
        """Normalise the normal; refuse what is not a vector or not positive."""
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "normal", _unit("normal", self.normal))
        object.__setattr__(self, "radius", _length("radius", self.radius))

    def area(self) -> float:
        """Area [m²]."""
        return math.pi * self.radius**2


@dataclass(frozen=True)
class Cylinder:
    """The lateral wall of a cylinder [m] seen from inside; ``center`` is the centre of one end."""

    center: Vector
    axis: Vector
    radius: float
    length: float

    def __post_init__(self) -> None:
        """Normalise the axis; refuse what is not a vector or not positive."""
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "axis", _unit("axis", self.axis))
        object.__setattr__(self, "radius", _length("radius", self.radius))
        object.__setattr__(self, "length", _length("length", self.length))

    def area(self) -> float:
        """Area [m²], without the ends."""
        return 2.0 * math.pi * self.radius * self.length

    def volume(self) -> float:
        """Volume inside [m³]."""
        return math.pi * self.radius**2 * self.length


@dataclass(frozen=True)
class Sphere:
    """A sphere [m] seen from inside."""

    center: Vector
    radius: float

    def __post_init__(self) -> None:
        """Refuse what is not a vector or not positive."""
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "radius", _length("radius", self.radius))

    def area(self) -> float:
        """Area [m²]."""
        return 4.0 * math.pi * self.radius**2

    def volume(self) -> float:
        """Volume inside [m³]."""
        return 4.0 / 3.0 * math.pi * self.radius**3


@dataclass(frozen=True)
class Box:
    """The six walls of a box between two corners [m], seen from inside."""

    low: Vector
    high: Vector

    def __post_init__(self) -> None:
        """Refuse corners that do not span a volume."""
        object.__setattr__(self, "low", _vector("low", self.low))
        object.__setattr__(self, "high", _vector("high", self.high))
        if not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(f"low must be below high on every axis, got {self.low}, {self.high}")

    def area(self) -> float:
        """Area of all six faces [m²]."""
        a, b, c = self._edges()
        return 2.0 * (a * b + b * c + c * a)

    def volume(self) -> float:
        """Volume inside [m³]."""
        return math.prod(self._edges())

    def _edges(self) -> list[float]:
        return [high - low for low, high in zip(self.low, self.high, strict=True)]


Shape = Plane | Disc | Cylinder | Sphere | Box | Mesh


@dataclass(frozen=True)
class Surface:
    """A named part of the boundary of a region.

    A molecule belongs to one region and sees only that region's surfaces. A hole in a wall is
    a Disc in the plane of the wall, and wins over it; a hole between two regions is one Disc
    on each side, each with a Passage to the other.
    """

    name: str
    shape: Shape
    boundary: SurfaceBoundary
    region: str = "main"

    def __post_init__(self) -> None:
        """Refuse boundaries that cannot stand on this shape."""
        if not isinstance(self.boundary, SurfaceBoundary):
            kind = type(self.boundary).__name__
            raise ValueError(f"surface {self.name!r} cannot have the boundary {kind}")
        if isinstance(self.boundary, Exchange) and not isinstance(self.shape, Disc):
            raise ValueError(f"surface {self.name!r}: only a Disc can exchange molecules")


def check_temperatures(surfaces: Sequence[Surface], speeds: bool, last_drawn: bool) -> None:
    """Refuse walls that lack the temperature, or the speeds, that they need.

    Parameters
    ----------
    surfaces : sequence of Surface
        All of a model.
    speeds, last_drawn : bool
        Whether the model tracks speeds, and counts where they were last drawn.

    Raises
    ------
    ValueError
        For the first that cannot be, by its name.
    """
    for surface in surfaces:
        boundary = surface.boundary
        if isinstance(boundary, CercignaniLampis):
            if not speeds:
                raise ValueError(f"surface {surface.name!r}: CercignaniLampis needs track_speeds")
            if last_drawn:
                raise ValueError(f"surface {surface.name!r}: CercignaniLampis never draws anew")
        if speeds and getattr(boundary, "T", 0.0) is None:
            raise ValueError(f"surface {surface.name!r}: T of None needs track_speeds=False")


def _vector(name: str, values: Sequence[float]) -> Vector:
    if len(values) != 3 or not all(math.isfinite(value) for value in values):
        raise ValueError(f"{name} must be three finite numbers, got {values!r}")
    return float(values[0]), float(values[1]), float(values[2])


def _unit(name: str, values: Sequence[float]) -> Vector:
    x, y, z = _vector(name, values)
    # Divided by the largest component first, so that neither huge nor tiny vectors are lost.
    largest = max(abs(x), abs(y), abs(z))
    if largest == 0.0:
        raise ValueError(f"{name} must not be zero, got {values!r}")
    x, y, z = x / largest, y / largest, z / largest
    norm = math.sqrt(x * x + y * y + z * z)
    return x / norm, y / norm, z / norm


def _length(name: str, value: float) -> float:
    if not 0.0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite [m], got {value}")
    return float(value)
