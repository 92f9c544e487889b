"""Numbers stay in order however they come, and what was read before stays as it was."""

from __future__ import annotations

import numpy as np

from bus.picture.sorted_numbers import SortedNumbers


def test_numbers_that_come_late_are_put_where_they_belong() -> None:
    rng = np.random.default_rng(2)
    numbers, expected = SortedNumbers(), np.empty(0, np.int64)
    for start in range(0, 20_000, 100):
        more = rng.permutation(np.arange(start, start + 100)) - 130 * (start % 700 == 0) + 10_000_000
        before, snapshot = numbers.values, numbers.values.tolist()
        numbers.add(more)
        expected = np.sort(np.concatenate([expected, more]))
        assert before.tolist() == snapshot
    assert np.array_equal(numbers.values, expected)
    numbers.add(np.empty(0, np.int64))
    assert len(numbers) == 20_000
