"""What handlers see as an event's payload."""

from __future__ import annotations

from typing import Any

from bus.behaviour.plain import plain
from buslens.watching.naming import describe


def said_payload(event: str, payload: tuple[Any, ...]) -> Any:
    """The payload as steps and conditions read it; pyee's own events carry objects, which become plain values."""
    if event == "new_listener" and len(payload) == 2:
        return {"event": payload[0], "handler": describe(payload[1]).text}
    value = payload[0] if payload else None
    return plain(value)[0] if isinstance(value, BaseException) else value
