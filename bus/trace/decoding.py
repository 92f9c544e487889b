"""JSON of a capture as values that every screen and file can take."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json


def decoded(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises ValueError, RecursionError.

    Halves of surrogate pairs, which JSON can write and no screen or file can take, become question marks, and so do
    bytes that are no UTF-8.
    """
    try:
        # Three times as fast as the standard library, and stricter: it takes no halves.
        return from_json(body)
    except ValueError:
        text = body.decode("utf-8", "replace")
    value = json.loads(text)
    if "\\ud" not in text and "\\uD" not in text:
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
