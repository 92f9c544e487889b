"""The log of sqlite as a model, in a run."""

from __future__ import annotations

from buslens.records import Kind
from tests.helpers.live import Live
from tests.helpers.told import told


def test_what_fails_is_called_again_before_anything_newer_and_what_nobody_hears_is_kept(live: Live) -> None:
    trace = live.ended(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{fail: {if: event.payload == 1}}]}}\n"
        "script: [{emit: a, with: $count, times: 3}, {emit: b}]",
        engine="sqlite-model",
    ).trace
    assert trace.dispatches.rows_of(trace.calls.dispatch).tolist() == [0, 0, 0, 1, 2]
    assert [told(trace, kind) for kind in (Kind.DISCARDED, Kind.REDELIVERED, Kind.DEAD_LETTERED)] == [0, 2, 1]
