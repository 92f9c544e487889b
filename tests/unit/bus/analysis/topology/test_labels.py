"""Words of edges stand on their edge, and on nothing else."""

from __future__ import annotations

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology
from bus.analysis.topology.labels import placed, point_at
from bus.analysis.topology.layout import layout


def test_a_point_is_found_by_its_share_of_the_way() -> None:
    way = ((0.0, 0.0), (10.0, 0.0), (10.0, 30.0))
    assert [point_at(way, share) for share in (0, 0.25, 0.5, 1)] == [(0, 0), (10, 0), (10, 10), (10, 30)]


def test_words_are_left_out_where_they_would_cover_others_or_a_node() -> None:
    nodes = [Node(NodeKind.EVENT, "a"), Node(NodeKind.HANDLER, "b")]
    topology = Topology(nodes, [Edge(0, 1, EdgeKind.HANDLES, 1), Edge(0, 1, EdgeKind.DELIVERS, 2)])
    drawn = layout(topology, [40, 40], [20, 20], gap=60)
    assert list(placed(drawn, [(50, 12), (50, 12)], [1, 0])) == [1]
    assert len(placed(drawn, [(10, 12), (10, 12)], [1, 0])) == 2
    assert placed(drawn, [(80, 12), (0, 0)], [0, 1]) == {}
