"""The tables of a trace: dispatches, calls, marks, subscriptions, deliveries; one column a property."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.blobs import Blobs
from bus.trace.columns import Columns
from bus.trace.groups import RowGroups
from bus.trace.index import Index
from buslens.records import Decided

Array = npt.NDArray[Any]


class Dispatches:
    """One row for each emit, in the order in which the records arrived."""

    def __init__(self) -> None:
        self.columns = Columns(
            id=np.uint64, event=np.uint32, parent_call=np.uint64, lane=np.uint32, emitted_ns=np.int64,
            handlers=np.uint32, payload=np.uint64, ended_ns=np.int64, waiting=np.int32, running=np.int32,
            failed=np.int32, seen=np.uint8, outcome=np.uint8, root=np.uint64,
            cause_unknown=np.bool_,
        )  # fmt: skip
        self.index = Index(self.columns)
        self.by_parent = RowGroups(self.columns, "parent_call")

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def id(self) -> Array:
        """Unique in the capture, shared with calls."""
        return self.columns.view("id")

    @property
    def event(self) -> Array:
        """Name id of the event on its bus: `Trace.events` says which are one event, and which bus each is on."""
        return self.columns.view("event")

    @property
    def parent_call(self) -> Array:
        """Id of the call that emitted it; 0 for a root, and where `cause_unknown`."""
        return self.columns.view("parent_call")

    @property
    def cause_unknown(self) -> Array:
        """Whether the program cannot tell what caused it: it is not a root, and nobody knows what it is."""
        return self.columns.view("cause_unknown")

    @property
    def lane(self) -> Array:
        """Name id of the thread or task that emitted it."""
        return self.columns.view("lane")

    @property
    def emitted_ns(self) -> Array:
        """When each event was emitted: nanoseconds on the producer's clock."""
        return self.columns.view("emitted_ns")

    @property
    def handlers(self) -> Array:
        """How many handlers were announced at the emit."""
        return self.columns.view("handlers")

    @property
    def payload(self) -> Array:
        """Blob id of the payload, 0 where there was none."""
        return self.columns.view("payload")

    @property
    def ended_ns(self) -> Array:
        """The last call's end so far; the emit's own time where no call ended."""
        return self.columns.view("ended_ns")

    @property
    def open(self) -> Array:
        """Calls that have not ended, those that wait included."""
        running = np.maximum(self.columns.view("running"), 0)
        return np.add(self.waiting, running, dtype=np.int64)

    @property
    def waiting(self) -> Array:
        """Announced calls that have not started."""
        return np.maximum(self.columns.view("waiting"), 0)

    def waiting_of(self, row: int) -> int:
        """The same of one dispatch, without a look at all the others."""
        return max(int(self.columns.view("waiting")[row]), 0)

    @property
    def failed(self) -> Array:
        """Calls that failed or timed out."""
        return self.columns.view("failed")

    @property
    def outcome(self) -> Array:
        """How each dispatch ended, or whether it runs still: a value of buslens.records.Outcome."""
        return self.columns.view("outcome")

    @property
    def root(self) -> Array:
        """Id of the dispatch that the flow grew from; its own id for a root."""
        return self.columns.view("root")

    def only(self, rows: Array) -> Dispatches:
        """A table of these rows alone."""
        table = Dispatches()
        table.columns.append_rows(self.columns, rows)
        table.index.add(table.id, 0)
        return table

    @property
    def nbytes(self) -> int:
        """Memory of the columns, room to grow included, and of what finds their ids."""
        return self.columns.nbytes + self.index.nbytes

    def row_of(self, ident: int) -> int:
        """Row of a dispatch id, -1 where there is none."""
        return self.index.row(ident)

    def rows_of(self, idents: Array) -> Array:
        """Rows of dispatch ids, -1 where there is none."""
        return self.index.rows(idents)


class Calls:
    """One row for each call, in the order in which they started."""

    def __init__(self) -> None:
        self.columns = Columns(
            id=np.uint64, dispatch=np.uint64, handler=np.uint32, lane=np.uint32, emitted_ns=np.int64,
            started_ns=np.int64, ended_ns=np.int64, outcome=np.uint8, attempt=np.uint32, error=np.uint64,
            flags=np.uint16,
        )  # fmt: skip
        self.index = Index(self.columns)
        self.by_dispatch = RowGroups(self.columns, "dispatch")

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def id(self) -> Array:
        """Unique in the capture, shared with dispatches."""
        return self.columns.view("id")

    @property
    def dispatch(self) -> Array:
        """Id of the dispatch that it belongs to."""
        return self.columns.view("dispatch")

    @property
    def handler(self) -> Array:
        """Name id of the handler."""
        return self.columns.view("handler")

    @property
    def lane(self) -> Array:
        """Name id of the thread or task that ran it."""
        return self.columns.view("lane")

    @property
    def emitted_ns(self) -> Array:
        """When its dispatch was emitted; its own start where the dispatch is unknown."""
        return self.columns.view("emitted_ns")

    @property
    def started_ns(self) -> Array:
        """When it began to run."""
        return self.columns.view("started_ns")

    @property
    def ended_ns(self) -> Array:
        """When it ended, -1 while it runs or where the capture ends before it does."""
        return self.columns.view("ended_ns")

    @property
    def outcome(self) -> Array:
        """How each call ended, or whether it runs still: a value of buslens.records.Outcome."""
        return self.columns.view("outcome")

    @property
    def attempt(self) -> Array:
        """1 for the first; a retry or redelivery counts up."""
        return self.columns.view("attempt")

    @property
    def error(self) -> Array:
        """Blob id of the error, 0 where there was none."""
        return self.columns.view("error")

    @property
    def flags(self) -> Array:
        """Details of each call: bits of buslens.records.Flag."""
        return self.columns.view("flags")

    @property
    def queue_delay_ns(self) -> Array:
        """Start minus emit: how long each call waited."""
        return self.started_ns - self.emitted_ns

    @property
    def duration_ns(self) -> Array:
        """End minus start; -1 while running."""
        ended = self.ended_ns
        return np.where(ended < 0, -1, ended - self.started_ns)

    def only(self, rows: Array) -> Calls:
        """A table of these rows alone."""
        table = Calls()
        table.columns.append_rows(self.columns, rows)
        table.index.add(table.id, 0)
        return table

    @property
    def nbytes(self) -> int:
        """Memory of the columns, room to grow included, and of what finds their ids."""
        return self.columns.nbytes + self.index.nbytes

    def row_of(self, ident: int) -> int:
        """Row of a call id, -1 where there is none."""
        return self.index.row(ident)

    def rows_of(self, idents: Array) -> Array:
        """Rows of call ids, -1 where there is none."""
        return self.index.rows(idents)


class Marks:
    """Notes of people, lines that handlers logged, long steps of coroutines, faults and decisions of a scenario."""

    def __init__(self, blobs: Blobs) -> None:
        self.columns = Columns(
            time_ns=np.int64, call=np.uint64, blob=np.uint64, lacking=np.uint32, step_us=np.uint32, fault=np.uint8,
            decided=np.uint8, by=np.uint64,
        )  # fmt: skip
        self._blobs = blobs
        self._flagged: tuple[Array, int] = np.empty(0, np.int64), 0
        """Rows that `flagged` gives, and how many marks were looked at for them."""

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def time_ns(self) -> Array:
        """When each mark was written: nanoseconds on the producer's clock."""
        return self.columns.view("time_ns")

    @property
    def call(self) -> Array:
        """Id of the call that wrote it, 0 for a person's."""
        return self.columns.view("call")

    @property
    def blob(self) -> Array:
        """Id of the blob that holds what it says."""
        return self.columns.view("blob")

    @property
    def lacking(self) -> Array:
        """What is not recorded from each on, at a person's wish: see `buslens.records.Lacking`."""
        return self.columns.view("lacking")

    @property
    def step_us(self) -> Array:
        """Microseconds that a coroutine ran from then on without awaiting anything; 0 for a mark of another kind."""
        return self.columns.view("step_us")

    @property
    def fault(self) -> Array:
        """What a scenario let go wrong, see `buslens.records.Fault`; 0 for a mark of another kind."""
        return self.columns.view("fault")

    @property
    def decided(self) -> Array:
        """What a scenario's services have decided, see `buslens.records.Decided`; 0 for a mark of another kind."""
        return self.columns.view("decided")

    @property
    def by(self) -> Array:
        """Id of another call, in which a decision was made; 0 where there is none."""
        return self.columns.view("by")

    def warns(self, rows: Array) -> Array:
        """Whether each of these tells of a fault, that a call was given up, or that something was not undone."""
        bad = (Decided.DROPPED, Decided.REFUSED, Decided.EXPIRED, Decided.NOT_UNDONE, Decided.LATE_REPLY)
        warns: Array = (self.fault[rows] != 0) | np.isin(self.decided[rows], bad)
        return warns

    @property
    def stands_still(self) -> bool:
        """Whether nothing of the run can happen any more, and what is open will stay so."""
        rows = self.flagged()
        told = self.decided[rows]
        last = told[(told == Decided.STANDS_STILL) | (told == Decided.GOES_ON)][-1:]
        return bool((last == Decided.STANDS_STILL).any())

    def flagged(self) -> Array:
        """Rows of faults, decisions (no replies in time) and what belongs to no call. Only new ones are looked at."""
        rows, looked = self._flagged
        if looked < len(self):
            decided = self.decided[looked:]
            says = (decided != 0) & (decided != Decided.ANSWERED)  # a reply in time is what was to come
            new = (self.fault[looked:] != 0) | says | (self.call[looked:] == 0)
            rows = np.concatenate([rows, np.flatnonzero(new) + looked])
            self._flagged = rows, looked + len(new)
        return rows

    def rows_lacking(self, what: int) -> Array:
        """Rows of marks from which on this is not recorded: see `buslens.records.Lacking`."""
        return np.flatnonzero(self.lacking & what)

    def only(self, rows: Array) -> Marks:
        """A table of these rows alone."""
        table = Marks(self._blobs)
        table.columns.append_rows(self.columns, rows)
        return table

    def text(self, row: int) -> str:
        """What it says, decoded now."""
        return self._blobs.note(int(self.blob[row]))
