"""Transmission of cones, annular tubes and rectangular ducts with diffuse walls.

The probability W₁₂ that a molecule which enters by the first opening leaves by the second, with
A₁W₁₂ = A₂W₂₁. The walls are cut into elements that emit what they receive, evenly; the exchange
areas A₁F₁₂ of elements and openings are exact. What that costs falls as the square of the
element's size, and twice as many elements take most of it away (Richardson). How good a law then
is was found from four times as many elements, and in the limits of a tube and a slit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ._require import positive
from .clausing import points

FloatArray = NDArray[np.float64]

MAXIMUM_LENGTH = 50.0
"""Longest cone or annular tube accepted, over its smaller radius or its gap."""

MAXIMUM_WALL = 100.0
"""Largest wall of a rectangular duct accepted, over the square of its shorter side."""

RECTANGULAR_ERROR = 1e-4
"""How good the transmission of a rectangular duct is, relatively."""

RINGS_PER_WIDTH, ELEMENTS_PER_SIDE = 20, 8


def cone_transmission(length: float, radius: float, end_radius: float) -> float:
    """Probability that a molecule which enters a cone at ``radius`` leaves it at ``end_radius``.

    Parameters
    ----------
    length, radius, end_radius : float
        Length along the axis, at most MAXIMUM_LENGTH smaller radii, and radii of the two ends.

    Returns
    -------
    float [1]
        Good to 1e-7.

    Raises
    ------
    ValueError
        If one of them is not positive, or the cone is too long.

    Source: rings exchange differences of what coaxial discs do, the view factor C-41 of
    J. R. Howell, A Catalog of Radiation Heat Transfer Configuration Factors; no two places of a
    cone are hidden from each other.
    """
    positive(length=length, radius=radius, end_radius=end_radius)
    n = _n_rings("smaller radius", length, min(radius, end_radius))
    return _refined(lambda n: _cone(n, float(length), float(radius), float(end_radius)), n)


def annulus_transmission(length: float, inner_radius: float, outer_radius: float) -> float:
    """Probability that a molecule which enters the gap between two tubes leaves it at the end.

    Parameters
    ----------
    length, inner_radius, outer_radius : float
        Length, at most MAXIMUM_LENGTH gaps, and radii of the two coaxial walls.

    Returns
    -------
    float [1]
        Good to 1e-6.

    Raises
    ------
    ValueError
        If one is not positive, the inner radius not the smaller, or the gap too long.

    Source: A. S. Berman, J. Appl. Phys. 36, 3356 (1965), who treats the same integral equations;
    their kernels are integrated here over the angles under which the walls see each other.
    """
    positive(length=length, inner_radius=inner_radius, outer_radius=outer_radius)
    if not inner_radius < outer_radius:
        raise ValueError(f"inner_radius must be below {outer_radius}, got {inner_radius}")
    n = _n_rings("gap", length, outer_radius - inner_radius)
    return _refined(lambda n: _annulus(n, length / outer_radius, inner_radius / outer_radius), n)


def rectangular_transmission(length: float, width: float, height: float) -> float:
    """Probability that a molecule which enters a rectangular duct leaves it at the other end.

    Parameters
    ----------
    length, width, height : float
        Length, and sides of the cross-section; 2·length·(width + height) is at most MAXIMUM_WALL
        times the square of the shorter side.

    Returns
    -------
    float [1]
        Good to RECTANGULAR_ERROR of itself.

    Raises
    ------
    ValueError
        If one of them is not positive, or the wall is too large.

    Source: exchange areas of rectangles, parallel or at right angles, in closed form: J. R.
    Ehlert and T. F. Smith, J. Thermophys. Heat Transfer 7, 173 (1993).
    """
    positive(length=length, width=width, height=height)
    short, wide = min(width, height), max(width, height)
    wall = 2.0 * length * (width + height) / short**2
    if wall > MAXIMUM_WALL:
        raise ValueError(f"the wall must be at most {MAXIMUM_WALL:g} short sides², got {wall:g}")
    return _refined(lambda n: _rectangle(n, length / short, wide / short), ELEMENTS_PER_SIDE)


def _n_rings(name: str, length: float, width: float) -> int:
    """Rings of the coarser of two solutions."""
    if length > MAXIMUM_LENGTH * width:
        raise ValueError(f"length must be at most {MAXIMUM_LENGTH:g} {name}s, got {length / width}")
    return math.ceil(RINGS_PER_WIDTH * max(length / width, 1.0))


def _refined(solved: Callable[[int], float], n: int) -> float:
    """Extrapolate from n and 2n elements to infinitely many."""
    coarse, fine = solved(n), solved(2 * n)
    return fine + (fine - coarse) / 3.0


def _transmission(
    entrance: float,
    through: float,
    lit: FloatArray,
    seen: FloatArray,
    walls: FloatArray,
    area: FloatArray,
) -> float:
    """Transmission from the exchange areas of openings and elements.

    Parameters
    ----------
    entrance, through : float
        Area of the first opening, and its exchange with the second.
    lit, seen : (n,) float
        Exchange of each element with the second opening, and of the first with it.
    walls, area : (n, n) float, (n,) float
        Exchange of the elements with each other, and their areas.
    """
    flux = np.linalg.solve(np.diag(area) - walls, lit)
    return float((through + seen @ flux) / entrance)


@lru_cache(maxsize=64)
def _cone(n: int, length: float, radius: float, end_radius: float) -> float:
    """Cone cut into n rings of the same height; areas over π."""
    t = np.linspace(0.0, 1.0, n + 1)
    x, r = length * t, radius + (end_radius - radius) * t
    a, b = r[:, None] ** 2, r[None, :] ** 2
    s = a + b + (x[:, None] - x[None, :]) ** 2
    discs = 2.0 * a * b / (s + np.sqrt(np.maximum(s**2 - 4.0 * a * b, 0.0)))
    # What a disc sends through the disc at i + 1 but not through that at i lands on ring i.
    gains = np.diff(discs, axis=0)
    walls = np.triu(-np.diff(gains, axis=1), 1)
    walls += walls.T
    area = (r[1:] + r[:-1]) * np.hypot(np.diff(x), np.diff(r))
    np.fill_diagonal(walls, area - (r[:-1] ** 2 + r[1:] ** 2 - 2.0 * np.diagonal(discs, 1)))
    return _transmission(radius**2, discs[0, -1], gains[:, -1], -gains[:, 0], walls, area)


@lru_cache(maxsize=64)
def _annulus(n: int, length: float, inner: float) -> float:
    """Tube of radius 1 about a rod of radius ``inner``, each cut into n rings; areas over 2π.

    Two walls exchange ∫∫dz dz′ ∫dφ G/π(D + (z−z′)²)²: D(φ) is the square of the distance seen
    along the axis, and G(φ) the product of the two heights that the cosines are made of.
    """
    dz = length / n
    free = math.acos(inner)  # up to this angle the tube is seen from the rod, twice it from itself
    t, weight = points(np.linspace(0.0, 1.0, 9))
    walls, ends = np.zeros((2, n, 2, n)), np.zeros((2, n))
    for other, widest in ((0, 2.0 * free), (1, free)):
        phi = widest * t**2  # what is near acts within small angles
        if other == 0:
            square = 4.0 * np.sin(phi / 2.0) ** 2
            heights = (square / 2.0) ** 2
        else:
            square = (1.0 - inner) ** 2 + 4.0 * inner * np.sin(phi / 2.0) ** 2
            heights = (1.0 - inner * np.cos(phi)) * (np.cos(phi) - inner) * inner
        root = np.sqrt(square)
        # z·arctan(z/√D)/2D^{3/2} has 1/(D + z²)² for its second derivative.
        angles = 2.0 * (2.0 * widest * t * weight) * heights / math.pi / (2.0 * root**3)
        z = dz * np.arange(-1, n + 1)[:, None]
        potential = (z * np.arctan(z / root)) @ angles
        bands = potential[:-2] - 2.0 * potential[1:-1] + potential[2:]
        exchange = bands[np.abs(np.arange(n)[:, None] - np.arange(n))]
        # What would go to the walls beyond the entrance, if there were any, leaves through it.
        beyond = dz * angles.sum() * math.pi / 2.0 - np.diff(potential[1:])
        walls[0, :, other] = walls[other, :, 0] = exchange
        ends[0] += beyond
        ends[1] = beyond  # the rod sees nothing but the tube
    area = np.repeat([dz, inner * dz], n)
    opening = (1.0 - inner) * (1.0 + inner) / 2.0
    lit, seen = ends[:, ::-1].ravel(), ends.ravel()
    # All that enters meets a wall or leaves at the other end.
    through = opening - ends.sum()
    return _transmission(opening, through, lit, seen, walls.reshape(2 * n, 2 * n), area)


@lru_cache(maxsize=16)
def _rectangle(n: int, length: float, ratio: float) -> float:
    """Duct of height 1 and width ``ratio``, n elements along the height.

    One half of the floor, y from 0 to ratio/2, and one half of a side wall, z from 0 to 1/2,
    stand for themselves and three mirror images.
    """
    m, n_floor, n_side = math.ceil(n * length), math.ceil(n * ratio / 2.0), math.ceil(n / 2)
    x = np.linspace(0.0, length, m + 1)
    y, z = np.linspace(0.0, ratio / 2.0, n_floor + 1), np.linspace(0.0, 0.5, n_side + 1)
    all_y, all_z = np.append(y, ratio - y[-2::-1]), np.append(z, 1.0 - z[-2::-1])
    distance = x[1] * np.arange(-1, m + 1)[:, None, None]

    def folded(potential: FloatArray, n_half: int) -> FloatArray:
        """Exchange with an element some places along the duct and its mirror image."""
        along = potential[:-2] - 2.0 * potential[1:-1] + potential[2:]
        exchange = np.diff(np.diff(along, axis=1), axis=2)
        return np.asarray(exchange[..., :n_half] + exchange[..., : n_half - 1 : -1])

    floors = -folded(_parallel(distance, y[:, None] - all_y, 1.0), n_floor)
    sides = -folded(_parallel(distance, z[:, None] - all_z, ratio), n_side)
    near = folded(_corner(distance, y[:, None], all_z), n_side)
    far = -folded(_corner(distance, ratio - y[:, None], all_z), n_side)  # edges in falling order
    across = near + far
    bands = np.block([[floors, across], [across.transpose(0, 2, 1), sides]])
    size = n_floor + n_side
    places = np.abs(np.arange(m)[:, None] - np.arange(m))
    walls = bands[places].transpose(0, 2, 1, 3).reshape(m * size, m * size)
    area = np.tile(np.append(np.diff(y), np.diff(z)) * x[1], m)
    ends = np.concatenate([_end(y, x, ratio, 1.0), _end(z, x, 1.0, ratio)], axis=1)
    second = np.array([1.0, -2.0, 1.0])
    corners = np.array([-1.0, 0.0, 1.0])
    through = second @ _parallel(ratio * corners[:, None], corners, length) @ second
    # Each element stands for its three images too: the opening sees all four.
    return _transmission(ratio, through, ends[::-1].ravel(), 4.0 * ends.ravel(), walls, area)


def _end(edges: FloatArray, x: FloatArray, span: float, depth: float) -> FloatArray:
    """Exchange of the elements of a wall (x.size − 1, edges.size − 1) with the opening at x = 0.

    The opening reaches ``span`` along the wall's edge and ``depth`` away from it.
    """
    along = edges[:, None, None] - np.array([0.0, span])[:, None]
    parts = _corner(along, x[:, None, None, None], np.array([0.0, depth]))
    for axis in range(4):
        parts = np.diff(parts, axis=axis)
    return np.asarray(-parts[:, :, 0, 0])


def _parallel(u: FloatArray, v: FloatArray, c: float) -> FloatArray:
    """Whose derivative ∂u²∂v² is the exchange of elements at (u, v) in parallel planes c apart."""
    p, q = np.sqrt(u**2 + c**2), np.sqrt(v**2 + c**2)
    turns = v * p * np.arctan(v / p) + u * q * np.arctan(u / q)
    return np.asarray((turns - 0.5 * c**2 * np.log(u**2 + v**2 + c**2)) / (2.0 * math.pi))


def _corner(v: FloatArray, x: FloatArray, z: FloatArray) -> FloatArray:
    """Whose derivative ∂v²∂x∂z is that of elements x and z from a common edge, v along it."""
    square = x**2 + z**2
    root, total = np.sqrt(square), square + v**2
    logarithm = np.log(np.where(total > 0.0, total, 1.0))
    turn = 2.0 * root * v * np.arctan2(v, root)
    return np.asarray(-(0.5 * (v**2 - square) * logarithm + turn) / (4.0 * math.pi))
