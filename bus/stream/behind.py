"""How far a reader is behind the program whose stream it reads: what is there, and was not read yet."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from bus.errors import UserError
from bus.stream import chunk_files
from bus.stream.own_file import OwnFile
from buslens.stream.layout import FACTS, SLOT, chunk_name

_MARK = SLOT - 8
"""Where the mark of a slot lies in it."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What was recorded and not read."""

    facts: int
    """So many at least: a slot of the stream may say several."""

    ns: int
    """How much older the newest is that was read than what the program does now; 0 where nothing is unread, or the
    program is gone."""

    def and_also(self, other: Behind) -> Behind:
        """Of two processes."""
        return Behind(self.facts + other.facts, max(self.ns, other.ns))


NOT_BEHIND = Behind(0, 0)


def unread(folder: Path, number: int, at: int) -> int:
    """Slots behind this one of this chunk. Raises OSError."""
    numbers = [each for each in chunk_files.numbers(folder, FACTS) if each >= number]
    found = -at
    for each in numbers:
        with contextlib.suppress(FileNotFoundError, UserError):  # removed meanwhile, by another reader
            found += _slots(folder / chunk_name(FACTS, each), is_newest=each == numbers[-1])
    return max(found, 0)


def _slots(path: Path, *, is_newest: bool) -> int:
    """Those of a chunk; of the newest one those that are filled, which are its first ones."""
    file = OwnFile(path)
    try:
        low, high = 0, file.size() // SLOT
        while is_newest and low < high:
            middle = (low + high) // 2
            if file.read(middle * SLOT + _MARK, 1) == b"\0":
                high = middle
            else:
                low = middle + 1
        return high
    finally:
        file.close()
