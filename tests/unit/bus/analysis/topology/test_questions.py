"""The lists that a map is asked for most."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace, questions
from tests.helpers.make_trace import make_trace


def test_an_event_that_is_emitted_and_never_leads_to_a_call() -> None:
    topology = of_trace(make_trace(10))
    assert [topology.nodes[at].text for at in questions.never_handled(topology)] == ["audit"]


def test_an_event_is_handled_also_where_a_queue_is_between() -> None:
    nodes = (Node(NodeKind.EVENT, "e", calls=1), Node(NodeKind.QUEUE, "q"), Node(NodeKind.HANDLER, "h"))
    edges = (Edge(0, 1, EdgeKind.CARRIES, 1), Edge(1, 2, EdgeKind.DELIVERS, 1))
    assert questions.never_handled(Topology(nodes, edges)) == []


def test_a_handler_that_is_never_called_for_one_of_its_events() -> None:
    nodes = (Node(NodeKind.EVENT, "a"), Node(NodeKind.EVENT, "b"), Node(NodeKind.HANDLER, "h"))
    edges = (Edge(0, 2, EdgeKind.HANDLES, 1, registered=1), Edge(1, 2, EdgeKind.HANDLES, registered=1))
    assert questions.never_called(Topology(nodes, edges)) == [1]


def test_many_emitters_are_those_that_are_known() -> None:
    nodes = (
        Node(NodeKind.EVENT, "one"), Node(NodeKind.EVENT, "two"), Node(NodeKind.HANDLER, "a"),
        Node(NodeKind.HANDLER, "b"), Node(NodeKind.UNKNOWN, "unknown"),
    )  # fmt: skip
    edges = [Edge(source, 1, EdgeKind.EMITS, 1) for source in (2, 3)]
    edges += [Edge(source, 0, EdgeKind.EMITS, 1) for source in (2, 4)]
    assert questions.many_emitters(Topology(nodes, edges)) == [1]
