"""Which rows a table shows: what matches the filter, in the order that was asked for.

A term is evaluated over whole columns; names are matched once each, not once a row.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.filter_language import COMPLETIONS, Filter, Term, parse
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

__all__ = ["COMPLETIONS", "Filter", "parse", "rows"]

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

FAILURES = (Outcome.FAILED, Outcome.TIMED_OUT)


def rows(trace: Trace, table: str, wanted: Filter, order: tuple[str, bool] | None = None) -> Rows:
    """Row numbers of "dispatches" or "calls" that match; "failures" are the calls that failed or timed out.

    order: a column of the table and whether the largest comes first; the table's own order otherwise.
    """
    search = _Search(trace, dispatches=table == "dispatches")
    mask = search.everything()
    if table == "failures":
        mask &= np.isin(trace.calls.outcome, FAILURES)
    for alternative in wanted.all_of:
        mask &= search.any_of(alternative)
    found = np.flatnonzero(mask)
    if order is None:
        return found
    keys = np.asarray(getattr(trace.dispatches if table == "dispatches" else trace.calls, order[0]))[found]
    return found[np.argsort(-keys.astype(np.int64) if order[1] else keys, kind="stable")]


class _Search:
    """One evaluation of a filter over one table."""

    def __init__(self, trace: Trace, *, dispatches: bool) -> None:
        self._trace = trace
        self._dispatches = dispatches
        self._length = len(trace.dispatches if dispatches else trace.calls)

    def everything(self) -> Mask:
        return np.ones(self._length, np.bool_)

    def any_of(self, alternative: tuple[Term, ...]) -> Mask:
        mask = np.zeros(self._length, np.bool_)
        for term in alternative:
            found = self._term(term)
            mask |= ~found if term.excluded else found
        return mask

    def _term(self, term: Term) -> Mask:
        fields: dict[str, Callable[[Term], Mask]] = {
            "event": self._event,
            "handler": self._handler,
            "lane": self._lane,
            "outcome": self._outcome,
            "error": self._error,
            "payload": self._payload,
            "id": self._id,
            "text": self._text,
        }
        return fields[term.field](term) if term.field in fields else self._number(term)

    def _event(self, term: Term) -> Mask:
        return self._of_dispatches(np.isin(self._trace.dispatches.event, self._ids(NameKind.EVENT, term.value)))

    def _handler(self, term: Term) -> Mask:
        return self._of_calls(np.isin(self._trace.calls.handler, self._ids(NameKind.HANDLER, term.value)))

    def _lane(self, term: Term) -> Mask:
        table: Any = self._trace.dispatches if self._dispatches else self._trace.calls
        return np.isin(table.lane, self._ids(NameKind.LANE, term.value))

    def _outcome(self, term: Term) -> Mask:
        value = Outcome[term.value.upper().replace(" ", "_")]
        if value == Outcome.LOST:
            return self._of_dispatches(self._trace.dispatches.outcome == value)
        table: Any = self._trace.dispatches if self._dispatches else self._trace.calls
        return np.asarray(table.outcome == value)

    def _error(self, term: Term) -> Mask:
        return self._of_calls(self._errors_with(term.value))

    def _errors_with(self, part: str) -> Mask:
        pattern = _pattern(part, anywhere=True)
        mask = np.zeros(len(self._trace.calls), np.bool_)
        for row in np.flatnonzero(self._trace.calls.error):
            error = self._trace.error(int(row))
            mask[row] = error is not None and fnmatch.fnmatchcase(f"{error.type}: {error.message}".lower(), pattern)
        return mask

    def _payload(self, term: Term) -> Mask:
        pattern = _pattern(term.value, anywhere=True)
        dispatches = self._trace.dispatches
        mask = np.zeros(len(dispatches), np.bool_)
        for row in np.flatnonzero(dispatches.payload):
            mask[row] = fnmatch.fnmatchcase(self._trace.payload(int(row)).text.lower(), pattern)
        return self._of_dispatches(mask)

    def _id(self, term: Term) -> Mask:
        table: Any = self._trace.dispatches if self._dispatches else self._trace.calls
        return _compared(table.id.astype(np.int64), term)

    def _text(self, term: Term) -> Mask:
        part = f"*{term.value}*"
        events = np.isin(self._trace.dispatches.event, self._ids(NameKind.EVENT, part))
        handlers = np.isin(self._trace.calls.handler, self._ids(NameKind.HANDLER, part))
        return self._of_dispatches(events) | self._of_calls(handlers | self._errors_with(term.value))

    def _number(self, term: Term) -> Mask:
        dispatches, calls = self._trace.dispatches, self._trace.calls
        if term.field == "latency":
            done = (dispatches.open == 0) & (dispatches.outcome != Outcome.LOST)
            return self._of_dispatches(done & _compared(dispatches.ended_ns - dispatches.emitted_ns, term))
        if term.field == "time":
            times = dispatches.emitted_ns if self._dispatches else calls.started_ns
            return _compared(times - self._trace.span_ns[0], term)
        if term.field == "duration":
            # A running call has lasted until now at least.
            ended = np.where(calls.ended_ns < 0, self._trace.span_ns[1], calls.ended_ns)
            return self._of_calls(_compared(ended - calls.started_ns, term))
        values = calls.queue_delay_ns if term.field == "delay" else calls.attempt.astype(np.int64)
        return self._of_calls(_compared(values, term))

    def _of_dispatches(self, mask: Mask) -> Mask:
        """From dispatches to the table that is searched."""
        if self._dispatches:
            return np.asarray(mask)
        owners = self._trace.dispatches.rows_of(self._trace.calls.dispatch)
        found = np.zeros(self._length, np.bool_)
        known = owners >= 0
        found[known] = mask[owners[known]]
        return found

    def _of_calls(self, mask: Mask) -> Mask:
        """From calls to the table that is searched: a dispatch matches where any of its calls does."""
        if not self._dispatches:
            return np.asarray(mask)
        owners = self._trace.dispatches.rows_of(self._trace.calls.dispatch[mask])
        found = np.zeros(self._length, np.bool_)
        found[owners[owners >= 0]] = True
        return found

    def _ids(self, kind: NameKind, value: str) -> list[int]:
        pattern = _pattern(value, anywhere=False)
        names = self._trace.names
        return [ident for ident in names.ids(kind) if fnmatch.fnmatchcase(names.text(ident).lower(), pattern)]


def _pattern(value: str, *, anywhere: bool) -> str:
    escaped = value.lower().replace("[", "[[]").replace("?", "[?]")
    return f"*{escaped}*" if anywhere else escaped


def _compared(values: npt.NDArray[Any], term: Term) -> Mask:
    number = term.number
    compared = {
        ">": values > number,
        ">=": values >= number,
        "<": values < number,
        "<=": values <= number,
        "=": values == number,
    }
    return np.asarray(compared[term.comparison])
