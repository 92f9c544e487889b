"""Records are told by their names and ids, and handlers are one whatever event they were subscribed to."""

from __future__ import annotations

from bus.analysis.why.telling import Telling
from tests.helpers.planted import Story


def test_names_ids_times_and_places() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    call = story.call(dispatch, "pay", "order", ms=2, error=ValueError("no\nsecond line"))
    running = story.begin(dispatch, "pay", "order")
    telling = Telling(story.trace())
    assert telling.call(0) == f"pay (call #{call})"
    assert telling.dispatch(0) == f"order (#{dispatch})"
    assert telling.error(0) == "ValueError: no"
    assert telling.error(1) == "an error that was not recorded"
    assert str(telling.code(0)) == "/srv/shop/main.py:10"
    assert telling.at(telling.trace.span_ns[0] + 1_500_000) == "at 0.001500 s"
    assert telling.until(telling.trace.calls.row_of(running)) == telling.trace.span_ns[1]


def test_one_handler_of_several_events_has_several_name_ids() -> None:
    story = Story()
    one, other = story.handler("pay", "order"), story.handler("pay", "invoice")
    third = story.recorder.handler("pay", "/srv/else.py", 3, "order")
    story.heard("order", "pay")
    telling = Telling(story.trace())
    assert telling.same_handlers(other) == [one, other]
    assert telling.same_handlers(third) == [third]
    assert telling.first_handler(other) == one


def test_what_was_never_named_has_a_question_mark() -> None:
    story = Story()
    story.emit("order")
    telling = Telling(story.trace())
    assert telling.text(4711) == "?"
    assert telling.same_events(4711) == [4711]
