"""What every engine can do: carry events from an emit to the handlers that are subscribed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from bus.simulation.clock import Clock
from buslens.recorder import Recorder

Function = Callable[[Any], Any]
"""A handler as an engine calls it, with the payload: a plain function or a coroutine function."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an engine is given when it starts."""

    loop: asyncio.AbstractEventLoop
    """Runs on the engine's own thread, on the engine's clock."""

    clock: Clock
    recorder: Recorder


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

    def emit(self, event: str, payload: Any) -> None:
        """Put an event on the bus. Also called by handlers, on whatever thread they run."""

    def busy(self) -> bool:
        """Whether any call has not ended, or an event is still on its way."""

    async def settle(self) -> None:
        """Wait until something has changed since `busy` was true."""

    async def close(self) -> None:
        """Give everything back; calls that run still are cancelled."""
