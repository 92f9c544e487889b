"""One process's stream while it is written: where the next slot is, where bytes go, what found no room.

Nothing here locks on the way of a fact. A slot is claimed, and bytes are appended, by one call of C each, so that other
threads, signal handlers and `__del__` may come between any two steps. A lock is held only while a chunk is opened.
"""

from __future__ import annotations

import errno
import itertools
import mmap
import os
import threading
import time
import weakref
from functools import partial
from operator import length_hint
from typing import Any, Callable, Tuple

from buslens.stream.cost import CLOCK_NS
from buslens.stream.layout import BYTES, CLOSED, COST, COST_AT, DROPPED, FACTS, HEAD, KINDS, NUMBER, SLOT, pack_page
from buslens.stream.space import Chunks, StreamLimits, StreamSpace
from buslens.wire import Header

_AGAIN_NS = 100_000_000
"""Where there was no room it is asked for again so much later."""

_FIRST_BLOCK, _LARGEST_BLOCK = 16, 256
"""Slots that are given out at once, each time twice as many: behind each block the cost of a dispatch is measured."""

Slots = Tuple[Callable[[], int], mmap.mmap, "memoryview[int]"]
"""What claims a slot of a block, by where it begins, its chunk, and the same as numbers of 8 bytes.

One value, because they belong together; storing one number costs a third of packing it. Behind the last slot claiming
raises StopIteration; then `next_slots` has others.
"""


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
        self._sealed = 0
        """Bytes in the chunks of bytes before this one."""

        self._facts = _FactChunk(self._known(self._chunks[FACTS].open()), self._views)
        self._size, self._given = _FIRST_BLOCK, 0
        """Slots of the next block, and those of all so far."""

        self.slots = self._block()
        self._lock = threading.RLock()
        self._opening = 0
        """Thread that opens a chunk or block now."""

        self._late: "list[tuple[Callable[..., Any], tuple[Any, ...]]]" = []
        """What a signal handler or `__del__` had to tell while its thread opened a chunk."""

        self._full_until = 0
        """Until when there is no room; 0 where there is."""

        self.opening_ns = 0
        """Nanoseconds that opening chunks has taken."""

        self.on_block: Callable[[], None] = lambda: None
        """Called when a block is used up and another is there; may record."""

        self._dropped = [itertools.count(1).__next__ for _ in range(KINDS)]
        os.rename(os.path.join(self.path, HEAD + ".new"), os.path.join(self.path, HEAD))  # a reader finds it whole

    def has_room(self) -> bool:
        """Whether the next fact can be kept, as far as we know; there are free slots then."""
        slots = self.slots
        return length_hint(slots[0].__self__) > 0 or self.next_slots(slots)  # type: ignore[attr-defined]

    def keep(self, pack: Callable[..., Any], *values: Any) -> bool:
        """Put a fact into the next slot. False where there is no room. Raises struct.error for what no slot takes."""
        while True:
            slots = self.slots
            try:
                slot = slots[0]()
            except StopIteration:
                pass
            else:
                pack(slots[1], slot, *values)
                return True
            if self._opening == threading.get_ident():
                self._late.append((self.keep, (pack, *values)))
                return True
            if not self.next_slots(slots):
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
                if not self._next_bytes(chunk, len(record)):
                    return False

    def next_slots(self, used: Slots) -> bool:
        """Give out other slots, where nobody has meanwhile. Whether there are free ones."""
        with self._lock:
            if self.slots is not used:
                return True
            if not self._opened(self._open_slots):
                return False
            self.on_block()
            return True

    def drop(self, kind: int, count: int = 1) -> None:
        """Facts of a kind were not kept."""
        kind = min(kind, KINDS - 1)
        number = 0
        for _ in range(count):
            number = self._dropped[kind]()
        if number:
            NUMBER.pack_into(self._head, DROPPED + 8 * kind, number)

    def close(self) -> None:
        """Say that the program has come to its end. What it does after that is kept all the same."""
        NUMBER.pack_into(self._head, CLOSED, 1)

    def leave(self) -> None:
        """In a forked child: the files are the parent's. A call that goes on here must not end there."""
        for view in [view for ref in self._views if (view := ref()) is not None]:
            view.release()
        for mapping in [mapping for ref in self._maps if (mapping := ref()) is not None]:
            mapping.close()

    @property
    def used(self) -> int:
        """Slots that were claimed so far."""
        return self._given - length_hint(self.slots[0].__self__)  # type: ignore[attr-defined]

    def tell_cost(self, own_ns: int, cpu_ns: int, step: int) -> None:
        """Say what being watched has cost until now. step: see `Budget`."""
        used, told_ns = self.used, time.monotonic_ns()
        written = used * SLOT + self._sealed + self._bytes.tell()
        COST.pack_into(self._head, COST_AT, own_ns, cpu_ns, used, written, told_ns, step)

    def _next_bytes(self, full: mmap.mmap, at_least: int) -> bool:
        with self._lock:
            return self._bytes is not full or self._opened(partial(self._open_bytes, full, at_least))

    def _opened(self, open_: Callable[[], None]) -> bool:
        """Under the lock: open what comes next. Whether there was room."""
        self._opening = threading.get_ident()
        try:
            open_()
        except OSError:
            return False
        finally:
            self._opening = 0
        late, self._late = self._late, []
        for keep, values in late:
            keep(*values)
        return True

    def _open_slots(self) -> None:
        if self._facts.is_full:
            self._facts = _FactChunk(self._new_chunk(FACTS), self._views)
        self._size = min(2 * self._size, _LARGEST_BLOCK)
        self.slots = self._block()

    def _open_bytes(self, full: mmap.mmap, at_least: int) -> None:
        full.seek(0, os.SEEK_END)  # nothing more goes there: a reader that sees the next chunk may go on
        chunk = self._new_chunk(BYTES, at_least)
        self._sealed += len(full)
        self._append = chunk.write  # before `_bytes`, by which others see that there is a new one
        self._bytes = chunk

    def _new_chunk(self, stem: str, at_least: int = 0) -> mmap.mmap:
        now = time.monotonic_ns()
        if now < self._full_until:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        began = CLOCK_NS()
        try:
            chunk = self._known(self._chunks[stem].open(at_least))
        except OSError:
            self._full_until = now + _AGAIN_NS
            raise
        self._full_until = 0
        self.opening_ns += CLOCK_NS() - began
        return chunk

    def _block(self) -> Slots:
        slots = self._facts.block(self._size)
        self._given += length_hint(slots[0].__self__)  # type: ignore[attr-defined]
        return slots

    def _known(self, mapping: mmap.mmap) -> mmap.mmap:
        self._maps = [*(ref for ref in self._maps if ref() is not None), weakref.ref(mapping)]
        return mapping


class _FactChunk:
    """One chunk of slots, given out in blocks."""

    def __init__(self, chunk: mmap.mmap, views: "list[weakref.ref[memoryview[int]]]") -> None:
        self._chunk = chunk
        self._ends = memoryview(chunk).cast("q")
        views[:] = [*(ref for ref in views if ref() is not None), weakref.ref(self._ends)]
        self._at = 0

    @property
    def is_full(self) -> bool:
        return self._at >= len(self._chunk)

    def block(self, slots: int) -> Slots:
        """The next slots, so many at most."""
        at, self._at = self._at, min(self._at + slots * SLOT, len(self._chunk))
        return iter(range(at, self._at, SLOT)).__next__, self._chunk, self._ends
