"""An asyncio loop that lives on the engine's clock."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from typing import Any

from bus.runtime.clock import Clock, S


class EngineLoop(asyncio.SelectorEventLoop):
    """Its timers come due when the engine's clock says so."""

    def __init__(self, clock: Clock) -> None:
        self._engine_clock = clock
        super().__init__(_ClockedSelector(clock))
        clock.serve(self.wake)

    def time(self) -> float:
        """Seconds on the engine's clock."""
        return self._engine_clock.time_ns() / S

    def wake(self) -> None:
        """Look at the clock again; from any thread."""
        with contextlib.suppress(RuntimeError):  # closed: the run is over
            self.call_soon_threadsafe(_nothing)


def _nothing() -> None:
    pass


ROUNDS = 16
"""Of the loop's rounds that have something to do, the system is asked in one of so many whether a socket is ready: what
other threads hand over is among the callbacks already, and only ends a wait by a socket."""


class _ClockedSelector(selectors.DefaultSelector):
    """Waits on the engine's clock where the loop would wait in real time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._rounds = 0

    def select(self, timeout: float | None = None) -> Any:
        """Events that are ready, after a wait on the engine's clock where there are none."""
        if timeout is not None and timeout <= 0:
            self._rounds += 1
            return super().select(0) if self._rounds % ROUNDS == 0 else []
        if ready := super().select(0):
            return ready
        real = self._clock.loop_idles(timeout)
        try:
            return super().select(real) if real != 0.0 else []
        finally:
            self._clock.loop_works()
