"""Particles present in a gas that fly through a plane, one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.jit import kernel, scalar
from ..engine.streams import INITIAL, uniform_open, words_of
from .cells import bin_of
from .emit import DRAWS_AT_ONCE, drawn_normals
from .gases import photon_energy, present_fermi_energy

MAXWELLIAN, FERMI_GAS, PHOTONS = range(3)
"""Tags of the gases."""

_ONE = np.uint64(1)


class Gas(NamedTuple):
    """A gas in numbers; those that are not of its kind are 0."""

    kind: int
    kT: float  # [J]
    mu: float  # chemical potential [J]
    mass: float  # [kg]
    speed_ratio: float
    dimension: int  # of the space of momenta
    is_cosine: bool  # directions of those present by the cosine law, a wrong rule
    to_speed: bool  # the drift is added to the speed, a wrong rule
    is_wien: bool  # photons without their statistics, a wrong rule
    light: float  # speed of photons [m/s]


class Tallies(NamedTuple):
    """Arrays that a batch fills; forward first, backward second."""

    crossings: NDArray[np.int64]  # (2,)
    crossing_sums: NDArray[np.float64]  # (2, 2) energy, |cosine|
    crossing_energies: NDArray[np.int64]  # (2, n_bins)
    crossing_cosines: NDArray[np.int64]  # (2, n_bins)
    present_sums: NDArray[np.float64]  # (2,) displacement, energy


@scalar
def maxwellian_motion(gas, cosine, sine, words, stream, walker):
    """Draw normal velocity [m/s], |cosine| to the normal and energy [J] of a molecule present."""
    unit = np.sqrt(2.0 * gas.kT / gas.mass)
    x, y, z, _ = drawn_normals(words, stream, INITIAL, walker, _ONE)
    x, y, z = np.sqrt(0.5) * x, np.sqrt(0.5) * y, np.sqrt(0.5) * z
    size = np.sqrt(x * x + y * y + z * z)
    if gas.to_speed:
        scale = (size + gas.speed_ratio) / size
        x, y, z = scale * x, scale * y, scale * z
    else:
        x += gas.speed_ratio
    size = np.sqrt(x * x + y * y + z * z)
    along = cosine * x + sine * y
    return unit * along, abs(along) / size, gas.kT * size * size


@scalar
def isotropic_motion(gas, word, stream, walker):
    """Draw the same of a fermion or a photon; ``word`` is for its direction."""
    along = 2.0 * uniform_open(word) - 1.0
    if gas.is_cosine:  # |cosine| is the root of a uniform number
        along = np.sqrt(along) if along > 0.0 else -np.sqrt(-along)
    if gas.kind == PHOTONS:
        ratio, _ = photon_energy(gas.is_wien, stream, INITIAL, walker, _ONE)
        energy, speed = gas.kT * ratio, gas.light
    else:
        energy, _ = present_fermi_energy(
            gas.mu, gas.kT, gas.dimension, stream, INITIAL, walker, _ONE
        )
        speed = np.sqrt(2.0 * energy / gas.mass)
    return speed * along, abs(along), energy


@kernel
def cross_plane(
    gas, n, length, duration, cosine, sine, energy_edges, cosine_edges, tallies, stream
):  # fmt: skip
    """Let n particles of a gas fly, and count their passages through a plane and its images.

    length : after which the gas repeats along the plane's normal [m]; duration of the flight [s];
    cosine, sine : of the angle between the normal and the x axis.
    """
    words = np.empty((4, DRAWS_AT_ONCE), np.uint64)
    for number in range(n):
        walker = np.uint64(number)
        word_0, word_1, _, _ = words_of(stream, INITIAL, walker, np.uint64(0))
        if gas.kind == MAXWELLIAN:
            speed, slope, energy = maxwellian_motion(gas, cosine, sine, words, stream, walker)
        else:
            speed, slope, energy = isotropic_motion(gas, word_1, stream, walker)
        way = speed * duration
        tallies.present_sums[0] += way
        tallies.present_sums[1] += energy
        passages = np.int64(np.floor(uniform_open(word_0) + way / length))
        if passages == 0:
            continue
        side = 0 if passages > 0 else 1
        passages = abs(passages)
        tallies.crossings[side] += passages
        tallies.crossing_sums[side, 0] += passages * energy
        tallies.crossing_sums[side, 1] += passages * slope
        place = bin_of(energy, energy_edges)
        if place >= 0:
            tallies.crossing_energies[side, place] += passages
        place = bin_of(slope, cosine_edges)
        if place >= 0:
            tallies.crossing_cosines[side, place] += passages
