"""Rows of the tables: filtered by a search line, ordered by a column.

`parse` reads the line, `rows` answers with row numbers; both are cheap where there is nothing to filter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.find import filter_rows, filter_text, ordering
from bus.find.filter_rows import FilterEvaluation
from bus.find.filter_text import And, Node
from bus.trace.blob_search import Question
from bus.trace.fates import FATES
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

RowNumbers = npt.NDArray[Any]

TABLES = ("dispatches", "calls", "failures")

COMPLETIONS = (
    "event:",
    "bus:",
    "handler:",
    "outcome:",
    *(f"outcome:{name}" for name in filter_text.OUTCOMES),
    *(f"fate:{name}" for name in FATES),
    "duration>",
    "delay>",
    "latency>",
    "time>",
    "error:",
    "payload:",
    "note:",
    "lane:",
    "attempt>1",
    "id:",
    "flow:",
    "cone:",
)
"""What the search line proposes; names of events and the like come from the capture."""

COLUMNS = ("id", "time", "event", "handler", "delay", "duration", "latency", "outcome", "attempt", "lane")
"""What `rows` orders by. A dispatch has no handler, delay, duration or attempt; a call has its dispatch's latency."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search line means."""

    text: str = ""
    node: Node = field(default_factory=And)

    def __bool__(self) -> bool:
        """Whether it may leave anything out."""
        return self.node != And()


def payload_texts(wanted: Filter) -> tuple[Question, ...]:
    """What a filter looks for in payloads."""
    return filter_rows.payload_texts(wanted.node)


def parse(text: str) -> Filter:
    """Read a search line. Raises UserError; its `at.column` is where in the text the mistake is."""
    return Filter(text, filter_text.read(text))


def rows(
    trace: Trace,
    table: str,
    wanted: Filter,
    order: tuple[str, bool] | None = None,
    most_payloads: int | None = None,
) -> RowNumbers:
    """Row numbers in `trace.dispatches`, or in `trace.calls` for "calls" and "failures".

    most_payloads: bytes of payloads to look through for it; None: all. What was looked through before costs nothing.
    order: one of COLUMNS or a column of the table, and whether it descends; equal rows stay as they were recorded.
    """
    if table not in TABLES:
        raise ValueError(f"no table {table}")
    of_calls = table != "dispatches"
    found = _unfiltered(trace, table)
    if wanted:
        found = found[FilterEvaluation(trace, of_calls, most_payloads).mask(wanted.node)[found]]
    if order is None:
        return found
    column, descending = order
    return np.asarray(found[ordering.order(_keys(trace, of_calls, column)[found], descending=descending)])


def _unfiltered(trace: Trace, table: str) -> RowNumbers:
    if table == "dispatches":
        return trace.dispatches.columns.numbers()
    if table == "calls":
        return trace.calls.columns.numbers()
    outcome = trace.calls.outcome
    wrong = (outcome == Outcome.FAILED) | (outcome == Outcome.TIMED_OUT) | (outcome == Outcome.NEVER_RAN)
    return np.flatnonzero(wrong)


def _keys(trace: Trace, of_calls: bool, column: str) -> npt.NDArray[Any]:
    calls, dispatches = trace.calls, trace.dispatches
    if column not in COLUMNS:
        return np.asarray(getattr(calls if of_calls else dispatches, column))
    if column in ("id", "outcome"):
        return np.asarray(getattr(calls if of_calls else dispatches, column))
    if column == "lane":
        return _alphabetical(trace, NameKind.LANE, (calls if of_calls else dispatches).lane)
    if column == "time":
        return calls.started_ns if of_calls else dispatches.emitted_ns
    if column in ("event", "latency"):
        keys = (
            _alphabetical(trace, NameKind.EVENT, dispatches.event)
            if column == "event"
            else dispatches.ended_ns - dispatches.emitted_ns
        )
        return keys if not of_calls else _of_cause(trace, keys)
    if not of_calls:
        raise ValueError(f"dispatches have no {column}")
    if column == "handler":
        return _alphabetical(trace, NameKind.HANDLER, calls.handler)
    return np.asarray(getattr(calls, {"delay": "queue_delay_ns", "duration": "duration_ns"}.get(column, column)))


def _of_cause(trace: Trace, keys: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The key of each call's dispatch, -1 where that is unknown."""
    causes = trace.dispatches.rows_of(trace.calls.dispatch)
    return np.where(causes < 0, -1, keys[causes] if len(keys) else -1)


def _alphabetical(trace: Trace, kind: NameKind, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Names as ranks, so that sorting compares numbers."""
    ids = np.array(sorted(trace.names.ids(kind)), np.uint32)
    if not len(ids):
        return column
    texts = [trace.names.text(int(ident)) for ident in ids]
    place = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    ranks = np.array([place[text] for text in texts], np.int64)
    at = np.minimum(np.searchsorted(ids, column), len(ids) - 1)
    return np.where(ids[at] == column, ranks[at], -1)
