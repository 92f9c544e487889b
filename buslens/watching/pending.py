"""Calls that have not begun: what is known of them, and what is said where they never will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from buslens.watching.naming import HandlerName

if TYPE_CHECKING:
    from buslens.watching.watch import Watch

Begin = tuple[int, int, int]
"""Dispatch, handler and attempt of a call whose start is not recorded yet."""

CANCELLED_FIRST = "the task of {} was cancelled before its first step: its body never ran"
DROPPED_FIRST = "the job of {} was cancelled before a process took it: its body never ran"
DESTROYED_FIRST = "the task of {} was thrown away before its first step: its body never ran"
ENDED_FIRST = "{} had not begun when the program ended: its body never ran"
CANCELLED = "it was cancelled while it waited at {}"
THROWN_AWAY = "its task was thrown away while it waited: nobody had kept it"
HANDED_TO = "the pool or nursery that it was handed to was shut down, or gave it up, before its turn"
_IDLE = "{} was scheduled on an event loop that did not run, or on none: its body never ran"


Waiting = tuple[Optional[Begin], int, HandlerName, bool]
"""What is kept of a call until it begins: what a PendingCall is made of."""


class PendingCall:
    """A coroutine that a handler gave to whoever runs it, and that has not taken its first step."""

    __slots__ = ("_begin", "_called_ns", "_is_idle", "_name")

    def __init__(self, begin: Optional[Begin], called_ns: int, name: HandlerName, is_idle: bool) -> None:
        """begin: None where its start was recorded when its handler was called. is_idle: no event loop ran then."""
        self._begin = begin
        self._called_ns = called_ns
        self._name = name
        self._is_idle = is_idle

    def give_up(self, watch: Watch, call: int, why: str) -> None:
        """Record that the coroutine never ran. why: one of the sentences above."""
        if self._begin is not None:
            watch.started(call, *self._begin, at_ns=self._called_ns)
        watch.never_ran(call, (_IDLE if self._is_idle and why != CANCELLED_FIRST else why).format(self._name.text))

    def let_go(self, watch: Watch, call: int) -> None:
        """Record that the call is over for the bus: somebody else has the coroutine, and may run it."""
        if self._begin is not None:
            watch.started(call, *self._begin, at_ns=self._called_ns)
        watch.ended(call)
