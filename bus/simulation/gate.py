"""The gate that every dispatch and call passes: where stepping stops the engine, as a debugger would.

Stopped means that the engine's thread waits inside the emit or call itself, with the clock standing still.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum

from bus.simulation.clock import Clock, Stopped

DEPTH: ContextVar[int] = ContextVar("buslens_depth", default=0)
"""How many calls the running code is inside of, along its flow."""


class Step(Enum):
    """How far a step goes."""

    DISPATCH = "dispatch"
    """To the next dispatch, wherever it is."""

    CALL = "call"
    """To the next call, wherever it is."""

    INTO = "into"
    """To the next dispatch or call, the nested one included."""

    OUT = "out"
    """Out of the current dispatch: to the next dispatch or call that is not inside of it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the engine stands: what it will do next."""

    kind: str
    """"dispatch" or "call"."""

    event: str
    handler: str
    """Empty for a dispatch."""

    depth: int
    """Calls around it: 0 for a root emit."""

    time_ns: int


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
            clock.pause()

    @property
    def paused(self) -> bool:
        """A person paused it, or a step has come to its end."""
        return not self._open and self._until is None

    def before_dispatch(self, event: str) -> None:
        """An event is about to be put on the bus. Raises Stopped."""
        self._pass("dispatch", event, "")

    def before_call(self, event: str, handler: str) -> None:
        """A handler is about to run. Raises Stopped."""
        self._pass("call", event, handler)

    def pause(self) -> None:
        """Stop at whatever comes next."""
        with self._condition:
            self._open, self._until = False, None
            self._clock.pause()

    def resume(self) -> None:
        """Let everything pass."""
        with self._condition:
            self._open, self._until, self.stopped_at = True, None, None
            self._turn += 1
            self._clock.resume()
            self._condition.notify_all()

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""
        with self._condition:
            depth = self.stopped_at.depth if self.stopped_at else 0
            self._open, self._until = False, _end_of(step, depth)
            self.stopped_at = None
            self._turn += 1
            self._clock.resume()
            self._condition.notify_all()

    def release(self) -> None:
        """The run ends: whoever stands at the gate gets Stopped."""
        with self._condition:
            self._condition.notify_all()

    def _pass(self, kind: str, event: str, handler: str) -> None:
        if self._open and not self._clock.stopped:
            return
        with self._condition:
            here = Stop(kind, event, handler, DEPTH.get(), self._clock.time_ns())
            while self._stops(here):
                mine = self.stopped_at is None
                if mine:
                    self.stopped_at = here
                turn = self._turn
                while turn == self._turn and not self._clock.stopped:
                    self._condition.wait()
                if mine and not self._clock.stopped:
                    return

    def _stops(self, here: Stop) -> bool:
        """Whether to stand here; ends the step that leads to here."""
        if self._clock.stopped:
            raise Stopped("the run was stopped")
        if self._open:
            return False
        if self._until is not None:
            if not self._until(here):
                return False
            self._until = None
            self._clock.pause()
        return True


def _end_of(step: Step, depth: int) -> Callable[[Stop], bool]:
    if step is Step.DISPATCH:
        return _is_dispatch
    if step is Step.CALL:
        return _is_call
    if step is Step.INTO:
        return _is_anything
    limit = max(depth - 1, 0)

    def is_outside(here: Stop) -> bool:
        return here.kind == "dispatch" and here.depth <= limit

    return is_outside


def _is_dispatch(here: Stop) -> bool:
    return here.kind == "dispatch"


def _is_call(here: Stop) -> bool:
    return here.kind == "call"


def _is_anything(_: Stop) -> bool:
    return True
