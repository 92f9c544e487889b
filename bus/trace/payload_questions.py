"""What a search line may ask of a payload's field: `payload.customer.id=13`, `payload.total>100`, `payload.name~ann`.

A path is one of payload_paths.py; a step that is not a place looks into each item of a list. Texts count whatever their
case.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bus.trace.payload_fields import field_text
from bus.trace.payload_paths import values_at
from bus.trace.words_like import matcher

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class PayloadField:
    """A condition on one field of a payload, as a filter has it: `payload.total>100`."""

    path: tuple[str, ...]
    operator: str
    """`=` the whole value, with `*` and `?` in a text; `~` part of it; or an order, of numbers or of texts."""

    text: str
    """In lower case."""

    @property
    def needle(self) -> bytes:
        """What the bytes of every payload hold that may match, in lower case; empty where nothing is known."""
        keys = [step for step in self.path if not step.isdecimal()]
        plain = keys and keys[-1].isascii() and re.fullmatch(r"[\w.-]+", keys[-1])
        return keys[-1].rpartition(".")[2].lower().encode() if plain else b""

    def matches(self, body: bytes) -> bool:
        """Whether a payload, as JSON, has such a field with such a value."""
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            return False
        return any(self._fits(value) for value in values_at(payload, self.path))

    def _fits(self, value: Any) -> bool:
        number = float(self.text) if _NUMBER.fullmatch(self.text) else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if self.operator in _ORDER:
            if is_number:
                return number is not None and _ORDER[self.operator](value, number)
            return number is None and isinstance(value, str) and _ORDER[self.operator](value.lower(), self.text)
        if is_number and self.operator == "=" and number is not None:
            # Whole numbers beyond 2**53 are told apart by their digits.
            return str(value) == self.text or (value == number and abs(number) < 1 << 53)
        return matcher(self.operator, self.text)(field_text(value))
