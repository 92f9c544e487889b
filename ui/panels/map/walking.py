"""Where an arrow key leads on a map: along the edges to the left and right, within a column up and down."""

from __future__ import annotations

from ui.panels.map.picture import Hit, MapPicture


def neighbour(picture: MapPicture, selected: Hit | None, way: tuple[int, int]) -> int:
    """The node to go to, -1 for none. way: -1 or 1 to the left or right, or up or down; the other one is 0."""
    topology = picture.topology
    if selected is None:
        return 0 if topology.nodes else -1
    if selected.kind == "edge":
        edge = topology.edges[selected.place]
        return edge.target if way[0] > 0 else edge.source
    across, down = way
    if across:
        edges = topology.outgoing[selected.place] if across > 0 else topology.incoming[selected.place]
        ends = [topology.edges[edge].target if across > 0 else topology.edges[edge].source for edge in edges]
        return max(zip((topology.edges[edge].count for edge in edges), ends, strict=True), default=(0, -1))[1]
    y = picture.middle(selected.place)[1]
    column = picture.layout.left[selected.place]
    beside = [
        (abs(picture.middle(node)[1] - y), node)
        for node in range(len(topology.nodes))
        if picture.layout.left[node] == column and (picture.middle(node)[1] - y) * down > 0
    ]
    return min(beside, default=(0.0, -1))[1]
