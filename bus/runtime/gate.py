"""The gate that every dispatch and call passes: where stepping stops the engine, as a debugger would.

Stopped means that the engine's thread waits inside the emit or call itself, with the clock standing still.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from bus.runtime.clock import Clock

PAUSED = "paused"


class Depth(NamedTuple):
    """How deep the running code is."""

    flow: int = 0
    """Calls around it along its flow, across tasks and threads."""

    stack: int = 0
    """Calls around it that wait for it to return."""

    thread: int = 0
    """Id of the thread whose stack that is."""


DEPTH: ContextVar[Depth] = ContextVar("buslens_depth", default=Depth())  # noqa: B039  it cannot be changed


def stack_here(depth: Depth) -> int:
    """The stack's depth on this thread: whoever was handed a call starts with an empty one."""
    return depth.stack if depth.thread == threading.get_ident() else 0


class Step(Enum):
    """How far a step goes."""

    DISPATCH = "dispatch"
    """To the next dispatch, wherever it is."""

    CALL = "call"
    """To the next call, passing over those inside of the current one."""

    INTO = "into"
    """To the next dispatch or call, those inside of the current call included."""

    OUT = "out"
    """Out of the current dispatch: to the next dispatch or call that is not inside of it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the engine stands: what it will do next."""

    kind: str
    """What comes next: "dispatch" or "call"."""

    event: str
    handler: str
    """Name of the handler that is about to run; empty for a dispatch."""

    depth: int
    """Calls around it along its flow: 0 for a root emit and the calls of its handlers."""

    stack: int = 0
    """Calls around it that wait for it to return."""

    number: int = 0
    """Two stops in the same place differ by it."""

    at_breakpoint: bool = False
    """It stands because of a breakpoint, at a call that cannot be held alone: the emit waits for it."""


class Gate:
    """One engine's gate. Thread-safe: worker threads stop at it one by one."""

    def __init__(self, clock: Clock, *, paused: bool = False) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._open = not paused
        self._until: Callable[[Stop], bool] | None = None
        self._turn = 0
        self.stopped_at: Stop | None = None
        """Where it stands, None while it runs or waits for nothing in particular."""

        if paused:
            clock.freeze(PAUSED)

    @property
    def paused(self) -> bool:
        """A person paused it, or a step has come to its end."""
        return not self._open and self._until is None

    def before_dispatch(self, event: str) -> None:
        """An event is about to be put on the bus. Raises CancelledError where the run ends."""
        if not self._open or self._clock.stopped:
            self._pass("dispatch", event, "")

    def before_call(self, event: str, handler: str, *, breaks: bool = False) -> None:
        """A handler is about to run. breaks: stop here, whatever else. Raises CancelledError where the run ends."""
        if breaks:
            self.pause()
        if not self._open or self._clock.stopped:
            self._pass("call", event, handler, breaks=breaks)

    def pause(self) -> None:
        """Stop at whatever comes next."""
        with self._condition:
            self._open, self._until = False, None
            self._clock.freeze(PAUSED)

    def resume(self) -> None:
        """Let every dispatch and call pass, until somebody pauses again."""
        self._go(None)

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""
        self._go(_end_of(step, self.stopped_at))

    def release(self) -> None:
        """The run ends: whoever stands at the gate learns it. The clock was stopped before."""
        with self._condition:
            self._condition.notify_all()

    def _go(self, until: Callable[[Stop], bool] | None) -> None:
        with self._condition:
            self._open, self._until, self.stopped_at = until is None, until, None
            self._turn += 1
            self._clock.thaw(PAUSED)
            self._condition.notify_all()

    def _pass(self, kind: str, event: str, handler: str, *, breaks: bool = False) -> None:
        depth = DEPTH.get()
        here = Stop(kind, event, handler, depth.flow, stack_here(depth), at_breakpoint=breaks)
        with self._condition:
            while self._stops(here):
                first = self.stopped_at is None
                if first:
                    self.stopped_at = replace(here, number=self._turn)
                turn = self._turn
                while turn == self._turn and not self._clock.stopped:
                    self._condition.wait()
                if first and not self._clock.stopped:
                    return

    def _stops(self, here: Stop) -> bool:
        """Whether to stand here; ends the step that leads to here."""
        if self._clock.stopped:
            raise asyncio.CancelledError("the run was stopped")
        if self._open:
            return False
        if self._until is not None:
            if not self._until(here):
                return False
            self._until = None
            self._clock.freeze(PAUSED)
        return True


def _end_of(step: Step, stand: Stop | None) -> Callable[[Stop], bool]:
    """Whether a step ends at a place, seen from where the engine stands."""
    if step is Step.DISPATCH:
        return _is_dispatch
    if stand is None or step is Step.INTO:
        return _is_call if step is Step.CALL else _is_anything
    if step is Step.CALL:
        stack = stand.stack

        def is_next_call(here: Stop) -> bool:
            return here.kind == "call" and here.stack <= stack

        return is_next_call
    # What is about to be emitted is not the current dispatch yet: that is the one around it.
    current = stand.depth if stand.kind == "call" else max(stand.depth - 1, 0)

    def is_outside(here: Stop) -> bool:
        return here.depth < current or (here.kind == "dispatch" and here.depth <= current)

    return is_outside


def _is_dispatch(here: Stop) -> bool:
    return here.kind == "dispatch"


def _is_call(here: Stop) -> bool:
    return here.kind == "call"


def _is_anything(_: Stop) -> bool:
    return True
