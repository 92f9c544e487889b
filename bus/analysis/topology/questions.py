"""What a map is asked most: who is never heard, who is never called, and what several emit."""

from __future__ import annotations

from bus.analysis.topology.graph import EdgeKind, NodeKind, Topology


def never_handled(topology: Topology) -> list[int]:
    """Places of events that were emitted and never led to a call, the most often emitted first."""
    found = [
        place
        for place, node in enumerate(topology.nodes)
        if node.kind is NodeKind.EVENT and not node.calls and emitted(topology, place)
    ]
    return sorted(found, key=lambda place: (-emitted(topology, place), topology.nodes[place].text))


def never_called(topology: Topology) -> list[int]:
    """Places of edges: handlers that were subscribed to an event and never called for it."""
    found = [place for place, edge in enumerate(topology.edges) if edge.registered and not edge.count]
    return sorted(found, key=lambda place: [topology.nodes[end].text for end in _ends(topology, place)])


def many_emitters(topology: Topology) -> list[int]:
    """Places of events that at least two handlers or pieces of code emit, those with the most first."""
    found = [
        place
        for place, node in enumerate(topology.nodes)
        if node.kind is NodeKind.EVENT and len(emitters(topology, place)) > 1
    ]
    return sorted(found, key=lambda place: (-len(emitters(topology, place)), topology.nodes[place].text))


def emitted(topology: Topology, event: int) -> int:
    """How often the event at this place was emitted."""
    return sum(topology.edges[edge].count for edge in topology.incoming[event])


def emitters(topology: Topology, event: int) -> list[int]:
    """Places of those who are known to emit it."""
    edges = (topology.edges[edge] for edge in topology.incoming[event])
    return [
        edge.source
        for edge in edges
        if edge.kind is EdgeKind.EMITS and topology.nodes[edge.source].kind is not NodeKind.UNKNOWN
    ]


def _ends(topology: Topology, edge: int) -> tuple[int, int]:
    return topology.edges[edge].source, topology.edges[edge].target
