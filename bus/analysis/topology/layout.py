"""Where everything of a map is drawn: columns from left to right, as in layered drawings after Sugiyama.

Written here because the libraries that do it (igraph, grandalf) may not go into a package under our licence. What hangs
together is laid out by itself, and these parts are placed in rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.topology.crossings import ordered
from bus.analysis.topology.graph import Topology
from bus.analysis.topology.heights import heights
from bus.analysis.topology.layers import layers_of

Array = npt.NDArray[Any]
Point = tuple[float, float]

COLUMN_GAP = 56.0
ROW_GAP = 14.0
PART_GAP = 40.0
"""Between parts that nothing joins."""

THREAD = 8.0
"""Room for an edge that passes a column."""

MOST_THREADS = 6_000
"""Places at which edges pass columns; beyond that long edges go straight, whatever is in their way."""

WIDE = 1.7
"""Width of the whole for its height, where there are many parts."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of nodes and ways of edges, in the unit of the sizes that were given; x to the right, y downwards."""

    left: Array
    top: Array
    widths: Array
    heights: Array
    """Of each node."""

    ways: tuple[tuple[Point, ...], ...]
    """Of each edge: from the border of its source to that of its target, with the points that it passes between."""

    is_back: tuple[bool, ...]
    """Whether each edge leads to the left."""

    width: float
    height: float
    """Of the whole, which begins at 0, 0."""


def _nothing() -> None:
    """Nobody asks to end it early."""


def layout(
    topology: Topology,
    widths: Sequence[float],
    heights: Sequence[float],
    go_on: Callable[[], None] = _nothing,
    *,
    gap: float = COLUMN_GAP,
) -> Layout:
    """Lay out a map whose nodes have these sizes. go_on: called now and then; what it raises ends the work.

    gap: between columns, where the words of edges stand.
    """
    sizes = np.array(widths, float), np.array(heights, float)
    many = len(topology.nodes)
    left, top = np.zeros(many), np.zeros(many)
    ways: list[tuple[Point, ...]] = [()] * len(topology.edges)
    backs = [False] * len(topology.edges)
    drawn = [_Part(topology, nodes, edges, sizes, gap, go_on) for nodes, edges in _parts(topology)]
    corners, width, height = _rows([part.size for part in drawn])
    for part, (x, y) in zip(drawn, corners, strict=True):
        left[part.nodes], top[part.nodes] = part.left + x, part.top + y
        for edge, way, back in zip(part.edges, part.ways, part.back, strict=True):
            ways[edge] = tuple((x + at_x, y + at_y) for at_x, at_y in way)
            backs[edge] = back
    return Layout(left, top, *sizes, tuple(ways), tuple(backs), width, height)


class _Part:
    """Nodes that hang together, laid out from 0, 0."""

    def __init__(
        self,
        topology: Topology,
        nodes: list[int],
        edges: list[int],
        sizes: tuple[Array, Array],
        gap: float,
        go_on: Callable[[], None],
    ) -> None:
        self.nodes, self.edges = nodes, edges
        number = {node: at for at, node in enumerate(nodes)}
        ends = [(number[topology.edges[edge].source], number[topology.edges[edge].target]) for edge in edges]
        layers, self.back = layers_of(len(nodes), ends)
        self._widths, self._heights = sizes[0][nodes], sizes[1][nodes]
        threads, steps = _threads(layers, ends)
        every = np.array(steps, np.int64).reshape(-1, 2)
        columns = ordered(layers, every, go_on)
        room = np.concatenate([self._heights + ROW_GAP, np.full(len(layers) - len(nodes), THREAD)])
        self._middle = heights(columns, every, room, go_on)
        self._begins = _column_begins(columns, self._widths, gap)
        self.left = self._begins[np.array(layers[: len(nodes)], np.int64)]
        self.top = self._middle[: len(nodes)] - self._heights / 2
        self.ways = [self._way(*each, layers) for each in zip(ends, threads, self.back, strict=True)]
        # What turns back may reach over the border.
        self.size = float((self.left + self._widths).max()), float((self.top + self._heights).max())

    def _way(self, ends: tuple[int, int], threads: list[int], back: bool, layers: list[int]) -> list[Point]:
        source, target = ends
        # Beside the edge of the other direction, where there is one.
        aside = 0.28 if back else 0.0
        first, last = (self._middle[node] + aside * self._heights[node] for node in (source, target))
        between = [(float(self._begins[layers[thread]]), float(self._middle[thread])) for thread in threads]
        if back:
            between.reverse()
            start, end = self.left[source], self.left[target] + self._widths[target]
        else:
            start, end = self.left[source] + self._widths[source], self.left[target]
        return [(float(start), float(first)), *between, (float(end), float(last))]


def _threads(layers: list[int], ends: Sequence[tuple[int, int]]) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """Where each edge passes columns, from left to right: places that are added to the layers; and each step of all."""
    threads: list[list[int]] = []
    steps: list[tuple[int, int]] = []
    most = len(layers) + MOST_THREADS
    for source, target in ends:
        left, right = (source, target) if layers[source] < layers[target] else (target, source)
        mine: list[int] = []
        far = layers[right] - layers[left]
        if far == 1 or len(layers) + far <= most:
            for layer in range(layers[left] + 1, layers[right]):
                mine.append(len(layers))
                layers.append(layer)
            chain = [left, *mine, right]
            steps += pairwise(chain)
        threads.append(mine)
    return threads, steps


def _column_begins(columns: list[list[int]], widths: Array, gap: float) -> Array:
    begins, x = [], 0.0
    for column in columns:
        begins.append(x)
        x += max((float(widths[node]) for node in column if node < len(widths)), default=0.0) + gap
    return np.array(begins)


def _parts(topology: Topology) -> list[tuple[list[int], list[int]]]:
    """Nodes and edges of what hangs together, the largest part first."""
    part = [-1] * len(topology.nodes)
    found: list[tuple[list[int], list[int]]] = []
    for start in range(len(topology.nodes)):
        if part[start] >= 0:
            continue
        part[start] = len(found)
        nodes = [start]
        for node in nodes:
            sides = (("target", topology.outgoing), ("source", topology.incoming))
            for other in (getattr(topology.edges[edge], end) for end, edges in sides for edge in edges[node]):
                if part[other] < 0:
                    part[other] = len(found)
                    nodes.append(other)
        found.append((sorted(nodes), []))
    for edge, each in enumerate(topology.edges):
        found[part[each.source]][1].append(edge)
    return sorted(found, key=lambda each: -len(each[0]))


def _rows(sizes: Sequence[tuple[float, float]]) -> tuple[list[Point], float, float]:
    """The upper left corner of each part, in rows; width and height of all."""
    area = sum((width + PART_GAP) * (height + PART_GAP) for width, height in sizes)
    most = max([math.sqrt(area * WIDE), *(width for width, _ in sizes)], default=0.0)
    corners: list[Point] = []
    x = y = deepest = widest = 0.0
    for width, height in sizes:
        if x and x + width > most:
            x, y = 0.0, y + deepest + PART_GAP
            deepest = 0.0
        corners.append((x, y))
        x, deepest = x + width + PART_GAP, max(deepest, height)
        widest = max(widest, x - PART_GAP)
    return corners, widest, y + deepest
