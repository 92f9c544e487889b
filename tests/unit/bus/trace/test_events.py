"""An event that is emitted on several buses is one event, and each dispatch knows its bus."""

from __future__ import annotations

import numpy as np
from pyee import EventEmitter

from bus.analysis import statistics
from bus.find.repeats import likeness
from bus.picture.grouping import Grouping
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


def two_buses() -> tuple[Trace, int, int]:
    recorder, trace = Recorder(), Trace()
    first, second = (
        recorder.bus("orders", "pyee.EventEmitter", "app.py", line, "created", of=emitter)
        for line, emitter in ((3, EventEmitter()), (4, EventEmitter()))
    )
    handler = recorder.handler("h", "x.py", 1, "changed")
    for bus in (first, second, 0):
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event("changed", bus), 0, 1, None)
        recorder.call_started(call, dispatch, handler, 0)
        recorder.call_ended(call, Outcome.OK)
    trace.feed(recorder.take())
    return trace, first, second


def test_each_dispatch_knows_its_bus() -> None:
    trace, first, second = two_buses()
    assert trace.events.buses(trace.dispatches.event).tolist() == [first, second, 0]
    assert [trace.names.text(ident) for ident in (first, second)] == ["orders", "orders #2"]
    assert (trace.names[first].class_name, trace.names.place(second)) == ("pyee.EventEmitter", ("app.py", 4))


def test_it_is_one_event_in_statistics_lanes_and_repeats() -> None:
    trace, _, _ = two_buses()
    assert [(each.name, each.count) for each in statistics.by_event(trace)] == [("changed", 3)]
    assert len(set(Grouping("event").lanes_of(trace, slice(0, 3)).tolist())) == 1
    for table in ("dispatches", "calls"):
        assert len(set(likeness(trace, table, np.arange(3)).tolist())) == 1


def test_a_name_that_claims_a_bus_which_is_none_has_no_bus() -> None:
    recorder, trace = Recorder(), Trace()
    lane = recorder.lane("main")
    recorder.dispatch(recorder.next_id(), 0, recorder.event("changed", lane), lane, 0, None)
    recorder.dispatch(recorder.next_id(), 0, recorder.event("changed", 4_000_000_000), lane, 0, None)
    trace.feed(recorder.take())
    assert trace.events.buses(trace.dispatches.event).tolist() == [0, 0]
