"""Words for what answers are about, and reasons that rest on it: names with their ids, times, places."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.held_workers import HeldWorkers
from bus.analysis.problems.observed import Observed
from bus.analysis.why.answer import Reason, Sure
from bus.errors import Place
from bus.trace.groups import RowGroups
from bus.trace.ids import id_text
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Rows = npt.NDArray[Any]

MOST_MESSAGE = 200
"""Letters of an error's message in a sentence."""

BAD = (Outcome.FAILED, Outcome.TIMED_OUT)

EndIfUnwanted = Callable[[], None]


def _wanted() -> None:
    """Somebody waits until the answer is there."""


class Telling:
    """One trace, and how its records are told. Made for a trace that stands still; a new one for each look."""

    def __init__(self, trace: Trace, end_if_unwanted: EndIfUnwanted = _wanted) -> None:
        self.trace = trace
        self.end_if_unwanted = end_if_unwanted
        """Asked between steps that take long: raises where nobody waits for the answer any more."""

        self.observed = Observed(trace)
        self.told_of_call = RowGroups(trace.deliveries, "call")
        """Rows of `trace.deliveries` by the id of a call."""

        self.told_of_dispatch = RowGroups(trace.deliveries, "dispatch")
        """The same by the id of a dispatch."""

    @cached_property
    def running(self) -> Rows:
        """Rows of the calls that have not ended."""
        return np.flatnonzero(self.trace.calls.ended_ns < 0)

    @cached_property
    def held_workers(self) -> HeldWorkers:
        """Who has the workers that running calls wait for."""
        return HeldWorkers(self.trace, self.running)

    @property
    def lacks(self) -> str:
        """Why something that is not in the trace may have happened all the same; "" where all of it is there."""
        return self.observed.lacks

    # Names

    def text(self, name: int) -> str:
        """A name as it is shown."""
        return self.observed.text(name) or "?"

    def call(self, row: int) -> str:
        """A call by its handler and id: charge_card (call #12)."""
        return f"{self.handler(row)} (call #{id_text(int(self.trace.calls.id[row]))})"

    def handler(self, row: int) -> str:
        """The handler of a call."""
        return self.text(int(self.trace.calls.handler[row]))

    def dispatch(self, row: int) -> str:
        """A dispatch by its event and id: order.placed (#11)."""
        return f"{self.event(row)} (#{id_text(int(self.trace.dispatches.id[row]))})"

    def event(self, row: int) -> str:
        """The event of a dispatch."""
        return self.text(int(self.trace.dispatches.event[row]))

    def same_handlers(self, handler: int) -> list[int]:
        """Every name id of the handler with this one: it has one for each event that it listens to."""
        return self._same(NameKind.HANDLER, handler, with_place=True)

    def same_events(self, event: int) -> list[int]:
        """Every name id with the text of this event: it has one for each bus."""
        return self._same(NameKind.EVENT, event, with_place=False)

    def _same(self, kind: NameKind, wanted: int, *, with_place: bool) -> list[int]:
        names = self.trace.names
        text, place = names.text(wanted), names.place(wanted)
        found = [
            ident
            for ident in names.ids(kind)
            if names.text(ident) == text and (not with_place or names.place(ident) == place)
        ]
        return found or [wanted]

    def first_handler(self, handler: int) -> int:
        """The name id by which a handler is known whatever event it was called for."""
        return int(self.observed.same_handler.firsts(np.array([handler]))[0])

    # Times and places

    def at(self, time_ns: int) -> str:
        """A time as it stands in a sentence: at 1.234567 s."""
        return f"at {(time_ns - self.trace.span_ns[0]) / 1e9:.6f} s"

    def code(self, call_row: int) -> Place | None:
        """Where the handler of a call stands."""
        return self.observed.handler_place(int(self.trace.calls.handler[call_row]))

    def until(self, call_row: int) -> int:
        """When a call ended; the end of the trace while it runs."""
        ended = int(self.trace.calls.ended_ns[call_row])
        return ended if ended >= 0 else max(self.trace.span_ns[1], int(self.trace.calls.started_ns[call_row]))

    # Rows

    def calls_of(self, dispatch_row: int) -> Rows:
        """Rows of a dispatch's calls."""
        return self.trace.calls.by_dispatch.rows(int(self.trace.dispatches.id[dispatch_row]))

    def emitted_in(self, call_row: int) -> Rows:
        """Rows of the dispatches that a call emitted."""
        return self.trace.dispatches.by_parent.rows(int(self.trace.calls.id[call_row]))

    def dispatch_of(self, call_row: int) -> int:
        """Row of the dispatch that a call served, -1 where the trace lacks it."""
        return self.trace.dispatches.row_of(int(self.trace.calls.dispatch[call_row]))

    def cause_of(self, dispatch_row: int) -> int:
        """Row of the call that emitted a dispatch, -1 for a root, and where it is unknown or not in the trace."""
        parent = int(self.trace.dispatches.parent_call[dispatch_row])
        return self.trace.calls.row_of(parent) if parent else -1

    # Reasons

    def of_call(self, row: int, text: str, sure: Sure = Sure.CERTAIN, place: Place | None = None) -> Reason:
        """A sentence that rests on a call."""
        calls = self.trace.calls
        return Reason(text, sure, "call", int(calls.id[row]), int(calls.started_ns[row]), place or self.code(row))

    def of_dispatch(self, row: int, text: str, sure: Sure = Sure.CERTAIN, place: Place | None = None) -> Reason:
        """A sentence that rests on a dispatch."""
        dispatches = self.trace.dispatches
        return Reason(text, sure, "dispatch", int(dispatches.id[row]), int(dispatches.emitted_ns[row]), place)

    def error(self, call_row: int) -> str:
        """What a call raised, in a few words: ValueError: no such order."""
        error = self.trace.error(call_row)
        if error is None:
            return "an error that was not recorded"
        message = error.message.strip().splitlines()[0][:MOST_MESSAGE] if error.message.strip() else ""
        return f"{error.type[:100]}{f': {message}' if message else ''}"
