"""A map as a Mermaid flowchart; names are written so that Mermaid shows them and reads nothing in them."""

from __future__ import annotations

from collections.abc import Iterator

from bus.analysis.topology import NodeKind, Topology
from bus.analysis.topology.looks import bus_words, edge_words, many_buses, width_of
from bus.export.mermaid import escaped

_SHAPES = {
    NodeKind.CODE: ("[/", "/]"),
    NodeKind.EVENT: ("[", "]"),
    NodeKind.QUEUE: ("[(", ")]"),
    NodeKind.HANDLER: ("([", "])"),
    NodeKind.UNKNOWN: ("{", "}"),
}


def lines(topology: Topology) -> Iterator[str]:
    """Each line with its end."""
    yield "flowchart LR\n"
    several = many_buses(topology)
    if not topology.nodes:
        yield '    n0["nothing was recorded"]\n'
    for place, node in enumerate(topology.nodes):
        begin, end = _SHAPES[node.kind]
        text = f"{node.text} on {bus_words(node)}" if several and node.bus else node.text
        yield f'    n{place}{begin}"{escaped(text)}"{end}\n'
    styles = []
    for place, edge in enumerate(topology.edges):
        arrow, words = "-.->" if edge.is_idle else "-->", edge_words(edge)
        label = f'|"{escaped(words)}"|' if words else ""
        yield f"    n{edge.source} {arrow}{label} n{edge.target}\n"
        colour = ",stroke:#bd1f2d" if edge.failed else ",stroke:#8a5000" if edge.lost else ""
        styles.append(f"    linkStyle {place} stroke-width:{width_of(edge):.1f}px{colour}\n")
    yield from styles
