"""What of a map is looked at."""

from __future__ import annotations

from bus.analysis.topology import NodeKind, Topology, of_trace
from bus.analysis.topology.view import MapWish, place_in, view_of
from tests.helpers.make_trace import make_trace
from tests.helpers.random_bus import random_trace


def texts(topology: Topology) -> set[str]:
    return {node.text for node in topology.nodes}


def key_of(topology: Topology, text: str) -> tuple[str, str, str, str, int]:
    return next(node.key for node in topology.nodes if node.text == text)


def test_around_an_event_and_the_whole() -> None:
    whole = of_trace(make_trace(10))
    near = view_of(whole, MapWish((key_of(whole, "order.paid"),), 1)).topology
    assert texts(near) == {"charge_card", "order.paid", "send_mail"}
    assert texts(view_of(whole, MapWish()).topology) == texts(whole)


def test_around_something_that_is_in_a_group_is_around_the_group() -> None:
    whole = of_trace(make_trace(10))
    view = view_of(whole, MapWish((key_of(whole, "order.paid"),), 1, grouped=True)).topology
    assert {"order.*", "charge_card", "send_mail", "log", "reserve_stock"} <= texts(view)
    assert view.nodes[place_in(view, key_of(whole, "order.paid"))].text == "order.*"
    assert place_in(view, key_of(whole, "audit")) < 0


def test_what_is_not_there_any_more_is_passed_over() -> None:
    assert not view_of(of_trace(make_trace(3)), MapWish((("event", "gone", "", "", 0),))).topology.nodes


def test_idle_edges_go_when_nobody_wants_them() -> None:
    whole = of_trace(random_trace(2))
    assert any(edge.is_idle for edge in view_of(whole, MapWish()).topology.edges)
    assert not any(edge.is_idle for edge in view_of(whole, MapWish(idle=False)).topology.edges)


def test_of_too_many_nodes_the_busiest_are_shown_and_the_rest_is_counted() -> None:
    whole = of_trace(make_trace(20))
    view = view_of(whole, MapWish(), most=3)
    assert (len(view.topology.nodes), view.left_out, view.whole) == (3, len(whole.nodes) - 3, len(whole.nodes))
    assert NodeKind.EVENT in {node.kind for node in view.topology.nodes}
