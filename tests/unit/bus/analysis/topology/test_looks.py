"""What is said of nodes and edges, and how they are drawn."""

from __future__ import annotations

import pytest

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.analysis.topology.looks import (
    bus_words,
    edge_sentence,
    edge_words,
    many_buses,
    node_sentence,
    share_failed,
    share_lost,
    width_of,
)
from tests.helpers.make_trace import make_trace

EVENT, QUEUE, HANDLER = (
    Node(NodeKind.EVENT, "e"),
    Node(NodeKind.QUEUE, "q"),
    Node(NodeKind.HANDLER, "h", "", 0, "/a.py", 3),
)


def test_ten_times_the_traffic_is_a_step_wider_and_there_is_an_end() -> None:
    widths = [width_of(Edge(0, 1, EdgeKind.HANDLES, count)) for count in (0, 1, 10, 100, 10**12)]
    assert widths[0] == widths[1] < widths[2] < widths[3] < widths[4] == 6.0


def test_shares_are_of_what_was_seen() -> None:
    assert share_failed(Edge(0, 1, EdgeKind.HANDLES, 4, 1)) == 0.25
    assert share_lost(Edge(0, 1, EdgeKind.EMITS, 4, lost=2)) == 0.5
    assert share_failed(Edge(0, 1, EdgeKind.HANDLES)) == share_lost(Edge(0, 1, EdgeKind.EMITS)) == 0


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        (Edge(0, 2, EdgeKind.HANDLES, 12_345, 7), "12 345, 7 failed"),
        (Edge(0, 2, EdgeKind.HANDLES, registered=1), "never called"),
        (Edge(0, 1, EdgeKind.CARRIES, 3, 2), "3, 2 dead"),
        (Edge(2, 0, EdgeKind.EMITS, 3, lost=3), "3, 3 lost"),
        (Edge(2, 0, EdgeKind.EMITS), ""),
    ],
)
def test_words_at_an_edge(edge: Edge, words: str) -> None:
    assert edge_words(edge) == words


def test_a_rate_instead_of_a_sum() -> None:
    assert edge_words(Edge(0, 2, EdgeKind.HANDLES, 99, recent=10), recent_ns=5_000_000_000) == "2/s"


def test_a_sentence_of_an_edge() -> None:
    topology = Topology([EVENT, QUEUE, HANDLER], [])
    assert edge_sentence(topology, Edge(1, 2, EdgeKind.DELIVERS, 2, 1, registered=3, listening=1)) == (
        "queue q → h: 2 calls, 1 failed, subscribed 3 times, 1 still at the end"
    )
    assert edge_sentence(topology, Edge(0, 2, EdgeKind.HANDLES, registered=1, listening=1)) == (
        "e → h: never called, subscribed 1 time"
    )


def test_a_sentence_of_a_node() -> None:
    topology = of_trace(make_trace(10, failures=1))
    sentences = {node.text: node_sentence(topology, place) for place, node in enumerate(topology.nodes)}
    assert sentences["charge_card"] == "charge_card (handler), 10 calls, 10 failed, /srv/shop.py:30"
    assert sentences["order.placed"] == "order.placed (event), emitted 10 times, 20 calls"
    assert sentences["MainThread"] == "MainThread (code outside of handlers), 10 dispatches"
    alone = Topology([Node(NodeKind.EVENT, "e", "b", 3)], [])
    assert node_sentence(alone, 0) == "e (event on b), emitted 0 times, never handled"


def test_buses_are_named_where_there_are_several() -> None:
    assert not many_buses(Topology([EVENT, HANDLER], []))
    assert many_buses(Topology([EVENT, Node(NodeKind.EVENT, "e", "b")], []))
    assert bus_words(Node(NodeKind.EVENT, "e", "b", 3)) == "b ×3"
