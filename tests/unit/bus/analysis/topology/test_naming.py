"""Which names are one node on a map."""

from __future__ import annotations

import numpy as np
import pytest

from bus.analysis.topology.graph import Node, NodeKind
from bus.analysis.topology.naming import UNKNOWN, UNKNOWN_EVENT, NodeNames, only_used
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.wire import Header


@pytest.fixture
def record() -> Recorder:
    return Recorder(header=Header("a.py", 1, "desk", 0, 0, "monotonic", {}))


def names_of(record: Recorder) -> NodeNames:
    trace = Trace()
    trace.feed(record.take())
    return NodeNames(trace)


def test_an_event_of_buses_that_were_made_at_one_line_is_one_node(record: Recorder) -> None:
    buses = [record.bus(f"conn{more}", "Bus", "/a.py", 3, "created") for more in ("", " #2", " #3")]
    events = [record.event("said", bus) for bus in (*buses, record.bus("conn at b", "Bus", "/b.py", 3, "created"))]
    names = names_of(record)
    places = names.events(np.array(events)).tolist()
    assert len(set(places)) == 2
    assert places[0] == places[1] == places[2]
    assert (names.nodes[places[0]].bus, names.nodes[places[0]].buses) == ("conn", 3)


def test_buses_of_which_nobody_knows_the_place_are_told_apart_by_their_number(record: Recorder) -> None:
    events = [record.event("said", record.bus(name)) for name in ("bus", "bus #2")]
    assert len(set(names_of(record).events(np.array(events)).tolist())) == 2


def test_a_handler_of_two_events_is_one_node_and_one_elsewhere_another(record: Recorder) -> None:
    handlers = [
        record.handler("f", "/a.py", 3, "x"),
        record.handler("f", "/a.py", 3, "y"),
        record.handler("f", "/b.py", 3),
    ]
    places = names_of(record).handlers(np.array(handlers)).tolist()
    assert places[0] == places[1] != places[2]


def test_tasks_whose_names_differ_by_their_number_are_one_node(record: Recorder) -> None:
    lanes = [record.lane(name) for name in ("Task-1", "Task-22", "Thread-9")]
    names = names_of(record)
    first, second, third = (names.nodes[place] for place in names.code(np.array(lanes)).tolist())
    assert first is second
    assert (first.text, first.members) == ("Task-*", 2)
    assert (third.text, third.members) == ("Thread-9", 1)


def test_names_that_the_capture_never_said_are_unknown(record: Recorder) -> None:
    names = names_of(record)
    nowhere = np.array([77, (1 << 63) + 5], np.uint64)
    assert names.events(nowhere).tolist() == [UNKNOWN_EVENT] * 2
    assert names.handlers(nowhere).tolist() == names.code(nowhere).tolist() == [UNKNOWN] * 2


def test_nodes_without_an_edge_go() -> None:
    nodes = [Node(NodeKind.EVENT, text) for text in "abc"]
    left, place = only_used(nodes, np.array([2]), np.array([0]))
    assert [node.text for node in left] == ["a", "c"]
    assert place.tolist() == [0, -1, 1]
