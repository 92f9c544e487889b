"""One process's stream while it is written: where the next slot is, where bytes go, what found no room.

Nothing here locks on the way of a fact. A slot is claimed, and bytes are appended, by one call of C each, so that other
threads, signal handlers and `__del__` may come between any two steps. A lock is held only while a chunk is opened.
"""

from __future__ import annotations

import errno
import itertools
import mmap
import os
import struct
import threading
import time
import weakref
from typing import Any, Callable

from buslens.stream.layout import BYTES, CLOSED, DROPPED, FACTS, HEAD, KINDS, NUMBER, OWN_NS, SLOT, pack_page
from buslens.stream.space import Chunks, StreamLimits, StreamSpace
from buslens.wire import Header

_AGAIN_NS = 100_000_000
"""Where there was no room it is asked for again so much later."""


class Stream:
    """The files that this process writes. Thread-safe."""

    def __init__(self, folder: str, header: Header, limits: StreamLimits) -> None:
        """Makes a folder of its own in `folder`. Raises OSError where that cannot be."""
        if not hasattr(os, "statvfs"):
            raise OSError(errno.ENOSYS, "streams are for POSIX systems")
        os.makedirs(folder, 0o700, exist_ok=True)
        self.name = f"{header.pid}-{os.urandom(4).hex()}"
        self.path = os.path.join(folder, self.name)
        os.mkdir(self.path, 0o700)
        space = StreamSpace(self.path, limits)
        self._maps: "list[weakref.ref[mmap.mmap]]" = []
        self._views: "list[weakref.ref[memoryview[int]]]" = []
        self._head = self._known(space.map_file(HEAD + ".new", len(pack_page(header))))
        self._head[:] = pack_page(header)
        self._chunks = {stem: Chunks(space, stem) for stem in (FACTS, BYTES)}
        self._bytes = self._known(self._chunks[BYTES].open())
        self._append = self._bytes.write
        self.slots = self._claiming(self._known(self._chunks[FACTS].open()))
        """What claims a slot of the newest chunk, by where it begins, that chunk, and the same as numbers of 8 bytes.

        One value, because they belong together; storing one number costs a third of packing it.

        Behind the last slot packing fails; then `next_slots` has others.
        """

        self._lock = threading.RLock()
        self._opening = 0
        """Thread that opens a chunk now."""

        self._late: "list[tuple[Callable[..., Any], tuple[Any, ...]]]" = []
        """What a signal handler or `__del__` had to tell while its thread opened a chunk."""

        self._full_until = 0
        """Until when there is no room; 0 where there is."""

        self._own = 0
        self._dropped = [itertools.count(1).__next__ for _ in range(KINDS)]
        os.rename(os.path.join(self.path, HEAD + ".new"), os.path.join(self.path, HEAD))  # a reader finds it whole

    def has_room(self) -> bool:
        """Whether what comes next can be kept, as far as we know."""
        return not self._full_until or self.next_slots(self.slots[1])

    def keep(self, pack: Callable[..., Any], *values: Any) -> bool:
        """Put a fact into the next slot. False where there is no room. Raises struct.error for what no slot takes."""
        while True:
            claim, facts, _ = self.slots
            slot = claim()
            try:
                pack(facts, slot, *values)
                return True
            except struct.error:
                if slot + SLOT <= len(facts):
                    raise
            if self._opening == threading.get_ident():
                self._late.append((self.keep, (pack, *values)))
                return True
            if not self.next_slots(facts):
                return False

    def write(self, record: bytes) -> bool:
        """Append a record: its head and what belongs to it. False where there is no room."""
        while True:
            chunk = self._bytes
            try:
                self._append(record)
                return True
            except ValueError:
                if self._opening == threading.get_ident():
                    self._late.append((self.write, (record,)))
                    return True
                if not self._next(BYTES, chunk, len(record)):
                    return False

    def next_slots(self, full: mmap.mmap) -> bool:
        """Open another chunk of facts, where nobody has meanwhile. Whether there are free slots."""
        return self._next(FACTS, full, 0)

    def drop(self, kind: int, count: int = 1) -> None:
        """Facts of a kind were not kept."""
        kind = min(kind, KINDS - 1)
        for _ in range(count):
            NUMBER.pack_into(self._head, DROPPED + 8 * kind, self._dropped[kind]())

    def close(self) -> None:
        """Say that the program has come to its end. What it does after that is kept all the same."""
        NUMBER.pack_into(self._head, CLOSED, 1)

    def leave(self) -> None:
        """In a forked child: the files are the parent's. A call that goes on here must not end there."""
        for view in [view for ref in self._views if (view := ref()) is not None]:
            view.release()
        for mapping in [mapping for ref in self._maps if (mapping := ref()) is not None]:
            mapping.close()

    def _next(self, stem: str, full: mmap.mmap, at_least: int) -> bool:
        with self._lock:
            if (self._bytes if stem == BYTES else self.slots[1]) is not full:
                return True
            now = time.monotonic_ns()
            if now < self._full_until:
                return False
            self._opening = threading.get_ident()
            try:
                if stem == BYTES:
                    full.seek(0, os.SEEK_END)  # nothing more goes there: a reader that sees the next chunk may go on
                chunk = self._known(self._chunks[stem].open(at_least))
                if stem == BYTES:
                    self._append = chunk.write  # before `_bytes`, by which others see that there is a new one
                    self._bytes = chunk
                else:
                    self.slots = self._claiming(chunk)
                self._full_until = 0
            except OSError:
                self._full_until = now + _AGAIN_NS
                return False
            finally:
                self._opening = 0
            self._own += time.monotonic_ns() - now
            NUMBER.pack_into(self._head, OWN_NS, self._own)
            late, self._late = self._late, []
            for keep, values in late:
                keep(*values)
            return True

    def _known(self, mapping: mmap.mmap) -> mmap.mmap:
        self._maps = [*(ref for ref in self._maps if ref() is not None), weakref.ref(mapping)]
        return mapping

    def _claiming(self, chunk: mmap.mmap) -> "tuple[Callable[[], int], mmap.mmap, memoryview[int]]":
        ends = memoryview(chunk).cast("q")
        self._views = [*(ref for ref in self._views if ref() is not None), weakref.ref(ends)]
        return itertools.count(0, SLOT).__next__, chunk, ends
