"""Paths into payloads, as search lines and columns write them: `customer.id`, `items[0].sku`, `items.0.sku`.

A step is a key, or a place in a list; a key with a bracket or a quote in it, or an empty one, stands in double quotes.
Keys count as they are written; one that holds dots itself comes before its parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

MOST_STEPS = 20
MOST_ITEMS = 1000
"""Of a list, that are looked into."""

_STEP = re.compile(r'\.?(?:\[(\d+)\]|"((?:[^"\\]|\\.)*)"|([^.\[\]"]+))')
_PLAIN = re.compile(r'[^\[\]"]+')


@lru_cache(maxsize=256)
def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a path as it is written: `.items[0].sku`, `."unit price"`. Raises ValueError."""
    steps: list[str] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if not found or len(steps) >= MOST_STEPS:
            raise ValueError(path)
        place, quoted, plain = found.groups()
        steps.append(place or plain or re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    return tuple(steps)


def written(key: str | int) -> str:
    """A key or place as a step of a path."""
    text = str(key)
    dots = text.startswith(".") or text.endswith(".") or ".." in text
    return text if _PLAIN.fullmatch(text) and not dots else json.dumps(text, ensure_ascii=False)


def values_at(payload: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    """What stands there: a step that is not a place looks into each item of a list, and so does the end."""
    if not steps:
        yield payload
        if isinstance(payload, list):
            yield from payload[:MOST_ITEMS]
    elif isinstance(payload, dict):
        sizes = (size for size in range(len(steps), 0, -1) if ".".join(steps[:size]) in payload)
        for size in sizes:
            yield from values_at(payload[".".join(steps[:size])], steps[size:])
            return
    elif isinstance(payload, list):
        place = int(steps[0]) if steps[0].isdecimal() and len(steps[0]) < 10 else -1
        if 0 <= place < len(payload):
            yield from values_at(payload[place], steps[1:])
        elif place < 0:
            for item in payload[:MOST_ITEMS]:
                yield from values_at(item, steps)
