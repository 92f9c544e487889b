"""The graph itself: nodes, edges, and who is next to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property


class NodeKind(StrEnum):
    """What a node stands for."""

    CODE = "code"
    """Code outside of any handler, by the thread or task that it ran on."""

    EVENT = "event"
    QUEUE = "queue"
    """A queue, topic or exchange of a broker."""

    HANDLER = "handler"
    UNKNOWN = "unknown"
    """Whoever emitted something whose cause the trace does not say, or an event of which only calls are known."""


class EdgeKind(StrEnum):
    """What goes along an edge, and what its `count` counts."""

    EMITS = "emits"
    """From code or a handler to an event: dispatches."""

    HANDLES = "handles"
    """From an event to a handler: calls."""

    CARRIES = "carries"
    """From an event to a queue: dispatches of which the broker told something there, each once."""

    DELIVERS = "delivers"
    """From a queue to a handler: calls."""


@dataclass(frozen=True, slots=True)
class Node:
    """One emitter, event, queue or handler; or several of a kind whose names begin alike."""

    kind: NodeKind
    text: str
    bus: str = ""
    """Of an event: its bus, "" where unknown."""

    buses: int = 0
    """Of an event: on how many buses that were made at one line."""

    file: str = ""
    """Of a handler: the file of its code; of an event: where its bus was made. "" where unknown."""

    line: int = 0
    calls: int = 0
    """Of an event: calls of handlers for it, whichever way they came; of others 0."""

    members: int = 1
    """How many nodes it stands for."""

    prefix: str = ""
    """Of several: what their names have in common, such as `order.*`; "" for one."""

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """The same for the same node in every trace and at every moment."""
        return str(self.kind), self.prefix or self.text, self.bus, self.file, self.line


@dataclass(frozen=True, slots=True)
class Edge:
    """One way that dispatches or calls take; also one that they could take, and never did."""

    source: int
    """Number of a node, as `target`."""

    target: int
    kind: EdgeKind
    count: int = 0
    """What was seen, see EdgeKind."""

    failed: int = 0
    """Calls that failed or timed out; of CARRIES: dispatches that became dead letters there; of EMITS 0."""

    lost: int = 0
    """Of EMITS: dispatches that one of their handlers, or all, will never have handled; of others 0."""

    recent: int = 0
    """How many of `count` began within the last seconds (`Topology.recent_ns`)."""

    registered: int = 0
    """How often the handler was subscribed; 0 for emits, and where no subscription is in the trace."""

    listening: int = 0
    """Subscriptions that still hold at the end."""

    newest: int = 0
    """Id of the newest dispatch or call, 0 for none."""

    newest_failed: int = 0
    """Id of the newest call that failed or timed out, 0 for none."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing was ever seen on it."""
        return not self.count

    @property
    def counts_calls(self) -> bool:
        """Whether `count` is of calls, not of dispatches."""
        return self.kind in (EdgeKind.HANDLES, EdgeKind.DELIVERS)

    def with_more(self, other: Edge) -> Edge:
        """Both as one edge between the ends of this one."""
        return replace(
            self,
            count=self.count + other.count,
            failed=self.failed + other.failed,
            lost=self.lost + other.lost,
            recent=self.recent + other.recent,
            registered=self.registered + other.registered,
            listening=self.listening + other.listening,
            newest=max(self.newest, other.newest),
            newest_failed=max(self.newest_failed, other.newest_failed),
        )


class Topology:
    """Nodes and edges; an edge names its nodes by their places."""

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge], *, recent_ns: int = 0) -> None:
        self.nodes = tuple(nodes)
        self.edges = tuple(edges)
        self.recent_ns = recent_ns
        """How long `Edge.recent` reaches back, in nanoseconds; 0: it was not counted."""

    @cached_property
    def outgoing(self) -> list[list[int]]:
        """Places of the edges that leave each node."""
        return self._by_node([edge.source for edge in self.edges])

    @cached_property
    def incoming(self) -> list[list[int]]:
        """Places of the edges that lead to each node."""
        return self._by_node([edge.target for edge in self.edges])

    @cached_property
    def place_of(self) -> dict[tuple[str, str, str, str, int], int]:
        """Where the node with a key is."""
        return {node.key: place for place, node in enumerate(self.nodes)}

    @cached_property
    def repeated(self) -> frozenset[tuple[NodeKind, str]]:
        """Kinds and texts that more than one node has."""
        counts = Counter((node.kind, node.text) for node in self.nodes)
        return frozenset(each for each, count in counts.items() if count > 1)

    def seen(self, place: int) -> int:
        """Of an event: dispatches; of a handler: calls; of a queue: dispatches that it carried; of code: its emits."""
        edges = self.incoming[place] or self.outgoing[place]
        return sum(self.edges[edge].count for edge in edges)

    def failed(self, place: int) -> int:
        """Calls of a handler that failed, dead letters of a queue; of others 0."""
        return sum(self.edges[edge].failed for edge in self.incoming[place])

    def part(self, nodes: Collection[int], *, idle: bool = True) -> Topology:
        """These nodes and the edges between them. idle: with edges on which nothing was ever seen.

        Without them a node goes that only such an edge had led to.
        """
        edges = [
            edge for edge in self.edges if edge.source in nodes and edge.target in nodes and (idle or not edge.is_idle)
        ]
        kept = set(nodes)
        if not idle:
            ends = {end for edge in edges for end in (edge.source, edge.target)}
            kept = {node for node in kept if node in ends or not (self.outgoing[node] or self.incoming[node])}
        order = sorted(kept)
        place = {node: at for at, node in enumerate(order)}
        return Topology(
            (self.nodes[node] for node in order),
            (replace(edge, source=place[edge.source], target=place[edge.target]) for edge in edges),
            recent_ns=self.recent_ns,
        )

    def _by_node(self, ends: list[int]) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.nodes]
        for edge, node in enumerate(ends):
            found[node].append(edge)
        return found
