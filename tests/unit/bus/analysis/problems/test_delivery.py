"""What a broker says of its messages is told by cause; messages that come through are no problem."""

from __future__ import annotations

from bus.analysis.problems.delivery import DETECTOR, ENDLESS
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from buslens.records import Flag, Kind
from tests.helpers.planted import Story, found, titles

DURABLE = int(Flag.DURABLE)


def delivered(story: Story, *, error: Exception | None = None, attempt: int = 1) -> tuple[int, int]:
    """A message that a consumer has had once, and is not settled; dispatch and call."""
    dispatch = story.emit("order", 1, flags=DURABLE)
    story.delivery(Kind.CONFIRMED, dispatch, "orders")
    story.delivery(Kind.DELIVERED, dispatch, "orders", attempt=attempt)
    return dispatch, story.call(dispatch, "ship", "order", error=error)


def test_messages_that_come_through_are_no_problem() -> None:
    story = Story()
    for _ in range(5):
        dispatch, call = delivered(story)
        story.delivery(Kind.ACKNOWLEDGED, dispatch, "orders", call=call)
    assert not found(DETECTOR, story.trace())


def test_dead_letters_are_told_with_their_reasons() -> None:
    story = Story()
    for reason in ("ValueError: no address", "ValueError: no address", "expired"):
        dispatch, call = delivered(story, error=ValueError("no address"))
        story.delivery(Kind.DEAD_LETTERED, dispatch, "orders", call=call, note=reason)
    (finding,) = found(DETECTOR, story.trace())
    assert (finding.severity, finding.title) == (Severity.WARNING, "orders has 3 dead letters")
    assert "ValueError: no address (2); expired (1)" in finding.meaning
    assert finding.place is not None


def test_what_the_broker_did_not_take_is_an_error() -> None:
    story = Story()
    dispatch = story.emit("order", flags=DURABLE)
    story.delivery(Kind.DISCARDED, dispatch, "orders", note="NO_ROUTE")
    (finding,) = found(DETECTOR, story.trace())
    assert (finding.severity, finding.title) == (Severity.ERROR, "the broker did not take 1 message of order")
    assert "NO_ROUTE" in finding.meaning


def unanswered() -> Story:
    story = Story()
    for number in range(10):
        dispatch = story.emit("order", flags=DURABLE)
        if number < 3:
            story.delivery(Kind.CONFIRMED, dispatch, "orders")
    return story


def test_messages_without_an_answer_at_the_end_are_an_error() -> None:
    assert titles(DETECTOR, unanswered().trace()) == [
        "error: 7 of 10 messages of order had no answer from the broker when the program ended"
    ]


def test_without_an_end_nobody_knows_whether_an_answer_came() -> None:
    problems = look(unanswered().trace(ended=False), (DETECTOR,))
    assert not problems.findings
    assert problems.undecided == (
        ("delivery", "whether 7 messages without an answer were lost: the capture has no end mark"),
    )


def test_messages_that_were_sent_without_asking_are_not_blamed() -> None:
    story = Story()
    story.delivery(Kind.SENT, story.emit("order", flags=DURABLE), "orders")
    assert not found(DETECTOR, story.trace())


def test_an_acknowledgement_before_a_failure_is_told() -> None:
    story = Story()
    dispatch = story.emit("order", 1, flags=DURABLE)
    call = story.begin(dispatch, "ship", "order")
    story.delivery(Kind.ACKNOWLEDGED, dispatch, "orders", call=call)
    story.end(call, ValueError("no address"))
    assert titles(DETECTOR, story.trace()) == [
        "warning: order was acknowledged before ship had succeeded, and then it failed"
    ]


def again(attempts: int, *, done: bool) -> Story:
    story = Story()
    dispatch, call = delivered(story, error=ValueError("no address"))
    for attempt in range(2, attempts + 1):
        story.delivery(Kind.REJECTED, dispatch, "orders", call=call, attempt=attempt - 1)
        story.delivery(Kind.REDELIVERED, dispatch, "orders", attempt=attempt)
        call = story.call(dispatch, "ship", "order", error=ValueError("no address"), attempt=attempt)
    if done:
        story.delivery(Kind.ACKNOWLEDGED, dispatch, "orders", call=call, attempt=attempts)
    return story


def test_a_message_that_comes_back_for_ever_is_told() -> None:
    (finding,) = found(DETECTOR, again(14, done=False).trace())
    assert finding.severity == Severity.WARNING
    assert "One was given out 14 times" in finding.meaning


def test_a_few_retries_are_no_problem() -> None:
    assert not found(DETECTOR, again(ENDLESS - 1, done=False).trace())
