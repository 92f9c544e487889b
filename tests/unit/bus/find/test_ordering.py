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
    orders, keys = OrderCache(), np.array([3, 1, 2])
    assert orders.find(1, "duration", descending=False) is None
    assert orders.sort(1, "duration", keys, descending=False).tolist() == [1, 2, 0]
    found = orders.find(1, "duration", descending=False)
    assert found is not None
    assert found.tolist() == [1, 2, 0]
    assert orders.find(1, "duration", descending=True) is None
    assert orders.find(2, "duration", descending=False) is None
    assert orders.find(1, "duration", descending=False) is None, "forgotten for the newer one"


def test_an_order_of_a_trace_that_has_changed_meanwhile_is_not_remembered() -> None:
    orders, keys = OrderCache(), np.array([3, 1, 2])
    assert orders.find(1, "duration", descending=False) is None
    assert orders.find(2, "duration", descending=False) is None
    assert orders.sort(1, "duration", keys, descending=False).tolist() == [1, 2, 0]
    assert orders.find(2, "duration", descending=False) is None


def test_only_some_orders_are_remembered() -> None:
    orders = OrderCache()
    for column in range(10):
        assert orders.find(1, column, descending=False) is None
        orders.sort(1, column, COLUMNS["ids"], descending=False)
    assert [c for c in range(10) if orders.find(1, c, descending=False) is not None] == [6, 7, 8, 9]
