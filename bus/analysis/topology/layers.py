"""In which column each node of a graph stands, so that edges lead to the right wherever that is possible."""

from __future__ import annotations

from collections.abc import Sequence

Ends = tuple[int, int]


def layers_of(many: int, ends: Sequence[Ends]) -> tuple[list[int], list[bool]]:
    """The column of each node, from 0, and which edges lead back to the left: one at least of every circle does.

    many: nodes. ends: source and target of each edge; none leads from a node to itself.
    """
    back = _leading_back(many, ends)
    forward = [
        (target, source) if turned else (source, target) for (source, target), turned in zip(ends, back, strict=True)
    ]
    behind: list[list[int]] = [[] for _ in range(many)]
    waits = [0] * many
    for source, target in forward:
        behind[source].append(target)
        waits[target] += 1
    starts = [node for node in range(many) if not waits[node]]
    ready, layers = list(starts), [0] * many
    for node in ready:
        for other in behind[node]:
            layers[other] = max(layers[other], layers[node] + 1)
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    # Nothing leads to these: they stand beside what they lead to, and not far to the left of it.
    for node in starts:
        if behind[node]:
            layers[node] = min(layers[other] for other in behind[node]) - 1
    return layers, back


def _leading_back(many: int, ends: Sequence[Ends]) -> list[bool]:
    """Edges to a node from which one has just come; the walk begins at nodes to which nothing leads."""
    outgoing: list[list[int]] = [[] for _ in range(many)]
    is_reached = [False] * many
    for edge, (source, target) in enumerate(ends):
        outgoing[source].append(edge)
        is_reached[target] = True
    back = [False] * len(ends)
    fresh, on_way, done = 0, 1, 2
    state = [fresh] * many
    for start in sorted(range(many), key=is_reached.__getitem__):
        if state[start] != fresh:
            continue
        state[start] = on_way
        way = [(start, iter(outgoing[start]))]
        while way:
            node, edges = way[-1]
            edge = next(edges, -1)
            if edge < 0:
                state[node] = done
                way.pop()
                continue
            target = ends[edge][1]
            if state[target] == on_way:
                back[edge] = True
            elif state[target] == fresh:
                state[target] = on_way
                way.append((target, iter(outgoing[target])))
    return back
