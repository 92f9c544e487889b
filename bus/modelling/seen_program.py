"""A captured program as a model sees it: its events and handlers by name, and when their calls worked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.asyncapi.naming import UniqueNames
from bus.modelling import serving
from bus.modelling.call_times import CallTimes
from bus.modelling.engine_choice import BUS_OWN, engine_for
from bus.modelling.raising import Raising
from bus.trace.same_handler import SameHandler
from bus.trace.trace import Trace
from buslens.records import Outcome

Array = npt.NDArray[Any]

MOST_NAMES = 300
"""Events, and handlers, that a scenario is made of: those with the most dispatches and calls."""


@dataclass(frozen=True, slots=True)
class SeenHandler:
    """One handler of the program."""

    name: str
    """In the scenario."""

    ident: int
    """First name id in the capture."""

    rows: Array
    """Of its calls that have ended."""

    serving: serving.Serving
    events: tuple[str, ...]
    """That it hears, by their names in the scenario."""


class SeenProgram:
    """What a trace says of a program, and what must be said to whoever believes a model of it."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.notes: list[str] = []
        """Sentences without a full stop."""

        self.begins_ns = trace.span_ns[0]
        self.event_ids = trace.events.firsts(trace.dispatches.event)
        """Of each dispatch: the first name id of its event."""

        self.same = SameHandler()
        self.same.update(trace.names)
        self.handler_ids = self.same.firsts(trace.calls.handler)
        """The same of each call and its handler."""

        self.subscribed_ids = self.same.firsts(trace.subscriptions.view("handler"))
        self.dispatch_of = trace.dispatches.rows_of(trace.calls.dispatch)
        self.own_events = self._emitted_by_the_bus()
        """Which dispatches the bus emits by itself."""

        self.events = self._named_events()
        """Names in the scenario, and first name ids."""

        times = CallTimes(trace)
        self.raising = Raising(trace, times)
        self.engine, why = engine_for(trace, keeps_failures=self.raising.is_kept_in)
        self.notes += why
        self._begun_ns = times.begun_ns.copy()
        self.handlers = self._seen_handlers(times)
        self.times = CallTimes(trace, self._begun_ns)

    def _emitted_by_the_bus(self) -> Array:
        """Which dispatches pyee emits itself: of a new listener, and of a call that failed."""
        dispatches, calls = self.trace.dispatches, self.trace.calls
        names = {self.trace.names.text(int(each)) for each in np.unique(self.event_ids)}
        found = np.zeros(len(dispatches), bool)
        for name in BUS_OWN & names:
            of_name = self.event_ids == self._event_id(name)
            if name == "error":
                parent = calls.rows_of(dispatches.parent_call)
                of_name &= (parent >= 0) & np.isin(calls.outcome[parent], (Outcome.FAILED, Outcome.TIMED_OUT))
            found |= of_name
        return found

    def _event_id(self, text: str) -> int:
        ids = (each for each in self.trace.events.order if self.trace.names.text(each) == text)
        return next(ids, -1)

    def _named_events(self) -> dict[str, int]:
        found, counts = np.unique(self.event_ids, return_counts=True)
        chosen = set(found[np.argsort(-counts, kind="stable")][:MOST_NAMES].tolist())
        if len(found) > MOST_NAMES:
            self.notes.append(f"only the {MOST_NAMES} events with the most dispatches are in it, of {len(found)}")
        names = UniqueNames()
        return {names.of(self.trace.names.text(each)): each for each in self.trace.events.order if each in chosen}

    def _seen_handlers(self, times: CallTimes) -> list[SeenHandler]:
        calls = self.trace.calls
        known = np.union1d(self.handler_ids, self.subscribed_ids)
        count = np.bincount(np.searchsorted(known, self.handler_ids), minlength=len(known))
        chosen = set(known[np.argsort(-count, kind="stable")][:MOST_NAMES].tolist())
        if len(known) > MOST_NAMES:
            self.notes.append(f"only the {MOST_NAMES} handlers with the most calls are in it, of {len(known)}")
        names = UniqueNames()
        found: list[SeenHandler] = []
        event_of = {ident: name for name, ident in self.events.items()}
        for ident in (each for each in self.same.order if each in chosen):
            rows = np.flatnonzero((self.handler_ids == ident) & times.has_ended)
            emitted, begun, ended = calls.emitted_ns[rows], self._begun_ns[rows], calls.ended_ns[rows]
            seen = serving.seen(emitted, begun, ended)
            if seen.is_inside:
                order = np.lexsort((ended, begun))
                self._begun_ns[rows[order]] = serving.turns(begun[order], ended[order], seen.at_once)
            heard = self._events_of(ident)
            on = tuple(event_of[each] for each in heard if each in event_of)
            if on:
                name = names.of(short_name(self.trace.names.text(ident)))
                found.append(SeenHandler(name, ident, rows, seen, on))
        return found

    def _events_of(self, handler: int) -> list[int]:
        told = self.trace.subscriptions
        heard = self.trace.events.firsts(told.view("event")[self.subscribed_ids == handler])
        rows = self.dispatch_of[self.handler_ids == handler]
        called = self.event_ids[rows[rows >= 0]]
        return list(dict.fromkeys([*heard.tolist(), *np.unique(called).tolist()]))


def short_name(text: str) -> str:
    """What people call a handler: the last of its qualified name that is a name."""
    return text.rpartition("<locals>.")[2] or text


def one_line(text: str) -> str:
    """A text of a capture for people: printable, one line, not too long."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(plain.split())[:300]


def evenly(rows: Array, most: int) -> Array:
    """So many of these at most, evenly over them."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
