"""What a stream tells of its process to whoever only looks: events a second, what was dropped, its cost.

Nothing is read but the end of the stream and its first page. Standard library only, for any Python from 3.9 on.
"""

from __future__ import annotations

import os
import stat
import time
from typing import Iterator, Optional

from buslens.records import Kind
from buslens.stream import layout

SECOND_NS = 1_000_000_000
_MOST_SLOTS = 2048
"""That are looked at; of a program that fills more in a second, the last so many are counted."""

_AT_ONCE = 512
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_MARK = layout.SLOT - 8
_NAMES = {0: "payloads", 1: "dispatches", 2: "starts of calls", 3: "ends of calls"}
_WHAT, _TIME, _KIND = _MARK, 8, 48
"""Where in a slot its mark, its time and its kind stand."""


class Figures:
    """Of one process, at one moment."""

    __slots__ = ("budget", "bytes_per_s", "dropped", "dropped_by", "events_per_s", "left_out", "own_share")

    def __init__(self, events_per_s: Optional[float] = None, dropped: Optional[int] = None) -> None:
        self.events_per_s = events_per_s
        """Events that were emitted in the last second; None where nobody knows: it has no stream, or has ended."""

        self.dropped = dropped
        """Facts that found no room, or that a budget has left out; None where nobody knows."""

        self.dropped_by: "dict[str, int]" = {}
        """The same by what they are, "dispatches"; and "payloads" that were left out of facts that were kept."""

        self.own_share: Optional[float] = None
        """The share of its processor time that being watched has taken, 0 to 1; None where nobody knows yet."""

        self.bytes_per_s: Optional[float] = None
        """What it has written each second, from its beginning to when it last told; None where nobody knows yet."""

        self.budget = 0.0
        """The share that being watched may take; 0: any."""

        self.left_out = 0
        """Because of that, when it last told. 0: nothing; 1: payloads; n: payloads, and all but one dispatch in n."""


def figures(path: str, *, is_alive: bool, now_ns: Optional[int] = None) -> Figures:
    """Of the process that records into this folder. Of one that records into a file, nothing is known.

    is_alive: whether it runs; one that does not emits nothing. now_ns: on the clock of this machine's programs.
    """
    try:
        found = _told(os.path.join(path, layout.HEAD))
        if is_alive:
            found.events_per_s = _events_per_s(path, time.monotonic_ns() if now_ns is None else now_ns)
        return found
    except OSError:
        return Figures()


def _told(head: str) -> Figures:
    """What the first page says."""
    file = _opened(head)
    try:
        page = os.pread(file, layout.PAGE, 0)
    finally:
        os.close(file)
    found = Figures()
    if len(page) < layout.PAGE or not page.startswith(layout.MAGIC):
        return found
    counts = [_number(page, layout.DROPPED + 8 * kind) for kind in range(layout.KINDS)]
    found.dropped = sum(counts[1:])
    found.dropped_by = {_name(kind): number for kind, number in enumerate(counts) if number}
    own_ns, cpu_ns, _, written, told_ns, found.left_out = layout.COST.unpack_from(page, layout.COST_AT)
    if own_ns and cpu_ns:
        found.own_share = min(own_ns / cpu_ns, 1.0)
    found.budget, began_ns = layout.budget_of(page)
    if told_ns > began_ns > 0:
        found.bytes_per_s = written * SECOND_NS / (told_ns - began_ns)
    return found


def _name(kind: int) -> str:
    if kind in _NAMES:
        return _NAMES[kind]
    try:
        return Kind(kind).name.lower().replace("_", " ")
    except ValueError:
        return "others"


def _events_per_s(folder: str, now_ns: int) -> float:
    """Emits of the last second, or where there are very many the pace of the last ones."""
    count, oldest_ns, newest_ns, looked = 0, now_ns, 0, 0
    for slot in _backwards(folder):
        what, time_ns = slot[_WHAT], _number(slot, _TIME)
        if not what:  # claimed and not filled
            continue
        if time_ns <= now_ns - SECOND_NS:
            return float(count)
        oldest_ns, newest_ns = min(oldest_ns, time_ns), max(newest_ns, time_ns)
        count += what == layout.OPENED or (what == layout.WHOLE and slot[_KIND] == Kind.DISPATCH_EMITTED)
        looked += 1
        if looked >= _MOST_SLOTS:
            return count * SECOND_NS / max(newest_ns - oldest_ns, 1)
    return float(count)


def _backwards(folder: str) -> Iterator[bytes]:
    """The slots of a stream, the newest one first."""
    numbers = [name.partition(".")[2] for name in os.listdir(folder) if name.startswith(layout.FACTS + ".")]
    for number in sorted((each for each in numbers if each.isdecimal()), reverse=True):
        try:
            file = _opened(os.path.join(folder, f"{layout.FACTS}.{number}"))
        except FileNotFoundError:
            return  # it was removed, and so were those before
        try:
            at = _filled(file)
            while at > 0:
                first = max(0, at - _AT_ONCE)
                block = os.pread(file, (at - first) * layout.SLOT, first * layout.SLOT)
                for begin in range(len(block) - layout.SLOT, -1, -layout.SLOT):
                    yield block[begin : begin + layout.SLOT]
                at = first
        finally:
            os.close(file)


def _filled(file: int) -> int:
    """How many slots of a chunk are filled: all of the first ones are."""
    low, high = 0, os.fstat(file).st_size // layout.SLOT
    while low < high:
        middle = (low + high) // 2
        if os.pread(file, 8, middle * layout.SLOT + _MARK)[:1] not in (b"", b"\0"):
            low = middle + 1
        else:
            high = middle
    return low


def _opened(path: str) -> int:
    """A file of this user's, no link. Raises OSError."""
    file = os.open(path, _FLAGS)
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        os.close(file)
        raise OSError(f"{path} is no file of this user's")
    return file


def _number(data: bytes, at: int) -> int:
    return int(layout.NUMBER.unpack_from(data, at)[0])
