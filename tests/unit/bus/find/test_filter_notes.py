"""The list of notes is filtered by the same line as the tables."""

from __future__ import annotations

import pytest

from bus.find import filter_notes
from bus.find.rows import parse
from bus.trace import Trace
from tests.helpers.make_trace import make_trace


@pytest.fixture(scope="module")
def noted() -> Trace:
    trace = make_trace(5)
    calls, names = trace.calls, trace.names
    reserve = next(row for row in range(len(calls)) if names.text(int(calls.handler[row])) == "reserve_stock")
    trace.notes.add(1, "too slow", kind="call", about=int(calls.id[reserve]))
    trace.notes.add(2, "slow start")
    trace.notes.add(3, "lost?", kind="dispatch", about=int(trace.dispatches.id[0]))
    trace.notes.add(4, "", end_ns=5)
    return trace


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", [1, 2, 3, 4]),
        ("slow", [1, 2]),
        ("note:SLOW", [1, 2]),
        ("-note:slow", [3, 4]),
        ("slow OR lost", [1, 2, 3]),
        ("slow start", [2]),
        ("event:order.placed", [1, 3]),
        ("handler:reserve*", [1]),
        ("stock", [1]),
        ("duration>1h", [1, 2, 3, 4]),
        ("duration>1h lost", [3]),
        ("note:gone", []),
    ],
)
def test_a_note_stays_where_it_says_or_is_about_what_is_looked_for(noted: Trace, text: str, left: list[int]) -> None:
    assert [noted.notes.all[row].id for row in filter_notes.rows(noted, parse(text))] == left
