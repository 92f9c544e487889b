"""Where an event is that has not been handled: at its broker, with its worker, behind a thread."""

from __future__ import annotations

from bus.analysis.why.telling import Telling
from bus.analysis.why.waiting import broker_reasons, holds_thread, running_inside, worker_reason
from buslens.records import Flag, Kind
from tests.helpers.planted import Story


def test_the_last_word_of_a_broker_for_each_queue_counts() -> None:
    story = Story()
    dispatch = story.emit("order", 2, flags=Flag.DURABLE)
    for queue in ("pay", "mail"):
        story.delivery(Kind.ENQUEUED, dispatch, queue)
    story.delivery(Kind.DELIVERED, dispatch, "pay")
    story.delivery(Kind.ACKNOWLEDGED, dispatch, "pay")
    told = [each.text for each in broker_reasons(Telling(story.trace()), 0)]
    assert told == [f"order (#{dispatch}) lies in the queue mail, and was not delivered."]


def test_without_a_broker_there_is_nothing_to_say() -> None:
    story = Story()
    story.emit("order", 1)
    assert broker_reasons(Telling(story.trace()), 0) == []


def test_the_innermost_plain_call_holds_a_thread() -> None:
    story = Story()
    outer = story.begin(story.emit("a", 1), "one", "a")
    inner = story.begin(story.emit("b", 1, cause=outer), "two", "b")
    story.begin(story.emit("c", 1), "three", "c", flags=Flag.ASYNC)
    telling = Telling(story.trace())
    rows = telling.trace.calls.row_of
    assert holds_thread(telling, story.main) == rows(inner)
    assert holds_thread(telling, story.main, rows(inner)) == rows(outer)
    assert holds_thread(telling, story.pool) == -1
    assert holds_thread(telling, 0) == -1
    assert running_inside(telling, rows(outer)) == [(telling.trace.dispatches.row_of(inner - 1), rows(inner))]
    assert worker_reason(telling, rows(outer)) is None
