"""Workers in virtual time are a capacity with a queue."""

from __future__ import annotations

import math

import numpy as np
import pytest

from buslens.records import Kind, Outcome
from tests.helpers.live import Live
from tests.helpers.told import failure, logged, work

MS = 1_000_000
ENGINES = pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])


@ENGINES
@pytest.mark.parametrize("worker", ["thread", "process"])
def test_so_many_work_at_once_and_the_others_wait_in_order(engine: str, worker: str, live: Live) -> None:
    session = live.ended(
        f"events: {{a: {{}}}}\nhandlers:\n  h: {{on: a, worker: {worker}, parallel: 2, "
        "do: [{wait: 10ms}, {log: '${event.payload}'}]}\nscript: [{emit: a, with: $count, times: 5}]",
        engine=engine,
        speed=math.inf,
    )
    assert logged(session.trace) == ["1", "2", "3", "4", "5"]
    ends = session.trace.calls.ended_ns
    assert sorted(((ends - ends.min()) // MS).tolist()) == [0, 0, 10, 10, 20]
    workers = [dict(work(session.trace, number))[Kind.WORK_STARTED] for number in range(3)]
    assert workers == ["h worker_0", "h worker_1", "h worker_0"]


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "sqlite"])
def test_a_worker_that_blocks_keeps_nobody_else_from_working(engine: str, live: Live) -> None:
    session = live.ended(
        "events: {a: {}}\nhandlers:\n  h: {on: a, worker: thread, do: [{wait: 10ms, block: true}]}\n"
        "script: [{emit: a, times: 4}]",
        engine=engine,
    )
    assert int(np.ptp(session.trace.calls.ended_ns)) == 0, "four workers were done at the same time"


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_no_process_is_started_and_a_crash_is_told_as_if_there_had_been_one(engine: str, live: Live) -> None:
    session = live.ended(
        "events: {a: {}}\nhandlers:\n  h: {on: a, worker: process, do: [{crash: {if: count == 1}}, {log: done}]}\n"
        "script: [{emit: a, times: 2}]",
        engine=engine,
    )
    assert session.trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.OK]
    assert failure(session.trace) == ("WorkerLost", "the worker's process was killed by signal 9 in this call")
    assert session._runner is not None
    assert not session._runner._stage.pools._remote  # type: ignore[attr-defined]


def test_a_call_that_is_given_up_gives_its_worker_back(live: Live) -> None:
    session = live(
        "events: {a: {}}\nhandlers: {h: {on: a, worker: thread, parallel: 1, do: [{wait: forever}]}}\n"
        "script: [{emit: a, times: 3}]"
    )
    session.start()
    live.until(session, lambda: len(session.trace.calls) == 3)
    session.stop()
    assert session.wait(60)
    assert set(session.trace.calls.outcome.tolist()) == {Outcome.CANCELLED}
