"""What an event carried, as it was at the emit: JSON, objects as their fields; cut is marked as cut.

The snapshot is taken while the watched program waits, so that a payload changed later still shows what was emitted.
It runs none of the program's code, keeps none of its objects, is bounded in depth, size and number of items before
anything is built, and never raises into the caller.
"""

from __future__ import annotations

from typing import Any, Optional

from buslens.json_text import json_of
from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.records import BlobKind
from buslens.shapes import Shapes
from buslens.texts import json_utf8, utf8
from buslens.walk import SnapshotWalk


class NoPayload:
    """Stands for: the event carried nothing. The class itself is the mark, `None` being a payload."""


class Snapshot:
    """A value that nobody else can change; encoded only when a reader takes it."""

    __slots__ = ("cut", "is_repr", "size", "value")

    def __init__(self, value: Any, is_repr: bool = False, cut: bool = False, size: int = 0) -> None:
        self.value = value
        self.is_repr = is_repr
        """It is a text that stands for something without fields: a function, a lock, bytes."""

        self.cut = cut
        self.size = size
        """Characters and values that it keeps in memory, roughly."""

    def encoded(self) -> tuple[int, bytes, bool]:
        """The blob's kind, its bytes, and whether something was cut."""
        if self.is_repr:
            return BlobKind.PAYLOAD_REPR, utf8(str(self.value)), self.cut
        text = json_of(self.value)
        return BlobKind.PAYLOAD_JSON, json_utf8(text), self.cut


NOT_KEPT = Snapshot("<not kept: too much waits for a reader>", is_repr=True, cut=True)


def snapshot(value: Any, limits: Limits = DEFAULT_LIMITS, shapes: Optional[Shapes] = None) -> Snapshot:
    """What `value` is now. Never raises, and never runs code of the value's own. shapes: of the classes seen before."""
    walk = SnapshotWalk(limits, shapes or Shapes())
    try:
        copied = walk.copy(value, 0)
    except Exception as error:  # read under the hands of another thread, or nested too deep for the stack that is left
        return Snapshot(f"<not shown: {type(error).__name__}>", is_repr=True, cut=True)
    return Snapshot(copied, walk.stands_for, walk.cut, walk.size())


def shown(value: Any, limits: Limits = DEFAULT_LIMITS) -> str:
    """A value as one short text, such as the name of an event that is not a string: `Topic.PAID`, `Order(id=7)`."""
    if type(value) is str and len(value) <= limits.text:
        return value
    walk = SnapshotWalk(limits, Shapes())
    try:
        return walk.label(value)
    except Exception as error:
        return f"<not shown: {type(error).__name__}>"


def arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the payload of an emit is: its one argument, or all of them by their two kinds; NoPayload for none."""
    if not kwargs:
        if not args:
            return NoPayload
        if len(args) == 1:
            return args[0]
    return {"args": args, "kwargs": kwargs}
