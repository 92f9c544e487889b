"""Captures with a planted problem: a recorder whose clock the test moves, and what detectors make of it."""

from __future__ import annotations

import json
from typing import Any

from bus.analysis.problems.detector import Detector
from bus.analysis.problems.finding import Finding
from bus.analysis.problems.looking import look
from bus.trace import Trace
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Did, Kind, Outcome
from buslens.wire import END_MARK

MS = 1_000_000


class Story:
    """What happens on a bus, told step by step; every step takes a microsecond, and `wait` more."""

    def __init__(self) -> None:
        self.now = 1_000 * MS
        self.recorder = Recorder(clock_ns=self._clock)
        self.main = self.recorder.lane("MainThread")
        self.pool = self.recorder.lane("pool-1")
        self._places: dict[str, int] = {}

    def _clock(self) -> int:
        self.now += 1_000
        return self.now

    def wait(self, milliseconds: float) -> None:
        self.now += round(milliseconds * MS)

    def bus(self, text: str, line: int = 1) -> int:
        """A bus that was made at shop/bus.py, at this line."""
        return self.recorder.bus(text, "shop.Bus", "/srv/shop/bus.py", line, "created")

    def event(self, text: str, bus: int = 0) -> int:
        return self.recorder.event(text, bus)

    def handler(self, text: str, event: str) -> int:
        line = self._places.setdefault(text, 10 * (len(self._places) + 1))
        return self.recorder.handler(text, "/srv/shop/main.py", line, event)

    def on(self, handler: str, event: str, *, bus: int = 0, once: bool = False, **note: Any) -> None:
        said = json.dumps(note).encode() if note else b""
        self.recorder.handler_added(self.handler(handler, event), self.event(event, bus), once, said)

    def off(self, handler: str, event: str, *, bus: int = 0, once: bool = False, **note: Any) -> None:
        said = json.dumps(note).encode() if note else b""
        self.recorder.handler_removed(self.handler(handler, event), self.event(event, bus), once, said)

    def emit(
        self, event: str, handlers: int = 0, *, bus: int = 0, cause: int = 0, payload: Any = None, flags: int = 0
    ) -> int:
        """An emit that announces so many handlers; its id."""
        ident = self.recorder.next_id()
        told = ident, cause, self.event(event, bus), self.main, handlers, payload, payload is not None, flags
        self.recorder.dispatch(*told)
        return ident

    def begin(self, dispatch: int, handler: str, event: str, *, flags: int = 0, lane: int = 0, attempt: int = 1) -> int:
        """A call that has not ended; its id."""
        ident = self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.handler(handler, event), lane or self.main, attempt, flags)
        return ident

    def end(self, call: int, error: BaseException | None = None) -> None:
        self.recorder.call_ended(call, Outcome.FAILED if error else Outcome.OK, error)

    def cancel(self, call: int, why: str) -> None:
        """A call is cancelled, and the probe has seen where it stood."""
        error = json.dumps({"type": "cancelled", "message": why, "traceback": ""}).encode()
        self.recorder.put(
            WHOLE, int(Kind.CALL_ENDED), int(Outcome.CANCELLED), 0, 0, self._clock(), call, 0, 0, 0, error
        )

    def call(
        self, dispatch: int, handler: str, event: str, *, ms: float = 0, error: BaseException | None = None, **how: Any
    ) -> int:
        """A call from its begin to its end."""
        ident = self.begin(dispatch, handler, event, **how)
        self.wait(ms)
        self.end(ident, error)
        return ident

    def long_step(self, call: int, ms: float) -> None:
        """A coroutine runs for so long before it awaits anything again."""
        began, note = self._clock(), f"{ms:.0f} ms without awaiting anything".encode()
        self.wait(ms)
        self.recorder.put(WHOLE, int(Kind.LONG_STEP), 0, 0, 0, began, 0, call, self.main, round(ms * 1_000), note)

    def changes(
        self, dispatch: int, call: int, path: str, was: Any = None, now: Any = None, *, how: str = "changed",
        looked: int = 1, others: int = 1,
    ) -> None:  # fmt: skip
        """While a call ran, what its dispatch carries changed, and so many others receive it."""
        note = json.dumps({"path": path, "how": how, "was": was, "now": now, "looked": looked}).encode()
        about = self._clock(), dispatch, call, self.main, others, note
        self.recorder.put(WHOLE, int(Kind.PAYLOAD_CHANGED), 0, 0, 0, *about)

    def stood(
        self, handler: str, event: str, stack: list[Any], time_ns: int, *, length_ms: int = 0, lane: str = "",
        later_ms: int = 0, note: bytes = b"",
    ) -> None:  # fmt: skip
        """A thread was seen in a handler from then on for so long. stack: innermost first."""
        self.handler(handler, event)
        place = ["/srv/shop/main.py", self._places[handler]]
        said = note or json.dumps({"looks": 9, "handler": place, "stack": stack}).encode()
        on = self.pool if lane else self.main
        about = time_ns + later_ms * MS, 0, 0, on, length_ms * 1_000, said
        self.recorder.put(WHOLE, int(Kind.STACK), 0, 0, 0, *about)

    def awaits(self, call: int, place: str) -> None:
        """A coroutine was seen to wait."""
        self.recorder.put(WHOLE, int(Kind.AWAITS), 0, 0, 0, self._clock(), 0, call, 0, 0, place.encode())

    def by_hand(self, did: Did, dispatch: int, handler: str, event: str, call: int = 0) -> None:
        """What a person did to a delivery at a breakpoint."""
        said = did.name.lower().encode()
        about = self.handler(handler, event), self._clock(), dispatch, call, self.main
        self.recorder.put(WHOLE, int(Kind.INTERVENED), 0, 0, *about, int(did), said)

    def heard(
        self, event: str, *handlers: str, bus: int = 0, cause: int = 0, ms: float = 0, payload: Any = None
    ) -> int:
        """An emit that each of these handlers is called for at once."""
        dispatch = self.emit(event, len(handlers), bus=bus, cause=cause, payload=payload)
        for handler in handlers:
            self.call(dispatch, handler, event, ms=ms)
        return dispatch

    def delivery(
        self, kind: Kind, dispatch: int, queue: str, *, call: int = 0, attempt: int = 1, note: str = ""
    ) -> None:
        self.recorder.delivery(kind, dispatch, self.recorder.queue(queue), call, attempt, 0, note)

    def trace(self, *, ended: bool = True) -> Trace:
        """What was told so far. ended: the program says that this is all."""
        return trace_of(self.recorder, ended=ended)


def trace_of(recorder: Recorder, *, ended: bool = True) -> Trace:
    """What a recorder has taken down."""
    trace = Trace()
    trace.feed(recorder.take() + (END_MARK if ended else b""))
    assert not trace.damage, trace.damage
    return trace


def found(detector: Detector, trace: Trace) -> list[Finding]:
    """What one detector says of a trace, which it must be able to judge."""
    problems = look(trace, (detector,))
    assert not problems.undecided, problems.undecided
    return list(problems.findings)


def titles(detector: Detector, trace: Trace) -> list[str]:
    """The findings of one detector, each with its severity."""
    return [f"{each.severity.word}: {each.title}" for each in found(detector, trace)]
