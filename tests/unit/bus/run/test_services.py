"""Services: workers that handlers share, a queue with an end, and what becomes of an event that finds it full."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bus.trace import Trace, fates
from buslens.records import Decided, Outcome
from tests.helpers.live import Live
from tests.helpers.told import failure, logged

MS = 1_000_000
PYEE = ("pyee", "pyee-asyncio", "pyee-threads")
every_pyee = pytest.mark.parametrize("engine", PYEE)
every_engine = pytest.mark.parametrize("engine", [*PYEE, "sqlite"])

FULL = "full queue: 1 waits for s, "


def scenario(queue: str, handler: str = "", script: str = "{emit: a, with: {n: $count}, times: 5}") -> str:
    return (
        f"events: {{a: {{}}, b: {{}}}}\nservices: {{s: {{{queue}}}}}\n"
        f"handlers: {{h: {{on: a, service: s, {handler} do: [{{wait: 10ms}}, {{log: 'n ${{event.payload.n}}'}}]}}}}\n"
        f"script: [{script}, {{mark: done}}]"
    )


def outcomes(trace: Trace) -> list[int]:
    """Of its calls, in the order of their events."""
    return [int(trace.calls.outcome[row]) for row in np.argsort(trace.calls.dispatch, kind="stable")]


def at(trace: Trace, text: str) -> list[float]:
    """Milliseconds at which this was said."""
    return [time / MS for time, said in zip(trace.marks.time_ns.tolist(), logged(trace), strict=True) if said == text]


@every_engine
def test_handlers_share_the_workers_of_their_service(engine: str, run: Any) -> None:
    trace = run(
        "events: {a: {}}\nservices: {s: {workers: 2}}\nhandlers:\n"
        "  g: {on: a, service: s, do: [{wait: 10ms}, {log: g}]}\n"
        "  h: {on: a, service: s, do: [{wait: 10ms}, {log: h}]}\n"
        "script: [{emit: a, times: 2}]",
        engine=engine,
    )
    assert sorted(trace.marks.time_ns.tolist()) == [10 * MS, 10 * MS, 20 * MS, 20 * MS]


@every_pyee
def test_a_full_queue_blocks_the_script_until_it_has_a_place(engine: str, run: Any) -> None:
    trace = run(scenario("queue: {limit: 1}"), engine=engine)
    assert trace.dispatches.emitted_ns.tolist() == [0, 0, 0, 10 * MS, 20 * MS]
    assert at(trace, FULL + "its emitter waits") == [0, 10, 20]
    assert at(trace, "done") == [30]
    assert outcomes(trace) == [Outcome.OK] * 5


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads"])
def test_a_full_queue_blocks_a_handler_that_emits(engine: str, run: Any) -> None:
    trace = run(
        "events: {a: {}, b: {}}\nservices: {s: {queue: {limit: 1}}}\nhandlers:\n"
        "  g: {on: b, do: [{emit: a, times: 4}, {log: emitted}]}\n"
        "  h: {on: a, service: s, do: [{wait: 10ms}]}\n"
        "script: [{emit: b}]",
        engine=engine,
    )
    assert at(trace, "emitted") == [20]


def test_a_broker_keeps_what_has_no_place_and_the_emitter_goes_on(run: Any) -> None:
    trace = run(scenario("queue: {limit: 1}"), engine="sqlite")
    assert at(trace, "done") == [0]
    assert not trace.marks.decided.any()
    assert outcomes(trace) == [Outcome.OK] * 5


@every_pyee
def test_the_oldest_is_dropped_for_a_newer_one_and_the_dispatch_says_why_it_is_lost(engine: str, run: Any) -> None:
    trace = run(scenario("queue: {limit: 1, overflow: drop_oldest}"), engine=engine)
    assert [text for text in logged(trace) if text.startswith("n ")] == ["n 1", "n 5"]
    assert at(trace, FULL + "this one is dropped for a newer one") == [0, 0, 0]
    assert outcomes(trace) == [Outcome.OK, *[Outcome.CANCELLED] * 3, Outcome.OK]
    found = trace.fates.of(trace)
    assert found.why.tolist() == [0, *[fates.OVERFLOWED] * 3, 0]


@every_pyee
def test_a_queue_without_any_place_drops_what_comes(engine: str, run: Any) -> None:
    trace = run(scenario("queue: {limit: 0, overflow: drop_oldest}"), engine=engine)
    assert outcomes(trace) == [Outcome.OK, *[Outcome.CANCELLED] * 4]


def test_a_queue_without_any_place_blocks_until_a_worker_is_free(run: Any) -> None:
    trace = run(scenario("queue: {limit: 0}"))
    assert trace.dispatches.emitted_ns.tolist() == [0, 0, 10 * MS, 20 * MS, 30 * MS]


@every_pyee
def test_a_call_that_is_refused_fails_and_is_called_again_where_its_handler_retries(engine: str, run: Any) -> None:
    trace = run(scenario("queue: {limit: 1, overflow: reject}", script="{emit: a, with: {n: $count}, times: 3}"),
                engine=engine)  # fmt: skip
    assert failure(trace) == ("ServiceFull", "the queue of s is full")
    assert trace.marks.decided[trace.marks.decided > 0].tolist() == [Decided.REFUSED]
    again = run(
        scenario(
            "queue: {limit: 1, overflow: reject}", "retry: {backoff: 15ms},",
            "{emit: a, with: {n: $count}, times: 3}",
        ),
        engine=engine,
    )  # fmt: skip
    assert [text for text in logged(again) if text.startswith("n ")] == ["n 1", "n 2", "n 3"]


def test_a_refused_call_has_its_dead_letter(run: Any) -> None:
    trace = run(scenario("queue: {limit: 0, overflow: reject}", "on_failure: b,"))
    letters = [row for row in range(len(trace.dispatches)) if trace.names.text(int(trace.dispatches.event[row])) == "b"]
    assert [trace.payload(row).value["error"] for row in letters] == ["ServiceFull"] * 4


@pytest.mark.parametrize("overflow", ["drop_oldest", "reject"])
def test_on_a_durable_engine_what_is_given_up_is_a_dead_letter(overflow: str, run: Any) -> None:
    handler = "attempts: 1," if overflow == "reject" else ""
    trace = run(scenario(f"queue: {{limit: 1, overflow: {overflow}}}", handler), engine="sqlite")
    assert trace.fates.of(trace).count(fates.DEAD) == 3


def test_workers_that_are_edited_while_it_runs_are_others_from_then_on(live: Live) -> None:
    text = scenario("workers: 1", script="{emit: a, with: {n: 0}, times: 2}")
    session = live.ended(text)
    assert session.document is not None
    session.document.set_option("services", {"s": {"workers": 2}})
    began = session.trace.span_ns[1]
    session.emit("a", {"n": 1}, times=2)
    assert session.wait(60)
    assert (session.trace.calls.ended_ns[2:] - began).tolist() == [10 * MS, 10 * MS]


@every_pyee
def test_the_dead_letter_of_a_refused_call_is_handled(engine: str, run: Any) -> None:
    text = scenario("queue: {limit: 0, overflow: reject}", "on_failure: b,", "{emit: a, times: 2, with: {n: 1}}")
    trace = run(text.replace("}}\nscript", "}, letters: {on: b, do: [{log: letter}]}}\nscript"), engine=engine)
    assert logged(trace).count("letter") == 1


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads"])
@pytest.mark.parametrize("where", ["service: s", "concurrency: 1", "worker: thread"])
def test_a_call_that_fails_behind_what_it_waits_for_becomes_an_error_event(where: str, engine: str, run: Any) -> None:
    trace = run(
        "events: {a: {}}\nservices: {s: {}}\nhandlers:\n"
        f"  h: {{on: a, {where}, retry: {{attempts: 2}}, do: [{{wait: 5ms}}, {{fail: always}}]}}\n"
        "  e: {on: error, do: [{log: heard}]}\nscript: [{emit: a}]",
        engine=engine,
    )
    assert logged(trace) == ["heard"]
    assert trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.FAILED, Outcome.OK]
    assert trace.dispatches.parent_call.tolist() == [0, int(trace.calls.id[1])]
