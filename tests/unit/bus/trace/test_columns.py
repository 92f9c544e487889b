"""Columns grow; ids are found however they came."""

from __future__ import annotations

import random

import numpy as np

from bus.trace.columns import Columns, Groups, Index


def add(index: Index, columns: Columns, ids: list[int]) -> None:
    """As a table does: the column first, then the index."""
    rows = columns.append(len(ids), id=np.array(ids, np.uint64))
    index.add(np.array(ids, np.uint64), np.arange(rows.start, rows.stop))


def test_columns_keep_what_was_appended_while_they_grow() -> None:
    columns = Columns(number=np.int64, other=np.uint8)
    for start in range(0, 5000, 7):
        columns.append(7, number=np.arange(start, start + 7))
    assert np.array_equal(columns.view("number"), np.arange(len(columns)))
    assert not columns.view("other").any()


def test_every_id_is_found_in_whatever_order_they_came() -> None:
    rng = random.Random(3)
    ids = rng.sample(range(1, 1 << 62), 300_000)
    columns = Columns(id=np.uint64)
    index = Index(columns)
    for start in range(0, len(ids), 10_000):
        add(index, columns, ids[start : start + 10_000])
    assert np.array_equal(index.rows(np.array(ids, np.uint64)), np.arange(len(ids)))
    assert index.row(0) == index.row(-1) == index.row(1 << 70) == -1


def test_an_id_that_comes_twice_belongs_to_the_first_row() -> None:
    columns = Columns(id=np.uint64)
    index = Index(columns)
    add(index, columns, [5, 5, 9])
    add(index, columns, [5, 3])
    assert [index.row(ident) for ident in (3, 5, 9)] == [4, 0, 2]


def test_ids_that_ascend_need_no_index_of_their_own_until_one_does_not() -> None:
    columns = Columns(id=np.uint64)
    index = Index(columns)
    add(index, columns, [1, 4, 9])
    add(index, columns, [12])
    assert [index.row(ident) for ident in (1, 4, 9, 12, 5, 99)] == [0, 1, 2, 3, -1, -1]
    add(index, columns, [11, 20])
    add(index, columns, [21])
    assert [index.row(ident) for ident in (9, 11, 12, 20, 21, 10)] == [2, 4, 3, 5, 6, -1]


def test_rows_of_one_value_are_found_while_the_column_grows() -> None:
    rng = np.random.default_rng(1)
    columns = Columns(owner=np.uint64)
    groups = Groups(columns, "owner")
    for _ in range(12):
        owners = rng.integers(0, 50, 5000).astype(np.uint64)
        columns.append(len(owners), owner=owners)
        for owner in (0, 7, 49, 50):
            assert np.array_equal(groups.rows(owner), np.flatnonzero(columns.view("owner") == owner))
