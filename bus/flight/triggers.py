"""What makes the flight recorder write: found in each batch of facts, by whole columns."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.settings import FlightSettings
from bus.trace.trace import Trace
from buslens.records import Kind, NameKind, Outcome

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that happened for which the flight recorder writes a file."""

    time_ns: int
    why: str
    """One line for a person."""

    kind: str = ""
    """"dispatch" or "call", "" for the time alone."""

    about: int = 0
    """Its id."""

    by_hand: bool = False


Found = tuple[Array, Trigger | None]
"""The time of each, and the first that was recorded."""

_NONE: Found = (np.empty(0, np.int64), None)


class Triggers:
    """The conditions that are switched on, looked for in one stream."""

    def __init__(self, settings: FlightSettings) -> None:
        self._settings = settings
        self._matches = [re.compile(fnmatch.translate(each)).match for each in patterns(settings.events)]
        self._known_names = -1
        self._wanted: Array = np.empty(0, np.uint32)
        self._stuck: Array = np.empty(0, np.uint64)
        """Ids of the dispatches that were over the limit at the last look."""

    def find(self, facts: Array, trace: Trace) -> Found:
        """Those among these facts, which the trace has taken in already."""
        found = [self._failed(facts, trace), self._seen(facts, trace)]
        if self._settings.delay_ms > 0:
            found.append(self._delayed(facts, trace))
        if self._settings.latency_ms > 0:
            found.append(self._late(facts, trace))
        told = [each for _, each in found if each is not None]
        return np.concatenate([times for times, _ in found]), min(told, key=_time, default=None)

    def find_stuck(self, trace: Trace, now_ns: int) -> Found:
        """Dispatches that are not over and have lasted too long already; each is told once."""
        dispatches = trace.dispatches
        if self._settings.latency_ms <= 0:
            return _NONE
        running = np.flatnonzero(dispatches.outcome == Outcome.RUNNING)
        lasted = now_ns - dispatches.emitted_ns[running]
        late = running[lasted > self._settings.latency_ms * 1e6]
        known, self._stuck = self._stuck, dispatches.id[late]
        late = late[~np.isin(self._stuck, known)]
        if not len(late):
            return _NONE
        event = trace.names.text(int(dispatches.event[late[0]]))
        why = f"{event} is not over after {_ms(now_ns - dispatches.emitted_ns[late[0]])}"
        first = Trigger(now_ns, why, "dispatch", int(dispatches.id[late[0]]))
        return np.full(len(late), now_ns), first

    def _failed(self, facts: Array, trace: Trace) -> Found:
        if not self._settings.on_failure:
            return _NONE
        bad = (facts["outcome"] == Outcome.FAILED) | (facts["outcome"] == Outcome.TIMED_OUT)
        rows = np.flatnonzero((facts["kind"] == Kind.CALL_ENDED) & bad)
        if not len(rows):
            return _NONE
        first = facts[rows[0]]
        call = trace.calls.row_of(int(first["id"]))
        handler = trace.names.text(int(trace.calls.handler[call])) if call >= 0 else "a handler"
        error = trace.error(call) if call >= 0 else None
        what = "timed out" if first["outcome"] == Outcome.TIMED_OUT else "failed"
        why = f"{handler} {what}{f': {error.type}' if error else ''}"
        return facts["time_ns"][rows], Trigger(int(first["time_ns"]), why, "call", int(first["id"]))

    def _seen(self, facts: Array, trace: Trace) -> Found:
        if not self._matches:
            return _NONE
        self._look_at_names(trace)
        rows = np.flatnonzero((facts["kind"] == Kind.DISPATCH_EMITTED) & np.isin(facts["name"], self._wanted))
        if not len(rows):
            return _NONE
        first = facts[rows[0]]
        why = f"{trace.names.text(int(first['name']))} was emitted"
        return facts["time_ns"][rows], Trigger(int(first["time_ns"]), why, "dispatch", int(first["id"]))

    def _delayed(self, facts: Array, trace: Trace) -> Found:
        calls = trace.calls
        rows = calls.rows_of(facts["id"][facts["kind"] == Kind.CALL_STARTED])
        rows = rows[rows >= 0]
        waited = calls.started_ns[rows] - calls.emitted_ns[rows]
        over = np.flatnonzero(waited > self._settings.delay_ms * 1e6)
        if not len(over):
            return _NONE
        row = int(rows[over[0]])
        handler = trace.names.text(int(calls.handler[row]))
        why = f"{handler} waited {_ms(waited[over[0]])}, more than {self._settings.delay_ms:g} ms"
        return calls.started_ns[rows[over]], Trigger(int(calls.started_ns[row]), why, "call", int(calls.id[row]))

    def _late(self, facts: Array, trace: Trace) -> Found:
        dispatches, calls = trace.dispatches, trace.calls
        ended = calls.rows_of(facts["id"][facts["kind"] == Kind.CALL_ENDED])
        rows = np.unique(dispatches.rows_of(calls.dispatch[ended[ended >= 0]]))
        rows = rows[rows >= 0]
        lasted = dispatches.ended_ns[rows] - dispatches.emitted_ns[rows]
        over = np.flatnonzero(
            (lasted > self._settings.latency_ms * 1e6) & (dispatches.outcome[rows] != Outcome.RUNNING)
        )
        if not len(over):
            return _NONE
        row = int(rows[over[0]])
        event = trace.names.text(int(dispatches.event[row]))
        why = f"{event} took {_ms(lasted[over[0]])}, more than {self._settings.latency_ms:g} ms"
        return dispatches.ended_ns[rows[over]], Trigger(
            int(dispatches.ended_ns[row]), why, "dispatch", int(dispatches.id[row])
        )

    def _look_at_names(self, trace: Trace) -> None:
        if len(trace.names) != self._known_names:
            self._known_names = len(trace.names)
            events = [(ident, trace.names.text(ident)) for ident in trace.names.ids(NameKind.EVENT)]
            wanted = [ident for ident, text in events if any(match(text) for match in self._matches)]
            self._wanted = np.array(wanted, np.uint32)


def patterns(text: str) -> list[str]:
    """Names with `*` and `?`, separated by blanks or commas; runs of `*` are one, so that no pattern takes long."""
    return [re.sub(r"\*+", "*", each).replace("[", "[[]") for each in text.replace(",", " ").split()]


def _time(trigger: Trigger) -> int:
    return trigger.time_ns


def _ms(nanoseconds: Any) -> str:
    return f"{float(nanoseconds) / 1e6:,.4g} ms"
