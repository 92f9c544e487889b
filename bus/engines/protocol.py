"""What every engine can do: carry events from an emit to the handlers that are subscribed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from buslens.recorder import Recorder

Function = Callable[..., Any]
"""A handler as an engine calls it, with the payload where there is one: a plain function or a coroutine function."""


class EngineClock(Protocol):
    """What an engine needs of the clock that a run lives on."""

    workers: int
    """How many threads serve what is handed to workers. Set by an engine that has any."""

    def time_ns(self) -> int:
        """Nanoseconds since the run began."""

    def work_began(self) -> None:
        """A call was handed to a worker thread: at full speed no time passes while it computes."""

    def work_ended(self) -> None:
        """A worker thread finished a call."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an engine is given when it starts."""

    loop: asyncio.AbstractEventLoop
    """Runs on the engine's own thread, on the engine's clock."""

    clock: EngineClock
    recorder: Recorder
    before_dispatch: Callable[[str], None]
    """To be called with the event before each dispatch, also of events that the library emits by itself (`error`).

    This is where stepping stops the engine, and where it ends while it is stopped: by asyncio.CancelledError.
    """


class Engine(Protocol):
    """Carries events. Made, opened, used and closed on the engine's thread."""

    id: ClassVar[str]
    title: ClassVar[str]
    runs_coroutines: ClassVar[bool]
    """Whether a coroutine function can be subscribed; plain functions always can."""

    async def open(self, surroundings: Surroundings) -> None:
        """Get ready. Raises UserError where that fails."""

    def subscribe(self, event: str, function: Function, *, once: bool) -> None:
        """Call `function` for each `event` from now on."""

    def unsubscribe(self, event: str, function: Function) -> None:
        """Stop calling it; nothing happens where it is gone already."""

    def emit(self, event: str, *payload: Any) -> None:
        """Put an event on the bus, with one payload or none. Also called by handlers, on whatever thread they run.

        Raises what the library raises into the code that emits.
        """

    def in_flight(self) -> int:
        """Calls that have not ended and events that are still on their way; those inside of an emit need not count.

        Asked from any thread, also before the engine is open.
        """

    async def settle(self) -> None:
        """Wait until something that is in flight is over."""

    def scheduled(self, most: int) -> list[str]:
        """Names of handlers whose calls have not started, the next first. Asked from any thread, also before it is open."""

    async def close(self) -> None:
        """Give everything back; calls that run still are cancelled."""
