"""Eight boxes, or four triangles, tested by a flight at once.

Each test stands here lane by lane, which says what it does and is what runs uncompiled; compiled,
the same operations in the same order run on all lanes at once, see ``vectors``.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from .vectors import N_CHILDREN, N_LANES, boxes_at_once, fetch_at_once, triangles_at_once

COUNTS = np.array([bin(mask).count("1") for mask in range(1 << N_CHILDREN)])
"""How many lanes a mask names."""

LANES = np.array(
    [
        [lane for lane in range(N_CHILDREN) if mask >> lane & 1] + [0] * (N_CHILDREN - count)
        for mask, count in enumerate(COUNTS)
    ]
)
"""Which lanes a mask names, in order, then zeros."""


def boxes_in_turn(boxes, node, x, y, z, o, i, start, limit, nears):
    """Mask of the children whose box a flight meets, their distances filled into ``nears`` (8,).

    boxes : (n, 8, 8); x, y, z : rows of the near sides, 0 or 3, 1 or 4, 2 or 5; o, i : start and
    inverse direction of the flight, three numbers each; only what lies between ``start`` and
    ``limit`` counts. All numbers are single precision.
    """
    mask = 0
    for lane in range(N_CHILDREN):
        near, far = start, limit
        for axis, side in enumerate((x, y, z)):
            near = max(near, (boxes[node, side, lane] - o[axis]) * i[axis])
            far = min(far, (boxes[node, 3 + 2 * axis - side, lane] - o[axis]) * i[axis])
        nears[lane] = near
        mask |= (near <= far) << lane
    return mask


def triangles_in_turn(packets, packet, a, b, c, o, s, start, limit, distances):
    """Mask of the triangles that a flight meets from the front, their distances filled in.

    packets : (n, 10, 4); a, b, c : axes, c the steepest; o : start along these axes; s : shear
    d_a/d_c, d_b/d_c and 1/d_c; distances : (4,), only those between ``start`` and ``limit`` count.
    """
    mask = 0
    p = packets[packet]
    for lane in range(N_LANES):
        az, bz, cz = p[c, lane] - o[2], p[3 + c, lane] - o[2], p[6 + c, lane] - o[2]
        ax, ay = (p[a, lane] - o[0]) - s[0] * az, (p[b, lane] - o[1]) - s[1] * az
        bx, by = (p[3 + a, lane] - o[0]) - s[0] * bz, (p[3 + b, lane] - o[1]) - s[1] * bz
        cx, cy = (p[6 + a, lane] - o[0]) - s[0] * cz, (p[6 + b, lane] - o[1]) - s[1] * cz
        u, v, w = cx * by - cy * bx, ax * cy - ay * cx, bx * ay - by * ax
        size = u + v + w
        if min(u, v, w) >= 0.0 and size > 0.0:
            distance = s[2] * (u * az + v * bz + w * cz) / size
            distances[lane] = distance
            mask |= (start < distance < limit) << lane
    return mask


def fetch_nothing(array, item, n_bytes):
    """Do nothing: there is nothing to gain where nothing is compiled."""


_config: Any = numba.config
boxes_met = boxes_in_turn if _config.DISABLE_JIT else boxes_at_once
triangles_met = triangles_in_turn if _config.DISABLE_JIT else triangles_at_once
fetch_ahead = fetch_nothing if _config.DISABLE_JIT else fetch_at_once
