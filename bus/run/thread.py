"""The thread of one run, with the loop that lives on the run's clock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from bus.errors import UserError
from bus.runtime.clock import Clock
from bus.runtime.loop import EngineLoop

SWITCH_S = 0.0005
"""Measured: with it a busy window delays the bus by 2 ms at the 99th percentile, without it by 10 to 14 ms."""

_TURNS_TO_UNWIND = 100
_LOG = logging.getLogger("buslens")


class Life(Protocol):
    """What goes on on the thread."""

    async def live(self) -> None:
        """All of it; ended from outside by being cancelled. Raises UserError where it must end by itself."""

    def let_go(self) -> None:
        """The life is over: release whatever waits on other threads."""

    def close(self) -> None:
        """Nothing of it runs any more: give everything back."""

    def over(self) -> None:
        """The loop is closed, and the thread ends."""


class EngineThread:
    """Lives one life. Made on any thread; may be asked from any."""

    def __init__(self, clock: Clock, life: Life) -> None:
        self.failure = ""
        """Why the run could not go on, for a person; empty while it can, and where it was told to end."""

        self._life = life
        self._loop = EngineLoop(clock)
        self._main: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread, and live."""
        self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait so many seconds at most for its end; whether it has ended."""
        self._thread.join(timeout)
        return not self.alive

    def call(self, function: Callable[..., None], *arguments: Any) -> None:
        """Call a function on the thread, between two turns of its loop; never, where the life is over."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(function, *arguments)

    def cancel(self) -> None:
        """End the life, from a function that was called on the thread."""
        if self._main is not None:
            self._main.cancel()

    def _run(self) -> None:
        before = sys.getswitchinterval()
        if before > SWITCH_S:
            sys.setswitchinterval(SWITCH_S)
        try:
            asyncio.set_event_loop(self._loop)
            self._loop.set_exception_handler(_on_the_timeline)
            self._main = self._loop.create_task(self._life.live())
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._main)
        except UserError as error:
            self.failure = str(error)
        except Exception as error:
            _LOG.exception("the engine failed")
            self.failure = f"the engine failed: {type(error).__name__}: {error}"
        finally:
            self._clean_up()
            if before > SWITCH_S:
                sys.setswitchinterval(before)

    def _clean_up(self) -> None:
        self._life.let_go()
        try:
            self._loop.run_until_complete(_unwind())
        finally:
            self._life.close()
            asyncio.set_event_loop(None)
            self._loop.close()
            self._life.over()


async def _unwind() -> None:
    """Cancel what is left. Bounded, because a task may refuse."""
    me = asyncio.current_task()
    for _ in range(_TURNS_TO_UNWIND):
        left = asyncio.all_tasks() - {me}
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.sleep(0)


def _on_the_timeline(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Keep quiet of what pyee raises where nobody catches it: the timeline shows it, on the call that failed."""
