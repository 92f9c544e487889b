"""Numbers that stand for what is compared."""

from __future__ import annotations

import numpy as np

from bus.analysis.diff.hashing import mixed, together


def test_neighbours_get_numbers_that_have_nothing_in_common() -> None:
    found = mixed(np.arange(10_000))
    assert len(np.unique(found)) == 10_000
    assert all(0.45 < np.mean(found >> np.uint64(bit) & np.uint64(1)) < 0.55 for bit in range(64))


def test_the_order_of_two_counts() -> None:
    one, two = np.arange(100), np.arange(100)[::-1]
    assert np.array_equal(together(one, two), together(one, two))
    assert np.count_nonzero(together(one, two) == together(two, one)) == 0
