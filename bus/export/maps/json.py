"""A map as JSON: nodes, edges with their numbers, and what is asked most. docs/map.md says what each field means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bus.analysis.topology import Edge, Node, NodeKind, Topology, questions


def lines(topology: Topology) -> Iterator[str]:
    """Each line with its end."""
    nodes = [_node(place, node) for place, node in enumerate(topology.nodes)]
    told = {
        "nodes": nodes,
        "edges": [_edge(edge) for edge in topology.edges],
        "emitted_and_never_handled": questions.never_handled(topology),
        "registered_and_never_called": questions.never_called(topology),
        "many_emitters": questions.many_emitters(topology),
    }
    yield json.dumps(told, indent=1) + "\n"


def _node(place: int, node: Node) -> dict[str, Any]:
    told: dict[str, Any] = {"id": place, "kind": str(node.kind), "text": node.text}
    if node.kind is NodeKind.EVENT:
        told |= {"bus": node.bus, "buses": node.buses, "calls": node.calls}
    if node.members > 1:
        told["members"] = node.members
    return told | ({"file": node.file, "line": node.line} if node.file else {})


def _edge(edge: Edge) -> dict[str, Any]:
    told = asdict(edge)
    del told["recent"]
    return {**told, "kind": str(edge.kind)}
