"""A bus that a test plays by hand, millisecond by millisecond, and a session that shows what it recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome

MS = 1_000_000


class PlayedBus:
    """Records what a test says, at the time that it says."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=self._clock)

    def at(self, ms: float) -> PlayedBus:
        """Go on to this time."""
        self.now_ns = round(ms * MS)
        return self

    def handler(self, name: str, event: str = "order.placed") -> int:
        """Register a handler, as a program does before it emits."""
        ident = self.recorder.handler(name, f"/srv/shop/{name}.py", 7, event)
        self.recorder.handler_added(ident, self.recorder.event(event))
        return ident

    def emit(self, event: str = "order.placed", *, handlers: int = 1, parent: int = 0) -> int:
        ident = self.recorder.next_id()
        self.recorder.dispatch(ident, parent, self.recorder.event(event), 0, handlers, {"id": ident})
        return ident

    def start(self, dispatch: int, name: str, event: str = "order.placed") -> int:
        ident = self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.handler_id(name, event), 0)
        return ident

    def end(self, call: int, error: Exception | None = None) -> None:
        self.recorder.call_ended(call, Outcome.FAILED if error else Outcome.OK, error)

    def call(self, ms: float, length: float, name: str, *, error: Exception | None = None, parent: int = 0) -> int:
        """An emit and one call of it, from start to end; the call's id."""
        dispatch = self.at(ms).emit(parent=parent)
        call = self.start(dispatch, name)
        self.at(ms + length).end(call, error)
        return call

    def handler_id(self, name: str, event: str) -> int:
        return self.recorder.handler(name, f"/srv/shop/{name}.py", 7, event)

    def _clock(self) -> int:
        return self.now_ns


@dataclass
class Engine:
    """What the timeline reads of EngineState."""

    phase: str = "finished"
    virtual_ns: int = 0


@dataclass
class Watched:
    """What the timeline reads of Session."""

    bus: PlayedBus
    trace: Trace = field(default_factory=Trace)
    engine_state: Engine = field(default_factory=Engine)

    def hold(self) -> None:
        """Another thread reads the trace."""

    def release(self) -> None:
        """It has read."""

    def pump(self, ms: float | None = None) -> None:
        """Move the records into the trace; with a time the engine runs and has come there."""
        self.trace.feed(self.bus.recorder.take())
        if ms is not None:
            self.engine_state = Engine("running", round(ms * MS))


def as_session(watched: Watched) -> Any:
    """For a constructor that wants a Session."""
    return watched
