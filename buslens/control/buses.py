"""The buses of this process that are watched, as a person asks for one: by the name that its capture gives it.

None is kept alive: asked for anew each time.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, List

from buslens.control.messages import Fields, Refused
from buslens.records import NameKind
from buslens.watching.hooks import Hooks

MOST_LISTED, MOST_EVENTS = 500, 200
_NAMED = 5


class Bus:
    """One, while somebody acts on it."""

    def __init__(self, hooks: Hooks, emitter: Any, library: str) -> None:
        self.hooks = hooks
        self.emitter = emitter
        self.library = library
        """The package that it is of, such as "pyee"."""

    @property
    def number(self) -> int:
        """The interned id of its name."""
        return self.hooks.watch.bus

    @property
    def name(self) -> str:
        """What its capture calls it."""
        return self.hooks.watch.recorder.text_of(NameKind.BUS, self.number)

    @property
    def events(self) -> "List[str]":
        """Names of events that somebody has emitted or subscribed to."""
        return self.hooks.watch.known_events

    @property
    def is_recorded(self) -> bool:
        """Whether its next dispatch will be."""
        return self.hooks.watch.live

    def said(self) -> Fields:
        """What a list of buses says of it."""
        return {
            "bus": self.name,
            "library": self.library,
            "events": self.events[:MOST_EVENTS],
            "recorded": self.is_recorded,
        }


class Buses:
    """All of them."""

    def __init__(self, watched: "Callable[[], Iterable[Hooks]]", library_of: Callable[[Any], str]) -> None:
        """watched: the hooks of all objects now. library_of: an object's library."""
        self._watched = watched
        self._library_of = library_of

    def all(self) -> "List[Bus]":
        """Those that live, in the order in which they were first used."""
        found = []
        for hooks in self._watched():
            emitter = hooks.watch.emitter()
            if emitter is not None and hooks.watch.is_on:
                found.append(Bus(hooks, emitter, self._library_of(emitter)))
        return sorted(found, key=lambda bus: bus.number)

    def find(self, name: str) -> Bus:
        """The one of this name. Raises Refused where there is none."""
        found = self.all()
        for bus in found:
            if bus.name == name:
                return bus
        if not found:
            raise Refused("this program has no bus now")
        names = "; ".join(bus.name for bus in found[:_NAMED]) + ("; …" if len(found) > _NAMED else "")
        raise Refused(f"no bus is called {name[:80]!r} now, of those that this program has: {names}")
