"""Names that begin alike as one node: order.placed and order.paid become order.*, and may be opened again.

Parts of a name end at a dot, a slash or a colon. What is opened shows what is in it, by the next part of the names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from bus.analysis.topology.graph import Edge, Node, NodeKind, Topology

GroupKey = tuple[str, str, str, str, int]
"""`Node.key` of a node that stands for several."""

_END_OF_PART = re.compile(r"[./:]+")
_KINDS = (NodeKind.EVENT, NodeKind.QUEUE, NodeKind.HANDLER)


def grouped(topology: Topology, opened: Collection[GroupKey] = ()) -> Topology:
    """The same with one node for those of a kind, and of a bus, whose names begin alike. opened: groups not to make."""
    ways = [_groups_of(node) for node in topology.nodes]
    many = Counter(group.key for way in ways for group in way)
    place: dict[GroupKey, int] = {}
    nodes: list[Node] = []
    where = []
    for node, way in zip(topology.nodes, ways, strict=True):
        group = next((each for each in way if many[each.key] > 1 and each.key not in opened), None)
        shown = group or node
        if shown.key not in place:
            place[shown.key] = len(nodes)
            nodes.append(replace(shown, members=0, calls=0) if group else node)
        at = place[shown.key]
        if group:
            before = nodes[at]
            nodes[at] = replace(before, members=before.members + 1, calls=before.calls + node.calls)
        where.append(at)
    edges: dict[tuple[int, int, str], Edge] = {}
    for edge in topology.edges:
        moved = replace(edge, source=where[edge.source], target=where[edge.target])
        ends = moved.source, moved.target, str(edge.kind)
        edges[ends] = edges[ends].with_more(moved) if ends in edges else moved
    return Topology(nodes, edges.values(), recent_ns=topology.recent_ns)


def is_group(node: Node) -> bool:
    """Whether a node stands for several that can be shown one by one."""
    return bool(node.prefix) and node.kind in _KINDS


def is_in(node: Node, group: GroupKey) -> bool:
    """Whether a node would be one of a group."""
    return any(each.key == group for each in _groups_of(node))


def _groups_of(node: Node) -> list[Node]:
    """What it could be part of, the largest first."""
    if node.kind not in _KINDS or node.prefix:
        return []
    found = []
    for end in _END_OF_PART.finditer(node.text):
        if 0 < end.start() and end.end() < len(node.text):
            prefix = f"{node.text[: end.end()]}*"
            is_handler = node.kind is NodeKind.HANDLER
            file, line = ("", 0) if is_handler else (node.file, node.line)
            found.append(Node(node.kind, prefix, node.bus, node.buses, file, line, prefix=prefix))
    return found
