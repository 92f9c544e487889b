"""Room to grow: it costs no memory until it is used, and where the system refuses it columns grow all the same."""

from __future__ import annotations

import numpy as np
import pytest

from bus.trace import reserve
from bus.trace.columns import Columns


def test_a_long_array_has_room_ahead_that_counts_as_nothing() -> None:
    array = reserve.reserved(1_000_000, np.int64)
    assert len(array) >= 10_000_000
    assert not array[::4096].any()
    assert reserve.used_bytes(array, 1_000_000) < 8_100_000
    array[-1] = 1  # all of it may be written to


def test_a_short_one_is_small() -> None:
    assert reserve.reserved(0, np.uint8).nbytes == reserve.FIRST
    assert reserve.used_bytes(reserve.reserved(100, np.int64), 100) < 3_000


def refused(size: int) -> object:
    raise OSError(12, "Cannot allocate memory")


@pytest.mark.parametrize("maps", [True, False])
def test_where_nothing_can_be_reserved_columns_grow_by_a_quarter(maps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "_mapped", refused)
    monkeypatch.setattr(reserve, "_MAPS", maps)
    columns = Columns(number=np.int64)
    for start in range(0, 1_000_000, 50_000):
        columns.append(50_000, number=np.arange(start, start + 50_000))
    assert np.array_equal(columns.view("number"), np.arange(1_000_000))
    assert columns.nbytes < 1.3 * 8 * 1_000_000
