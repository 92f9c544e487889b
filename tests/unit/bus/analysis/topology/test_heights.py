"""Nodes stand at the height of those they are joined to, and never on each other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from bus.analysis.topology.heights import heights


def nothing() -> None:
    """Nobody ends it."""


def test_one_between_two_stands_in_their_middle() -> None:
    middle = heights([[0], [1, 2]], np.array([(0, 1), (0, 2)]), np.full(3, 20.0), nothing)
    assert middle.tolist() == [20.0, 10.0, 30.0]


def test_nodes_of_a_column_keep_their_order_and_their_room() -> None:
    rng = np.random.default_rng(3)
    columns = [list(range(10)), list(range(10, 30))]
    steps = np.stack([rng.integers(0, 10, 40), rng.integers(10, 30, 40)], axis=1)
    sizes = rng.integers(10, 50, 30).astype(float)
    middle = heights(columns, steps, sizes, nothing)
    for column in columns:
        for above, below in pairwise(column):
            assert middle[below] - middle[above] >= (sizes[above] + sizes[below]) / 2 - 1e-6
    assert (middle - sizes / 2).min() == 0
