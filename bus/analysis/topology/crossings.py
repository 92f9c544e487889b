"""In which order the nodes of each column stand, so that few edges cross: each near those that it is joined to."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SWEEPS = 12
"""To the right and back; the best order that came up is taken."""

ENOUGH_EDGES = 4_000
"""From so many on crossings are not counted: the last order is taken, which is mostly the best."""


def ordered(layers: Sequence[int], steps: Array, go_on: Callable[[], None]) -> list[list[int]]:
    """Nodes of each column from top to bottom. steps: rows of two nodes in neighbouring columns, the left one first.

    go_on: called now and then; what it raises ends the work.
    """
    columns: list[list[int]] = [[] for _ in range(max(layers, default=-1) + 1)]
    for node in _by_walking(len(layers), steps):
        columns[layers[node]].append(node)
    place = np.zeros(len(layers))
    for column in columns:
        place[column] = np.arange(len(column))
    by_column = [steps[np.array(layers)[steps[:, 0]] == column] for column in range(len(columns) - 1)]
    few = len(steps) <= ENOUGH_EDGES
    best, fewest = [list(column) for column in columns], _crossings(by_column, place) if few else -1
    for sweep in range(SWEEPS if few else SWEEPS // 2):
        go_on()
        rightwards = sweep % 2 == 0
        for at in range(1, len(columns)) if rightwards else range(len(columns) - 2, -1, -1):
            between = by_column[at - 1] if rightwards else by_column[at]
            mine, others = (between[:, 1], between[:, 0]) if rightwards else (between[:, 0], between[:, 1])
            columns[at] = _sorted(columns[at], mine, place[others], place)
            place[columns[at]] = np.arange(len(columns[at]))
        crossings = _crossings(by_column, place) if few else -1
        if not few or crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
        if fewest == 0:
            break
    return best


def _sorted(column: list[int], mine: Array, beside: Array, place: Array) -> list[int]:
    """By the middle of the places beside each; a node without any stays about where it is."""
    sums = np.bincount(mine, weights=beside, minlength=len(place))[column]
    counts = np.bincount(mine, minlength=len(place))[column]
    middle = np.where(counts > 0, sums / np.maximum(counts, 1), place[column])
    return [column[at] for at in np.argsort(middle, kind="stable").tolist()]


def _crossings(by_column: list[Array], place: Array) -> int:
    """How many pairs of edges cross."""
    found = 0
    for steps in by_column:
        left, right = place[steps[:, 0]], place[steps[:, 1]]
        passed: list[float] = []
        for end in right[np.lexsort((right, left))].tolist():
            found += len(passed) - bisect_right(passed, end)
            insort(passed, end)
    return found


def _by_walking(many: int, steps: Array) -> list[int]:
    """Nodes in the order of a walk in depth, which keeps together what belongs together."""
    beside: list[list[int]] = [[] for _ in range(many)]
    for left, right in steps.tolist():
        beside[left].append(right)
        beside[right].append(left)
    seen = [False] * many
    found = []
    for start in range(many):
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if not seen[node]:
                seen[node] = True
                found.append(node)
                waiting.extend(reversed(beside[node]))
    return found
