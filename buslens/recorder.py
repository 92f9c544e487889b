"""The recorder: takes facts as they happen, gives whole frames to whoever reads.

What the watched program pays is one tuple and one append a fact; packing happens in `take`, on the reader's thread.
Beyond `Limits.max_pending` facts are dropped and counted, never waited for.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from typing import Any, Callable, Optional

from buslens.payloads import DEFAULT_LIMITS, Limits, Snapshot, error_text, snapshot
from buslens.records import FACT, BlobKind, Flag, Kind, NameKind
from buslens.wire import BLOBS, FACTS, MAX_BLOB, NAMES, Header, pack_blob, pack_frame, pack_header, pack_name

_DISPATCH_EMITTED = int(Kind.DISPATCH_EMITTED)
_CALL_STARTED = int(Kind.CALL_STARTED)
_CALL_ENDED = int(Kind.CALL_ENDED)
_FACTS_A_FRAME = 65_536
_BLOB_BYTES_A_FRAME = 4 * MAX_BLOB


class Recorder:
    """Turns what happens into frames. Thread-safe; only `take` must stay on one thread at a time."""

    def __init__(
        self,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        limits: Limits = DEFAULT_LIMITS,
        header: Optional[Header] = None,
    ) -> None:
        self.clock_ns = clock_ns
        self.limits = limits
        self.enabled = True
        """False: facts are not kept, and not counted as dropped either."""

        self.dropped = 0
        """Facts that found no room, in all."""

        self.header = header or Header.here(mono_ns=clock_ns())
        self.pending: deque[tuple[Any, ...]] = deque()
        """Facts as FACT packs them, but the blob still an object; adapters on the hot path append here themselves."""

        self.next_id: Callable[[], int] = itertools.count(1).__next__
        self._ids: dict[tuple[int, str, str, int, str], int] = {}
        self._names: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._header_taken = False
        self._blob_id = 0
        self._told_dropped = 0

    def event(self, text: str) -> int:
        """Interned id of an event's name."""
        return self._intern(NameKind.EVENT, text)

    def lane(self, text: str) -> int:
        """Interned id of a thread's or task's name."""
        return self._intern(NameKind.LANE, text)

    def queue(self, text: str) -> int:
        """Interned id of a queue's or topic's name."""
        return self._intern(NameKind.QUEUE, text)

    def handler(self, text: str, file: str = "", line: int = 0, event: str = "") -> int:
        """Interned id of a handler of one event, with the place of its code where that is known."""
        return self._intern(NameKind.HANDLER, text, file, line, event)

    def dispatch(
        self,
        ident: int,
        parent_call: int,
        event_id: int,
        lane: int,
        handlers: int,
        payload: object,
        has_payload: bool = True,
    ) -> None:
        """An event was put on the bus, with `handlers` to be called."""
        blob = snapshot(payload, self.limits) if has_payload else 0
        self.put((_DISPATCH_EMITTED, 0, 0, event_id, self.clock_ns(), ident, parent_call, lane, handlers, blob))

    def call_started(
        self, ident: int, dispatch_id: int, handler_id: int, lane: int, attempt: int = 1, flags: int = 0
    ) -> None:
        """A handler began to run for a dispatch."""
        self.put((_CALL_STARTED, 0, flags, handler_id, self.clock_ns(), ident, dispatch_id, lane, attempt, 0))

    def call_ended(self, ident: int, outcome: int, error: Optional[BaseException] = None) -> None:
        """A call ended; `error` is kept as text now, so that no frame of the program stays alive."""
        now = self.clock_ns()
        blob = error_text(error, self.limits) if error is not None else 0
        self.put((_CALL_ENDED, int(outcome), 0, 0, now, ident, 0, 0, 0, blob))

    def skipped(self, dispatch_id: int, handlers: int) -> None:
        """That many announced handlers will not be called any more: an earlier one raised."""
        self.put((int(Kind.SKIPPED), 0, 0, 0, self.clock_ns(), dispatch_id, 0, 0, handlers, 0))

    def handler_added(self, handler_id: int, event_id: int, once: bool = False) -> None:
        """A handler was subscribed."""
        self._subscription(Kind.HANDLER_ADDED, handler_id, event_id, once)

    def handler_removed(self, handler_id: int, event_id: int, once: bool = False) -> None:
        """A handler is subscribed no longer."""
        self._subscription(Kind.HANDLER_REMOVED, handler_id, event_id, once)

    def delivery(
        self, kind: Kind, dispatch_id: int, queue_id: int, call_id: int = 0, attempt: int = 0, lane: int = 0
    ) -> None:
        """A broker's step between emit and call: Kind.ENQUEUED to Kind.DEAD_LETTERED."""
        self.put((int(kind), 0, 0, queue_id, self.clock_ns(), dispatch_id, call_id, lane, attempt, 0))

    def mark(self, text: str, parent_call: int = 0) -> None:
        """A note of a person, or a line that a handler logged."""
        note = text[: self.limits.text].encode("utf-8", "replace")
        self.put((int(Kind.MARK), 0, 0, 0, self.clock_ns(), 0, parent_call, 0, 0, note))

    def put(self, fact: tuple[Any, ...]) -> None:
        """Keep one fact, or count it as dropped where there is no room."""
        if not self.enabled:
            return
        if len(self.pending) >= self.limits.max_pending:
            self.dropped += 1
            return
        self.pending.append(fact)

    def take(self) -> bytes:
        """The whole frames since the last take, b"" where nothing happened. The first one starts with the header."""
        parts: list[bytes] = []
        if not self._header_taken:
            self._header_taken = True
            parts.append(pack_header(self.header))
        # Facts first: a name is interned before the first fact that uses it is put.
        facts = self._take_facts()
        names = [self._names.popleft() for _ in range(len(self._names))]
        for start in range(0, len(names), 4096):
            parts.append(pack_frame(NAMES, b"".join(names[start : start + 4096])))
        parts.extend(self._frames(facts))
        return b"".join(parts)

    def _take_facts(self) -> list[tuple[Any, ...]]:
        popleft = self.pending.popleft
        facts = [popleft() for _ in range(len(self.pending))]
        dropped = self.dropped
        while self._told_dropped < dropped:
            count = min(dropped - self._told_dropped, 0xFFFF_FFFF)
            facts.append((int(Kind.DROPPED), 0, 0, 0, self.clock_ns(), 0, 0, 0, count, 0))
            self._told_dropped += count
        return facts

    def _frames(self, facts: list[tuple[Any, ...]]) -> list[bytes]:
        frames: list[bytes] = []
        packed: list[bytes] = []
        blobs: list[bytes] = []
        room = _BLOB_BYTES_A_FRAME
        pack = FACT.pack
        for fact in facts:
            said = fact[9]
            if said == 0:
                packed.append(pack(*fact))
            else:
                self._blob_id += 1
                blob = self._blob(said, self._blob_id, fact[0])
                blobs.append(blob)
                room -= len(blob)
                packed.append(pack(*fact[:9], self._blob_id))
            if room <= 0 or len(packed) >= _FACTS_A_FRAME:
                frames += self._close(blobs, packed)
                packed, blobs, room = [], [], _BLOB_BYTES_A_FRAME
        return frames + self._close(blobs, packed)

    @staticmethod
    def _close(blobs: list[bytes], packed: list[bytes]) -> list[bytes]:
        frames = [pack_frame(BLOBS, b"".join(blobs))] if blobs else []
        return frames + ([pack_frame(FACTS, b"".join(packed))] if packed else [])

    @staticmethod
    def _blob(said: Any, ident: int, kind: int) -> bytes:
        if isinstance(said, Snapshot):
            blob_kind, body, cut = said.encoded()
        else:
            blob_kind, body, cut = (BlobKind.NOTE if kind == Kind.MARK else BlobKind.ERROR), said, False
        if len(body) > MAX_BLOB:
            blob_kind, body, cut = BlobKind.PAYLOAD_REPR, body[:MAX_BLOB], True
        return pack_blob(ident, blob_kind, body, cut)

    def _subscription(self, kind: Kind, handler_id: int, event_id: int, once: bool) -> None:
        flags = int(Flag.ONCE) if once else 0
        self.put((int(kind), 0, flags, handler_id, self.clock_ns(), 0, event_id, 0, 0, 0))

    def _intern(self, kind: NameKind, text: str, file: str = "", line: int = 0, event: str = "") -> int:
        key = (int(kind), text, file, line, event)
        found = self._ids.get(key)
        if found is not None:
            return found
        with self._lock:
            found = self._ids.get(key)
            if found is None:
                found = len(self._ids) + 1
                said: dict[str, Any] = {"text": text[:1024]}
                if kind == NameKind.HANDLER:
                    said.update(file=file[:1024], line=line, event=event[:1024])
                self._names.append(pack_name(found, int(kind), **said))
                self._ids[key] = found
            return found
