"""Clausing's integral equation for the flux that leaves a diffuse wall, solved by collocation.

Lengths are in units of the duct's width (radius of a tube, gap of a slit), fluxes in units of
ν₀, the flux into an open end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

N_POINTS = 12
"""Gauss-Legendre points per panel; kernels and μ are analytic on every panel."""

_NODE, _WEIGHT = np.polynomial.legendre.leggauss(N_POINTS)
_TO_LEGENDRE = np.linalg.inv(np.polynomial.legendre.legvander(_NODE, N_POINTS - 1))


@dataclass(frozen=True, eq=False)
class WallFlux:
    """Flux μ(x) that leaves the wall at 0 ≤ x ≤ L when only the end at L is lit.

    ``edges`` (n_panels + 1,) bounds the panels; ``x``, ``weight`` and ``mu`` (n_nodes,) are the
    quadrature points along the wall, their weights and the solution there. A call interpolates.
    """

    edges: FloatArray
    x: FloatArray
    weight: FloatArray
    mu: FloatArray

    def __call__(self, x: ArrayLike) -> FloatArray:
        """Return μ at the places x (...)."""
        panel, lagrange = _lagrange(self.edges, np.asarray(x, dtype=np.float64))
        values = self.mu.reshape(-1, N_POINTS)[panel]
        return np.asarray((lagrange * values).sum(axis=-1))


def solve(
    length: float,
    wall: Callable[[FloatArray], FloatArray],
    end: Callable[[FloatArray], FloatArray],
) -> WallFlux:
    """Solve μ(x) = e(L−x) + ∫₀ᴸ K(|x−y|) μ(y) dy for the flux μ leaving the wall.

    Parameters
    ----------
    length : float
        Length L of the wall.
    wall : callable
        K(d): how much of what leaves a unit length of wall arrives, per length, at distance d.
    end : callable
        e(s): how much of a wall element's view, at distance s, an open end fills.

    Returns
    -------
    WallFlux
        μ, its arrays read-only.

    Source: P. Clausing, Ann. Phys. 404, 961 (1932).
    """
    # Panels double in length away from either end, where μ has its boundary layers.
    from_end = doublings(length / 2.0)
    edges = np.unique(np.concatenate([[0.0], from_end, [length / 2.0, length], length - from_end]))
    x, weight = points(edges)
    # K has its kink and its scale at x: each integral gets panels that double away from there.
    steps = doublings(length)
    cuts = [np.concatenate([edges, [here], here - steps, here + steps]) for here in x]
    grids = [points(np.unique(np.clip(places, 0.0, length))) for places in cuts]
    y, y_weight = np.concatenate(grids, axis=1)
    row = np.repeat(np.arange(x.size), [places.size for places, _ in grids])
    panel, lagrange = _lagrange(edges, y)
    shares = (y_weight * wall(np.abs(x[row] - y)))[:, None] * lagrange
    kernel = np.zeros((x.size, edges.size - 1, N_POINTS))
    # The points of one small panel lie in one large one.
    by_panel = shares.reshape(-1, N_POINTS, N_POINTS).sum(axis=1)
    np.add.at(kernel, (row[::N_POINTS], panel[::N_POINTS]), by_panel)
    matrix = np.eye(x.size) - kernel.reshape(x.size, x.size)
    mu = np.asarray(np.linalg.solve(matrix, end(length - x)), np.float64)
    for array in (edges, x, weight, mu):
        array.setflags(write=False)
    return WallFlux(edges, x, weight, mu)


def points(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre points and weights on the panels between given edges.

    Parameters
    ----------
    edges : (n_panels + 1,) float
        Ascending edges of the panels.

    Returns
    -------
    x, weight : (n_panels N_POINTS,) float
        Points and weights, panel by panel.
    """
    half = np.diff(edges)[:, None] / 2.0
    middle = (edges[:-1, None] + edges[1:, None]) / 2.0
    x, weight = middle + half * _NODE, half * _WEIGHT
    return x.ravel().astype(np.float64), weight.ravel().astype(np.float64)


def doublings(end: float) -> FloatArray:
    """Edges 1, 2, 4, … of panels, as far as they lie below a given end.

    Parameters
    ----------
    end : float
        Positive end of the last panel, itself not among the edges.

    Returns
    -------
    (n,) float
    """
    n_edges = max(0, math.ceil(math.log2(end)))
    return np.asarray(2.0 ** np.arange(n_edges), dtype=np.float64)


def _lagrange(edges: FloatArray, x: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the panel of each place x and its Lagrange polynomials there (..., N_POINTS)."""
    panel = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, edges.size - 2)
    low, high = edges[panel], edges[panel + 1]
    local = (2.0 * x - low - high) / (high - low)
    legendre = np.polynomial.legendre.legvander(local.ravel(), N_POINTS - 1)
    return panel, (legendre @ _TO_LEGENDRE).reshape(*x.shape, N_POINTS)
