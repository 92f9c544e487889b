"""What being watched costs a process, and how much it emits, as its stream says it now: for lists of programs.

    found = figures_of(folder)      # of one process, as `StreamRecorder.path`; for every look one call

Standard library only, and cheap: the first page and the slots of the last second are read, and nothing is followed.
"""

from __future__ import annotations

import os
import stat
import struct
import time
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from buslens.records import Kind
from buslens.stream import layout

_SECOND_NS = 1_000_000_000
_MOST_SLOTS = 16_384
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_SLOT = struct.Struct("<8xq32xB7xB7x")
"""time_ns, kind, what the slot says."""

_EMITTED = int(Kind.DISPATCH_EMITTED)
_NAMES = {0: "payloads", 1: "dispatches", 2: "starts of calls", 3: "ends of calls"}


@dataclass(frozen=True)
class StreamFigures:
    """One look at a stream."""

    events_per_s: float
    """Dispatches that were recorded in the last second."""

    bytes_per_s: float
    """What the stream grew by in that second, about: its slots, each with its share of all payloads and names."""

    dropped: "Dict[str, int]"
    """What was not recorded since the beginning, for want of room or because of the budget: how many, by what it is.

    A payload is counted where its dispatch was recorded without it.
    """

    own_share: Optional[float]
    """The share of the process's processor time that being watched has taken, between 0 and 1; None: not known yet."""

    budget: float
    """The share that it may take; 0: any."""

    left_out: int
    """Because of the budget, now. 0: nothing; 1: payloads; n: payloads, and all but one dispatch in n."""


def figures_of(folder: "str | os.PathLike[str]") -> Optional[StreamFigures]:
    """Look at the stream of one process; None where there is none that this user may trust and read."""
    try:
        page = _read(os.path.join(folder, layout.HEAD), 0, layout.PAGE)
        if page[: len(layout.MAGIC)] != layout.MAGIC or len(page) < layout.PAGE:
            return None
        slots_per_s, events_per_s = _rates(os.fspath(folder), time.monotonic_ns())
    except OSError:
        return None
    own_ns, cpu_ns, slots, written, _, step = layout.COST.unpack_from(page, layout.COST_AT)
    counts = struct.unpack_from(f"<{layout.KINDS}Q", page, layout.DROPPED)
    return StreamFigures(
        events_per_s=events_per_s,
        bytes_per_s=slots_per_s * (written / slots if slots else layout.SLOT),
        dropped={_name(kind): count for kind, count in enumerate(counts) if count},
        own_share=min(own_ns / cpu_ns, 1.0) if own_ns and cpu_ns else None,
        budget=layout.budget_of(page),
        left_out=step,
    )


def _rates(folder: str, now_ns: int) -> "Tuple[float, float]":
    """Slots and dispatches a second."""
    slots = _last_slots(folder)
    recent = [each for each in slots if now_ns - _SECOND_NS < each[0] <= now_ns]
    if not recent:
        return 0.0, 0.0
    # More than are read at once: their own time is what there is.
    is_cut = len(recent) == len(slots) == _MOST_SLOTS
    seconds = max(now_ns - min(time_ns for time_ns, _, _ in recent), 1) / _SECOND_NS if is_cut else 1.0
    events = sum(what == layout.OPENED or (what == layout.WHOLE and kind == _EMITTED) for _, kind, what in recent)
    return len(recent) / seconds, events / seconds


def _last_slots(folder: str) -> "List[Tuple[int, int, int]]":
    found: "List[Tuple[int, int, int]]" = []
    stem = layout.FACTS + "."
    numbers = [name[len(stem) :] for name in os.listdir(folder) if name.startswith(stem)]
    for number in sorted((int(text) for text in numbers if text.isascii() and text.isdecimal()), reverse=True):
        path = os.path.join(folder, layout.chunk_name(layout.FACTS, number))
        end = _filled(path)
        begin = max(end - (_MOST_SLOTS - len(found)), 0)
        data = _read(path, begin * layout.SLOT, (end - begin) * layout.SLOT)
        found = [*_SLOT.iter_unpack(data[: len(data) // layout.SLOT * layout.SLOT]), *found]
        if len(found) >= _MOST_SLOTS or (found and found[0][0] < time.monotonic_ns() - _SECOND_NS):
            break
    return found


def _filled(path: str) -> int:
    """How many slots of a chunk are filled, by halving: they are filled one after another."""
    low, high = 0, os.stat(path).st_size // layout.SLOT
    while low < high:
        middle = (low + high) // 2
        if any(_read(path, middle * layout.SLOT + 56, 1)):
            low = middle + 1
        else:
            high = middle
    return low


def _read(path: str, at: int, count: int) -> bytes:
    """Raises OSError, also for a link, or a file that is somebody else's."""
    descriptor = os.open(path, _FLAGS)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise PermissionError(f"{path} is not this user's")
        return os.pread(descriptor, count, at)
    finally:
        os.close(descriptor)


def _name(kind: int) -> str:
    if kind in _NAMES:
        return _NAMES[kind]
    try:
        return Kind(kind).name.lower().replace("_", " ")
    except ValueError:
        return "others"
