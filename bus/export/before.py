"""What a part of a capture needs of the time before it: its causes, and whatever was open when it begins.

Made from the tables of the trace, with the true times: what began before the part is seen to begin before it. Only who
listened is told as if it had begun to just before the part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.columns import Columns
from bus.trace.facts import FACT_DTYPE
from bus.trace.joining import CAUSE_UNKNOWN, DURABLE
from bus.trace.trace import Trace
from buslens.records import Flag, Kind, Outcome

Array = npt.NDArray[Any]

MOST_STEPS = 10_000
"""Steps from effect to cause; a flow that is deeper begins in the middle."""


def facts_before(trace: Trace, inside: Array, start_ns: int) -> Array:
    """Facts to stand before those `inside` the part, which begins at `start_ns`; none of them comes twice."""
    chosen = _Chosen(trace, inside, start_ns)
    dispatches, calls = chosen.dispatches(), chosen.calls()
    return np.concatenate(
        [
            _emitted(trace, dispatches),
            _started(trace, calls),
            _ended(trace, calls, start_ns),
            _skipped(trace.skipped, Kind.SKIPPED, trace.dispatches.id[dispatches], start_ns),
            _skipped(trace.filtered, Kind.FILTERED, trace.dispatches.id[dispatches], start_ns),
            _delivered(trace, dispatches, start_ns),
            _intervened(trace, dispatches, start_ns),
            _changed(trace, dispatches, start_ns),
            _subscribed(trace, start_ns),
        ]
    )


class _Chosen:
    """Rows of the dispatches and calls that are told, though they began before."""

    def __init__(self, trace: Trace, inside: Array, start_ns: int) -> None:
        self._trace, self._start_ns = trace, start_ns
        kind = inside["kind"]
        self._emitted = np.sort(inside["id"][kind == Kind.DISPATCH_EMITTED])
        self._started = np.sort(inside["id"][kind == Kind.CALL_STARTED])
        self._inside = inside
        self._rows = self._with_causes(np.unique(np.concatenate([self._open(), self._named()])))

    def dispatches(self) -> Array:
        """In the order of the trace."""
        return self._rows

    def calls(self) -> Array:
        """All of those dispatches that began before, and open ones of which the trace knows no dispatch."""
        calls = self._trace.calls
        causes = self._trace.dispatches.rows_of(calls.dispatch)
        told = np.zeros(len(self._trace.dispatches) + 1, bool)  # the last stands for an unknown dispatch
        told[self._rows] = True
        own = told[causes] & (calls.started_ns < self._start_ns)
        own[(causes < 0) & self._was_open(calls.started_ns, calls.ended_ns, calls.ended_ns < 0)] = True
        rows = np.flatnonzero(own)
        return rows[~np.isin(calls.id[rows], self._started)]

    def _open(self) -> Array:
        """Emitted before, and not over when the part begins."""
        dispatches = self._trace.dispatches
        running = dispatches.outcome == Outcome.RUNNING
        return np.flatnonzero(self._was_open(dispatches.emitted_ns, dispatches.ended_ns, running))

    def _was_open(self, began: Array, ended: Array, running: Array) -> Array:
        return np.asarray((began < self._start_ns) & (running | (ended >= self._start_ns)))

    def _named(self) -> Array:
        """The dispatches that facts of the part speak of."""
        inside, kind = self._inside, self._inside["kind"]
        of_calls = np.where(kind == Kind.CALL_ENDED, inside["id"], inside["parent"])
        of_calls = of_calls[(kind != Kind.CALL_STARTED) & (kind != Kind.HANDLER_ADDED) & (kind != Kind.HANDLER_REMOVED)]
        direct = np.where(kind == Kind.CALL_STARTED, inside["parent"], inside["id"])
        direct = direct[kind != Kind.CALL_ENDED]
        rows = np.concatenate([self._trace.dispatches.rows_of(_once(direct)), self._causes_of(_once(of_calls))])
        return rows[rows >= 0]

    def _causes_of(self, call_ids: Array) -> Array:
        """Rows of the dispatches of these calls."""
        rows = self._trace.calls.rows_of(call_ids)
        found = self._trace.dispatches.rows_of(self._trace.calls.dispatch[rows[rows >= 0]])
        return np.asarray(found[found >= 0])

    def _with_causes(self, rows: Array) -> Array:
        """And up from each to its root; those that are told inside anyway are left out."""
        dispatches = self._trace.dispatches
        told = np.zeros(len(dispatches), bool)
        # What is told inside leads up to its causes like everything else.
        new = np.unique(np.concatenate([rows, _known(dispatches.rows_of(self._emitted))]))
        for _ in range(MOST_STEPS):
            new = new[~told[new]]
            if not len(new):
                break
            told[new] = True
            new = np.unique(self._causes_of(_once(dispatches.parent_call[new])))
        found = np.flatnonzero(told)
        return found[~np.isin(dispatches.id[found], self._emitted)]


def _emitted(trace: Trace, rows: Array) -> Array:
    dispatches = trace.dispatches
    durable = (dispatches.columns.view("seen")[rows] & DURABLE) > 0
    parents = np.where(dispatches.cause_unknown[rows], CAUSE_UNKNOWN, dispatches.parent_call[rows])
    return _facts(
        len(rows), kind=Kind.DISPATCH_EMITTED, id=dispatches.id[rows], parent=parents,
        name=dispatches.event[rows], lane=dispatches.lane[rows], time_ns=dispatches.emitted_ns[rows],
        count=dispatches.handlers[rows], blob=dispatches.payload[rows], flags=np.where(durable, Flag.DURABLE, 0),
    )  # fmt: skip


def _started(trace: Trace, rows: Array) -> Array:
    calls = trace.calls
    return _facts(
        len(rows), kind=Kind.CALL_STARTED, id=calls.id[rows], parent=calls.dispatch[rows], name=calls.handler[rows],
        lane=calls.lane[rows], time_ns=calls.started_ns[rows], count=calls.attempt[rows], flags=calls.flags[rows],
    )  # fmt: skip


def _ended(trace: Trace, rows: Array, start_ns: int) -> Array:
    calls = trace.calls
    rows = rows[(calls.ended_ns[rows] >= 0) & (calls.ended_ns[rows] < start_ns)]
    return _facts(
        len(rows), kind=Kind.CALL_ENDED, id=calls.id[rows], outcome=calls.outcome[rows], blob=calls.error[rows],
        time_ns=calls.ended_ns[rows],
    )  # fmt: skip


def _skipped(told: Columns, kind: Kind, dispatches: Array, start_ns: int) -> Array:
    which = np.isin(told.view("dispatch"), dispatches) & (told.view("time_ns") < start_ns)
    return _facts(
        int(which.sum()), kind=kind, id=told.view("dispatch")[which], parent=told.view("because_call")[which],
        name=told.view("handler")[which], count=told.view("count")[which], blob=told.view("note")[which],
        time_ns=told.view("time_ns")[which],
    )  # fmt: skip


def _delivered(trace: Trace, rows: Array, start_ns: int) -> Array:
    told = trace.deliveries
    which = np.isin(told.view("dispatch"), trace.dispatches.id[rows]) & (told.view("time_ns") < start_ns)
    return _facts(
        int(which.sum()), kind=told.view("kind")[which], id=told.view("dispatch")[which],
        parent=told.view("call")[which], name=told.view("queue")[which], count=told.view("attempt")[which],
        blob=told.view("note")[which], time_ns=told.view("time_ns")[which],
    )  # fmt: skip


def _intervened(trace: Trace, rows: Array, start_ns: int) -> Array:
    told = trace.interventions
    which = np.isin(told.view("dispatch"), trace.dispatches.id[rows]) & (told.view("time_ns") < start_ns)
    return _facts(
        int(which.sum()), kind=Kind.INTERVENED, id=told.view("dispatch")[which], parent=told.view("call")[which],
        name=told.view("handler")[which], count=told.view("did")[which], blob=told.view("note")[which],
        time_ns=told.view("time_ns")[which],
    )  # fmt: skip


def _changed(trace: Trace, rows: Array, start_ns: int) -> Array:
    told = trace.payload_changes
    which = np.isin(told.view("dispatch"), trace.dispatches.id[rows]) & (told.view("time_ns") < start_ns)
    return _facts(
        int(which.sum()), kind=Kind.PAYLOAD_CHANGED, id=told.view("dispatch")[which], parent=told.view("call")[which],
        count=told.view("others")[which], blob=told.view("note")[which], time_ns=told.view("time_ns")[which],
    )  # fmt: skip


def _subscribed(trace: Trace, start_ns: int) -> Array:
    """Who listens when the part begins: one fact for each."""
    told = trace.subscriptions
    rows = np.flatnonzero(told.view("time_ns") < start_ns)
    pairs = np.stack([told.view(name)[rows].astype(np.uint64) for name in ("handler", "event")])
    # The last word counts.
    _, last = np.unique(pairs[:, ::-1], axis=1, return_index=True)
    rows = np.sort(rows[::-1][last])
    rows = rows[told.view("added")[rows] > 0]
    return _facts(
        len(rows), kind=Kind.HANDLER_ADDED, name=told.view("handler")[rows], parent=told.view("event")[rows],
        flags=told.view("flags")[rows], blob=told.view("note")[rows], time_ns=start_ns - 1,
    )  # fmt: skip


def _facts(length: int, /, **fields: Any) -> Array:
    facts = np.zeros(length, FACT_DTYPE)
    for name, values in fields.items():
        facts[name] = values
    return facts


def _once(ids: Array) -> Array:
    """Each id but 0, which stands for nothing."""
    found = np.unique(ids)
    return found[found > 0]


def _known(rows: Array) -> Array:
    return rows[rows >= 0]
