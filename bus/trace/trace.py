"""A capture loaded for reading: bytes come in, columns come out.

Facts are decoded and joined by whole batches, so that millions a second fit; no Python object per fact exists.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.blobs import Blobs, Error, Payload
from bus.trace.columns import Columns
from bus.trace.names import Names
from bus.trace.tables import Calls, Dispatches, Marks
from buslens import wire
from buslens.records import FACT_FIELDS, Kind, Outcome

FACT_DTYPE = np.dtype(list(FACT_FIELDS))
Facts = npt.NDArray[Any]

_FAILED, _TIMED_OUT, _CANCELLED = 1, 2, 4
_SEEN_BIT = np.zeros(256, np.uint8)
_SEEN_BIT[[Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED]] = [_FAILED, _TIMED_OUT, _CANCELLED]


class Trace:
    """Everything that one capture says, as columns."""

    def __init__(self) -> None:
        self.header: wire.Header | None = None
        self.names = Names()
        self.blobs = Blobs()
        self.dispatches = Dispatches()
        self.calls = Calls()
        self.marks = Marks(self.blobs)
        self.subscriptions = Columns(
            time_ns=np.int64, handler=np.uint32, event=np.uint64, added=np.uint8, flags=np.uint16
        )
        self.deliveries = Columns(
            time_ns=np.int64, kind=np.uint8, dispatch=np.uint64, call=np.uint64, queue=np.uint32, attempt=np.uint32
        )
        self.generation = 0
        """Grows whenever anything changed."""

        self.dropped = 0
        """Facts that the producer says it could not keep."""

        self.damage = ""
        """One sentence for a person where the capture is cut or damaged; everything before that is good."""

        self._rest = b""
        self._position = 0
        self._first_ns = 0
        self._last_ns = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the capture, cut anywhere. Raises wire.WireError where it is no capture at all.

        Behind damage nothing more is read.
        """
        if self.damage or not data:
            return
        if self._rest:
            data = self._rest + bytes(data)
        at = 0
        if self.header is None:
            found = wire.unpack_header(data)
            if found is None:
                self._rest = bytes(data)
                return
            self.header, at = found
            self.generation += 1
        try:
            for kind, body, end in wire.frames(data, at):
                self._take(kind, body)
                at = end
        except ValueError as error:
            self._damaged(self._position + at, str(error))
        self._position += at
        self._rest = bytes(data[at:])

    def finish(self) -> None:
        """No more bytes will come: what is left of a frame is damage."""
        if self.header is None:
            raise wire.WireError("this is not a Buslens capture (it ends inside the header)")
        if self._rest and not self.damage:
            self._damaged(self._position, f"the last {len(self._rest)} bytes are not a whole frame")

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last time of any fact; (0, 0) while there is none."""
        return self._first_ns, self._last_ns

    def payload(self, dispatch_row: int) -> Payload:
        """What a dispatch carried, decoded now."""
        return self.blobs.payload(int(self.dispatches.payload[dispatch_row]))

    def error(self, call_row: int) -> Error | None:
        """Why a call failed, decoded now; None where it did not."""
        return self.blobs.error(int(self.calls.error[call_row]))

    def _damaged(self, position: int, why: str) -> None:
        self.damage = f"The capture is damaged at byte {position:,}: {why}. Everything before it is shown."
        self.generation += 1

    def _take(self, kind: int, body: memoryview) -> None:
        if kind == wire.NAMES:
            self.names.take(body)
        elif kind == wire.BLOBS:
            self.blobs.take(body)
        elif kind == wire.FACTS:
            if len(body) % FACT_DTYPE.itemsize:
                raise wire.Cut("a frame of facts ends inside a fact")
            if len(body):
                self._take_facts(np.frombuffer(body, FACT_DTYPE))
        # Other kinds come from a newer minor version: they are passed over, as docs/capture-format.md says.
        self.generation += 1

    def _take_facts(self, facts: Facts) -> None:
        times = facts["time_ns"]
        first, last = int(times.min()), int(times.max())
        empty = not (len(self.dispatches) or len(self.calls) or len(self.marks) or len(self.subscriptions))
        self._first_ns = first if empty else min(first, self._first_ns)
        self._last_ns = last if empty else max(last, self._last_ns)
        kind = facts["kind"]
        new = self._add_dispatches(facts[kind == Kind.DISPATCH_EMITTED])
        started = self._add_calls(facts[kind == Kind.CALL_STARTED])
        self._find_roots(new)
        ended = self._end_calls(facts[kind == Kind.CALL_ENDED])
        skipped = self._skip(facts[kind == Kind.SKIPPED])
        self._settle(np.concatenate([np.arange(new.start, new.stop), started, ended, skipped]))
        self._add_rest(facts, kind)

    def _add_dispatches(self, facts: Facts) -> slice:
        ids, emitted = facts["id"], facts["time_ns"]
        rows = self.dispatches.columns.append(
            len(facts), id=ids, event=facts["name"], parent_call=facts["parent"], lane=facts["lane"],
            emitted_ns=emitted, handlers=facts["count"], payload=facts["blob"], ended_ns=emitted,
            waiting=np.minimum(facts["count"], np.iinfo(np.int32).max), root=ids,
        )  # fmt: skip
        self.dispatches.index.add(ids, np.arange(rows.start, rows.stop))
        return rows

    def _add_calls(self, facts: Facts) -> Facts:
        """Append calls; the dispatch rows that they belong to."""
        dispatch_rows = self.dispatches.rows_of(facts["parent"])
        known = dispatch_rows >= 0
        emitted = facts["time_ns"].copy()
        emitted[known] = self.dispatches.emitted_ns[dispatch_rows[known]]
        rows = self.calls.columns.append(
            len(facts), id=facts["id"], dispatch=facts["parent"], handler=facts["name"], lane=facts["lane"],
            emitted_ns=emitted, started_ns=facts["time_ns"], ended_ns=-1, attempt=facts["count"], flags=facts["flags"],
        )  # fmt: skip
        self.calls.index.add(facts["id"], np.arange(rows.start, rows.stop))
        touched = dispatch_rows[known]
        first = facts["count"][known] <= 1
        np.subtract.at(self.dispatches.columns.view("waiting"), touched[first], 1)
        np.add.at(self.dispatches.columns.view("running"), touched, 1)
        return touched

    def _find_roots(self, new: slice) -> None:
        """The root of each new dispatch: up from parent to parent by pointer doubling."""
        parents = self.dispatches.parent_call[new]
        inner = np.flatnonzero(parents)
        if not len(inner):
            return
        call_rows = self.calls.rows_of(parents[inner])
        inner, call_rows = inner[call_rows >= 0], call_rows[call_rows >= 0]
        above = self.dispatches.rows_of(self.calls.dispatch[call_rows])
        inner, above = inner[above >= 0], above[above >= 0]
        roots = self.dispatches.root
        up = np.arange(new.start, new.stop)
        up[inner] = above
        for _ in range(64):  # 2**64 levels: a cycle in a hostile capture ends here
            within = up >= new.start
            further = np.where(within, up[np.where(within, up - new.start, 0)], up)
            if np.array_equal(further, up):
                break
            up = further
        roots[new] = roots[up]

    def _end_calls(self, facts: Facts) -> Facts:
        """End calls; the dispatch rows that they belong to."""
        rows = self.calls.rows_of(facts["id"])
        good = rows >= 0
        good[good] = self.calls.ended_ns[rows[good]] < 0
        rows, facts = rows[good], facts[good]
        rows, once = np.unique(rows, return_index=True)
        facts = facts[once]
        calls = self.calls
        ended = np.maximum(facts["time_ns"], calls.started_ns[rows])
        outcome = np.where(facts["outcome"] == 0, np.uint8(Outcome.OK), facts["outcome"])
        outcome = np.where(outcome > Outcome.TIMED_OUT, np.uint8(Outcome.FAILED), outcome)
        calls.ended_ns[rows] = ended
        calls.outcome[rows] = outcome
        calls.error[rows] = facts["blob"]
        dispatch_rows = self.dispatches.rows_of(calls.dispatch[rows])
        known = dispatch_rows >= 0
        touched, outcome = dispatch_rows[known], outcome[known]
        columns = self.dispatches.columns
        np.maximum.at(columns.view("ended_ns"), touched, ended[known])
        np.subtract.at(columns.view("running"), touched, 1)
        bad = (outcome == Outcome.FAILED) | (outcome == Outcome.TIMED_OUT)
        np.add.at(columns.view("failed"), touched[bad], 1)
        np.bitwise_or.at(columns.view("seen"), touched, _SEEN_BIT[outcome])
        return touched

    def _skip(self, facts: Facts) -> Facts:
        rows = self.dispatches.rows_of(facts["id"])
        known = rows >= 0
        count = np.minimum(facts["count"][known], np.iinfo(np.int32).max).astype(np.int32)
        np.subtract.at(self.dispatches.columns.view("waiting"), rows[known], count)
        return rows[known]

    def _settle(self, rows: Facts) -> None:
        """Say anew how these dispatches ended."""
        rows = np.unique(rows)
        dispatches = self.dispatches
        columns = dispatches.columns
        seen = columns.view("seen")[rows]
        still_open = (columns.view("waiting")[rows] > 0) | (columns.view("running")[rows] > 0)
        dispatches.outcome[rows] = np.select(
            [dispatches.handlers[rows] == 0, still_open, seen & _FAILED > 0, seen & _TIMED_OUT > 0,
             seen & _CANCELLED > 0],
            [Outcome.LOST, Outcome.RUNNING, Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED],
            Outcome.OK,
        )  # fmt: skip

    def _add_rest(self, facts: Facts, kind: Facts) -> None:
        if not bool(np.any(kind > Kind.CALL_ENDED)):
            return
        dropped = facts[kind == Kind.DROPPED]
        self.dropped += int(dropped["count"].sum(dtype=np.uint64))
        marks = facts[kind == Kind.MARK]
        self.marks.columns.append(len(marks), time_ns=marks["time_ns"], call=marks["parent"], blob=marks["blob"])
        told = facts[(kind == Kind.HANDLER_ADDED) | (kind == Kind.HANDLER_REMOVED)]
        self.subscriptions.append(
            len(told), time_ns=told["time_ns"], handler=told["name"], event=told["parent"],
            added=told["kind"] == Kind.HANDLER_ADDED, flags=told["flags"],
        )  # fmt: skip
        sent = facts[(kind >= Kind.ENQUEUED) & (kind <= Kind.DEAD_LETTERED)]
        self.deliveries.append(
            len(sent), time_ns=sent["time_ns"], kind=sent["kind"], dispatch=sent["id"], call=sent["parent"],
            queue=sent["name"], attempt=sent["count"],
        )  # fmt: skip
