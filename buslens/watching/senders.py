"""What a signal carries: its named arguments, and who sends it, by a name: the fields of a sender are not read."""

from __future__ import annotations

from typing import Any
from weakref import ref as weak_ref

from buslens.payloads import shown
from buslens.statics import class_name

_MOST = 1024


class SenderNames:
    """The senders of one signal. A class is looked at once, and not kept alive; programs send thousands for a class."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}
        """What is said of a class, by its id, and of its instances, by the inverse; with a reference to the class."""

    def carried(self, sender: Any, named: dict[str, Any]) -> dict[str, Any]:
        """The payload of a signal; a sender that is None is nobody."""
        return named if sender is None or "sender" in named else {"sender": self.shown(sender), **named}

    def shown(self, sender: Any) -> Any:
        """What a capture says of a sender: a plain value itself, and of anything else what it is."""
        kind = type(sender)
        if kind is str or kind is int or kind is float or kind is bool or sender is None:
            return sender
        is_class = issubclass(kind, type)
        about = sender if is_class else kind
        key = id(about) if is_class else ~id(about)
        found = self._known.get(key)
        if found is None or found[0]() is not about:
            if len(self._known) >= _MOST:
                self._known.clear()
            text = shown(about) if is_class else f"<{class_name(about)}>"
            found = self._known[key] = weak_ref(about), text
        return found[1]
