"""Walkers that act out microscopic rules: lattice hoppers and free molecules.

They know no law and no standard error. Nothing here needs numba until a batch is computed.
"""

from .along import LastDrawn, TemperatureAlong
from .boundary import (
    Absorbing,
    AngleLaw,
    CercignaniLampis,
    Diffuse,
    Exchange,
    Maxwell,
    Passage,
    Periodic,
    Pump,
    Reflecting,
    Reservoir,
    Specular,
    SpeedLaw,
    Unbounded,
    emitting,
)
from .engine.executors import InlineExecutor, available_cores, n_workers, processes, threads
from .engine.model import KernelError, Model, Together, together
from .engine.record import Record
from .engine.run import BatchError, run
from .engine.store import Store, StoreError, drop_batch
from .lattice.chain import (
    LEFT,
    RIGHT,
    STAY,
    OpenChain,
    bernoulli,
    closed_chain,
    largest_free,
    open_chain,
    scharfetter_gummel,
)
from .lattice.image import entrances, image_of, image_walk
from .lattice.mirror import MirrorWalk, flux_across
from .lattice.recorded import RecordedWalk
from .lattice.sites import SiteWalk
from .lattice.source_sink import SourceSinkWalk
from .lattice.walk import Axis, ClosedWalk, Hop, OpenWalk
from .molecular import (
    BeamDetector,
    Box,
    Cylinder,
    Disc,
    FreeMolecular,
    FromGas,
    FromSurface,
    Mesh,
    Plane,
    Sphere,
    Surface,
    enclosed_volume,
    trace_paths,
)
from .species import Species, gas

__all__ = [
    "LEFT",
    "RIGHT",
    "STAY",
    "Absorbing",
    "AngleLaw",
    "Axis",
    "BatchError",
    "BeamDetector",
    "Box",
    "CercignaniLampis",
    "ClosedWalk",
    "Cylinder",
    "Diffuse",
    "Disc",
    "Exchange",
    "FreeMolecular",
    "FromGas",
    "FromSurface",
    "Hop",
    "InlineExecutor",
    "KernelError",
    "LastDrawn",
    "Maxwell",
    "Mesh",
    "MirrorWalk",
    "Model",
    "OpenChain",
    "OpenWalk",
    "Passage",
    "Periodic",
    "Plane",
    "Pump",
    "Record",
    "RecordedWalk",
    "Reflecting",
    "Reservoir",
    "SiteWalk",
    "SourceSinkWalk",
    "Species",
    "Specular",
    "SpeedLaw",
    "Sphere",
    "Store",
    "StoreError",
    "Surface",
    "TemperatureAlong",
    "Together",
    "Unbounded",
    "available_cores",
    "bernoulli",
    "closed_chain",
    "drop_batch",
    "emitting",
    "enclosed_volume",
    "entrances",
    "flux_across",
    "gas",
    "image_of",
    "image_walk",
    "largest_free",
    "n_workers",
    "open_chain",
    "processes",
    "run",
    "scharfetter_gummel",
    "threads",
    "together",
    "trace_paths",
]
