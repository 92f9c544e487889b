"""Rows that spans are made of: copies, so that the trace may go on."""

from __future__ import annotations

import numpy as np
import pytest

from bus.export.otlp import rows as rows_of_spans
from bus.export.otlp.rows import MarksByCall, RowReader
from bus.trace import Trace
from tests.helpers.make_trace import make_trace, shop_bytes


def test_each_row_says_what_the_trace_says() -> None:
    trace = make_trace(20, failures=0.3)
    rows = RowReader(trace, complete=True).read(np.array([3, 1]), np.array([5, 0, 2]))
    assert len(rows) == 5
    assert [each.id for each in rows.each_dispatch()] == trace.dispatches.id[[3, 1]].tolist()
    assert [each.outcome for each in rows.each_call()] == trace.calls.outcome[[5, 0, 2]].tolist()
    assert set(rows.fates) == set(trace.dispatches.id[[3, 1]].tolist())


def test_what_may_change_yet_is_left_out() -> None:
    rows = RowReader(make_trace(3), complete=False).read(np.array([0]), np.array([0]))
    assert (rows.fates, rows.skipped) == ({}, {})


def test_they_stay_as_they_are_while_the_trace_goes_on() -> None:
    data, trace = shop_bytes(40, batch=1), Trace()
    trace.feed(data[: len(data) // 2])
    rows = RowReader(trace, complete=False).read(np.arange(3), np.arange(3))
    before = [*rows.each_dispatch(), *rows.each_call()]
    trace.feed(data[len(data) // 2 :])
    assert [*rows.each_dispatch(), *rows.each_call()] == before


@pytest.mark.parametrize("unsorted", [0, 3, 1_000])
def test_what_calls_logged_is_found_however_it_came(unsorted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_of_spans, "_UNSORTED", unsorted)
    data, trace = shop_bytes(40, batch=1), Trace()
    marks = MarksByCall(trace.marks)
    for start in range(0, len(data), 3_000):
        trace.feed(data[start : start + 3_000])
        found = marks.of(trace.calls.id[::2])
        wanted = set(trace.marks.call.tolist()) & set(trace.calls.id[::2].tolist())
        assert set(found) == wanted
    texts = {call: [trace.blobs.note(blob) for _, blob in each] for call, each in marks.of(trace.calls.id).items()}
    assert list(texts.values()) == [[f"order {number}"] for number in range(40)]
