"""Batches in the ranks of an MPI job, through ``mpi4py.futures``."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from typing import Any

from .courier import Courier, ExecutorError

_START = "mpiexec -n {} python -m mpi4py.futures -m scenarios"
HOW_TO_START = f"{_START.format(4)} run NAME --executor mpi"


class MpiExecutor(Courier):
    """The workers of ``mpi4py.futures``: every rank but the first, which coordinates."""

    is_here = False

    def __init__(self) -> None:
        super().__init__()
        self._n_ranks = _ranks()
        self._pool: Any = None

    @property
    def n_workers(self) -> int:
        """Number of ranks that compute."""
        return self._n_ranks - 1

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the ranks go."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _send(self, *job: Any) -> Future[Any]:
        if self._pool is None:
            from mpi4py.futures import MPIPoolExecutor

            self._pool = MPIPoolExecutor(main=False)  # classes of the main program travel
        future: Future[Any] = self._pool.submit(*job)
        return future


def mpi() -> MpiExecutor:
    """Ranks of the MPI job that this process was started in.

    Raises
    ------
    ExecutorError
        Where this process was not started by ``mpiexec`` and ``mpi4py.futures``, or without it.
    """
    return MpiExecutor()


def how_it_was_started() -> list[str]:
    """Beginning of the command that starts as many ranks again; empty outside of an MPI job."""
    mpi4py = sys.modules.get("mpi4py.MPI")
    n_ranks = 1 if mpi4py is None else mpi4py.COMM_WORLD.Get_size()
    return [] if n_ranks == 1 else _START.format(n_ranks).split()


def _ranks() -> int:
    """Ranks of this job, once it is seen to be one of mpi4py.futures."""
    try:
        from mpi4py import MPI
        from mpi4py.futures import _core
    except ImportError as error:
        lacking = "needs mpi4py: pip install 'fluxwalk[mpi]'"
        raise ExecutorError(
            f"mpi: {lacking if error.name == 'mpi4py' else f'no MPI works here ({error})'}"
        ) from None
    n_ranks: int = MPI.COMM_WORLD.Get_size()
    if getattr(_core, "SharedPool", None) is None and n_ranks > 1:
        raise ExecutorError(f"mpi: every rank would do the same; start it with: {HOW_TO_START}")
    if n_ranks == 1:
        raise ExecutorError(f"mpi: there are no other ranks; start it with: {HOW_TO_START}")
    return n_ranks
