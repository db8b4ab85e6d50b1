"""Free molecules between surfaces: no numba until a batch is computed."""

from .detector import BeamDetector
from .gas import FreeMolecular, FromGas, FromSurface, trace_paths
from .mesh import Mesh, enclosed_volume
from .passing import FermiGas, Maxwellian, Photons, PlaneCrossings
from .shapes import Annulus, Box, Cone, Cylinder, Disc, Plane, Rectangle, Shape, Sphere, Surface

__all__ = [
    "Annulus",
    "BeamDetector",
    "Box",
    "Cone",
    "Cylinder",
    "Disc",
    "FermiGas",
    "FreeMolecular",
    "FromGas",
    "FromSurface",
    "Maxwellian",
    "Mesh",
    "Photons",
    "Plane",
    "PlaneCrossings",
    "Rectangle",
    "Shape",
    "Sphere",
    "Surface",
    "enclosed_volume",
    "trace_paths",
]
