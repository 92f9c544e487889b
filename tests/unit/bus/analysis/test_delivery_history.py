"""The way of an event over a broker, as far as a capture says it."""

from __future__ import annotations

from typing import Any

from bus.analysis.delivery_history import MOST_STEPS, anatomy_of, attempts_of
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome

TWICE = (
    "engine: sqlite\nevents: {a: {}}\n"
    "handlers: {h: {on: a, do: [{fail: {if: count == 1}}]}, other: {on: a}}\nscript: [{emit: a}]"
)


def kinds(trace: Trace, dispatch: int) -> list[Kind]:
    return [step.kind for step in anatomy_of(trace, dispatch).steps]


def test_every_step_of_a_retried_event_in_order(run: Any) -> None:
    trace = run(TWICE)
    found = anatomy_of(trace, int(trace.dispatches.id[0]))
    of_handler = [step for step in found.steps if step.queue == "h"]
    assert [step.kind for step in of_handler] == [
        Kind.ENQUEUED, Kind.DELIVERED, Kind.REJECTED, Kind.REDELIVERED, Kind.ACKNOWLEDGED,
    ]  # fmt: skip
    assert [step.attempt for step in of_handler[1:]] == [1, 1, 2, 2]
    assert found.steps[0].kind is Kind.CONFIRMED
    assert found.steps[0].note == "offset 1"
    assert dict(found.headers)["type"] == "a"
    assert dict(found.headers)["traceparent"].startswith("00-")


def test_of_a_call_only_what_concerns_it(run: Any) -> None:
    trace = run(TWICE)
    failed = next(row for row in range(len(trace.calls)) if trace.calls.outcome[row] == Outcome.FAILED)
    found = anatomy_of(trace, int(trace.calls.dispatch[failed]))
    assert [step.kind for step in found.of_call(int(trace.calls.id[failed]))] == [
        Kind.CONFIRMED, Kind.DELIVERED, Kind.REJECTED,
    ]  # fmt: skip


def test_attempts_are_linked_to_each_other(run: Any) -> None:
    trace = run(TWICE)
    attempts = [attempts_of(trace, row) for row in range(len(trace.calls))]
    several = next(rows for rows in attempts if len(rows) > 1)
    assert trace.calls.attempt[several].tolist() == [1, 2]
    assert sorted(map(len, attempts)) == [1, 2, 2]


def test_where_no_broker_carried_it_there_is_nothing(run: Any) -> None:
    trace = run("events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]")
    assert anatomy_of(trace, int(trace.dispatches.id[0])).steps == ()
    assert anatomy_of(Trace(), 7).steps == ()


def test_a_capture_that_lies_is_read_as_it_is() -> None:
    recorder, trace = Recorder(clock_ns=lambda: 7), Trace()
    ident = recorder.next_id()
    recorder.dispatch(ident, 0, recorder.event("a"), 0, 1, None, has_payload=False, flags=Flag.DURABLE)
    for note in ("no json", "[]", '{"place": 7}', '{"place": "p", "headers": {"x": {"deep": 1}}}'):
        recorder.delivery(Kind.CONFIRMED, ident, recorder.queue("q"), note=note)
    for _ in range(2 * MOST_STEPS):
        recorder.delivery(Kind.ENQUEUED, ident, recorder.queue("q"))
    trace.feed(recorder.take())
    found = anatomy_of(trace, ident)
    assert [step.note for step in found.steps[:4]] == ["no json", "[]", '{"place": 7}', "p"]
    assert found.headers == (("x", "{'deep': 1}"),)
    assert (len(found.steps), found.hidden) == (MOST_STEPS, MOST_STEPS + 4)
