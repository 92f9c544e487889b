"""Rows that say the same become one with a number, and come apart again."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from bus.find import rows
from bus.find.repeats import ALIKE, IN_A_ROW, MODES, Repeats, likeness
from tests.helpers.make_trace import make_trace


def said(trace: object, row: int) -> tuple[str, str, int]:
    """The slow way: what a row of the calls says."""
    calls, dispatches, names = trace.calls, trace.dispatches, trace.names  # type: ignore[attr-defined]
    cause = dispatches.row_of(int(calls.dispatch[row]))
    return names.text(int(dispatches.event[cause])), names.text(int(calls.handler[row])), int(calls.outcome[row])


def test_repeats_in_a_row_are_counted_where_they_stand() -> None:
    found = Repeats(np.array([10, 11, 12, 13, 14, 15]), np.array([1, 1, 2, 1, 3, 3]), IN_A_ROW)
    shown, counts = found.shown(())
    assert shown.tolist() == [10, 12, 13, 14]
    assert counts.tolist() == [2, 1, 1, 2]


def test_all_that_are_alike_are_one_row_where_the_first_stands() -> None:
    found = Repeats(np.array([10, 11, 12, 13, 14, 15]), np.array([7, 1, 7, 1, 7, 3]), ALIKE)
    shown, counts = found.shown(())
    assert shown.tolist() == [10, 11, 15]
    assert counts.tolist() == [3, 2, 1]
    shown, counts = found.shown({11, 15})
    assert shown.tolist() == [10, 11, 11, 13, 15]
    assert counts.tolist() == [3, 2, 0, 0, 1]


def test_an_independent_count_agrees() -> None:
    trace = make_trace(200)
    found = rows.rows(trace, "calls", rows.parse(""))
    alike = Repeats(found, likeness(trace, "calls", found), ALIKE)
    shown, counts = alike.shown(())
    assert {said(trace, row): count for row, count in zip(shown.tolist(), counts.tolist(), strict=True)} == Counter(
        said(trace, row) for row in found.tolist()
    )
    in_a_row = Repeats(found, likeness(trace, "calls", found), IN_A_ROW)
    slow = [len(list(group)) for _, group in itertools.groupby(said(trace, row) for row in found.tolist())]
    assert in_a_row.shown(())[1].tolist() == slow


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("table", ["dispatches", "calls", "failures"])
def test_every_row_is_in_exactly_one_group(table: str, mode: str) -> None:
    trace = make_trace(60)
    found = rows.rows(trace, table, rows.parse(""), ("time", True))
    groups = Repeats(found, likeness(trace, table, found), mode)
    heads, counts = groups.shown(())
    assert counts.sum() == len(found)
    shown, numbers = groups.shown(heads.tolist())
    members = [*shown[numbers == 0].tolist(), *shown[numbers == 1].tolist()]
    assert sorted(members) == sorted(found.tolist())


def test_names_that_no_recorder_gives_do_not_overflow() -> None:
    trace = make_trace(3)
    trace.dispatches.columns.put("event", np.array([0, 1]), np.array([(1 << 32) - 1] * 2, np.uint32))
    found = rows.rows(trace, "calls", rows.parse(""))
    assert len(likeness(trace, "calls", found)) == len(found)


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_no_group(mode: str) -> None:
    empty = np.empty(0, np.int64)
    shown, counts = Repeats(empty, empty, mode).shown({3})
    assert len(shown) == len(counts) == 0
