"""How times are spread: every value in the bucket that says so, and none lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.analysis.histogram import PER_DECADE, of_times, over_time


@given(st.lists(st.integers(0, 10**14), min_size=1, max_size=200))
def test_every_time_is_in_the_bucket_whose_edges_hold_it(values: list[int]) -> None:
    found = of_times(np.array(values))
    assert int(found.counts.sum()) == len(values)
    assert found.counts[0] > 0
    assert found.counts[-1] > 0
    assert len(found.edges_ns) == len(found) + 1
    usual = [value for value in values if 1 <= value < 10**11]
    for place, count in enumerate(found.counts.tolist()):
        low, high = found.edges_ns[place], found.edges_ns[place + 1]
        inside = sum(low * 0.999999 <= value < high * 1.000001 for value in usual)
        if low > 2 and high < 10**11:
            assert inside >= count


def test_powers_of_ten_begin_a_bucket() -> None:
    found = of_times(np.array([1_000, 9_999, 10_000]))
    assert found.edges_ns[0] == pytest.approx(1_000)
    assert found.counts[0] == 1
    assert found.counts[PER_DECADE] == 1


def test_what_is_not_known_is_left_out_and_nothing_is_nothing() -> None:
    assert int(of_times(np.array([-1, -1, 5])).counts.sum()) == 1
    assert int(of_times(np.empty(0, np.int64)).counts.sum()) == 0


def test_the_rate_counts_each_moment_once() -> None:
    found = over_time(np.array([0, 10, 10, 99, 100, 101]), 0, 100, 10)
    assert found.counts.tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found.per_second[1] == pytest.approx(2e8)
    assert over_time(np.array([7]), 7, 7, 5).counts.sum() == 1
