"""A map as JSON has every node, every edge and the lists."""

from __future__ import annotations

import json

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.export.maps import json as as_json
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace


def test_nodes_edges_and_lists() -> None:
    topology = of_trace(make_trace(10, failures=1))
    told = json.loads("".join(as_json.lines(topology)))
    texts = {node["id"]: node["text"] for node in told["nodes"]}
    (edge,) = [each for each in told["edges"] if texts[each["target"]] == "charge_card"]
    assert (texts[edge["source"]], edge["kind"], edge["count"], edge["failed"]) == ("stock.reserved", "handles", 10, 10)
    (node,) = [each for each in told["nodes"] if each["text"] == "charge_card"]
    assert (node["kind"], node["file"], node["line"]) == ("handler", "/srv/shop.py", 30)
    assert told["emitted_and_never_handled"] == told["many_emitters"] == told["registered_and_never_called"] == []


def test_every_name_comes_back_as_it_was() -> None:
    nodes = [Node(NodeKind.EVENT, name, members=place + 1) for place, name in enumerate(HOSTILE)]
    told = json.loads("".join(as_json.lines(Topology(nodes, [Edge(0, 1, EdgeKind.EMITS, 1)]))))
    assert [node["text"] for node in told["nodes"]] == list(HOSTILE)
    assert told["nodes"][1]["members"] == 2
