"""A request waits for its reply on every engine, fails at its deadline, and what comes later is said to be late."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bus.run.replies import MOST_LATE
from bus.trace import Trace
from buslens.records import Decided, Outcome
from tests.helpers.told import events, logged

ASYNC = ("pyee-asyncio", "sqlite", "sqlite-model", "rabbitmq-model", "kafka-model")

TEXT = """
events: {{order: {{}}, wanted: {{}}, told: {{}}, priced: {{}}, unpriced: {{}}}}
handlers:
  ask:
    on: order
    {handler}
    do:
      - {{request: wanted, with: {{id: $event.payload.id}}, reply: told, by: id, within: 50ms}}
      - {{emit: priced, with: {{id: $event.payload.id, price: $reply.payload.price}}}}
  tell:
    on: wanted
    {teller}
    do:
      - {{wait: {wait}}}
      - {{emit: told, with: {{id: $event.payload.id, price: 7}}}}
script: [{{emit: order, with: {{id: $count}}, times: 3, every: 100ms}}]
"""


def said(wait: str = "20ms", handler: str = "", teller: str = "") -> str:
    return TEXT.format(wait=wait, handler=handler, teller=teller)


def count(trace: Trace, event: str) -> int:
    return events(trace).count(event)


def decided(trace: Trace, kind: Decided) -> list[str]:
    return [trace.marks.text(int(row)) for row in np.flatnonzero(trace.marks.decided == kind)]


def errors(trace: Trace) -> list[str]:
    found = (trace.error(at) for at in range(len(trace.calls)))
    return [each.type for each in found if each is not None]


@pytest.mark.parametrize("engine", ASYNC)
def test_a_call_goes_on_with_the_reply(engine: str, run: Any) -> None:
    trace = run(said(), engine=engine)
    assert count(trace, "priced") == 3
    answers = decided(trace, Decided.ANSWERED)
    assert len(answers) == 3
    assert all(each.startswith("reply: told came after ") for each in answers)
    handlers = {trace.names.text(int(each)) for each in trace.calls.handler}
    assert handlers == {"ask", "ask#reply", "tell"}
    assert errors(trace) == []


@pytest.mark.parametrize("engine", ASYNC)
def test_at_the_deadline_the_call_fails_and_the_reply_is_late(engine: str, run: Any) -> None:
    trace = run(said(wait="70ms", handler="attempts: 1"), engine=engine)
    assert count(trace, "priced") == 0
    assert set(errors(trace)) == {"RequestTimedOut"}
    late = decided(trace, Decided.LATE_REPLY)
    assert len(late) >= 3
    assert all(" too late for this call" in each for each in late)


def test_the_reply_names_the_call_that_waited_and_the_one_that_brought_it(run: Any) -> None:
    trace = run(said())
    marks, calls = trace.marks, trace.calls
    for row in np.flatnonzero(marks.decided == Decided.ANSWERED):
        waited, brought = calls.row_of(int(marks.call[row])), calls.row_of(int(marks.by[row]))
        assert trace.names.text(int(calls.handler[waited])) == "ask"
        assert trace.names.text(int(calls.handler[brought])) == "ask#reply"
        assert calls.started_ns[waited] <= marks.time_ns[row] <= calls.ended_ns[waited]
    assert not set(np.flatnonzero(marks.decided == Decided.ANSWERED)) & set(marks.flagged().tolist())


def test_retry_asks_again_and_on_failure_gets_what_stays_without_a_reply(run: Any) -> None:
    handler = "retry: {attempts: 2, backoff: 10ms}\n    on_failure: unpriced"
    trace = run(said(wait="200ms", handler=handler))
    assert (count(trace, "wanted"), count(trace, "unpriced"), count(trace, "priced")) == (6, 3, 0)


def test_what_was_done_before_a_request_is_undone_at_its_deadline(run: Any) -> None:
    step = "- {step: book, do: [{log: booked}], undo: [{log: freed}]}"
    trace = run(said(wait="200ms").replace("- {request: wanted", f"{step}\n      - {{request: wanted"))
    assert logged(trace).count("freed") == 3


def test_the_timeout_of_the_handler_ends_the_wait_for_a_reply(run: Any) -> None:
    trace = run(said(wait="200ms", handler="timeout: 30ms"))
    assert set(errors(trace)) == {"HandlerTimedOut"}
    asked = trace.names.text
    rows = [at for at in range(len(trace.calls)) if asked(int(trace.calls.handler[at])) == "ask"]
    assert {int(trace.calls.outcome[at]) for at in rows} == {Outcome.TIMED_OUT}
    assert {int(trace.calls.ended_ns[at] - trace.calls.started_ns[at]) for at in rows} == {30_000_000}


def test_a_plain_handler_gets_the_reply_that_comes_while_it_emits(run: Any) -> None:
    trace = run(said(), engine="pyee")
    assert count(trace, "priced") == 3


def test_a_plain_handler_that_blocks_the_bus_waits_until_its_deadline(run: Any) -> None:
    trace = run(said(handler="block: true"), engine="pyee-asyncio")
    assert set(errors(trace)) == {"RequestTimedOut"}
    assert len(decided(trace, Decided.LATE_REPLY)) == 3


@pytest.mark.parametrize("engine", ["pyee", "pyee-threads", "pyee-asyncio"])
def test_a_call_on_a_thread_is_woken_by_its_reply(engine: str, run: Any) -> None:
    trace = run(said(handler="worker: thread", teller="worker: thread"), engine=engine)
    assert count(trace, "priced") == 3
    took = [trace.calls.ended_ns[at] - trace.calls.started_ns[at] for at in range(len(trace.calls))]
    assert max(took) < 50_000_000


def test_each_reply_answers_the_call_that_has_waited_longest(run: Any) -> None:
    text = said().replace("with: {id: $count}, times: 3, every: 100ms", "with: {id: same}, times: 3")
    trace = run(text)
    assert count(trace, "priced") == 3
    assert len(decided(trace, Decided.ANSWERED)) == 3


def test_a_reply_that_nobody_has_asked_for_is_told_and_answers_nobody(run: Any) -> None:
    text = said() + "  - {emit: told, with: {id: 99}}\n"
    text = text.replace("script: [{emit: order, with: {id: $count}, times: 3, every: 100ms}]\n  - ", "script:\n  - ")
    trace = run(text)
    assert logged(trace) == ["reply: no call of this handler waits for it"]


def test_a_request_that_nothing_is_known_by_fails_at_once(run: Any) -> None:
    trace = run(said().replace("with: {id: $event.payload.id}, reply", "with: {sku: book}, reply"))
    assert errors(trace) == ["RequestWithoutKey"] * 3
    assert count(trace, "wanted") == 0


def test_the_same_seed_gives_the_same_replies(run: Any) -> None:
    text = said(wait="exponential 40ms")
    one, other = run(text, seed=3), run(text, seed=3)
    assert logged(one) == logged(other)
    assert one.calls.ended_ns.tolist() == other.calls.ended_ns.tolist()


def test_only_so_many_requests_without_a_reply_are_remembered(run: Any) -> None:
    lost = said(wait="1min").replace("times: 3, every: 100ms", f"times: {MOST_LATE // 10}").replace("50ms", "1ms")
    trace = run(lost)
    assert len(decided(trace, Decided.LATE_REPLY)) == MOST_LATE // 10
