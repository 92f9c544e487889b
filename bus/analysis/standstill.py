"""What a run stood still with: which calls are open for ever, and what each of them waits for, in one sentence."""

from __future__ import annotations

import numpy as np

from bus.analysis.held_workers import SCRIPT, HeldWorkers
from bus.errors import Place
from bus.trace.trace import Trace
from bus.trace.work_names import TURN
from bus.wording import several
from buslens.records import Fault, Outcome

MOST_TOLD = 3
"""Ways of waiting that are told, the one that began first in front."""

MOST_LOOKED = 5_000
"""Calls of which it is asked what they wait for, the oldest; the others are counted."""


def standstill(trace: Trace) -> str:
    """What waits for what, as a sentence without a full stop; "" where the run does not stand still."""
    return _Told(trace).text() if trace.marks.stands_still else ""


class _Told:
    """The calls of one trace that are open, in words."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._open = np.flatnonzero(trace.calls.outcome == Outcome.RUNNING)
        self._held = HeldWorkers(trace, self._open)
        self._hanging = set(trace.marks.call[trace.marks.fault == Fault.HANG].tolist())

    def text(self) -> str:
        ways: dict[str, list[int]] = {}
        if self._held.at_door(SCRIPT) >= 0:
            ways[f"the script {self._waits_for(SCRIPT)}"] = [SCRIPT]
        for call in self._open[:MOST_LOOKED].tolist():
            ways.setdefault(f"{self._who(call)} {self._waits_for(call)}", []).append(call)
        shown = list(ways.items())[:MOST_TOLD]
        told = [way if len(calls) == 1 else f"{way} ({several(len(calls), 'call')})" for way, calls in shown]
        rest = len(self._open) - sum(len(calls) for _, calls in shown)
        if rest > 0:
            told.append(f"{several(rest, 'more call')} open")
        if circle := [calls[0] for calls in ways.values() if self._held.in_circle(calls[0])]:
            told.append(f"so {self._they(circle, of=len(ways))} wait for each other in a circle")
        return "; ".join(told) or self._trace.marks.text(int(np.flatnonzero(self._trace.marks.decided)[-1]))

    def _they(self, circle: list[int], *, of: int) -> str:
        """Those in the circle: by name where not all that are told of are."""
        if len(circle) == of:
            return "they"
        names = self._trace.names
        told = {"the script" if call == SCRIPT else names.text(int(self._trace.calls.handler[call])) for call in circle}
        return " and ".join(sorted(told))

    def _who(self, call: int) -> str:
        names, handler = self._trace.names, int(self._trace.calls.handler[call])
        file, line = names.place(handler)
        return f"{names.text(handler)} ({self._event(call)}{f', {Place(file, line)}' if file else ''})"

    def _event(self, call: int) -> str:
        dispatches = self._trace.dispatches
        row = dispatches.row_of(int(self._trace.calls.dispatch[call]))
        return self._trace.names.text(int(dispatches.event[row])) if row >= 0 else "an event"

    def _waits_for(self, call: int) -> str:
        """What a call waits for, with its verb."""
        queue, door = self._trace.names.text(self._held.queue_of(call)), self._held.at_door(call)
        if door >= 0:
            return f"emits {self._event(door)}, and waits for a place in the full queue of {queue}"
        if queue == TURN:
            return "waits until others of its calls have ended"
        if queue:
            return f"waits for a worker of {queue}"
        if call >= 0 and int(self._trace.calls.id[call]) in self._hanging:
            return "hangs, as a fault of the scenario says"
        return "waits for what never comes"
