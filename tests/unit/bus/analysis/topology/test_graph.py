"""What a graph says of its nodes, and what is left of it when nodes or idle edges go."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology

SHOP = Topology(
    (
        Node(NodeKind.CODE, "main"),
        Node(NodeKind.EVENT, "placed"),
        Node(NodeKind.HANDLER, "pay"),
        Node(NodeKind.HANDLER, "never"),
        Node(NodeKind.EVENT, "lonely"),
    ),
    (
        Edge(0, 1, EdgeKind.EMITS, 3, lost=1, newest=7),
        Edge(1, 2, EdgeKind.HANDLES, 3, 2, registered=1),
        Edge(1, 3, EdgeKind.HANDLES, registered=1),
    ),
)


def test_a_node_counts_what_leads_to_it_and_code_what_it_emits() -> None:
    assert [SHOP.seen(place) for place in range(5)] == [3, 3, 3, 0, 0]
    assert [SHOP.failed(place) for place in range(5)] == [0, 0, 2, 0, 0]


def test_a_part_has_only_edges_between_its_nodes() -> None:
    part = SHOP.part({1, 2})
    assert [node.text for node in part.nodes] == ["placed", "pay"]
    assert [(edge.source, edge.target, edge.count) for edge in part.edges] == [(0, 1, 3)]


def test_without_idle_edges_nobody_is_left_whom_only_such_an_edge_led_to() -> None:
    part = SHOP.part(range(5), idle=False)
    assert [node.text for node in part.nodes] == ["main", "placed", "pay", "lonely"]
    assert all(not edge.is_idle for edge in part.edges)


def test_two_edges_as_one_have_the_sums_and_the_newest() -> None:
    both = SHOP.edges[0].with_more(Edge(0, 1, EdgeKind.EMITS, 2, lost=2, newest=9))
    assert (both.count, both.lost, both.newest) == (5, 3, 9)


def test_a_node_is_found_by_its_key() -> None:
    assert [SHOP.place_of[node.key] for node in SHOP.nodes] == list(range(5))
