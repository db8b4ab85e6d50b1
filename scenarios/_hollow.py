"""What hollow tubes and hollow spheres of voxels have in common: image, walk and measurements."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import laplace, shells
from scenarios import Parameters, Real, parameter

INNER, OUTER = 2, 3
"""Labels of the two baths in the image."""

HOPS_PER_BATCH = 7_000_000


class HollowParams(Parameters):
    """Parameters of a wall between two baths; ``resolution`` is the scenario's own."""

    DIMENSION: ClassVar[int]
    MAXIMUM_RADIUS: ClassVar[int]
    """Lattice spacings in the outer radius, for the sake of memory and time."""

    resolution: Real

    r_inner: Real = parameter(1e-3, "inner radius", unit="m", minimum=1e-9, maximum=1e3)
    r_outer: Real = parameter(2e-3, "outer radius", unit="m", minimum=1e-9, maximum=1e3)
    c_inner: Real = parameter(4.0, "bath within", unit="mol/m³", minimum=0.0, maximum=1e6)
    c_outer: Real = parameter(1.0, "bath without", unit="mol/m³", minimum=0.0, maximum=1e6)
    solubility: Real = parameter(
        1.0, "concentration just inside the wall over that of the bath", minimum=1e-6, maximum=1e6
    )
    D: Real = parameter(1e-9, "diffusivity in the wall", unit="m²/s", minimum=1e-20, maximum=1e3)

    @model_validator(mode="after")
    def _flows_through_a_wall_of_voxels(self) -> HollowParams:
        if self.c_inner == self.c_outer:
            raise ValueError(f"c_outer: must differ from c_inner, got {self.c_outer!r} for both")
        if self.r_outer <= self.r_inner:
            raise ValueError(f"r_outer: must exceed r_inner, got {self.r_outer!r}")
        n_outer = self.resolution * self.r_outer / self.r_inner
        if n_outer > self.MAXIMUM_RADIUS:
            raise ValueError(
                f"resolution: r_outer must be at most {self.MAXIMUM_RADIUS} voxels, got "
                f"{self.resolution!r}, which makes it {n_outer:.4g}"
            )
        if n_outer - self.resolution < 5.0:
            raise ValueError(
                f"resolution: the wall must be at least 5 voxels thick, got {self.resolution!r}, "
                f"which makes it {n_outer - self.resolution:.4g}"
            )
        return self

    @property
    def spacing(self) -> float:
        """Lattice spacing ℓ [m]."""
        return self.r_inner / self.resolution

    @property
    def voxels(self) -> Voxels:
        """Wall in lattice spacings."""
        return Voxels(self.DIMENSION, self.resolution, self.r_outer / self.spacing)

    @property
    def shell(self) -> shells.Shell:
        """Wall in metres, with the concentrations just inside it."""
        drop = self.solubility * (self.c_inner - self.c_outer)
        return shells.Shell(self.DIMENSION, self.r_inner, self.r_outer, drop, self.D)


class Voxels(NamedTuple):
    """A hollow tube (2-D, a cut across it) or sphere, in spacings of the lattice.

    Its centre is a corner of voxels, so that sites lie at ±½, ±3/2 … and planes between sites at
    whole numbers. The fluxes are counted on flat strips, square patches in a sphere, in all 2d
    directions: across the planes ``planes`` and up to ``half_widths`` from the axis.
    """

    dimension: int
    r_inner: float
    r_outer: float

    @property
    def planes(self) -> tuple[int, int]:
        """Planes of the strips, an eighth of the wall from either face, rounded inwards."""
        eighth = (self.r_outer - self.r_inner) / 8.0
        return math.ceil(self.r_inner + eighth), math.floor(self.r_outer - eighth)

    @property
    def half_widths(self) -> tuple[int, int]:
        """Half-widths of the strips: a quarter of their distance, unless they would leave the wall.

        The outermost sites are w − ½ from the middle of a strip and ½ beyond its plane.
        """
        near, far = (self._half_width(plane) for plane in self.planes)
        return near, far

    def _half_width(self, plane: int) -> int:
        room = (self.r_outer - 0.5) ** 2 - (plane + 0.5) ** 2
        widest = math.floor(math.sqrt(max(0.0, room) / (self.dimension - 1)) + 0.5)
        return max(1, min(plane // 4, widest))

    def finer(self, n: float) -> Voxels:
        """Make the same wall of n voxels in the inner radius."""
        return self._replace(r_inner=n, r_outer=n * self.r_outer / self.r_inner)

    def sites(self) -> NDArray[np.float64]:
        """Coordinates of the sites along any axis; the outer bath is two sites thick."""
        reach = int(np.ceil(self.r_outer)) + 2
        return np.arange(-reach, reach, dtype=np.float64) + 0.5

    def image(self, octant: bool = False) -> NDArray[np.uint8]:
        """Solid nowhere, open between the radii, the baths within and without.

        An ``octant`` is the part where all coordinates are positive: by symmetry nothing flows
        out of it, so that it has the same concentrations.
        """
        x = self.sites()
        x = x[x > 0.0] if octant else x
        square = sum(np.meshgrid(*[x**2] * self.dimension, indexing="ij", sparse=True))
        image = np.ones(np.shape(square), np.uint8)
        image[square <= self.r_inner**2] = INNER
        image[square >= self.r_outer**2] = OUTER
        return image

    def tag(self, strip: int, direction: int) -> int:
        """Tell the number of a strip's sites before its plane; those beyond have the next one."""
        return 1 + 2 * (2 * self.dimension * strip + direction)

    def tags(self) -> NDArray[np.uint8]:
        """Numbers of the sites beside the strips, 0 elsewhere, in the shape of ``image``."""
        x = self.sites()
        tags = np.zeros((x.size,) * self.dimension, np.uint8)
        for strip in range(2):
            beside = np.flatnonzero(np.abs(x) < self.half_widths[strip])
            for direction in range(2 * self.dimension):
                sign = 2 * (direction % 2) - 1
                for far in range(2):
                    across = np.searchsorted(x, sign * (self.planes[strip] + far - 0.5))
                    where: list[Any] = [beside] * self.dimension
                    where[direction // 2] = [across]
                    tags[np.ix_(*where)] = self.tag(strip, direction) + far
        return tags


def build(p: HollowParams) -> walkers.SiteWalk:
    """Test walkers from the baths that hold any, about seven million hops in a batch."""
    image = p.voxels.image()
    sources = [walkers.entrances(image, label) for label, _ in _baths(p)]
    n_bonds = sum(walkers.entrances(image, label).size for label in (INNER, OUTER))
    # A walker's mean number of hops, were it to start at any of the bonds alike.
    n_hops = 2 * p.DIMENSION * np.count_nonzero(image == laplace.OPEN) / n_bonds
    n_walkers = max(2000, min(400_000, int(HOPS_PER_BATCH / n_hops)))
    thickness = p.voxels.r_outer - p.voxels.r_inner
    # Measured: 2.3 to 3.5 times faster in walls of 30 to 100 voxels, slower in those of 20.
    leaps = tuple(n for n in (4, 8, 16, 32) if n < thickness / 3.0) if thickness > 25.0 else ()
    return walkers.image_walk(n_walkers, image, sources, tags=p.voxels.tags(), leaps=leaps)


def _baths(p: HollowParams) -> list[tuple[int, float]]:
    """Label of each bath that holds any, and the concentration just inside the wall."""
    baths = ((INNER, p.solubility * p.c_inner), (OUTER, p.solubility * p.c_outer))
    return [(label, c) for label, c in baths if c > 0.0]


@functools.lru_cache(maxsize=32)
def exact(voxels: Voxels) -> tuple[float, float, float]:
    """Flow and fluxes across both strips, for a drop of 1, D = 1 and spacing 1."""
    image = voxels.image(octant=True)
    field = laplace.steady_field(image, {INNER: 1.0, OUTER: 0.0})
    flow = 2**voxels.dimension * laplace.flow(image, field, INNER)
    fluxes = []
    for plane, half_width in zip(voxels.planes, voxels.half_widths, strict=True):
        beside = (slice(half_width),) * (voxels.dimension - 1)
        drops = field[plane - 1][beside] - field[plane][beside]
        fluxes.append(float(drops.mean()))
    return flow, fluxes[0], fluxes[1]


def laws(p: HollowParams) -> dict[str, Prediction]:
    """Law of every quantity."""
    voxels, shell, per_length = p.voxels, p.shell, p.D * p.shell.drop
    flow, *fluxes = exact(voxels)
    inner, outer = (
        shells.shell_flux(shell, x * p.spacing, w * p.spacing, per_length * flux / p.spacing)
        for x, w, flux in zip(voxels.planes, voxels.half_widths, fluxes, strict=True)
    )
    return {
        "flow": shells.shell_flow(shell, per_length * flow * p.spacing ** (p.DIMENSION - 2)),
        "flux_inner": inner,
        "flux_outer": outer,
        "discretisation_gap": shells.staircase_gap(shell, p.spacing),
    }


def flow_and_fluxes(record: walkers.Record, p: HollowParams) -> list[NDArray[np.float64]]:
    """Flow outwards, and net fluxes outwards across both strips, of every batch.

    The walkers of each bath are weighted by what it sends in, c per bond, over their number.
    """
    model: Any = record.model
    n_bonds = np.array([sites.size for sites in model.entrances])
    weights = np.array([c for _, c in _baths(p)]) * n_bonds / record["started"]
    # What each bath sends to the other one: outwards from the inner, inwards from the outer.
    passed = [
        weights[:, k] * record["absorbed"][:, k, OUTER - label] * (1 if label == INNER else -1)
        for k, (label, _) in enumerate(_baths(p))
    ]
    flow = np.sum(passed, axis=0) * p.D * p.spacing ** (p.DIMENSION - 2)
    departures = np.einsum("bl,blts->bts", weights, record["departures"])
    n_directions = 2 * p.DIMENSION
    fluxes = []
    for strip, half_width in enumerate(p.voxels.half_widths):
        net = np.zeros(len(flow))
        for direction in range(n_directions):
            near = p.voxels.tag(strip, direction)
            net += departures[:, near, direction] - departures[:, near + 1, direction ^ 1]
        n_crossed = n_directions * (2 * half_width) ** (p.DIMENSION - 1)
        fluxes.append(net * p.D / p.spacing / n_crossed)
    return [flow, *fluxes]


def checks(record: walkers.Record, p: HollowParams, flow_unit: str) -> list[Check]:
    """Flow between the baths, fluxes across two strips, and the staircase's gap."""
    predictions = laws(p)
    flow, *fluxes = flow_and_fluxes(record, p)
    gap = predictions["flow"].expected / predictions["flow"].law - 1.0
    estimates = {
        "flow": analysis.batch_mean(flow, flow_unit),
        "flux_inner": analysis.batch_mean(fluxes[0], "mol/(m² s)"),
        "flux_outer": analysis.batch_mean(fluxes[1], "mol/(m² s)"),
        "discretisation_gap": analysis.Estimate(gap, 0.0, record.n_batches - 1),
    }
    return analysis.checks_of(
        estimates, predictions, scales={"discretisation_gap": 1.0}, exact=["discretisation_gap"]
    )


def plot(result: Any, title: str) -> Any:
    """Flux against the distance, and the gap of the lattice to the law."""
    p = result.params
    figure, (left, right) = draw.figure(2)
    r = np.linspace(p.r_inner, p.r_outer, 200)
    decay = (p.r_inner / r) ** (p.DIMENSION - 1)
    draw.draw_law(left, r / p.r_inner, p.shell.flow_law / p.shell.inner_area * decay, "law")
    planes = np.array(p.voxels.planes) / p.resolution
    strips = np.stack(flow_and_fluxes(result.record, p)[1:], axis=1)
    expected = [laws(p)[name].expected for name in ("flux_inner", "flux_outer")]
    left.plot(planes, expected, "_", ms=16, color=draw.LAW_COLOUR, label="law on strips of voxels")
    draw.draw_batches(left, planes, strips, "walkers")
    left.axhline(p.shell.flat_flux, color="0.6", ls=":", label="flat wall")
    draw.label_axes(left, "radius r/r_i", "flux J [mol/(m² s)]", title)
    _draw_gaps(right, p)
    return figure


def _draw_gaps(axes: Any, p: HollowParams) -> None:
    """Gap of the expected flow at several sizes of voxels, about those of the run."""
    ratio = p.r_outer / p.r_inner
    coarsest = max(5.0, 5.0 / (ratio - 1.0), p.resolution / 3.0)
    sizes = np.geomspace(coarsest, max(coarsest, min(1.5 * p.resolution, 60.0)), 12)
    gaps = [exact(v)[0] / _continuum(v) - 1.0 for v in (p.voxels.finer(n) for n in sizes)]
    bound = shells.staircase_gap(p.shell, p.r_inner).tolerance
    draw.draw_law(axes, [0.0, 1.0 / coarsest], [0.0, -bound / coarsest], "bound, faces 0.7 ℓ off")
    axes.plot(1.0 / sizes, gaps, "o", ms=3.5, color=draw.DATA_COLOUR, label="exact on voxels")
    draw.label_axes(axes, "size of voxels ℓ/r_i", "flow/law − 1", "Staircase of voxels")


def _continuum(v: Voxels) -> float:
    return shells.Shell(v.dimension, v.r_inner, v.r_outer, 1.0, 1.0).flow_law


def absorber_too_far(walk: walkers.SiteWalk) -> walkers.SiteWalk:
    """Move the outer bath out by one site."""
    before = walkers.image_of(walk)
    image = before.copy()
    for axis in range(image.ndim):
        for step in (-1, 1):  # the bath is two sites thick: nothing wraps round
            image[np.roll(before == laplace.OPEN, step, axis) & (image == OUTER)] = laplace.OPEN
    sources = [
        walkers.entrances(image, label)
        for label in (INNER, OUTER)
        if any(np.array_equal(walkers.entrances(before, label), own) for own in walk.entrances)
    ]
    moved = walkers.image_walk(walk.n_walkers, image, sources, tags=walk.tags, leaps=walk.leaps)
    return replace(moved, stream=walk.stream)
