"""The one way in which laws refuse a parameter: what, the rule, the value."""

from __future__ import annotations

import math


def positive(**values: float) -> None:
    """Refuse any value that is not a positive finite number.

    Parameters
    ----------
    **values : float
        Parameters by the name the caller knows them by.

    Raises
    ------
    ValueError
        For the first value that is zero, negative, infinite or not a number.
    """
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0.0):
            raise ValueError(f"{name} must be positive and finite, got {value}")


def hole_in_face(radius: float, side: float) -> None:
    """Refuse a circular hole that does not fit into the face of a cube.

    Parameters
    ----------
    radius : float [m]
        Radius of the hole.
    side : float [m]
        Side of the cube.

    Raises
    ------
    ValueError
        Unless 0 < radius ≤ side/2.
    """
    positive(radius=radius, side=side)
    if radius > side / 2.0:
        raise ValueError(f"radius must be at most half the side ({side / 2.0}), got {radius}")
