"""What an event carried, as it was at the emit: JSON where possible, else a bounded repr; cut is marked as cut.

The snapshot is taken while the watched program waits, so that a payload changed later still shows what was emitted.
It is bounded in depth, size and number of items, and never raises into the caller.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Optional

from buslens.records import BlobKind


@dataclass(frozen=True)
class Limits:
    """How much of a payload is kept, and how many facts may wait."""

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


DEFAULT_LIMITS = Limits()
_PLAIN = frozenset({int, float, bool, type(None)})
_SMALL = 16


class Snapshot:
    """A value that nobody else can change; encoded only when a reader takes it."""

    __slots__ = ("cut", "is_repr", "value")

    def __init__(self, value: Any, is_repr: bool = False, cut: bool = False) -> None:
        self.value = value
        self.is_repr = is_repr
        self.cut = cut

    def encoded(self) -> tuple[int, bytes, bool]:
        """The blob's kind, its bytes, and whether something was cut."""
        if self.is_repr:
            return BlobKind.PAYLOAD_REPR, str(self.value).encode("utf-8", "replace"), self.cut
        text = json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))
        return BlobKind.PAYLOAD_JSON, text.encode("utf-8", "replace"), self.cut


def snapshot(value: Any, limits: Limits = DEFAULT_LIMITS) -> Snapshot:
    """What `value` is now. Never raises, whatever the value's own code does."""
    if type(value) is dict and len(value) <= _SMALL and _is_flat(value):
        return Snapshot(value.copy())
    try:
        walk = _Walk(limits)
        copied = walk.copy(value, 0)
        if walk.foreign and not isinstance(value, (dict, list, tuple)):
            return Snapshot(copied, is_repr=True, cut=walk.cut)
        return Snapshot(copied, cut=walk.cut)
    except Exception as error:
        return Snapshot(f"<{type(value).__name__}, not shown: {type(error).__name__}>", is_repr=True, cut=True)


def bounded_repr(value: Any, limits: Limits) -> tuple[str, bool]:
    """`repr` of a value that may be large or broken, and whether it was cut."""
    try:
        text = repr(value)
    except Exception as error:
        return f"<{type(value).__name__}, its repr raised {type(error).__name__}>", True
    return (text[: limits.text] + "…", True) if len(text) > limits.text else (text, False)


def _is_flat(value: dict[Any, Any]) -> bool:
    """Only short strings and numbers: what a shallow copy keeps for good."""
    for key, item in value.items():
        if type(key) is not str or len(key) > 256:
            return False
        kind = type(item)
        if kind is str:
            if len(item) > 1024:
                return False
        elif kind is float:
            if not math.isfinite(item):
                return False
        elif kind is int:
            if not -(1 << 63) <= item < 1 << 63:
                return False
        elif kind not in _PLAIN:
            return False
    return True


class _Walk:
    """One pass over a value: copies what JSON can say, replaces the rest by text, stops at the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.items = limits.items
        self.characters = limits.total
        self.cut = False
        self.foreign = False
        self.inside: set[int] = set()

    def copy(self, value: Any, depth: int) -> Any:
        self.items -= 1
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is int:
            return value if -(1 << 63) <= value < 1 << 63 else self.text(hex(value))
        if kind is float:
            return value if math.isfinite(value) else repr(value)
        if kind in (dict, list, tuple):
            return self.container(value, depth)
        self.foreign = True
        text, cut = bounded_repr(value, self.limits)
        self.cut = self.cut or cut
        return self.text(text)

    def container(self, value: Any, depth: int) -> Any:
        if id(value) in self.inside:
            self.cut = True
            return "<contains itself>"
        if depth >= self.limits.depth:
            self.cut = True
            return f"<{len(value)} items, too deep>"
        self.inside.add(id(value))
        try:
            return self.mapping(value, depth) if type(value) is dict else self.sequence(value, depth)
        finally:
            self.inside.discard(id(value))

    def mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, item in list(value.items())[: max(self.items, 0)]:
            if self.full():
                break
            name = key if type(key) is str else bounded_repr(key, self.limits)[0]
            kept[self.text(name)] = self.copy(item, depth + 1)
        self.cut = self.cut or len(kept) < len(value)
        return kept

    def sequence(self, value: Any, depth: int) -> list[Any]:
        kept: list[Any] = []
        for item in value[: max(self.items, 0)]:
            if self.full():
                break
            kept.append(self.copy(item, depth + 1))
        self.cut = self.cut or len(kept) < len(value)
        return kept

    def full(self) -> bool:
        return self.items <= 0 or self.characters <= 0

    def text(self, value: str) -> str:
        room = min(self.limits.text, max(self.characters, 0))
        self.characters -= len(value)
        if len(value) <= room:
            return value
        self.cut = True
        return value[:room] + "…"


def error_text(error: BaseException, limits: Limits = DEFAULT_LIMITS, traceback_text: Optional[str] = None) -> bytes:
    """The body of an ERROR blob: type, message and traceback as text, each bounded."""
    import traceback

    if traceback_text is None:
        try:
            traceback_text = "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=-50))
        except Exception as problem:
            traceback_text = f"<the traceback could not be formatted: {type(problem).__name__}>"
    try:
        message = str(error)
    except Exception as problem:
        message = f"<its text raised {type(problem).__name__}>"
    said = {
        "type": type(error).__qualname__[:512],
        "message": message[: limits.text],
        "traceback": traceback_text[-4 * limits.text :],
    }
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
