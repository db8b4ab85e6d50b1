"""Laws of mixing: the entropy of walkers that spread over the cells of a closed box.

Entropies are per walker and in units of k: S = −Σ (n_i/N) ln(n_i/N), one cell per site.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..verdict import Prediction

_COVER = "T. M. Cover and J. A. Thomas, Elements of Information Theory (2006), ch. 4.4"
_CRANK = "J. Crank, The Mathematics of Diffusion (1975), ch. 2.4, eq. 2.17"

LATE_RATE = "H-theorem near equilibrium, S∞ − S ∝ e^(−2λ₁t)"


def spreading(n_cells: int, hop: float, steps: ArrayLike) -> NDArray[np.float64]:
    """Probability of each cell at given step numbers, for walkers that start in the first.

    Cosine modes of a chain with reflecting ends: p_i(t) = Σ_k w_k cos(kπ/2M) cos(kπ(i−½)/M) λ_kᵗ,
    λ_k = 1 − 2p(1 − cos(kπ/M)), w_0 = 1/M and w_k = 2/M.

    Parameters
    ----------
    n_cells : int
        Cells M.
    hop : float
        Probability p of a hop to each side per step.
    steps : (n,) int
        Step numbers.

    Returns
    -------
    (n, n_cells) float
    """
    k = np.arange(n_cells)
    modes = np.cos(np.pi * np.outer(np.arange(n_cells) + 0.5, k) / n_cells)
    weights = np.where(k == 0, 1.0, 2.0) / n_cells * modes[0]
    decay = decay_factors(n_cells, hop)[None, :] ** np.asarray(steps)[:, None]
    return np.asarray(np.clip((decay * weights) @ modes.T, 0.0, 1.0))


def decay_factors(n_cells: int, hop: float) -> NDArray[np.float64]:
    """Factor by which each cosine mode shrinks in a step, (n_cells,)."""
    return np.asarray(1.0 - 2.0 * hop * (1.0 - np.cos(np.pi * np.arange(n_cells) / n_cells)))


def mean_entropy(probabilities: ArrayLike, n_walkers: int) -> NDArray[np.float64]:
    """Exact mean of the entropy of N independent walkers: every n_i is binomial.

    ⟨S⟩ = −Σ_i Σ_n C(N, n) p_iⁿ (1 − p_i)^(N−n) (n/N) ln(n/N).

    Parameters
    ----------
    probabilities : (n_times, n_cells) float
        Probability of each cell.
    n_walkers : int
        Walkers N of the ensemble.
    """
    from scipy.special import gammaln, xlog1py, xlogy

    n = np.arange(1, n_walkers)  # nobody or everybody in a cell has no entropy
    log_choose = gammaln(n_walkers + 1) - gammaln(n + 1) - gammaln(n_walkers - n + 1)
    share = n / n_walkers
    entropy_of = -share * np.log(share)
    means = []
    for p in np.asarray(probabilities, np.float64)[..., None]:  # one time after the other: memory
        pmf = np.exp(log_choose + xlogy(n, p) + xlog1py(n_walkers - n, -p))
        means.append((pmf @ entropy_of).sum())
    return np.array(means)


def entropy_rate(expected: float, n_cells: int, hop: float) -> Prediction:
    """Late decay rate [1/τ] of the missing entropy: twice that of the slowest mode.

    Parameters
    ----------
    expected : float
        Exact value between the two times at which it is measured.
    n_cells, hop
        As for ``spreading``.
    """
    slowest = -math.log(decay_factors(n_cells, hop)[1])
    return Prediction(
        law_name=LATE_RATE,
        law=2.0 * slowest,
        expected=expected,
        rival_name="decay of the concentration itself, λ₁",
        rival=slowest,
        source=_CRANK,
    )


def increments() -> Prediction:
    """Rise of the entropy between pre-chosen times over its exact value, averaged."""
    return Prediction(
        law_name="entropy of a multinomial, each rise over its exact value",
        law=1.0,
        expected=1.0,
        rival_name="no rise, as microscopic reversibility might suggest",
        rival=0.0,
        source=_COVER,
    )


def final_entropy(expected: float, n_cells: int) -> Prediction:
    """Entropy per walker at the end; the law is that of very many walkers.

    Parameters
    ----------
    expected : float
        Exact mean for as many walkers as there are, at the last step.
    n_cells : int
        Cells M.
    """
    return Prediction(
        law_name="equilibrium, S = ln M",
        law=math.log(n_cells),
        expected=expected,
        rival_name="walkers kept to one half, ln(M/2)",
        rival=math.log(n_cells / 2.0),
        source=_COVER,
    )
