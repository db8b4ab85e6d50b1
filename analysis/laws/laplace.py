"""Laplace's equation on an image: the exact steady state of hoppers between its reservoirs.

An image is an array of whole numbers: 0 solid, 1 open, 2 and up reservoirs. Face-neighbours are
joined by bonds of equal conductance; none leads into a solid or off the image, and what flows
from one reservoir straight into another counts nowhere. Concentrations solve Σ_bonds Δc = 0 on
every open site. In units of the lattice (spacing ℓ, hops with probability 1/2d a step, D = ℓ²/2dτ)
the walkers' flow is D times the flow given here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SOLID, OPEN, FIRST_RESERVOIR = 0, 1, 2

RESIDUAL = 1e-12
"""‖Ac − b‖/‖b‖ at which an iteration ends: flows are then good to 1e-9 (tests, to 10⁶ sites)."""

DIRECT_UNKNOWNS = {1: 1_000_000, 2: 300_000, 3: 20_000}
"""Open sites, by the number of axes, up to which elimination beats iteration."""


def steady_field(image: ArrayLike, concentrations: Mapping[int, float]) -> NDArray[np.float64]:
    """Concentration on every site of an image; NaN in solids and in pockets without a reservoir.

    With 1 for one reservoir and 0 for the others it is the probability of ending in that one.

    Parameters
    ----------
    image : (nx[, ny[, nz]]) int
        0 solid, 1 open, 2 and up reservoirs.
    concentrations : mapping of int to float
        Of every reservoir, by its label.

    Raises
    ------
    ValueError
        If a reservoir of the image has no concentration, or the solution misses its residual.
    """
    sites = np.asarray(image)
    fixed = _by_label(sites, concentrations)
    field = np.full(sites.shape, np.nan)
    reservoirs = sites >= FIRST_RESERVOIR
    field[reservoirs] = fixed[sites[reservoirs]]
    reached = reached_sites(sites)
    n_unknowns = int(np.count_nonzero(reached))
    if n_unknowns == 0:
        return field
    matrix, sources = _equations(sites, reached, fixed)
    n_axes = sum(size > 1 for size in sites.shape)
    if n_unknowns <= DIRECT_UNKNOWNS[max(1, n_axes)]:
        solution = _eliminate(matrix, sources)
    else:
        solution = _iterate(matrix, sources)
    residual = float(np.linalg.norm(matrix @ solution - sources))
    # Elimination of a million sites leaves a few more roundings than the iteration's last step.
    if not residual <= 10.0 * RESIDUAL * float(np.linalg.norm(sources)):
        raise ValueError(f"Laplace's equation on the image is off by {residual:.2g}")
    field[reached] = solution
    return field


def flow(image: ArrayLike, field: ArrayLike, reservoir: int) -> float:
    """Flow out of a reservoir into the open sites: Σ over its bonds of Δc.

    Parameters
    ----------
    image : (nx[, ny[, nz]]) int
        As in ``steady_field``.
    field : like image, float
        What ``steady_field`` returned.
    reservoir : int
        Its label.
    """
    sites, c = np.asarray(image), np.asarray(field, np.float64)
    total = 0.0
    for here, there in _bonds(sites.ndim):
        for source, target in ((here, there), (there, here)):
            bonds = (sites[source] == reservoir) & (sites[target] == OPEN)
            total += float((c[source][bonds] - c[target][bonds]).sum())
    return total


def reached_sites(image: ArrayLike) -> NDArray[np.bool_]:
    """Open sites from which a path over open sites leads to some reservoir.

    Parameters
    ----------
    image : (nx[, ny[, nz]]) int
        As in ``steady_field``.
    """
    pockets, at_reservoir = _pockets(np.asarray(image))
    has_reservoir = np.zeros(int(pockets.max()) + 1, np.bool_)
    for found in at_reservoir.values():
        has_reservoir[found] = True
    has_reservoir[0] = False  # what is not open
    reached: NDArray[np.bool_] = has_reservoir[pockets]
    return reached


def linked(image: ArrayLike, one: int, other: int) -> bool:
    """Whether open sites lead from one reservoir to another.

    Parameters
    ----------
    image : (nx[, ny[, nz]]) int
        As in ``steady_field``.
    one, other : int
        Labels of reservoirs.
    """
    at_reservoir = _pockets(np.asarray(image))[1]
    return bool(np.intersect1d(at_reservoir.get(one, ()), at_reservoir.get(other, ())).size)


def _pockets(sites: NDArray[Any]) -> tuple[NDArray[Any], dict[int, NDArray[Any]]]:
    """Give every open site the number of its connected pocket, and list those at each reservoir."""
    from scipy.ndimage import label

    pockets = label(sites == OPEN)[0]
    touching = []
    for here, there in _bonds(sites.ndim):
        for source, target in ((here, there), (there, here)):
            bonds = (sites[source] >= FIRST_RESERVOIR) & (sites[target] == OPEN)
            touching.append(np.stack([sites[source][bonds], pockets[target][bonds]]).astype(int))
    pairs = np.unique(np.hstack(touching), axis=1)
    labels = np.unique(sites[sites >= FIRST_RESERVOIR]).tolist()
    return pockets, {label: pairs[1, pairs[0] == label] for label in labels}


def _bonds(n_axes: int) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Both ends of all bonds along each axis, as slices."""
    for axis in range(n_axes):
        everywhere = [slice(None)] * n_axes
        here, there = everywhere.copy(), everywhere.copy()
        here[axis], there[axis] = slice(None, -1), slice(1, None)
        yield tuple(here), tuple(there)


def _by_label(sites: NDArray[Any], concentrations: Mapping[int, float]) -> NDArray[np.float64]:
    labels = [label for label in np.unique(sites).tolist() if label >= FIRST_RESERVOIR]
    missing = [label for label in labels if label not in concentrations]
    if missing:
        raise ValueError(f"reservoir {missing[0]} of the image has no concentration")
    values = np.zeros(int(sites.max()) + 1)
    values[labels] = [concentrations[label] for label in labels]
    return values


def _equations(
    sites: NDArray[Any],
    reached: NDArray[np.bool_],
    fixed: NDArray[np.float64],
) -> tuple[Any, NDArray[np.float64]]:
    """Symmetric positive definite matrix over the reached sites, and what reservoirs bring in."""
    from scipy.sparse import coo_array

    n_unknowns = int(np.count_nonzero(reached))
    number = np.full(sites.shape, -1, np.int32)
    number[reached] = np.arange(n_unknowns, dtype=np.int32)
    diagonal, sources = np.zeros(n_unknowns), np.zeros(n_unknowns)
    rows, columns = [], []
    for here, there in _bonds(sites.ndim):
        both = reached[here] & reached[there]
        i, j = number[here][both], number[there][both]
        rows += [i, j]
        columns += [j, i]
        for source, target in ((here, there), (there, here)):
            bonds = (sites[source] >= FIRST_RESERVOIR) & reached[target]
            # Every site has at most one bond in each direction, so that no index repeats.
            at, label = number[target][bonds], sites[source][bonds]
            diagonal[at] += 1.0
            sources[at] += fixed[label]
    row, column = np.concatenate(rows), np.concatenate(columns)
    diagonal += np.bincount(row, minlength=n_unknowns)
    own = np.arange(n_unknowns, dtype=np.int32)
    entries = np.concatenate([np.full(row.size, -1.0), diagonal])
    indices = (np.concatenate([row, own]), np.concatenate([column, own]))
    return coo_array((entries, indices), shape=(n_unknowns, n_unknowns)).tocsr(), sources


def _eliminate(matrix: Any, sources: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factorise, every pivot on the diagonal: a thousand times faster here than with row swaps."""
    from scipy.sparse.linalg import splu

    symmetric = {"SymmetricMode": True}
    factors = splu(
        matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=symmetric
    )
    solution: NDArray[np.float64] = factors.solve(sources)
    return solution


def _iterate(matrix: Any, sources: NDArray[np.float64]) -> NDArray[np.float64]:
    """Conjugate gradients, preconditioned by algebraic multigrid where pyamg is installed."""
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import cg

    try:
        from pyamg import ruge_stuben_solver
    except ImportError:
        preconditioner = diags_array(1.0 / matrix.diagonal())
    else:
        from scipy.sparse import csr_matrix

        preconditioner = ruge_stuben_solver(csr_matrix(matrix)).aspreconditioner()
    found = cg(matrix, sources, rtol=RESIDUAL, atol=0.0, M=preconditioner, maxiter=100_000)
    solution: NDArray[np.float64] = found[0]
    return solution
