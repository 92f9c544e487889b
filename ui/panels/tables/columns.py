"""What the tables of dispatches, calls and failures show: each column asks the trace for one row at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import causality
from bus.analysis.not_called import skipped_handlers, waiting_handlers
from bus.session import Session
from bus.trace.ids import id_text
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome
from ui.number_text import count, moment, outcome, span, state
from ui.table_model import Column

Keys = npt.NDArray[Any]

_NEAR = 20_000
"""Calls among which the failed ones of a dispatch are looked for to name the error in its row."""

_MOST_RANKED = 1_000_000
"""Name ids beyond this, which no recorder gives, sort by number: a hostile capture gets no table as long as its ids."""


_ID = "Names one dispatch or call of the capture; both are numbered together, in the order in which they came up"


_BUS = "The emitter or broker that the event was emitted on; empty where the capture does not say it"


class TraceColumns:
    """The columns of a session's trace, whichever trace that is at the moment."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def trace(self) -> Trace:
        """The trace that is shown now."""
        return self._session.trace

    def dispatches(self) -> tuple[Column, ...]:
        """One row for each emit."""
        return (
            Column("Id", 7, self._dispatch_id, self._dispatch_ids, number=True, tip=_ID),
            Column("Time", 12, self._emitted, self._emits, number=True, tip="Seconds since the capture began"),
            Column("Event", 22, self._event, self._event_keys),
            Column("Bus", 20, self._bus, self._bus_keys, tip=_BUS, wanted=self._has_buses),
            Column("Handlers", 6, self._handlers, self._handler_counts, number=True, tip="How many were to be called"),
            Column("Latency", 9, self._latency, self._latencies, number=True, tip="Last call's end minus emit"),
            Column("Outcome", 30, self._dispatch_outcome, self._dispatch_outcomes, state=self._dispatch_state),
            Column("Skipped", 30, self._skipped, tip="Announced and never called, and why", wanted=self._has_skipped),
            Column("Emitted in", 18, self._emitted_in, tip="Handler whose call emitted it; empty for a root"),
        )

    def calls(self) -> tuple[Column, ...]:
        """One row for each run of a handler."""
        return (
            Column("Id", 7, self._call_id, self._call_ids, number=True, tip=_ID),
            Column("Time", 12, self._started, self._starts, number=True, tip="Seconds since the capture began"),
            Column("Handler", 24, self._handler, self._handler_keys),
            Column("Event", 22, self._call_event, self._call_event_keys),
            Column("Bus", 20, self._call_bus, self._call_bus_keys, tip=_BUS, wanted=self._has_buses),
            Column("Queue delay", 11, self._queue_delay, self._queue_delays, number=True, tip="Call start minus emit"),
            Column("Duration", 11, self._duration, self._durations, number=True, tip="Call end minus call start"),
            Column("Outcome", 30, self._call_outcome, self._call_outcomes, state=self._call_state),
            Column("Attempt", 8, self._attempt, self._attempts, number=True, tip="2 and more: a retry or redelivery"),
            Column("Lane", 16, self._lane, self._lane_keys, tip="Thread or task that it ran on"),
        )

    def failures(self) -> tuple[Column, ...]:
        """One row for each call that failed or timed out, or whose body never ran."""
        return (
            Column("Id", 7, self._call_id, self._call_ids, number=True, tip=_ID),
            Column("Time", 12, self._started, self._starts, number=True, tip="Seconds since the capture began"),
            Column("Handler", 24, self._handler, self._handler_keys),
            Column("Event", 22, self._call_event, self._call_event_keys),
            Column("Bus", 20, self._call_bus, self._call_bus_keys, tip=_BUS, wanted=self._has_buses),
            Column("Error", 20, self._error_type, state=self._call_state),
            Column("Message", 44, self._error_message),
            Column("Duration", 11, self._duration, self._durations, number=True, tip="Call end minus call start"),
            Column("Attempt", 8, self._attempt, self._attempts, number=True, tip="2 and more: a retry or redelivery"),
        )

    # Dispatches

    def _dispatch_id(self, row: int) -> str:
        return id_text(int(self.trace.dispatches.id[row]))

    def _dispatch_ids(self) -> Keys:
        return self.trace.dispatches.id

    def _emitted(self, row: int) -> str:
        return moment(int(self.trace.dispatches.emitted_ns[row]) - self.trace.span_ns[0])

    def _emits(self) -> Keys:
        return self.trace.dispatches.emitted_ns

    def _event(self, row: int) -> str:
        return self.trace.names.text(int(self.trace.dispatches.event[row]))

    def _event_keys(self) -> Keys:
        return self._alphabetical(NameKind.EVENT, self.trace.dispatches.event)

    def _bus(self, row: int) -> str:
        return self.trace.names.text(self.trace.names.bus(int(self.trace.dispatches.event[row])))

    def _bus_keys(self) -> Keys:
        return self._alphabetical(NameKind.BUS, self.trace.events.buses(self.trace.dispatches.event))

    def _has_buses(self) -> bool:
        return self.trace.events.many_buses

    def _skipped(self, row: int) -> str:
        return ", ".join(skipped_handlers(self.trace, row))

    def _has_skipped(self) -> bool:
        return len(self.trace.skipped) > 0

    def _handlers(self, row: int) -> str:
        return count(self.trace.dispatches.handlers[row])

    def _handler_counts(self) -> Keys:
        return self.trace.dispatches.handlers

    def _latency(self, row: int) -> str:
        dispatches = self.trace.dispatches
        if dispatches.outcome[row] == Outcome.RUNNING:
            return f"{span(self.trace.span_ns[1] - int(dispatches.emitted_ns[row]))} …"
        if dispatches.outcome[row] in (Outcome.LOST, Outcome.KEPT):
            return "–"
        return span(int(dispatches.ended_ns[row]) - int(dispatches.emitted_ns[row]))

    def _latencies(self) -> Keys:
        dispatches = self.trace.dispatches
        ended = np.where(dispatches.outcome == Outcome.RUNNING, self.trace.span_ns[1], dispatches.ended_ns)
        return np.asarray(ended - dispatches.emitted_ns)

    def _dispatch_outcome(self, row: int) -> str:
        dispatches = self.trace.dispatches
        value = int(dispatches.outcome[row])
        word = outcome(value)
        if value == Outcome.NEVER_RAN:
            return f"{word}: {', '.join(self._never_ran(row))}" if self._never_ran(row) else word
        if value == Outcome.RUNNING and dispatches.waiting_of(row):
            waiting = ", ".join(self.trace.names.text(each) for each in waiting_handlers(self.trace, row))
            return f"{word}, waits for {waiting}" if waiting else word
        if not dispatches.failed[row]:
            return word
        more = f" (+{int(dispatches.failed[row]) - 1})" if dispatches.failed[row] > 1 else ""
        return f"{self._first_failure(row) or word}{more}"

    def _never_ran(self, row: int) -> list[str]:
        calls = self.trace.calls
        rows = causality.calls_of(self.trace, row)
        return [self._handler(each) for each in rows[calls.outcome[rows] == Outcome.NEVER_RAN].tolist()]

    def _first_failure(self, row: int) -> str:
        """Looks at the calls that started next only: this is asked for each row on the screen."""
        calls, dispatches = self.trace.calls, self.trace.dispatches
        start = max(int(np.searchsorted(calls.started_ns, dispatches.emitted_ns[row])) - _NEAR // 10, 0)
        near = slice(start, start + _NEAR)
        own = np.flatnonzero(calls.dispatch[near] == dispatches.id[row]) + start
        failed = [each for each in own.tolist() if state(int(calls.outcome[each])) == "failed"]
        return f"{self._error_type(failed[0])} in {self._handler(failed[0])}" if failed else ""

    def _dispatch_state(self, row: int) -> str:
        dispatches = self.trace.dispatches
        return "failed" if dispatches.failed[row] else state(int(dispatches.outcome[row]))

    def _dispatch_outcomes(self) -> Keys:
        return _by_gravity(self.trace.dispatches.outcome)

    def _emitted_in(self, row: int) -> str:
        call_row = causality.cause_of_dispatch(self.trace, row)
        return self._handler(call_row) if call_row >= 0 else ""

    # Calls

    def _call_id(self, row: int) -> str:
        return id_text(int(self.trace.calls.id[row]))

    def _call_ids(self) -> Keys:
        return self.trace.calls.id

    def _started(self, row: int) -> str:
        return moment(int(self.trace.calls.started_ns[row]) - self.trace.span_ns[0])

    def _starts(self) -> Keys:
        return self.trace.calls.started_ns

    def _handler(self, row: int) -> str:
        return self.trace.names.text(int(self.trace.calls.handler[row]))

    def _handler_keys(self) -> Keys:
        return self._alphabetical(NameKind.HANDLER, self.trace.calls.handler)

    def _call_event(self, row: int) -> str:
        dispatch_row = causality.cause_of_call(self.trace, row)
        return self._event(dispatch_row) if dispatch_row >= 0 else ""

    def _call_event_keys(self) -> Keys:
        return self._of_cause(self._event_keys())

    def _call_bus(self, row: int) -> str:
        dispatch_row = causality.cause_of_call(self.trace, row)
        return self._bus(dispatch_row) if dispatch_row >= 0 else ""

    def _call_bus_keys(self) -> Keys:
        return self._of_cause(self._bus_keys())

    def _of_cause(self, keys: Keys) -> Keys:
        rows = self.trace.dispatches.rows_of(self.trace.calls.dispatch)
        return np.asarray(np.append(keys, -1)[rows])  # the last stands for a dispatch that the capture lacks

    def _queue_delay(self, row: int) -> str:
        calls = self.trace.calls
        return span(int(calls.started_ns[row]) - int(calls.emitted_ns[row]))

    def _queue_delays(self) -> Keys:
        return np.asarray(self.trace.calls.started_ns - self.trace.calls.emitted_ns)

    def _duration(self, row: int) -> str:
        started, ended = int(self.trace.calls.started_ns[row]), int(self.trace.calls.ended_ns[row])
        return span(ended - started) if ended >= 0 else f"{span(self.trace.span_ns[1] - started)} …"

    def _durations(self) -> Keys:
        calls = self.trace.calls
        ended = np.where(calls.outcome == Outcome.RUNNING, self.trace.span_ns[1], calls.ended_ns)
        return np.asarray(ended - calls.started_ns)

    def _call_outcome(self, row: int) -> str:
        value = int(self.trace.calls.outcome[row])
        error = self._error_type(row) if state(value) == "failed" else ""
        return f"{outcome(value)}: {error}" if error else outcome(value)

    def _call_outcomes(self) -> Keys:
        return _by_gravity(self.trace.calls.outcome)

    def _call_state(self, row: int) -> str:
        return state(int(self.trace.calls.outcome[row]))

    def _attempt(self, row: int) -> str:
        return str(int(self.trace.calls.attempt[row]))

    def _attempts(self) -> Keys:
        return self.trace.calls.attempt

    def _lane(self, row: int) -> str:
        return self.trace.names.text(int(self.trace.calls.lane[row]))

    def _lane_keys(self) -> Keys:
        return self._alphabetical(NameKind.LANE, self.trace.calls.lane)

    def _error_type(self, row: int) -> str:
        error = self.trace.error(row)
        return error.type if error else outcome(int(self.trace.calls.outcome[row]))

    def _error_message(self, row: int) -> str:
        error = self.trace.error(row)
        return error.message if error else ""

    def _alphabetical(self, kind: NameKind, column: Keys) -> Keys:
        """The place of each row's name in the alphabet: sorting numbers is fifty times faster than sorting texts."""
        names = self.trace.names
        ids = np.array(names.ids(kind), np.int64)
        used = column.astype(np.int64)
        if max(used.max(initial=0), ids.max(initial=0)) > _MOST_RANKED:
            return used
        ranks = np.full(_MOST_RANKED + 1, -1, np.int64)
        texts = [names.text(each).casefold() for each in ids.tolist()]
        # A handler of several events has several names with the same text: they sort as one.
        places = {text: place for place, text in enumerate(sorted(set(texts)))}
        ranks[ids] = [places[text] for text in texts]
        return np.asarray(ranks[used])


def _by_gravity(outcomes: Keys) -> Keys:
    """Failures last when ascending, first when descending: what a person sorts this column for."""
    order = {
        Outcome.OK: 0,
        Outcome.RUNNING: 1,
        Outcome.CANCELLED: 2,
        Outcome.LOST: 3,
        Outcome.NEVER_RAN: 4,
        Outcome.TIMED_OUT: 5,
        Outcome.FAILED: 6,
    }
    gravity = np.zeros(256, np.uint8)
    for value, place in order.items():
        gravity[value] = place
    return np.asarray(gravity[outcomes])
