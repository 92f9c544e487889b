"""Columns grow; ids are found however they came."""

from __future__ import annotations

import random

import numpy as np

from bus.trace.columns import Columns, Index


def test_columns_keep_what_was_appended_while_they_grow() -> None:
    columns = Columns(number=np.int64, other=np.uint8)
    for start in range(0, 5000, 7):
        columns.append(7, number=np.arange(start, start + 7))
    assert np.array_equal(columns.view("number"), np.arange(len(columns)))
    assert not columns.view("other").any()


def test_every_id_is_found_in_whatever_order_they_came() -> None:
    rng = random.Random(3)
    ids = rng.sample(range(1, 1 << 62), 300_000)
    index = Index()
    for start in range(0, len(ids), 10_000):
        part = np.array(ids[start : start + 10_000], np.uint64)
        index.add(part, np.arange(start, start + len(part)))
    assert np.array_equal(index.rows(np.array(ids, np.uint64)), np.arange(len(ids)))
    assert index.row(0) == index.row(-1) == index.row(1 << 70) == -1


def test_an_id_that_comes_twice_belongs_to_the_first_row() -> None:
    index = Index()
    index.add(np.array([5, 5, 9], np.uint64), np.array([0, 1, 2]))
    index.add(np.array([5, 3], np.uint64), np.array([3, 4]))
    assert [index.row(ident) for ident in (3, 5, 9)] == [4, 0, 2]
