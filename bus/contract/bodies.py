"""Payloads as bytes on a broker: UTF-8 JSON, or nothing where there is none. What comes back is not trusted."""

from __future__ import annotations

import json
from typing import Any

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode

MOST_BODY = 1024 * 1024
"""Bytes; what is larger was not emitted by a scenario and becomes a dead letter."""


class UnreadableBodyError(Exception):
    """A message that no scenario can have emitted."""

    __module__ = "__main__"  # shown as a failure of the call


def written(payload: tuple[Any, ...]) -> bytes:
    """The body for one payload or none."""
    return spelled(payload).encode("utf-8", "replace")


def spelled(payload: tuple[Any, ...]) -> str:
    """One payload as JSON, or nothing where there is none."""
    return _ENCODE(payload[0]) if payload else ""


def read(body: bytes) -> tuple[Any, ...]:
    """One payload or none. Raises UnreadableBodyError."""
    if not body:
        return ()
    if len(body) > MOST_BODY:
        raise UnreadableBodyError(f"a message of {len(body):,} bytes, more than {MOST_BODY:,}")
    try:
        return (json.loads(body),)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"a message that is not JSON: {error}") from None
