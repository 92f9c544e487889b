"""Which of the messages that one process handles another process has sent: the two dispatches become one.

What a message is called by its library or its sender says it for sure. Where only a `traceparent` is the same, on the
same event and on no other message, it is taken for that and said to be inferred.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.programs.message_notes import NO_IDS, MessageIds
from bus.trace.facts import FACT_DTYPE
from buslens.records import Flag, Kind

Array = npt.NDArray[Any]

WAIT_S = 0.25
"""So long a message waits for what its sender may still say of it: an id may be known only when the broker answers."""

MOST_BEHIND_NS = 1_000_000_000
"""What is so much older than the newest that has come waits no longer: the capture keeps up with its processes."""

INFERRED = "some messages are joined to those that sent them by their traceparent alone: that is inferred"
_MOST = 200_000
"""Messages that are remembered, of each kind."""

_MOST_JOINED = 50_000
_ONE_TASK = "task-id "
"""Begins the id of a message that is of one task alone, whoever handles it; others may be for several queues."""

_NAMES = (int(Kind.HANDLER_ADDED), int(Kind.HANDLER_REMOVED))
"""Their parent is a name."""


class JointMessages:
    """The messages of all processes of a session. Ids are the joint capture's."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """now: seconds."""
        self._now = now
        self._events: dict[int, str] = {}
        """Of each dispatch that a process has sent, or of one that somebody else has, its event."""

        self._foreign: dict[int, MessageIds | None] = {}
        """Dispatches that somebody else has sent, and what is known of each; None before anything is."""

        self._sent: dict[str, int] = {}
        self._traced: dict[tuple[str, str], int] = {}
        """By `traceparent` and event; 0 for those of several messages."""

        self._unnamed: dict[str, dict[int, None]] = {}
        """By event: what was sent, and not said yet which message it is."""

        self._joined: dict[int, int] = {}
        """What a foreign dispatch is: the one that was sent."""

        self._theirs = np.zeros(0, np.uint64)
        """Foreign dispatches that are joined, ascending."""

        self._has_more = False
        """Whether others have been joined since."""

        self._waiting: dict[int, tuple[float, frozenset[int]]] = {}
        """Dispatches that wait, one of each process: since when, and for what was sent before and has no name yet."""

        self._lacks_notes = False
        """Whether a note has not come that should have: it was dropped, as others may be."""

        self.has_inferred = False
        """Whether a `traceparent` alone has joined two."""

    def emitted(self, dispatch: int, event: str, flags: int) -> None:
        """A message was sent, or came from somebody else."""
        _make_room(self._events)
        self._events[dispatch] = event
        if flags & Flag.FOREIGN:
            _make_room(self._foreign)
            self._foreign[dispatch] = None
        elif flags & Flag.DURABLE:
            unnamed = self._unnamed.setdefault(event, {})
            _make_room(unnamed)
            unnamed[dispatch] = None

    def told(self, dispatch: int, ids: MessageIds) -> None:
        """It is said of a dispatch which message it is, as far as anybody knows."""
        if dispatch in self._foreign:
            if self._foreign[dispatch] in (None, NO_IDS):
                self._foreign[dispatch] = ids
            return
        event = self._events.get(dispatch)
        if event is None:
            return
        self._unnamed.get(event, {}).pop(dispatch, None)
        if ids.ident:
            _make_room(self._sent)
            self._sent.setdefault(ids.ident, dispatch)  # the first: what handles it may not come before it
        if ids.trace:
            _make_room(self._traced)
            known = self._traced.setdefault((ids.trace, event), dispatch)
            if known != dispatch:
                self._traced[ids.trace, event] = 0

    def waits(self, dispatch: int) -> bool:
        """Whether it is still to be known who has sent this foreign dispatch; from here on it is joined or not."""
        if dispatch not in self._foreign or self._join(dispatch) or not self._is_open(dispatch):
            self._waiting.pop(dispatch, None)
            return False
        return True

    def _is_open(self, dispatch: int) -> bool:
        """Whether more may be said of a foreign dispatch or of who may have sent it."""
        ids, event = self._foreign[dispatch], self._events.get(dispatch, "")
        unnamed = self._unnamed.get(event, {})
        if ids == NO_IDS or (ids is None and self._lacks_notes):
            return False
        since, before = self._waiting.setdefault(dispatch, (self._now(), frozenset(unnamed)))
        if ids is not None and before.isdisjoint(unnamed):
            return False
        if self._now() - since < WAIT_S:
            return True
        self._lacks_notes = self._lacks_notes or ids is None
        unnamed.clear()  # of these nothing more will be said
        return False

    def decide(self, facts: Sequence[Array]) -> None:
        """All these facts are due, an array of each process: what somebody else has sent is now joined, or never.

        A task that nobody of the session has sent is one all the same: what the first process got is what others run.
        """
        chosen = [each[(each["kind"] == Kind.DISPATCH_EMITTED) & (each["flags"] & Flag.FOREIGN > 0)] for each in facts]
        foreign = np.concatenate(chosen) if chosen else np.zeros(0, FACT_DTYPE)
        for dispatch in foreign["id"][np.argsort(foreign["time_ns"], kind="stable")].tolist():
            ids = self._foreign.get(dispatch)
            if not self._join(dispatch) and ids is not None and ids.ident.startswith(_ONE_TASK):
                _make_room(self._sent)
                self._sent[ids.ident] = dispatch

    def settle(self, facts: Array) -> Array:
        """Facts of one process that are due, as they are in the joint capture: a joined message is its sender's."""
        if not self._joined:
            return facts
        if self._has_more:
            self._theirs, self._has_more = np.array(sorted(self._joined), np.uint64), False
        theirs = self._theirs
        is_gone = (facts["kind"] == Kind.DISPATCH_EMITTED) & np.isin(facts["id"], theirs)
        facts = facts[~is_gone]
        of_names = np.isin(facts["kind"], _NAMES)
        for field, which in (("id", np.isin(facts["id"], theirs)), ("parent", np.isin(facts["parent"], theirs))):
            chosen = (which & ~of_names).nonzero()[0]
            facts[field][chosen] = [self._joined[each] for each in facts[field][chosen].tolist()]
        return facts

    def _join(self, dispatch: int) -> bool:
        if dispatch in self._joined:
            return True
        ids = self._foreign.get(dispatch)
        if ids is None:
            return False
        sent = self._sent.get(ids.ident, 0) if ids.ident else 0
        if sent == dispatch:
            return False
        if not sent and ids.trace:
            sent = self._traced.get((ids.trace, self._events.get(dispatch, "")), 0)
            self.has_inferred = self.has_inferred or sent > 0
        if sent:
            _make_room(self._joined, _MOST_JOINED)
            self._joined[dispatch], self._has_more = sent, True
        return sent > 0


def first_waiting(facts: Array, messages: JointMessages, since_ns: int) -> int | None:
    """The time of the first of these facts before which the joint capture must stop; None where nothing waits.

    since_ns: what is older does not wait.
    """
    foreign = facts[(facts["kind"] == Kind.DISPATCH_EMITTED) & (facts["flags"] & Flag.FOREIGN > 0)]
    foreign = foreign[foreign["time_ns"] >= since_ns]
    return next((int(fact["time_ns"]) for fact in foreign if messages.waits(int(fact["id"]))), None)


def _make_room(table: dict[Any, Any], most: int = _MOST) -> None:
    if len(table) >= most:
        del table[next(iter(table))]
