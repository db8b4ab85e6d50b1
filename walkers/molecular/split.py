"""A tree of boxes around all triangles of a region, so that a flight looks at few of them.

The tree is built as a binary one, each split where a flight through the parent is expected to
meet the fewest packets of triangles (surface area heuristic, in bins), then folded into nodes of
eight children whose boxes lie side by side in memory. A packet holds four triangles, coordinate
by coordinate. Boxes are single precision, in units of the mesh, and padded by more than every
rounding error of a flight through them: they only sort triangles out, and never one that is met.

Source: I. Wald, On fast construction of SAH-based bounding volume hierarchies, IEEE Symp.
Interactive Ray Tracing (2007), secs. 3-4; I. Wald, C. Benthin, S. Boulos, Getting rid of packets,
ibid. (2008), sec. 2 for the many children; H. Ylitie, T. Karras, S. Laine, Efficient incoherent
ray traversal on GPUs through compressed wide BVHs, High Performance Graphics (2017), sec. 3.1.
"""

from __future__ import annotations

import numpy as np

from ..engine.jit import kernel
from .lanes import N_CHILDREN, N_LANES

N_BINS = 16
MAXIMUM_DEPTH = 40
"""Depth from which a node is split into halves, whatever that costs: below it, at most 32 more."""

PADDING = 2e-6
"""Width added to every box, in units of half the mesh: 16 roundings in single precision."""


@kernel
def surface_area(low, high):
    """Half the surface of a box."""
    a, b, c = high[0] - low[0], high[1] - low[1], high[2] - low[2]
    return a * b + b * c + c * a


@kernel
def widen(low, high, other_low, other_high):
    """Make a box hold another one."""
    for axis in range(3):
        low[axis] = min(low[axis], other_low[axis])
        high[axis] = max(high[axis], other_high[axis])


@kernel
def best_split(order, first, last, lows, highs, low, high):
    """Axis and bin after which to split a node, and the scale of the bins; axis −1 for none.

    low, high : (3,) box of the triangles' centres.
    """
    axis, place, least = -1, 0, np.inf
    counts = np.empty(N_BINS, np.int64)
    bin_low, bin_high = np.empty((N_BINS, 3)), np.empty((N_BINS, 3))
    behind = np.empty(N_BINS)
    side_low, side_high = np.empty(3), np.empty(3)
    for a in range(3):
        if not high[a] - low[a] > 1e-30:  # all on one spot, in units of half the mesh
            continue
        scale = N_BINS / (high[a] - low[a])
        counts[:] = 0
        bin_low[:], bin_high[:] = np.inf, -np.inf
        for k in range(first, last):
            i = order[k]
            b = min(int((0.5 * (lows[i, a] + highs[i, a]) - low[a]) * scale), N_BINS - 1)
            counts[b] += 1
            widen(bin_low[b], bin_high[b], lows[i], highs[i])
        side_low[:], side_high[:], n = np.inf, -np.inf, 0
        for b in range(N_BINS - 1, 0, -1):
            widen(side_low, side_high, bin_low[b], bin_high[b])
            n += counts[b]
            n_packets = (n + N_LANES - 1) // N_LANES
            behind[b] = surface_area(side_low, side_high) * n_packets if n > 0 else np.inf
        side_low[:], side_high[:], n = np.inf, -np.inf, 0
        for b in range(N_BINS - 1):
            widen(side_low, side_high, bin_low[b], bin_high[b])
            n += counts[b]
            n_packets = (n + N_LANES - 1) // N_LANES
            if n > 0:
                cost = surface_area(side_low, side_high) * n_packets + behind[b + 1]
                if cost < least:
                    axis, place, least = a, b, cost
    return axis, place


@kernel
def split_triangles(lows, highs):
    """Binary tree over boxes (n, 3): order of the triangles, and range, box and child of each node.

    Returns ``order`` (n,), ``ranges`` (n_nodes, 2) into it, ``boxes`` (n_nodes, 2, 3) and ``left``
    (n_nodes,): the first of two neighbouring children, −1 for a leaf of at most four triangles.
    """
    n = lows.shape[0]
    order = np.arange(n)
    ranges = np.empty((2 * n, 2), np.int64)
    boxes = np.empty((2 * n, 2, 3))
    left = np.full(2 * n, -1)
    depths = np.zeros(2 * n, np.int64)
    ranges[0] = 0, n
    n_nodes = 1
    node = 0
    center_low, center_high = np.empty(3), np.empty(3)
    while node < n_nodes:  # nodes are split in the order in which they came
        first, last = ranges[node]
        low, high = boxes[node]
        low[:], high[:] = np.inf, -np.inf
        center_low[:], center_high[:] = np.inf, -np.inf
        for k in range(first, last):
            i = order[k]
            widen(low, high, lows[i], highs[i])
            for axis in range(3):
                center = 0.5 * (lows[i, axis] + highs[i, axis])
                center_low[axis] = min(center_low[axis], center)
                center_high[axis] = max(center_high[axis], center)
        if last - first > N_LANES:
            axis, place = -1, 0
            if depths[node] < MAXIMUM_DEPTH:
                axis, place = best_split(order, first, last, lows, highs, center_low, center_high)
            middle = (first + last) // 2
            if axis >= 0:
                scale = N_BINS / (center_high[axis] - center_low[axis])
                middle, end = first, last
                while middle < end:
                    i = order[middle]
                    center = 0.5 * (lows[i, axis] + highs[i, axis])
                    if min(int((center - center_low[axis]) * scale), N_BINS - 1) <= place:
                        middle += 1
                    else:
                        end -= 1
                        order[middle], order[end] = order[end], i
            left[node] = n_nodes
            ranges[n_nodes] = first, middle
            ranges[n_nodes + 1] = middle, last
            depths[n_nodes] = depths[n_nodes + 1] = depths[node] + 1
            n_nodes += 2
        node += 1
    return order, ranges[:n_nodes], boxes[:n_nodes], left[:n_nodes]


@kernel
def share(costs, left, node, n):
    """Least cost of a node's halves as n wide children in all, and how many the left one has."""
    best, least = 1, np.inf
    for k in range(1, n):
        cost = costs[left[node], k] + costs[left[node] + 1, n - k]
        if cost < least:
            best, least = k, cost
    return least, best


@kernel
def folding_costs(boxes, left):
    """Surface of the wide nodes from a node down, if it is split among at most 1, … 8 children."""
    costs = np.zeros((left.size, N_CHILDREN + 1))
    for node in range(left.size - 1, -1, -1):  # children come after their parents
        if left[node] >= 0:
            area = surface_area(boxes[node, 0], boxes[node, 1])
            costs[node, 1] = area + share(costs, left, node, N_CHILDREN)[0]
            for n in range(2, N_CHILDREN + 1):
                costs[node, n] = min(costs[node, n - 1], share(costs, left, node, n)[0])
    return costs


@kernel
def choose_children(costs, left, root, chosen, budgets):
    """Fill ``chosen`` with the binary nodes that a wide node takes as children; return how many."""
    n_open, n_chosen = 1, 0
    chosen[0], budgets[0] = root, N_CHILDREN
    while n_chosen < n_open:
        node, n = chosen[n_chosen], budgets[n_chosen]
        while node != root and n > 1 and costs[node, n] == costs[node, n - 1]:
            n -= 1
        if left[node] < 0 or n == 1:
            n_chosen += 1
            continue
        _, k = share(costs, left, node, n)
        for other in range(n_open, n_chosen + 1, -1):  # neighbours in space stay neighbours
            chosen[other], budgets[other] = chosen[other - 1], budgets[other - 1]
        chosen[n_chosen], budgets[n_chosen] = left[node], k
        chosen[n_chosen + 1], budgets[n_chosen + 1] = left[node] + 1, n - k
        n_open += 1
    return n_chosen


@kernel
def fold(order, ranges, boxes, left):
    """Tree of nodes with up to eight children, depth first, and the triangles of each packet.

    The nodes are those with the least surface in all. Returns float32 ``wide`` (n, 6, 8),
    ``children`` (n, 8), ``members`` (n_packets, 4).
    """
    n = (left.size + 1) // 2 + 1  # every wide node takes up a binary one that is no leaf
    wide = np.empty((n, 6, N_CHILDREN), np.float32)
    wide[:, :3], wide[:, 3:] = np.inf, -np.inf
    children = np.full((n, N_CHILDREN), -1)
    members = np.full(((left.size + 1) // 2, N_LANES), -1)
    todo = np.empty((left.size, 3), np.int64)  # binary node, wide parent and place in it
    todo[0] = 0, -1, 0
    n_todo, n_nodes, n_packets = 1, 0, 0
    costs = folding_costs(boxes, left)
    chosen, budgets = np.empty(N_CHILDREN + 1, np.int64), np.empty(N_CHILDREN + 1, np.int64)
    while n_todo > 0:
        n_todo -= 1
        root, parent, place = todo[n_todo]
        if left[root] < 0 and parent >= 0:
            children[parent, place] = -1 - n_packets
            for k in range(ranges[root, 0], ranges[root, 1]):
                members[n_packets, k - ranges[root, 0]] = order[k]
            n_packets += 1
            continue
        if parent >= 0:
            children[parent, place] = n_nodes
        n_chosen = choose_children(costs, left, root, chosen, budgets)
        for c in range(n_chosen - 1, -1, -1):
            for axis in range(3):
                wide[n_nodes, axis, c] = boxes[chosen[c], 0, axis] - PADDING
                wide[n_nodes, 3 + axis, c] = boxes[chosen[c], 1, axis] + PADDING
            todo[n_todo] = chosen[c], n_nodes, c
            n_todo += 1
        n_nodes += 1
    return wide[:n_nodes].copy(), children[:n_nodes].copy(), members[:n_packets].copy()
