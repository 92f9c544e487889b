"""A flowchart that Mermaid reads, whatever the names."""

from __future__ import annotations

import re

import pytest

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.export.maps import mermaid
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace

WORDS = r'"[\w. ,/#;?]+"'
NODE = re.compile(rf"    n\d+(?:\[/{WORDS}/\]|\[{WORDS}\]|\[\({WORDS}\)\]|\(\[{WORDS}\]\)|\{{{WORDS}\}})\n")
EDGE = re.compile(rf"    n\d+ -\.?->?>(?:\|{WORDS}\|)? n\d+\n")
STYLE = re.compile(r"    linkStyle \d+ stroke-width:[\d.]+px(?:,stroke:#\w{6})?\n")


def read(text: str) -> tuple[int, int, int]:
    """How many nodes, edges and styles there are; an assertion fails where there is anything else."""
    first, *rest = text.splitlines(keepends=True)
    assert first == "flowchart LR\n"
    kinds = [next((at for at, each in enumerate((NODE, EDGE, STYLE)) if each.fullmatch(line)), -1) for line in rest]
    assert -1 not in kinds, rest[kinds.index(-1)]
    return kinds.count(0), kinds.count(1), kinds.count(2)


def test_each_node_and_edge_is_a_line() -> None:
    topology = of_trace(make_trace(10))
    many = len(topology.edges)
    assert read("".join(mermaid.lines(topology))) == (len(topology.nodes), many, many)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(name: str) -> None:
    nodes = [Node(kind, name, name) for kind in NodeKind]
    topology = Topology(nodes, (Edge(1, 3, EdgeKind.HANDLES, registered=1), Edge(0, 1, EdgeKind.EMITS, 2, lost=1)))
    text = "".join(mermaid.lines(topology))
    assert read(text) == (5, 2, 2)
    assert '-.->|"never called"|' in text


def test_an_empty_map_is_a_diagram_too() -> None:
    assert read("".join(mermaid.lines(Topology((), ())))) == (1, 0, 0)
