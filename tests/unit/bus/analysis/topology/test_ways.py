"""Where one gets from a node of a map."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology
from bus.analysis.topology.ways import around, path_along, path_through, reached

# main -> a -> first -> b -> (queue) -> second -> a, and other -> a
NAMES = ("main", "a", "first", "b", "queue", "second", "other")
KINDS = (
    NodeKind.CODE, NodeKind.EVENT, NodeKind.HANDLER, NodeKind.EVENT, NodeKind.QUEUE, NodeKind.HANDLER, NodeKind.CODE,
)  # fmt: skip
ENDS = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (6, 1))


def shop(*more: tuple[int, int]) -> Topology:
    nodes = [Node(kind, name) for kind, name in zip(KINDS, NAMES, strict=True)]
    return Topology(nodes, [Edge(*ends, EdgeKind.EMITS, 1) for ends in (*ENDS, *more)])


def names(places: set[int]) -> set[str]:
    return {NAMES[place] for place in places}


def test_one_step_around_an_event_is_who_emits_and_who_handles_it() -> None:
    assert names(around(shop(), [1], 1)) == {"main", "other", "a", "first"}


def test_a_queue_on_the_way_is_no_step() -> None:
    assert names(around(shop(), [3], 1)) == {"first", "b", "queue", "second"}


def test_two_steps_go_on_but_not_to_those_beside() -> None:
    assert names(around(shop(), [2], 2)) == {"main", "other", "a", "first", "b", "queue", "second"}
    assert names(around(shop(), [0], 2)) == {"main", "a", "first"}


def test_a_circle_ends() -> None:
    assert names(reached(shop((5, 1)), [1], back=False)) == {"a", "first", "b", "queue", "second"}


def test_the_path_through_a_node_is_all_before_and_all_behind_it() -> None:
    nodes, edges = path_through(shop(), 0)
    assert names(nodes) == set(NAMES) - {"other"}
    assert edges == {0, 1, 2, 3, 4}


def test_the_path_along_an_edge_has_what_leads_to_it_and_what_it_leads_to() -> None:
    nodes, edges = path_along(shop(), 2)
    assert names(nodes) == set(NAMES)
    assert edges == set(range(6))
    nodes, edges = path_along(shop(), 0)
    assert names(nodes) == set(NAMES) - {"other"}
    assert 5 not in edges
