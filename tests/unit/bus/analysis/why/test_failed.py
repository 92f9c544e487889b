"""Why did this fail: the exception is followed down to the call that raised it, and its place is named."""

from __future__ import annotations

from typing import Any

from buslens.records import Kind, Outcome
from tests.helpers.asking import asked, told
from tests.helpers.planted import Story


def raised(error: Exception) -> Exception:
    """With a traceback of its own."""
    try:
        raise error
    except Exception as caught:
        return caught


def test_an_exception_is_followed_to_the_call_that_it_came_out_of() -> None:
    story = Story()
    error = raised(ValueError("no such card"))
    placed = story.emit("order.placed", 1)
    reserve = story.begin(placed, "reserve", "order.placed")
    charge = story.begin(story.emit("stock.reserved", 1, cause=reserve), "charge", "stock.reserved")
    story.end(charge, error)
    story.end(reserve, error)
    answer = asked(story.trace(), "call", reserve, "failed")
    lines = told(answer)
    assert lines[0] == f"reserve (call #{reserve}) failed after 4 us with ValueError: no such card."
    assert lines[1] == (
        f"The same exception had come out of charge (call #{charge}) before, which ran inside it for stock.reserved. "
        "[inferred]"
    )
    assert lines[2].startswith(f"It was raised at {__file__}:")
    assert (answer.reasons[2].kind, answer.reasons[2].id) == ("call", charge)
    assert answer.short.startswith(
        f"reserve failed because ValueError: no such card was raised inside charge (call #{charge}) at {__file__}:"
    )


def test_another_exception_inside_is_not_blamed() -> None:
    story = Story()
    outer = story.begin(story.emit("a", 1), "one", "a")
    inner = story.call(story.emit("b", 1, cause=outer), "two", "b", error=ValueError("handled there"))
    story.end(outer, KeyError("id"))
    lines = told(asked(story.trace(), "call", outer, "failed"))
    assert not any(f"#{inner}" in line for line in lines)


def test_what_it_was_raised_from_is_told() -> None:
    try:
        try:
            raise KeyError("card")
        except KeyError as first:
            raise ValueError("no payment") from first
    except ValueError as error:
        story = Story()
        call = story.call(story.emit("a", 1), "one", "a", error=error)
    lines = told(asked(story.trace(), "call", call, "failed"))
    assert any(line.startswith("Before that, KeyError: 'card' was raised at ") for line in lines)


def test_how_usual_it_is() -> None:
    story = Story()
    calls = [
        story.call(story.emit("a", 1), "one", "a", error=ValueError("no") if number % 2 else None)
        for number in range(6)
    ]
    line = told(asked(story.trace(), "call", calls[3], "failed"))[-1]
    assert line == (f"2 of 5 other calls of one failed, 2 with the same words; the first was one (call #{calls[1]}).")


def test_a_failure_that_is_the_only_one_is_said_to_be() -> None:
    story = Story()
    calls = [
        story.call(story.emit("a", 1), "one", "a", error=ValueError(f"no {number}") if number > 2 else None)
        for number in range(5)
    ]
    trace = story.trace()
    line = told(asked(trace, "call", calls[3], "failed"))[-1]
    assert line == f"1 of 4 other calls of one failed, none with the same words; the first was one (call #{calls[4]})."
    story = Story()
    calls = [
        story.call(story.emit("a", 1), "one", "a", error=None if number else ValueError("no")) for number in range(3)
    ]
    assert told(asked(story.trace(), "call", calls[0], "failed"))[-1] == "None of 2 other calls of one failed."


def test_of_a_dispatch_the_failed_calls_and_the_skipped_handlers_are_told() -> None:
    story = Story()
    dispatch = story.emit("order", 3)
    failed = story.call(dispatch, "reserve", "order", error=ValueError("none left"))
    for each in ("charge", "mail"):
        story.recorder.skipped(dispatch, story.handler(each, "order"), failed, "")
    lines = told(asked(story.trace(), "dispatch", dispatch, "failed"))
    assert lines[0].startswith(f"reserve (call #{failed}) failed after")
    assert lines[-1] == (
        f"mail was skipped because reserve (call #{failed}), which came before it, raised ValueError: none left."
    )


def test_a_body_that_never_ran_and_a_cancelled_call_say_what_is_known() -> None:
    story = Story()
    never, cancelled, late = (story.begin(story.emit("a", 1), "one", "a") for _ in range(3))
    error = RuntimeError("nobody awaited it")
    story.recorder.call_ended(never, Outcome.NEVER_RAN, error)
    story.wait(2)
    story.recorder.call_ended(cancelled, Outcome.CANCELLED)
    story.recorder.call_ended(late, Outcome.TIMED_OUT)
    trace = story.trace()
    assert "its body never ran" in asked(trace, "call", never, "failed").short
    answer = asked(trace, "call", cancelled, "failed")
    assert answer.title == "Why was one cancelled?"
    assert told(answer)[1] == "Who cancelled it is not recorded. [unknown]"
    assert "it timed out" in told(asked(trace, "call", late, "failed"))[0]


def test_a_cancelled_call_says_where_it_stood_where_the_probe_has_seen_it() -> None:
    story = Story()
    call = story.begin(story.emit("a", 1), "one", "a")
    story.cancel(call, "it was cancelled while it waited at /srv/shop/main.py:7 in one")
    lines = told(asked(story.trace(), "call", call, "failed"))
    assert lines[1:] == [
        "It was cancelled while it waited at /srv/shop/main.py:7 in one.",
        "Who cancelled it is not recorded. [unknown]",
    ]


def test_what_a_broker_says_of_it_is_told() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    call = story.call(dispatch, "pay", "order", error=ValueError("no"))
    story.delivery(Kind.DEAD_LETTERED, dispatch, "pay", call=call, note="3 attempts")
    line = told(asked(story.trace(), "call", call, "failed"))[-1]
    assert line.startswith(f"order (#{dispatch}) became a dead letter at ")
    assert line.endswith("s: 3 attempts.")


def test_what_its_run_gave_up_says_what_for(run: Any) -> None:
    trace = run(
        "events: {a: {ttl: 15ms}}\nhandlers: {h: {on: a, concurrency: 1, do: [{wait: 10ms}]}}\n"
        "script: [{emit: a, times: 3}]"
    )
    answer = asked(trace, "call", int(trace.calls.id[2]), "failed")
    why = "The run gave it up itself: expired: a lives 15ms, and this call would have begun 5 ms after that."
    assert answer.short == why
    assert told(answer)[1:] == [why]


def test_a_failure_at_a_worker_is_told_once(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nservices: {s: {workers: 1}}\nhandlers: {h: {on: a, service: s, do: [{fail: always}]}}\n"
        "script: [{emit: a}]"
    )
    lines = told(asked(trace, "call", int(trace.calls.id[0]), "failed"))
    assert not any("worker" in line for line in lines)
