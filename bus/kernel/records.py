"""The records of one run of the kernel: packed as they happen, and put together as one capture at its end."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterator
from typing import Any

from bus.kernel.beyond import BeyondKernel
from bus.run.fault_records import MOST_NOTED
from buslens.failures import Failure
from buslens.limits import DEFAULT_LIMITS
from buslens.packing import blob_of
from buslens.payloads import snapshot
from buslens.recorder import Recorder
from buslens.records import FACT, Decided, Fault, Flag, Kind, Outcome
from buslens.small import NOT_SMALL, SmallCopy
from buslens.texts import utf8
from buslens.watching.calls import outcome_of
from buslens.wire import BLOB_ENTRY, BLOBS, FACTS, MAX_BLOB, Header, pack_blob, pack_frame

Blob = tuple[int, bytes, bool]
"""Its kind, its bytes, and whether something was cut."""

# FACT with what never changes in a shape given as bytes, as buslens.packing does it.
_HEAD = struct.Struct("<BBH")
PACK_EMITTED = struct.Struct("<4sIqQQIIQ").pack
EMITTED = _HEAD.pack(Kind.DISPATCH_EMITTED, 0, 0)
PACK_STARTED = struct.Struct("<4sIqQQII8x").pack
STARTED = _HEAD.pack(Kind.CALL_STARTED, 0, 0)
STARTED_ASYNC = _HEAD.pack(Kind.CALL_STARTED, 0, Flag.ASYNC)
PACK_ENDED = struct.Struct("<8sqQ24x").pack
ENDED = _HEAD.pack(Kind.CALL_ENDED, Outcome.OK, 0) + bytes(4)

_FACTS_A_FRAME = 65_536
_BLOB_BYTES_A_FRAME = 4 * MAX_BLOB


class Records:
    """Of one run. What happens most often is packed by who lets it happen, and put into `keep`."""

    def __init__(self, header: Header, lane: str, most_bytes: int) -> None:
        """lane: the name of the thread that all of it is to happen on. most_bytes: of facts, and of payloads."""
        self._namer = Recorder(clock_ns=lambda: 0, header=header, knows_threads=True)
        self.next_id: Callable[[], int] = itertools.count(1).__next__
        """Numbers of dispatches and calls."""

        self.facts: list[bytes] = []
        self.keep: Callable[[bytes], None] = self.facts.append
        self.lane = 0
        """Of the run's thread; it gets its name where anything needs it first."""

        self.bus = 0
        self._lane_name = lane
        self.most_facts = most_bytes // FACT.size
        """With more than that the run ends, where anybody looks."""

        self._blobs: list[bytes] = []
        self._blob_room = most_bytes
        self.events: dict[str, int] = {}
        """Numbers of the names of events, as far as they have any."""

    def make_room(self) -> None:
        """Raises BeyondKernel where there is none."""
        if len(self.facts) > self.most_facts:
            raise BeyondKernel

    # Names

    def name_bus(self, name: str, class_name: str) -> None:
        """What all events are on from here on."""
        self.bus = self._namer.bus(name, class_name)

    def event(self, name: str) -> int:
        """Number of the name of an event."""
        found = self.events.get(name)
        if found is None:
            found = self.events[name] = self._namer.event(name, self.bus)
        return found

    def handler(self, name: str, file: str, line: int, event: str) -> int:
        """Number of the name of a handler."""
        return self._namer.handler(name, file, line, event)

    def queue(self, name: str) -> int:
        """Number of the name of what calls wait at."""
        return self._namer.queue(name)

    def lane_of(self, name: str) -> int:
        """Number of the name of a worker."""
        return self._namer.lane(name)

    def here(self) -> int:
        """Number of the name of the run's thread."""
        if not self.lane:
            self.lane = self._namer.lane(self._lane_name)
        return self.lane

    # Blobs

    def blob(self, blob: Blob) -> int:
        """Keep it; its number. Raises BeyondKernel where there is no room."""
        blobs = self._blobs
        ident = len(blobs) + 1
        kind, body, cut = blob
        self._blob_room -= len(body) + BLOB_ENTRY.size
        if self._blob_room < 0:
            raise BeyondKernel
        blobs.append(pack_blob(ident, kind, body, cut))
        return ident

    def payload(self, value: Any) -> int:
        """Keep what an event carries; its number."""
        return self.blob(payload_blob(value))

    # Facts

    def subscribed(self, now: int, handler: int, event: int, *, once: bool, ended: bool = False) -> None:
        """A handler is subscribed to an event, or no longer."""
        kind = Kind.HANDLER_REMOVED if ended else Kind.HANDLER_ADDED
        self.keep(FACT.pack(kind, 0, Flag.ONCE if once else 0, handler, now, 0, event, 0, 0, 0))

    def skipped(self, now: int, dispatch: int, handler: int, because: int, note: str = "") -> None:
        """An announced handler will not be called."""
        blob = self.blob(note_blob(note)) if note else 0
        self.keep(FACT.pack(Kind.SKIPPED, 0, 0, handler, now, dispatch, because, 0, 1, blob))

    def failed(self, now: int, call: int, error: BaseException, file: str) -> None:
        """A call has failed; of its traceback those frames count that are in this file."""
        outcome, blob = outcome_of(error), 0
        if outcome is not Outcome.CANCELLED:
            failure = Failure(error, DEFAULT_LIMITS, file)
            blob = self.blob(blob_of(failure, Kind.CALL_ENDED, DEFAULT_LIMITS))
        self.keep(FACT.pack(Kind.CALL_ENDED, outcome, 0, 0, now, call, 0, 0, 0, blob))

    def mark(self, now: int, text: str, call: int) -> None:
        """A line on the timeline."""
        self.keep(FACT.pack(Kind.MARK, 0, 0, 0, now, 0, call, 0, 0, self.blob(note_blob(text))))

    def counted(self, now: int, name: str, value: int, call: int) -> None:
        """A counter has this value from now on."""
        counter = self._namer.counter(name)
        self.keep(FACT.pack(Kind.COUNTED, 0, 0, counter, now, 0, call, 0, min(value, 0xFFFFFFFF), 0))

    def work(self, now: int, kind: Kind, queue: int, call: int, *, note: Blob | None = None, lane: int = 0) -> None:
        """A step of a call on its way to its turn, or to workers."""
        blob = 0 if note is None else self.blob(note)
        self.keep(FACT.pack(kind, 0, 0, queue, now, 0, call, lane or self.here(), 1, blob))

    def decided(self, now: int, decided: Decided, note: str, call: int = 0, service: str = "") -> None:
        """What became of a call; 0: of the whole run. service: whose queue has decided; empty: no queue."""
        name = self._namer.queue(service) if service else 0
        blob = self.blob(note_blob(note))
        self.keep(FACT.pack(Kind.DECIDED, 0, 0, name, now, 0, call, self.here(), decided, blob))

    def fault(self, now: int, fault: Fault, what: str, event: str, dispatch: int, call: int) -> None:
        """What went wrong on purpose, as a sentence goes on behind `fault:`."""
        name = self.event(event) if event else 0
        blob = self.blob(blob_of(utf8(f"fault: {what}"[:MOST_NOTED]), Kind.FAULT, DEFAULT_LIMITS))
        self.keep(FACT.pack(Kind.FAULT, 0, 0, name, now, dispatch, call, self.here(), fault, blob))

    def replayed(self, now: int, event: str, blob: Blob | None) -> int:
        """An event that was emitted before is put on the bus again for one handler; its dispatch."""
        return self._dispatched(now, event, 0, blob, handlers=1)

    def discarded(self, now: int, event: str, call: int, blob: Blob | None, queue: str, note: str) -> int:
        """An event was emitted in a call, and lost on its way; its dispatch."""
        dispatch = self._dispatched(now, event, call, blob, flags=Flag.DURABLE)
        told = self.blob(note_blob(note))
        self.keep(FACT.pack(Kind.DISCARDED, 0, 0, self._namer.queue(queue), now, dispatch, 0, 0, 0, told))
        return dispatch

    def _dispatched(
        self, now: int, event: str, call: int, blob: Blob | None, *, handlers: int = 0, flags: int = 0
    ) -> int:
        dispatch, name, lane = self.next_id(), self.event(event), self.here()
        payload = 0 if blob is None else self.blob(blob)
        self.keep(FACT.pack(Kind.DISPATCH_EMITTED, 0, flags, name, now, dispatch, call, lane, handlers, payload))
        return dispatch

    def capture(self) -> bytes:
        """All of it."""
        return b"".join([self._namer.take(), *self._frames()])

    def _frames(self) -> Iterator[bytes]:
        waiting: list[bytes] = []
        room = _BLOB_BYTES_A_FRAME
        for blob in self._blobs:
            waiting.append(blob)
            room -= len(blob)
            if room <= 0:
                yield pack_frame(BLOBS, b"".join(waiting))
                waiting, room = [], _BLOB_BYTES_A_FRAME
        if waiting:
            yield pack_frame(BLOBS, b"".join(waiting))
        for start in range(0, len(self.facts), _FACTS_A_FRAME):
            yield pack_frame(FACTS, b"".join(self.facts[start : start + _FACTS_A_FRAME]))


def payload_blob(value: Any) -> Blob:
    """What an event carries, as a capture has it."""
    small = SmallCopy(DEFAULT_LIMITS)
    copied = small.copy(value, small.deep)
    if copied is NOT_SMALL:
        copied = snapshot(value, DEFAULT_LIMITS)
    return blob_of(copied, Kind.DISPATCH_EMITTED, DEFAULT_LIMITS)


def note_blob(text: str) -> Blob:
    """A note in words, as a capture has it."""
    return blob_of(utf8(text[: DEFAULT_LIMITS.text]), Kind.MARK, DEFAULT_LIMITS)
