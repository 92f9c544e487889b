"""Who listened at this moment: from where, since when, until when, and why it ended."""

from __future__ import annotations

from bus.analysis.why import Subject, ask
from tests.helpers.asking import asked, can_be_asked, told
from tests.helpers.planted import Story


def test_those_that_listened_then_come_before_those_that_did_not() -> None:
    story = Story()
    story.on("early", "order")
    story.on("pay", "order", file="/srv/app.py", line=3)
    story.off("early", "order")
    dispatch = story.heard("order", "pay")
    story.on("later", "order", once=True)
    answer = asked(story.trace(), "dispatch", dispatch, "listeners")
    assert answer.short == "1 handler: pay."
    assert told(answer) == [
        "pay listens to order since 0.000001 s, subscribed at /srv/app.py:3.",
        "Not then: early listens to order since 0.000000 s, until 0.000002 s (it was removed).",
        "Not then: later listens to order since 0.000006 s, for one emit.",
    ]
    assert str(answer.reasons[0].place) == "/srv/app.py:3"


def test_a_moment_asks_for_everybody_and_a_handler_for_its_events() -> None:
    story = Story()
    story.on("pay", "order")
    story.on("pay", "invoice")
    story.on("log", "order")
    trace = story.trace()
    everybody = ask(trace, Subject("moment", 0, trace.span_ns[1]), "listeners")
    assert everybody is not None
    assert len(everybody.reasons) == 3
    assert everybody.short == "2 handlers: log, pay."
    of_pay = asked(trace, "handler", story.handler("pay", "order"), "listeners")
    assert of_pay.short == "2 events: invoice, order."
    before = ask(trace, Subject("event", story.event("order"), trace.span_ns[0] - 1), "listeners")
    assert before is not None
    assert before.short == "Nobody listened then."


def test_a_handler_that_was_called_without_a_subscription_is_said() -> None:
    story = Story()
    story.on("log", "tick")
    dispatch = story.emit("order", 1)
    call = story.call(dispatch, "pay", "order")
    text = f"pay (call #{call}) was called for it, and its subscription is not in this capture."
    assert asked(story.trace(), "dispatch", dispatch, "listeners").short == text


def test_of_a_capture_without_subscriptions_it_is_not_asked() -> None:
    story = Story()
    dispatch = story.heard("order", "pay")
    assert "listeners" not in can_be_asked(story.trace(), "dispatch", dispatch)
