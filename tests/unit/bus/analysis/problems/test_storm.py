"""Events that lead to themselves are told with one round of the way; a program that goes to and fro is not."""

from __future__ import annotations

import pytest
from pyee import EventEmitter

import buslens
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.storm import DETECTOR, ROUNDS
from buslens.recorder import Recorder
from tests.helpers.planted import Story, found, titles, trace_of


def rounds(many: int, *, wait_ms: float = 1, error: Exception | None = None) -> Story:
    """price.changed → adjust_stock → stock.changed → adjust_price → price.changed, so many times."""
    story, cause = Story(), 0
    for _ in range(many):
        for event, handler in (("price.changed", "adjust_stock"), ("stock.changed", "adjust_price")):
            story.wait(wait_ms)
            cause = story.call(story.emit(event, 1, cause=cause), handler, event)
    if error is not None:
        story.call(story.emit("price.changed", 1, cause=cause), "adjust_stock", "price.changed", error=error)
    return story


def test_two_handlers_that_feed_each_other_are_told_with_their_way() -> None:
    (finding,) = found(DETECTOR, rounds(20).trace())
    assert finding.severity == Severity.HINT
    assert "1 became 40 events" in finding.title
    assert "stock.changed → adjust_price → price.changed → adjust_stock → stock.changed" in finding.meaning
    assert finding.place is not None
    assert ("rounds", "19") in finding.evidence.numbers


def test_a_few_rounds_are_no_problem() -> None:
    assert not found(DETECTOR, rounds(ROUNDS - 2).trace())


def test_a_loop_that_never_waits_is_a_warning() -> None:
    assert [each.severity for each in found(DETECTOR, rounds(1_100, wait_ms=0).trace())] == [Severity.WARNING]


def test_a_handler_that_emits_its_own_cause_until_the_stack_is_full_is_an_error() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)
    emitter.on("saved", lambda: emitter.emit("saved"))
    with pytest.raises(RecursionError):
        emitter.emit("saved")
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert finding.severity == Severity.ERROR
    assert "until Python's stack was full" in finding.title


def test_a_handler_that_emits_its_own_cause_deeply_is_a_warning() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)

    def again(left: int) -> None:
        if left:
            emitter.emit("saved", left - 1)

    emitter.on("saved", again)
    emitter.emit("saved", 120)
    (said,) = titles(DETECTOR, trace_of(recorder))
    assert said.startswith("warning: saved leads to itself again: 1 became 121 events")
    assert said.endswith("emits inside each other")


def test_generations_that_double_are_a_warning() -> None:
    story = Story()
    causes = [0]
    for _ in range(10):
        causes = [story.call(story.emit("job", 1, cause=cause), "split", "job") for cause in causes for _ in range(2)]
    (said,) = titles(DETECTOR, story.trace())
    assert said.startswith("warning: job leads to itself again")
    assert "each round has more" in said


def test_the_same_event_many_times_from_outside_is_no_loop() -> None:
    story = Story()
    for _ in range(1_000):
        story.heard("tick", "count")
    assert not found(DETECTOR, story.trace())
