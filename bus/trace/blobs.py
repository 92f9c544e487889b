"""Payloads, errors and notes: only their places are kept, and each is read and decoded when somebody looks at it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.blob_frames import BlobFrame, contents, hashes
from bus.trace.blob_search import BlobSearch, Question
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.columns import Columns
from bus.trace.decoding import decoded
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


class NotWhole:
    """Stands for: it is not JSON, or something of it was left out. The class itself is the mark."""


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
        at = frame.find(ident)
        if at < 0:
            return None
        _, kind, cut, _, length = BLOB_ENTRY.unpack_from(frame.body, frame.heads[at])
        begins = frame.heads[at] + BLOB_ENTRY.size
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
            return Payload(decoded(body), text, True, cut)
        except (ValueError, RecursionError):
            return Payload(None, text, False, True)

    def values(self, idents: npt.NDArray[Any]) -> Iterator[tuple[int, Any]]:
        """Of each of these payloads its place among `idents`, and its JSON value; None for the id 0: it has none.

        `NotWhole` stands for what cannot be read as a whole. They come as they lie in the capture: each frame is read
        once, and nothing is kept.
        """
        yield from zip(np.flatnonzero(idents == 0).tolist(), repeat(None), strict=False)
        for number, places in self._by_frame(idents):
            frame = self._open(number) if number >= 0 else _NO_FRAME
            yield from zip(places.tolist(), _values_in(frame, idents[places].tolist()), strict=True)

    def error(self, ident: int) -> Error | None:
        """The error with this id, decoded now; None where the capture does not have it."""
        found = self.find(ident)
        if found is None:
            return None
        text = found[1].decode("utf-8", "replace")
        try:
            fields = decoded(found[1])
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
        for number, places in self._by_frame(idents):
            if number < 0:
                continue
            start, length = (int(self._frames.view(name)[number]) for name in ("start", "length"))
            told = hashes(self._raw.read(start, length))
            if not told[0]:
                continue
            ids, numbers = np.array(told[0], np.uint64), np.array(told[1], np.int64).view(np.uint64)
            by_id, here = np.argsort(ids, kind="stable"), idents[places].astype(np.uint64)
            at = by_id[np.minimum(np.searchsorted(ids, here, sorter=by_id), len(ids) - 1)]
            found[places] = np.where(ids[at] == here, numbers[at], 0)
        return found

    def holding(self, question: Question, most: int | None = None) -> npt.NDArray[np.uint64]:
        """Ids of the blobs whose text holds this, or that have such a field; only new frames are read.

        most: bytes to read for it now; what lies beyond is left out until somebody has looked for it: `search`.
        """
        return self.search.found(question, most)

    def _by_frame(self, idents: npt.NDArray[Any]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
        """Numbers of the frames that may hold some of these ids, and the places of those ids, the lowest id first.

        -1: no frame can hold them. The id 0 is none.
        """
        order = np.argsort(idents, kind="stable")
        wanted = idents[order].astype(np.uint64)
        begins = int(np.searchsorted(wanted, np.uint64(0), "right"))
        ends = np.maximum(np.searchsorted(wanted, self._frames.view("first")), begins)
        for number, (begin, end) in enumerate(pairwise([begins, *ends.tolist(), len(wanted)]), start=-1):
            if begin < end:
                yield number, order[begin:end]

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


_NO_FRAME = BlobFrame(b"", [], [])


def _values_in(frame: BlobFrame, idents: list[int]) -> Iterator[Any]:
    """The JSON value of each of these blobs; `NotWhole` where it cannot be read as a whole.

    Of long captures this is asked of millions: a call less for each is felt.
    """
    body, ids, heads = frame.body, frame.ids, frame.heads
    first, count = (ids[0] if ids else 0), len(ids)
    unpack, size, wanted = BLOB_ENTRY.unpack_from, BLOB_ENTRY.size, int(BlobKind.PAYLOAD_JSON)
    for ident in idents:
        at = ident - first
        if at >= count or ids[at] != ident:
            at = frame.find(ident)
        value: Any = NotWhole
        if at >= 0:
            begins = heads[at] + size
            _, kind, cut, _, length = unpack(body, heads[at])
            if kind == wanted and not cut:
                try:
                    value = decoded(body[begins : begins + length])
                except (ValueError, RecursionError):
                    value = NotWhole
        yield value
