"""A capture loaded for reading: bytes come in, columns come out.

Facts are decoded and joined by whole batches, so that millions a second fit; no Python object per fact exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bus.trace.blobs import Blobs, Error, Payload
from bus.trace.columns import Columns
from bus.trace.error_texts import ErrorTexts
from bus.trace.facts import FACT_DTYPE, Facts
from bus.trace.joining import Joining
from bus.trace.names import Names
from bus.trace.raw import Raw
from bus.trace.tables import Calls, Dispatches, Marks
from buslens import wire
from buslens.records import Kind


class Trace:
    """Everything that one capture says, as columns."""

    def __init__(self, raw: Raw | None = None) -> None:
        self.header: wire.Header | None = None
        self.names = Names()
        self.raw = raw or Raw()
        """The bytes so far, for saving and for payloads."""

        self.blobs = Blobs(self.raw)
        self.dispatches = Dispatches()
        self.calls = Calls()
        self.marks = Marks(self.blobs)
        self.subscriptions = Columns(
            time_ns=np.int64, handler=np.uint32, event=np.uint64, added=np.uint8, flags=np.uint16
        )
        self.deliveries = Columns(
            time_ns=np.int64,
            kind=np.uint8,
            dispatch=np.uint64,
            call=np.uint64,
            queue=np.uint32,
            attempt=np.uint32,
            note=np.uint64,
        )
        self.error_texts = ErrorTexts()
        self.generation = 0
        """Grows whenever anything changed."""

        self.dropped = 0
        """Facts that the producer says it could not keep."""

        self.damage = ""
        """One sentence for a person where the capture is cut or damaged; everything before that is good."""

        self.whole = 0
        """Bytes of the header and all whole frames: what a saved capture holds."""

        self._joining = Joining(self.dispatches, self.calls)
        self._keeps_bytes = raw is None
        self._waiting: list[bytes] = []
        """Bytes of a frame whose end has not come."""
        self._waiting_length = 0
        self._wanted = 0
        """How many bytes must wait before it is worth looking again."""
        self._facts = 0
        self._first_ns = 0
        self._last_ns = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the capture, cut anywhere. Raises wire.WireError where it is no capture at all.

        Behind damage nothing more is read.
        """
        for _ in self.feeding(data):
            pass

    def feeding(self, data: bytes | memoryview) -> Iterator[int]:
        """The same frame by frame: yields how many bytes of the capture are taken in so far."""
        if self.damage or not len(data):
            return
        if self._keeps_bytes:
            self.raw.append(data)
        if self._waiting or len(data) < self._wanted:
            self._waiting.append(bytes(data))
            self._waiting_length += len(data)
            if self._waiting_length < self._wanted:
                return
            data = b"".join(self._waiting)
        at = 0
        if self.header is None:
            found = wire.unpack_header(data)
            if found is None:
                self._wait_for(data, len(data) + 1)
                return
            self.header, at = found
            self.whole += at
            self.generation += 1
        try:
            for kind, body, end in wire.frames(data, at):
                self._take(kind, body, self.whole + end - at - len(body))
                self.whole += end - at
                at = end
                yield self.whole
        except ValueError as error:
            self._damaged(str(error))
        self._wait_for(data[at:], _whole_frame(data, at))

    def finish(self) -> None:
        """No more bytes will come: what is left of a frame is damage."""
        if self.header is None:
            raise wire.WireError("this is not a Buslens capture (it ends inside the header)")
        if self._waiting_length and not self.damage:
            self._damaged(f"the last {self._waiting_length:,} bytes are not a whole frame")

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last time of any fact; (0, 0) while there is none."""
        return self._first_ns, self._last_ns

    @property
    def nbytes(self) -> int:
        """Memory of all columns, room to grow included."""
        tables = (self.dispatches.columns, self.calls.columns, self.marks.columns, self.subscriptions, self.deliveries)
        return sum(columns.nbytes for columns in tables)

    def payload(self, dispatch_row: int) -> Payload:
        """What a dispatch carried, decoded now."""
        return self.blobs.payload(int(self.dispatches.payload[dispatch_row]))

    def error(self, call_row: int) -> Error | None:
        """Why a call failed, decoded now; None where it did not."""
        return self.blobs.error(int(self.calls.error[call_row]))

    def _wait_for(self, rest: bytes | memoryview, wanted: int) -> None:
        self._waiting = [bytes(rest)] if len(rest) and not self.damage else []
        self._waiting_length = len(rest) if self._waiting else 0
        self._wanted = wanted

    def _damaged(self, why: str) -> None:
        self.damage = f"The capture is damaged at byte {self.whole:,}: {why}. Everything before it is shown."
        self.generation += 1

    def _take(self, kind: int, body: memoryview, start: int) -> None:
        if kind == wire.NAMES:
            self.names.take(body)
        elif kind == wire.BLOBS:
            self.blobs.take(body, start)
        elif kind == wire.FACTS:
            if len(body) % FACT_DTYPE.itemsize:
                raise wire.Cut("a frame of facts ends inside a fact")
            if len(body):
                self._take_facts(Facts.of([body]))
        # Other kinds come from a newer minor version: they are passed over, as docs/capture-format.md says.
        self.generation += 1

    def _take_facts(self, facts: Facts) -> None:
        times = facts.time_ns
        first, last = int(times.min()), int(times.max())
        self._first_ns = min(first, self._first_ns) if self._facts else first
        self._last_ns = max(last, self._last_ns) if self._facts else last
        self._facts += len(facts)
        self._joining.take(facts)
        if int(facts.kind.max()) > Kind.CALL_ENDED:
            self._take_rest(facts)

    def _take_rest(self, facts: Facts) -> None:
        self.dropped += int(facts.of_kind(Kind.DROPPED).count.sum())
        marks = facts.of_kind(Kind.MARK)
        self.marks.columns.append(len(marks), time_ns=marks.time_ns, call=marks.parent, blob=marks.blob)
        told = facts.of_kind(Kind.HANDLER_ADDED, Kind.HANDLER_REMOVED)
        self.subscriptions.append(
            len(told), time_ns=told.time_ns, handler=told.name, event=told.parent,
            added=told.kind == Kind.HANDLER_ADDED, flags=told.flags,
        )  # fmt: skip
        sent = facts.of_kind(*range(Kind.ENQUEUED, Kind.DEAD_LETTERED + 1), Kind.CONFIRMED, Kind.DISCARDED)
        self.deliveries.append(
            len(sent), time_ns=sent.time_ns, kind=sent.kind, dispatch=sent.id, call=sent.parent,
            queue=sent.name, attempt=sent.count, note=sent.blob,
        )  # fmt: skip


Progress = Callable[[float], None]
"""Told how much of something is done, from 0 to 1; it may raise to end it early."""


def _whole_frame(data: bytes | memoryview, at: int) -> int:
    """How many bytes the frame that begins at `at` needs, its own head included."""
    if at + wire.FRAME.size > len(data):
        return wire.FRAME.size
    return int(wire.FRAME.size + wire.FRAME.unpack_from(data, at)[0])
