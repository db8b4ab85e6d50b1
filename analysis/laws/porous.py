"""Laws of the void of an image, which its mirror images continue beyond every face.

Units are those of the free walk: lattice spacing ℓ, step τ, one of six neighbours a step, and
D₀ = ℓ²/6τ. Let w(i) be the mean hop along an axis from site i, and P the hopping matrix, where a
hop through a face of that axis counts −1: it leads to the mirror image of the site, whose w has
the other sign. Time reversal of the uniform state gives the correlation of the first and the
(k+1)th hop, −⟨w Pᵏ⁻¹ w⟩, and so, with s the probability of hopping along the axis,

    ⟨X²⟩(n) = n s − 2 Σ_{k=1}^{n−1} (n − k) ⟨w Pᵏ⁻¹ w⟩   and   D = s/2 − ⟨w (1 − P)⁻¹ w⟩,

the latter being also the flux across the image between the two faces over the mean gradient.
Both follow to rounding from the few Gauss nodes that Lanczos's iteration finds.

Source: the sum of correlations is R. Kubo's, J. Phys. Soc. Jpn. 12, 570 (1957), in discrete time;
G. H. Golub and G. Meurant, Matrices, Moments and Quadrature (2010), ch. 4, for the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..verdict import Prediction

_BRUGGEMAN = "rival: D. A. G. Bruggeman, Ann. Phys. 416, 636 (1935)"

D_FREE = 1.0 / 6.0
"""Diffusivity of the walk without solid [ℓ²/τ]."""

LARGE = 2**20
"""Voxels from which the late D is worked out to 5·10⁻⁴ only."""

LEAST_IN_SINGLE = 0.05
"""Late D over D₀ down to which that is done in single precision, in half the memory: D is a
difference, and single precision leaves it an error of some 10⁻⁵ D₀."""

SLAB = 2**16
"""Voxels worked on at a time: what fits into a core's own cache."""

MAXIMUM_NODES = 5000

TORTUOSITY = "Laplace's equation in the void, τ = εD₀/D_eff"


@dataclass(frozen=True)
class Spectrum:
    """Correlations of the hops along one axis: ⟨w Pᵏ w⟩ = Σ_j weights_j (1 − gaps_j)ᵏ.

    ``hopping``: probability s of hopping along the axis; ``tolerance``: by how much (relative) the
    late diffusivity may be off where the iteration was ended early, as for a large image.
    """

    hopping: float
    gaps: NDArray[np.float64]
    weights: NDArray[np.float64]
    tolerance: float = 0.0

    @property
    def diffusivity(self) -> float:
        """Late-time diffusivity over D₀, the mean over all void."""
        return (self.hopping / 2.0 - float((self.weights / self.gaps).sum())) / D_FREE

    def square(self, n_steps: int) -> float:
        """Mean square displacement along the axis after n steps [ℓ²]."""
        returned = 1.0 - (1.0 - self.gaps) ** n_steps
        late = (n_steps * self.gaps - returned) / self.gaps**2
        return n_steps * self.hopping - 2.0 * float((self.weights * late).sum())

    def slope(self, n_first: int, n_last: int) -> float:
        """Half the mean growth of the mean square between two steps, over D₀."""
        grown = self.square(n_last) - self.square(n_first)
        return grown / (2.0 * (n_last - n_first)) / D_FREE


def spectrum(
    void: ArrayLike, axis: int, precision: float | None = None, single: bool = True
) -> Spectrum:
    """Gauss nodes of the hops along one axis by Lanczos's iteration.

    Parameters
    ----------
    void : (nx, ny, nz) bool
        Where walkers can be.
    axis : int
        0, 1 or 2.
    precision : float, optional
        Relative change of D over the last tenth of the iterations that ends them.
    single : bool
        Whether single precision may be used, for a large image with enough flow.
    """
    from scipy.linalg import eigh_tridiagonal

    image = np.moveaxis(np.asarray(void) != 0, axis, 0)
    image = np.ascontiguousarray(image)
    n_void = int(np.count_nonzero(image))
    small = image.size < LARGE
    single = single and not small
    precision = precision or (1e-11 if small else 1e-4)
    stay, newer, hopping = _local(image, np.float32 if single else np.float64)
    hopping /= n_void
    norm = np.sqrt(_subtract(newer, newer, 0.0))
    if norm == 0.0:  # straight channels: every hop is as likely as its reverse
        return Spectrum(hopping, np.ones(1), np.zeros(1))
    weight = norm**2 / n_void
    older, older_norm = np.zeros_like(newer), np.inf
    diagonal: list[float] = []
    beside: list[float] = []
    terms: list[float] = []  # of ⟨w (1 − P)⁻¹ w⟩, all positive: what conjugate gradients add up
    product, pivot = 1.0, 1.0
    while True:
        # The vectors of the iteration are newer/norm and older/older_norm, never divided out.
        diagonal.append(_apply(newer, stay, image, older, 1.0 / norm, norm / older_norm) / norm)
        rest = np.sqrt(_subtract(older, newer, diagonal[-1] / norm))
        if beside:
            product *= (beside[-1] / pivot) ** 2
        pivot = 1.0 - diagonal[-1] - (beside[-1] ** 2 / pivot if beside else 0.0)
        terms.append(product / pivot)
        last = weight * sum(terms[-max(10, len(terms) // 10) :])
        late = hopping / 2.0 - weight * sum(terms)
        if single and late < LEAST_IN_SINGLE * D_FREE:  # it only ever falls
            del newer, older
            return spectrum(void, axis, precision, single=False)
        # Where doors are few and narrow the terms pause before they fall: wait for longer.
        patience = 1.0 if small else min(1.0, 3.0 * late / D_FREE)
        enough = rest < precision or last < precision * patience * late
        if enough or len(terms) == MAXIMUM_NODES:
            break
        beside.append(rest)
        newer, older, norm, older_norm = older, newer, rest, norm
    values, vectors = eigh_tridiagonal(np.array(diagonal), np.array(beside))
    gaps = np.maximum(1.0 - values, 1e-14)
    tolerance = 0.0 if small and enough else 5.0 * max(precision, last / late)
    return Spectrum(hopping, gaps, weight * vectors[0] ** 2, tolerance)


def _local(
    image: NDArray[np.bool_], dtype: type
) -> tuple[NDArray[np.int8], NDArray[np.float64], float]:
    """Six times the diagonal of P, the mean hop w, and the sum of the chances of hopping."""
    stay = np.zeros(image.shape, np.int8)
    drift: NDArray[np.float64] = np.zeros(image.shape, dtype)
    stay += 6
    for axis in range(3):
        low, high = _ends(axis)
        stay[high] -= image[low]
        stay[low] -= image[high]
        # A face leads to the voxel's own mirror image: for the displacement a hop that turns the
        # sign, along the other axes no hop at all.
        if axis == 0:
            stay[0] -= 2
            stay[-1] -= 2
    drift[1:] -= image[:-1]
    drift[:-1] += image[1:]
    drift[0] -= 1.0
    drift[-1] += 1.0
    drift *= image
    drift /= 6.0
    n_hops = 2 * np.count_nonzero(image[1:] & image[:-1])
    n_hops += np.count_nonzero(image[0]) + np.count_nonzero(image[-1])
    return stay, drift, n_hops / 6.0


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    before = (slice(None),) * axis
    return (*before, slice(None, -1)), (*before, slice(1, None))


def _slabs(n_planes: int, plane: int) -> list[tuple[int, int]]:
    n = max(1, SLAB // plane)
    return [(low, min(low + n, n_planes)) for low in range(0, n_planes, n)]


def _apply(
    vector: NDArray[np.float64],
    stay: NDArray[np.int8],
    image: NDArray[np.bool_],
    out: NDArray[np.float64],
    factor: float,
    before: float,
) -> float:
    """Put factor·P·vector − before·out into ``out``, and return vector·out.

    A slab of planes at a time, all in one thread: waking others takes longer in a small image.
    Sums are of double precision: where little gets through, D is a small difference of them.
    """
    number = vector.dtype.type
    n_planes, n_rows, n_columns = vector.shape
    total = 0.0
    for low, high in _slabs(n_planes, n_rows * n_columns):
        here = vector[low:high]
        sums = here * stay[low:high]
        sums[1 if low == 0 else 0 :] += vector[max(low - 1, 0) : high - 1]
        n_below = min(high, n_planes - 1) - low
        sums[:n_below] += vector[low + 1 : low + 1 + n_below]
        sums[:, 1:] += here[:, :-1]
        sums[:, :-1] += here[:, 1:]
        # Along the last axis all rows at once, and then what came from another row taken back.
        flat, flat_here = sums.reshape(-1), here.reshape(-1)
        flat[1:] += flat_here[:-1]
        flat[:-1] += flat_here[1:]
        flat[n_columns::n_columns] -= flat_here[n_columns - 1 : -1 : n_columns]
        flat[n_columns - 1 : -1 : n_columns] -= flat_here[n_columns::n_columns]
        sums *= image[low:high]
        sums *= number(factor / 6.0)
        after = out[low:high]
        after *= number(-before)
        after += sums
        total += float(np.einsum("ijk,ijk->", here, after, dtype=np.float64))
    return total


def _subtract(target: NDArray[np.float64], vector: NDArray[np.float64], factor: float) -> float:
    """Take factor·vector from ``target``, and return the square of its norm."""
    number = vector.dtype.type
    total = 0.0
    for low, high in _slabs(len(vector), vector[0].size):
        rest = target[low:high]
        if factor != 0.0:
            rest -= number(factor) * vector[low:high]
        total += float(np.einsum("ijk,ijk->", rest, rest, dtype=np.float64))
    return total


def tortuosity(nodes: Spectrum, porosity: float, n_first: int, n_last: int) -> Prediction:
    """D₀ over the diffusivity of walkers in the void, from ``n_first`` to ``n_last`` steps."""
    law = 1.0 / nodes.diffusivity
    return Prediction(
        law_name=TORTUOSITY,
        law=law,
        expected=1.0 / nodes.slope(n_first, n_last),
        rival_name="Bruggeman, τ = ε^(−1/2)",
        rival=porosity**-0.5,
        tolerance=nodes.tolerance * law,
        source=_BRUGGEMAN,
    )


def effective_diffusivity(
    nodes: Spectrum, porosity: float, n_first: int, n_last: int
) -> Prediction:
    """Effective diffusivity over D₀ from displacements between two numbers of steps."""
    law = porosity * nodes.diffusivity
    return Prediction(
        law_name="Laplace's equation in the void, D_eff = εD₀/τ",
        law=law,
        expected=porosity * nodes.slope(n_first, n_last),
        rival_name="Bruggeman, D_eff = ε^(3/2) D₀",
        rival=porosity**1.5,
        tolerance=nodes.tolerance * law,
        source=_BRUGGEMAN,
    )


def diffusivity_across(nodes: Spectrum, porosity: float) -> Prediction:
    """Flux across the image over the mean gradient and D₀; reservoirs half a bond beyond it."""
    law = porosity * nodes.diffusivity
    return Prediction(
        law_name="Laplace's equation in the void, D_eff = JL/Δc",
        law=law,
        expected=law,
        rival_name="Bruggeman, D_eff = ε^(3/2) D₀",
        rival=porosity**1.5,
        tolerance=nodes.tolerance * law,
        source=_BRUGGEMAN,
    )


def porosity(counted: float) -> Prediction:
    """Share of the voxels drawn blindly that are void."""
    return Prediction(
        law_name="void voxels over all, counted",
        law=counted,
        expected=counted,
        source="point counting: A. A. Glagolev, Eng. Min. J. 135, 399 (1934)",
    )
