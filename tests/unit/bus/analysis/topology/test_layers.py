"""Edges lead to the right wherever that is possible."""

from __future__ import annotations

import random

from bus.analysis.topology.layers import layers_of


def test_a_chain_goes_to_the_right_and_a_source_stands_beside_what_it_leads_to() -> None:
    layers, back = layers_of(5, [(0, 1), (1, 2), (2, 3), (4, 3)])
    assert layers == [0, 1, 2, 3, 2]
    assert not any(back)


def test_of_a_circle_one_edge_leads_back() -> None:
    layers, back = layers_of(3, [(0, 1), (1, 2), (2, 1)])
    assert layers == [0, 1, 2]
    assert back == [False, False, True]


def test_whatever_the_graph_no_edge_stays_in_its_column() -> None:
    rng = random.Random(5)
    for _ in range(40):
        many = rng.randrange(2, 30)
        ends = [
            (one, other)
            for one, other in ((rng.randrange(many), rng.randrange(many)) for _ in range(60))
            if one != other
        ]
        layers, back = layers_of(many, ends)
        for (source, target), turned in zip(ends, back, strict=True):
            assert layers[source] > layers[target] if turned else layers[source] < layers[target]
        assert min(layers) >= 0
