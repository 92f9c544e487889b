"""RabbitMQ as a model, in a run."""

from __future__ import annotations

from buslens.records import Kind
from tests.helpers.live import Live
from tests.helpers.told import told


def test_an_event_that_nobody_hears_is_lost_and_one_that_fails_to_the_end_a_dead_letter(live: Live) -> None:
    trace = live.ended(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{fail: always}]}}\nscript: [{emit: a}, {emit: b}]",
        engine="rabbitmq-model",
    ).trace
    assert [told(trace, kind) for kind in (Kind.DISCARDED, Kind.REDELIVERED, Kind.DEAD_LETTERED)] == [1, 2, 1]


def test_what_failed_comes_before_what_waits_with_the_broker_and_behind_what_was_handed_out(live: Live) -> None:
    """Up to 20 are handed out ahead: of 25 the first is called again behind 20, and before the last of them."""
    trace = live.ended(
        "events: {a: {}}\nhandlers: {h: {on: a, do: [{fail: {if: event.payload == 1 && count == 1}}]}}\n"
        "script: [{emit: a, with: $count, times: 25}]",
        engine="rabbitmq-model",
    ).trace
    rows = trace.dispatches.rows_of(trace.calls.dispatch).tolist()
    assert rows == [*range(20), 0, *range(20, 25)]
