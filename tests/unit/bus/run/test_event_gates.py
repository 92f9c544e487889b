"""What stands between a handler's events and its calls means the same on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.trace import Trace
from buslens.records import Kind, Outcome
from tests.helpers.live import Live
from tests.helpers.told import logged, told

MS = 1_000_000
ENGINES = ("pyee", "pyee-asyncio", "pyee-threads", "sqlite")
PYEE = ENGINES[:3]
every_engine = pytest.mark.parametrize("engine", ENGINES)


@pytest.fixture
def ran(tmp_path: Path) -> Iterator[Any]:
    live = Live(tmp_path, trusted=False)

    def run(handler: str, engine: str, script: str = "{emit: a, with: {n: $count}, times: 4, every: 10ms}") -> Trace:
        text = f"events: {{a: {{}}, b: {{}}}}\nhandlers: {{h: {{on: a, {handler}}}}}\nscript: [{script}]"
        return live.ended(text, engine=engine).trace

    yield run
    live.close()


def times(trace: Trace) -> list[tuple[float, float]]:
    """Start and end of its calls in milliseconds, in the order of their events."""
    order = np.argsort(trace.calls.dispatch, kind="stable")
    return [(trace.calls.started_ns[row] / MS, trace.calls.ended_ns[row] / MS) for row in order]


@every_engine
def test_debounce_handles_the_last_of_several_events_when_no_other_has_come_for_so_long(engine: str, ran: Any) -> None:
    trace = ran("debounce: 15ms, do: [{log: 'n ${event.payload.n}'}]", engine)
    assert logged(trace) == [*["debounced: a later event took its place"] * 3, "n 4"]
    assert [ended for _, ended in times(trace)] == [15, 25, 35, 45]


@every_engine
def test_throttle_passes_over_what_comes_too_soon(engine: str, ran: Any) -> None:
    trace = ran("throttle: 15ms, do: [{log: 'n ${event.payload.n}'}]", engine)
    soon = "throttled: it came too soon after the last call"
    assert logged(trace) == ["n 1", soon, "n 3", soon]


@every_engine
def test_throttle_may_let_events_wait(engine: str, ran: Any) -> None:
    trace = ran("throttle: {every: 15ms, excess: wait}, do: [{log: 'n ${event.payload.n}'}]", engine)
    assert logged(trace) == ["n 1", "n 2", "n 3", "n 4"]
    assert trace.marks.time_ns.tolist() == [0, 15 * MS, 30 * MS, 45 * MS]


@every_engine
def test_a_batch_is_one_call_with_all_payloads_and_the_others_end_with_it(engine: str, ran: Any) -> None:
    trace = ran(
        "batch: {size: 3, within: 50ms}, do: [{wait: 5ms}, {log: '${event.payload.map(each, each.n)} ${count}'}]",
        engine,
    )
    texts = [text for text in logged(trace) if not text.startswith("in the batch of call")]
    assert texts == ["[1, 2, 3] 1", "[4] 2"]
    assert [ended for _, ended in times(trace)] == [25, 25, 25, 85]


@every_engine
def test_a_batch_that_fails_has_failed_for_each_of_its_events(engine: str, ran: Any) -> None:
    trace = ran("batch: {size: 2}, attempts: 1, do: [{fail: always}]", engine)
    assert set(trace.calls.outcome.tolist()) == {Outcome.FAILED}
    assert len(trace.calls) == 4


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads", "sqlite"])
def test_so_many_calls_do_their_work_at_once_and_the_others_wait_for_their_turn(engine: str, ran: Any) -> None:
    trace = ran("concurrency: 2, do: [{wait: 30ms}]", engine)
    assert [ended for _, ended in times(trace)] == [30, 40, 60, 70]
    if engine != "sqlite":  # there what waits has not begun
        assert told(trace, Kind.WORK_SENT) == told(trace, Kind.WORK_STARTED) == 2


@every_engine
def test_events_with_the_same_key_are_handled_one_after_another(engine: str, ran: Any) -> None:
    script = "{emit: a, with: {k: '$count % 2'}, times: 4}"
    ends = [ended for _, ended in times(ran("order: k, do: [{wait: 10ms}]", engine, script))]
    assert ends == [10, 10, 20, 20]


def test_values_of_two_types_are_two_keys(ran: Any) -> None:
    script = "{emit: a, with: {k: 1}}, {emit: a, with: {k: '1'}}, {emit: a}, {emit: a}"
    ends = [ended for _, ended in times(ran("order: k, do: [{wait: 10ms}]", "pyee-asyncio", script))]
    assert ends == [10, 10, 10, 20]


@pytest.mark.parametrize("worker", ["thread", "process"])
@every_engine
def test_gates_stand_before_workers_too(engine: str, worker: str, ran: Any) -> None:
    handler = f"worker: {worker}, parallel: 4, throttle: {{every: 20ms, excess: wait}}, do: [{{wait: 5ms}}]"
    assert [ended for _, ended in times(ran(handler, engine))] == [5, 25, 45, 65]


@every_engine
def test_what_waits_counts_as_a_wait_and_a_timeout_begins_with_the_work(engine: str, ran: Any) -> None:
    trace = ran("concurrency: 1, attempts: 1, timeout: 20ms, do: [{wait: 1s}]", engine)
    assert [ended for _, ended in times(trace)] == [20, 40, 60, 80]
    assert set(trace.calls.outcome.tolist()) == {Outcome.TIMED_OUT}


@pytest.mark.parametrize("engine", PYEE)
def test_the_same_seed_gives_the_same_records(engine: str, tmp_path: Path) -> None:
    text = (
        "events: {a: {}}\nhandlers:\n"
        "  one: {on: a, concurrency: 1, do: [{wait: 1ms..9ms}]}\n"
        "  two: {on: a, batch: {size: 3, within: 5ms}, do: [{wait: exponential 5ms}]}\n"
        "  three: {on: a, order: k, retry: {jitter: 1, backoff: 5ms}, do: [{fail: {probability: 0.5}}]}\n"
        "script: [{emit: a, with: {k: '$count % 3'}, times: 40, every: exponential 3ms}]"
    )
    live = Live(tmp_path, trusted=False)
    one, other = (live.ended(text, engine=engine, seed=7).trace.calls for _ in range(2))
    for column in ("id", "handler", "attempt", "started_ns", "ended_ns", "outcome"):
        assert getattr(one, column).tolist() == getattr(other, column).tolist()
    live.close()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("gate", ["debounce: 60min", "batch: {size: 9, within: 60min}", "concurrency: 1", "order: k"])
def test_a_run_that_is_stopped_leaves_nobody_waiting(gate: str, engine: str, tmp_path: Path) -> None:
    live = Live(tmp_path, trusted=False)
    session = live.begun(
        f"events: {{a: {{}}}}\nhandlers: {{h: {{on: a, {gate}, do: [{{wait: forever}}]}}}}\n"
        "script: [{emit: a, times: 3}]",
        engine=engine,
        speed=1.0,
    )
    live.until(session, lambda: len(session.trace.calls) > 0)
    live.close()
    assert session.engine_state.phase != "running"
