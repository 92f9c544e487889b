"""A map as lines for a terminal."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.export.maps import text
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace


def test_each_edge_and_the_lists() -> None:
    told = "".join(text.lines(of_trace(make_trace(10))))
    assert "stock.reserved → charge_card: 10 calls" in told
    assert told.endswith("\nEmitted and never handled: audit\n")


def test_no_name_breaks_a_line_or_steers_a_terminal() -> None:
    nodes = [Node(NodeKind.EVENT, name) for name in HOSTILE] + [Node(NodeKind.HANDLER, "h")]
    edges = [Edge(place, len(HOSTILE), EdgeKind.HANDLES, registered=1) for place in range(len(HOSTILE))]
    told = "".join(text.lines(Topology(nodes, edges)))
    assert len(told.splitlines()) == len(HOSTILE) + 2
    assert "\x1b" not in told


def test_an_empty_map_says_so() -> None:
    assert "".join(text.lines(Topology((), ()))) == "Nothing was emitted, and nobody was subscribed.\n"


def test_events_of_one_name_on_two_buses_are_told_apart() -> None:
    nodes = [Node(NodeKind.EVENT, "done", "bus in worker 1"), Node(NodeKind.EVENT, "done", "bus in worker 2"),
             Node(NodeKind.HANDLER, "h")]  # fmt: skip
    told = "".join(text.lines(Topology(nodes, [Edge(0, 2, EdgeKind.HANDLES, 1), Edge(1, 2, EdgeKind.HANDLES, 2)])))
    assert "done (bus in worker 1) → h: 1 call\n" in told
    assert "done (bus in worker 2) → h: 2 calls\n" in told
