"""A capture loaded for reading: bytes come in, columns come out.

Facts are decoded and joined by whole batches, so that millions a second fit; no Python object per fact exists.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from bus.trace import forgetting
from bus.trace.blobs import Blobs, Error, Payload
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.columns import Columns
from bus.trace.error_texts import ErrorTexts
from bus.trace.events import Events
from bus.trace.facts import FACT_DTYPE, Facts
from bus.trace.fates import Fates
from bus.trace.frame_reader import Frame, FrameReader
from bus.trace.joining import FactJoiner
from bus.trace.names import Names
from bus.trace.notes import Notes
from bus.trace.processes import JoinedProcesses
from bus.trace.tables import Calls, Dispatches, Marks
from buslens import wire
from buslens.records import Kind

DELIVERING = (
    *range(Kind.ENQUEUED, Kind.DEAD_LETTERED + 1),
    *range(Kind.CONFIRMED, Kind.WORK_RETRIED + 1),
    Kind.SENT,
)
"""What becomes a row of `Trace.deliveries`."""

STRETCH = "stretch_ns"
"""What the header of a capture that was cut out of a longer one calls the stretch that was asked for."""

FACTS_AT_ONCE = 65_536
"""Facts that are joined together: what is done to so many stays within the processor's cache."""


class Trace:
    """A capture loaded for reading: everything that it says, as columns."""

    def __init__(self, raw: CaptureBytes | None = None) -> None:
        self.names = Names()
        self.events = Events(self.names)
        self.raw = raw or CaptureBytes()
        """The bytes so far, for saving and for payloads."""

        self.blobs = Blobs(self.raw)
        self.dispatches = Dispatches()
        self.calls = Calls()
        self.marks = Marks(self.blobs)
        self.notes = Notes()
        self.processes = JoinedProcesses()
        """Of a joint capture of several."""

        self.subscriptions = Columns(
            time_ns=np.int64, handler=np.uint32, event=np.uint64, added=np.uint8, flags=np.uint16, note=np.uint64
        )
        self.deliveries = _deliveries()
        self.skipped = _skipped()
        """Announced handlers that were never called. handler: 0 where a capture only says how many (`count`)."""

        self.filtered = _skipped()
        """Handlers that were subscribed and not announced, because of the sender or the like; else as `skipped`."""

        self.interventions = _interventions()
        """What a person did to deliveries at breakpoints; did: buslens.records.Did. Each is a mark as well."""

        self.payload_changes = _payload_changes()
        """What calls have changed in payloads that others receive too; others: how many handlers had not ended."""

        self.stacks = _stacks()
        """Where threads stood while handlers ran for long, from then on for so long."""

        self.awaits = _awaits()
        """Where coroutines of calls that had not ended waited when somebody looked."""

        self.counts = _counts()
        """Each count of a scenario: the counter's interned name, and its value since."""

        self.error_texts = ErrorTexts()
        self.fates = Fates()
        self.generation = 0
        """Grows whenever anything changed."""

        self.dropped = 0
        """Facts that the producer says it could not keep."""

        self.damage = ""
        """One sentence for a person where the capture is cut or damaged; everything before that is good."""

        self.ended = False
        """Whether whoever wrote the capture says that it is complete; one that was killed, or is busy, says nothing."""

        self.forgotten = 0
        """Dispatches and calls that were here once and are only in the bytes now: `newest`."""

        self.whole = 0
        """Bytes of the header and all whole frames: what a saved capture holds."""

        self.notes_at: list[tuple[int, int]] = []
        """Where in the bytes frames of notes begin and end: a saved capture has those of now instead."""

        self._joining = FactJoiner(self.dispatches, self.calls)
        self._keeps_bytes = raw is None
        self.framing = FrameReader()
        """Where bytes become frames; those of a file by another thread, ahead of `taking`."""

        self._bodies: list[memoryview] = []
        """Frames of facts that came and are not in the tables yet."""
        self._unjoined = 0
        """How many facts they hold."""
        self._unknown = 0
        """Frames that were passed over."""
        self._facts = 0
        self._first_ns = 0
        self._last_ns = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the capture, cut anywhere. Raises wire.WireError where it is not a capture at all.

        Behind damage nothing more is read.
        """
        for _ in self.feeding(data):
            pass

    def feeding(self, data: bytes | memoryview) -> Iterator[int]:
        """Take in bytes of a capture piece by piece: yields how many bytes of it are taken in so far.

        Between two pieces the trace may be read. `data` must not change before the last one.
        """
        if self.damage or not len(data):
            return
        if self._keeps_bytes:
            self.raw.append(data)
        yield from self.taking(self.framing.feed(data))

    def taking(self, frames: Iterable[Frame]) -> Iterator[int]:
        """Take in frames that `framing` found, piece by piece: yields how many bytes are taken in so far."""
        known = self.whole
        try:
            for kind, body, start in frames:
                self._read_frame(kind, body, start)
                self.whole = start + len(body)
                if self._unjoined >= FACTS_AT_ONCE:
                    self._join()
                    yield self.whole
        except wire.WireError:
            raise
        except ValueError as error:
            self.whole = max(self.whole, self.framing.header_size)
            self._damaged(str(error))
        self._join()
        if not known:
            self.whole = max(self.whole, self.framing.header_size)
            self.generation += 1
        yield self.whole

    def finish(self, size: int = 0) -> None:
        """No more bytes will come: what is left of a frame is damage. size: of the whole capture, where it is known."""
        if self.header is None:
            raise wire.WireError("this is not a Buslens capture (it ends inside the header)")
        if self.framing.waiting and not self.damage:
            self._damaged(f"the last {self.framing.waiting:,} bytes are not a whole frame")
        elif self.damage and size > self.whole:
            self.damage += f" The {size - self.whole:,} bytes from there on are not."
        elif self._unknown:
            self.damage = (
                f"Frames of a kind that this Buslens does not know were passed over: {self._unknown:,}. "
                "A newer version wrote the capture, or it is damaged. Everything else is shown."
            )
            self.generation += 1

    @property
    def header(self) -> wire.Header | None:
        """Who made the capture; None until that has come."""
        return self.framing.header

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last time of any fact; (0, 0) while there is none."""
        return self._first_ns, self._last_ns

    @property
    def nbytes(self) -> int:
        """Memory of all columns, room to grow included."""
        told = (self.marks.columns, self.subscriptions, self.deliveries, self.skipped, self.filtered, self.counts)
        rare = (self.interventions, self.payload_changes, self.stacks, self.awaits)
        return sum(table.nbytes for table in (self.dispatches, self.calls, *rare, *told))

    def newest(self, most: int) -> Trace:
        """A trace with about so many of its newest dispatches and calls, and all that runs, in place of this one.

        It goes on where this one stands, and with the same bytes: saved it is whole. This one may still be read, but
        not fed any more.
        """
        trace = copy.copy(self)
        dispatches, calls = forgetting.newest(self.dispatches, self.calls, most)
        trace.dispatches, trace.calls = self.dispatches.only(dispatches), self.calls.only(calls)
        trace.forgotten += len(self.dispatches) - len(dispatches) + len(self.calls) - len(calls)
        trace.error_texts = ErrorTexts()
        trace.fates = Fates()
        trace._joining = FactJoiner(trace.dispatches, trace.calls)
        times = np.concatenate([trace.dispatches.emitted_ns, trace.calls.started_ns])
        trace._first_ns = int(times.min()) if len(times) else self._last_ns
        marks, told = self.marks, self.deliveries
        trace.marks = marks.only(np.flatnonzero((marks.call == 0) | (trace.calls.rows_of(marks.call) >= 0)))
        trace.deliveries = _deliveries()
        of_kept = trace.dispatches.rows_of(told.view("dispatch")) >= 0
        trace.deliveries.append_rows(told, np.flatnonzero(of_kept))
        trace.skipped, trace.filtered, trace.interventions = _skipped(), _skipped(), _interventions()
        trace.payload_changes = _payload_changes()
        for kept, told in (
            (trace.skipped, self.skipped),
            (trace.filtered, self.filtered),
            (trace.interventions, self.interventions),
            (trace.payload_changes, self.payload_changes),
        ):
            kept.append_rows(told, np.flatnonzero(trace.dispatches.rows_of(told.view("dispatch")) >= 0))
        trace.stacks, trace.awaits = _stacks(), _awaits()
        lasts = self.stacks.view("time_ns") + self.stacks.view("length_us").astype(np.int64) * 1_000
        trace.stacks.append_rows(self.stacks, np.flatnonzero(lasts >= trace._first_ns))
        trace.awaits.append_rows(self.awaits, np.flatnonzero(trace.calls.rows_of(self.awaits.view("call")) >= 0))
        trace.counts = _counts()
        trace.counts.append_rows(self.counts, _newest_counts(self.counts.view("counter"), most))
        trace.generation += 1
        return trace

    def payload(self, dispatch_row: int) -> Payload:
        """What a dispatch carried, decoded now."""
        return self.blobs.payload(int(self.dispatches.payload[dispatch_row]))

    def error(self, call_row: int) -> Error | None:
        """Why a call failed, decoded now; None where it did not."""
        return self.blobs.error(int(self.calls.error[call_row]))

    def _damaged(self, why: str) -> None:
        self.damage = f"The capture is damaged at byte {self.whole:,}: {why}. Everything before it is shown."
        self.generation += 1

    def _read_frame(self, kind: int, body: memoryview, start: int) -> None:
        if kind == wire.NAMES:
            self.names.read_frame(body)
        elif kind == wire.BLOBS:
            self.blobs.read_frame(body, start)
        elif kind == wire.FACTS:
            if len(body) % FACT_DTYPE.itemsize:
                raise wire.DamagedFrame("a frame of facts ends inside a fact")
            self._bodies.append(body)
            self._unjoined += len(body) // FACT_DTYPE.itemsize
        elif kind == wire.NOTES:
            self.notes.read_frame(body)
            self.notes_at.append((start - wire.FRAME.size, start + len(body)))
        elif kind == wire.PROCESSES:
            self.processes.read_frame(body)
        elif kind == wire.END:
            self.ended = True
        else:
            self._unknown += 1  # of a newer minor version: passed over, as docs/capture-format.md says
        self.generation += 1

    def _join(self) -> None:
        """Take in the facts of the frames that came; of many small frames together, which is as quick as of one."""
        bodies, self._bodies = self._bodies, []
        count, self._unjoined = self._unjoined, 0
        if not count:
            return
        facts = Facts.of(bodies)
        first, last = facts.span_ns
        self._first_ns = min(first, self._first_ns) if self._facts else first
        self._last_ns = max(last, self._last_ns) if self._facts else last
        self._facts += count
        self._joining.join(facts)
        if len(facts.others):
            self._take_rest(facts.others)

    def _take_rest(self, facts: Facts) -> None:
        self.dropped += int(facts.of_kind(Kind.DROPPED).count.sum())
        marks = facts.of_kind(Kind.MARK, Kind.INTERVENED, Kind.LONG_STEP, Kind.FAULT, Kind.DECIDED)
        self.marks.columns.append(
            len(marks), time_ns=marks.time_ns, call=marks.parent, blob=marks.blob,
            lacking=np.where(marks.kind == Kind.MARK, marks.count, 0),
            step_us=np.where(marks.kind == Kind.LONG_STEP, marks.count, 0),
            fault=np.where(marks.kind == Kind.FAULT, np.minimum(marks.count, 255), 0),
            decided=np.where(marks.kind == Kind.DECIDED, np.minimum(marks.count, 255), 0),
            by=np.where(marks.kind == Kind.DECIDED, marks.id, 0),
        )  # fmt: skip
        done = facts.of_kind(Kind.INTERVENED)
        self.interventions.append(
            len(done), time_ns=done.time_ns, dispatch=done.id, handler=done.name, call=done.parent,
            did=np.minimum(done.count, 255), note=done.blob,
        )  # fmt: skip
        changed = facts.of_kind(Kind.PAYLOAD_CHANGED)
        self.payload_changes.append(
            len(changed), time_ns=changed.time_ns, dispatch=changed.id, call=changed.parent, others=changed.count,
            note=changed.blob,
        )  # fmt: skip
        stood = facts.of_kind(Kind.STACK)
        self.stacks.append(len(stood), time_ns=stood.time_ns, lane=stood.lane, length_us=stood.count, note=stood.blob)
        waits = facts.of_kind(Kind.AWAITS)
        self.awaits.append(len(waits), time_ns=waits.time_ns, call=waits.parent, note=waits.blob)
        counted = facts.of_kind(Kind.COUNTED)
        self.counts.append(
            len(counted), time_ns=counted.time_ns, call=counted.parent, counter=counted.name, value=counted.count
        )
        told = facts.of_kind(Kind.HANDLER_ADDED, Kind.HANDLER_REMOVED)
        self.subscriptions.append(
            len(told), time_ns=told.time_ns, handler=told.name, event=told.parent,
            added=told.kind == Kind.HANDLER_ADDED, flags=told.flags, note=told.blob,
        )  # fmt: skip
        for kind, table in ((Kind.SKIPPED, self.skipped), (Kind.FILTERED, self.filtered)):
            skipped = facts.of_kind(kind)
            table.append(
                len(skipped), time_ns=skipped.time_ns, dispatch=skipped.id, handler=skipped.name,
                because_call=skipped.parent, count=skipped.count, note=skipped.blob,
            )  # fmt: skip
        sent = facts.of_kind(*DELIVERING)
        self.deliveries.append(
            len(sent), time_ns=sent.time_ns, kind=sent.kind, dispatch=self._dispatches_of(sent), call=sent.parent,
            queue=sent.name, attempt=sent.count, note=sent.blob,
        )  # fmt: skip

    def _dispatches_of(self, sent: Facts) -> np.ndarray:
        """What a worker did is told of its call alone."""
        unsaid = (sent.id == 0) & (sent.parent != 0)
        if not unsaid.any():
            return sent.id
        rows = self.calls.rows_of(sent.parent)
        known = unsaid & (rows >= 0)
        dispatches = sent.id.copy()
        dispatches[known] = self.calls.dispatch[rows[known]]
        return dispatches


def _deliveries() -> Columns:
    return Columns(
        time_ns=np.int64, kind=np.uint8, dispatch=np.uint64, call=np.uint64, queue=np.uint32, attempt=np.uint32,
        note=np.uint64,
    )  # fmt: skip


def _skipped() -> Columns:
    return Columns(
        time_ns=np.int64, dispatch=np.uint64, handler=np.uint32, because_call=np.uint64, count=np.uint32, note=np.uint64
    )


def _interventions() -> Columns:
    return Columns(
        time_ns=np.int64, dispatch=np.uint64, handler=np.uint32, call=np.uint64, did=np.uint8, note=np.uint64
    )


def _payload_changes() -> Columns:
    return Columns(time_ns=np.int64, dispatch=np.uint64, call=np.uint64, others=np.uint32, note=np.uint64)


def _stacks() -> Columns:
    return Columns(time_ns=np.int64, lane=np.uint32, length_us=np.uint32, note=np.uint64)


def _awaits() -> Columns:
    return Columns(time_ns=np.int64, call=np.uint64, note=np.uint64)


def _counts() -> Columns:
    return Columns(time_ns=np.int64, call=np.uint64, counter=np.uint32, value=np.uint32)


def _newest_counts(counter: npt.NDArray[np.uint32], most: int) -> npt.NDArray[np.int64]:
    """The newest counts, and the last one of each counter, so that its value stays known."""
    backwards = np.unique(counter[::-1], return_index=True)[1]
    newest = np.arange(max(0, len(counter) - most), len(counter))
    return np.asarray(np.union1d(newest, len(counter) - 1 - backwards), np.int64)


Progress = Callable[[float], None]
"""Told how much of something is done, from 0 to 1; it may raise to end it early."""
