"""Back-pressure: an engine that is faster than whoever reads its records waits, so that none of them is lost.

Other people's programs are never made to wait, their records are dropped and counted. The embedded engine waits before
a dispatch or call while more records than `MOST_PENDING` are unread. That time is real, not the engine's: its clock
stands still, so that no latency is longer for it. It also bounds how much one `pump` has to take in.

Python runs one thread at a time. A window that an engine keeps busy has right of way: from the beginning of a turn of
its loop (`turn_began`) to the end of it such an engine waits, as it would have to in any case, but not in between.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bus.runtime.clock import Clock
from buslens.packing import VALUES_A_FACT
from buslens.recorder import Recorder

MOST_PENDING = 2_500
"""Facts: taking them in keeps the window busy for about 10 ms; 60 times a second that is more than an engine makes."""

MOST_FOR_WHO_WAITS = 20_000
"""Facts, where a reader does nothing but wait for them (`until_wanted`), as `buslens run` does: to take in so many at
once costs a third for each of them."""

MOST_TEXT = 2 * 1024 * 1024
"""Characters of payloads, errors and marks."""

UNREAD = "back-pressure"
"""Why the clock stands still meanwhile."""

KEEPS_BUSY = 100
"""Facts since the window's last turn; with fewer the engine is not what takes its time, and goes on beside it."""

LONGEST_TURN_S = 0.05
"""A turn that takes longer, because somebody waits in it, has no right of way any more."""

_LOOK_S = 0.1


def _nobody() -> None:
    """In place of who is told that there is too much."""


class BackPressure:
    """What one engine asks before it records more. Thread-safe."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        self._pending = recorder.pending
        self._clock = clock
        self._most_values = MOST_PENDING * VALUES_A_FACT
        self._read = threading.Event()
        self._waiting = 0
        self._text = 0
        self._reading = False
        self._aside_until = 0.0
        """On the clock of time.monotonic: until when an engine stands aside at most; 0: it need not."""

        self.wanted = threading.Event()
        """Set while somebody waits for a reader; also whenever a reader that waits should look."""

        self._lock = threading.Lock()

    def wait(self, text: int = 0) -> None:
        """Wait while too much is unread. Raises CancelledError where the run ends. text: characters to be recorded."""
        self._text += text
        # Asked three times for each event: what `_is_too_much` says, but for what only costs time to know.
        if self._aside_until or self._reading or self._text > MOST_TEXT or len(self._pending) > self._most_values:
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
            if not self._aside_until:
                self._read.set()

    def until_wanted(self, timeout_s: float) -> None:
        """Return when a reader should look, or after so many seconds. Who waits so has nothing else to do."""
        self._most_values = MOST_FOR_WHO_WAITS * VALUES_A_FACT
        self.wanted.wait(timeout_s)

    def turn_began(self) -> None:
        """The window's thread has woken up."""
        self._most_values = MOST_PENDING * VALUES_A_FACT
        if len(self._pending) > KEEPS_BUSY * VALUES_A_FACT:
            self._aside_until = time.monotonic() + LONGEST_TURN_S

    def turn_ended(self) -> None:
        """It is about to wait for what comes."""
        if self._aside_until:
            self._aside_until = 0.0
            self._read.set()

    def release(self) -> None:
        """The run ends, and its clock was stopped: nobody waits any longer."""
        self._read.set()

    def _is_too_much(self) -> bool:
        if self._aside_until and time.monotonic() < self._aside_until:
            return True
        return self._reading or len(self._pending) > self._most_values or self._text > MOST_TEXT

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
                self._read.wait(_LOOK_S if not self._aside_until else LONGEST_TURN_S)
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._clock.thaw(UNREAD)
        raise asyncio.CancelledError("the run was stopped")


class OwnReader(BackPressure):
    """In a run that nobody reads while it goes on: the engine's own thread takes what is too much to be pending."""

    def __init__(self, recorder: Recorder, clock: Clock, most_bytes: int) -> None:
        """most_bytes: with more than that it waits no longer, and ends the run."""
        super().__init__(recorder, clock)
        self._recorder = recorder
        self._most_bytes = most_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self.when_full: Callable[[], None] = _nobody
        """Called once that is so, by the thread that records: what waits for the clock would wait for ever now."""

    @property
    def is_full(self) -> bool:
        """Whether the run was ended because it recorded too much."""
        return self._size > self._most_bytes

    def take(self) -> bytes:
        """All that was recorded since the run began."""
        self._read_here()
        return b"".join(self._parts)

    def _read_here(self) -> None:
        with self.reading():
            part = self._recorder.take()
        self._parts.append(part)
        self._size += len(part)

    def _wait(self) -> None:
        if not self._clock.stopped:
            self._read_here()
        if self.is_full and not self._clock.stopped:
            self._clock.stop()
            self.when_full()
        if self._clock.stopped:
            raise asyncio.CancelledError("the run was stopped")
