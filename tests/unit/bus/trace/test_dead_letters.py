"""The timeline knows when events became dead letters."""

from __future__ import annotations

from typing import Any

from bus.trace import Trace
from bus.trace.dead_letters import DeadLetters
from buslens.recorder import Recorder
from buslens.records import Kind

SOME = (
    "engine: sqlite\nevents: {a: {}}\n"
    "handlers: {h: {on: a, attempts: 2, do: [{fail: {if: event.payload % 10 == 0}}]}}\n"
    "script: [{emit: a, with: $count, every: 1ms, times: 40}]"
)


def test_each_is_found_with_its_last_call(run: Any) -> None:
    trace, dead = run(SOME), DeadLetters()
    dead.update(trace)
    times, rows = dead.between(*trace.span_ns)
    assert len(times) == 4
    assert trace.calls.attempt[rows].tolist() == [2] * 4
    assert (times >= trace.calls.ended_ns[rows]).all()
    assert [len(each) for each in dead.between(int(times[1]), int(times[2]))] == [2, 2]


def test_they_are_taken_in_batch_by_batch_also_where_a_capture_lies() -> None:
    recorder, trace, dead = Recorder(clock_ns=lambda: 5), Trace(), DeadLetters()
    queue = recorder.queue("h")
    for _ in range(3):
        recorder.delivery(Kind.DEAD_LETTERED, 7, queue, 999, 1, recorder.lane("x"), "no such call")
        trace.feed(recorder.take())
        dead.update(trace)
    assert dead.between(0, 10)[1].tolist() == [-1, -1, -1]
