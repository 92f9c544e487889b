"""How an event is emitted by hand into an object of each library: by the method that the program itself would call.

A library that is not here cannot be emitted into: its events are objects of the program's own classes, or go to a
broker, which other programs hear too.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from buslens.control.buses import Bus
from buslens.control.messages import Fields, Refused

Emit = Callable[[], Any]


class Way:
    """Of one library."""

    def __init__(
        self, made: "Callable[[Bus, str, List[Any], Fields], Emit]", methods: "Tuple[str, ...]", loop: str = ""
    ) -> None:
        self.made = made
        """What emits, for a bus, an event, and positional and keyword arguments. Raises Refused where it cannot."""

        self.methods = methods
        """Methods of the object that each emit of the program's own goes through, where it is made at once."""

        self.loop = loop
        """The attribute by which an object knows its event loop; "" where none does."""


def way_of(bus: Bus) -> Way:
    """How events get into a bus. Raises Refused where they cannot."""
    found = WAYS.get(bus.library)
    if found is None:
        raise Refused(f"nothing can be emitted by hand into {bus.library}: only into {', '.join(sorted(WAYS))}")
    return found


def _pyee(bus: Bus, event: str, args: "List[Any]", kwargs: Fields) -> Emit:
    return lambda: bus.emitter.emit(event, *args, **kwargs)


def _blinker(bus: Bus, event: str, args: "List[Any]", kwargs: Fields) -> Emit:
    _is_its_own(bus, event)
    if len(args) > 1:
        raise Refused("a signal of blinker is sent with one positional argument, its sender, and keyword arguments")
    return lambda: bus.emitter.send(*args, **kwargs)


def _django(bus: Bus, event: str, args: "List[Any]", kwargs: Fields) -> Emit:
    _is_its_own(bus, event)
    if args or "sender" in kwargs:
        raise Refused("a signal of Django is sent by hand without a sender, and with keyword arguments alone")
    return lambda: bus.emitter.send(None, **kwargs)


def _is_its_own(bus: Bus, event: str) -> None:
    own: Optional[str] = getattr(bus.hooks, "event", None)
    if event != own:
        raise Refused(f"this bus is one signal: its event is {own!r}, and not {event[:80]!r}")


WAYS: "Dict[str, Way]" = {
    "pyee": Way(_pyee, ("_call_handlers",), "_loop"),
    "blinker": Way(_blinker, ("send",)),
    "django": Way(_django, ("send", "send_robust")),
}
