"""From a call to what led to it, and from a dispatch to all that grew from it."""

from __future__ import annotations

from bus.analysis import causality
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


def chain(depth: int) -> Trace:
    """One flow: each call of `again` emits the next `turn`."""
    recorder = Recorder(clock_ns=lambda: 0)
    lane, event, handler = recorder.lane("main"), recorder.event("turn"), recorder.handler("again")
    parent, calls = 0, []
    for _ in range(depth):
        dispatch = recorder.next_id()
        recorder.dispatch(dispatch, parent, event, lane, 1, None, False)
        parent = recorder.next_id()
        recorder.call_started(parent, dispatch, handler, lane)
        calls.append(parent)
    for call in reversed(calls):
        recorder.call_ended(call, Outcome.OK)
    trace = Trace()
    trace.feed(recorder.take())
    return trace


def test_a_call_leads_back_to_the_root() -> None:
    trace = chain(3)
    assert causality.ancestors(trace, "call", 2) == [
        ("dispatch", 2),
        ("call", 1),
        ("dispatch", 1),
        ("call", 0),
        ("dispatch", 0),
    ]
    assert causality.cause_of_dispatch(trace, 0) == -1


def test_a_dispatch_leads_to_its_calls_and_what_they_emitted() -> None:
    trace = chain(3)
    assert causality.calls_of(trace, 1).tolist() == [1]
    assert causality.emitted_in(trace, 1).tolist() == [2]
    assert causality.emitted_in(trace, 2).tolist() == []


def test_a_flow_is_bounded_however_deep_it_is() -> None:
    trace = chain(5000)
    root = int(trace.dispatches.id[0])
    assert len(causality.flow(trace, root)) == 5000
    assert len(causality.flow(trace, root, limit=10)) == 10
    assert len(causality.ancestors(trace, "call", 4999, limit=100)) == 100
