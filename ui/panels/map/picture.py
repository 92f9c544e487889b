"""One picture of a map: what is shown, where it stands, and what is under a point. Made on any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from bus.analysis.topology import Node, Topology, labels
from bus.analysis.topology.layout import Layout, Point, layout
from bus.analysis.topology.looks import bus_words, edge_sentence, edge_words, many_buses, node_sentence
from bus.analysis.topology.view import MapView, MapWish, view_of
from bus.export.words import visible
from ui.panels.map.letters import Letters

MOST_LETTERS = 44
SMALL = 0.86
"""Letters of edges and of buses, for those of names."""

LEAST_GAP = 44.0
REACH = 6.0
"""How far from an edge one may point at it, in pixels."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A node or an edge of a picture, by its place in the shown topology."""

    kind: Literal["node", "edge"]
    place: int


class MapPicture:
    """What a map looks like; it never changes."""

    def __init__(
        self, view: MapView, texts: list[list[str]], words: list[str], drawn: Layout, letters: Letters
    ) -> None:
        self.view, self.texts, self.words, self.layout = view, texts, words, drawn
        """`texts`: the lines of each node; `words`: those at each edge."""

        self.letters = letters
        sizes = [(letters.width(text) * SMALL + 4, letters.line * SMALL) if text else (0.0, 0.0) for text in words]
        order = sorted(range(len(words)), key=lambda edge: -self.topology.edges[edge].count)
        self.labels: dict[int, Point] = labels.placed(drawn, sizes, order)
        """The middle of the words of each edge that has room for them."""

    @property
    def topology(self) -> Topology:
        """What is shown."""
        return self.view.topology

    def middle(self, node: int) -> Point:
        """The middle of a node."""
        drawn = self.layout
        return float(drawn.left[node] + drawn.widths[node] / 2), float(drawn.top[node] + drawn.heights[node] / 2)

    def sentence(self, hit: Hit) -> str:
        """All that is known of a node or an edge, in a line."""
        topology = self.topology
        if hit.kind == "node":
            return node_sentence(topology, hit.place)
        return edge_sentence(topology, topology.edges[hit.place])

    def at(self, x: float, y: float, reach: float = REACH) -> Hit | None:
        """What is at a point: a node, or else an edge that is not further away than `reach`."""
        drawn = self.layout
        inside = (
            (drawn.left <= x) & (x <= drawn.left + drawn.widths) & (drawn.top <= y) & (y <= drawn.top + drawn.heights)
        )
        nodes = np.flatnonzero(inside)
        if len(nodes):
            return Hit("node", int(nodes[-1]))
        points, edges = self._points
        if not len(points):
            return None
        far = np.hypot(points[:, 0] - x, points[:, 1] - y)
        nearest = int(far.argmin())
        return Hit("edge", int(edges[nearest])) if far[nearest] <= reach else None

    @cached_property
    def boxes(self) -> npt.NDArray[np.float64]:
        """Left, top, right and bottom of each edge's way."""
        found = [
            (min(xs), min(ys), max(xs), max(ys))
            for xs, ys in ([[point[axis] for point in way] for axis in (0, 1)] for way in self.layout.ways)
        ]
        return np.array(found, float).reshape(-1, 4)

    @cached_property
    def _points(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Points on all edges, near enough to each other to point at, and the edge of each."""
        points: list[npt.NDArray[np.float64]] = []
        edges: list[int] = []
        for edge, way in enumerate(self.layout.ways):
            for (x, y), (further_x, further_y) in pairwise(way):
                many = 2 + int(abs(further_x - x) + abs(further_y - y)) // 8
                t = np.linspace(0, 1, min(many, 200))
                ease = t * t * (3 - 2 * t)
                # The same curve as is drawn: level at both ends.
                across = x + (further_x - x) * (1.5 * t - 1.5 * t * t + t**3)
                points.append(np.stack([across, y + (further_y - y) * ease], axis=1))
                edges += [edge] * len(t)
        return (np.concatenate(points) if points else np.zeros((0, 2))), np.array(edges, np.int64)


def make_picture(
    topology: Topology,
    wish: MapWish,
    letters: Letters,
    before: MapPicture | None,
    go_on: Callable[[], None],
    *,
    rates: bool = False,
) -> MapPicture:
    """Draw what is wished for. before: the picture of now, whose places are kept where only numbers are others.

    rates: what comes a second, in place of sums.
    """
    view = view_of(topology, wish)
    shown = view.topology
    several = many_buses(shown)
    texts = [_texts(node, several=several) for node in shown.nodes]
    words = [edge_words(edge, recent_ns=topology.recent_ns if rates else 0) for edge in shown.edges]
    if (
        before is not None
        and before.letters == letters
        and _shape(before.topology) == _shape(shown)
        and before.texts == texts
    ):
        return MapPicture(view, texts, words, before.layout, letters)
    widths = [max(letters.width(text) * (SMALL if row else 1) for row, text in enumerate(rows)) + 22 for rows in texts]
    heights = [letters.line * len(rows) + 8 for rows in texts]
    widest = max((letters.width(text) * SMALL for text in words), default=0.0)
    drawn = layout(shown, widths, heights, go_on, gap=max(LEAST_GAP, widest + 30))
    return MapPicture(view, texts, words, drawn, letters)


def _shape(topology: Topology) -> tuple[object, ...]:
    nodes = tuple(node.key for node in topology.nodes)
    return nodes, tuple((edge.source, edge.target, edge.kind) for edge in topology.edges)


def _texts(node: Node, *, several: bool) -> list[str]:
    name = f"{node.text}  {node.members}" if node.prefix else node.text
    return [_cut(name), *([_cut(bus_words(node))] if several and node.bus else [])]


def _cut(text: str) -> str:
    shown = visible(text) or "(no name)"
    return shown if len(shown) <= MOST_LETTERS else f"{shown[: MOST_LETTERS - 1]}…"
