"""`payload.id=13` finds what it says: by path, by number, by text, and however the payloads lie in the capture."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.find import rows
from bus.trace import Trace
from bus.trace.payload_fields import value_at
from bus.trace.payload_questions import PayloadField
from buslens.recorder import Recorder
from tests.helpers.make_trace import shop_bytes

PAYLOADS: tuple[Any, ...] = (
    {"id": 13, "total": 99.5, "customer": {"id": "c-7", "name": "Ann Lee"}, "items": [{"sku": "A-1", "n": 2}]},
    {"id": 130, "total": 13, "customer": None, "items": [{"sku": "B-1"}, {"sku": "A-2"}], "tags": ["red", "new"]},
    {"id": "13", "unit price": 5, "a.b": {"c": True}},
    [1, {"id": 13}],
    "id 13",
    {"id": 1234567890123456789},
)


@pytest.fixture
def trace() -> Trace:
    record = Recorder(clock_ns=lambda: 0)
    for payload in PAYLOADS:
        record.dispatch(record.next_id(), 0, record.event("a"), 0, 0, payload, True)
    record.dispatch(record.next_id(), 0, record.event("a"), 0, 0, None, False)
    found = Trace()
    found.feed(record.take())
    return found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("payload.id=13", [0, 2, 3]),
        ("payload.id:13", [0, 2, 3]),
        ("payload.id>13", [1, 5]),
        ("payload.id>=13 payload.id<200", [0, 1, 3]),
        ("payload.total=99.50", [0]),
        ("payload.total<=13", [1]),
        ("payload.customer.id=C-7", [0]),
        ("payload.customer.name~lee", [0]),
        ('payload.customer.name="ann lee"', [0]),
        ("payload.customer.name=ann*", [0]),
        ("payload.customer=null", [1]),
        ("payload.items[0].sku=A-1", [0]),
        ("payload.items.1.sku=A-2", [1]),
        ("payload.items.sku=A-?", [0, 1]),
        ("payload.tags=new", [1]),
        ('payload."unit price"=5', [2]),
        ("payload.a.b.c=true", [2]),
        ("payload.id=1234567890123456789", [5]),
        ("payload.id=1234567890123456788", []),
        ("payload.ID=13", []),
        ("payload.id!=13 payload:id", [1, 4, 5]),
        ("-payload.id=13 payload:id", [1, 4, 5]),
        ("payload.id=13 OR payload.total=13", [0, 1, 2, 3]),
        ("payload.nothing=1", []),
    ],
)
def test_a_field_of_the_payload(trace: Trace, line: str, found: list[int]) -> None:
    assert rows.rows(trace, "dispatches", rows.parse(line)).tolist() == found


@pytest.mark.parametrize("line", ["payload.id=7", "payload.items.sku=A-1", "payload.total>3", "payload.order<5"])
def test_pieces_and_an_independent_search_agree(line: str) -> None:
    trace = Trace()
    trace.feed(shop_bytes(60, batch=5))
    wanted = rows.parse(line)
    (question,) = rows.payload_texts(wanted)
    assert isinstance(question, PayloadField)
    some = rows.rows(trace, "dispatches", wanted, most_payloads=1)
    while trace.blobs.search.step(question, 0.0):
        assert trace.blobs.search.waiting(question) > 0
    found = rows.rows(trace, "dispatches", wanted)
    assert set(some.tolist()) <= set(found.tolist())
    path, text = ".".join(question.path).replace("items.", "items.0."), question.text
    values = [value_at(trace.payload(row).value, path) for row in range(len(trace.dispatches))]
    fits = {"=": lambda v: str(v) == text.upper(), ">": lambda v: v > float(text), "<": lambda v: v < float(text)}
    slow = [
        row
        for row, value in enumerate(values)
        if isinstance(value, int | float | str) and fits[question.operator](value)
    ]
    assert found.tolist() == slow
    assert slow


def test_mistakes_are_told_where_they_are() -> None:
    with pytest.raises(UserError, match=r"payload\.id= needs a value"):
        rows.parse("payload.id=")
    with pytest.raises(UserError, match="event has no fields of its own"):
        rows.parse("event.name=13")
    with pytest.raises(UserError, match="not a valid path to a field"):
        rows.parse(f"payload{'.a' * 30}=1")


def test_buses_and_fates(run: Any) -> None:
    record = Recorder(clock_ns=lambda: 0)
    for bus in ("orders", "mail"):
        record.dispatch(record.next_id(), 0, record.event("state", record.bus(bus)), 0, 0, None, False)
    trace = Trace()
    trace.feed(record.take())
    assert rows.rows(trace, "dispatches", rows.parse("bus:orders")).tolist() == [0]
    assert rows.rows(trace, "dispatches", rows.parse("-bus:ord*")).tolist() == [1]
    lossy = run(
        "events: {a: {}}\nhandlers: {h: {on: a, attempts: 2, do: [{fail: {every: 2}}]}}\nscript: [{emit: a, times: 4}]",
        engine="sqlite",
    )
    assert len(rows.rows(lossy, "dispatches", rows.parse("fate:retried"))) == 3
    assert len(rows.rows(lossy, "dispatches", rows.parse("fate:lost,retried"))) == 3
    with pytest.raises(UserError, match="did you mean retried"):
        rows.parse("fate:retryed")
