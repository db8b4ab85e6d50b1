"""Free molecules between surfaces: no numba until a batch is computed."""

from .detector import BeamDetector
from .enclosure import AxisPlane, Enclosure, MeshError, write_mesh
from .gas import FreeMolecular, trace_paths
from .mesh import Mesh, enclosed_volume
from .mesh_file import read_mesh
from .passing import FermiGas, Maxwellian, Photons, PlaneCrossings
from .probes import Grid, cutting_plane
from .shapes import Annulus, Box, Cone, Cylinder, Disc, Plane, Rectangle, Shape, Sphere, Surface
from .sources import Beam, FromGas, FromSurface

__all__ = [
    "Annulus",
    "AxisPlane",
    "Beam",
    "BeamDetector",
    "Box",
    "Cone",
    "Cylinder",
    "Disc",
    "Enclosure",
    "FermiGas",
    "FreeMolecular",
    "FromGas",
    "FromSurface",
    "Grid",
    "Maxwellian",
    "Mesh",
    "MeshError",
    "Photons",
    "Plane",
    "PlaneCrossings",
    "Rectangle",
    "Shape",
    "Sphere",
    "Surface",
    "cutting_plane",
    "enclosed_volume",
    "read_mesh",
    "trace_paths",
    "write_mesh",
]
