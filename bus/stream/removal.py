"""Which chunks of a stream go while its program runs: the oldest that every reader has read, where there are too many.

What is small stays as it is, so that it can be read again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path

from bus.stream.readers import ReaderPlace, StreamReaders
from buslens.stream.layout import BYTES, FACTS, chunk_name
from buslens.stream.space import StreamLimits, room_on_disk

KEPT_FREE = 256 * 1024 * 1024
"""Bytes of the disk beyond which the program would drop facts soon: there what was read goes, however little it is."""

_Chunk = tuple[str, int]
"""Stem and number."""


class ChunkRemoval:
    """One reader of a stream: tells the others how far it is, and removes what all have read."""

    def __init__(self, folder: Path, readers: StreamReaders, most: int | None) -> None:
        """most: bytes of the stream that stay on the disk, also where all have read them; None: it removes nothing."""
        self._folder = folder
        self._readers = readers
        self._most = most
        self._began_at: dict[int, int] = {}
        """By each chunk of facts that was read: the chunk of payloads that was read when it began."""

        self._place = ReaderPlace(0, 0)

    def look(self, place: ReaderPlace, running: Collection[int], *, lives: bool) -> None:
        """This reader has come so far. running: chunks of facts before that, in which calls have not ended yet.

        lives: whether the program runs; else all stays. Raises OSError.
        """
        if place == self._place:
            return
        self._readers.reached(place)
        self._began_at.setdefault(place.facts, place.bytes)
        self._place = place
        if self._most is not None and lives and self._readers.is_known:
            self._remove(place, running, self._most)

    def close(self) -> None:
        """This one reads no more. Safe to call twice."""
        self._readers.close()

    def _remove(self, place: ReaderPlace, running: Collection[int], most: int) -> None:
        sizes = self._sizes()
        too_much = max(sum(sizes.values()) - most, KEPT_FREE - room_on_disk(str(self._folder), StreamLimits()))
        if too_much <= 0:
            return
        others = self._readers.others()
        facts, payloads = place.facts, place.bytes
        if others is not None:
            facts, payloads = min(facts, others.facts), min(payloads, others.bytes)
        for chunk in self._order(sizes, ReaderPlace(facts, payloads), running, most // 2):
            if too_much <= 0:
                break
            with contextlib.suppress(FileNotFoundError):  # another reader was quicker
                os.unlink(self._folder / chunk_name(*chunk))
            too_much -= sizes[chunk]
            if chunk[0] == FACTS:
                self._began_at.pop(chunk[1], None)

    def _order(
        self, sizes: dict[_Chunk, int], until: ReaderPlace, running: Collection[int], large: int
    ) -> list[_Chunk]:
        """Chunks that may go, the first ones first: with each chunk of facts the payloads that it alone mentions.

        Then payloads whose facts stay, where they are large, and last what still runs: whoever comes later sees it too.
        """
        old = sorted(number for stem, number in sizes if stem == FACTS and number < until.facts)
        left = sorted(number for stem, number in sizes if stem == BYTES and number < until.bytes)
        order: list[_Chunk] = []
        for number in (each for each in old if each not in running):
            order.append((FACTS, number))
            mentioned = self._began_at.get(number + 1, 0) - 1  # some of what came before may be claimed by then alone
            while left and left[0] < mentioned:
                order.append((BYTES, left.pop(0)))
        if sum(sizes[BYTES, number] for number in left) > large:
            order += [(BYTES, number) for number in left]
        return order + [(FACTS, number) for number in old if number in running]

    def _sizes(self) -> dict[_Chunk, int]:
        found: dict[_Chunk, int] = {}
        with os.scandir(self._folder) as entries:
            for each in entries:
                stem, _, number = each.name.partition(".")
                if stem in (FACTS, BYTES) and number.isascii() and number.isdecimal():
                    with contextlib.suppress(FileNotFoundError):
                        found[stem, int(number)] = each.stat(follow_symlinks=False).st_size
        return found
