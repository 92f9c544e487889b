"""Which rows a filter leaves: every term becomes one pass over a column, never a loop over rows.

A term about calls holds for a dispatch where any of its calls has it; one about dispatches holds for all its calls.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.find.cone import cone
from bus.find.filter_text import And, Node, Not, Or, Term
from bus.trace import words_like
from bus.trace.blob_search import Question
from bus.trace.payload_questions import PayloadField
from bus.trace.tables import Calls, Dispatches
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Mask = npt.NDArray[np.bool_]

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
LEAST_LETTERS = 2
_HIGHEST = (1 << 63) - 1


class FilterEvaluation:
    """One evaluation of a filter over one trace: a mask of rows for each part of it."""

    def __init__(self, trace: Trace, of_calls: bool, most_payloads: int | None = None) -> None:
        self.trace = trace
        self._most = most_payloads
        self.of_calls = of_calls
        self._dispatch_rows: npt.NDArray[np.int64] | None = None

    def mask(self, node: Node) -> Mask:
        """Which rows of the table match."""
        if isinstance(node, Term):
            return self._term(node)
        if isinstance(node, Not):
            return ~self.mask(node.node)
        found = np.full(self._count(), isinstance(node, And))
        for part in node.nodes:
            if isinstance(node, Or):
                found |= self.mask(part)
            else:
                found &= self.mask(part)
        return found

    def _count(self) -> int:
        return len(self.trace.calls) if self.of_calls else len(self.trace.dispatches)

    def _term(self, term: Term) -> Mask:
        trace = self.trace
        calls, dispatches = trace.calls, trace.dispatches
        field = term.field
        if field == "":
            return self._text(term.text)
        if field == "event":
            return self._of_dispatch(_named(trace, NameKind.EVENT, term, dispatches.event))
        if field == "handler":
            return self._of_call(_named(trace, NameKind.HANDLER, term, calls.handler))
        if field == "error":
            return self._of_call(self._errors(term))
        if field == "payload":
            return self._of_dispatch(self._payloads(_question(term)))
        if field == "bus":
            return self._of_dispatch(_named(trace, NameKind.BUS, term, trace.events.buses(dispatches.event)))
        if field == "note":
            return self._noted(term)
        if field == "flow":
            return self._of_dispatch(_compared(dispatches.root, term))
        if field == "cone":
            dispatches_in, calls_in = cone(trace, term.number)
            return calls_in if self.of_calls else dispatches_in
        if field == "latency":
            return self._of_dispatch(self._latency(term))
        if field == "fate":
            return self._of_dispatch(np.asarray(trace.fates.of(trace).fate == term.number))
        if field == "attempt":
            return self._of_call(_compared(calls.attempt, term))
        if field == "duration":
            return self._of_call(self._duration(term))
        if field == "delay":
            return self._of_call(_compared(calls.queue_delay_ns, term))
        return self._own(term)

    def _own(self, term: Term) -> Mask:
        """Fields that calls and dispatches both have."""
        trace = self.trace
        table = trace.calls if self.of_calls else trace.dispatches
        if term.field == "lane":
            return _named(trace, NameKind.LANE, term, table.lane)
        if term.field == "outcome":
            return np.asarray(table.outcome == term.number)
        if term.field == "id":
            own = _compared(table.id, term)
            return own | _compared(trace.calls.dispatch, term) if self.of_calls and term.operator == "=" else own
        times = trace.calls.started_ns if self.of_calls else trace.dispatches.emitted_ns
        return _compared(times, Term("time", term.operator, "", _sum(term.number, trace.span_ns[0])))

    def _text(self, text: str) -> Mask:
        trace = self.trace
        part = Term("", "~", text)
        events = _named(trace, NameKind.EVENT, part, trace.dispatches.event)
        calls = _named(trace, NameKind.HANDLER, part, trace.calls.handler) | self._errors(part)
        found = self._of_dispatch(events) | self._of_call(calls) | self._noted(part)
        return found | self._of_dispatch(self._payloads(text)) if is_looked_for(text) else found

    def _errors(self, term: Term) -> Mask:
        found = np.zeros(len(self.trace.calls), bool)
        found[self.trace.error_texts.rows(self.trace, matcher(term))] = True
        return found

    def _noted(self, term: Term) -> Mask:
        """What a person noted on it, or a handler logged in it."""
        trace, matches = self.trace, matcher(term)
        if not trace.notes.all and not len(trace.marks):
            return np.zeros(self._count(), bool)
        told = [note for note in trace.notes.all if note.about and matches(note.text)]
        calls, dispatches = (
            _having(table, np.array([note.about for note in told if note.kind == kind], np.uint64))
            for kind, table in (("call", trace.calls), ("dispatch", trace.dispatches))
        )
        if len(trace.marks) and is_looked_for(term.text):
            holding = np.isin(trace.marks.blob, trace.blobs.holding(term.text, self._most))
            calls |= _having(trace.calls, trace.marks.call[holding])
        return self._of_call(calls) | self._of_dispatch(dispatches)

    def _payloads(self, question: Question) -> Mask:
        blobs = self.trace.blobs.holding(question, self._most)
        return np.asarray(np.isin(self.trace.dispatches.payload, blobs))

    def _duration(self, term: Term) -> Mask:
        calls = self.trace.calls
        return self._lasting(term, calls.started_ns, calls.ended_ns, calls.ended_ns < 0)

    def _latency(self, term: Term) -> Mask:
        dispatches = self.trace.dispatches
        outcome = dispatches.outcome
        found = self._lasting(term, dispatches.emitted_ns, dispatches.ended_ns, outcome == Outcome.RUNNING)
        return np.asarray(found & (outcome != Outcome.LOST) & (outcome != Outcome.KEPT))

    def _lasting(self, term: Term, start: npt.NDArray[Any], end: npt.NDArray[Any], running: Mask) -> Mask:
        """What still runs has lasted until now at least: it may be too long already, never short enough."""
        found = _compared(np.where(running, self.trace.span_ns[1], end) - start, term)
        return found if term.operator in (">", ">=") else np.asarray(found & ~running)

    def _of_dispatch(self, matching: Mask) -> Mask:
        """What is known of dispatches, for the rows of the table."""
        if not self.of_calls:
            return matching
        rows = self._causes()
        return (rows >= 0) & (matching[rows] if len(matching) else np.zeros(len(rows), bool))

    def _of_call(self, matching: Mask) -> Mask:
        """What is known of calls, for the rows of the table."""
        if self.of_calls:
            return matching
        found = np.zeros(len(self.trace.dispatches), bool)
        rows = self.trace.dispatches.rows_of(self.trace.calls.dispatch[matching])
        found[rows[rows >= 0]] = True
        return found

    def _causes(self) -> npt.NDArray[np.int64]:
        if self._dispatch_rows is None:
            self._dispatch_rows = self.trace.dispatches.rows_of(self.trace.calls.dispatch)
        return self._dispatch_rows


def payload_texts(node: Node) -> tuple[Question, ...]:
    """What a filter looks for in payloads, and in what handlers logged, which lies among them; each once."""
    if isinstance(node, Term):
        wanted = node.field == "payload" or (node.field in ("", "note") and is_looked_for(node.text))
        return (_question(node),) if wanted else ()
    parts = (node.node,) if isinstance(node, Not) else node.nodes
    return tuple(dict.fromkeys(text for part in parts for text in payload_texts(part)))


def _question(term: Term) -> Question:
    """A text that is looked for, or a field that must have a value."""
    return PayloadField(term.path, term.operator, term.text) if term.path else term.text


def is_looked_for(text: str) -> bool:
    """Whether text without a field is looked for in payloads too: a letter is in all of them, and `*` is for names."""
    return len(text) >= LEAST_LETTERS and not any(letter in text for letter in "*?")


def _having(table: Calls | Dispatches, ids: npt.NDArray[Any]) -> Mask:
    """Which rows have one of these ids."""
    found, rows = np.zeros(len(table), bool), table.rows_of(ids)
    found[rows[rows >= 0]] = True
    return found


def _named(trace: Trace, kind: NameKind, term: Term, column: npt.NDArray[Any]) -> Mask:
    """Rows in whose column stands the id of a name of this kind that the term matches."""
    matches = matcher(term)
    wanted = [ident for ident in trace.names.ids(kind) if matches(trace.names.text(ident))]
    return np.asarray(np.isin(column, np.array(wanted, np.uint32)))


def matcher(term: Term) -> Callable[[str], bool]:
    """Whether a text is what the term asks for."""
    return words_like.matcher(term.operator, term.text)


def _compared(column: npt.NDArray[Any], term: Term) -> Mask:
    number = term.number
    # NumPy compares unsigned columns with a negative or too large Python number by raising.
    limits = np.iinfo(column.dtype)
    if number < limits.min:
        return np.full(len(column), term.operator in (">", ">="))
    if number > limits.max:
        return np.full(len(column), term.operator in ("<", "<="))
    return np.asarray(COMPARE[term.operator](column, number))


def _sum(left: int, right: int) -> int:
    return max(min(left + right, _HIGHEST), -_HIGHEST)
