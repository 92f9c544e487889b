"""A map as an AsyncAPI 3 document: a channel for each event on its bus, an operation for each who sends or receives.

A trace knows no types of payloads, so none are claimed. What is not AsyncAPI's stands in fields that begin with x-.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bus.analysis.topology import EdgeKind, Node, NodeKind, Topology

_NOT_AN_ID = re.compile(r"[^A-Za-z0-9_.-]+")


def lines(topology: Topology) -> Iterator[str]:
    """Each line with its end."""
    yield json.dumps(document(topology), indent=2) + "\n"


def document(topology: Topology) -> dict[str, Any]:
    """The document as plain data."""
    ids, channels = Ids(), {}
    channel_of = {}
    messages = {}
    for place, node in enumerate(topology.nodes):
        if node.kind is NodeKind.EVENT:
            name = channel_of[place] = ids.of(node.text)
            messages[name] = {"name": node.text, "title": node.text}
            reference = {"$ref": f"#/components/messages/{name}"}
            channels[name] = {"address": node.text, "messages": {name: reference}, **_extra(topology, place)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events as Buslens saw them",
            "version": "1.0.0",
            "description": "Made from a capture: what was emitted, handled and subscribed while it was recorded.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": _operations(topology, channel_of),
        "components": {"messages": messages},
    }


class Ids:
    """Names that may stand in a reference and after a slash: no two are the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, *texts: str) -> str:
        """An id of letters, digits, dots, dashes and underscores that says as much of these texts as it can."""
        plain = "_".join(_NOT_AN_ID.sub("-", text).strip("-.") for text in texts)[:100] or "unnamed"
        found, number = plain, 1
        while found in self._taken:
            number += 1
            found = f"{plain}_{number}"
        self._taken.add(found)
        return found


def _operations(topology: Topology, channel_of: dict[int, str]) -> dict[str, Any]:
    ids, found = Ids(), {}
    for event, who, action, more in dict.fromkeys(_who(topology)):
        node, channel = topology.nodes[who], channel_of[event]
        found[ids.of(action, channel, node.text)] = {
            "action": action,
            "title": node.text,
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": [{"$ref": f"#/channels/{channel}/messages/{channel}"}],
            **_place(node),
            **dict(more),
        }
    return found


def _who(topology: Topology) -> Iterator[tuple[int, int, str, tuple[tuple[str, Any], ...]]]:
    """Event, who sends or receives it, which of both, and what else is known.

    A queue may deliver several events to one handler: how often each of them, its edge does not say.
    """
    is_event = [node.kind is NodeKind.EVENT for node in topology.nodes]
    for edge in topology.edges:
        if edge.kind is EdgeKind.EMITS and is_event[edge.target]:
            yield edge.target, edge.source, "send", (("x-count", edge.count),)
        elif edge.kind is EdgeKind.HANDLES and is_event[edge.source]:
            yield edge.source, edge.target, "receive", (("x-count", edge.count),)
        elif edge.kind is EdgeKind.CARRIES:
            through = (("x-queue", topology.nodes[edge.target].text),)
            for further in topology.outgoing[edge.target]:
                yield edge.source, topology.edges[further].target, "receive", through


def _extra(topology: Topology, place: int) -> dict[str, Any]:
    node = topology.nodes[place]
    queues = [topology.nodes[topology.edges[edge].target].text for edge in topology.outgoing[place]
              if topology.edges[edge].kind is EdgeKind.CARRIES]  # fmt: skip
    return {
        **({"x-bus": node.bus} if node.bus else {}),
        **({"x-queues": queues} if queues else {}),
        "x-emitted": topology.seen(place),
        "x-calls": node.calls,
    }


def _place(node: Node) -> dict[str, Any]:
    return {"x-file": node.file, **({"x-line": node.line} if node.line else {})} if node.file else {}
