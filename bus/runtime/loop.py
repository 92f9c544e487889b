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


class _ClockedSelector(selectors.DefaultSelector):
    """Waits on the engine's clock where the loop would wait in real time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        """Events that are ready, after a wait on the engine's clock where there are none."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        real = self._clock.loop_idles(timeout)
        try:
            return super().select(real)
        finally:
            self._clock.loop_works()
