"""Payloads, errors and notes: kept as they came, decoded only when somebody looks at one."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from buslens.records import BlobKind
from buslens.wire import BLOB_ENTRY


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event carried."""

    value: Any
    """The JSON value; None where `text` is a repr or nothing was recorded."""

    text: str
    """As recorded: JSON text, or a repr; empty where the event carried nothing."""

    is_json: bool
    cut: bool
    """Something of it was left out because it was too large or too deep."""


NOTHING = Payload(None, "", False, False)


@dataclass(frozen=True, slots=True)
class Error:
    """Why a call failed."""

    type: str
    message: str
    traceback: str
    """Text; empty where none was recorded."""


class Blobs:
    """Blob frames, and which ids each one starts with."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._frames: list[memoryview] = []
        self.nbytes = 0

    def take(self, body: memoryview) -> None:
        """Keep one BLOBS frame. Raises ValueError where it does not even begin well."""
        if len(body) < BLOB_ENTRY.size:
            raise ValueError("a frame of payloads is cut short")
        first = BLOB_ENTRY.unpack_from(body)[0]
        at = bisect.bisect_right(self._first, first)
        self._first.insert(at, first)
        self._frames.insert(at, body)
        self.nbytes += len(body)

    def find(self, ident: int) -> tuple[int, bytes, bool] | None:
        """Kind, bytes and whether it was cut; None where the capture does not hold it."""
        at = bisect.bisect_right(self._first, ident)
        if not ident or not at:
            return None
        for found, kind, body, cut in entries(self._frames[at - 1]):
            if found == ident:
                return kind, bytes(body), cut
        return None

    def payload(self, ident: int) -> Payload:
        """A payload, decoded now."""
        found = self.find(ident)
        if found is None:
            return NOTHING
        kind, body, cut = found
        text = body.decode("utf-8", "replace")
        if kind != BlobKind.PAYLOAD_JSON:
            return Payload(None, text, False, cut)
        try:
            return Payload(json.loads(text), text, True, cut)
        except (ValueError, RecursionError):
            return Payload(None, text, False, True)

    def error(self, ident: int) -> Error | None:
        """An error, decoded now."""
        found = self.find(ident)
        if found is None:
            return None
        text = found[1].decode("utf-8", "replace")
        try:
            said = json.loads(text)
            return Error(*(str(said.get(key, "")) for key in ("type", "message", "traceback")))
        except (ValueError, AttributeError, RecursionError):
            return Error("?", text, "")

    def note(self, ident: int) -> str:
        """The text of a mark."""
        found = self.find(ident)
        return "" if found is None else found[1].decode("utf-8", "replace")


def entries(frame: memoryview) -> Iterator[tuple[int, int, memoryview, bool]]:
    """Each whole blob of a frame: id, BlobKind, bytes, cut."""
    at = 0
    while at + BLOB_ENTRY.size <= len(frame):
        ident, kind, cut, _, length = BLOB_ENTRY.unpack_from(frame, at)
        at += BLOB_ENTRY.size
        if at + length > len(frame):
            return
        yield ident, kind, frame[at : at + length], bool(cut)
        at += length
