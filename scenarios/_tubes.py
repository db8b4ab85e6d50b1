"""A tube open at both ends, which many a scenario asks about."""

from __future__ import annotations

from typing import Any

import walkers


def open_tube(
    length: float,
    wall: Any,
    n: tuple[int, int],
    T: tuple[float | None, float | None],
    radius: float = 1.0,
    ends: tuple[str, str] = ("left", "right"),
    **options: Any,
) -> walkers.FreeMolecular:
    """Tube along x from 0 to its length [m]; its surfaces are the two ends and the ``wall``.

    Parameters
    ----------
    length, radius : float [m]
        Of the tube.
    wall : boundary
        What the wall does to a molecule.
    n : (int, int)
        Molecules that enter at each end; an end where none do is no source.
    T : (float or None, float or None) [K]
        Temperatures of the gases behind the ends, or None where only paths are followed.
    ends : (str, str)
        Names of the ends, at 0 and at the length.
    options
        Anything else of a FreeMolecular.
    """
    first, last = ends
    tube = walkers.Cylinder((0, 0, 0), (1, 0, 0), radius, length)
    return walkers.FreeMolecular(
        n_walkers=sum(n),
        surfaces=(
            walkers.Surface(first, walkers.Disc((0, 0, 0), (1, 0, 0), radius), walkers.Absorbing()),
            walkers.Surface(
                last, walkers.Disc((length, 0, 0), (-1, 0, 0), radius), walkers.Absorbing()
            ),
            walkers.Surface("wall", tube, wall),
        ),
        sources=tuple(
            walkers.FromSurface(*source) for source in zip(ends, T, n, strict=True) if source[2]
        ),
        **options,
    )
