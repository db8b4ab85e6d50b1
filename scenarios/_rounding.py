"""Numbers of a model that are the same on any machine."""

from __future__ import annotations


def rounded(value: float) -> float:
    """Round to 12 significant digits: exp, log, erf and powers differ in the last of 16."""
    return float(f"{value:.12g}")
