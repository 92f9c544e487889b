"""Payloads as plain JSON values of a bounded size: a flow that feeds itself must not grow until memory is gone."""

from __future__ import annotations

import math
from typing import Any

MOST_VALUES = 20_000
MOST_CHARACTERS = 256 * 1024
DEEPEST = 50
_A_VALUE = 8
"""Characters, about, that a value takes beside its text."""


class PayloadTooLarge(Exception):
    """An event that is larger than the bus carries."""


def plain(value: Any) -> tuple[Any, int]:
    """A copy as JSON says it, and its size in characters, roughly. Raises PayloadTooLarge."""
    if value is None:  # as most events of a simulation, which carry nothing
        return None, _A_VALUE
    walk = _Walk()
    copied = walk.copy(value, 0)
    return copied, walk.characters + _A_VALUE * walk.values


class _Walk:
    def __init__(self) -> None:
        self.values = 0
        self.characters = 0

    def copy(self, value: Any, depth: int) -> Any:
        self.values += 1
        kind = type(value)
        if kind is str:
            self.characters += len(value)
        elif kind is dict:
            self.check(depth)
            self.characters += sum(map(len, map(str, value)))
            return {str(key): self.copy(each, depth + 1) for key, each in value.items()}
        elif kind is list or kind is tuple:
            self.check(depth)
            return [self.copy(each, depth + 1) for each in value]
        elif kind is float:
            return value if math.isfinite(value) else str(value)
        elif isinstance(value, BaseException):
            return {"type": type(value).__name__, "message": str(value)[:1000]}
        elif value is not None and kind is not int and kind is not bool:
            return self.copy(str(value), depth)
        if self.values > MOST_VALUES or self.characters > MOST_CHARACTERS:
            self.check(depth)
        return value

    def check(self, depth: int) -> None:
        if self.values > MOST_VALUES:
            raise PayloadTooLarge(f"a payload of more than {MOST_VALUES} values")
        if self.characters > MOST_CHARACTERS:
            raise PayloadTooLarge(f"a payload of more than {MOST_CHARACTERS} characters")
        if depth > DEEPEST:
            raise PayloadTooLarge(f"a payload of more than {DEEPEST} levels")
