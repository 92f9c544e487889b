"""Answers of the reader of a test run, as tests of what is said about them need them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def call(
    handler: str,
    *,
    started: float = 1.0,
    ended: float | None = 3.0,
    outcome: str = "ok",
    error: tuple[str, str] | None = None,
    file: str = "",
    line: int = 0,
) -> Row:
    """A call of one handler; times are milliseconds since the test began."""
    return {
        "handler": handler,
        "file": file,
        "line": line,
        "event": "paid",
        "emitted_ms": 1.0,
        "started_ms": started,
        "ended_ms": ended,
        "outcome": outcome,
        "attempt": 1,
        "error": dict(zip(("type", "message"), error, strict=True)) if error else None,
    }


def emit(
    payload: Any = None, *, at: float = 1.0, calls: Sequence[Row] = (), skipped: Sequence[tuple[str, str]] = ()
) -> Row:
    """An emit of `paid`, with {"id": 1} where no payload is given."""
    value = {"id": 1} if payload is None else payload
    return {
        "event": "paid",
        "bus": "shop",
        "at_ms": at,
        "cause": "",
        "outcome": "ok" if calls else "lost",
        "open": 0,
        "payload": value,
        "text": json.dumps(value),
        "is_json": True,
        "cut": False,
        "calls": list(calls),
        "skipped": [{"handler": handler, "why": why} for handler, why in skipped],
    }


def answer(emits: Sequence[Row], *, listeners: Sequence[str] = (), **others: int) -> Row:
    """What the reader says of an event."""
    return {
        "emits": list(emits),
        "count": len(emits),
        "others": others,
        "listeners": [{"handler": each, "file": "a.py", "line": 1} for each in listeners],
        "unsure": "",
    }
