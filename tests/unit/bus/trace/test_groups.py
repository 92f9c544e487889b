"""Rows that share a value are found at once, however the column grew since somebody asked first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.trace import groups as module
from bus.trace.columns import Columns
from bus.trace.groups import RowGroups


def test_rows_of_one_value_are_found_while_the_column_grows() -> None:
    rng = np.random.default_rng(1)
    columns = Columns(owner=np.uint64)
    groups = RowGroups(columns, "owner")
    for _ in range(12):
        owners = rng.integers(0, 50, 5000).astype(np.uint64)
        columns.append(len(owners), owner=owners)
        for owner in (0, 7, 49, 50):
            assert np.array_equal(groups.rows(owner), np.flatnonzero(columns.view("owner") == owner))


OWNERS = some.sampled_from([0, 1, 2, 255, 256, 70_000, 2**40])


@given(some.lists(some.lists(OWNERS, min_size=1, max_size=9), max_size=8))
def test_and_the_same_ones_after_every_merge_and_every_widening(parts: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_UNGROUPED", 3)
        columns = Columns(owner=np.uint64)
        groups, all_of_them = RowGroups(columns, "owner"), list[int]()
        for part in parts:
            columns.append(len(part), owner=np.array(part, np.uint64))
            all_of_them += part
            for owner in (0, 255, 256, 2**40, -1, 2**64):
                expected = [row for row, value in enumerate(all_of_them) if value == owner]
                assert groups.rows(owner).tolist() == expected
