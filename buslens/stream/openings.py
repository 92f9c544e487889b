"""What many emits have in common: the event, who is called, and where in slots the times of further calls stand."""

from __future__ import annotations

import struct

from buslens.stream.layout import AWAITS_END, FURTHER, NUMBER, OPENED, OPENING, OPENING_BODY, PACK_RECORD, SLOT, TIMES

MOST_HANDLERS = 256
"""Of one emit; where there are more, each call is told by slots of its own."""

_WORDS = SLOT // NUMBER.size


class StreamOpening:
    """An opening, as an emit needs it."""

    __slots__ = ("further", "mark", "others", "slots")

    def __init__(self, ident: int, handlers: int) -> None:
        self.mark = OPENED | AWAITS_END | ident << 32
        """Of the slot of an emit."""

        self.further = tuple(
            (SLOT * (1 + number), first, min(TIMES, handlers - first), FURTHER | ident << 32)
            for number, first in enumerate(range(1, handlers, TIMES))
        )
        """The slots behind that one: how far behind, first handler, number of handlers, mark."""

        self.slots = 1 + len(self.further)
        self.others = tuple((at, _WORDS * (1 + (at - 1) // TIMES) + (at - 1) % TIMES) for at in range(1, handlers))
        """Each handler but the first, and how many numbers of 8 bytes behind the first slot its time stands."""


def opening_record(ident: int, event: int, handlers: "tuple[int, ...]") -> bytes:
    """What a reader is told of it."""
    body = OPENING_BODY.pack(event, len(handlers), handlers[0]) + struct.pack(f"<{len(handlers) - 1}I", *handlers[1:])
    return PACK_RECORD(ident, 0, 0, OPENING, len(body)) + body
