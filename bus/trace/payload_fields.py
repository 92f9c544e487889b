"""Fields of payloads by their path, such as `customer.id` or `items.0.sku`: which there are, and what one holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bus.trace import payload_paths

MOST_FIELDS = 60
DEEPEST = 4
_MOST_OF_A_LIST = 1
"""Fields of a list's first item stand for all of them."""

_LONGEST_PLACE = 10
"""Digits of a place in a list; no list is so long that it needs as many."""


class Missing:
    """Stands for: the payload has no such field. The class itself is the mark, `None` being a value."""


def fields_of(payloads: Iterator[Any]) -> list[str]:
    """Paths of the plain values in these payloads, in the order in which they come up; at most MOST_FIELDS."""
    found: dict[str, None] = {}
    for payload in payloads:
        for path in _paths(payload, "", 0):
            found.setdefault(path)
            if len(found) >= MOST_FIELDS:
                return list(found)
    return list(found)


def value_at(payload: Any, path: str) -> Any:
    """What stands at a path; `Missing` where nothing does. Of a list only the item that the path names is looked at.

    Of long captures this is asked of each payload: the keys that may come next are joined once for a path.
    """
    at, ways = 0, _ways(path)
    if ways is None:
        return Missing
    while at < len(ways):
        if isinstance(payload, dict):
            for key, after in ways[at]:
                if key in payload:
                    payload, at = payload[key], after
                    break
            else:
                return Missing
        elif isinstance(payload, list):
            step = ways[at][-1][0]
            place = int(step) if step.isdecimal() and len(step) < _LONGEST_PLACE else len(payload)
            if place >= len(payload):
                return Missing
            payload, at = payload[place], at + 1
        else:
            return Missing
    return payload


def field_text(value: Any) -> str:
    """A value as one reads it: a text bare, anything else as JSON, and nothing where there is no such field."""
    if value is Missing:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sort_key(value: Any) -> tuple[int, Any]:
    """What values of all kinds are ordered by: missing ones first, then numbers, then everything else as text."""
    if value is Missing:
        return 0, 0
    if isinstance(value, int | float):
        return 1, value
    return 2, field_text(value).casefold()


@lru_cache(maxsize=256)
def _ways(path: str) -> tuple[tuple[tuple[str, int], ...], ...] | None:
    """For each step of a path: the keys that it may begin, the longest first, and the step that comes after each.

    None: it is no path.
    """
    try:
        steps = payload_paths.steps_of(path)
    except ValueError:
        return None
    return tuple(
        tuple((".".join(steps[at:after]), after) for after in range(len(steps), at, -1)) for at in range(len(steps))
    )


def _paths(value: Any, path: str, depth: int) -> Iterator[str]:
    if depth >= DEEPEST:
        return
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list):
        items = enumerate(value[:_MOST_OF_A_LIST])
    else:
        return
    for key, item in items:
        step = payload_paths.written(key)
        inner = f"{path}.{step}" if path else step
        if isinstance(item, dict | list) and item:
            yield from _paths(item, inner, depth + 1)
        else:
            yield inner
