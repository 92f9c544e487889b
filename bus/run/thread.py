"""The thread of one run, with the loop that lives on the run's clock."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any

from bus.run.living import Life, live
from bus.runtime.loop import EngineLoop

SWITCH_S = 0.0005
"""Measured: with it a busy window delays the bus by 2 ms at the 99th percentile, without it by 10 to 14 ms."""


ENGINE_THREAD = "engine"
"""Its name, also in records."""


class EngineThread:
    """Lives one life. Made on any thread; may be asked from any."""

    def __init__(self, loop: EngineLoop, life: Life) -> None:
        self.failure = ""
        """Why the run could not go on, for a person; empty while it can, and where it was told to end."""

        self._life = life
        self._loop = loop
        self._main: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name=ENGINE_THREAD, daemon=True)

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
            live(self._loop, self._life, begun=self._begun, failed=self._failed)
        finally:
            if before > SWITCH_S:
                sys.setswitchinterval(before)

    def _begun(self, main: asyncio.Task[None]) -> None:
        self._main = main

    def _failed(self, why: str) -> None:
        self.failure = why
