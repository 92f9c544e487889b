"""How traffic and trouble of an edge are shown: the same in the window and in a file."""

from __future__ import annotations

import math

from bus.analysis.topology.graph import Edge, EdgeKind, Node, NodeKind, Topology
from bus.wording import several

LEAST_WIDTH, MOST_WIDTH = 1.2, 6.0
PER_TENFOLD = 0.9
"""How much wider an edge is for ten times the traffic."""

KINDS = {
    NodeKind.CODE: "code outside of handlers",
    NodeKind.EVENT: "event",
    NodeKind.QUEUE: "queue or topic",
    NodeKind.HANDLER: "handler",
    NodeKind.UNKNOWN: "not known",
}


def width_of(edge: Edge) -> float:
    """How wide an edge is drawn, in points: by the logarithm of its traffic."""
    return min(MOST_WIDTH, LEAST_WIDTH + PER_TENFOLD * math.log10(max(1, edge.count)))


def share_failed(edge: Edge) -> float:
    """From 0 to 1: how much of an edge's traffic failed."""
    return min(1.0, edge.failed / edge.count) if edge.count else 0.0


def share_lost(edge: Edge) -> float:
    """From 0 to 1: how much of an edge's traffic was lost."""
    return min(1.0, edge.lost / edge.count) if edge.count else 0.0


def edge_words(edge: Edge, *, recent_ns: int = 0) -> str:
    """What is written at an edge: 1 204, 7 failed. recent_ns: not how many, but the rate within so many nanoseconds."""
    if edge.is_idle:
        return "never called" if edge.registered else ""
    parts = [f"{_rate(edge.recent / recent_ns * 1e9)}/s" if recent_ns else number(edge.count)]
    if edge.failed:
        parts.append(f"{number(edge.failed)} {'dead' if edge.kind is EdgeKind.CARRIES else 'failed'}")
    if edge.lost:
        parts.append(f"{number(edge.lost)} lost")
    return ", ".join(parts)


def edge_sentence(topology: Topology, edge: Edge) -> str:
    """All that is known of an edge, in a line."""
    source, target = (called(topology, end) for end in (edge.source, edge.target))
    what = ("call", "calls") if edge.counts_calls else ("dispatch", "dispatches")
    parts = [several(edge.count, *what) if edge.count else "never called" if edge.registered else "nothing seen"]
    if edge.failed:
        parts.append(
            several(edge.failed, "dead letter") if edge.kind is EdgeKind.CARRIES else f"{number(edge.failed)} failed"
        )
    if edge.lost:
        parts.append(f"{number(edge.lost)} lost")
    if edge.registered:
        parts.append(f"subscribed {several(edge.registered, 'time')}")
        if edge.listening != edge.registered:
            parts.append(f"{number(edge.listening)} still at the end")
    return f"{source} → {target}: {', '.join(parts)}"


def node_sentence(topology: Topology, place: int) -> str:
    """All that is known of a node, in a line."""
    node = topology.nodes[place]
    kind = f"{several(node.members, KINDS[node.kind])}" if node.prefix else KINDS[node.kind]
    parts = [f"{node.text} ({kind}{f' on {node.bus}' if node.bus else ''})", _seen(topology, place)]
    if node.kind is NodeKind.EVENT:
        parts.append(several(node.calls, "call") if node.calls else "never handled")
    failed = topology.failed(place)
    if failed:
        parts.append(f"{number(failed)} failed" if node.kind is NodeKind.HANDLER else several(failed, "dead letter"))
    if node.kind is NodeKind.HANDLER and node.file:
        parts.append(f"{node.file}:{node.line}" if node.line else node.file)
    return ", ".join(parts)


def number(value: int) -> str:
    """In groups of three digits."""
    return f"{value:,}".replace(",", " ")


def many_buses(topology: Topology) -> bool:
    """Whether an event must say on which bus it is."""
    return len({(node.bus, node.file, node.line) for node in topology.nodes if node.kind is NodeKind.EVENT}) > 1


def bus_words(node: Node) -> str:
    """The bus of an event, and how many of its kind there are."""
    return f"{node.bus} ×{number(node.buses)}" if node.buses > 1 else node.bus


def called(topology: Topology, place: int) -> str:
    """A node's name, and where another node of its kind has the same one, what tells them apart."""
    node = topology.nodes[place]
    if node.kind is NodeKind.QUEUE:
        return f"queue {node.text}"  # it is often called like its handler or its event
    apart = node.bus or (f"{node.file}:{node.line}" if node.file else "")
    return f"{node.text} ({apart})" if apart and (node.kind, node.text) in topology.repeated else node.text


def _seen(topology: Topology, place: int) -> str:
    kind, seen = topology.nodes[place].kind, topology.seen(place)
    if kind is NodeKind.HANDLER:
        return several(seen, "call") if seen else "never called"
    if kind is NodeKind.EVENT:
        return f"emitted {several(seen, 'time')}"
    return several(seen, "dispatch", "dispatches")


def _rate(value: float) -> str:
    return number(round(value)) if value >= 10 else f"{value:.2g}"
