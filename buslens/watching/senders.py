"""Whoever sends a signal is no payload: it is told by a name, and its fields are not read."""

from __future__ import annotations

from typing import Any

from buslens.statics import class_name

_PLAIN = (str, int, float, bool, type(None))


def shown_sender(sender: Any) -> Any:
    """What a capture says of a sender: a plain value or a class itself, and of anything else what it is."""
    kind = type(sender)
    if any(kind is plain for plain in _PLAIN) or issubclass(kind, type):
        return sender
    return f"<{class_name(kind)}>"
