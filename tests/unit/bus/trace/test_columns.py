"""Columns grow; ids are found however they came."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bus.trace.columns import Columns
from bus.trace.index import Index
from tests.helpers.at_once import at_once


def add(index: Index, columns: Columns, ids: list[int]) -> None:
    """As a table does: the column first, then the index."""
    rows = columns.append(len(ids), id=np.array(ids, np.uint64))
    index.add(np.array(ids, np.uint64), rows.start)


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


def test_a_column_is_as_narrow_as_what_it_holds_and_widens_when_it_must() -> None:
    columns = Columns(id=np.uint64, waiting=np.int32, time_ns=np.int64)
    columns.append(3, id=np.array([1, 2, 3], np.uint64), waiting=1, time_ns=5)
    assert columns.row_bytes == 1 + 1 + 8
    columns.append(2, id=np.array([300, 1 << 63], np.uint64), waiting=-200, time_ns=-(1 << 60))
    assert columns.view("id").tolist() == [1, 2, 3, 300, 1 << 63]
    assert columns.view("waiting").tolist() == [1, 1, 1, -200, -200]
    assert columns.view("time_ns").tolist() == [5, 5, 5, -(1 << 60), -(1 << 60)]
    assert columns.row_bytes == 8 + 2 + 8


def test_what_is_put_or_added_later_widens_it_too_and_ends_at_the_widest() -> None:
    columns = Columns(blob=np.uint64, open=np.int32)
    columns.append(4)
    columns.put("blob", np.array([1, 3]), np.array([70_000, 1 << 40], np.uint64))
    columns.add("open", np.array([0, 0, 2]), 100)
    columns.add("open", np.array([0, 2, 2]), np.array([1 << 31, -1, -1]))
    assert columns.view("blob").tolist() == [0, 70_000, 0, 1 << 40]
    assert columns.view("open").tolist() == [(1 << 31) - 1, 0, 98, 0]


def test_adding_to_rows_far_apart_is_the_same_as_to_near_ones() -> None:
    columns = Columns(open=np.int32)
    columns.append(100_000)
    columns.add("open", np.array([5, 99_999, 5]), 1)
    assert np.flatnonzero(columns.view("open")).tolist() == [5, 99_999]
    assert columns.view("open")[[5, 99_999]].tolist() == [2, 1]


def test_a_view_stays_what_it_was_while_the_column_grows_and_room_costs_nothing() -> None:
    columns = Columns(number=np.int64)
    columns.append(100_000, number=np.arange(100_000))
    before = columns.view("number")
    for start in range(100_000, 3_000_000, 100_000):
        columns.append(100_000, number=np.arange(start, start + 100_000))
    assert np.array_equal(before, np.arange(100_000))
    assert np.array_equal(columns.view("number"), np.arange(3_000_000))
    assert columns.nbytes < 1.1 * 8 * 3_000_000


@pytest.mark.parametrize("shuffled", [1, 50, 5_000, 1_000_000])
def test_ids_that_nearly_ascend_are_found_as_well(shuffled: int) -> None:
    rng = np.random.default_rng(shuffled)
    count = 200_000
    ids = (2 * np.arange(1, count + 1))[np.argsort(np.arange(count) + rng.random(count) * shuffled)].astype(np.uint64)
    columns = Columns(id=np.uint64)
    index = Index(columns)
    for start in range(0, count, 7_000):
        part = ids[start : start + 7_000]
        index.add(part, columns.append(len(part), id=part).start)
        asked = np.concatenate([part, ids[: start + len(part) : 97], part + np.uint64(1)])
        expected = np.concatenate([np.arange(start, start + len(part)), np.arange(0, start + len(part), 97)])
        found = index.rows(asked)
        assert np.array_equal(found[: len(expected)], expected)
        assert not np.any(found[len(expected) :] >= 0)
    assert np.array_equal(index.rows(ids[::-1]), np.arange(count)[::-1])


def test_of_ids_that_come_again_and_again_the_first_row_is_found() -> None:
    rng = np.random.default_rng(5)
    ids = rng.integers(1, 40_000, 300_000).astype(np.uint64)
    columns = Columns(id=np.uint64)
    index = Index(columns)
    for start in range(0, len(ids), 30_000):
        part = ids[start : start + 30_000]
        index.add(part, columns.append(len(part), id=part).start)
    known, first = np.unique(ids, return_index=True)
    assert np.array_equal(index.rows(known), first)
    assert [index.row(int(ident)) for ident in known[:50]] == first[:50].tolist()


def test_threads_that_ask_for_the_numbers_at_once_all_get_them() -> None:
    for _ in range(20):
        columns = Columns(number=np.int64)
        columns.append(300, number=1)
        for numbers in at_once(columns.numbers):
            assert np.array_equal(numbers, np.arange(300))
