"""What a run says of a vacuum part beside its verdicts: what was read, and where molecules went."""

from __future__ import annotations

from itertools import combinations

import numpy as np

import analysis
import walkers
from walkers import Enclosure
from walkers.molecular.enclosure import read_plane

from ._meshes import Rules
from ._tables import with_error

WIDE = 0.9
"""Share of a face of the box, beyond which an opening that a plane found comes with a caution."""


def wide_openings(enclosure: Enclosure, rules: Rules) -> list[str]:
    """Caution where a plane took nearly a whole face with corners inside: perhaps a hole's rim."""
    size = np.ptp(enclosure.box, axis=0)
    said = []
    for name in (name for name, rule in rules.items() if "plane" in rule):
        axis = read_plane(rules[name]["plane"]).axis
        face = float(np.prod(np.delete(size, axis)))
        share = enclosure.areas[name] / face
        own = enclosure.parts == enclosure.names.index(name)
        rim_only = np.isin(enclosure.triangles[own], enclosure.triangles[~own]).all()
        if share > WIDE and not rim_only:
            said.append(
                f"{name} is all {np.count_nonzero(own)} triangles in the plane "
                f"{rules[name]['plane']}, {100.0 * share:.3g} % of that face of the box: a hole "
                "flush with its plate needs a group of an OBJ file, or a file of its own"
            )
    return said


def described(enclosure: Enclosure, n_openings: int) -> list[str]:
    """Say what was read: the whole, each opening, and the walls."""
    low, high = enclosure.box
    size = high - low
    box = " × ".join(f"{edge:.4g}" for edge in size)
    in_mm = " × ".join(f"{1e3 * edge:.4g}" for edge in size)
    said = [
        f"the mesh: {len(enclosure.triangles)} triangles in a box of {box} m ({in_mm} mm), "
        f"area {sum(enclosure.areas.values()):.5g} m², volume {enclosure.volume:.5g} m³"
    ]
    counts = np.bincount(enclosure.parts, minlength=len(enclosure.names))
    listed = [
        f"{name} {area:.4g} m² ({f'{1e6 * area:.6g} mm², ' if area < 1.0 else ''}{count} triangles)"
        for (name, area), count in zip(enclosure.areas.items(), counts, strict=True)
    ]
    said.append(f"openings: {', '.join(listed[:n_openings])}")
    said.append(f"walls: {', '.join(listed[n_openings:])}")
    return said + list(enclosure.remarks)


def returned(record: walkers.Record, openings: list[str]) -> list[str]:
    """Shares of those that entered that came back, and that stayed on walls."""
    shares = 100.0 * record["absorbed"] / record["entered"][:, :, None]
    n = len(openings)
    said = []
    for i, name in enumerate(openings):
        back = analysis.batch_mean(shares[:, i, i])
        stuck = analysis.batch_mean(shares[:, i, n:].sum(axis=1))
        said.append(
            f"of those entering {name}, {with_error(back.value, back.stderr)} % return and "
            f"{with_error(stuck.value, stuck.stderr)} % stay on walls"
        )
    return said


def both_ways(record: walkers.Record, openings: list[str], per_W: list[float]) -> list[str]:
    """Conductance between two openings from molecules of both: by reciprocity it is the same.

    ``per_W``: conductance of each opening [L/s].
    """
    passed = record["absorbed"] / record["entered"][:, :, None]
    L = np.array(per_W)
    said = []
    for i, j in combinations(range(len(openings)), 2):
        # Weighted by molecules per area: nearly best, and known beforehand, so without bias.
        n = record["entered"][:, [i, j]].mean(axis=0) / L[[i, j]]
        C = (n[0] * L[i] * passed[:, i, j] + n[1] * L[j] * passed[:, j, i]) / n.sum()
        if not C.any():
            continue  # its upper bound is said elsewhere
        both = analysis.batch_mean(C)
        said.append(
            f"conductance {openings[i]}–{openings[j]}: {with_error(both.value, both.stderr)} L/s, "
            "both ways together"
        )
    return said
