"""What a signal carries: its named arguments, and who sends it, by a name: the fields of a sender are not read."""

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


def carried(sender: Any, named: dict[str, Any]) -> dict[str, Any]:
    """The payload of a signal; a sender that is None is nobody."""
    return named if sender is None or "sender" in named else {"sender": shown_sender(sender), **named}
