"""In which fields the payloads of matched emits differ, counted by event and field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from bus.trace.blobs import Payload
from bus.trace.payload_fields import Missing
from bus.trace.payload_paths import written

MOST_PAIRS = 20_000
"""Pairs that are read where nothing is ignored; the others have other bytes and are counted as different."""

MOST_FIELDS = 200
"""Of one event; what differs beyond is counted as the rest of its payload."""

_MOST_OF_A_PAIR = 50
_DEEPEST = 12


@dataclass(slots=True)
class FieldDifference:
    """A field of an event's payload that differs between the two traces."""

    event: str
    path: str
    """As a search line writes it; empty for the payload as a whole."""

    first: Any
    """Its value in the first pair that differs; `Missing` where there is no such field."""

    second: Any
    pair: int
    """Which pair that is."""

    pairs: int = 0
    """In how many pairs it differs."""


class PayloadPairs:
    """Counts the differing fields of pairs that are told one after the other."""

    def __init__(self, ignored: Sequence[str] = ()) -> None:
        """ignored: fields that do not count, as `items.0.id` or `order.placed:id`, with `*` and `?`."""
        self._ignored = [each if ":" in each else f"*:{each}" for each in ignored]
        self._found: dict[tuple[str, str], FieldDifference] = {}
        self._of_event: dict[str, int] = {}

    @property
    def fields(self) -> list[FieldDifference]:
        """Those that differ, the one that came up first in front."""
        return list(self._found.values())

    def differs(self, event: str, first: Payload, second: Payload, pair: int) -> bool:
        """Take in one pair. Whether it differs in a field that counts."""
        found = False
        for path, one, other in _limited(_fields(*_values(first, second), "", 0)):
            if any(fnmatchcase(f"{event}:{path}", each) for each in self._ignored):
                continue
            found = True
            self._count(event, path, one, other, pair)
        return found

    def _count(self, event: str, path: str, first: Any, second: Any, pair: int) -> None:
        if (event, path) not in self._found:
            if self._of_event.get(event, 0) >= MOST_FIELDS:
                path = ""
            else:
                self._of_event[event] = self._of_event.get(event, 0) + 1
        field = self._found.setdefault((event, path), FieldDifference(event, path, first, second, pair))
        field.pairs += 1


def _values(first: Payload, second: Payload) -> tuple[Any, Any]:
    """Decoded where both can be; otherwise as they were recorded."""
    if all(each.is_json or not each.text for each in (first, second)):
        return first.value if first.is_json else Missing, second.value if second.is_json else Missing
    return first.text or Missing, second.text or Missing


def _limited(found: Iterator[tuple[str, Any, Any]]) -> list[tuple[str, Any, Any]]:
    return [each for each, _ in zip(found, range(_MOST_OF_A_PAIR), strict=False)]


def _fields(first: Any, second: Any, path: str, depth: int) -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ: the path and both values."""
    one, other = _items(first), _items(second)
    if one is None or other is None or type(first) is not type(second) or depth >= _DEEPEST:
        if not _same(first, second):
            yield path, first, second
        return
    for key in dict.fromkeys([*one, *other]):
        step = f"{path}.{written(key)}" if path else written(key)
        yield from _fields(one.get(key, Missing), other.get(key, Missing), step, depth + 1)


def _items(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, list) else None


def _same(first: Any, second: Any) -> bool:
    """Equal in JSON too: `true` is not 1, and 1 is 1.0."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return bool(first == second)
