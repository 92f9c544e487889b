"""A filter over a large trace: the window lives on, and the newest wish is the one that is answered."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from bus.scenario.samples import SAMPLES
from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers.large import count_as_large
from tests.helpers.turns import Turns
from tests.helpers.window_run import run_to_its_end
from ui.job import JobChannel
from ui.row_search import RowSearch
from ui.timeline.content import Content

PATIENCE_MS = 60_000


@pytest.fixture
def large(window: Any, qtbot: Any) -> Any:
    """A window on a trace that counts as large."""
    count_as_large(window, 10)
    run_to_its_end(window, qtbot, next(sample.path for sample in SAMPLES if sample.id == "checkout"))
    return window


def test_tables_and_timeline_show_what_the_filter_leaves(large: Any, qtbot: Any) -> None:
    large.filter_state.set_text("outcome:failed")
    assert large.timeline.scene.contents._matching.busy, "beside the Qt thread"
    qtbot.waitUntil(lambda: large.tables.calls.shown == 7, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: large.timeline.scene.content.matches is not None, timeout=PATIENCE_MS)
    large.filter_state.set_text("")
    assert large.tables.calls.shown == large.tables.calls.total == 286
    assert large.timeline.scene.content.matches is None


def test_the_newest_of_many_filters_wins(large: Any, qtbot: Any) -> None:
    for text in ("outcome:ok", "handler:pack_parcel", "outcome:lost", "outcome:failed"):
        large.filter_state.set_text(text)
    qtbot.waitUntil(lambda: large.tables.failures.shown == 7 and large.tables.calls.shown == 7, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not large.tables.calls._finding.busy, timeout=PATIENCE_MS)
    assert large.tables.calls.shown == 7


def test_records_wait_while_it_looks_and_none_is_lost(large: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session, go = large.session, threading.Event()
    turns = Turns(session, monkeypatch)
    finding, results = RowSearch(session, large), []
    finding.found.connect(results.append)

    def look(trace: Trace) -> int:
        before = len(trace.dispatches)
        assert go.wait(PATIENCE_MS / 1000)
        assert len(trace.dispatches) == before
        return before

    before = len(session.trace.dispatches)
    finding.start(look)
    session.emit("order.placed", {"id": 1, "total": 5.0})
    turns.wait(qtbot, 5)
    assert len(session.trace.dispatches) == before
    go.set()
    qtbot.waitUntil(lambda: results == [before], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(session.trace.dispatches) > before, timeout=PATIENCE_MS)


def test_what_was_found_in_another_trace_is_not_shown(large: Any, qtbot: Any) -> None:
    go, results = threading.Event(), []
    finding = RowSearch(large.session, large)
    finding.found.connect(results.append)

    def look(trace: Trace) -> int:
        go.wait(PATIENCE_MS / 1000)
        return 1

    finding.start(look)
    large.session.new_scenario()
    go.set()
    qtbot.waitUntil(lambda: not finding.busy, timeout=PATIENCE_MS)
    assert results == []


def test_a_filter_holds_for_the_next_run_and_for_its_last_records(large: Any, qtbot: Any) -> None:
    timeline = large.timeline
    large.filter_state.set_text("outcome:failed")
    run_to_its_end(large, qtbot)
    trace = large.session.trace
    ok = next(row for row in reversed(range(len(trace.calls))) if trace.calls.outcome[row] == Outcome.OK)

    def dimmed() -> bool:
        content = timeline.scene.content
        return content.trace is trace and content.matches is not None and not content.matches.calls(np.array([ok]))[0]

    qtbot.waitUntil(dimmed, timeout=PATIENCE_MS)


def test_a_filter_that_is_set_before_the_timeline_looks_at_a_new_trace_holds(large: Any, qtbot: Any) -> None:
    contents = large.timeline.scene.contents
    contents.now = Content(Trace())  # it was busy with another one until now
    large.filter_state.set_text("outcome:failed")
    qtbot.waitUntil(lambda: contents.now.matches is not None, timeout=PATIENCE_MS)
    contents.follow(False)
    assert contents.now.trace is large.session.trace
    qtbot.waitUntil(lambda: contents.now.matches is not None, timeout=PATIENCE_MS)


def test_a_search_that_ends_itself_lets_records_in_and_finds_nothing(large: Any, qtbot: Any) -> None:
    finding, results = RowSearch(large.session, large), []
    finding.found.connect(results.append)
    beside = JobChannel()

    def look(_: Trace) -> None:
        while True:
            beside.end_if_stopped()

    finding.start(look)
    assert finding.busy
    beside.stop()
    qtbot.waitUntil(lambda: not finding.busy, timeout=PATIENCE_MS)
    finding.start(len_of_dispatches)
    qtbot.waitUntil(lambda: bool(results), timeout=PATIENCE_MS)
    assert results == [len(large.session.trace.dispatches)]


def len_of_dispatches(trace: Trace) -> int:
    return len(trace.dispatches)


def test_a_search_that_breaks_is_told_as_any_other_mistake_of_ours(large: Any, qtbot: Any) -> None:
    told: list[object] = []
    finding = RowSearch(large.session, large)
    finding.failed.connect(told.append)

    def look(trace: Trace) -> int:
        raise RuntimeError("of ours")

    with qtbot.captureExceptions() as raised:
        finding.start(look)
        qtbot.waitUntil(lambda: bool(raised), timeout=PATIENCE_MS)
    assert [str(error) for _, error, _ in raised] == [str(error) for error in told] == ["of ours"]
