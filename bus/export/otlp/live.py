"""Spans of a trace that grows: each dispatch and call is handed to the sender once, when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.export.otlp.rows import RowReader
from bus.export.otlp.sender import BATCH, NO_ROOM, OtlpSender
from bus.export.otlp.spans import SpanMaker
from bus.trace import joining
from bus.trace.tables import Calls, Dispatches
from bus.trace.trace import Trace
from buslens.records import Outcome

Rows = npt.NDArray[Any]

GoOn = Callable[[], bool]
"""Asked while there is no room: whether to wait on."""

_LOOK_S = 0.05
_AT_ONCE = BATCH // 2
"""Dispatches, and calls, that are handed over together."""

_IS_WITH_BROKER = joining.CALLED | joining.KEPT | joining.DISCARDED


class LiveSpans:
    """Looks at one trace after another of the same stream. Belongs to the thread that feeds them."""

    def __init__(self, sender: OtlpSender, *, payloads: bool = False) -> None:
        """sender: one that was started. payloads: whether spans have what the events carried."""
        self._sender = sender
        self._payloads = payloads
        self._dispatches, self._calls = _Told(), _Told()
        self._reader: RowReader | None = None
        self._maker: SpanMaker | None = None

    def look(self, trace: Trace, go_on: GoOn | None = None) -> None:
        """Hand over what has ended since the last look.

        go_on: waits for room while it says so; without it nothing waits, and what has no room is counted as lost.
        """
        if trace.header is None:
            return
        dispatches = self._dispatches.new(trace.dispatches, _dispatches_are_over)
        calls = self._calls.new(trace.calls, _calls_are_over)
        self._hand_over(trace, dispatches, calls, go_on)

    def finish(self, trace: Trace, go_on: GoOn | None = None) -> None:
        """No more comes: hand over what has not ended too; it says that it runs."""
        self.look(trace, go_on)
        if trace.header is not None:
            self._hand_over(trace, self._dispatches.open(trace.dispatches), self._calls.open(trace.calls), go_on)

    def _hand_over(self, trace: Trace, dispatches: Rows, calls: Rows, go_on: GoOn | None) -> None:
        for start in range(0, max(len(dispatches), len(calls)), _AT_ONCE):
            part = dispatches[start : start + _AT_ONCE], calls[start : start + _AT_ONCE]
            count = len(part[0]) + len(part[1])
            if not self._has_room(count, go_on):
                self._sender.lose(count, NO_ROOM)
                continue
            reader, maker = self._of(trace)
            self._sender.put(partial(maker.data, reader.read(*part), trace.span_ns[1]), count)

    def _has_room(self, count: int, go_on: GoOn | None) -> bool:
        while go_on is not None and not self._sender.wait_for_room(count, _LOOK_S):
            if not go_on():
                break
        return self._sender.has_room(count)

    def _of(self, trace: Trace) -> tuple[RowReader, SpanMaker]:
        """What reads this trace, which may be the newest part of the one before, and makes the stream's spans."""
        assert trace.header is not None
        if self._maker is None:
            self._maker = SpanMaker(trace.header, trace.names, trace.blobs, payloads=self._payloads)
        if self._reader is None or self._reader.trace is not trace:
            self._reader = RowReader(trace, complete=False)
        return self._reader, self._maker


class _Told:
    """Which rows of a table were handed over."""

    def __init__(self) -> None:
        self._table: Dispatches | Calls | None = None
        self._seen = 0
        """Rows of the table that were looked at."""

        self._newest = 0
        """Id of the last of them, by which it is found again in a table of the newest rows alone."""

        self._open: Rows = np.empty(0, np.uint64)
        """Ids of those that had not ended."""

    def new(self, table: Any, are_over: Callable[[Any, Rows], Rows]) -> Rows:
        """Rows that have ended since."""
        first = self._seen if table is self._table else table.row_of(self._newest) + 1
        if first == len(table) and not len(self._open):
            return np.empty(0, np.int64)
        rows = np.concatenate([self.open(table), np.arange(first, len(table))])
        self._table, self._seen = table, len(table)
        self._newest = int(table.id[-1]) if len(table) else self._newest
        over = are_over(table, rows)
        self._open = table.id[rows[~over]]
        return rows[over]

    def open(self, table: Any) -> Rows:
        """Rows that had not ended."""
        rows = table.rows_of(self._open)
        return np.asarray(rows[rows >= 0])


def _dispatches_are_over(table: Dispatches, rows: Rows) -> Rows:
    """Their calls have ended; what a broker carries is sent when that has it."""
    seen = table.columns.view("seen")[rows]
    with_broker = (seen & joining.DURABLE > 0) & (seen & _IS_WITH_BROKER > 0)
    return np.asarray(np.where(seen & joining.DURABLE > 0, with_broker, table.outcome[rows] != Outcome.RUNNING))


def _calls_are_over(table: Calls, rows: Rows) -> Rows:
    return np.asarray(table.ended_ns[rows] >= 0)
