"""What is the conductance of a vacuum part of any shape, from each opening to each other?

Rule: molecules enter every opening like a gas at rest behind it (uniform over the opening, cosine
law), fly straight, and leave a wall by the cosine law, or like a mirror with probability
1 − alpha, until they reach an opening or, with probability sticking, stay on a wall. The part is
a mesh (STL, OBJ, PLY) of the gas volume, closed at its openings, not of the metal round it; or one
of ours: tube, elbow, cone, duct, annulus, trap. Reciprocity and the number of hits are exact in
any shape; the rectangular duct has a transmission of its own, and of the tube, a prism of 64 sides,
Clausing's is an approximation with a tolerance; all others are measured. Neither the gas nor its
temperature changes a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

import numpy as np

import analysis
import walkers
from analysis import Check, Prediction
from analysis.laws import duct as law
from analysis.laws import kinetic
from scenarios import Gas, Parameters, Quantity, Real, WrongRule, parameter
from scenarios import _meshes as meshes
from scenarios import _part_remarks as said_of
from scenarios._part_figure import draw_part

HITS_PER_BATCH = 120_000


class Params(Parameters):
    """Parameters of the part."""

    mesh: meshes.Meshes = parameter(
        meshes.DEFAULT, "file of the closed gas volume, list of files, or tube, elbow, cone, duct, "
        "annulus, trap",
    )  # fmt: skip
    scale: Real = parameter(
        1.0, "length of a unit of the files", unit="m", minimum=1e-9, maximum=1e3
    )
    openings: meshes.Openings = parameter(
        {}, 'names of parts, or rules: {inlet = {plane = "z=0"}, outlet = {part = "lid"}} [m]; '
        "a plane takes every triangle in it: of a hole flush with its plate, name the part",
    )  # fmt: skip
    walls: meshes.Walls = parameter(
        {}, "walls other than diffuse: {wall = {alpha = 0.9}, core = {sticking = 0.1}}"
    )
    gas: Gas = parameter("N2", "gas, by name; conductance only")
    T: Real = parameter(300.0, "temperature; conductance only", unit="K", minimum=1e-3, maximum=1e5)


QUANTITIES = {
    "transmission[i,j]": Quantity("", "the value", "share of those entering i that leave by j"),
    "conductance[i,j]": Quantity("L/s", "the value", "A_i W_ij v̄/4"),
    "reciprocity[i,j]": Quantity("", "1", "1 − A_j W_ji / A_i W_ij"),
    "hits_per_molecule": Quantity("", "the law", "wall hits of those entering anywhere, by area"),
}


def _part(p: Params) -> Any:
    return meshes.read_enclosure(p.mesh, p.scale, p.openings)


def _openings(p: Params) -> list[str]:
    """Names of the openings: the first surfaces, and the sources."""
    return list(_part(p).names[: len(p.openings) or 2])


def build(p: Params) -> walkers.FreeMolecular:
    """Molecules through every opening in proportion to its area: about 1.2·10⁵ hits a batch."""
    part, openings = _part(p), _openings(p)
    walls = meshes.wall_names(part, len(openings), p.walls)
    boundaries: dict[str, Any] = {name: walkers.Absorbing() for name in openings}
    boundaries |= {name: meshes.boundary(p.walls.get(name, {}), p.T) for name in walls}
    area = np.array([part.areas[name] for name in openings])
    n_hits = 1.0 + sum(part.areas[name] for name in walls) / area.sum()
    n = np.clip(HITS_PER_BATCH / n_hits, 2000, 50_000) * area / area.sum()
    counts = [max(100, round(float(share))) for share in n]
    return walkers.FreeMolecular(
        n_walkers=sum(counts),
        species=walkers.gas(p.gas),
        surfaces=tuple(
            walkers.Surface(name, part.mesh(name), boundaries[name]) for name in part.names
        ),
        sources=tuple(
            walkers.FromSurface(name, p.T, count)
            for name, count in zip(openings, counts, strict=True)
        ),
        track_speeds=False,
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    part, openings = _part(p), _openings(p)
    areas = part.areas
    out = sum(areas[name] for name in openings)
    W = _transmission(p)
    pairs, both = list(permutations(openings, 2)), combinations(openings, 2)
    hits = law.hits_per_molecule(sum(areas.values()) - out, out, areas[openings[0]])
    if any(wall.get("sticking") for wall in p.walls.values()):
        hits = analysis.unclaimed("no law where walls keep molecules")
    return {
        **{f"transmission[{i},{j}]": W for i, j in pairs},
        **{f"conductance[{i},{j}]": law.scaled(W, _per_W(p, areas[i])) for i, j in pairs},
        **{f"reciprocity[{i},{j}]": law.reciprocity(areas[i], areas[j]) for i, j in both},
        "hits_per_molecule": hits,
    }


def _transmission(p: Params) -> Prediction:
    """Law of the transmission, the same both ways, of a part of ours that has one."""
    as_built = not (p.openings or p.walls)
    if p.mesh == "tube" and as_built:
        radius, length, n_sides = meshes.TUBE
        return law.polygon_tube(length / radius, n_sides)
    if p.mesh == "duct" and as_built:
        width, height, length = meshes.DUCT
        return law.rectangular_duct(length, width, height)
    return analysis.unclaimed("no law of any shape")


def _per_W(p: Params, area: Any) -> Any:
    """Conductance of an opening, or of several [L/s]."""
    return 1000.0 * area * kinetic.mean_speed(p.T, walkers.gas(p.gas).mass) / 4.0


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Passages from each opening to each other, and hits on all walls."""
    part, openings = _part(p), _openings(p)
    n = len(openings)
    W = record["absorbed"][:, :, :n] / record["entered"][:, :, None]
    areas = np.array([part.areas[name] for name in openings])
    hits = record["hits"][:, :, n:].sum(axis=2) / record["entered"]
    estimates, predictions = {}, laws(p)
    factors = {"transmission": (np.ones(n), ""), "conductance": (_per_W(p, areas), "L/s")}
    for quantity, (factor, unit) in factors.items():
        for i, j in permutations(range(n), 2):
            name = f"{quantity}[{openings[i]},{openings[j]}]"
            estimates[name] = analysis.batch_mean(W[:, i, j] * factor[i], unit)
            if not W[:, i, j].any() and not predictions[name].is_claim:
                bound = factor[i] * analysis.largest_unseen(record["entered"][:, i].sum())
                predictions[name] = analysis.unclaimed(
                    f"no molecule came through: below {bound:.2g} {unit}".rstrip() + " (95 %)"
                )
                estimates[name] = analysis.Estimate(np.nan, np.nan, record.n_batches - 1, unit)
    for i, j in combinations(range(n), 2):
        name = f"reciprocity[{openings[i]},{openings[j]}]"
        out, back = areas[i] * W[:, i, j], areas[j] * W[:, j, i]
        # That of the difference alone: of a ratio of a few passages the error is not honest.
        estimates[name] = analysis.batch_mean((out - back) / (out.mean() or 1.0))
        if not (out.any() and back.any()):
            predictions[name] = analysis.unclaimed("no molecule came through, nothing to judge by")
            estimates[name] = analysis.Estimate(np.nan, np.nan, record.n_batches - 1)
        elif not np.ptp(W[:, (i, j), (j, i)], axis=0).any():
            predictions[name] = analysis.unclaimed("every molecule passed, nothing to judge by")
    estimates["hits_per_molecule"] = analysis.batch_mean(hits @ areas / areas.sum())
    scales = {name: e.value if e.value > 0.0 else 1.0 for name, e in estimates.items()}
    scales |= {name: 1.0 for name in estimates if name.startswith("reciprocity")}
    scales |= {name: known.law for name, known in predictions.items() if known.law > 0.0}
    return analysis.checks_of(estimates, predictions, scales)


def cautions(p: Params) -> list[str]:
    """Say where few molecules make most of the hits, and what was perhaps not meant."""
    part = _part(p)
    hint = meshes.unit_hint(part, p.scale)
    return [
        *([hint] if hint else []),
        *said_of.wide_openings(part, p.openings),
        *meshes.mirrors(p.walls),
    ]


def remarks(record: walkers.Record, p: Params) -> list[str]:
    """Say what was read, where molecules went, and up to which pressure they do not meet."""
    part, openings = _part(p), _openings(p)
    diameter = walkers.gas(p.gas).diameter
    pressure = kinetic.mean_free_path(1.0, p.T, diameter) / np.linalg.norm(np.ptp(part.box, axis=0))
    return [
        *said_of.described(part, len(openings)),
        *said_of.returned(record, openings),
        *said_of.both_ways(record, openings, [_per_W(p, part.areas[name]) for name in openings]),
        f"below {pressure:.2g} Pa the mean free path of {p.gas} exceeds the diagonal of that box",
    ]


def plot(result: Any) -> Any:
    """Paths in the part, and how often molecules from the first opening hit its walls."""
    record = result.record
    return draw_part(_part(result.params), record.model, record.seed)


WRONG_RULES: Mapping[str, WrongRule] = {
    "isotropic": WrongRule(
        "walls re-emit uniformly over the hemisphere instead of by the cosine law",
        change=lambda model: model.emitting(angles=walkers.AngleLaw.ISOTROPIC),
        moves={"reciprocity[inlet,outlet]": +1, "hits_per_molecule": +1},
    ),
    "no-cosine": WrongRule(
        "molecules enter uniformly over the hemisphere instead of by the cosine law",
        change=lambda model: replace(
            model,
            sources=tuple(replace(s, angles=walkers.AngleLaw.ISOTROPIC) for s in model.sources),
        ),
        moves={"hits_per_molecule": -1},
    ),
    "sticky": WrongRule(
        "walls keep one molecule in a hundred that hit them",
        change=lambda model: model.with_boundaries(
            lambda s: s.boundary if s.boundary == walkers.Absorbing() else walkers.Pump(0.01, 300.0)
        ),
        moves={"hits_per_molecule": -1},
    ),
}

CALIBRATION_WALKERS = 400
