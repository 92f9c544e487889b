"""What a node or an edge of a map is in the rest of the window: a row to select, rows to show, and back again."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, NodeKind, Topology
from bus.analysis.topology.looks import many_buses
from bus.find.filter_quote import quote
from ui.panels.map.picture import Hit

Item = tuple[str, int]
""" "dispatch" or "call", and its id."""


def newest_of(topology: Topology, hit: Hit) -> Item | None:
    """The newest dispatch or call of it, one that failed before any other; None where nothing was ever seen."""
    if hit.kind == "edge":
        return _newest([topology.edges[hit.place]])
    edges = topology.incoming[hit.place] or topology.outgoing[hit.place]
    return _newest([topology.edges[edge] for edge in edges])


def _newest(edges: list[Edge]) -> Item | None:
    newest = max((edge.newest_failed for edge in edges), default=0) or max((edge.newest for edge in edges), default=0)
    return (("call" if edges[0].counts_calls else "dispatch"), newest) if newest else None


def rows_of(topology: Topology, hit: Hit) -> tuple[str, str] | None:
    """The table of its rows, and the text for the search line that leaves them; None where no filter can say it."""
    if hit.kind == "node":
        return _rows_of_node(topology, hit.place)
    edge = topology.edges[hit.place]
    source, target = topology.nodes[edge.source], topology.nodes[edge.target]
    if edge.kind is EdgeKind.EMITS:
        return _rows_of_node(topology, edge.target)
    if edge.kind is EdgeKind.HANDLES and source.kind is NodeKind.EVENT:
        return "calls", f"{_event(topology, edge.source)} handler:{quote(target.text)}"
    return _rows_of_node(topology, edge.target if edge.kind is EdgeKind.DELIVERS else edge.source)


def _rows_of_node(topology: Topology, place: int) -> tuple[str, str] | None:
    node = topology.nodes[place]
    if node.kind is NodeKind.EVENT:
        return "dispatches", _event(topology, place)
    if node.kind is NodeKind.HANDLER:
        return "calls", f"handler:{quote(node.text)}"
    if node.kind is NodeKind.CODE:
        return "dispatches", f"lane:{quote(node.text)}"
    return None


def _event(topology: Topology, place: int) -> str:
    node = topology.nodes[place]
    # Buses that were made at one line differ by a number behind their name.
    bus = f" bus:{quote(f'{node.bus}*' if node.buses > 1 else node.bus)}" if many_buses(topology) and node.bus else ""
    return f"event:{quote(node.text)}{bus}"
