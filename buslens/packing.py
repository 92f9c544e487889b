"""From waiting facts to frames: what the reader pays, so that the watched program need not.

The hot path of an adapter puts short tuples, told apart by their length; here they become facts of 48 bytes.
"""

from __future__ import annotations

import struct
from typing import Any, Optional

from buslens.failures import Failure
from buslens.json_text import json_of
from buslens.limits import Limits
from buslens.payloads import NoPayload, Snapshot, snapshot
from buslens.records import FACT, BlobKind, Kind, Outcome
from buslens.redaction import OFF, Redaction
from buslens.texts import compiled, json_utf8, utf8
from buslens.wire import BLOB_ENTRY, BLOBS, FACTS, MAX_BLOB, pack_blob, pack_frame

STARTED, ENDED, WHOLE, NEXT = 1, 2, 3, 4
"""What the values after them in the queue are.

The queue is flat, each fact put by one `extend`: a tuple kept for each would be tracked by the garbage collector, at a
quarter of what a watched emit costs (benchmarks/emit_overhead.py).

WHOLE: the 10 fields of FACT, but the blob still an object (0: none).
STARTED: handler, time_ns, call, dispatch, lane.
ENDED: call, time_ns; it went well.
NEXT: call that ended well, time_ns, handler, call that started, dispatch, lane.
A tuple (event, handlers, first handler) instead: dispatch, parent call, time_ns, lane, payload (NoPayload: none), call;
an event was emitted and its first call started at once.
"""

VALUES_A_FACT = 4
"""About how many values of the queue make one fact of a capture."""

_EMITTED = int(Kind.DISPATCH_EMITTED)
_CALL_ENDED = int(Kind.CALL_ENDED)
_FACTS_A_FRAME = 65_536
_BLOB_BYTES_A_FRAME = 4 * MAX_BLOB
_LONG_TEXT = 8192
_ERROR, _NOTE = int(BlobKind.ERROR), int(BlobKind.NOTE)
_JSON, _REPR = int(BlobKind.PAYLOAD_JSON), int(BlobKind.PAYLOAD_REPR)
_LONG_NUMBER = r"9\d{18}|\d{20}"
"""Digits of what may be no 64-bit integer, which most readers of JSON would round."""


# FACT with what never changes in a shape given as bytes and zeros: a third of the time of packing every field.
_HEAD = struct.Struct("<BBH")
_EMITTED_HEAD = _HEAD.pack(_EMITTED, 0, 0)
_STARTED_HEAD = _HEAD.pack(int(Kind.CALL_STARTED), 0, 0)
_ENDED_HEAD = _HEAD.pack(int(Kind.CALL_ENDED), int(Outcome.OK), 0)
_PACK_OPENED = struct.Struct("<4sIqQQIIQ4sIqQQII8x").pack
_PACK_STARTED = struct.Struct("<4sIqQQII8x").pack
_PACK_ENDED = struct.Struct("<8sqQ24x").pack
_PACK_NEXT = struct.Struct("<8sqQ24x4sIqQQII8x").pack
_PACK_FACT = FACT.pack
_BLOB_ENTRY = BLOB_ENTRY.pack
_ENDED_EIGHT = _ENDED_HEAD + bytes(4)


class Packer:
    """Turns tuples into FACTS and BLOBS frames; counts the blobs of one capture."""

    def __init__(self, limits: Limits, redaction: Optional[Redaction] = None) -> None:
        """redaction: what of payloads, errors and notes may be told; None: everything."""
        self.limits = limits
        self._redaction = redaction
        self.blob_id = 0
        self._facts: list[bytes] = []
        self._blobs: list[bytes] = []
        self._room = _BLOB_BYTES_A_FRAME
        self._frames: list[bytes] = []
        self.left: list[Any] = []
        """Values of facts that `frames` had no room for: they come next."""

    def reserve(self, count: int) -> int:
        """The first of so many ids that no blob of our own will have."""
        first = self.blob_id + 1
        self.blob_id += count
        return first

    def frames(self, waiting: list[Any], most: int = 0) -> list[bytes]:
        """The frames for what is left from before and what waited, in order; `most` facts or one more, 0 for all."""
        if self.left:
            waiting = self.left + waiting
            self.left = []
        at, end = 0, len(waiting)
        keep, blobs = self._facts.append, self._blobs.append
        count, tells_all = most or end, self._redaction is None
        while at < end:
            if count <= 0:
                self.left = waiting[at:]
                break
            count -= 1
            shape = waiting[at]
            if shape.__class__ is tuple:
                event, handlers, handler = shape
                _, dispatch, parent, now, lane, payload, call = waiting[at : at + 7]
                blob = 0 if payload is NoPayload else self._keep(payload, _EMITTED)
                keep(
                    _PACK_OPENED(
                        *(_EMITTED_HEAD, event, now, dispatch, parent, lane, handlers, blob),
                        *(_STARTED_HEAD, handler, now, call, dispatch, lane, 1),
                    )
                )
                at += 7
            elif shape == ENDED:
                keep(_PACK_ENDED(_ENDED_EIGHT, waiting[at + 2], waiting[at + 1]))
                at += 3
            elif shape == NEXT:
                _, ended, now, handler, call, dispatch, lane = waiting[at : at + 7]
                keep(_PACK_NEXT(_ENDED_EIGHT, now, ended, _STARTED_HEAD, handler, now, call, dispatch, lane, 1))
                at += 7
            elif shape == STARTED:
                _, handler, now, call, dispatch, lane = waiting[at : at + 6]
                keep(_PACK_STARTED(_STARTED_HEAD, handler, now, call, dispatch, lane, 1))
                at += 6
            else:
                fact = waiting[at + 1 : at + 11]
                value, kind = fact[9], fact[0]
                if value.__class__ is bytes and kind != _CALL_ENDED and len(value) <= MAX_BLOB and tells_all:
                    # What `_keep` does with a note, of which each step of a delivery has one: without its calls.
                    self.blob_id = fact[9] = self.blob_id + 1
                    blobs(_BLOB_ENTRY(fact[9], _NOTE, 0, 0, len(value)) + value)
                    self._room -= len(value)
                elif value.__class__ is not int:
                    fact[9] = self._keep(value, kind)
                keep(_PACK_FACT(*fact))
                at += 11
            if self._room <= 0 or len(self._facts) >= _FACTS_A_FRAME:
                self._close()
                keep, blobs = self._facts.append, self._blobs.append
        self._close()
        frames, self._frames = self._frames, []
        return frames

    def _close(self) -> None:
        if self._blobs:
            self._frames.append(pack_frame(BLOBS, b"".join(self._blobs)))
        if self._facts:
            self._frames.append(pack_frame(FACTS, b"".join(self._facts)))
        self._facts, self._blobs, self._room = [], [], _BLOB_BYTES_A_FRAME

    def _keep(self, value: Any, kind: int) -> int:
        redaction = self._redaction
        if redaction is not None and redaction.payloads == OFF and kind == _EMITTED:
            return 0
        self.blob_id += 1
        blob = pack_blob(self.blob_id, *blob_of(value, kind, self.limits, redaction))
        self._blobs.append(blob)
        self._room -= len(blob)
        return self.blob_id


def blob_of(value: Any, kind: int, limits: Limits, redaction: Optional[Redaction] = None) -> tuple[int, bytes, bool]:
    """What a fact of a kind says beside its numbers: the blob's kind, its bytes, and whether something was cut."""
    if redaction is not None:
        return _redacted(value, kind, limits, redaction)
    cut = False
    if kind != _EMITTED and kind != _CALL_ENDED:  # what a mark or a delivery says
        blob_kind, body = _NOTE, value
    elif value.__class__ is Failure:
        blob_kind, body = _ERROR, value.encoded()
    elif kind == _CALL_ENDED:  # why a call never ran
        blob_kind, body = _ERROR, value
    else:
        blob_kind, body, cut = payload_bytes(value, limits)
    if len(body) > MAX_BLOB:
        blob_kind, body, cut = _REPR, body[:MAX_BLOB], True
    return blob_kind, body, cut


def _redacted(value: Any, kind: int, limits: Limits, redaction: Redaction) -> tuple[int, bytes, bool]:
    if kind != _EMITTED:
        blob_kind, body, cut = blob_of(value, kind, limits)
        return blob_kind, utf8(redaction.text(body.decode("utf-8", "replace"))), cut
    if type(value) is Snapshot:
        value = Snapshot(redaction.payload(value.value), value.is_repr, value.cut)
    else:
        value = redaction.payload(value)
    return blob_of(value, kind, limits)


def payload_bytes(value: Any, limits: Limits) -> tuple[int, bytes, bool]:
    """A snapshot's blob, or that of a plain value which the hot path kept as it is."""
    if value.__class__ is not Snapshot:
        try:
            text = json_of(value)
            if value.__class__ is str or (len(text) <= _LONG_TEXT and compiled(_LONG_NUMBER).search(text) is None):
                return _JSON, json_utf8(text), False
        except Exception:  # noqa: S110  not plain after all: the careful way knows what to do
            pass
        value = snapshot(value, limits)
    kind, body, cut = value.encoded()
    return int(kind), body, cut
