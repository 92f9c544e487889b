"""Every fault is a record, and a mark."""

from __future__ import annotations

from bus.engines.pyee.engine import PyeeEngine
from bus.run.fault_records import MOST_NOTED, FaultRecords
from bus.trace import Trace
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Fault, Outcome


def test_what_happened_and_to_which_call() -> None:
    recorder = Recorder(clock_ns=lambda: 7)
    CALL.set(12)
    FaultRecords(recorder, PyeeEngine()).say(Fault.SLOW, "w" * 100_000, event="a")
    CALL.set(None)
    trace = Trace()
    trace.feed(recorder.take())
    assert (int(trace.marks.fault[0]), int(trace.marks.call[0]), int(trace.marks.time_ns[0])) == (Fault.SLOW, 12, 7)
    assert trace.marks.text(0) == ("fault: " + "w" * 100_000)[:MOST_NOTED]


def test_a_dropped_event_is_a_dispatch_that_was_lost() -> None:
    recorder = Recorder(clock_ns=lambda: 7)
    FaultRecords(recorder, PyeeEngine()).dropped("a", ({"n": 1},))
    trace = Trace()
    trace.feed(recorder.take())
    assert trace.dispatches.outcome.tolist() == [Outcome.LOST]
    assert trace.payload(0).value == {"n": 1}
