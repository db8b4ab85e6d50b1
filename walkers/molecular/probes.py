"""Where a gas is looked at without being touched: cells of a grid, and cutting planes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..boundary import Passage
from .shapes import Box, Flat, Plane, Surface, Vector

Sheet = Flat | Plane
"""Shapes that a molecule can cross: seen from one side, and without an inside."""


@dataclass(frozen=True)
class Grid:
    """Equal cells between two corners [m], ``counts`` of them along x, y and z.

    Cells do not follow walls: of a cell that a wall cuts, gas fills a part.
    """

    low: Vector
    high: Vector
    counts: tuple[int, int, int]

    def __post_init__(self) -> None:
        """Refuse corners that do not span a volume, and what is not a number of cells."""
        box = Box(self.low, self.high)
        object.__setattr__(self, "low", box.low)
        object.__setattr__(self, "high", box.high)
        object.__setattr__(self, "counts", tuple(int(n) for n in self.counts))
        if len(self.counts) != 3 or min(self.counts) < 1:
            raise ValueError(f"counts must be three numbers of cells, got {self.counts}")

    def cell_volume(self) -> float:
        """Volume of one cell [m³]."""
        return Box(self.low, self.high).volume() / self.n_cells

    @property
    def n_cells(self) -> int:
        """Cells in all."""
        return self.counts[0] * self.counts[1] * self.counts[2]


def cutting_plane(name: str, shape: Sheet, region: str = "main") -> tuple[Surface, Surface]:
    """Two faces that a molecule of a region crosses without noticing, counted each one way.

    Parameters
    ----------
    name : str
        The faces are called ``name+``, crossed along the normal of ``shape``, and ``name-``.
    shape : Disc, Annulus, Rectangle or Plane
        Where to count.
    region : str
        Whose molecules.

    Returns
    -------
    forward, backward : Surface
        The net number of crossings is the difference of their ``hits``.
    """
    x, y, z = shape.normal
    back = replace(shape, normal=(-x, -y, -z))
    # A molecule that meets a flat shape flies against its normal.
    return (
        Surface(f"{name}+", back, Passage(region), region),
        Surface(f"{name}-", shape, Passage(region), region),
    )


def is_transparent(surface: Surface) -> bool:
    """Whether molecules cross a surface and stay in their region: it only counts."""
    return isinstance(surface.boundary, Passage) and surface.boundary.to == surface.region
