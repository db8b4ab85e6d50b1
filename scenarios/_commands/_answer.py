"""What a command answers: text for stdout, an exit status, remarks for stderr."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .._result import Result

AGREES, DISAGREES, BAD_INPUT, UNDECIDED, INTERNAL_ERROR, INTERRUPTED = 0, 1, 2, 3, 4, 130
BROKEN_PIPE, TERMINATED = 141, 143
"""What a shell reports of a command whose reader went away, or that SIGTERM ended."""


class Answer(NamedTuple):
    """What a command prints on stdout, its exit status, and what it says on stderr."""

    text: str
    status: int = AGREES
    remarks: Sequence[str] = ()


def status_of(results: Sequence[Result]) -> int:
    """Exit status of finished verdict tables."""
    outcomes = {verdict.outcome for result in results for verdict in result.verdicts}
    if "disagrees" in outcomes:
        return DISAGREES
    return UNDECIDED if "undecided" in outcomes else AGREES
