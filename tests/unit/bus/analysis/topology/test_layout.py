"""Where a map's nodes and edges are drawn."""

from __future__ import annotations

import random

import pytest

from bus.analysis.topology import Edge, EdgeKind, Node, NodeKind, Topology, of_trace
from bus.analysis.topology.layout import Layout, layout
from tests.helpers.make_trace import make_trace


def drawn(topology: Topology) -> Layout:
    return layout(topology, [60.0 + place % 50 for place in range(len(topology.nodes))], [28.0] * len(topology.nodes))


def random_map(seed: int, many: int = 60) -> Topology:
    rng = random.Random(seed)
    nodes = [Node(NodeKind.EVENT if place % 2 else NodeKind.HANDLER, f"n{place}") for place in range(many)]
    ends = {(rng.randrange(many // 2) * 2, rng.randrange(many // 2) * 2 + 1) for _ in range(many)}
    edges = [Edge(*(pair if rng.random() < 0.5 else pair[::-1]), EdgeKind.EMITS, 1) for pair in sorted(ends)]
    return Topology(nodes, edges)


@pytest.mark.parametrize("seed", range(5))
def test_no_node_stands_on_another(seed: int) -> None:
    found = drawn(random_map(seed))
    boxes = list(zip(found.left, found.top, found.left + found.widths, found.top + found.heights, strict=True))
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= found.width and box[3] <= found.height for box in boxes)


@pytest.mark.parametrize("seed", range(5))
def test_every_edge_goes_from_the_border_of_its_source_to_that_of_its_target(seed: int) -> None:
    topology = random_map(seed)
    found = drawn(topology)
    for edge, way, back in zip(topology.edges, found.ways, found.is_back, strict=True):
        left, right = (float(found.left[edge.source]), float(found.left[edge.source] + found.widths[edge.source]))
        assert way[0][0] == (left if back else right)
        top = float(found.top[edge.target])
        assert top <= way[-1][1] <= top + float(found.heights[edge.target])
        xs = [x for x, _ in way]
        assert xs == sorted(xs, reverse=back)


def test_a_flow_goes_from_left_to_right() -> None:
    topology = of_trace(make_trace(5))
    left = {node.text: x for node, x in zip(topology.nodes, drawn(topology).left.tolist(), strict=True)}
    way = ["MainThread", "order.placed", "reserve_stock", "stock.reserved", "charge_card", "order.paid", "send_mail"]
    assert [left[name] for name in way] == sorted(left[name] for name in way)


def test_it_can_be_ended_early() -> None:
    class EndedError(Exception):
        """Somebody asks to end it."""

    def end() -> None:
        raise EndedError

    topology = of_trace(make_trace(3))
    many = len(topology.nodes)
    with pytest.raises(EndedError):
        layout(topology, [50.0] * many, [20.0] * many, end)


def test_nothing_has_no_size() -> None:
    found = drawn(Topology((), ()))
    assert (found.width, found.height, found.ways) == (0, 0, ())
