"""DOT that Graphviz reads, whatever the names."""

from __future__ import annotations

import re

import pytest

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.export.maps import dot
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace

STRING = r'"(?:[^"\\\n]|\\.)*"'
ATTRIBUTES = rf"\[\w+=(?:{STRING}|[\w.]+)(?:, \w+=(?:{STRING}|[\w.]+))*\]"
STATEMENT = re.compile(rf"  (?:rankdir=LR|(?:node|edge|n\d+(?: -> n\d+)?) {ATTRIBUTES});\n")


def read(text: str) -> list[str]:
    """Statements of the graph; an assertion fails where there is anything else."""
    first, *rest = text.splitlines(keepends=True)
    assert first == "digraph buslens {\n"
    assert rest.pop() == "}\n"
    assert all(STATEMENT.fullmatch(line) for line in rest), [line for line in rest if not STATEMENT.fullmatch(line)]
    return rest


def test_each_node_and_edge_is_a_statement() -> None:
    topology = of_trace(make_trace(10, failures=0.5))
    text = "".join(dot.lines(topology))
    assert len(read(text)) == 3 + len(topology.nodes) + len(topology.edges)
    assert re.search(r'label="10, \d failed", penwidth=2.1, color="#bd1f2d"', text)
    assert 'label="order.placed", shape=box' in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(name: str) -> None:
    nodes = Node(NodeKind.EVENT, name, name), Node(NodeKind.HANDLER, name), Node(NodeKind.EVENT, name, "b")
    topology = Topology(nodes, (Edge(0, 1, EdgeKind.HANDLES, registered=1),))
    statements = read("".join(dot.lines(topology)))
    assert len(statements) == 3 + 3 + 1
    assert "style=dashed" in statements[-1]


def test_a_backslash_is_no_escape_of_graphviz() -> None:
    assert dot.quoted('\\N"') == '"\\\\N\\""'
