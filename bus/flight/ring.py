"""The last seconds of a stream of records, in memory: old frames go when they are too old or too many."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.export.blob_parts import BlobParts
from bus.export.slice import Span, within
from bus.trace.facts import FACT_DTYPE
from bus.trace.frame_reader import FrameReader
from buslens import wire

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class FactBatch:
    """One frame of facts and the frames of blobs that came right before it."""

    facts: Array
    blobs: tuple[memoryview, ...]
    first_ns: int
    last_ns: int
    size: int


class FrameRing:
    """The newest frames of a stream as they came; none of them is copied."""

    def __init__(self, keep_ns: int, most_bytes: int) -> None:
        self._keep_ns = keep_ns
        self._most_bytes = most_bytes
        self._framing = FrameReader()
        self._batches: deque[FactBatch] = deque()
        self._blobs: list[memoryview] = []
        self._size = 0
        self.newest_ns = 0
        """The latest time of any fact so far."""

        self.cut_ns: int | None = None
        """Facts up to this time went because there were too many bytes; None: none did."""

    @property
    def batches(self) -> tuple[FactBatch, ...]:
        """What is kept, in the order in which it came."""
        return tuple(self._batches)

    @property
    def size(self) -> int:
        """Bytes of memory that the frames take."""
        return self._size

    def set_bounds(self, keep_ns: int, most_bytes: int) -> None:
        """Other ones, from now on."""
        self._keep_ns, self._most_bytes = keep_ns, most_bytes

    def go_on(self, header: wire.Header) -> None:
        """The stream began before: its header has been."""
        for _ in self._framing.feed(wire.pack_header(header)):
            pass

    def append(self, data: bytes) -> Array:
        """Keep these bytes of the stream; the facts in them. `forget` is for whoever has looked at them."""
        new = []
        for kind, body, _ in self._framing.feed(data):
            if kind == wire.BLOBS:
                self._blobs.append(body)
            elif kind == wire.FACTS and len(body) and not len(body) % FACT_DTYPE.itemsize:
                new.append(np.frombuffer(body, FACT_DTYPE))
                self._keep(new[-1], len(body))
        return np.concatenate(new) if new else np.empty(0, FACT_DTYPE)

    def forget(self) -> None:
        """Let go what is too old, and the oldest of too much."""
        while self._batches:
            oldest, too_many = self._batches[0], self._size > self._most_bytes
            if not too_many and oldest.last_ns >= self.newest_ns - self._keep_ns:
                return
            if too_many:
                self.cut_ns = oldest.last_ns if self.cut_ns is None else max(self.cut_ns, oldest.last_ns)
            self._size -= oldest.size
            self._batches.popleft()

    def _keep(self, facts: Array, size: int) -> None:
        times = facts["time_ns"]
        first, last = int(times.min()), int(times.max())
        size += sum(map(len, self._blobs))
        self._batches.append(FactBatch(facts, tuple(self._blobs), first, last, size))
        self._size += size
        self._blobs = []
        self.newest_ns = max(last, self.newest_ns)


def inside(batches: tuple[FactBatch, ...], span: Span) -> tuple[Array, BlobParts]:
    """The facts of a stretch, and the blobs that came with them."""
    parts, blobs = [np.empty(0, FACT_DTYPE)], BlobParts()
    for batch in batches:
        for body in batch.blobs:
            blobs.add(body)
        if batch.first_ns <= span[1] and batch.last_ns >= span[0]:
            parts.append(within(batch.facts, span))
    return np.concatenate(parts), blobs
