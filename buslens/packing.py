"""From waiting facts to frames: what the reader pays, so that the watched program need not.

The hot path of an adapter puts short tuples, told apart by their length; here they become facts of 48 bytes.
"""

from __future__ import annotations

import json
import struct
from itertools import chain
from typing import Any

from buslens.failures import Failure
from buslens.payloads import Limits, NoPayload, Snapshot, snapshot
from buslens.records import FACT, BlobKind, Kind, Outcome
from buslens.wire import BLOBS, FACTS, MAX_BLOB, pack_blob, pack_frame

STARTED, ENDED, WHOLE = 1, 2, 3
"""What the values after them in the queue are.

The queue is flat, each fact put by one `extend`: a tuple kept for each would be tracked by the garbage collector, at a
quarter of what a watched emit costs (benchmarks/emit_overhead.py).

WHOLE: the 10 fields of FACT, but the blob still an object (0: none).
STARTED: handler, time_ns, call, dispatch, lane.
ENDED: call, time_ns; it went well.
A tuple (event, handlers, first handler) instead: dispatch, parent call, time_ns, lane, payload (NoPayload: none), call;
an event was emitted and its first call started at once.
"""

VALUES_A_FACT = 4
"""About how many values of the queue make one fact of a capture."""

_EMITTED, _STARTED, _ENDED, _OK = (
    int(Kind.DISPATCH_EMITTED),
    int(Kind.CALL_STARTED),
    int(Kind.CALL_ENDED),
    int(Outcome.OK),
)
_MARK = int(Kind.MARK)
_FACTS_A_FRAME = 65_536
_BLOB_BYTES_A_FRAME = 4 * MAX_BLOB
# One pack call for many facts costs a third of one call for each (benchmarks/emit_overhead.py, row "to a file").
_BATCH = 256
_PACK_BATCH = struct.Struct("<" + FACT.format.lstrip("<") * _BATCH).pack
_LONG_TEXT = 4096


class Packer:
    """Turns tuples into FACTS and BLOBS frames; counts the blobs of one capture."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.blob_id = 0
        self._facts: list[tuple[Any, ...]] = []
        self._blobs: list[bytes] = []
        self._room = _BLOB_BYTES_A_FRAME
        self._frames: list[bytes] = []

    def frames(self, waiting: list[Any]) -> list[bytes]:
        """The frames for what waited, in order."""
        at, end = 0, len(waiting)
        while at < end:
            shape = waiting[at]
            if shape.__class__ is tuple:
                event, handlers, handler = shape
                dispatch, parent, now, lane, payload, call = waiting[at + 1 : at + 7]
                at += 7
                blob = 0 if payload is NoPayload else self._keep(payload, _EMITTED)
                self._facts.append((_EMITTED, 0, 0, event, now, dispatch, parent, lane, handlers, blob))
                self._facts.append((_STARTED, 0, 0, handler, now, call, dispatch, lane, 1, 0))
            elif shape == ENDED:
                self._facts.append((_ENDED, _OK, 0, 0, waiting[at + 2], waiting[at + 1], 0, 0, 0, 0))
                at += 3
            elif shape == STARTED:
                handler, now, call, dispatch, lane = waiting[at + 1 : at + 6]
                at += 6
                self._facts.append((_STARTED, 0, 0, handler, now, call, dispatch, lane, 1, 0))
            else:
                fact = waiting[at + 1 : at + 11]
                at += 11
                if fact[9].__class__ is not int:
                    fact[9] = self._keep(fact[9], fact[0])
                self._facts.append(tuple(fact))
            if self._room <= 0 or len(self._facts) >= _FACTS_A_FRAME:
                self._close()
        self._close()
        frames, self._frames = self._frames, []
        return frames

    def _close(self) -> None:
        if self._blobs:
            self._frames.append(pack_frame(BLOBS, b"".join(self._blobs)))
        if self._facts:
            self._frames.append(pack_frame(FACTS, pack_facts(self._facts)))
        self._facts, self._blobs, self._room = [], [], _BLOB_BYTES_A_FRAME

    def _keep(self, said: Any, kind: int) -> int:
        self.blob_id += 1
        cut = False
        if said.__class__ is Failure:
            blob_kind, body = int(BlobKind.ERROR), said.encoded()
        elif kind == _MARK:
            blob_kind, body = int(BlobKind.NOTE), said
        else:
            blob_kind, body, cut = payload_bytes(said, self.limits)
        if len(body) > MAX_BLOB:
            blob_kind, body, cut = int(BlobKind.PAYLOAD_REPR), body[:MAX_BLOB], True
        blob = pack_blob(self.blob_id, blob_kind, body, cut)
        self._blobs.append(blob)
        self._room -= len(blob)
        return self.blob_id


def pack_facts(facts: list[tuple[Any, ...]]) -> bytes:
    """The bytes of many facts."""
    whole = len(facts) - len(facts) % _BATCH
    parts = [_PACK_BATCH(*chain.from_iterable(facts[at : at + _BATCH])) for at in range(0, whole, _BATCH)]
    pack = FACT.pack
    parts += [pack(*fact) for fact in facts[whole:]]
    return b"".join(parts)


def payload_bytes(said: Any, limits: Limits) -> tuple[int, bytes, bool]:
    """A snapshot's blob, or that of a plain value which the hot path kept as it is."""
    if said.__class__ is not Snapshot:
        try:
            text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            if len(text) <= _LONG_TEXT:
                return int(BlobKind.PAYLOAD_JSON), text.encode("utf-8", "replace"), False
        except Exception:  # noqa: S110  not plain after all: the careful way knows what to do
            pass
        said = snapshot(said, limits)
    kind, body, cut = said.encoded()
    return int(kind), body, cut
