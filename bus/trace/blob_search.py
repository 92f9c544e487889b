"""Which blobs hold a text, whatever the case of letters a to z: looked through once, some at a time, on any thread.

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
from bus.trace.columns import Columns
from bus.trace.raw import Raw
from buslens.wire import BLOB_ENTRY

_KEPT = 4
"""Texts of which it is remembered where they were found."""


class BlobSearch:
    """Searches over the frames of one capture."""

    def __init__(self, raw: Raw, frames: Columns) -> None:
        self._raw, self._frames = raw, frames
        self._searches: OrderedDict[bytes, _Search] = OrderedDict()
        self._lock = threading.Lock()

    def waiting(self, text: str) -> int:
        """Bytes that were not looked through yet."""
        return int(self._frames.view("length")[self._search(text).frames :].sum())

    def hits(self, text: str) -> int:
        """How many were found so far."""
        return sum(map(len, tuple(self._search(text).found)))

    def step(self, text: str, seconds: float) -> bool:
        """Look on for so long, at least through one frame. Whether there is more."""
        search, until = self._search(text), time.monotonic() + seconds
        while search.frames < len(self._frames):
            self._look(search)
            if time.monotonic() >= until:
                break
        return search.frames < len(self._frames)

    def found(self, text: str, most: int | None = None) -> npt.NDArray[np.uint64]:
        """Ids of the blobs that hold it. most: bytes to look through for it now; what lies beyond is left out."""
        search = self._search(text)
        while search.frames < len(self._frames) and (most is None or most > 0):
            looked = self._look(search)
            most = None if most is None else most - looked
        return np.concatenate([np.empty(0, np.uint64), *search.found])

    def _search(self, text: str) -> _Search:
        needle = text.encode("utf-8", "replace").lower()
        with self._lock:
            search = self._searches.pop(needle, None) or _Search(needle)
            self._searches[needle] = search
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
                search.found.append(_holding(body, lowered, search.needle))
            search.frames = number + 1
            return length


class _Search:
    """How far a text was looked for, and where it was found."""

    def __init__(self, needle: bytes) -> None:
        self.needle = needle
        self.lock = threading.Lock()
        self.frames = 0
        self.found: list[npt.NDArray[Any]] = []


def _holding(body: bytes, lowered: bytes, needle: bytes) -> npt.NDArray[np.uint64]:
    frame, found, size = contents(body), [], BLOB_ENTRY.size
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
        ends = begins + BLOB_ENTRY.unpack_from(body, frame.heads[place])[4]
        if lowered.find(needle, begins, ends) >= 0:
            found.append(frame.ids[place])
        at = lowered.find(needle, heads[place + 1])
    return np.array(found, np.uint64)
