"""Who has the workers that running calls wait for, and whether calls wait so for each other in a circle.

Of services, of workers that a handler has to itself, and of the turns of a handler: their records name both ends.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace
from bus.trace.work_names import TURN, owner_of
from buslens.records import Decided, Kind

Rows = npt.NDArray[Any]

MOST_HOLDERS = 1_000
"""Calls that are told to have what one call waits for; a service with more workers has the others as well."""


SCRIPT = -1
"""In place of the row of a call."""


class HeldWorkers:
    """Of one trace that stands still."""

    def __init__(self, trace: Trace, running: Rows) -> None:
        """running: rows of the calls that have not ended."""
        self._trace = trace
        self._running = running
        self.waits_at: dict[int, int] = {}
        """By call that waits for a worker, or its turn: the name id of the queue."""

        self._started: dict[int, list[tuple[int, int]]] = {}
        """By queue: the calls that were begun there and have not ended, and the row that says by which worker."""

        self._read()

    def _read(self) -> None:
        """The last step of each running call in each queue."""
        told = self._trace.deliveries
        kinds = told.view("kind")
        steps = np.flatnonzero((kinds >= Kind.WORK_SENT) & (kinds <= Kind.WORK_RETRIED))
        calls = self._trace.calls.rows_of(told.view("call")[steps])
        is_running = np.zeros(len(self._trace.calls) + 1, bool)
        is_running[self._running] = True
        steps, calls = (each[is_running[calls] & (calls >= 0)] for each in (steps, calls))
        last: dict[tuple[int, int], int] = {}
        for step, call, queue in zip(steps.tolist(), calls.tolist(), told.view("queue")[steps].tolist(), strict=True):
            last.pop((call, queue), None)  # so that the queue which a call came to last stands last
            last[call, queue] = step
        for (call, queue), step in last.items():
            if kinds[step] == Kind.WORK_STARTED:
                self.waits_at.pop(call, None)
                self._started.setdefault(queue, []).append((call, step))
            elif kinds[step] not in (Kind.WORK_SUCCEEDED, Kind.WORK_FAILED):
                self.waits_at[call] = queue

    @cached_property
    def _at_door(self) -> dict[int, int]:
        """By call whose emit waits until a full queue has taken what it emitted: the call that waits at the door."""
        trace = self._trace
        blocked = trace.calls.rows_of(trace.marks.call[trace.marks.decided == Decided.BLOCKED]).tolist()
        received = trace.deliveries.view("kind") == Kind.WORK_RECEIVED
        taken = set(trace.calls.rows_of(trace.deliveries.view("call")[received]).tolist())
        found: dict[int, int] = {}
        for call in blocked:
            if call in self.waits_at and call not in taken:
                dispatch = trace.dispatches.row_of(int(trace.calls.dispatch[call]))
                emitter = int(trace.dispatches.parent_call[dispatch]) if dispatch >= 0 else 0
                found[trace.calls.row_of(emitter) if emitter else SCRIPT] = call
        return found

    def at_door(self, emitter: int) -> int:
        """The call for which a full queue has no place, so that this call's emit waits; -1 for none.

        emitter: row of a call, or SCRIPT.
        """
        return self._at_door.get(emitter, -1)

    def queue_of(self, call: int) -> int:
        """Name id of the queue that a call waits for, in its emit or itself; 0 where it is not known to wait so."""
        door = self.at_door(call)
        return self.waits_at.get(door if door >= 0 else call, 0)

    def holders(self, call: int) -> list[int]:
        """Rows of the calls that have what this one waits for; none where that is not known, or it waits for none."""
        queue = self.queue_of(call)
        if not queue:
            return []
        door = self.at_door(call)
        waiting = door if door >= 0 else call
        handler = self._handler(waiting)
        if self._trace.names.text(queue) == TURN:
            mine = [row for row in self._running.tolist() if self._handler(row) == handler]
            found = [row for row in mine if self.waits_at.get(row) != queue]
        else:
            owners = (self._trace.names.text(queue), handler)
            found = [row for row, step in self._started.get(queue, []) if self._owner(step) in owners]
        return found[:MOST_HOLDERS]

    def in_circle(self, call: int) -> bool:
        """Whether a call waits, and all that have what it waits for wait so as well, whomever one asks in turn."""
        open_, seen = [call], set[int]()
        while open_:
            one = open_.pop()
            if one in seen:
                continue
            seen.add(one)
            holders = self.holders(one)
            if not holders:
                return False
            open_ += holders
        return True

    def _handler(self, call: int) -> str:
        return self._trace.names.text(int(self._trace.calls.handler[call]))

    def _owner(self, step: int) -> str:
        return owner_of(self._trace.blobs.note(int(self._trace.deliveries.view("note")[step])))
