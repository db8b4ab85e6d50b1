"""How particles move in a gas and how they leave it: drifting, Fermi and photon gases.

Those *present* have the gas's own momenta, those that *cross* an opening one factor v·cosθ more.
Every sampler is exact: a draw is a candidate from a simple density above the gas's, accepted as
often as the two differ. Of occupations, 1/(1 + e^y) is decided by a logistic variate, for which
no exponential is needed: ln(1/u − 1) exceeds y with just that probability.
"""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel, scalar
from ..engine.streams import exponential, logarithm, normal_pair, uniform, uniform_open, words_of
from .emit import drawn_normals, effusive_energy, in_frame, volume_energy

AT_REST, DRIFTING, FERMI, BEAM = range(4)
"""Tags of the gases behind an opening."""

_ONE = np.uint64(1)
_GAUSSIAN = 4.0 / np.sqrt(np.pi)
"""Weight √π of e^{−y²}, of whose candidates π/4 serve."""


@scalar
def logistic(word):
    """Logistic variate: above y with probability 1/(1 + e^y)."""
    u = uniform_open(word)
    return logarithm((1.0 - u) / u)


@scalar
def is_occupied(energy, mu, kT, word):
    """Decide whether a state is occupied: probability 1/(exp((E − μ)/kT) + 1)."""
    if kT <= 0.0:
        return energy <= mu
    return logistic(word) * kT > energy - mu


@scalar
def is_not_occupied(energy, mu, kT, word):
    """Decide with probability 1/(1 + exp((μ − E)/kT)), the occupation over Boltzmann's factor."""
    return logistic(word) * kT > mu - energy


@kernel
def present_fermi_energy(mu, kT, dimension, stream, purpose, walker, draw):
    """Energy of a fermion present in a gas, density ∝ p^(d−1) dp/(exp((E − μ)/kT) + 1).

    mu, kT : in one unit, which is that of the energy; kT may be 0. dimension : d of the space of
    momenta, 3, or 1 (uniform in |p|, a wrong rule). Returns the energy and the next draw.
    """
    degenerate = mu > kT
    a = kT / mu if degenerate else 0.0
    # Below μ every state is a candidate, above it Boltzmann's tail, a straight line above its √.
    below, tail = 2.0 / dimension, a
    steep = 0.5 * a * a if dimension == 3 else 0.0
    while True:
        word_0, word_1, word_2, word_3 = words_of(stream, purpose, walker, draw)
        word_4, word_5, _, _ = words_of(stream, purpose, walker, draw + _ONE)
        draw += _ONE + _ONE
        if not degenerate:
            normal, _, served = normal_pair(word_0, word_1)
            energy = 0.5 * normal * normal
            if dimension == 3:
                energy = volume_energy(normal, word_2)
            energy *= kT
            if served and is_not_occupied(energy, mu, kT, word_4):
                return energy, draw
            continue
        place = uniform(word_0) * (below + tail + steep)
        if place < below:
            root = uniform_open(word_1)
            if dimension == 3:  # the largest of three uniform numbers has density 3p²
                root = max(root, uniform_open(word_2), uniform_open(word_3))
            energy = mu * root * root
            if is_occupied(energy, mu, kT, word_4):
                return energy, draw
            continue
        x = exponential(word_1) if place < below + tail else effusive_energy(word_1, word_2)
        energy = mu + kT * x
        root = np.sqrt(1.0 + a * x)
        accepted = uniform_open(word_5) * (1.0 + 0.5 * a * x) < root
        if dimension == 1:
            accepted = uniform_open(word_5) * root < 1.0
        if accepted and is_not_occupied(energy, mu, kT, word_4):
            return energy, draw


@kernel
def crossing_fermi_energy(mu, kT, stream, purpose, walker, draw):
    """Energy of a fermion that crosses an opening, density ∝ E/(exp((E − μ)/kT) + 1).

    mu, kT : in one unit, which is that of the energy; kT may be 0. Returns also the next draw.
    """
    degenerate = mu > kT
    a = kT / mu if degenerate else 0.0
    while True:
        word_0, word_1, word_2, word_3 = words_of(stream, purpose, walker, draw)
        draw += _ONE
        if not degenerate:
            energy = kT * effusive_energy(word_1, word_2)
            if is_not_occupied(energy, mu, kT, word_3):
                return energy, draw
            continue
        place = uniform(word_0) * (0.5 + a + a * a)
        if place < 0.5:
            energy = mu * np.sqrt(uniform_open(word_1))
            if is_occupied(energy, mu, kT, word_3):
                return energy, draw
            continue
        x = exponential(word_1) if place < 0.5 + a else effusive_energy(word_1, word_2)
        energy = mu + kT * x
        if is_not_occupied(energy, mu, kT, word_3):
            return energy, draw


@kernel
def photon_energy(is_wien, stream, purpose, walker, draw):
    """Energy/kT of a photon, present or crossing: density ∝ x²/(eˣ − 1) = Σₙ x² e⁻ⁿˣ.

    The term n is Gamma(3) over n, and occurs as n⁻³. is_wien : only the first term, a wrong rule.
    Returns also the next draw.
    """
    n = 1.0
    while not is_wien:
        word_0, word_1, _, _ = words_of(stream, purpose, walker, draw)
        draw += _ONE
        # n⁻² − (n + 1)⁻² of the candidates are n; at most 4/3 times as many are wanted.
        n = np.floor(1.0 / np.sqrt(uniform_open(word_0)))
        if uniform(word_1) * n * (2.0 * n + 1.0) < 0.75 * (n + 1.0) * (n + 1.0):
            break
    word_0, word_1, word_2, _ = words_of(stream, purpose, walker, draw)
    product = uniform_open(word_0) * uniform_open(word_1) * uniform_open(word_2)
    return -logarithm(product) / n, draw + _ONE


@kernel
def drifting_normal(s, stream, purpose, walker, draw):
    """Draw a normal velocity x > 0 of a molecule that leaves a drifting gas: x e^{−(x−s)²}.

    In units of √(2kT/m), as the drift s towards the opening, of either sign. Returns also the
    next draw.
    """
    while True:
        word_0, word_1, word_2, word_3 = words_of(stream, purpose, walker, draw)
        draw += _ONE
        if s >= 0.0:  # below (s + |y|) e^{−y²}, y = x − s
            size = np.sqrt(exponential(word_2))
            y = size if word_3 & _ONE else -size
            if uniform(word_0) * (1.0 + _GAUSSIAN * s) >= 1.0:
                normal, _, served = normal_pair(word_2, word_3)
                if not served:
                    continue
                y = np.sqrt(0.5) * normal
            if uniform_open(word_1) * (s + abs(y)) < s + y:
                return s + y, draw
        elif s * s < 0.5:  # below x e^{−x²}
            x = np.sqrt(exponential(word_2))
            if exponential(word_3) > -2.0 * s * x:
                return x, draw
        else:  # below x e^{2sx}
            x = effusive_energy(word_1, word_2) / (-2.0 * s)
            if exponential(word_3) > x * x:
                return x, draw


@kernel
def left_gas(
    gas, drift, potential, square_speed, nx, ny, nz, words, stream, purpose, walker, draw
):  # fmt: skip
    """Direction and speed [m/s] of a molecule that leaves a gas through an opening with normal n.

    gas : DRIFTING, FERMI or BEAM. drift : towards the opening over √(2kT/m). potential : 2μ/m of
    a Fermi gas [m²/s²]. square_speed : 2kT/m [m²/s²].
    """
    word_0, word_1, _, _ = words_of(stream, purpose, walker, draw)
    a, b, _, draw = drawn_normals(words, stream, purpose, walker, draw + _ONE)
    if gas == DRIFTING:
        c, draw = drifting_normal(drift, stream, purpose, walker, draw)
        a, b = np.sqrt(0.5) * a, np.sqrt(0.5) * b
    else:
        c = np.sqrt(2.0 * exponential(word_0))  # as in a gas at rest: with a and b, the cosine law
    size = np.sqrt(a * a + b * b + c * c)
    if gas == DRIFTING:
        square = square_speed * size * size
    elif gas == FERMI:
        square, draw = crossing_fermi_energy(potential, square_speed, stream, purpose, walker, draw)
    else:
        return nx, ny, nz, np.sqrt(square_speed * effusive_energy(word_0, word_1))
    dx, dy, dz = in_frame(nx, ny, nz, a / size, b / size, c / size)
    return dx, dy, dz, np.sqrt(square)
