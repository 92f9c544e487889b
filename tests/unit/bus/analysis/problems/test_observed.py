"""The columns that detectors share."""

from __future__ import annotations

import numpy as np

from bus.analysis.problems.finding import MOST_SHOWN
from bus.analysis.problems.observed import Groups, Observed
from bus.trace import Trace
from tests.helpers.planted import Story


def test_places_are_grouped_by_value_the_largest_first() -> None:
    groups = Groups(np.array([7, 3, 7, 70_000, 7, 3]))
    assert [(value, places.tolist()) for value, places in groups.largest()] == [
        (7, [0, 2, 4]), (3, [1, 5]), (70_000, [3]),
    ]  # fmt: skip
    assert [value for value, _ in groups.largest(2)] == [7, 3]
    assert [value for value, _ in groups.largest(most=1)] == [7]
    assert groups.of(3).tolist() == [1, 5]
    assert groups.of(4).tolist() == []
    assert list(Groups(np.empty(0, np.int64)).largest()) == []


def test_what_caused_a_dispatch_is_found_for_all_of_them() -> None:
    story = Story()
    call = story.begin(story.emit("a", 1), "h", "a")
    story.emit("b", cause=call)
    story.end(call)
    observed = Observed(story.trace())
    assert observed.parent_dispatch.tolist() == [-1, 0]
    assert observed.with_parent.tolist() == [1]
    assert observed.calls_of(np.array([0])).tolist() == [0]
    assert observed.event_of_call(0) == "a"


def test_evidence_names_the_first_and_counts_all() -> None:
    story = Story()
    for _ in range(3 * MOST_SHOWN):
        story.emit("a")
    evidence = Observed(story.trace()).on_dispatches(np.arange(3 * MOST_SHOWN))
    assert (evidence.count, len(evidence.dispatches)) == (3 * MOST_SHOWN, MOST_SHOWN)
    assert evidence.first_ns < evidence.last_ns


def test_what_a_trace_lacks_is_a_sentence() -> None:
    assert Observed(Story().trace()).lacks == ""
    story = Story()
    story.emit("a")
    story.recorder.dropped = 4
    assert "4 facts were dropped" in Observed(story.trace()).lacks


def test_a_note_that_is_no_object_says_nothing() -> None:
    story = Story()
    story.recorder.handler_added(story.handler("h", "a"), story.event("a"), False, b"[1]")
    story.recorder.handler_added(story.handler("h", "a"), story.event("a"), False, b'{"file": "/a.py", "line": "x"}')
    observed = Observed(story.trace())
    assert observed.note(0) == {}
    assert str(observed.subscribed_at(1)) == "/a.py"
    assert observed.subscribed_at(0) is None


def test_an_empty_trace_has_empty_columns() -> None:
    observed = Observed(Trace())
    assert not len(observed.unheard)
    assert not len(observed.failed_calls)
    assert not len(observed.calls_of(np.empty(0, np.int64)))
