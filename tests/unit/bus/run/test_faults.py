"""What goes wrong on purpose means the same on every engine, and each of it is a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.find.rows import parse, rows
from bus.trace import Trace
from buslens.records import Fault, Outcome
from tests.helpers.live import Live
from tests.helpers.told import events, failure, logged, payloads

MS = 1_000_000
ENGINES = ("pyee", "pyee-asyncio", "pyee-threads", "sqlite")
every_engine = pytest.mark.parametrize("engine", ENGINES)
TEXT = """seed: 7
events: {a: {schema: {properties: {n: {type: integer}}}}}
handlers: {h: {on: a, attempts: 1, SAID do: [{log: "${event.payload.n}"}]}}
faults: [FAULTS]
script: [{emit: a, with: {n: $count}, times: 4, every: 10ms}]
"""


def text(faults: str, said: str = "") -> str:
    return TEXT.replace("FAULTS", faults).replace("SAID", said)


def faults(trace: Trace) -> list[Fault]:
    """What went wrong, in order."""
    return [Fault(int(fault)) for fault in trace.marks.fault if fault]


def said(trace: Trace) -> list[str]:
    """What the handler has logged, in order."""
    return [line for line in logged(trace) if not line.startswith("fault")]


def ends(trace: Trace) -> list[float]:
    """When its calls ended, in milliseconds, in the order of their events."""
    return [trace.calls.ended_ns[row] / MS for row in np.argsort(trace.calls.dispatch, kind="stable")]


@every_engine
def test_a_call_raises(engine: str, run: Any) -> None:
    trace = run(text("{fail: h, every: 2, error: CardDeclined}"), engine=engine)
    assert failure(trace) == ("CardDeclined", "a fault of the scenario")
    assert said(trace) == ["1", "3"]
    assert faults(trace) == [Fault.FAIL, Fault.FAIL]
    failed = trace.calls.id[trace.calls.outcome == Outcome.FAILED]
    assert trace.marks.call[trace.marks.fault > 0].tolist() == failed.tolist()


@every_engine
def test_a_call_hangs_until_its_timeout(engine: str, run: Any) -> None:
    trace = run(text("{hang: h, at: 5ms, most: 1}", "timeout: 9ms,"), engine=engine)
    assert said(trace) == ["1", "3", "4"]
    assert ends(trace)[1] == 19
    assert (trace.calls.outcome == Outcome.TIMED_OUT).tolist() == [False, True, False, False]


@every_engine
def test_a_call_is_slow(engine: str, run: Any) -> None:
    trace = run(text("{slow: h, by: 3ms, at: 10ms, for: 11ms}"), engine=engine)
    assert ends(trace)[0] == 0
    assert faults(trace) == [Fault.SLOW, Fault.SLOW]
    assert ends(trace)[1:3] == [13, 23]


@every_engine
def test_an_event_is_lost_on_its_way_though_it_was_emitted(engine: str, run: Any) -> None:
    trace = run(text("{drop: 'a*', if: event.payload.n == 2}"), engine=engine)
    assert said(trace) == ["1", "3", "4"]
    assert events(trace) == ["a"] * 4
    assert len(set(trace.dispatches.event.tolist())) == 1  # the same event of the same bus
    assert trace.dispatches.outcome.tolist().count(Outcome.LOST) == 1


@every_engine
def test_an_event_comes_more_often(engine: str, run: Any) -> None:
    trace = run(text("{duplicate: a, times: 2, if: count == 1}"), engine=engine)
    assert said(trace) == ["1", "1", "1", "2", "3", "4"]


@every_engine
def test_an_event_comes_later(engine: str, run: Any) -> None:
    trace = run(text("{delay: a, by: 15ms, if: event.payload.n == 1}"), engine=engine)
    assert said(trace) == ["2", "1", "3", "4"]
    assert min(ends(trace)) == 10


@every_engine
def test_an_event_comes_behind_the_next_or_after_a_time(engine: str, run: Any) -> None:
    trace = run(
        text("{reorder: a, within: 5ms, if: event.payload.n == 4}, {reorder: a, if: event.payload.n == 1}"),
        engine=engine,
    )
    assert said(trace) == ["2", "1", "3", "4"]
    assert max(ends(trace)) == 35


@every_engine
def test_a_value_of_a_payload_is_another_one_also_against_the_schema(engine: str, run: Any) -> None:
    trace = run(text("{corrupt: a, every: 1}"), engine=engine)
    assert all(payload != {"n": number} for number, payload in enumerate(payloads(trace), 1))
    assert all("n was" in line for line in logged(trace) if line.startswith("fault"))


@every_engine
def test_a_service_that_crashes_loses_its_calls_and_what_it_had_in_memory(engine: str, run: Any) -> None:
    steps = "{log: 'n ${event.payload.n} call ${count}'}, {wait: 8ms}"
    whole = text("{crash: h, at: 15ms, for: 10ms}", "concurrency: 1,").replace("attempts: 1", "attempts: 3")
    trace = run(whole.replace('{log: "${event.payload.n}"}', steps), engine=engine)
    assert faults(trace) == [Fault.CRASH, Fault.BACK]
    assert failure(trace)[0] == "ConsumerDied"
    assert ends(trace)[1] == 15
    # Where events are kept, what was lost is delivered again; elsewhere only what comes when it is back.
    after = {"sqlite": ["n 2 call 1", "n 3 call 2", "n 4 call 3"]}.get(engine, ["n 4 call 1"])
    assert said(trace) == ["n 1 call 1", "n 2 call 2", *after]


@every_engine
def test_a_subscriber_is_absent(engine: str, run: Any) -> None:
    trace = run(text("{absent: h, at: 5ms, for: 10ms}"), engine=engine)
    assert faults(trace) == [Fault.ABSENT, Fault.BACK]
    assert said(trace) == (["1", "2", "3", "4"] if engine == "sqlite" else ["1", "3", "4"])


def test_crashes_come_again_and_a_run_does_not_wait_for_the_next(run: Any) -> None:
    trace = run(text("{crash: h, every: 12ms, for: 1ms}"), engine="pyee-asyncio")
    assert faults(trace) == [Fault.CRASH, Fault.BACK] * 2
    assert trace.span_ns[1] < 31 * MS


@pytest.mark.parametrize("worker", ["inline", "thread", "process"])
def test_a_service_that_is_back_draws_other_times_than_before(worker: str, run: Any) -> None:
    trace = run(
        f"events: {{a: {{}}}}\nhandlers: {{h: {{on: a, worker: {worker}, do: [{{wait: 1ms..90ms}}]}}}}\n"
        "script: [{emit: a, times: 40, every: 100ms}]\n"
        "faults: [{crash: h, every: quantiles 0%=1s 100%=1s, for: 1ms}]\n",
        engine="pyee-asyncio",
    )
    calls = trace.calls
    took = (calls.ended_ns - calls.started_ns)[calls.outcome == Outcome.OK]
    assert len(took) > 30
    assert len(set(took.tolist())) == len(took)


@every_engine
def test_chance_is_the_seeds(engine: str, run: Any) -> None:
    many = text("{fail: h, probability: 0.5}, {drop: a, probability: 0.2}, {delay: a, by: 1ms..9ms, probability: 0.5}")
    one, other = (run(many.replace("times: 4", "times: 60"), engine=engine) for _ in range(2))
    assert faults(one) == faults(other)
    assert said(one) == said(other)
    assert faults(one) != faults(run(many.replace("times: 4", "times: 60"), engine=engine, seed=8))


def test_a_swarm_draws_some_kinds_of_faults_for_each_seed_and_says_which(run: Any) -> None:
    kinds = "{fail: h}, {slow: h}, {drop: a}, {duplicate: a}, {delay: a}, {corrupt: a}"
    lines = {logged(run(text(kinds) + "swarm: true\n", engine="pyee-asyncio", seed=seed))[0] for seed in range(8)}
    assert len(lines) > 4
    assert all(line.startswith("faults of this run: ") for line in lines)


def test_what_a_fault_hit_is_found_by_the_search_line(run: Any) -> None:
    trace = run(text("{fail: h, every: 2}"), engine="pyee")
    found = rows(trace, "calls", parse("note:fault"))
    assert found.tolist() == np.flatnonzero(trace.calls.outcome == Outcome.FAILED).tolist()


def test_a_condition_that_cannot_be_evaluated_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    live = Live(tmp_path)
    session = live.begun(text("{drop: a, if: event.payload.x > 1}"))
    live.until(session, lambda: bool(session.engine_state.message))
    assert session.engine_state.message.startswith("the condition of the fault drop cannot be evaluated: ")
    live.close()
