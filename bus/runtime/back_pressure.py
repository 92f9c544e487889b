"""Back-pressure: an engine that is faster than whoever reads its records waits, so that none of them is lost.

Other people's programs are never made to wait, their records are dropped and counted. The embedded engine waits before
a dispatch or call while more records than `MOST_PENDING` are unread. That time is real, not the engine's: its clock
stands still, so that no latency is longer for it. It also bounds how much one `pump` has to take in.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bus.runtime.clock import Clock
from buslens.packing import VALUES_A_FACT
from buslens.recorder import Recorder

MOST_PENDING = 2_500
"""Facts: taking them in keeps the window busy for about 10 ms; 60 times a second that is more than an engine makes."""

MOST_TEXT = 2 * 1024 * 1024
"""Characters of payloads, errors and marks."""

UNREAD = "back-pressure"
"""Why the clock stands still meanwhile."""

_LOOK_S = 0.1


class BackPressure:
    """What one engine asks before it records more. Thread-safe."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        self._recorder = recorder
        self._clock = clock
        self._most_values = MOST_PENDING * VALUES_A_FACT
        self._read = threading.Event()
        self._waiting = 0
        self._text = 0
        self._reading = False
        self.wanted = threading.Event()
        """Set while somebody waits for a reader; also whenever a reader that waits should look."""

        self._lock = threading.Lock()

    def wait(self, text: int = 0) -> None:
        """Wait while too much is unread. Raises CancelledError where the run ends. text: characters to be recorded."""
        self._text += text
        if self._is_too_much():
            self._wait()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While a reader takes everything. An engine that waits for it meanwhile leaves it the processor."""
        self._reading = self.wanted.is_set()
        self.wanted.clear()
        self._text = 0
        try:
            yield
        finally:
            self._reading = False
            self._read.set()

    def release(self) -> None:
        """The run ends, and its clock was stopped: nobody waits any longer."""
        self._read.set()

    def _is_too_much(self) -> bool:
        return self._reading or len(self._recorder.pending) > self._most_values or self._text > MOST_TEXT

    def _wait(self) -> None:
        if self._clock.stopped:
            raise asyncio.CancelledError("the run was stopped")
        with self._lock:
            self._waiting += 1
            self._clock.freeze(UNREAD)
        try:
            while not self._clock.stopped:
                self._read.clear()
                if not self._is_too_much():
                    return
                self.wanted.set()
                self._read.wait(_LOOK_S)
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._clock.thaw(UNREAD)
        raise asyncio.CancelledError("the run was stopped")
