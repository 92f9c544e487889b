"""Which dispatch a message is that comes back from a broker, where this process has sent it or has seen it before."""

from __future__ import annotations

import weakref
from typing import Any

from buslens.watching.trace_context import TraceContexts

MOST = 20_000
"""Messages that are remembered; a delivery of an older one is told as somebody else's."""


class SentMessages:
    """The messages of one capture, whatever library sends and receives them. Any thread may ask."""

    def __init__(self) -> None:
        self.traces = TraceContexts()
        self._dispatches: "dict[str, int]" = {}
        self._attempts: "dict[tuple[int, str], int]" = {}
        """By dispatch and queue: how often it was delivered there."""

    def put(self, ident: str, dispatch: int) -> None:
        """A message of this id is that dispatch from now on."""
        self._dispatches.pop(ident, None)
        _make_room(self._dispatches)
        self._dispatches[ident] = dispatch

    def put_trace(self, parent: str, event: str, dispatch: int) -> None:
        """What was sent with this `traceparent`; of several messages of the event it says nothing."""
        key = _traced(parent, event)
        known = self._dispatches.get(key)
        self.put(key, dispatch if known is None or known == dispatch else 0)

    def of_trace(self, parent: str, event: str) -> int:
        """The only dispatch of an event that was sent with this `traceparent`; 0 where there is none."""
        return self.of(_traced(parent, event)) if parent else 0

    def of(self, ident: str) -> int:
        """The dispatch of a message; 0 where it is not known."""
        return self._dispatches.get(ident, 0)

    def attempt(self, dispatch: int, queue: str, least: int = 1) -> int:
        """The number of a delivery from a queue, from 1. least: what the broker says that it is at least."""
        key = dispatch, queue
        _make_room(self._attempts)
        found = self._attempts[key] = max(self._attempts.pop(key, 0) + 1, least)
        return found

    def clear(self) -> None:
        """Forget all: another capture has begun."""
        self._dispatches.clear()
        self._attempts.clear()
        self.traces.clear_until()


def _traced(parent: str, event: str) -> str:
    return f"trace {parent} {event}"


def _make_room(table: "dict[Any, int]") -> None:
    while len(table) >= MOST:
        try:
            del table[next(iter(table))]
        except (KeyError, RuntimeError):  # another thread was quicker
            continue


class _ByRecorder:
    """The tables of this process."""

    def __init__(self) -> None:
        self._tables: "weakref.WeakKeyDictionary[Any, SentMessages]" = weakref.WeakKeyDictionary()

    def of(self, recorder: Any) -> SentMessages:
        found = self._tables.get(recorder)
        if found is None:
            found = self._tables.setdefault(recorder, SentMessages())
        return found


SENT = _ByRecorder()
"""Of this process: the messages of each recorder."""
