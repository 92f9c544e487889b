"""A call that takes far longer than the others of its handler is told; one of which nobody knows is a hint."""

from __future__ import annotations

import pytest

from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.analysis.problems.unfinished import DETECTOR
from bus.analysis.standstill import standstill
from bus.exploration.judging import trace_of
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads
from buslens.records import Flag, Outcome
from buslens.watching.pending import CANCELLED, THROWN_AWAY
from tests.helpers.planted import Story, found, titles

ASYNC = int(Flag.ASYNC)


def usual(story: Story, many: int = 5) -> None:
    for _ in range(many):
        story.call(story.emit("order", 1), "reply", "order", ms=5, flags=ASYNC)


def test_a_call_that_hangs_is_told_with_what_is_usual() -> None:
    story = Story()
    usual(story)
    call = story.begin(story.emit("order", 1), "reply", "order", flags=ASYNC)
    story.begin(story.emit("asked", 1, cause=call), "answer", "asked", flags=ASYNC)
    story.wait(12_000)
    story.heard("tick", "count")
    first, *_ = found(DETECTOR, story.trace(ended=False))
    assert first.severity == Severity.WARNING
    assert first.title == "reply hangs on order, for 12 s"
    assert "5 other calls ended well, each within 5 ms" in first.meaning
    assert "answer have not ended either" in first.meaning


def test_a_call_that_hung_until_it_was_cancelled_is_told() -> None:
    story = Story()
    usual(story)
    call = story.begin(story.emit("order", 1), "reply", "order", flags=ASYNC)
    story.wait(3_000)
    story.recorder.call_ended(call, Outcome.CANCELLED)
    assert titles(DETECTOR, story.trace()) == ["warning: reply hung on order until it was cancelled, for 3 s"]


def test_calls_that_end_are_no_problem() -> None:
    story = Story()
    usual(story)
    story.call(story.emit("order", 1), "reply", "order", ms=9_000, flags=ASYNC)
    assert not found(DETECTOR, story.trace())


def test_a_call_that_is_under_way_is_no_problem() -> None:
    story = Story()
    usual(story)
    story.begin(story.emit("order", 1), "reply", "order", flags=ASYNC)
    story.wait(10)
    story.heard("tick", "count")
    assert not found(DETECTOR, story.trace(ended=False))


def serving() -> Story:
    story = Story()
    story.begin(story.emit("start", 1), "serve", "start", flags=ASYNC)
    story.wait(60_000)
    story.heard("tick", "count")
    return story


def test_a_call_as_long_as_the_program_is_a_hint_at_its_end_and_nothing_before() -> None:
    assert titles(DETECTOR, serving().trace()) == ["hint: serve had not ended on start when the program did"]
    assert not found(DETECTOR, serving().trace(ended=False))


def test_calls_that_had_not_begun_at_the_end_are_told() -> None:
    story = Story()
    story.emit("order", 2)
    story.emit("order", 2)
    (finding,) = found(DETECTOR, story.trace())
    assert (finding.severity, finding.title) == (
        Severity.WARNING, "4 calls of order had not begun when the program ended",
    )  # fmt: skip
    assert not found(DETECTOR, story_of_now().trace(ended=False))


def story_of_now() -> Story:
    story = Story()
    story.emit("order", 2)
    return story


def test_where_a_call_hung_is_told_where_the_probe_has_seen_it() -> None:
    story = Story()
    usual(story)
    call = story.begin(story.emit("order", 1), "reply", "order", flags=ASYNC)
    story.wait(3_000)
    story.cancel(call, CANCELLED.format("/srv/shop/main.py:7 in reply, which awaits Event.wait"))
    (finding,) = found(DETECTOR, story.trace())
    assert (
        "It was cancelled while it waited at /srv/shop/main.py:7 in reply, which awaits Event.wait." in finding.meaning
    )


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_task_that_nobody_had_kept_is_told_and_one_that_was_cancelled_is_not(is_kept: bool) -> None:
    story = Story()
    call = story.begin(story.emit("start", 1), "serve", "start", flags=ASYNC)
    story.wait(30)
    story.cancel(call, CANCELLED.format("main.py:7") if is_kept else THROWN_AWAY)
    assert titles(DETECTOR, story.trace()) == (
        [] if is_kept else ["warning: serve was thrown away on start before it had ended"]
    )


def test_a_run_that_stands_still_is_one_finding_with_what_waits_for_what() -> None:
    text = (
        "buslens: 1\nevents: {a: {}, b: {}}\nservices: {s: {workers: 1, queue: {limit: 0}}}\n"
        "handlers: {h: {on: a, service: s, do: [{emit: b}]}, g: {on: b, service: s}}\nscript: [{emit: a}]"
    )
    trace = trace_of(Program(loads(text)).run(Choices()))
    (found,) = look(trace, (DETECTOR,)).findings
    assert (found.severity, found.title) == (Severity.WARNING, "the run stands still: 2 calls will never end")
    assert standstill(trace) in found.meaning
    assert found.place is not None
