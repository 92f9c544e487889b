"""What the notes of one process say of which message they are about: its own ids, and its trace context."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from buslens.records import BlobKind
from buslens.wire import BLOB_ENTRY

Array = npt.NDArray[Any]

_KIND_AT = 8
"""Bytes from the beginning of a blob's entry to its kind."""

_BEGINS = b'{"place"'
_IDS = ("task-id", "message-id")
_LONGEST = 8192
_MOST = 65_536
"""Notes that are remembered: a fact names one that came shortly before it."""


class MessageIds(NamedTuple):
    """What says which message it is."""

    ident: str
    """Given to it by its library or its sender; "" for none."""

    trace: str
    """Its `traceparent`; "" for none."""


NO_IDS = MessageIds("", "")


class MessageNotes:
    """The notes about messages of one process, by the ids that it has for them."""

    def __init__(self) -> None:
        self._known: dict[int, MessageIds] = {}

    def read(self, body: bytes | memoryview, ids: Array, heads: Array) -> None:
        """The blobs of a frame. heads: where each begins in the body."""
        kinds = np.frombuffer(body, np.uint8)[heads + _KIND_AT]
        for at in (kinds == BlobKind.NOTE).nonzero()[0]:
            begin = int(heads[at]) + BLOB_ENTRY.size
            length = int(BLOB_ENTRY.unpack_from(body, int(heads[at]))[4])
            if length <= _LONGEST and bytes(body[begin : begin + len(_BEGINS)]) == _BEGINS:
                self._remember(int(ids[at]), _ids_in(bytes(body[begin : begin + length])))

    def of(self, blob: int) -> MessageIds:
        """What a note says; nothing where it is about no message."""
        return self._known.get(blob, NO_IDS)

    def _remember(self, blob: int, found: MessageIds) -> None:
        if found == NO_IDS:
            return
        while len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[blob] = found


def _ids_in(note: bytes) -> MessageIds:
    """It may come from anybody's capture."""
    try:
        fields = json.loads(note)
    except (ValueError, RecursionError):
        return NO_IDS
    headers = fields.get("headers") if isinstance(fields, dict) else None
    if not isinstance(headers, dict):
        return NO_IDS
    ident = next((f"{name} {headers[name]}" for name in _IDS if isinstance(headers.get(name), str)), "")
    trace = headers.get("traceparent")
    return MessageIds(ident, trace if isinstance(trace, str) else "")
