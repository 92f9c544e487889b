"""Which node each name of a trace belongs to: names that mean one thing to a person are one node.

An event is one node for each bus, and buses that were made at one line are one: a program may make one for each of its
connections. A handler of several events is one node. Threads and tasks whose names differ by their numbers are one:
Task-1 and Task-2 become Task-*.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.topology.graph import Node, NodeKind
from bus.trace.name_map import NameMap
from bus.trace.names import Names
from bus.trace.trace import Trace
from buslens.records import NameKind

Array = npt.NDArray[Any]

_NUMBER = re.compile(r"[0-9]+")
_BUS_NUMBER = re.compile(r" #[0-9]+$")


class NodeNames:
    """Nodes for the names of one trace as it is now; every name id has one, whether anything was seen of it or not."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.nodes: list[Node] = [Node(NodeKind.UNKNOWN, "unknown"), Node(NodeKind.UNKNOWN, "unknown event")]
        self._events = self._mapped(NameKind.EVENT, self._event_nodes(), other=UNKNOWN_EVENT)
        self._handlers = self._mapped(NameKind.HANDLER, self._handler_nodes(), other=UNKNOWN)
        self._queues = self._mapped(NameKind.QUEUE, self._queue_nodes(), other=UNKNOWN)
        self._lanes = self._mapped(NameKind.LANE, self._lane_nodes(), other=UNKNOWN)

    def events(self, idents: Array) -> Array:
        """The node of each of these events, UNKNOWN_EVENT where the capture never said its name."""
        return self._events.of(idents)

    def handlers(self, idents: Array) -> Array:
        """The node of each of these handlers, UNKNOWN as above."""
        return self._handlers.of(idents)

    def queues(self, idents: Array) -> Array:
        """The node of each of these queues, UNKNOWN as above."""
        return self._queues.of(idents)

    def code(self, lanes: Array) -> Array:
        """The node of what runs on each of these threads and tasks outside of handlers, UNKNOWN where it is unknown."""
        return self._lanes.of(lanes)

    def _mapped(self, kind: NameKind, nodes: Iterable[Node], *, other: int) -> NameMap:
        """One place for equal nodes."""
        place_of: dict[object, int] = {}
        places: dict[int, int] = {}
        for ident, node in zip(self._trace.names.ids(kind), nodes, strict=True):
            place = place_of.get(node.key)
            if place is None:
                place = place_of[node.key] = len(self.nodes)
                self.nodes.append(node)
            places[ident] = place
        return NameMap(places, other=other)

    def _event_nodes(self) -> list[Node]:
        names = self._trace.names
        buses = {bus: bus_of(names, bus) for bus in names.ids(NameKind.BUS)}
        many = Counter(buses.values())
        unknown = "", "", 0
        found = []
        for ident in names.ids(NameKind.EVENT):
            bus = buses.get(names.bus(ident), unknown)
            found.append(Node(NodeKind.EVENT, names.text(ident), bus[0], many[bus], *bus[1:]))
        return found

    def _handler_nodes(self) -> list[Node]:
        names = self._trace.names
        idents = names.ids(NameKind.HANDLER)
        return [Node(NodeKind.HANDLER, names.text(ident), "", 0, *names.place(ident)) for ident in idents]

    def _queue_nodes(self) -> list[Node]:
        names = self._trace.names
        return [Node(NodeKind.QUEUE, names.text(ident)) for ident in names.ids(NameKind.QUEUE)]

    def _lane_nodes(self) -> list[Node]:
        texts = [self._trace.names.text(ident) for ident in self._trace.names.ids(NameKind.LANE)]
        patterns = [_NUMBER.sub("*", text) for text in texts]
        own: dict[str, set[str]] = {}
        for pattern, text in zip(patterns, texts, strict=True):
            own.setdefault(pattern, set()).add(text)
        found = []
        for pattern, text in zip(patterns, texts, strict=True):
            alone = len(own[pattern]) == 1
            node = Node(NodeKind.CODE, (text if alone else pattern) or "a thread without a name")
            found.append(node if alone else replace(node, prefix=pattern, members=len(own[pattern])))
        return found


def bus_of(names: Names, ident: int) -> tuple[str, str, int]:
    """Text and place of a bus. Where nobody knows the place, a number behind the text tells buses apart."""
    text, place = names.text(ident), names.place(ident)
    return (_BUS_NUMBER.sub("", text) if place[0] else text, *place)


UNKNOWN, UNKNOWN_EVENT = 0, 1
"""Places of the nodes that stand for what is not known; they are the first ones."""


def only_used(nodes: list[Node], sources: Array, targets: Array) -> tuple[list[Node], Array]:
    """Nodes that an edge leads to or from, in the same order; and for each of the nodes its place among them, or -1."""
    used = np.union1d(sources, targets).astype(np.int64)
    place = np.full(len(nodes), -1, np.int64)
    place[used] = np.arange(len(used))
    return [nodes[at] for at in used.tolist()], place
