"""What a signal carries: its named arguments, and who sends it, by a name: the fields of a sender are not read."""

from __future__ import annotations

from types import MethodType
from typing import Any, Optional
from weakref import ref as weak_ref

from buslens.payloads import shown
from buslens.statics import class_name, found_in_class

_MOST = 1024


class SenderNames:
    """The senders of one signal. A class is looked at once, and not kept alive; programs send thousands for a class."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Optional[str]]] = {}
        """What is said of a class, by its id, and of its instances, by the inverse; with a reference to the class.

        Of a metaclass, whose instances are classes, None by the inverse.
        """

    def carried(self, sender: Any, named: dict[str, Any]) -> dict[str, Any]:
        """The payload of a signal; a sender that is None is nobody."""
        return named if sender is None or "sender" in named else {"sender": self.shown(sender), **named}

    def parts(self, sender: Any, named: dict[str, Any]) -> tuple[Optional[str], dict[str, Any]]:
        """The same in two: what is said of a sender that its library knows by its identity, and all else.

        The text is None where the payload has the sender by a value of its own, or nobody sends it.
        """
        kind = type(sender)
        about, said = self._known.get(~id(kind), _UNKNOWN)
        if about() is kind:
            if said is None:
                about, said = self._known.get(id(sender), _UNKNOWN)
                if about() is not sender:
                    said = None
            if said is not None and "sender" not in named:
                return said, named
        elif not (sender is None or _has_key_of_its_own(kind)):
            self._keep(~id(kind), kind, None if issubclass(kind, type) else f"<{class_name(kind)}>")
        return None, self.carried(sender, named)

    def shown(self, sender: Any) -> Any:
        """What a capture says of a sender: a plain value itself, and of anything else what it is."""
        kind = type(sender)
        if kind is str or kind is int or kind is float or kind is bool or sender is None:
            return sender
        if not issubclass(kind, type):
            return f"<{class_name(kind)}>"
        about, said = self._known.get(id(sender), _UNKNOWN)
        if about() is not sender or said is None:
            said = shown(sender)
            self._keep(id(sender), sender, said)
        return said

    def _keep(self, key: int, about: type, said: Optional[str]) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = weak_ref(about), said


def _has_key_of_its_own(kind: type) -> bool:
    """Whether a library may know an instance by something else than its identity, or it says itself what it is."""
    return (
        kind is MethodType
        or issubclass(kind, (str, int, float))
        or found_in_class(kind, "__class__") is not vars(object)["__class__"]
    )


def _nobody() -> None:
    """In the place of a reference to a class."""


_UNKNOWN: tuple[Any, Optional[str]] = (_nobody, None)
