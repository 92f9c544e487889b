"""Handlers that were skipped are told with the call that is to blame; of older captures only how many there were."""

from __future__ import annotations

from bus.analysis.why.skips import filter_reasons, skip_reasons, unnamed_skips
from bus.analysis.why.telling import Telling
from buslens.records import FACT, Kind
from buslens.wire import FACTS, pack_frame
from tests.helpers.planted import Story


def test_of_an_older_capture_only_the_number_is_known() -> None:
    story = Story()
    dispatch = story.emit("order", 3)
    trace = story.trace(ended=False)
    trace.feed(pack_frame(FACTS, FACT.pack(Kind.SKIPPED, 0, 0, 0, 9, dispatch, 0, 0, 3, 0)))
    telling = Telling(trace)
    assert unnamed_skips(telling, 0) == 3
    assert [each.text for each in skip_reasons(telling, 0)] == [
        "3 handlers were announced and never called, and the capture does not say why."
    ]


def test_a_note_says_why_where_no_call_does() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    story.recorder.skipped(dispatch, story.handler("pay", "order"), 0, "it was freed before its turn")
    (reason,) = skip_reasons(Telling(story.trace()), 0)
    assert reason.text == "pay was announced and never called: it was freed before its turn."
    assert (reason.kind, reason.id) == ("dispatch", dispatch)


def test_those_that_a_capture_does_not_name_leave_it_open() -> None:
    story = Story()
    dispatch = story.emit("order")
    story.recorder.filtered(dispatch, 0, "", 23)
    (reason,) = filter_reasons(Telling(story.trace()), 0, [story.handler("pay", "order")])
    assert reason.text == "This emit was not for 23 handlers of which the capture does not say who they are."
    assert reason.sure == "unknown"
