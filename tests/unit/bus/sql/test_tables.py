"""What the tables hold, and that docs/sql.md says so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bus.analysis import numbers
from bus.sql.query import Query, columns, connected
from bus.sql.tables import ABOUT, TABLES
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.make_trace import make_trace

DOCS = (Path(__file__).resolve().parents[4] / "docs" / "sql.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```sql\n(.+?)^```", DOCS, re.M | re.S)


def asked(trace: Trace, text: str) -> list[tuple[Any, ...]]:
    return Query(trace, text).run().rows


@pytest.fixture
def bus_trace() -> Trace:
    """Two buses with one event each of the same name; a handler raises, and the one behind it is skipped."""
    now = [0]
    record = Recorder(clock_ns=lambda: now[0])
    left = record.bus("left", "shop.Bus", "/srv/shop.py", 7, "created")
    right = record.bus("right", "shop.Bus")
    event, other = record.event("state", left), record.event("state", right)
    handler, behind = record.handler("charge", "/srv/pay.py", 12), record.handler("audit", "/srv/log.py", 3)
    record.handler_added(handler, event)
    record.handler_added(behind, event, once=True)
    now[0] = 500
    dispatch, call = record.next_id(), record.next_id()
    record.dispatch(dispatch, 0, event, record.lane("main"), 2, {"id": 13, "card": {"last": "42"}})
    record.call_started(call, dispatch, handler, record.lane("main"))
    record.call_ended(call, Outcome.FAILED, ValueError("declined"))
    record.skipped(dispatch, behind, call)
    now[0] = 900
    record.handler_removed(behind, event, once=True, said=b'{"why": "freed"}')
    record.dispatch(record.next_id(), 0, other, record.lane("main"), 0, object)
    trace = Trace()
    trace.feed(record.take())
    return trace


def test_every_column_is_documented_and_every_documented_one_is_there() -> None:
    parts = dict(re.findall(r"^## (\w+)\n(.+?)(?=^## |\Z)", DOCS, re.M | re.S))
    assert ABOUT.keys() == TABLES.keys()
    for table, known in columns().items():
        rows = re.findall(r"^\| (`.+?) \|", parts[table], re.M)
        assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(known), table


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_documentation_run(example: str) -> None:
    assert Query(make_trace(40, failures=0.4), example).run().columns


def test_fields_of_payloads_can_be_asked_for(bus_trace: Trace) -> None:
    found = asked(
        bus_trace, "SELECT payload->>'id', payload->'card'->>'last' FROM dispatches WHERE payload->>'id' = '13'"
    )
    assert found == [("13", "42")]
    # What is not JSON is a text, and no query fails of it.
    ((text,),) = asked(bus_trace, "SELECT payload FROM dispatches WHERE bus = 'right'")
    assert isinstance(json.loads(text), str | dict)


def test_errors_places_events_and_buses_of_calls(bus_trace: Trace) -> None:
    said = "SELECT event, bus, handler, file, line, error_type, error_message FROM calls"
    assert asked(bus_trace, said) == [("state", "left", "charge", "/srv/pay.py", 12, "ValueError", "declined")]
    assert asked(bus_trace, "SELECT traceback IS NOT NULL FROM calls") == [(True,)]
    made = [("left", "shop.Bus", "/srv/shop.py", 7, "created"), ("right", "shop.Bus", None, None, None)]
    assert asked(bus_trace, "SELECT bus, class, file, line, made FROM buses ORDER BY bus") == made


def test_subscriptions_last_from_when_to_when(bus_trace: Trace) -> None:
    said = "SELECT handler, event, bus, once, from_ns, until_ns FROM subscriptions ORDER BY handler"
    assert asked(bus_trace, said) == [
        ("audit", "state", "left", True, 0, 900),
        ("charge", "state", "left", False, 0, None),
    ]
    assert asked(bus_trace, "SELECT note, end_note->>'why' FROM subscriptions ORDER BY handler") == [
        (None, "freed"),
        (None, None),
    ]


def test_who_was_skipped_and_because_of_which_call(bus_trace: Trace) -> None:
    said = "SELECT s.handler, s.line, c.handler FROM skipped s JOIN calls c ON c.id = s.because_call"
    assert asked(bus_trace, said) == [("audit", 3, "charge")]
    assert asked(bus_trace, "SELECT fate, skipped, why FROM dispatches ORDER BY id") == [
        ("lost", 1, "its handler failed, and nothing calls it again"),
        ("lost", 0, "nobody listened"),
    ]


def test_the_numbers_are_those_of_every_other_place(run: Any) -> None:
    trace = run(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{fail: {every: 3}}]}, late: {on: a, attempts: 1, do: "
        "[{fail: {every: 4}}]}}\nscript: [{emit: a, times: 12}, {emit: b}]",
        engine="sqlite",
    )
    counted = numbers.of_trace(trace)
    fates = dict(asked(trace, "SELECT fate, count(*) FROM dispatches GROUP BY fate"))
    assert fates == {fate: counted[fate] for fate in fates}
    assert sum(fates.values()) == counted["emitted"] == 13
    found = asked(trace, "SELECT count(*) FILTER (calls > 0), sum(twice), count(*) FILTER (out_of_order) FROM pairs")
    assert found == [(counted["delivered"], counted["twice"], counted["out_of_order"])]
    assert ("acknowledged",) in asked(trace, "SELECT DISTINCT step FROM deliveries")


def test_payloads_are_decoded_for_the_rows_alone_that_a_query_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    trace, read = make_trace(400, failures=0), []
    find = trace.blobs.find
    monkeypatch.setattr(trace.blobs, "find", lambda ident: read.append(ident) or find(ident))
    assert asked(trace, "SELECT count(*) FROM dispatches WHERE fate = 'lost'") == [(400,)]
    assert read == []
    asked(trace, "SELECT payload FROM dispatches WHERE id = 1")
    assert len(set(read)) == 1


def test_what_costs_time_is_made_on_a_large_trace_where_it_is_named() -> None:
    trace = make_trace(5)
    pairs, subscriptions = "SELECT count(*) FROM pairs", "select count(*) from Subscriptions"

    def made(query: str, said: str) -> Any:
        with connected(trace, said, many=1) as large:
            return large.execute(query).fetchall()[0][0]

    assert made(pairs, pairs) == numbers.of_trace(trace)["delivered"] > 0
    assert made(subscriptions, subscriptions) == 2
    assert (made(pairs, subscriptions), made(subscriptions, pairs)) == (0, 0), "nobody pays for what they do not name"


def test_a_long_answer_is_cut_by_its_letters() -> None:
    found = Query(make_trace(5), "SELECT repeat('x', 500) FROM range(5000)", most_letters=1000).run()
    assert found.cut
    assert len(found.rows) < 5000
