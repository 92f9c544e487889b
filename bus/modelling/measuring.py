"""What is compared of a program and its model, or of a scenario and a change of it: times of events and handlers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.numbers import ended
from bus.modelling.call_times import CallTimes
from bus.trace.same_handler import SameHandler
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """One event or handler of one trace."""

    count: int
    """Dispatches, or calls."""

    failed: int
    """Calls that failed."""

    calls: int
    """Of an event: calls for it."""

    times: dict[str, Array]
    """Nanoseconds, by what they are: see EVENT_TIMES and HANDLER_TIMES."""


EVENT_TIMES = ("latency",)
"""From the emit to the end of its last call."""

HANDLER_TIMES = ("waiting", "duration")
"""From the emit to the beginning of a call's work, and from there to its end."""


class Measurements:
    """The events and handlers of a trace, each measured when it is asked for."""

    def __init__(self, trace: Trace, begun_ns: Array | None = None) -> None:
        """begun_ns: see CallTimes."""
        self._trace = trace
        self._times = CallTimes(trace, begun_ns)
        same = SameHandler()
        same.update(trace.names)
        self._handler_of = same.firsts(trace.calls.handler)
        self._event_of = trace.events.firsts(trace.dispatches.event)
        rows = trace.dispatches.rows_of(trace.calls.dispatch)
        self._event_of_call = (
            np.where(rows >= 0, self._event_of[rows], 0) if len(self._event_of) else np.zeros(len(rows))
        )

    def event(self, ident: int) -> Measured:
        """By its first name id; -1: an event that the trace does not have."""
        dispatches = self._trace.dispatches
        of_event = self._event_of == ident
        over = of_event & ~np.isin(dispatches.outcome, (Outcome.RUNNING, Outcome.LOST, Outcome.KEPT))
        calls = self._event_of_call == ident
        latency = (dispatches.ended_ns - dispatches.emitted_ns)[over]
        return Measured(int(of_event.sum()), self._failed(calls), int(calls.sum()), {"latency": latency})

    def handler(self, ident: int) -> Measured:
        """By its first name id; -1: a handler that the trace does not have."""
        calls = self._handler_of == ident
        times = {
            "waiting": self._times.waited_ns[calls],
            "duration": self._times.took_ns[calls & self._times.has_ended],
        }
        return Measured(int(calls.sum()), self._failed(calls), int(calls.sum()), times)

    def longest_queue(self, ident: int) -> int:
        """The most calls of a handler that waited at one time."""
        calls = self._handler_of == ident
        emitted, begun = self._trace.calls.emitted_ns[calls], self._times.begun_ns[calls]
        times = np.concatenate([begun, emitted])
        steps = np.repeat((-1, 1), len(emitted))
        return int(np.cumsum(steps[np.lexsort((steps, times))]).max(initial=0))

    def named(self, kind: NameKind) -> dict[str, int]:
        """First name ids of events or handlers, by name."""
        if kind == NameKind.EVENT:
            return {self._trace.names.text(ident): ident for ident in self._trace.events.order}
        same = SameHandler()
        same.update(self._trace.names)
        return {self._trace.names.text(ident): ident for ident in reversed(same.order)}

    def _failed(self, calls: Array) -> int:
        return int(np.count_nonzero(ended("failed", self._trace.calls.outcome[calls])))
