"""Where the words of edges stand: on their edge, beside no node and no other words; where there is no room, nowhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from bus.analysis.topology.layout import Layout, Point

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SHARES = (0.5, 0.35, 0.65, 0.22, 0.78)
"""Of an edge's way, the best first."""

CELL = 96.0
"""Boxes are found by the squares of this size that they lie in."""


def placed(layout: Layout, sizes: Sequence[tuple[float, float]], order: Sequence[int]) -> dict[int, Point]:
    """The middle of each edge's words. sizes: their width and height, (0, 0) for none; order: the first edge wins."""
    taken = _Boxes()
    for left, top, width, height in zip(layout.left, layout.top, layout.widths, layout.heights, strict=True):
        taken.add((float(left), float(top), float(left + width), float(top + height)))
    found = {}
    for edge in order:
        width, height = sizes[edge]
        if not width:
            continue
        for share in SHARES:
            x, y = point_at(layout.ways[edge], share)
            box = x - width / 2, y - height / 2, x + width / 2, y + height / 2
            if not taken.meets(box):
                taken.add(box)
                found[edge] = (x, y)
                break
    return found


def point_at(way: Sequence[Point], share: float) -> Point:
    """The point at this share of a way's length."""
    lengths = [math.dist(one, other) for one, other in pairwise(way)]
    left = share * sum(lengths)
    for ((x, y), (further_x, further_y)), length in zip(pairwise(way), lengths, strict=True):
        if left <= length and length:
            part = left / length
            return x + part * (further_x - x), y + part * (further_y - y)
        left -= length
    return way[-1]


class _Boxes:
    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def meets(self, box: Box) -> bool:
        left, top, right, bottom = box
        return any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for cell in _cells(box)
            for other in self._cells.get(cell, ())
        )


def _cells(box: Box) -> list[tuple[int, int]]:
    left, top, right, bottom = (math.floor(each / CELL) for each in box)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
