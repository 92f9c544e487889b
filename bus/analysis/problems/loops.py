"""Causal loops: events that lead, over handlers that emit, to themselves again; and how deep each dispatch lies in one.

Computed for whole columns. Which events can lie in a loop is asked of the few kinds of edges; how many rounds a loop
has made, of the dispatches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MOST_PRUNED = 300
"""Times that events without a way on or back are taken away; a graph that needs more is no program's."""

_COUNTED = 1 << 22


@dataclass(frozen=True, slots=True)
class Loops:
    """For every dispatch: the loop that it lies in, and how far behind the loop's beginning."""

    loop: Array
    """Number of the loop, from 0; -1 for none."""

    depth: Array
    """How many dispatches of the loop led to it; 0 where it began one, or lies in none."""

    begin: Array
    """Row of the dispatch with which its way through the loop began; its own where there is none."""


def loops_of(parent: Array, event: Array) -> Loops | None:
    """None where there is no loop. parent: row of the dispatch above each one, -1 for none; event: of each dispatch."""
    inner = np.flatnonzero(parent >= 0)
    if not len(inner):
        return None
    many, number = _numbered(event)
    outer_events, inner_events = number[parent[inner]], number[inner]
    above, below = _edges(outer_events, inner_events, many)
    kept = _in_loops(above, below, many)
    if not kept.any():
        return None
    labels = np.where(kept, _labels(above, below, kept), -1)
    own = labels[inner_events]
    linked = inner[(own >= 0) & (own == labels[outer_events])]
    up = np.arange(len(parent))
    up[linked] = parent[linked]
    depth = np.zeros(len(parent), np.int32)
    depth[linked] = 1
    climbing = linked
    for _ in range(64):  # 2**64 rounds: a circle in a hostile capture ends here
        if not len(climbing):
            break
        over = up[climbing]
        more, further = depth[over], up[over]
        depth[climbing] += more
        up[climbing] = further
        climbing = climbing[further != over]
    return Loops(labels[number], depth, up)


def _numbered(event: Array) -> tuple[int, Array]:
    """How many different events there are, and the number of each, from 0: names have low ids, and are not sorted."""
    if int(event.max()) >= _COUNTED:
        events, number = np.unique(event, return_inverse=True)
        return len(events), number
    is_there = np.bincount(event.astype(np.int64, copy=False)) > 0
    return int(is_there.sum()), (np.cumsum(is_there) - 1)[event]


def _edges(above: Array, below: Array, many: int) -> tuple[Array, Array]:
    """Each kind of edge once."""
    keys = above.astype(np.int64) * many + below
    found = np.flatnonzero(np.bincount(keys)) if many * many <= _COUNTED else np.unique(keys)
    return found // many, found % many


def _in_loops(above: Array, below: Array, many: int) -> Array:
    """Which events have a way on and a way back: those of loops, and between two of them."""
    alive = np.ones(many, bool)
    for _ in range(MOST_PRUNED):
        edges = alive[above] & alive[below]
        still = np.zeros(many, bool)
        has_way_back = np.zeros(many, bool)
        still[above[edges]] = True
        has_way_back[below[edges]] = True
        still &= has_way_back & alive
        if bool((still == alive).all()):
            return alive
        alive = still
    return np.zeros(many, bool)


def _labels(above: Array, below: Array, kept: Array) -> Array:
    """The lowest number of those that hang together, for each; by halving ways to it."""
    label = np.arange(len(kept))
    edges = kept[above] & kept[below]
    above, below = above[edges], below[edges]
    for _ in range(MOST_PRUNED):
        lowest = np.minimum(label[above], label[below])
        new = label.copy()
        np.minimum.at(new, above, lowest)
        np.minimum.at(new, below, lowest)
        new = new[new]
        if bool((new == label).all()):
            break
        label = new
    return label
