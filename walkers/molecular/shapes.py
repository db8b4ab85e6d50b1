"""Surfaces that bound a gas, in words: shapes with their areas, and what stands on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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

ANNULUS, RECTANGLE, CONE, ROD, BALL = range(10, 15)
"""Tags of the rarer shapes; a rod is a cone or cylinder, a ball a sphere, seen from outside."""

Vector = tuple[float, float, float]
Side = Literal["inside", "outside"]
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
class Annulus:
    """A flat ring [m], seen only from the side that ``normal`` points to."""

    center: Vector
    normal: Vector
    inner_radius: float
    outer_radius: float

    def __post_init__(self) -> None:
        """Normalise the normal; refuse what is not a vector or not a ring."""
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "normal", _unit("normal", self.normal))
        object.__setattr__(self, "inner_radius", _length("inner_radius", self.inner_radius))
        object.__setattr__(self, "outer_radius", _length("outer_radius", self.outer_radius))
        if not self.inner_radius < self.outer_radius:
            raise ValueError(
                f"inner_radius must be below outer_radius {self.outer_radius}, "
                f"got {self.inner_radius}"
            )

    def area(self) -> float:
        """Area [m²]."""
        a, b = self.inner_radius, self.outer_radius
        return math.pi * (b - a) * (b + a)


@dataclass(frozen=True)
class Rectangle:
    """A flat rectangle [m], seen only from the side that ``normal`` points to.

    It reaches ``length`` along the direction ``along`` and ``width`` across it, half of each to
    either side of the centre.
    """

    center: Vector
    normal: Vector
    along: Vector
    length: float
    width: float

    def __post_init__(self) -> None:
        """Normalise the directions; refuse what is not a vector, not positive or not square."""
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "normal", _unit("normal", self.normal))
        along = _unit("along", self.along)
        lift = math.fsum(a * n for a, n in zip(along, self.normal, strict=True))
        if abs(lift) > 1e-9:
            raise ValueError(f"along must be perpendicular to the normal, got {self.along}")
        flat = [a - lift * n for a, n in zip(along, self.normal, strict=True)]
        object.__setattr__(self, "along", _unit("along", flat))
        object.__setattr__(self, "length", _length("length", self.length))
        object.__setattr__(self, "width", _length("width", self.width))

    def area(self) -> float:
        """Area [m²]."""
        return self.length * self.width


@dataclass(frozen=True)
class Cylinder:
    """The lateral wall of a cylinder [m]; ``center`` is the centre of one end.

    Seen from inside, or from outside: a solid rod without its ends. One of infinite ``length``,
    seen from inside, has no ends, and ``center`` is any point of its axis.
    """

    center: Vector
    axis: Vector
    radius: float
    length: float
    seen_from: Side = "inside"

    def __post_init__(self) -> None:
        """Normalise the axis; refuse what is not a vector or not positive."""
        _check_side(self.seen_from)
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "axis", _unit("axis", self.axis))
        object.__setattr__(self, "radius", _length("radius", self.radius))
        if self.length != math.inf or from_outside(self):
            object.__setattr__(self, "length", _length("length", self.length))

    def area(self) -> float:
        """Area [m²], without the ends."""
        return 2.0 * math.pi * self.radius * self.length

    def volume(self) -> float:
        """Volume inside [m³]."""
        return math.pi * self.radius**2 * self.length


@dataclass(frozen=True)
class Cone:
    """The lateral wall of a frustum [m] that is ``radius`` wide at ``center``.

    At ``length`` along the axis it is ``end_radius`` wide; one of the two radii may be 0. Seen
    from inside, or from outside: a solid frustum without its ends.
    """

    center: Vector
    axis: Vector
    radius: float
    end_radius: float
    length: float
    seen_from: Side = "inside"

    def __post_init__(self) -> None:
        """Normalise the axis; refuse what is not a vector or has no area."""
        _check_side(self.seen_from)
        object.__setattr__(self, "center", _vector("center", self.center))
        object.__setattr__(self, "axis", _unit("axis", self.axis))
        _length("the larger of radius and end_radius", max(self.radius, self.end_radius))
        for name in ("radius", "end_radius"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be at least 0 [m], got {getattr(self, name)}")
            object.__setattr__(self, name, float(getattr(self, name)))
        object.__setattr__(self, "length", _length("length", self.length))

    def area(self) -> float:
        """Area [m²], without the ends."""
        a, b = self.radius, self.end_radius
        return math.pi * (a + b) * math.hypot(self.length, b - a)

    def volume(self) -> float:
        """Volume inside [m³]."""
        a, b = self.radius, self.end_radius
        return math.pi * self.length * (a * a + a * b + b * b) / 3.0


@dataclass(frozen=True)
class Sphere:
    """A sphere [m] seen from inside, or from outside: a solid ball."""

    center: Vector
    radius: float
    seen_from: Side = "inside"

    def __post_init__(self) -> None:
        """Refuse what is not a vector or not positive."""
        _check_side(self.seen_from)
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


Flat = Disc | Annulus | Rectangle
Shape = Plane | Flat | Cylinder | Cone | Sphere | Box | Mesh


@dataclass(frozen=True)
class Surface:
    """A named part of the boundary of a region.

    A molecule belongs to one region and sees only that region's surfaces; all of a region lies
    inside each of its shapes that are seen from inside. A hole in a wall is a Disc, Annulus or
    Rectangle in the plane of the wall, and wins over it, as the smaller of two such shapes wins
    over the larger; a hole between two regions is one of them on each side, each with a Passage
    to the other. The two sides of a sheet without thickness must stand in different regions.
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
        if isinstance(self.boundary, Exchange) and not isinstance(self.shape, Flat):
            raise ValueError(
                f"surface {self.name!r}: only a Disc, Annulus or Rectangle can exchange molecules"
            )


def from_outside(shape: object) -> bool:
    """Whether a shape is a solid seen from outside."""
    return getattr(shape, "seen_from", "inside") == "outside"


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


def _check_side(seen_from: str) -> None:
    if seen_from not in ("inside", "outside"):
        raise ValueError(f"seen_from must be 'inside' or 'outside', got {seen_from!r}")
