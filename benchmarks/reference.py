"""Builds and loads the C++ reference loops; they return the kernels' own integers."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from walkers import SiteWalk
from walkers.engine.streams import make_stream
from walkers.lattice.hop_sites import start_sites

FLAGS = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
SOURCE = Path(__file__).with_name("reference.cpp")
_u64, _i64, _f64 = ctypes.c_uint64, ctypes.c_int64, ctypes.c_double


@cache
def library() -> ctypes.CDLL:
    """Compile the reference once per process."""
    built = Path(tempfile.mkdtemp()) / "reference.so"
    subprocess.run(["g++", *FLAGS, "-o", str(built), str(SOURCE)], check=True)
    return ctypes.CDLL(str(built))


def disassembly_of_philox() -> str:
    """Machine code of the raw generator loop."""
    built = str(library()._name)
    return subprocess.run(
        ["objdump", "-d", "--disassemble=fill_words", built],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def fill_words(
    n: int, draw: int, first: int, seed: int, batch: int, words: np.ndarray, n_fills: int = 1
) -> None:
    """Raw Philox: four words of each of n consecutive walkers, for n_fills draws in turn."""
    library().fill_words(
        words.ctypes.data_as(ctypes.c_void_p), _u64(draw), _u64(first), _u64(batch), _u64(0),
        _u64(seed & 0xFFFFFFFF), _u64(seed >> 32), _i64(n), _i64(n_fills),
    )  # fmt: skip


def walk_box(
    n_walkers: int, n_steps: int, side: int, plane: int, seed: int, batch: int, block: int = 512
) -> tuple[np.ndarray, np.ndarray]:
    """Crossings (2,) and final numbers (side,) of hoppers in a reflecting box."""
    crossings, final = np.zeros(2, np.int64), np.zeros(side, np.int64)
    library().walk_box(
        _i64(n_walkers), _i64(n_steps), _i64(side), _i64(plane), _u64(batch),
        _u64(seed & 0xFFFFFFFF), _u64(seed >> 32), _i64(block),
        crossings.ctypes.data_as(ctypes.c_void_p), final.ctypes.data_as(ctypes.c_void_p),
    )  # fmt: skip
    return crossings, final


def trace_tube(n_walkers: int, length: float, skin: float, seed: int, batch: int) -> np.ndarray:
    """Hits (2 ends of origin, left | right | wall) of molecules in a tube along x, R = 1."""
    hits, axis = np.zeros((2, 3), np.int64), np.array([1.0, 0.0, 0.0])
    trace = library().trace_tube
    trace.restype = _i64
    n_lost = trace(
        _i64(n_walkers), _f64(length), axis.ctypes.data_as(ctypes.c_void_p), _f64(skin),
        _u64(batch), _u64(seed & 0xFFFFFFFF), _u64(seed >> 32),
        hits.ctypes.data_as(ctypes.c_void_p),
    )  # fmt: skip
    assert n_lost == 0
    return hits


class _Rates(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("kinds", "entries", "jumps", "offsets", "traps")),
        ("n_columns", _u64), ("row_bits", _i64), ("hops_per_word", _i64),
    ]  # fmt: skip


def _rates_of(walk: SiteWalk) -> tuple[_Rates, tuple[np.ndarray, ...]]:
    """C++ form of a walk's tables, and the arrays that must outlive it."""
    ours = walk.rates
    arrays = (ours.kinds, ours.entries, ours.jumps, ours.offsets, ours.traps)
    assert ours.kinds.dtype == np.uint8
    pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in arrays]
    rates = _Rates(*pointers, int(ours.n_columns), int(ours.row_bits), ours.hops_per_word)
    return rates, arrays


def starts(walk: SiteWalk, seed: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Start sites and labels, drawn by our own kernel: the loops are what is compared."""
    first_entrance = np.cumsum([0, *(sites.size for sites in walk.entrances)])
    stream = make_stream(seed, batch, walk.stream)
    return start_sites(np.concatenate(walk.entrances), first_entrance, walk.started, stream)


def walk_for_steps(walk: SiteWalk, seed: int, batch: int, block: int = 512) -> np.ndarray:
    """Last sites (n_walkers,) after ``n_steps`` hops, a multiple of three, nothing counted."""
    start, _ = starts(walk, seed, batch)
    rates, _arrays = _rates_of(walk)
    last = np.empty_like(start)
    library().walk_steps(
        _i64(start.size), _i64(walk.n_steps), start.ctypes.data_as(ctypes.c_void_p),
        ctypes.byref(rates), _u64(batch), _u64(seed & 0xFFFFFFFF), _u64(seed >> 32), _i64(block),
        last.ctypes.data_as(ctypes.c_void_p),
    )  # fmt: skip
    return last


def walk_until_trapped(
    walk: SiteWalk, seed: int, batch: int, block: int = 512
) -> tuple[np.ndarray, np.ndarray]:
    """Absorbed (n_sources, n_traps) and departures (n_sources, n_tags, n_moves + 1)."""
    start, labels = starts(walk, seed, batch)
    rates, _arrays = _rates_of(walk)
    assert walk.tags is not None
    tags = walk.tags.reshape(-1)
    n_tags, n_outcomes = int(tags.max()) + 1, len(walk.steps) + 1
    absorbed = np.zeros((len(walk.entrances), walk.traps.size), np.int64)
    departures = np.zeros((len(walk.entrances), n_tags, n_outcomes), np.int64)
    library().walk_trapped(
        _i64(start.size), *(a.ctypes.data_as(ctypes.c_void_p) for a in (start, labels)),
        ctypes.byref(rates), tags.ctypes.data_as(ctypes.c_void_p), _i64(n_tags), _i64(n_outcomes),
        _i64(walk.traps.size), _u64(batch), _u64(seed & 0xFFFFFFFF), _u64(seed >> 32), _i64(block),
        *(a.ctypes.data_as(ctypes.c_void_p) for a in (absorbed, departures)),
    )  # fmt: skip
    return absorbed, departures
