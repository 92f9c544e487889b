"""One process's stream while it is written: where the next slot is, where bytes go, what found no room.

Nothing here locks on the way of a fact. A slot is claimed, and bytes are appended, by one call of C each, so that other
threads, signal handlers and `__del__` may come between any two steps. A lock is held only while a chunk is opened.
"""

from __future__ import annotations

import errno
import mmap
import os
import threading
import time
import weakref
from functools import partial
from typing import Any, Callable, TypeVar

from buslens.stream.blocks import SlotBlocks, Slots, left
from buslens.stream.cost import CLOCK_NS
from buslens.stream.layout import BYTES, FACTS, HEAD, NAMES, SLOT, pack_page
from buslens.stream.page import HeadPage
from buslens.stream.space import Chunks, StreamLimits, StreamSpace
from buslens.wire import Header

_AGAIN_NS = 100_000_000
"""Where there was no room it is asked for again so much later."""


Mapped = TypeVar("Mapped")


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
        self._mapped: "list[weakref.ref[Any]]" = []
        """What is mapped, and views of it; whoever uses them keeps them."""

        packed = pack_page(header)
        self._page = HeadPage(self._known(space.map_file(HEAD + ".new", len(packed))), packed)
        self._chunks = {stem: Chunks(space, stem) for stem in (FACTS, BYTES)}
        self._chunks[NAMES] = Chunks(space, NAMES, limits.first // 4)
        self._records = {stem: self._known(self._chunks[stem].open()) for stem in (NAMES, BYTES)}
        """Where records of each stem go now."""

        self.append: Callable[[bytes], int] = self._records[BYTES].write
        """Appends a payload; ValueError: its chunk is full, and `write` has another place."""

        self._blocks = SlotBlocks()
        self._known(self._blocks.go_on_in(self._known(self._chunks[FACTS].open())))
        self.slots = self._blocks.next_block()
        """Where facts go now; behind the last of them `next_slots` has others."""

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

        os.rename(os.path.join(self.path, HEAD + ".new"), os.path.join(self.path, HEAD))  # a reader finds it whole

    def has_room(self) -> bool:
        """Whether the next fact can be kept, as far as we know; there are free slots then."""
        slots = self.slots
        return left(slots) > 0 or self.next_slots(slots)

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
        """Append a payload, an error or a note: its head and what belongs to it. False where there is no room."""
        return self._append(BYTES, record)

    def define(self, record: bytes) -> bool:
        """Append what slots and payloads mention from now on: a name, an opening, a form. False where no room is."""
        return self._append(NAMES, record)

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
        """So many facts of a kind were not kept."""
        self._page.drop(kind, count)

    def close(self) -> None:
        """Say that the program has come to its end. What it does after that is kept all the same."""
        self._page.close()

    def leave(self) -> None:
        """In a forked child: the files are the parent's. A call that goes on here must not end there."""
        alive = [each for ref in self._mapped if (each := ref()) is not None]
        for view in [each for each in alive if type(each) is memoryview]:
            view.release()
        for mapping in [each for each in alive if type(each) is mmap.mmap]:
            mapping.close()

    @property
    def used(self) -> int:
        """Slots that were claimed so far."""
        return self._blocks.used(self.slots)

    def tell_cost(self, own_ns: int, cpu_ns: int, step: int) -> None:
        """Say what being watched has cost until now. step: see `Budget`."""
        written = self.used * SLOT
        for stem, chunk in self._records.items():
            written += self._chunks[stem].opened - len(chunk) + chunk.tell()
        self._page.tell_cost(own_ns, cpu_ns, self.used, written, step)

    def _append(self, stem: str, record: bytes) -> bool:
        while True:
            chunk = self._records[stem]
            try:
                chunk.write(record)
                return True
            except ValueError:
                if self._opening == threading.get_ident():
                    self._late.append((self._append, (stem, record)))
                    return True
                if not self._next_records(stem, chunk, len(record)):
                    return False

    def _next_records(self, stem: str, full: mmap.mmap, at_least: int) -> bool:
        with self._lock:
            return self._records[stem] is not full or self._opened(partial(self._open_records, stem, full, at_least))

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
        if self._blocks.is_full:
            self._known(self._blocks.go_on_in(self._new_chunk(FACTS)))
        self.slots = self._blocks.next_block()

    def _open_records(self, stem: str, full: mmap.mmap, at_least: int) -> None:
        full.seek(0, os.SEEK_END)  # nothing more goes there: a reader that sees the next chunk may go on
        chunk = self._new_chunk(stem, at_least)
        if stem == BYTES:
            self.append = chunk.write  # before `_records`, by which others see that there is a new one
        self._records[stem] = chunk

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

    def _known(self, mapped: Mapped) -> Mapped:
        self._mapped = [*(ref for ref in self._mapped if ref() is not None), weakref.ref(mapped)]
        return mapped
