"""Rows come in the order of a column, and equal ones as they were recorded, whatever the column holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bus.find.ordering import OrderCache, order

RANDOM = np.random.default_rng(5)
COLUMNS: dict[str, Any] = {
    "nothing": np.empty(0, np.int64),
    "one": np.array([5]),
    "durations": RANDOM.lognormal(14, 2, 200_000).astype(np.int64),
    "few values": RANDOM.integers(-2, 5, 100_000),
    "narrow": RANDOM.integers(0, 40, 100_000).astype(np.uint8),
    "signed and narrow": RANDOM.integers(-100, 100, 5_000).astype(np.int16),
    "ids": RANDOM.permutation(100_000).astype(np.uint32),
    "times": np.sort(RANDOM.integers(0, 50_000, 100_000)),
    "all the same": np.full(70_000, 7),
    "narrow and sorted": np.sort(RANDOM.integers(0, 4, 70_000)).astype(np.uint8),
    "strictly later": np.arange(70_000) * 3,
    "earlier and earlier": np.arange(1_000)[::-1].copy(),
    "negative": RANDOM.integers(-(10**9), 10**9, 90_000),
    "wide": RANDOM.integers(-(1 << 62), 1 << 62, 100_000),
    "beyond 63 bits": RANDOM.integers(0, 1 << 64, 10_000, dtype=np.uint64),
    "floats": RANDOM.random(1_000),
}


@pytest.mark.parametrize("keys", COLUMNS.values(), ids=COLUMNS)
def test_both_directions_agree_with_a_plain_stable_sort(keys: Any) -> None:
    values = keys.tolist()
    places = range(len(values))
    assert order(keys).tolist() == sorted(places, key=values.__getitem__)
    assert order(keys, descending=True).tolist() == sorted(places, key=values.__getitem__, reverse=True)


def test_the_order_of_a_whole_table_is_remembered_until_the_trace_changes() -> None:
    asked = []

    def keys() -> Any:
        asked.append(1)
        return np.array([3, 1, 2])

    orders = OrderCache()
    assert not orders.knows(1, "duration", descending=False)
    for _ in range(3):
        assert orders.get(1, "duration", keys, descending=False).tolist() == [1, 2, 0]
    assert orders.knows(1, "duration", descending=False)
    assert not orders.knows(1, "duration", descending=True)
    assert not orders.knows(2, "duration", descending=False)
    assert len(asked) == 1
    orders.get(2, "duration", keys, descending=False)
    assert len(asked) == 2


def test_only_some_orders_are_remembered() -> None:
    orders = OrderCache()
    for column in range(10):
        orders.get(1, column, COLUMNS["ids"].copy, descending=False)
    assert [column for column in range(10) if orders.knows(1, column, descending=False)] == [6, 7, 8, 9]
