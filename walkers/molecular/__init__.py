"""Free molecules between surfaces: no numba until a batch is computed."""

from .detector import BeamDetector
from .gas import FreeMolecular, FromGas, FromSurface, trace_paths
from .mesh import Mesh, enclosed_volume
from .passing import FermiGas, Maxwellian, Photons, PlaneCrossings
from .shapes import Box, Cylinder, Disc, Plane, Shape, Sphere, Surface

__all__ = [
    "BeamDetector",
    "Box",
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
    "Shape",
    "Sphere",
    "Surface",
    "enclosed_volume",
    "trace_paths",
]
