"""What an event carried, as it was at the emit: JSON where possible, else a bounded repr; cut is marked as cut.

The snapshot is taken while the watched program waits, so that a payload changed later still shows what was emitted.
It is bounded in depth, size and number of items, and never raises into the caller.
"""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

from buslens.records import BlobKind


@dataclass(frozen=True)
class Limits:
    """How much of a payload is kept, and how much may wait."""

    depth: int = 12
    """Containers inside containers."""

    items: int = 2000
    """Values in one payload, all levels together."""

    text: int = 16 * 1024
    """Characters of one string, and of a repr."""

    total: int = 256 * 1024
    """Characters of all strings of one payload together."""

    max_pending: int = 1_000_000
    """Facts that wait for a reader; what comes beyond is dropped and counted."""

    max_pending_text: int = 128 * 1024 * 1024
    """Characters of payloads and errors that wait for a reader; beyond, facts come without theirs."""

    max_names: int = 100_000
    """Different events and handlers; what comes beyond shares one name."""


DEFAULT_LIMITS = Limits()
_MAPPINGS = frozenset({dict, OrderedDict, defaultdict, Counter})
_SEQUENCES = frozenset({list, tuple, set, frozenset, deque})
_BYTES = frozenset({bytes, bytearray, memoryview})


class NoPayload:
    """Stands for: the event carried nothing. The class itself is the mark, `None` being a payload."""


class Snapshot:
    """A value that nobody else can change; encoded only when a reader takes it."""

    __slots__ = ("cut", "is_repr", "size", "value")

    def __init__(self, value: Any, is_repr: bool = False, cut: bool = False, size: int = 0) -> None:
        self.value = value
        self.is_repr = is_repr
        self.cut = cut
        self.size = size
        """Characters and values that it keeps in memory, roughly."""

    def encoded(self) -> tuple[int, bytes, bool]:
        """The blob's kind, its bytes, and whether something was cut."""
        if self.is_repr:
            return BlobKind.PAYLOAD_REPR, str(self.value).encode("utf-8", "replace"), self.cut
        text = json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))
        return BlobKind.PAYLOAD_JSON, text.encode("utf-8", "replace"), self.cut


NOT_KEPT = Snapshot("<not kept: too much waits for a reader>", is_repr=True, cut=True)


def snapshot(value: Any, limits: Limits = DEFAULT_LIMITS) -> Snapshot:
    """What `value` is now. Never raises, whatever the value's own code does."""
    walk = _Walk(limits)
    try:
        copied = walk.copy(value, 0)
        is_repr = walk.foreign and type(value) not in _MAPPINGS and type(value) not in _SEQUENCES
        return Snapshot(copied, is_repr, walk.cut, walk.size())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the program raises
        return Snapshot(f"<{type(value).__name__}, not shown: {type(error).__name__}>", is_repr=True, cut=True)


def arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the payload of an emit is: its one argument, or all of them by their two kinds; NoPayload for none."""
    if not kwargs:
        if not args:
            return NoPayload
        if len(args) == 1:
            return args[0]
    return {"args": list(args), "kwargs": kwargs}


def bounded_repr(value: Any, limits: Limits) -> tuple[str, bool]:
    """`repr` of a value that may be large or broken, and whether it was cut."""
    cut = False
    try:
        if type(value) in _BYTES and len(value) > limits.text:
            value, cut = bytes(value[: limits.text]), True
        text = repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the program raises
        return f"<{type(value).__name__}, its repr raised {type(error).__name__}>", True
    return (text[: limits.text] + "…", True) if len(text) > limits.text else (text, cut)


class _Walk:
    """One pass over a value: copies what JSON can say, replaces the rest by text, stops at the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.items = limits.items
        self.characters = limits.total
        self.cut = False
        self.foreign = False
        self.inside: set[int] = set()

    def size(self) -> int:
        return self.limits.total - self.characters + 64 * (self.limits.items - self.items)

    def copy(self, value: Any, depth: int) -> Any:
        self.items -= 1
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is int:
            return self.integer(value)
        if kind is float:
            return value if math.isfinite(value) else repr(value)
        if kind in _MAPPINGS or kind in _SEQUENCES:
            return self.container(value, depth)
        self.foreign = True
        text, cut = bounded_repr(value, self.limits)
        self.cut = self.cut or cut
        return self.text(text)

    def integer(self, value: int) -> Any:
        if -(1 << 63) <= value < 1 << 63:
            return value
        if value.bit_length() <= 4 * self.limits.text:
            return self.text(hex(value))
        self.cut = True
        return f"<integer of {value.bit_length()} bits>"

    def container(self, value: Any, depth: int) -> Any:
        if id(value) in self.inside:
            self.cut = True
            return "<contains itself>"
        if depth >= self.limits.depth:
            self.cut = True
            return f"<{len(value)} items, too deep>"
        self.inside.add(id(value))
        try:
            return self.mapping(value, depth) if type(value) in _MAPPINGS else self.sequence(value, depth)
        finally:
            self.inside.discard(id(value))

    def mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        # One C call, so that no other thread changes the dict half-way.
        for key, item in list(islice(value.items(), max(self.items, 0))):
            if self.full():
                break
            name = key if type(key) is str else bounded_repr(key, self.limits)[0]
            kept[self.text(name)] = self.copy(item, depth + 1)
        self.cut = self.cut or len(kept) < len(value)
        return kept

    def sequence(self, value: Any, depth: int) -> list[Any]:
        kept: list[Any] = []
        for item in list(islice(value, max(self.items, 0))):
            if self.full():
                break
            kept.append(self.copy(item, depth + 1))
        self.cut = self.cut or len(kept) < len(value)
        return kept

    def full(self) -> bool:
        return self.items <= 0 or self.characters <= 0

    def text(self, value: str) -> str:
        room = min(self.limits.text, max(self.characters, 0))
        self.characters -= min(len(value), room + 1)
        if len(value) <= room:
            return value
        self.cut = True
        return value[:room] + "…"
