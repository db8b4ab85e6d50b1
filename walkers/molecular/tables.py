"""From the words of a model to the arrays that its kernels read."""

from __future__ import annotations

import math

import numpy as np
from scipy.constants import k

from ..boundary import (
    Absorbing,
    CercignaniLampis,
    Diffuse,
    Exchange,
    Maxwell,
    Passage,
    Pump,
    Specular,
    Temperature,
)
from .cells import N_MOTIONS, Cells, Probes
from .gas import FreeMolecular
from .gases import AT_REST, BEAM, DRIFTING, FERMI
from .hit import N_PARAMETERS, Table
from .mesh import Mesh
from .passing import FermiGas, Maxwellian
from .probes import is_transparent
from .scatter import (
    ABSORBING,
    CERCIGNANI_LAMPIS,
    DIFFUSE,
    EXCHANGE,
    PASSAGE,
    PUMP,
    SPECULAR,
)
from .shapes import (
    ANNULUS,
    BALL,
    BOX,
    CONE,
    CYLINDER,
    DISC,
    MESH,
    PLANE,
    RECTANGLE,
    ROD,
    SPHERE,
    Annulus,
    Box,
    Cone,
    Cylinder,
    Disc,
    Flat,
    Plane,
    Rectangle,
    Shape,
    Sphere,
    Surface,
    from_outside,
)
from .sources import Beam, FromGas, FromSurface, temperature
from .start import Sources
from .tallies import N_SUMS, Options, Tallies

ROUNDING = 64.0 * np.finfo(np.float64).eps
"""Rounding error of an impact over the largest coordinate of its region, with room to spare."""

_TAGS = {
    Plane: PLANE,
    Disc: DISC,
    Annulus: ANNULUS,
    Rectangle: RECTANGLE,
    Cylinder: CYLINDER,
    Cone: CONE,
    Sphere: SPHERE,
    Box: BOX,
    Mesh: MESH,
}
_SOLID_TAGS = {Cylinder: ROD, Cone: ROD, Sphere: BALL}
_RULES = {
    Specular: SPECULAR,
    Diffuse: DIFFUSE,
    Maxwell: DIFFUSE,
    CercignaniLampis: CERCIGNANI_LAMPIS,
    Pump: PUMP,
    Absorbing: ABSORBING,
    Passage: PASSAGE,
    Exchange: EXCHANGE,
}

_GASES = {type(None): AT_REST, Maxwellian: DRIFTING, FermiGas: FERMI, Beam: BEAM}


def make_table(model: FreeMolecular) -> Table:
    """Put the surfaces, region by region and openings first, into the arrays that kernels read."""
    rows = sorted(range(len(model.surfaces)), key=lambda i: _rank(model, model.surfaces[i]))
    ordered = [model.surfaces[i] for i in rows]
    # Meshes stand behind all regions, where no flight tries them one by one.
    regions = [_rank(model, surface)[0] for surface in ordered]
    skins = [skin(model, surface.region) for surface in ordered]
    boundaries = [surface.boundary for surface in ordered]
    return Table(
        first=np.searchsorted(regions, np.arange(len(model.regions) + 1)).astype(np.int64),
        shapes=np.array([tag(surface.shape) for surface in ordered], np.int64),
        parameters=np.array(
            [parameters(surface.shape, skin) for surface, skin in zip(ordered, skins, strict=True)]
        ),
        numbers=np.array(rows, np.int64),
        watched=np.array(
            [model.watched.index(s.name) if s.name in model.watched else -1 for s in ordered],
            np.int64,
        ),
        rules=np.array([_RULES[type(boundary)] for boundary in boundaries], np.int64),
        speeds=np.array([int(getattr(boundary, "speeds", 0)) for boundary in boundaries], np.int64),
        angles=np.array([int(getattr(boundary, "angles", 0)) for boundary in boundaries], np.int64),
        regions=np.array(
            [model.region_number(b.to) if isinstance(b, Passage) else -1 for b in boundaries],
            np.int64,
        ),
        alphas=np.array([_alpha(boundary) for boundary in boundaries]),
        square_speeds=np.array(
            [square_speed(getattr(boundary, "T", None), model) for boundary in boundaries]
        ),
        whole=np.array([_is_whole(model, surface) for surface in ordered]),
        rare=True if any(tag(surface.shape) >= ANNULUS for surface in ordered) else None,
    )


def make_sources(model: FreeMolecular, table: Table) -> Sources:
    """Put the sources into the arrays that kernels read."""
    rows, regions, shapes, volumes = [], [], [], []
    for source in model.sources:
        if isinstance(source, FromSurface):
            number = model.surface_number(source.surface)
            rows.append(int(np.flatnonzero(table.numbers == number)[0]))
            regions.append(model.region_number(model.surfaces[number].region))
            shape: Shape = model.surfaces[number].shape
        else:
            rows.append(-1)
            regions.append(model.region_number(source.region))
            shape = source.volume or model.volume_shape(source.region)
        is_meshed = (
            isinstance(source, FromGas) and source.volume is None and model.is_meshed(source.region)
        )
        shapes.append(MESH if is_meshed else tag(shape))
        volumes.append(parameters(shape, 0.0))
    return Sources(
        counts=np.array([source.n for source in model.sources], np.int64),
        rows=np.array(rows, np.int64),
        meshes=np.array(rows, np.int64) - table.first[-1],
        regions=np.array(regions, np.int64),
        shapes=np.array(shapes, np.int64),
        parameters=np.array(volumes),
        speeds=np.array([int(getattr(s, "speeds", 0)) for s in model.sources], np.int64),
        angles=np.array([int(getattr(s, "angles", 0)) for s in model.sources], np.int64),
        square_speeds=np.array([square_speed(temperature(s), model) for s in model.sources]),
        gases=np.array([_GASES[type(source.gas)] for source in model.sources], np.int64),
        drifts=np.array([getattr(s.gas, "speed_ratio", 0.0) for s in model.sources]),
        potentials=np.array(
            [2.0 * getattr(s.gas, "mu", 0.0) / model.species.mass for s in model.sources]
        ),
    )


def make_place(table: Table, sources: Sources) -> np.ndarray | None:
    """Room for a start, or None if no molecule starts anywhere but inside a gas or a whole disc."""
    starts = np.union1d(sources.rows[sources.rows >= 0], np.flatnonzero(table.rules == EXCHANGE))
    return None if np.all(table.whole[starts]) else np.empty(6)


def make_options(model: FreeMolecular) -> Options:
    """Put what is looked at into the form that kernels read."""
    return Options(
        model.species.mass,
        model.t_start,
        model.t_end,
        model.track_speeds,
        model.max_hits,
        np.array(model.cosine_edges, np.float64),
        np.array(model.speed_edges, np.float64),
        np.array(model.census_times, np.float64),
    )


def empty_tallies(model: FreeMolecular) -> Tallies:
    """Tallies of a batch in which nothing has happened yet."""
    n_labels, n_surfaces = len(model.sources), len(model.surfaces)
    n_regions, n_watched = len(model.regions), len(model.watched)
    return Tallies(
        hits=np.zeros((n_labels, n_surfaces), np.int64),
        absorbed=np.zeros((n_labels, n_surfaces), np.int64),
        crossing_sums=np.zeros((n_labels, n_surfaces, N_SUMS)),
        present_time=np.zeros((n_labels, n_regions)),
        present_count=np.zeros((len(model.census_times), n_regions), np.int64),
        crossing_cosines=np.zeros(
            (n_labels, n_watched, max(len(model.cosine_edges) - 1, 0)), np.int64
        ),
        crossing_speeds=np.zeros(
            (n_labels, n_watched, max(len(model.speed_edges) - 1, 0)), np.int64
        ),
        triangle_hits=np.zeros((n_labels, model.n_mapped), np.int64),
    )


def skin(model: FreeMolecular, region: str) -> float:
    """Length just above the rounding error of a coordinate in a region [m]."""
    return ROUNDING * max(reach(s.shape) for s in model.surfaces if s.region == region)


def tag(shape: Shape) -> int:
    """Tag by which the kernels know a shape."""
    return (_SOLID_TAGS if from_outside(shape) else _TAGS)[type(shape)]


def make_probes(model: FreeMolecular) -> Probes | None:
    """Put what looks at molecules on their way into the form that kernels read, if anything does.

    The kernels are compiled once with and once without, so that what is not asked costs nothing.
    """
    crossed = any(is_transparent(surface) for surface in model.surfaces)
    if not (crossed or model.cells or model.track_displacements):
        return None
    n_labels = len(model.sources)
    counts = model.cells.counts if model.cells else (0, 0, 0)
    low = np.array(model.cells.low if model.cells else (0.0, 0.0, 0.0))
    high = np.array(model.cells.high if model.cells else (0.0, 0.0, 0.0))
    n_times = len(model.census_times) if model.track_displacements else 0
    return Probes(
        Cells(low, (high - low) / np.maximum(counts, 1), np.array(counts, np.int64)),
        model.track_displacements,
        present_displacement=np.zeros((n_labels, n_times, 6)),
        present_cell_time=np.zeros((n_labels, *counts)),
        present_cell_motion=np.zeros((n_labels, *counts, N_MOTIONS)),
    )


def parameters(shape: Shape, skin: float) -> np.ndarray:
    """Row of numbers that describes a shape; the columns are listed in ``hit`` and ``hit_rare``."""
    row = np.zeros(N_PARAMETERS)
    row[9] = skin
    match shape:
        case Plane():
            row[0:3], row[3:6] = shape.point, shape.normal
        case Disc():
            # The skin closes the seam with a wall that ends at the rim.
            row[0:3], row[3:6], row[7] = shape.center, shape.normal, shape.radius
            row[6] = (shape.radius + skin) * (shape.radius + skin)
        case Annulus():
            row[0:3], row[3:6], row[7] = shape.center, shape.normal, shape.outer_radius
            row[6] = (shape.outer_radius + skin) * (shape.outer_radius + skin)
            row[8] = max(shape.inner_radius - skin, 0.0) ** 2
            row[10] = shape.inner_radius
        case Rectangle():
            row[0:3], row[3:6], row[6:9] = shape.center, shape.normal, shape.along
            row[10:12] = 0.5 * shape.length, 0.5 * shape.width
        case Cone():
            row[:] = _frustum(shape, shape.radius, shape.end_radius, skin)
        case Cylinder() if from_outside(shape):
            row[:] = _frustum(shape, shape.radius, shape.radius, skin)
        case Cylinder():
            row[0:3], row[3:6] = shape.center, shape.axis
            row[6:9] = shape.radius * shape.radius, shape.radius, shape.length
            row[10] = -1.0 / shape.radius
            row[11] = -skin if np.isfinite(shape.length) else -np.inf
        case Sphere():
            row[0:3], row[6], row[7] = shape.center, shape.radius * shape.radius, shape.radius
            row[11] = shape.radius
        case Box():
            row[0:3], row[3:6] = shape.low, shape.high
    return row


def _frustum(shape: Cone | Cylinder, radius: float, end_radius: float, skin: float) -> np.ndarray:
    """Row of numbers of a cone, or of a cone or cylinder seen from outside."""
    slope = (end_radius - radius) / shape.length
    ball = math.hypot(0.5 * shape.length, max(radius, end_radius))
    numbers = (slope, radius, shape.length, skin, 1.0 / math.hypot(1.0, slope), ball)
    return np.array([*shape.center, *shape.axis, *numbers])


def reach(shape: Shape) -> float:
    """Largest coordinate, in size, that occurs on a shape (at the point of a plane)."""
    match shape:
        case Plane():
            return max(map(abs, shape.point))
        case Mesh():
            return shape.reach
        case Box():
            return max(map(abs, shape.low + shape.high))
        case Cylinder() if np.isfinite(shape.length):
            return max(map(abs, shape.center)) + shape.length + shape.radius
        case Cone():
            widest = max(shape.radius, shape.end_radius)
            return max(map(abs, shape.center)) + shape.length + widest
        case Annulus():
            return max(map(abs, shape.center)) + shape.outer_radius
        case Rectangle():
            return max(map(abs, shape.center)) + 0.5 * math.hypot(shape.length, shape.width)
    return max(map(abs, shape.center)) + shape.radius


def square_speed(T: Temperature, model: FreeMolecular) -> float:
    """Square of the most probable speed, 2kT/m [m²/s²]; 0 where T is not a number."""
    return 2.0 * k * T / model.species.mass if isinstance(T, float | int) else 0.0


def _rank(model: FreeMolecular, surface: Surface) -> tuple[int, bool, float]:
    """Where a surface stands in the table: of coplanar flat shapes, the smaller wins.

    Behind all regions, where no flight tries them one by one, stand meshes, then what is
    transparent.
    """
    is_flat = isinstance(surface.shape, Flat)
    area = surface.shape.area() if is_flat else 0.0
    region = model.region_number(surface.region)
    if isinstance(surface.shape, Mesh):
        region = len(model.regions)
    elif is_transparent(surface):
        region = len(model.regions) + 1
    return region, not is_flat, area


def _is_whole(model: FreeMolecular, surface: Surface) -> bool:
    """Whether a surface is a Mesh, or a Disc in which no other flat shape of its region may lie."""
    disc = surface.shape
    if not isinstance(disc, Disc):
        return isinstance(disc, Mesh)
    for other in model.surfaces:
        shape = other.shape
        if other is surface or other.region != surface.region or not isinstance(shape, Flat):
            continue
        lift = sum(
            (a - b) * n for a, b, n in zip(shape.center, disc.center, disc.normal, strict=True)
        )
        size = reach(shape) - max(map(abs, shape.center))
        apart = math.dist(shape.center, disc.center)
        if abs(lift) <= 1e-9 * (size + disc.radius) and apart < size + disc.radius:
            return False
    return True


def _alpha(boundary: object) -> float:
    if isinstance(boundary, Specular):
        return 0.0
    return boundary.alpha if isinstance(boundary, Maxwell) else 1.0
