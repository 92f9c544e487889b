"""The emits lane knows when each event was emitted and which of them nobody heard."""

from __future__ import annotations

from bus.picture.emits import EmitIndex
from bus.trace import Trace
from buslens.recorder import Recorder


class Clock:
    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def test_losses_are_found_batch_by_batch() -> None:
    clock = Clock()
    recorder = Recorder(clock_ns=clock)
    event, trace, emits = recorder.event("ping"), Trace(), EmitIndex()
    for number in range(100):
        clock.now_ns = 10 * number
        recorder.dispatch(recorder.next_id(), 0, event, 0, 0 if number % 25 == 3 else 1, None)
        if number % 10 == 9:
            trace.feed(recorder.take())
            emits.update(trace)
    assert len(emits) == 100
    assert emits.lost.tolist() == [3, 28, 53, 78]
    assert emits.times.tolist() == list(range(0, 1000, 10))


def test_clocks_of_threads_that_disagree_do_not_break_the_order() -> None:
    clock = Clock()
    recorder = Recorder(clock_ns=clock)
    event, trace, emits = recorder.event("ping"), Trace(), EmitIndex()
    for now in (10, 30, 20, 40):
        clock.now_ns = now
        recorder.dispatch(recorder.next_id(), 0, event, 0, 1, None)
    trace.feed(recorder.take())
    emits.update(trace)
    assert emits.times.tolist() == [10, 30, 30, 40]
