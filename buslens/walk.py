"""One pass over a value: what JSON can say is copied, objects become their fields, the rest a text; all within limits.

Only C's own methods of the builtin types are called, those of a subclass never (see statics.py).
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque
from enum import Enum
from typing import Any, Callable

from buslens.known import CLASS, UNKNOWN, CutStandIn, StandIn, plain
from buslens.limits import Limits
from buslens.objects import builtin_value, is_bare, parts_of
from buslens.shapes import Shape, Shapes
from buslens.statics import class_name, first, found_in_class, member, pairs, text_of

_SAME = object.__dict__["__eq__"]


class SnapshotWalk:
    """Copies one value; `cut` and `stands_for` say what became of it."""

    def __init__(self, limits: Limits, shapes: Shapes) -> None:
        self.limits = limits
        self.shapes = shapes
        self.items = limits.items
        self.characters = limits.total
        self.objects = limits.objects
        self.cut = False
        self.stands_for = False
        """The value itself is a text in the place of something that holds no data."""

        self._inside: "set[int]" = set()
        self._objects_deep = 0

    def size(self) -> int:
        """Characters and values that the copy keeps in memory, roughly."""
        return self.limits.total - self.characters + 64 * (self.limits.items - self.items)

    def copy(self, value: Any, depth: int) -> Any:
        """The value as JSON knows it."""
        self.items -= 1
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return self._text(value)
        if kind is int:
            return self._integer(value)
        if kind is float:
            return value if math.isfinite(value) else repr(value)
        if kind is dict or kind is OrderedDict or kind is defaultdict or kind is Counter:
            return self._guarded(value, depth, self._mapping)
        if kind is list or kind is tuple or kind is set or kind is frozenset or kind is deque:
            return self._guarded(value, depth, self._sequence)
        return self._foreign(value, kind, depth)

    def label(self, value: Any) -> str:
        """The value as a key or a name: one text."""
        kind = type(value)
        if issubclass(kind, str):
            return self._text(value)
        if issubclass(kind, Enum):
            name = member(value, "_name_")
            return self._text(f"{_last(class_name(kind))}.{name if type(name) is str else '?'}")
        stands_for = self.stands_for
        copied = self.copy(value, 0)
        self.stands_for = stands_for
        # Two objects that are told apart by nothing else are two events, and two keys.
        place = f" at {id(value):#x}" if found_in_class(kind, "__eq__") is _SAME else ""
        if type(copied) is str:
            return f"{copied[:-1]}{place}>" if copied == f"<{class_name(kind)}>" else copied
        if type(copied) is dict and CLASS in copied:
            fields = ", ".join(f"{name}={field!r}" for name, field in copied.items() if name != CLASS)
            return self._text(f"{_last(copied[CLASS])}({fields}){place}")
        if kind is frozenset:
            return self._text(f"frozenset({copied if copied else ''})")
        return self._text(repr(tuple(copied) if kind is tuple else copied))

    def _text(self, value: str) -> str:
        """So much of a string, or of a subclass, as there is room for."""
        length = str.__len__(value)
        room = min(self.limits.text, max(self.characters, 0))
        self.characters -= min(length, room + 1)
        if length <= room:
            return value if type(value) is str else text_of(value, room)
        self.cut = True
        return text_of(value, room) + "…"

    def _integer(self, value: int) -> Any:
        if -(1 << 63) <= value < 1 << 63:
            return value
        if value.bit_length() <= 4 * self.limits.text:
            return self._text(hex(value))
        self.cut = True
        return f"<integer of {value.bit_length()} bits>"

    def _guarded(self, value: Any, depth: int, read: "Callable[[Any, int], Any]") -> Any:
        """Read a container or an object, unless it is too deep or lies inside of itself."""
        if id(value) in self._inside:
            self.cut = True
            return "<contains itself>"
        if depth >= self.limits.depth:
            self.cut = True
            return f"<{class_name(type(value))}, too deep>"
        self._inside.add(id(value))
        try:
            return read(value, depth)
        finally:
            self._inside.discard(id(value))

    def _mapping(self, value: Any, depth: int) -> "dict[str, Any]":
        kept: "dict[str, Any]" = {}
        self._fill(kept, pairs(value, self.items), depth)
        self.cut = self.cut or len(kept) < dict.__len__(value)
        return kept

    def _sequence(self, value: Any, depth: int) -> "list[Any]":
        kept: "list[Any]" = []
        for item in first(iter, value, self.items):
            if self._full():
                break
            kept.append(self.copy(item, depth + 1))
        self.cut = self.cut or len(kept) < len(value)
        return kept

    def _fill(self, kept: "dict[str, Any]", found: "list[tuple[Any, Any]]", depth: int) -> None:
        for key, item in found:
            if self._full():
                self.cut = True
                return
            name = self._text(key) if type(key) is str else self.label(key)
            if name in kept:  # such as 1 and "1"
                name = f"{name} <{class_name(type(key))} {len(kept)}>"
            kept[name] = self.copy(item, depth + 1)

    def _foreign(self, value: Any, kind: type, depth: int) -> Any:
        """What is not a value of JSON: one of the standard library, a subclass of a builtin, or an object."""
        shape = self.shapes.of(kind)
        try:
            simpler = self._simpler(value, kind, shape)
        except Exception as error:  # such as a memoryview that was released
            simpler = CutStandIn(f"<{shape.name}, not shown: {type(error).__name__}>")
        if simpler is UNKNOWN:
            return self._object(value, shape, depth)
        return self._stand_in(simpler, depth) if issubclass(type(simpler), StandIn) else self.copy(simpler, depth + 1)

    def _simpler(self, value: Any, kind: type, shape: Shape) -> Any:
        """A plain value that means the same; UNKNOWN for an object."""
        items = max(self.items, 0)
        simpler = plain(value, kind, self.limits.text, items)
        if simpler is UNKNOWN and shape.reader is not None:
            simpler = shape.reader(value, items)
        if simpler is UNKNOWN and not shape.is_enum and is_bare(value, shape):
            simpler = builtin_value(value, shape, self.limits.text)
        return simpler

    def _object(self, value: Any, shape: Shape, depth: int) -> Any:
        """An object by its class and what it holds."""
        if self.objects <= 0 or self._objects_deep >= self.limits.object_depth:
            self.cut = True
            return self._stand_in(StandIn(f"<{shape.name}>"), depth)
        self.objects -= 1
        self._objects_deep += 1
        try:
            return self._guarded(value, depth, self._fields)
        finally:
            self._objects_deep -= 1

    def _fields(self, value: Any, depth: int) -> Any:
        shape = self.shapes.of(type(value))
        parts = parts_of(value, shape, max(self.items, 0))
        if parts is None:
            return self._stand_in(StandIn(f"<{shape.name}>"), depth)
        kept: "dict[str, Any]" = {CLASS: shape.name}
        self._fill(kept, parts, depth)
        return kept

    def _stand_in(self, text: StandIn, depth: int) -> str:
        self.stands_for = depth == 0
        self.cut = self.cut or text.is_cut
        return self._text(text)

    def _full(self) -> bool:
        return self.items <= 0 or self.characters <= 0


def _last(name: str) -> str:
    return name.rpartition(".")[2]
