"""Only what can be answered is offered, on any record of any trace, and every offer is answered."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from bus.analysis.why import QUESTIONS, Subject, ask, questions_for
from bus.analysis.why.telling import Telling
from bus.trace import Trace
from tests.helpers.asking import can_be_asked
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.planted import Story


def test_of_a_call_that_ended_well_nobody_asks_why_it_failed() -> None:
    story = Story()
    story.on("pay", "order.placed")
    dispatch = story.emit("order.placed", 1)
    call = story.call(dispatch, "pay", "order.placed")
    trace = story.trace()
    assert can_be_asked(trace, "call", call) == ["ran", "late", "listeners"]
    assert can_be_asked(trace, "dispatch", dispatch) == ["ran", "late", "listeners"]


def test_what_is_pressing_is_asked_first() -> None:
    story = Story()
    lost = story.emit("audit")
    dispatch = story.emit("order.placed", 2)
    failed = story.call(dispatch, "pay", "order.placed", error=ValueError("no"))
    running = story.begin(dispatch, "log", "order.placed")
    trace = story.trace()
    firsts = [can_be_asked(trace, *subject)[0] for subject in (("dispatch", lost), ("call", failed), ("call", running))]
    assert firsts == ["unheard", "failed", "waits"]


def test_nothing_can_be_asked_about_what_is_not_there() -> None:
    trace = make_trace(2)
    assert not questions_for(trace, Subject("call", 999_999))
    assert not questions_for(trace, Subject("dispatch", 0))
    assert ask(trace, Subject("call", 999_999), "ran") is None
    assert ask(trace, Subject("call", 3), "failed") is None
    assert not questions_for(Trace(), Subject("dispatch", 1))


@pytest.mark.parametrize("failures", [0.0, 0.5])
def test_every_offer_is_answered_about_every_record(failures: float) -> None:
    trace = make_trace(6, failures=failures, running=2)
    start, end = trace.span_ns
    subjects = [Subject("call", ident) for ident in trace.calls.id.tolist()]
    subjects += [Subject("dispatch", ident) for ident in trace.dispatches.id.tolist()]
    subjects += [Subject("moment", 0, (start + end) // 2)]
    subjects += [Subject("event", ident) for ident in trace.names.ids(1)]
    subjects += [Subject("handler", ident, when) for ident in trace.names.ids(2) for when in (None, start, end)]
    asked = set()
    for subject in subjects:
        for offer in questions_for(trace, subject):
            answer = ask(trace, subject, offer.question, offer.other)
            assert answer is not None
            assert answer.short
            assert answer.reasons
            assert answer.title.endswith("?")
            asked.add(offer.question)
    assert asked <= {question.id for question in QUESTIONS}
    assert "unheard" in asked or failures
    assert {"ran", "late", "late-flow", "waits", "never-after", "listeners", "not-run"} <= asked


def steps_of_all_answers(flows: int) -> int:
    """Functions that Python calls to answer all that can be asked about one flow in the middle of so many."""
    trace = Trace()
    trace.feed(shop_bytes(flows, failures=0.2, batch=20))
    half = len(trace.calls) // 2
    row = next(row for row in range(half, len(trace.calls)) if trace.calls.outcome[row] == 2)
    call = int(trace.calls.id[row])
    subjects = [Subject("call", call), Subject("dispatch", int(trace.calls.dispatch[row]))]
    steps = 0
    Telling(trace).calls_of(0), trace.dispatches.by_parent.rows(1)  # these indexes are made once, and kept

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for subject in subjects:
            for offer in questions_for(trace, subject):
                ask(trace, subject, offer.question, offer.other)
    finally:
        sys.setprofile(None)
    return steps


def test_ten_times_as_many_calls_are_not_ten_times_the_work() -> None:
    """What is done for each row is done in NumPy: a loop over rows would be seen here."""
    assert steps_of_all_answers(2_000) < 1.5 * steps_of_all_answers(200)


def test_a_question_that_nobody_waits_for_ends_at_its_next_step() -> None:
    class Unwanted(Exception): ...

    def end() -> None:
        raise Unwanted

    story = Story()
    for _ in range(6):
        dispatch = story.emit("order.placed", 1)
        story.call(dispatch, "pay", "order.placed")
    trace = story.trace()
    for question in ("late", "never-after"):
        assert ask(trace, Subject("dispatch", dispatch), question) is not None
        with pytest.raises(Unwanted):
            ask(trace, Subject("dispatch", dispatch), question, 0, end)
    with pytest.raises(Unwanted):
        ask(trace, Subject("dispatch", dispatch), "not-run", story.handler("mail", "order.placed"), end)
