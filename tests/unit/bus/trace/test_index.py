"""Rows by id: whatever the order of the ids, whoever comes twice, however far back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from bus.trace.columns import Columns
from bus.trace.index import Index

BATCH = 500


def _ascending(random: np.random.Generator) -> Iterator[Any]:
    last = 0
    for _ in range(40):
        ids = last + np.cumsum(random.integers(1, 4, BATCH))
        last = int(ids[-1])
        yield ids


def _of_threads(random: np.random.Generator) -> Iterator[Any]:
    for ids in _ascending(random):
        yield ids[np.argsort(np.arange(BATCH) + random.integers(0, 20, BATCH), kind="stable")]


def _twice(random: np.random.Generator) -> Iterator[Any]:
    for _ in range(40):
        yield random.integers(0, 5 * BATCH, BATCH)


def _far_apart(random: np.random.Generator) -> Iterator[Any]:
    """Alike in their last bits, which is what recent ids are remembered by."""
    for _ in range(40):
        yield random.integers(0, 1 << 20, BATCH, np.uint64) << np.uint64(17)


def _one_lies(random: np.random.Generator) -> Iterator[Any]:
    for number, ids in enumerate(_ascending(random)):
        if number == 5:
            yield np.array([(1 << 63) + 1], np.uint64)
        yield ids


@pytest.mark.parametrize("ids", [_ascending, _of_threads, _twice, _far_apart, _one_lies])
def test_every_id_is_found_where_it_came_first(ids: Any) -> None:
    random = np.random.default_rng(7)
    columns, rows = Columns(id=np.uint64), dict[int, int]()
    index = Index(columns)
    for batch in ids(random):
        new = batch.astype(np.uint64)
        where = columns.append(len(new), id=new)
        index.add(new, where.start)
        for row, ident in enumerate(new.tolist(), where.start):
            rows.setdefault(ident, row)
        asked = np.concatenate([new, random.choice(np.array(list(rows), np.uint64), 200), new + np.uint64(1)])
        assert index.rows(asked).tolist() == [rows.get(ident, -1) for ident in asked.tolist()]
    for ident in random.choice(np.array(list(rows), np.uint64), 50).tolist():
        assert index.row(ident) == rows[ident]


def test_narrow_ids_find_those_of_a_column_that_became_wider() -> None:
    columns = Columns(id=np.uint64)
    index = Index(columns)
    for ids in ([1, 2, 3], [70_000, 70_001], [1 << 40]):
        index.add(np.array(ids, np.uint64), columns.append(len(ids), id=np.array(ids, np.uint64)).start)
    assert index.rows(np.array([3, 200, 1], np.uint8)).tolist() == [2, -1, 0]
    assert index.rows(np.array([70_001, 1 << 40, 5], np.uint64)).tolist() == [4, 5, -1]
    assert index.rows(np.array([-1, 2])).tolist() == [-1, 1]
