"""Processes of a session as tests play them: each with a recorder of its own, whose clock the test sets."""

from __future__ import annotations

from typing import Any

from bus.programs.joint_capture import JointCapture
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome

S = 1_000_000_000


class Played:
    """One process."""

    def __init__(self, name: str, pid: int, *, host: str = "here", wall_ns: int = 100 * S, mono_ns: int = 0) -> None:
        self.now = mono_ns
        self.recorder = Recorder(clock_ns=lambda: self.now)
        self.recorder.header = self.recorder.header._replace(
            process=name, pid=pid, host=host, wall_ns=wall_ns, mono_ns=mono_ns
        )
        self.bus = self.recorder.bus("orders", "pyee.base.EventEmitter")

    def emit(self, event: str, payload: Any = None, *, at: int, parent: int = 0) -> int:
        """One event and its call, which takes a millisecond; the call's id."""
        recorder, self.now = self.recorder, at
        event_id = recorder.event(event, self.bus)
        handler = recorder.handler("on_" + event, "app.py", 7, event)
        dispatch, call, lane = recorder.next_id(), recorder.next_id(), recorder.lane("MainThread")
        recorder.dispatch(dispatch, parent, event_id, lane, 1, payload, has_payload=payload is not None)
        recorder.call_started(call, dispatch, handler, lane)
        self.now = at + S // 1000
        recorder.call_ended(call, Outcome.OK)
        return call


def trace_of(*processes: Played) -> Trace:
    """All that they have recorded, joined."""
    joint, trace = JointCapture(), Trace()
    for each in processes:
        joint.take_in(joint.process(), each.recorder.take())
    trace.feed(joint.head() + joint.take() + joint.end())
    return trace


def events(trace: Trace) -> list[tuple[str, int]]:
    """Each dispatch's event and time, as they stand in the trace."""
    rows = zip(trace.dispatches.event, trace.dispatches.emitted_ns, strict=True)
    return [(trace.names.text(int(event)), int(at)) for event, at in rows]
