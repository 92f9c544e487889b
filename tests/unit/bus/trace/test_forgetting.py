"""A live capture that holds too much lets go of the oldest: what stays is right, and goes on."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from bus.analysis import causality
from bus.capture import capture
from bus.picture.emits import EmitIndex
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from bus.trace.forgetting import LEAST, MOST, usual_most
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.make_trace import make_trace, shop_bytes


def fed(data: bytes, most: int, size: int = 3_000) -> Trace:
    """The trace of a live capture that keeps about so many records."""
    trace = Trace()
    for start in range(0, len(data), size):
        trace.feed(data[start : start + size])
        if len(trace.dispatches) + len(trace.calls) > most:
            trace = trace.newest(most // 2)
    trace.finish()
    return trace


@pytest.fixture
def whole() -> Trace:
    return make_trace(400)


@pytest.fixture
def newest() -> Trace:
    return fed(shop_bytes(400, batch=2), 600)


def test_it_keeps_the_newest_and_says_how_many_it_forgot(whole: Trace, newest: Trace) -> None:
    records = len(newest.dispatches) + len(newest.calls)
    assert 250 <= records <= 600
    assert newest.forgotten == len(whole.dispatches) + len(whole.calls) - records
    for table, full in ((newest.dispatches, whole.dispatches), (newest.calls, whole.calls)):
        assert set(table.id.tolist()) <= set(full.id.tolist())
        assert table.id[-1] == full.id[-1]


def test_ids_joins_and_outcomes_are_those_of_the_whole(whole: Trace, newest: Trace) -> None:
    for row in range(len(newest.dispatches)):
        before = whole.dispatches.row_of(int(newest.dispatches.id[row]))
        for name in ("event", "parent_call", "emitted_ns", "ended_ns", "outcome", "root", "handlers", "open", "failed"):
            assert getattr(newest.dispatches, name)[row] == getattr(whole.dispatches, name)[before]
        assert newest.payload(row) == whole.payload(before)
        own = newest.calls.id[causality.calls_of(newest, row)].tolist()
        assert own == whole.calls.id[causality.calls_of(whole, before)].tolist()
    for row in range(len(newest.calls)):
        before = whole.calls.row_of(int(newest.calls.id[row]))
        for name in ("dispatch", "handler", "emitted_ns", "started_ns", "ended_ns", "outcome", "attempt", "flags"):
            assert getattr(newest.calls, name)[row] == getattr(whole.calls, name)[before]
        assert newest.error(row) == whole.error(before)


def test_the_timeline_and_the_marks_are_of_what_stayed(newest: Trace) -> None:
    tracks, emits = CallTracks(), EmitIndex()
    tracks.update(newest)
    emits.update(newest)
    placed = np.concatenate([track.rows for lane in tracks.lanes.values() for track in lane])
    assert sorted(placed.tolist()) == list(range(len(newest.calls)))
    assert len(emits) == len(newest.dispatches)
    assert newest.span_ns == (int(newest.dispatches.emitted_ns[0]), int(newest.calls.ended_ns.max()))
    assert np.all(newest.calls.rows_of(newest.marks.call) >= 0)
    assert newest.marks.text(len(newest.marks) - 1) == "order 399"


def test_what_still_runs_stays_however_old_it_is_and_can_end() -> None:
    recorder, trace = Recorder(clock_ns=itertools.count().__next__), Trace()
    event, handler, lane = recorder.event("ping"), recorder.handler("pong"), recorder.lane("main")
    started = []
    for _ in range(500):
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, event, lane, 1, None)
        recorder.call_started(call, dispatch, handler, lane, 1)
        if started:  # the first one is stuck
            recorder.call_ended(call, Outcome.OK)
        started.append((dispatch, call))
    trace.feed(recorder.take())
    trace = trace.newest(100)
    assert (trace.dispatches.id[0], trace.calls.id[0]) == started[0]
    assert trace.calls.id[1] > 400
    assert trace.calls.outcome[0] == trace.dispatches.outcome[0] == Outcome.RUNNING
    recorder.call_ended(started[0][1], Outcome.OK)
    recorder.call_ended(started[1][1], Outcome.FAILED)  # it is forgotten, and ended before
    trace.feed(recorder.take())
    assert trace.calls.outcome[0] == trace.dispatches.outcome[0] == Outcome.OK
    assert len(trace.newest(100).calls) < 60


def test_saved_it_is_whole(whole: Trace, newest: Trace, tmp_path: Path) -> None:
    path = tmp_path / "all.buslens"
    capture.save(newest, path)
    saved = capture.load(path)
    assert saved.calls.id.tolist() == whole.calls.id.tolist()
    assert saved.forgotten == 0


def test_an_old_view_may_still_be_read(whole: Trace) -> None:
    ids = whole.calls.id
    before = ids.tolist()
    newest = whole.newest(100)
    assert len(newest.calls) < len(whole.calls)
    assert ids.tolist() == before
    assert whole.calls.row_of(before[0]) == 0


def test_how_much_is_kept_follows_the_machine_within_bounds() -> None:
    assert LEAST <= usual_most() <= MOST
