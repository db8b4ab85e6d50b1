"""Free molecules between surfaces, in words: sources, clocks and what is counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.constants import k

from ..along import LastDrawn, check_rising
from ..boundary import AngleLaw, Passage, SpeedLaw, emitting, share_kept
from ..engine.model import Arrays, Model
from ..species import GASES, Species
from .mesh import Mesh, box_around, enclosed_volume
from .probes import Grid, Sheet, is_transparent
from .shapes import Box, Cylinder, Sphere, Surface, check_temperatures, from_outside
from .sources import FromGas, FromSurface, temperature

if TYPE_CHECKING:
    from .flights import FixedArrays

HITS_PER_SECOND = 1e7
HITS_PER_SECOND_ON_MESHES = 1e6
"""What any machine of today reaches per core; for forecasts only."""

BYTES_PER_TRIANGLE = 160
"""A triangle in its tree, boxes included."""

LEAST_FILLING = 1e-4
"""Least part of the box around meshes that their gas fills, if molecules are to start in it."""

MAXIMUM_HITS = 2**28
"""Cap of the cap: each hit takes a few draws of a 32-bit counter."""


@dataclass(frozen=True, eq=False)
class FreeMolecular(Model):
    """Molecules that meet surfaces but never each other, each with its own clock from 0.

    A molecule belongs to a region and sees only that region's surfaces. It is followed until it
    is absorbed or its clock passes ``t_end``; only what happens between ``t_start`` and ``t_end``
    [s] is counted, flights clipped. Without ``track_speeds`` there are no speeds and no clocks
    (time, energies, momenta and speeds are counted as 0), and the paths are the same bit by bit:
    walls other than CercignaniLampis know no temperature, and every T may be None.
    Surfaces are numbered in their order, regions in order of appearance, sources are the labels.

    Tallies, named by what they are per: ``entered`` (n_labels,) molecules started; ``hits``
    (n_labels, n_surfaces) arrivals and ``absorbed`` those that stayed; of molecules *present*,
    ``present_time`` (n_labels, n_regions) [s] spent and, of the grid ``cells``,
    ``present_cell_time`` (n_labels, nx, ny, nz) [s] spent and ``present_cell_motion`` (…, 4) that
    time × velocity x, y, z [m] and × squared speed [m²/s]; at ``census_times``, ``present_count``
    (n_times, n_regions) and, with ``track_displacements``, ``present_displacement`` (n_labels,
    n_times, 6), Σ of the way from the start along x, y, z [m] and of its squares; of molecules
    *crossing* a ``watched`` surface, ``crossing_sums`` (n_labels, n_surfaces, 10), Σ of speed
    [m/s], cosθ to the normal, energy ½mv² [J] and momentum x, y, z [kg m/s] of arrivals, then
    energy and momentum of departures (re-emitted, reflected, exchanged or started there; what
    passes through departs from nowhere), and ``crossing_cosines`` and ``crossing_speeds``
    (n_labels, n_watched, n_bins) of arrivals, the last bin with its upper edge, values beyond the
    edges left out (the faces of a ``cutting_plane`` count arrivals alone); with ``last_drawn``, of
    molecules *absorbed*, where their speed was last drawn: ``drawn_at_source`` (n_labels,
    n_surfaces), ``drawn_counts`` and ``drawn_places`` (n_labels, n_surfaces, n_bins), Σ of places
    [m], the end bins with all beyond.

    Asked for by ``map_hits``, names of surfaces with a Mesh: ``triangle_hits`` (n_labels,
    n_triangles of these), arrivals at each triangle, in the order of the surfaces. Divided by
    ``entered`` and the ``areas`` of the triangles [m²], times the molecules per second for which
    a source stands, it is the flux [1/(m² s)] that falls on each triangle.
    """

    surfaces: tuple[Surface, ...] = ()
    sources: tuple[FromSurface | FromGas, ...] = ()
    species: Species = GASES["N2"]
    t_start: float = 0.0
    t_end: float = math.inf
    track_speeds: bool = True
    watched: tuple[str, ...] = ()
    cosine_edges: tuple[float, ...] = ()
    speed_edges: tuple[float, ...] = ()
    census_times: tuple[float, ...] = ()
    cells: Grid | None = None
    track_displacements: bool = False
    last_drawn: LastDrawn | None = None
    map_hits: tuple[str, ...] = ()
    max_hits: int = 10_000_000

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        self._check_surfaces()
        self._check_sources()
        check_temperatures(self.surfaces, self.track_speeds, self.last_drawn is not None)
        self._check_times()
        for name in self.watched:
            self.surface_number(name)
        if len(set(self.watched)) < len(self.watched):
            raise ValueError(f"a surface can be watched once, got {self.watched}")
        for name in self.map_hits:
            if not isinstance(self.surfaces[self.surface_number(name)].shape, Mesh):
                raise ValueError(f"map_hits counts the triangles of a Mesh, {name!r} has none")
        for name in ("cosine_edges", "speed_edges"):
            if len(getattr(self, name)):
                check_rising(name, getattr(self, name))
        if not 1 <= self.max_hits <= MAXIMUM_HITS:
            raise ValueError(f"max_hits must be between 1 and {MAXIMUM_HITS}, got {self.max_hits}")

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, in order of appearance."""
        return tuple(dict.fromkeys(surface.region for surface in self.surfaces))

    def region_number(self, name: str) -> int:
        """Return the number of a region in the tallies."""
        return _number("region", name, self.regions)

    def surface_number(self, name: str) -> int:
        """Return the number of a surface in the tallies."""
        return _number("surface", name, tuple(surface.name for surface in self.surfaces))

    def area(self, name: str) -> float:
        """Area of a surface [m²], openings in it not taken off."""
        return self.surfaces[self.surface_number(name)].shape.area()

    def volume_shape(self, region: str) -> Box | Cylinder | Sphere:
        """First shape of a region that has a volume, or the box around its meshes.

        Raises
        ------
        ValueError
            If there is none, or a solid takes part of it.
        """
        if any(s.region == region and from_outside(s.shape) for s in self.surfaces):
            raise ValueError(f"region {region!r} has a shape seen from outside: no gas to fill it")
        for surface in self.surfaces:
            if surface.region == region and isinstance(surface.shape, Box | Cylinder | Sphere):
                if math.isfinite(surface.shape.volume()):
                    return surface.shape
        if not self.is_meshed(region):
            raise ValueError(f"region {region!r} has no Box, Cylinder or Sphere to fill with gas")
        shapes = (surface.shape for surface in self.surfaces if surface.region == region)
        meshes = [shape for shape in shapes if isinstance(shape, Mesh)]
        low, high = (tuple(corner.tolist()) for corner in box_around(meshes))
        box = Box(low, high)
        if enclosed_volume(meshes) < LEAST_FILLING * box.volume():
            raise ValueError(f"the meshes of region {region!r} enclose no gas to start from")
        return box

    def is_meshed(self, region: str) -> bool:
        """Whether all surfaces of a region are meshes."""
        return all(isinstance(s.shape, Mesh) for s in self.surfaces if s.region == region)

    @property
    def n_mapped(self) -> int:
        """Triangles whose hits are counted one by one."""
        shapes = (surface.shape for surface in self.surfaces if surface.name in self.map_hits)
        return sum(len(shape.triangles) for shape in shapes if isinstance(shape, Mesh))

    @property
    def hits_per_molecule(self) -> float:
        """Rough mean number of hits of a molecule, for forecasts only."""
        openings = [(s, share_kept(s.boundary)) for s in self.surfaces]
        walls = sum(s.shape.area() for s in self.surfaces if math.isfinite(s.shape.area()))
        out = sum(share * s.shape.area() for s, share in openings if share > 0.0)
        # Mean path 4V/A: hits = all area over the area that lets molecules out.
        untimed = walls / out if 0.0 < out < math.inf else math.inf
        timed = math.inf
        if self.track_speeds and math.isfinite(self.t_end):
            energy = max(
                k * (temperature(s) or 0.0) + max(getattr(s.gas, "mu", 0.0), 0.0)
                for s in self.sources
            )
            speed = math.sqrt(8.0 * energy / (math.pi * self.species.mass))
            timed = 1.0 + self.t_end * speed / self._mean_flight()
        return min(max(untimed, 1.0), timed, float(self.max_hits))

    def _mean_flight(self) -> float:
        """Rough mean length of a flight [m]: 4V/A, or the size of what there is."""
        starts = [source.volume for source in self.sources if isinstance(source, FromGas)]
        lengths = []
        for shape in [*(surface.shape for surface in self.surfaces), *starts]:
            if isinstance(shape, Mesh):
                low, high = box_around([shape])
                lengths.append(float((high - low).max()))
            elif isinstance(shape, Cylinder):
                lengths.append(2.0 * shape.radius)
            elif isinstance(shape, Box | Sphere) and not from_outside(shape):
                lengths.append(4.0 * shape.volume() / shape.area())
        return min(lengths) if lengths else 1.0

    @property
    def seconds_per_batch(self) -> float:
        """Rough number of hits over the rate of one core."""
        rate = HITS_PER_SECOND_ON_MESHES if self._n_triangles() else HITS_PER_SECOND
        return self.n_walkers * self.hits_per_molecule / rate

    @property
    def bytes_per_batch(self) -> int:
        """Tallies and the tree of meshes: molecules are followed one after the other."""
        n_drawn = 2 * len(self.last_drawn.edges) if self.last_drawn else 0
        per_label = (14 + n_drawn) * len(self.surfaces) + len(self.regions) + self.n_mapped
        per_label += len(self.watched) * (len(self.cosine_edges) + len(self.speed_edges))
        per_label += 6 * len(self.census_times) * self.track_displacements
        per_label += 5 * (self.cells.n_cells if self.cells else 0)
        census = len(self.census_times) * len(self.regions)
        tallies = 8 * (len(self.sources) * per_label + census)
        return tallies + BYTES_PER_TRIANGLE * self._n_triangles()

    def _n_triangles(self) -> int:
        return sum(len(s.shape.triangles) for s in self.surfaces if isinstance(s.shape, Mesh))

    def resized(self, n_walkers: int) -> FreeMolecular:
        """Build the same model with its sources scaled in proportion, each at least 1."""
        ends = [0]
        for source in self.sources:
            ends.append(ends[-1] + source.n)
        scaled = [round(end * n_walkers / self.n_walkers) for end in ends]
        sources = tuple(
            replace(source, n=max(1, high - low))
            for source, low, high in zip(self.sources, scaled[:-1], scaled[1:], strict=True)
        )
        return replace(self, n_walkers=sum(source.n for source in sources), sources=sources)

    def with_boundaries(self, change: Callable[[Surface], Any]) -> FreeMolecular:
        """Build the same model with ``change(surface)`` as the boundary of every surface."""
        surfaces = (replace(surface, boundary=change(surface)) for surface in self.surfaces)
        return replace(self, surfaces=tuple(surfaces))

    def emitting(self, **laws: SpeedLaw | AngleLaw) -> FreeMolecular:
        """Build the same model whose thermal boundaries have other ``speeds`` or ``angles``."""
        return self.with_boundaries(lambda surface: emitting(surface.boundary, **laws))

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .flights import Flights

        flights = Flights(self)
        stream = make_stream(seed, batch, self.stream)
        first = 0
        for label, source in enumerate(self.sources):
            flights.follow(label, first, source.n, stream, np.empty((0, 3)))
            first += source.n
        return flights.arrays()

    @cached_property
    def fixed_arrays(self) -> FixedArrays:
        """What kernels read of the model: the same in every batch."""
        from .flights import fixed_arrays

        return fixed_arrays(self)

    def _check_surfaces(self) -> None:
        names = [surface.name for surface in self.surfaces]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"surfaces need different names, got {names}")
        for surface in self.surfaces:
            if isinstance(surface.boundary, Passage):
                self.region_number(surface.boundary.to)
            if is_transparent(surface) and not isinstance(surface.shape, Sheet):
                kind = type(surface.shape).__name__
                raise ValueError(f"surface {surface.name!r}: a cutting plane is flat, not a {kind}")

    def _check_sources(self) -> None:
        if sum(source.n for source in self.sources) != self.n_walkers:
            raise ValueError(f"n_walkers must be the sum over the sources, got {self.n_walkers}")
        for source in self.sources:
            if self.track_speeds and temperature(source) is None:
                raise ValueError(f"T of None needs track_speeds=False, got {source}")
            if getattr(source.gas, "mass", self.species.mass) != self.species.mass:
                raise ValueError(f"mass of the species must be that of the gas, got {source}")
            if isinstance(source, FromGas):
                self.region_number(source.region)
                if source.volume is None:
                    self.volume_shape(source.region)
            else:
                shape = self.surfaces[self.surface_number(source.surface)].shape
                if not math.isfinite(shape.area()):
                    raise ValueError(f"no molecules start from {source.surface!r}: it has no end")

    def _check_times(self) -> None:
        if not 0.0 <= self.t_start < self.t_end:
            raise ValueError(
                f"t_start must be at least 0 and below t_end, got {self.t_start}, {self.t_end}"
            )
        timed = self.t_start > 0.0 or self.t_end < math.inf or self.census_times or self.cells
        if timed and not self.track_speeds:
            raise ValueError("t_start, t_end, census_times and cells need track_speeds")
        times = self.census_times
        if self.track_displacements and not times:
            raise ValueError("track_displacements needs census_times")
        if list(times) != sorted(set(times)) or any(not 0.0 <= t <= self.t_end for t in times):
            raise ValueError(f"census_times must rise from 0 to t_end at most, got {times}")
        endless = not any(share_kept(s.boundary) > 0.0 for s in self.surfaces)
        if endless and self.t_end == math.inf:
            raise ValueError("without an Absorbing surface, molecules need a t_end")


def trace_paths(
    model: FreeMolecular, seed: int, n_paths: int, max_points: int = 1000
) -> list[NDArray[np.float64]]:
    """Paths of the first molecules of each source in batch 0, for figures.

    Parameters
    ----------
    model : FreeMolecular
        What to simulate.
    seed : int
        Key of the random streams; the paths are those that ``run`` counts.
    n_paths : int
        How many molecules, shared out evenly among the sources.
    max_points : int
        Points kept of each path.

    Returns
    -------
    list of (k, 3) float arrays [m]
        Start and impacts of each molecule, k ≤ max_points.

    Raises
    ------
    KernelError
        If a molecule is lost.
    """
    from ..engine.streams import make_stream
    from .flights import Flights

    stream = make_stream(seed, 0, model.stream)
    starts = np.cumsum([0, *(source.n for source in model.sources)])
    paths = []
    for number in range(n_paths):
        place, label = divmod(number, len(model.sources))
        if place >= model.sources[label].n:
            continue
        points = np.empty((max_points, 3))
        n_points = Flights(model).follow(label, int(starts[label]) + place, 1, stream, points)
        paths.append(points[:n_points].copy())
    return paths


def _number(kind: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise ValueError(f"no {kind} {name!r}; there are: {', '.join(names)}")
    return names.index(name)
