"""Built-in images: 0 solid, 1 open, 2 and up reservoirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rooms() -> NDArray[np.uint8]:
    """Two rooms, 20 × 18 voxels in all, joined by a door; the wall between them has a jog.

    Reservoirs are the left and the right end.
    """
    image = np.ones((22, 18), np.uint8)
    image[0], image[-1] = 2, 3
    image[10, :10] = 0
    image[11, 10:] = 0  # touches the rest of the wall at a corner only
    image[10, 2:7] = 1
    return image


def grains() -> NDArray[np.uint8]:
    """Box of 16 × 12 × 12 voxels with five round grains, between a reservoir at either end."""
    image = np.ones((18, 12, 12), np.uint8)
    x, y, z = np.ogrid[:18, :12, :12]
    for a, b, c, radius in (
        (4, 3, 3, 3.3),
        (5, 9, 8, 3.2),
        (9, 4, 9, 2.9),
        (12, 9, 3, 3.4),
        (13, 3, 6, 2.8),
    ):
        image[(x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 <= radius**2] = 0
    image[0], image[-1] = 2, 3
    return image


SHAPES = {"rooms": rooms, "grains": grains}
