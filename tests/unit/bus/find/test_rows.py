"""The search line finds what a person means, and says what it does not understand."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.find.rows import COMPLETIONS, parse, payload_texts, rows
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.make_trace import make_trace

MS = 1_000_000


@pytest.fixture
def shop() -> Trace:
    """order.placed -> reserve_stock (20 ms, ok) and charge_card (80 ms, failed); order.paid is lost; slow runs."""
    now = [0]
    recorder = Recorder(clock_ns=lambda: now[0])
    lane = recorder.lane("main")

    def dispatch(at_ms: int, event: str, handlers: int, payload: object = None) -> int:
        now[0] = at_ms * MS
        ident = recorder.next_id()
        recorder.dispatch(ident, 0, recorder.event(event), lane, handlers, payload, payload is not None)
        return ident

    def call(at_ms: int, owner: int, handler: str, until_ms: int | None, error: Exception | None = None) -> None:
        now[0] = at_ms * MS
        ident = recorder.next_id()
        recorder.call_started(ident, owner, recorder.handler(handler), lane)
        if until_ms is not None:
            now[0] = until_ms * MS
            recorder.call_ended(ident, Outcome.FAILED if error else Outcome.OK, error)

    placed = dispatch(0, "order.placed", 2, {"id": 42, "express": True})
    call(1, placed, "reserve_stock", 21)
    call(30, placed, "charge_card", 110, ValueError("card was declined"))
    dispatch(120, "order.paid", 0)
    call(131, dispatch(130, "audit", 1), "slow", None)
    trace = Trace()
    trace.feed(recorder.take())
    return trace


def events(trace: Trace, text: str) -> list[str]:
    found = rows(trace, "dispatches", parse(text))
    return [trace.names.text(int(trace.dispatches.event[row])) for row in found]


def handlers(trace: Trace, text: str, table: str = "calls") -> list[str]:
    return [trace.names.text(int(trace.calls.handler[row])) for row in rows(trace, table, parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["order.placed", "order.paid", "audit"]),
        ("event:order.*", ["order.placed", "order.paid"]),
        ("event:ORDER.PAID", ["order.paid"]),
        ("-event:order.*", ["audit"]),
        ("outcome:lost", ["order.paid"]),
        ("outcome:failed", ["order.placed"]),
        ("outcome:running", ["audit"]),
        ("handler:charge*", ["order.placed"]),
        ("duration>50ms", ["order.placed"]),
        ("latency>=110ms", ["order.placed"]),
        ("latency<110ms", []),
        ("declined", ["order.placed"]),
        ("error:valueerror", ["order.placed"]),
        ("payload:express", ["order.placed"]),
        ('event:"order.paid" OR event:audit', ["order.paid", "audit"]),
        ("outcome:lost | event:audit", ["order.paid", "audit"]),
        ("event:order.paid|event:audit", []),
        ("event:order.* outcome:lost", ["order.paid"]),
        ("time>100ms", ["order.paid", "audit"]),
        ("nowhere", []),
        ("(handler:charge* OR outcome:lost) -event:order.paid", ["order.placed"]),
        ("not event:order.*", ["audit"]),
        ("not (outcome:lost OR outcome:running)", ["order.placed"]),
        ("--outcome:lost", ["order.paid"]),
        ("outcome:lost,running", ["order.paid", "audit"]),
        ("event!=audit", ["order.placed", "order.paid"]),
        ("event~PAID", ["order.paid"]),
        ("#1", ["order.placed"]),
        ("#1:1", ["order.placed"]),
        ("id:2:1", []),
        ("payload~EXPRESS", ["order.placed"]),
        ("-payload~express", ["order.paid", "audit"]),
        ('"card was"', ["order.placed"]),
        ("flow:1", ["order.placed"]),
        ("id>=99999999999999999999", []),
        ("id<99999999999999999999", ["order.placed", "order.paid", "audit"]),
        ("event:" + "*" * 60 + "x" + "*" * 60, []),
    ],
)
def test_dispatches_are_found(shop: Trace, text: str, expected: list[str]) -> None:
    assert events(shop, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event:order.*", ["reserve_stock", "charge_card"]),
        ("outcome:ok", ["reserve_stock"]),
        ("duration>50ms", ["charge_card"]),
        ("delay>5ms", ["charge_card"]),
        ("stock", ["reserve_stock"]),
        ("attempt>1", []),
        ("outcome:lost", []),
    ],
)
def test_calls_are_found(shop: Trace, text: str, expected: list[str]) -> None:
    assert handlers(shop, text) == expected


def test_failures_are_the_calls_that_failed(shop: Trace) -> None:
    assert handlers(shop, "", "failures") == ["charge_card"]
    assert handlers(shop, "handler:reserve*", "failures") == []


def test_rows_come_in_the_order_asked_for(shop: Trace) -> None:
    assert rows(shop, "calls", parse(""), ("started_ns", True)).tolist() == [2, 1, 0]
    assert rows(shop, "calls", parse(""), ("ended_ns", False)).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("evnt:x", 1, "did you mean event?"),
        ("a outcome:faled", 11, "did you mean failed?"),
        ("duration>fast", 10, ""),
        ("duration>5", 10, "units"),
        ("event>5", 1, "event:5"),
        ("id:x", 4, "id:2:17"),
        ("flow:0:1", 6, "flow:2:17"),
        ('event:"x', 7, ""),
        ("event:", 7, ""),
        ("OR x", 1, ""),
        ("x OR", 3, ""),
        ("x |", 3, "between two terms"),
        ("(x", 1, "closed"),
        ("x)", 2, ""),
        ("x -", 3, "-text"),
        ("payload>5", 1, "payload:5"),
        ("outcome:ok,faild", 9, "failed"),
        ("http://x", 1, "quotes"),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, column: int, hint: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text)
    assert caught.value.at is not None
    assert (caught.value.at.file, caught.value.at.line, caught.value.at.column) == ("", 1, column)
    assert hint in f"{caught.value.problem} {caught.value.hint}"


def test_what_is_proposed_is_understood_once_it_has_a_value() -> None:
    for term in set(COMPLETIONS) - {"outcome:"}:  # its values are proposed themselves
        value = {":": "1", ">": "1ms"}.get(term[-1], "")
        parse(term + value)


def test_what_a_person_noted_is_found_on_what_it_is_about_and_with_its_dispatch(shop: Trace) -> None:
    calls, dispatches = shop.calls, shop.dispatches
    shop.notes.add(1, "Why so LONG?", kind="call", about=int(calls.id[0]))
    shop.notes.add(2, "nobody listens", kind="dispatch", about=int(dispatches.id[1]))
    shop.notes.add(3, "long ago")
    assert handlers(shop, "note:long") == handlers(shop, "long") == ["reserve_stock"]
    assert events(shop, "note:long") == ["order.placed"]
    assert events(shop, "note:nobody") == ["order.paid"]
    assert events(shop, "-note:* event:order.*") == []
    assert events(shop, "note:gone") == []


def test_what_a_handler_logged_is_found_with_its_call() -> None:
    trace = make_trace(20)
    found = rows(trace, "calls", parse('note:"order 13"'))
    assert [trace.names.text(int(trace.calls.handler[row])) for row in found] == ["log"]
    assert rows(trace, "calls", parse('"order 13"')).tolist()[0] == found[0]
    assert payload_texts(parse("note:order -payload:x event:a")) == ("order", "x")
