"""`timeout` of a handler: a call that takes longer is over then, wherever it waits."""

from __future__ import annotations

from typing import Any

import pytest

from bus.behaviour.deadline import Deadline
from buslens.records import Outcome
from tests.helpers.told import logged

MS = 1_000_000


@pytest.mark.parametrize("worker", ["", "worker: thread,", "worker: process,"])
@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])
def test_a_wait_ends_when_the_time_of_the_call_is_over(engine: str, worker: str, run: Any) -> None:
    trace = run(
        f"events: {{a: {{}}}}\nhandlers: {{h: {{on: a, {worker} attempts: 1, timeout: 50ms, "
        "do: [{wait: 20ms}, {log: still here}, {wait: forever}, {log: never}]}}\nscript: [{emit: a}]",
        engine=engine,
    )
    assert trace.calls.outcome.tolist() == [Outcome.TIMED_OUT]
    assert (trace.calls.ended_ns - trace.calls.started_ns).tolist() == [50 * MS]
    assert logged(trace) == ["still here"]
    error = trace.error(0)
    assert (error.type, error.message) == ("HandlerTimedOut", "no end after 50ms")


def test_one_that_ends_before_is_not_touched(run: Any) -> None:
    trace = run("events: {a: {}}\nhandlers: {h: {on: a, timeout: 50ms, do: [{wait: 49ms}]}}\nscript: [{emit: a}]")
    assert trace.calls.outcome.tolist() == [Outcome.OK]


def test_a_worker_of_a_real_process_is_not_waited_for(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers: {h: {on: a, worker: process, timeout: 10ms, do: [{wait: 60min}]}}\n"
        "script: [{emit: a}]",
        engine="pyee",
        speed=1.0,
    )
    assert trace.calls.outcome.tolist() == [Outcome.TIMED_OUT]


def test_what_is_left_of_a_wait() -> None:
    deadline = Deadline(100, lambda: 60, TimeoutError)
    assert deadline.cut(30) == (30, False)
    assert deadline.cut(50) == (40, True)
    deadline.check()
    with pytest.raises(TimeoutError):
        Deadline(100, lambda: 100, TimeoutError).check()
