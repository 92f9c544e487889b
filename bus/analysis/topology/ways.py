"""Where one gets from a node: what led to it, and what it leads to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from bus.analysis.topology.graph import NodeKind, Topology


def around(topology: Topology, starts: Iterable[int], depth: int) -> set[int]:
    """Nodes up to so many steps before or behind these; a queue on the way is no step."""
    starts = list(starts)
    return reached(topology, starts, depth, back=True) | reached(topology, starts, depth, back=False)


def reached(topology: Topology, starts: Iterable[int], depth: int | None = None, *, back: bool) -> set[int]:
    """Nodes behind these (back: before them), themselves included; depth: at most so many steps, None: all."""
    steps = dict.fromkeys(starts, 0)
    waiting = deque(steps)
    while waiting:
        node = waiting.popleft()
        for edge in topology.incoming[node] if back else topology.outgoing[node]:
            other = topology.edges[edge].source if back else topology.edges[edge].target
            is_queue = topology.nodes[other].kind is NodeKind.QUEUE
            far = steps[node] + (not is_queue)
            if (depth is None or far <= depth) and far < steps.get(other, far + 1):
                steps[other] = far
                # A step that costs nothing comes first, so that each node is reached by its shortest way.
                waiting.appendleft(other) if is_queue else waiting.append(other)
    return set(steps)


def path_along(topology: Topology, place: int) -> tuple[set[int], set[int]]:
    """The same of an edge: what leads to it, the edge, and what it leads to."""
    edge = topology.edges[place]
    before, behind = reached(topology, [edge.source], back=True), reached(topology, [edge.target], back=False)
    return before | behind, {place} | _between(topology, before) | _between(topology, behind)


def path_through(topology: Topology, node: int) -> tuple[set[int], set[int]]:
    """All that leads to a node and all that it leads to: places of nodes, and of the edges between them."""
    before, behind = reached(topology, [node], back=True), reached(topology, [node], back=False)
    return before | behind, _between(topology, before) | _between(topology, behind)


def _between(topology: Topology, nodes: set[int]) -> set[int]:
    return {place for place, edge in enumerate(topology.edges) if edge.source in nodes and edge.target in nodes}
