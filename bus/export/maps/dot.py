"""A map in the language of Graphviz. Names stand in quotes, where only a quote and a backslash mean anything."""

from __future__ import annotations

from collections.abc import Iterator

from bus.analysis.topology import Edge, Node, NodeKind, Topology
from bus.analysis.topology.looks import bus_words, edge_words, many_buses, share_failed, width_of
from bus.export.words import visible

_SHAPES = {
    NodeKind.CODE: "plaintext",
    NodeKind.EVENT: "box",
    NodeKind.QUEUE: "cylinder",
    NodeKind.HANDLER: "ellipse",
    NodeKind.UNKNOWN: "diamond",
}


def lines(topology: Topology) -> Iterator[str]:
    """Each line with its end."""
    yield "digraph buslens {\n"
    yield "  rankdir=LR;\n  node [fontname=sans, fontsize=11];\n  edge [fontname=sans, fontsize=9];\n"
    several = many_buses(topology)
    for place, node in enumerate(topology.nodes):
        yield f"  n{place} [label={quoted(_label(node, several=several))}, shape={_SHAPES[node.kind]}];\n"
    for edge in topology.edges:
        yield f"  n{edge.source} -> n{edge.target} [{', '.join(_attributes(edge))}];\n"
    yield "}\n"


def quoted(text: str) -> str:
    """A text as Graphviz shows it: a backslash would begin one of its escapes, such as that for the graph's name."""
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _label(node: Node, *, several: bool) -> str:
    return f"{node.text} on {bus_words(node)}" if several and node.bus else node.text


def _attributes(edge: Edge) -> Iterator[str]:
    yield f"label={quoted(edge_words(edge))}"
    yield f"penwidth={width_of(edge):.1f}"
    if edge.is_idle:
        yield "style=dashed"
    if share_failed(edge):
        yield 'color="#bd1f2d"'
    elif edge.lost:
        yield 'color="#8a5000"'
