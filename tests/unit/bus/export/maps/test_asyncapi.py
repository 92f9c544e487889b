"""An AsyncAPI 3 document in which every reference leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.export.maps import asyncapi
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace
from tests.helpers.random_bus import random_trace


def references(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(told, list):
        for value in told:
            yield from references(value)


def leads_somewhere(told: Any, reference: str) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if step not in told:
            return False
        told = told[step]
    return True


def test_a_channel_for_each_event_and_an_operation_for_each_who_sends_or_receives() -> None:
    told = asyncapi.document(of_trace(make_trace(10)))
    assert told["asyncapi"] == "3.0.0"
    assert told["channels"]["order.placed"]["address"] == "order.placed"
    operations = {(each["action"], each["channel"]["$ref"], each["title"]) for each in told["operations"].values()}
    assert ("send", "#/channels/order.placed", "MainThread") in operations
    assert ("receive", "#/channels/order.placed", "reserve_stock") in operations
    assert len(operations) == len(of_trace(make_trace(10)).edges)


def test_who_receives_through_a_queue_receives_the_event() -> None:
    nodes = Node(NodeKind.EVENT, "e"), Node(NodeKind.QUEUE, "q"), Node(NodeKind.HANDLER, "h", "", 0, "/a.py", 3)
    edges = Edge(0, 1, EdgeKind.CARRIES, 2), Edge(1, 2, EdgeKind.DELIVERS, 2)
    told = asyncapi.document(Topology(nodes, edges))
    assert told["channels"]["e"]["x-queues"] == ["q"]
    (operation,) = told["operations"].values()
    assert (operation["action"], operation["title"], operation["x-queue"]) == ("receive", "h", "q")
    assert (operation["x-file"], operation["x-line"]) == ("/a.py", 3)


def test_every_reference_leads_somewhere_whatever_the_names() -> None:
    nodes = [Node(NodeKind.EVENT, name) for name in HOSTILE] + [Node(NodeKind.HANDLER, name) for name in HOSTILE]
    many = len(HOSTILE)
    edges = [Edge(place, many + place, EdgeKind.HANDLES, 1) for place in range(many)]
    for topology in (Topology(nodes, edges), of_trace(random_trace(1))):
        told = json.loads("".join(asyncapi.lines(topology)))
        found = list(references(told))
        assert found
        assert all(leads_somewhere(told, each) for each in found)
        assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in (*told["channels"], *told["operations"]))
    told = asyncapi.document(Topology(nodes, edges))
    assert [each["address"] for each in told["channels"].values()] == list(HOSTILE)


def test_no_two_ids_are_the_same() -> None:
    ids = asyncapi.Ids()
    assert [ids.of("a b"), ids.of("a-b"), ids.of("a", "b"), ids.of("/"), ids.of("")] == [
        "a-b", "a-b_2", "a_b", "unnamed", "unnamed_2",
    ]  # fmt: skip
