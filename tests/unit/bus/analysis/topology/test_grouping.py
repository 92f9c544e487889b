"""Names that begin alike as one node."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology
from bus.analysis.topology.grouping import grouped, is_group, is_in

TEXTS = ("order.placed", "order.paid.late", "order.paid.early", "stock", "stock.low")
SHOP = Topology(
    [
        *(Node(NodeKind.EVENT, text, calls=1) for text in TEXTS),
        Node(NodeKind.EVENT, "order.placed", "other bus"),
        Node(NodeKind.HANDLER, "pay"),
    ],
    [Edge(place, 6, EdgeKind.HANDLES, place + 1, newest=place) for place in range(6)],
)


def texts(topology: Topology) -> list[str]:
    return [node.text for node in topology.nodes]


def test_events_of_a_bus_whose_names_begin_alike_are_one_with_their_sums() -> None:
    found = grouped(SHOP)
    assert texts(found) == ["order.*", "stock", "stock.low", "order.placed", "pay"]
    assert (found.nodes[0].members, found.nodes[0].calls) == (3, 3)
    assert [(edge.source, edge.target, edge.count, edge.newest) for edge in found.edges] == [
        (0, 4, 6, 2), (1, 4, 4, 3), (2, 4, 5, 4), (3, 4, 6, 5),
    ]  # fmt: skip


def test_a_group_that_is_opened_shows_what_is_in_it_by_the_next_part() -> None:
    first = grouped(SHOP)
    second = grouped(SHOP, {first.nodes[0].key})
    assert texts(second)[:2] == ["order.placed", "order.paid.*"]
    third = grouped(SHOP, {first.nodes[0].key, second.nodes[1].key})
    assert texts(third) == texts(SHOP)


def test_no_traffic_is_lost_in_groups() -> None:
    assert sum(edge.count for edge in grouped(SHOP).edges) == sum(edge.count for edge in SHOP.edges)


def test_a_name_is_in_the_groups_of_its_bus_alone() -> None:
    group = grouped(SHOP).nodes[0].key
    assert [is_in(node, group) for node in SHOP.nodes] == [True, True, True, False, False, False, False]


def test_only_what_can_be_opened_is_a_group() -> None:
    assert [is_group(node) for node in grouped(SHOP).nodes] == [True, False, False, False, False]
    assert not is_group(Node(NodeKind.CODE, "Task-*", members=3, prefix="Task-*"))
