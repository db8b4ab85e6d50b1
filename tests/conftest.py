"""Shared by all tests: how often a correct program may fail a statistical test."""

from __future__ import annotations

import signal

import numpy as np
import pytest

FALSE_ALARM = 1e-6
"""Probability at which a statistical test with its fixed seed may fail a correct program."""

Z_LIMIT = 4.892
"""Two-sided normal limit of that probability."""


@pytest.fixture(autouse=True, scope="session")
def _hear_ctrl_c():
    """A shell's background jobs, CI's perhaps, ignore Ctrl-C; tests of it do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _quiet_uint64_overflow():
    """Uncompiled kernels may wrap uint64, which compiled ones do without a word."""
    with np.errstate(over="ignore"):
        yield
