"""One batch of flights: a model in the arrays that kernels read, and the tallies that they fill."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.model import Arrays, KernelError
from ..engine.streams import Stream
from . import special_tables, tables
from .gas import FreeMolecular
from .hit import Table
from .start import Sources
from .tallies import Options
from .trace import trace
from .tree import make_tree


class FixedArrays(NamedTuple):
    """What kernels only read of a model: the same in every batch, and in all threads."""

    table: Table
    sources: Sources
    options: Options


def fixed_arrays(model: FreeMolecular) -> FixedArrays:
    """Put a model into arrays."""
    table = tables.make_table(model)
    fixed = FixedArrays(table, tables.make_sources(model, table), tables.make_options(model))
    for array in (*fixed.table, *fixed.sources, *fixed.options):
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return fixed


class Flights:
    """Molecules of a model in flight; what they meet is added to the tallies of one batch."""

    def __init__(self, model: FreeMolecular) -> None:
        self._model = model
        self._fixed = model.fixed_arrays
        self._tree = make_tree(model)  # with room that flights write into
        self._special = special_tables.make_special(model, self._fixed.table)
        self._place = tables.make_place(self._fixed.table, self._fixed.sources)
        self._probes = tables.make_probes(model)
        self._tallies = tables.empty_tallies(model)

    def follow(
        self, label: int, first: int, count: int, stream: Stream, points: NDArray[np.float64]
    ) -> int:
        """Follow molecules first … first + count − 1 of a source to their ends.

        Parameters
        ----------
        label, first, count : int
            Number of the source, of the first molecule, and of molecules.
        stream : Stream
            Of the batch.
        points : (n, 3) float [m]
            Filled with the start and the first impacts of the last molecule.

        Returns
        -------
        int
            How many points were filled.

        Raises
        ------
        KernelError
            If a molecule is lost.
        """
        fixed = self._fixed
        lost, n_points = trace(
            fixed.table, self._tree, self._special, self._place, self._probes, fixed.sources, label,
            first, count, fixed.options, self._tallies, stream, points,
        )  # fmt: skip
        if lost >= 0:
            raise KernelError(
                f"molecule {lost} of batch {stream.batch} was lost: it met no surface, "
                f"or more than max_hits = {self._model.max_hits} of them"
            )
        return int(n_points)

    def arrays(self) -> Arrays:
        """Tallies by name, without those that were not asked for."""
        model, probes = self._model, self._probes
        arrays: Arrays = {
            "entered": np.array([source.n for source in model.sources], np.int64),
            **self._tallies._asdict(),
            **special_tables.drawn_tallies(model, self._special),
        }
        if not model.map_hits:
            del arrays["triangle_hits"]
        if probes is not None and model.track_displacements:
            arrays["present_displacement"] = probes.present_displacement
        if probes is not None and model.cells:
            arrays["present_cell_time"] = probes.present_cell_time
            arrays["present_cell_motion"] = probes.present_cell_motion
        return arrays
