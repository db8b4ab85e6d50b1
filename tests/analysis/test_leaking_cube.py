"""First order, in the hole's size, of decay and thrust of a leaking cube: by panels on its walls.

Unit cube, hole of area A_h = 6f at the middle of the face z = 0, K(x, y) = cosθcosθ′/πs². In the
decaying state the walls send out ν(1 + δ) with (1 − K)δ = k·chord/v̄ − A_h K(x, 0), k = A_h v̄/4V.
"""

import math

import numpy as np
import pytest

from analysis.laws import effusion
from analysis.laws.transpiration import _quarter_chord

FACES = [(axis, side) for axis in range(3) for side in (0, 1)]
EMPTYING_LEFT = 1.0 / (math.exp(2.0) - 1.0)
"""Molecules left after two lifetimes over those gone: the momentum that the gas still has."""


def log_term(a, b):
    """a ln b, 0 where b is."""
    return np.where(b > 0.0, a * np.log(np.where(b > 0.0, b, 1.0)), 0.0)


def arctan_term(u, r):
    return np.where(r > 0.0, u * r * np.arctan(u / np.where(r > 0.0, r, 1.0)), 0.0)


def parallel(dx, dy):
    """Corner function of the exchange between parallel rectangles at distance 1."""
    square = dx**2 + dy**2 + 1.0
    terms = arctan_term(dy, np.sqrt(dx**2 + 1.0)) + arctan_term(dx, np.sqrt(dy**2 + 1.0))
    return (terms - 0.5 * np.log(square)) / (2.0 * np.pi)


def perpendicular(x, y, d):
    """The same of rectangles at right angles, x and y from the common edge, d along it."""
    square = x**2 + y**2
    return (arctan_term(d, np.sqrt(square)) - log_term(square - d**2, square + d**2) / 4.0) / (
        2.0 * np.pi
    )


def views(n):
    """View factors between the 6 n² square panels of the unit cube."""
    edge, m = np.linspace(0.0, 1.0, n + 1), n * n
    place = np.divmod(np.arange(m), n)
    F = np.zeros((6 * m, 6 * m))
    for p, (a, s) in enumerate(FACES):
        for q, (b, t) in enumerate(FACES):
            if p == q:
                continue
            others = [x for x in range(3) if x != a], [x for x in range(3) if x != b]
            here, there = (dict(zip(names, place, strict=True)) for names in others)
            total = np.zeros((m, m))
            for i, j, k, o in np.ndindex(2, 2, 2, 2):
                sign = (-1.0) ** (i + j + k + o)
                if a == b:
                    dx = edge[place[0] + i][:, None] - edge[place[0] + k]
                    dy = edge[place[1] + j][:, None] - edge[place[1] + o]
                    total += sign * parallel(dx, dy)
                else:
                    c = 3 - a - b
                    x = np.abs(edge[here[b] + i] - t)[:, None]
                    y = np.abs(edge[there[a] + k] - s)[None, :]
                    d = edge[here[c] + j][:, None] - edge[there[c] + o]
                    total += sign * perpendicular(x, y, d)
            F[p * m : (p + 1) * m, q * m : (q + 1) * m] = np.abs(total) * m
    return F


def slopes(n):
    """First-order coefficients of decay and thrust with n² panels a face."""
    m, F = n * n, views(n)
    assert F.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    node, weight = np.polynomial.legendre.leggauss(6)
    node, weight = (node + 1.0) / 2.0, np.multiply.outer(weight, weight) / 4.0
    i, j = np.divmod(np.arange(m), n)
    u = (i[:, None, None] + node[:, None] + 0.0 * node) / n
    w = (j[:, None, None] + 0.0 * node[:, None] + node) / n

    def mean(values):
        return (values * weight).sum(axis=(1, 2))

    chord_at = sum(_quarter_chord(x, y) for x in (u, 1.0 - u) for y in (w, 1.0 - w))
    chord = np.tile(mean(chord_at), 6)
    from_hole, along_normal, height = np.zeros(6 * m), np.zeros(6 * m), 0.0
    for p, (a, s) in enumerate(FACES):
        if (a, s) == (2, 0):
            continue
        at = np.empty((3, *u.shape))
        at[a], (at[[x for x in range(3) if x != a]]) = s, (u, w)
        r = at - np.array([0.5, 0.5, 0.0])[:, None, None, None]
        distance = np.sqrt((r**2).sum(axis=0))
        cosine = r[2] / distance
        K = cosine * np.abs(r[a]) / (np.pi * distance**3)
        from_hole[p * m : (p + 1) * m] = mean(K) / m
        along_normal[p * m : (p + 1) * m] = mean(K * cosine) / m
        height += mean(K * r[2]).sum() / m
    source = 1.5 * chord - 6.0 * from_hole * m  # k/v̄ = 1.5 f and A_h = 6 f, over f
    source -= source.mean()
    delta = np.linalg.solve(np.eye(6 * m) - F + 1.0 / (6 * m), source)
    node4, weight4 = np.polynomial.legendre.leggauss(12)
    x, y, v, z = np.meshgrid(*4 * [(node4 + 1.0) / 2.0], indexing="ij")
    over = np.einsum("i,j,k,l->ijkl", *4 * [weight4 / 2.0]) / np.pi
    squares = 6.0 * (over / ((x - v) ** 2 + (y - z) ** 2 + 1.0)).sum()
    squares += 24.0 * (over * x * v / (x**2 + v**2 + (y - z) ** 2)).sum()  # ∫⟨s²⟩ dA
    c0 = 4.0 * float(_quarter_chord(np.array(0.5), np.array(0.5)))
    # ⟨1/v²⟩ = m/2kT of those that cross: flights last while fewer and fewer molecules start.
    contents = chord @ delta / (4.0 * m) - 1.5 * c0 + 0.75 / np.pi * squares
    decay = from_hole @ delta + 1.5 * c0 - contents
    push = 1.5 * along_normal @ delta + 2.25 * 8.0 / (3.0 * np.pi) * height
    return np.array([decay, push + 3.0 / np.pi * EMPTYING_LEFT - contents])


def test_first_order_of_a_leaking_cube():
    coarse, fine = slopes(6), slopes(9)
    decay, thrust = fine + (fine - coarse) / (1.5**2 - 1.0)  # panels err as their size squared
    assert decay == pytest.approx(effusion.DECAY_SLOPE, abs=3e-3)
    assert thrust == pytest.approx(effusion.THRUST_SLOPE, abs=3e-3)
