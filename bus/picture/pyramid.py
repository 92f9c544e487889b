"""What blocks of a track's calls come to: eight calls to a block, four blocks to a larger one, and so on.

A picture reads the level at which a block is about a pixel wide, so that it costs its pixels and not the calls. Blocks
are of calls that follow each other and not of stretches of time: they lie densely whatever the times are, and grow at
their end alone. Only whole blocks are here; who reads looks at the last calls one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.reserve import reserved, used_bytes

Int64s = npt.NDArray[np.int64]

CALLS = 3
"""Bits: eight calls to a block of the lowest level."""
FANOUT = 2
"""Bits: four blocks to one of the next level."""

LARGEST = 1 << 59
"""Durations and their sums stop here: eight of them stay within 64 bits, whatever times a hostile capture claims."""

BLOCK = np.dtype(
    [
        ("start", np.int64),
        ("end", np.int64),
        ("busy", np.int64),
        ("longest", np.int64),
        ("failed", np.uint32),
        ("cancelled", np.uint32),
        ("never", np.int64),
    ]
)
"""When the first call started and the last one ended (-1 where none has), the sum of the durations of those that ended
and the longest of them, how many failed or timed out, how many were cancelled,
of how many the body never ran."""

Blocks = npt.NDArray[Any]


def shift_of(level: int) -> int:
    """Bits of the number of calls to a block."""
    return CALLS + FANOUT * level


class Pyramid:
    """The levels of one track."""

    def __init__(self) -> None:
        self._levels: list[Blocks] = []
        self._lengths: list[int] = []

    def __len__(self) -> int:
        """How many levels there are."""
        return len(self._levels)

    @property
    def calls(self) -> int:
        """How many of the track's calls are in blocks, from the first on."""
        return self._lengths[0] << CALLS if self._lengths else 0

    @property
    def nbytes(self) -> int:
        """Memory of all levels, room to grow included."""
        return sum(used_bytes(level, length) for level, length in zip(self._levels, self._lengths, strict=True))

    def level(self, number: int) -> Blocks:
        """Blocks of `1 << shift_of(number)` calls."""
        return self._levels[number][: self._lengths[number]]

    def put(self, blocks: Int64s, calls: Blocks) -> None:
        """What blocks of the lowest level come to: those that are there anew, or the next ones.

        blocks: ascending, each once. calls: eight for each, each as a block of its own.
        """
        self._put(0, blocks, _joined(calls.reshape(-1, 1 << CALLS)))
        number = 0
        while True:
            whole = self._lengths[number] >> FANOUT
            blocks = blocks >> FANOUT
            blocks = blocks[np.flatnonzero(np.diff(blocks, prepend=-1))]
            blocks = blocks[: blocks.searchsorted(whole)]
            if not len(blocks):
                return
            if _together(blocks):
                within = slice(int(blocks[0]) << FANOUT, (int(blocks[-1]) + 1) << FANOUT)
                members = self._levels[number][within].reshape(-1, 1 << FANOUT)
            else:
                members = self._levels[number][(blocks[:, None] << FANOUT) + np.arange(1 << FANOUT)]
            self._put(number + 1, blocks, _joined(members))
            number += 1

    def over(self, first: int, behind: int) -> tuple[int, int]:
        """Sum and longest of the durations of the calls between two positions that lie on borders of blocks."""
        busy = longest = 0
        number, low, high = 0, first >> CALLS, min(behind, self.calls) >> CALLS
        while low < high:
            up, down = -(-low >> FANOUT), high >> FANOUT
            inside = up < down and number + 1 < len(self)
            for start, end in [(low, up << FANOUT), (down << FANOUT, high)] if inside else [(low, high)]:
                if start < end:
                    found = self.level(number)[start:end]
                    busy += int(found["busy"].sum())
                    longest = max(longest, int(found["longest"].max()))
            if not inside:
                break
            number, low, high = number + 1, up, down
        return busy, longest

    def _put(self, number: int, blocks: Int64s, values: Blocks) -> None:
        if number == len(self._levels):
            self._levels.append(reserved(0, BLOCK))
            self._lengths.append(0)
        length = max(self._lengths[number], int(blocks[-1]) + 1)
        if length > len(self._levels[number]):
            larger = reserved(length, BLOCK)
            larger[: self._lengths[number]] = self.level(number)
            self._levels[number] = larger
        where = slice(int(blocks[0]), int(blocks[-1]) + 1) if _together(blocks) else blocks
        self._levels[number][where] = values
        self._lengths[number] = length


def calls_as_blocks(
    starts: Int64s,
    ends: Int64s,
    failed: npt.NDArray[np.bool_],
    cancelled: npt.NDArray[np.bool_],
    never: npt.NDArray[np.bool_],
) -> Blocks:
    """Each call as a block of its own; where one runs its end is negative."""
    blocks = np.empty(len(starts), BLOCK)
    lasted = np.clip(np.clip(ends, -1, LARGEST) - np.clip(starts, -LARGEST, LARGEST), 0, LARGEST)
    lasted[ends < 0] = 0
    blocks["start"], blocks["end"] = starts, np.maximum(ends, -1)
    blocks["busy"] = blocks["longest"] = lasted
    blocks["failed"], blocks["cancelled"], blocks["never"] = failed, cancelled, never
    return blocks


def _together(blocks: Int64s) -> bool:
    """Whether they lie side by side, as new ones do: a slice copies nothing, picking whole blocks is slow."""
    return int(blocks[-1]) - int(blocks[0]) + 1 == len(blocks)


def _joined(members: Blocks) -> Blocks:
    """What the blocks of each row come to together."""
    blocks = np.empty(len(members), BLOCK)
    blocks["start"] = members["start"][:, 0]
    for name in ("end", "longest"):
        blocks[name] = members[name].max(axis=1)
    for name in ("failed", "cancelled", "never"):
        blocks[name] = members[name].sum(axis=1)
    blocks["busy"] = np.minimum(members["busy"].sum(axis=1), LARGEST)
    return blocks
