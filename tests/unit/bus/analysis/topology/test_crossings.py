"""The order of columns lets few edges cross."""

from __future__ import annotations

import numpy as np

from bus.analysis.topology import crossings
from bus.analysis.topology.crossings import ordered


def nothing() -> None:
    """Nobody ends it."""


def test_edges_that_need_not_cross_do_not() -> None:
    # Two columns of four, joined crosswise: 0-7, 1-6, 2-5, 3-4.
    columns = ordered([0] * 4 + [1] * 4, np.array([(0, 7), (1, 6), (2, 5), (3, 4)]), nothing)
    partner = {0: 7, 1: 6, 2: 5, 3: 4}
    assert [partner[node] for node in columns[0]] == columns[1]


def test_every_node_stands_in_its_column_once() -> None:
    rng = np.random.default_rng(1)
    layers = sorted(rng.integers(0, 4, 40).tolist())
    steps = np.array(
        [(a, b) for a in range(40) for b in range(40) if layers[b] == layers[a] + 1 and rng.random() < 0.1]
    )
    columns = ordered(layers, steps, nothing)
    assert sorted(node for column in columns for node in column) == list(range(40))
    assert all(layers[node] == at for at, column in enumerate(columns) for node in column)


def test_crossings_are_counted() -> None:
    place = np.array([0.0, 1.0, 0.0, 1.0])
    assert crossings._crossings([np.array([(0, 3), (1, 2)])], place) == 1
    assert crossings._crossings([np.array([(0, 2), (1, 3)])], place) == 0
