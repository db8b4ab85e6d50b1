"""Small runs whose bits are published here: a machine that gives others breaks a promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import walkers
from walkers import (
    Absorbing,
    Axis,
    ClosedWalk,
    Cylinder,
    Diffuse,
    Disc,
    FreeMolecular,
    FromSurface,
    Hop,
    Mesh,
    Model,
    OpenWalk,
    Periodic,
    Reflecting,
    Reservoir,
    Specular,
    Surface,
)

SEED, N_BATCHES = 2026, 3


def _box() -> Model:
    axes = (Axis(9, Reflecting(), Reflecting()), Axis(5, Periodic(), Periodic()))
    return ClosedWalk(1000, axes=axes, hop=Hop(stay=0.2, bias=0.1), n_steps=50, stops=(25, 50))


def _slab() -> Model:
    return OpenWalk(1000, axes=(Axis(6, Reservoir(3.0), Reservoir(1.0)),))


def _tube() -> Model:
    return FreeMolecular(
        500,
        surfaces=(
            Surface("left", Disc((0, 0, 0), (1, 0, 0), 1.0), Absorbing()),
            Surface("right", Disc((3, 0, 0), (-1, 0, 0), 1.0), Absorbing()),
            Surface("wall", Cylinder((0, 0, 0), (1, 0, 0), 1.0, 3.0), Diffuse(300.0)),
        ),
        sources=(FromSurface("left", 300.0, 500),),
    )


def _mesh() -> Model:
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])

    def mesh(*triangles: tuple[int, int, int]) -> Mesh:
        return Mesh(corners, np.array(triangles))

    return FreeMolecular(
        300,
        surfaces=(
            Surface("floor", mesh((0, 1, 2)), Absorbing()),
            Surface("sides", mesh((0, 2, 3), (0, 3, 1)), Diffuse(300.0)),
            Surface("roof", mesh((1, 3, 2)), Specular()),
        ),
        sources=(FromSurface("floor", 300.0, 300),),
    )


MODELS: dict[str, Callable[[], Model]] = {
    "closed lattice": _box,
    "open lattice": _slab,
    "molecules in a tube": _tube,
    "molecules in a mesh": _mesh,
}

PUBLISHED = {
    "closed lattice": "12d078ed37047a78dcfb91f3018af5864d5c036f41947ef011421443315895fa",
    "open lattice": "9d6a3b1fefbc0118c03d05632ee892fdb668be260c84a92bf03011a84acd9fea",
    "molecules in a tube": "e0252b17a3cec0ca0be4118c5b406adc621f02a02823cc262c26d1a6102bc7e4",
    "molecules in a mesh": "c1f6c658d572b6f653dc098be34e0000fedaa44f180e8c3e86e3abb53abfa8f8",
}
"""record_sha256 of each, on any machine; they change with ``STREAM_VERSION`` only."""


def digest(name: str) -> str:
    """Checksum that one of the runs has here."""
    return walkers.run(MODELS[name](), SEED, N_BATCHES).sha256()
