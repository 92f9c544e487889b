"""What of a map is looked at: around something or all of it, with or without what is idle, in groups or not."""

from __future__ import annotations

from dataclasses import dataclass

from bus.analysis.topology.graph import Node, NodeKind, Topology
from bus.analysis.topology.grouping import GroupKey, grouped, is_in
from bus.analysis.topology.ways import around

MOST_NODES = 5_000
"""That are shown; those with the most traffic, where there are more."""


@dataclass(frozen=True, slots=True)
class MapWish:
    """What a person wants to see of a map."""

    around: tuple[GroupKey, ...] = ()
    """Keys of the nodes in the middle; () for the whole map."""

    depth: int = 2
    """Steps before and behind them."""

    idle: bool = True
    """With handlers that were never called, and what else nothing was ever seen of."""

    grouped: bool = False
    opened: frozenset[GroupKey] = frozenset()
    """Groups that are not shown as one."""


@dataclass(frozen=True, slots=True)
class MapView:
    """What is shown."""

    topology: Topology
    whole: int
    """How many nodes the whole map has."""

    left_out: int = 0
    """Nodes that were wished for and are too many."""


def view_of(topology: Topology, wish: MapWish, most: int = MOST_NODES) -> MapView:
    """What a wish leaves of a map. Whoever is in the middle and not there any more is passed over."""
    shown = topology
    if not wish.idle:
        shown = shown.part(range(len(shown.nodes)), idle=False)
    if wish.grouped:
        shown = grouped(shown, wish.opened)
    if wish.around:
        shown = shown.part(around(shown, _places(shown, wish.around), wish.depth))
    left_out = max(0, len(shown.nodes) - most)
    if left_out:
        shown = shown.part(_busiest(shown, most))
    return MapView(shown, len(topology.nodes), left_out)


def place_in(shown: Topology, key: GroupKey) -> int:
    """Where a node is shown, by itself or as one of a group; -1 where it is not. key: of any node of the whole map."""
    return next(iter(_places(shown, (key,))), -1)


def _places(shown: Topology, keys: tuple[GroupKey, ...]) -> list[int]:
    found = [shown.place_of[key] for key in keys if key in shown.place_of]
    hidden = [key for key in keys if key not in shown.place_of]
    if hidden:
        nodes = [_as_node(key) for key in hidden]
        for place, group in enumerate(shown.nodes):
            if group.prefix and any(is_in(node, group.key) for node in nodes):
                found.append(place)
    return found


def _as_node(key: GroupKey) -> Node:
    kind, text, bus, file, line = key
    return Node(NodeKind(kind), text, bus, 0, file, line)


def _busiest(topology: Topology, most: int) -> set[int]:
    traffic = [0] * len(topology.nodes)
    for edge in topology.edges:
        for end in (edge.source, edge.target):
            traffic[end] += edge.count
    order = sorted(range(len(traffic)), key=lambda place: -traffic[place])
    return set(order[:most])
