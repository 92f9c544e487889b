"""A captured program as a model sees it."""

from __future__ import annotations

from typing import Any

from bus.modelling.seen_program import SeenProgram, evenly, one_line, short_name
from tests.helpers.make_trace import make_trace
from tests.helpers.queueing import queue_trace

FAILING = """
engine: pyee-asyncio
events: {a: {}}
handlers: {h: {on: a, do: [{fail: always}]}, seen: {on: error}}
script: [{emit: a, times: 3}]
"""


def test_handlers_stand_in_the_order_of_their_subscriptions_with_what_they_hear() -> None:
    handlers = SeenProgram(make_trace(20)).handlers
    assert [(each.name, each.events) for each in handlers][:2] == [
        ("log", ("order.placed",)),
        ("reserve_stock", ("order.placed",)),
    ]


def test_a_call_behind_a_lock_begins_when_the_one_before_it_ends() -> None:
    trace = queue_trace(400, arrivals=80, service=lambda rng: rng.expovariate(100), locked=True)
    program = SeenProgram(trace)
    assert program.handlers[0].serving.is_inside
    assert (program.times.begun_ns >= trace.calls.started_ns).all()
    assert (program.times.begun_ns > trace.calls.started_ns).any()


def test_errors_that_pyee_emits_itself_are_its_own(run: Any) -> None:
    program = SeenProgram(run(FAILING))
    assert int(program.own_events.sum()) == 3
    assert list(program.events) == ["a", "error"]


def test_names_for_people() -> None:
    assert short_name("main.<locals>.serve") == "serve"
    assert short_name("Shop.pay") == "Shop.pay"
    assert one_line("a\n\x1b[31mb  c") == "a [31mb c"
    assert len(evenly(trace_rows := make_trace(30).dispatches.id, 7)) == 7
    assert evenly(trace_rows, 10_000) is trace_rows
