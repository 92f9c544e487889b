"""Payloads, errors and notes: only their places are kept, and each is read and decoded when somebody looks at it."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.blob_frames import BlobFrame, contents, hashes
from bus.trace.blob_search import BlobSearch, Question
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.columns import Columns
from buslens.records import BlobKind
from buslens.wire import BLOB_ENTRY

_BYTES_KEPT = 32 * 1024 * 1024
"""Frames whose contents are remembered: who looks at one payload looks at its neighbours next."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event carried, decoded, or why it cannot be shown."""

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
    """Why a call failed: the exception's type, message and traceback as texts."""

    type: str
    message: str
    traceback: str
    """Text; empty where none was recorded."""

    kept: str = ""
    """What became of it where the bus has caught it: see buslens.watching.results; empty where nobody knows."""


class Blobs:
    """Where the BLOBS frames of a capture lie, and which id each begins with."""

    def __init__(self, raw: CaptureBytes) -> None:
        self._raw = raw
        self._frames = Columns(first=np.uint64, start=np.int64, length=np.int64)
        self._opened: OrderedDict[int, BlobFrame] = OrderedDict()
        self._lock = threading.Lock()
        """Of what is opened: an export reads while the window does."""
        self.search = BlobSearch(raw, self._frames)

    def read_frame(self, body: memoryview, start: int) -> None:
        """Remember one BLOBS frame, whose body lies at `start`. Raises ValueError where it does not begin well."""
        if len(body) < BLOB_ENTRY.size:
            raise ValueError("a frame of payloads is cut short")
        first, _, _, _, size = BLOB_ENTRY.unpack_from(body)
        if size > len(body) - BLOB_ENTRY.size:
            raise ValueError(f"a payload claims {size} bytes")
        if len(self._frames) and first <= int(self._frames.view("first")[-1]):
            raise ValueError("ids of payloads do not ascend")
        self._frames.append(1, first=first, start=start, length=len(body))

    def find(self, ident: int) -> tuple[int, bytes, bool] | None:
        """Kind, bytes and whether it was cut; None where the capture does not hold it."""
        if not 0 < ident < 1 << 64:
            return None
        number = int(np.searchsorted(self._frames.view("first"), np.uint64(ident), "right")) - 1
        if number < 0:
            return None
        frame = self._open(number)
        # The recorder counts without gaps; where another producer does not, we look for it.
        at = ident - frame.ids[0] if frame.ids else 0
        if not (at < len(frame.ids) and frame.ids[at] == ident):
            if ident not in frame.ids:
                return None
            at = frame.ids.index(ident)
        head = frame.heads[at]
        _, kind, cut, _, length = BLOB_ENTRY.unpack_from(frame.body, head)
        begins = head + BLOB_ENTRY.size
        return kind, frame.body[begins : begins + length], bool(cut)

    def payload(self, ident: int) -> Payload:
        """The payload with this id, decoded now; an empty one where the capture does not have it."""
        found = self.find(ident)
        if found is None:
            return NOTHING
        kind, body, cut = found
        text = body.decode("utf-8", "replace")
        if kind != BlobKind.PAYLOAD_JSON:
            return Payload(None, text, False, cut)
        try:
            return Payload(_without_halves(json.loads(text), text), text, True, cut)
        except (ValueError, RecursionError):
            return Payload(None, text, False, True)

    def error(self, ident: int) -> Error | None:
        """The error with this id, decoded now; None where the capture does not have it."""
        found = self.find(ident)
        if found is None:
            return None
        text = found[1].decode("utf-8", "replace")
        try:
            fields = _without_halves(json.loads(text), text)
            return Error(*(str(fields.get(key, "")) for key in ("type", "message", "traceback", "kept")))
        except (ValueError, AttributeError, RecursionError):
            return Error("?", text, "")

    def note(self, ident: int) -> str:
        """The text of a mark."""
        found = self.find(ident)
        return "" if found is None else found[1].decode("utf-8", "replace")

    def digests(self, idents: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
        """One number for the content of each of these: the same for equal bytes, in any trace; 0 where there is none.

        Only this process understands it: Python's hashes differ from one to the next.
        """
        found = np.zeros(len(idents), np.uint64)
        firsts, order = self._frames.view("first"), np.argsort(idents, kind="stable")
        wanted = idents[order].astype(np.uint64)
        ends = np.searchsorted(wanted, firsts)
        for number, (begin, end) in enumerate(pairwise([*ends.tolist(), len(wanted)])):
            if begin == end:
                continue
            start, length = (int(self._frames.view(name)[number]) for name in ("start", "length"))
            told = hashes(self._raw.read(start, length))
            if not told[0]:
                continue
            ids, numbers = np.array(told[0], np.uint64), np.array(told[1], np.int64).view(np.uint64)
            by_id, here = np.argsort(ids, kind="stable"), wanted[begin:end]
            at = by_id[np.minimum(np.searchsorted(ids, here, sorter=by_id), len(ids) - 1)]
            found[order[begin:end]] = np.where(ids[at] == here, numbers[at], 0)
        return found

    def holding(self, question: Question, most: int | None = None) -> npt.NDArray[np.uint64]:
        """Ids of the blobs whose text holds this, or that have such a field; only new frames are read.

        most: bytes to read for it now; what lies beyond is left out until somebody has looked for it: `search`.
        """
        return self.search.found(question, most)

    def _open(self, number: int) -> BlobFrame:
        with self._lock:
            frame = self._opened.pop(number, None)
            if frame is None:
                start, length = (int(self._frames.view(name)[number]) for name in ("start", "length"))
                frame = contents(self._raw.read(start, length))
            self._opened[number] = frame
            while len(self._opened) > 1 and sum(len(each.body) for each in self._opened.values()) > _BYTES_KEPT:
                self._opened.popitem(last=False)
            return frame


def _without_halves(value: Any, text: str) -> Any:
    """Halves of surrogate pairs, which JSON can write and no screen or file can take, become question marks."""
    if "\\ud" not in text and "\\uD" not in text:
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
