"""The log of the engine sqlite: events in order, and for each consumer and event how far it has come.

The rules are those of bus/engines/sqlite/log.py, of which this has neither file nor SQL; SQLite promises that a commit
is there as a whole after kill -9, or not at all (https://www.sqlite.org/atomiccommit.html). tests/engines/
test_model_of_sqlite.py compares both, process by process that is killed.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

Body = TypeVar("Body")


class HandedOut(NamedTuple, Generic[Body]):
    """One event, for one consumer."""

    offset: int
    """From 1, of all events of the log."""

    event: str
    body: Body
    attempt: int
    """From 1."""


@dataclass(slots=True)
class LogCursor:
    """How far one consumer has come with one event."""

    reached: int = 0
    """All up to it were handed out."""

    open: set[int] = field(default_factory=set)
    """Handed out and not settled."""

    returned: list[int] = field(default_factory=list)
    """To be handed out again, before anything newer, in the order of the log."""

    attempts: dict[int, int] = field(default_factory=dict)
    """Calls in vain, of what is not settled."""

    is_doubtful: bool = False
    """The process that had it was killed: nobody knows what of it was handled."""

    def resolve(self) -> None:
        """What had reached the consumer and is not settled counts as an attempt, and comes again."""
        self.is_doubtful = False
        self.returned = sorted({*self.returned, *self.open})
        self.open.clear()
        for offset in self.returned:
            self.attempts[offset] = self.attempts.get(offset, 0) + 1


class LogModel(Generic[Body]):
    """One log."""

    def __init__(self) -> None:
        self.dead: list[tuple[str, int]] = []
        """Consumer and offset of each dead letter."""

        self._events: list[tuple[str, Body]] = []
        self._cursors: dict[tuple[str, str], LogCursor] = {}

    def append(self, event: str, body: Body) -> int:
        """To the end; its offset."""
        self._events.append((event, body))
        return len(self._events)

    def subscribe(self, consumer: str, event: str) -> int:
        """From the beginning, or from where it stopped; how many wait that are not with it."""
        cursor = self._cursors.setdefault((consumer, event), LogCursor())
        if cursor.is_doubtful:
            cursor.resolve()
        behind = sum(name == event for name, _ in self._events[cursor.reached :])
        return behind + len(cursor.returned)

    def take(self, consumer: str, events: Sequence[str], most: int) -> list[HandedOut[Body]]:
        """What comes next, in the order of the log; what came back comes first."""
        cursors = {event: self._cursors[consumer, event] for event in events}
        back = sorted(offset for cursor in cursors.values() for offset in cursor.returned)[:most]
        new = [
            offset
            for offset, (event, _) in enumerate(self._events, 1)
            if event in cursors and offset > cursors[event].reached
        ][: most - len(back)]
        return [self._handed_out(cursors, offset) for offset in (*back, *new)]

    def acknowledge(self, consumer: str, event: str, offset: int) -> None:
        """It is settled; nothing happens where it is not handed out."""
        cursor = self._cursors[consumer, event]
        if offset in cursor.open:
            cursor.open.remove(offset)
            cursor.attempts.pop(offset, None)

    def release(self, consumer: str, event: str, offset: int, *, attempted: bool) -> None:
        """It is handed out again. attempted: as a further attempt."""
        cursor = self._cursors[consumer, event]
        if offset in cursor.open:
            cursor.open.remove(offset)
            insort(cursor.returned, offset)
            cursor.attempts[offset] = cursor.attempts.get(offset, 0) + attempted

    def dead_letter(self, consumer: str, event: str, offset: int) -> None:
        """It is handed out no more."""
        self.dead.append((consumer, offset))
        self.acknowledge(consumer, event, offset)

    def crash(self) -> None:
        """The process is killed between two commits."""
        for cursor in self._cursors.values():
            cursor.is_doubtful = True

    def _handed_out(self, cursors: dict[str, LogCursor], offset: int) -> HandedOut[Body]:
        event, body = self._events[offset - 1]
        cursor = cursors[event]
        cursor.open.add(offset)
        if offset in cursor.returned:
            cursor.returned.remove(offset)
        cursor.reached = max(cursor.reached, offset)
        return HandedOut(offset, event, body, cursor.attempts.get(offset, 0) + 1)
