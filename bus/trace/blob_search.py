"""Which blobs hold a text, whatever the case of letters a to z, or a field with some value.

All are looked through once, some at a time, on any thread.

What was found so far may be asked for at any moment; frames that come later are looked through at the next question.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.blob_frames import contents
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.columns import Columns
from bus.trace.payload_questions import PayloadField
from buslens.records import BlobKind
from buslens.wire import BLOB_ENTRY

Question = str | PayloadField
"""What is looked for: a text, or a field of payloads."""

DECODING = 16
"""How many times as long it takes to decode a byte as to look for a text in it."""

_KEPT = 4
"""Questions of which it is remembered where they were found."""


class BlobSearch:
    """Searches over the frames of one capture."""

    def __init__(self, raw: CaptureBytes, frames: Columns) -> None:
        self._raw, self._frames = raw, frames
        self._searches: OrderedDict[Question, _Search] = OrderedDict()
        self._lock = threading.Lock()

    def waiting(self, question: Question) -> int:
        """Bytes that were not looked through yet; those that are to be decoded count DECODING times."""
        search = self._search(question)
        return int(self._frames.view("length")[search.frames :].sum()) * search.costs

    def hits(self, question: Question) -> int:
        """How many were found so far."""
        return sum(map(len, tuple(self._search(question).found)))

    def step(self, question: Question, seconds: float) -> bool:
        """Look on for so long, at least through one frame. Whether there is more."""
        search, until = self._search(question), time.monotonic() + seconds
        while search.frames < len(self._frames):
            self._look(search)
            if time.monotonic() >= until:
                break
        return search.frames < len(self._frames)

    def found(self, question: Question, most: int | None = None) -> npt.NDArray[np.uint64]:
        """Ids of the blobs that hold it. most: bytes to look through for it now; what lies beyond is left out."""
        search = self._search(question)
        while search.frames < len(self._frames) and (most is None or most > 0):
            looked = self._look(search)
            most = None if most is None else most - looked * search.costs
        return np.concatenate([np.empty(0, np.uint64), *search.found])

    def _search(self, question: Question) -> _Search:
        if isinstance(question, str):
            question = question.lower()
        with self._lock:
            search = self._searches.pop(question, None) or _Search(question)
            self._searches[question] = search
            while len(self._searches) > _KEPT:
                self._searches.popitem(last=False)
            return search

    def _look(self, search: _Search) -> int:
        """Through the next frame; its size."""
        with search.lock:
            number = search.frames
            if number >= len(self._frames):
                return 0
            start, length = (int(self._frames.view(name)[number]) for name in ("start", "length"))
            body = self._raw.read(start, length)
            lowered = body.lower()
            if search.needle in lowered:
                search.found.append(_holding(body, lowered, search))
            search.frames = number + 1
            return length


class _Search:
    """How far something was looked for, and where it was found."""

    def __init__(self, question: Question) -> None:
        self.field = None if isinstance(question, str) else question
        self.needle = question.encode("utf-8", "replace").lower() if isinstance(question, str) else question.needle
        self.costs = 1 if self.field is None else DECODING
        self.lock = threading.Lock()
        self.frames = 0
        self.found: list[npt.NDArray[Any]] = []

    def is_it(self, kind: int, blob: bytes) -> bool:
        """Whether a blob that holds the needle is meant."""
        return self.field is None or (kind == BlobKind.PAYLOAD_JSON and self.field.matches(blob))


def _holding(body: bytes, lowered: bytes, search: _Search) -> npt.NDArray[np.uint64]:
    frame, found, size, needle = contents(body), [], BLOB_ENTRY.size, search.needle
    heads = [*frame.heads, len(body)]
    # From hit to hit, not from blob to blob: mostly there are few.
    at = lowered.find(needle)
    starts = np.array(frame.heads)
    while at >= 0:
        place = int(np.searchsorted(starts, at, "right")) - 1
        if place < 0:
            at = lowered.find(needle, at + 1)
            continue
        begins = frame.heads[place] + size
        _, kind, _, _, length = BLOB_ENTRY.unpack_from(body, frame.heads[place])
        ends = begins + length
        if lowered.find(needle, begins, ends) >= 0 and search.is_it(kind, body[begins:ends]):
            found.append(frame.ids[place])
        if heads[place + 1] >= len(body):
            break
        at = lowered.find(needle, heads[place + 1])
    return np.array(found, np.uint64)
