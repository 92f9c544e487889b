"""A stream that a test plays by hand, under a flight recorder."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from bus.flight.recorder import FlightRecorder
from bus.settings import FlightSettings
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.wire import Header
from tests.helpers.patience import PATIENCE_S

MS = 1_000_000
S = 1_000 * MS


class Flown:
    """One program with a handler `work` of an event `tick`, on a clock of its own."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.now = 1_000 * S
        self.trace = Trace()
        self.held = 0
        header = Header("program", 1, "desk", 0, 0, "virtual")
        self.recorder = Recorder(clock_ns=self._clock, header=header)
        chosen = {"before_s": 5.0, "after_s": 2.0, "pause_s": 0.0, **settings}
        self.flight = FlightRecorder(FlightSettings(**chosen), folder, look_s=0.0)
        self.taken: list[bytes] = []

    def event(
        self, name: str = "tick", *, takes_ms: float = 1, waits_ms: float = 0, error: str = "", words: int = 0
    ) -> int:
        """Emit, handle, and let the recorder see it; the id of the call."""
        record = self.recorder
        lane, dispatch, call = record.lane("main"), record.next_id(), record.next_id()
        record.dispatch(dispatch, 0, record.event(name), lane, 1, {"at": self.now, "text": "word " * words})
        self.now += round(waits_ms * MS)
        record.call_started(call, dispatch, record.handler("work", "/w.py", 3, name), lane)
        self.now += round(takes_ms * MS)
        record.call_ended(call, Outcome.FAILED if error else Outcome.OK, ValueError(error) if error else None)
        self.pump()
        return call

    def begin(self) -> int:
        """A call that does not end."""
        record = self.recorder
        lane, dispatch, call = record.lane("main"), record.next_id(), record.next_id()
        record.dispatch(dispatch, 0, record.event("long"), lane, 1, "for ever")
        record.call_started(call, dispatch, record.handler("stuck"), lane)
        self.pump()
        return call

    def run(self, seconds: float, *, step_ms: float = 10) -> None:
        """Ticks for so long."""
        until = self.now + round(seconds * S)
        while self.now < until:
            self.event()
            self.now += round(step_ms * MS)

    def pump(self, *, at_rest: bool = False) -> None:
        self.flight.look(self, at_rest=at_rest)
        limit, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while self.held:
            assert time.monotonic() < limit, "the file was never written"
            pause.wait(0.001)
            self.flight.look(self, at_rest=at_rest)
        data = self.recorder.take()
        if data:
            self.taken.append(data)
            self.trace.feed(data)
            self.flight.feed(data, self.trace)

    def files(self) -> list[Path]:
        """What is written when nothing more comes."""
        self.release_all()
        self.flight.finish(self.trace)
        self.flight.close(self.trace)
        return [each.path for each in self.flight.written]

    def release_all(self) -> None:
        """Until nothing is held and everything is taken in."""
        while self.flight.writing:
            self.pump()
        self.pump()

    @property
    def bytes(self) -> bytes:
        """The whole stream."""
        return b"".join(self.taken)

    def hold(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.held -= 1

    def _clock(self) -> int:
        return self.now
