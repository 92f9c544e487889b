"""The engine's clock: real time at any speed, or virtual time that jumps to whatever comes next.

Everything of a run reads this clock: the loop's timers, blocking waits and the records. Pausing stops it, so that
nothing that waits comes due while a person looks. At full speed (`math.inf`) time passes only where everybody waits,
and a run with one thread is the same to the nanosecond each time.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import threading
import time
from typing import Any

NEVER = 1 << 62
_S = 1_000_000_000


class Stopped(asyncio.CancelledError):
    """The run is being stopped: whoever waits gives up. Never caught by handlers, for it is no Exception."""


class Clock:
    """Nanoseconds since the run began. Thread-safe."""

    def __init__(self, speed: float = 1.0) -> None:
        self._condition = threading.Condition()
        self._speed = speed
        self._paused = False
        self._stopped = False
        self._base_ns = 0
        self._anchor_ns = time.monotonic_ns()
        self._sleeping: dict[int, int] = {}
        self._handed_out = 0
        self.workers = 0
        """How many threads serve what is handed to workers."""

        self._loop_until: int | None = None
        self._wake_loop: Any = None

    @property
    def speed(self) -> float:
        """Times real time; math.inf where time jumps."""
        return self._speed

    @property
    def stopped(self) -> bool:
        """Nobody may wait any more."""
        return self._stopped

    def time_ns(self) -> int:
        """What the clock shows."""
        if self._paused or self._speed == math.inf:
            return self._base_ns
        return self._base_ns + int((time.monotonic_ns() - self._anchor_ns) * self._speed)

    def set_speed(self, speed: float) -> None:
        """From now on."""
        with self._condition:
            self._rebase()
            self._speed = speed
            self._changed()

    def pause(self) -> None:
        """Stop the clock."""
        with self._condition:
            self._rebase()
            self._paused = True
            self._changed()

    def resume(self) -> None:
        """Let it go on from where it stopped."""
        with self._condition:
            self._anchor_ns = time.monotonic_ns()
            self._paused = False
            self._advance()
            self._changed()

    def stop(self) -> None:
        """Wake everybody who waits, for good."""
        with self._condition:
            self._stopped = True
            self._changed()

    def sleep(self, ns: int) -> None:
        """Block this thread. Raises Stopped where the run ends meanwhile; NEVER waits for that alone."""
        me = threading.get_ident()
        with self._condition:
            until = self.time_ns() + min(ns, NEVER)
            self._sleeping[me] = until
            try:
                self._advance()
                while not self._stopped and self.time_ns() < until:
                    self._condition.wait(self._real_s(until))
            finally:
                del self._sleeping[me]
            if self._stopped:
                raise Stopped("the run was stopped")

    # Worker threads take part: virtual time stands still while any of them computes.

    def work_began(self) -> None:
        """A call was handed to a worker."""
        with self._condition:
            self._handed_out += 1

    def work_ended(self) -> None:
        """A worker finished a call."""
        with self._condition:
            self._handed_out -= 1
            self._advance()

    # The loop takes part.

    def serve(self, wake_loop: Any) -> None:
        """Call `wake_loop` whenever the loop must look at the clock again."""
        self._wake_loop = wake_loop

    def loop_idles(self, timeout_s: float | None) -> float | None:
        """The loop has nothing to do for so long on this clock: for how many real seconds it may sleep at most."""
        with self._condition:
            until = NEVER if timeout_s is None else self.time_ns() + math.ceil(timeout_s * _S)
            self._loop_until = until
            self._advance()
            return 0.0 if self.time_ns() >= until else self._real_s(until)

    def loop_works(self) -> None:
        """The loop woke up."""
        self._loop_until = None

    def _advance(self) -> None:
        """At full speed, jump to what comes next where everybody waits."""
        if self._speed != math.inf or self._paused or self._stopped:
            return
        on_loop = self._loop_until is None  # the loop computes, or sleeps inside a blocking handler
        computing = min(self._handed_out, self.workers) + (1 if on_loop else 0)
        if computing > len(self._sleeping):
            return
        until = min([*self._sleeping.values(), NEVER if self._loop_until is None else self._loop_until])
        if until < NEVER and until > self._base_ns:
            self._base_ns = until
            self._changed()

    def _real_s(self, until: int) -> float | None:
        if self._paused or self._speed == math.inf or until >= NEVER:
            return None
        return min(max((until - self.time_ns()) / self._speed / _S, 0.0), 3600.0)

    def _rebase(self) -> None:
        self._base_ns = self.time_ns()
        self._anchor_ns = time.monotonic_ns()

    def _changed(self) -> None:
        self._condition.notify_all()
        if self._wake_loop is not None and self._loop_until is not None:
            self._wake_loop()


class EngineLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that lives on a Clock."""

    def __init__(self, clock: Clock) -> None:
        self._engine_clock = clock
        super().__init__(_ClockedSelector(clock))  # type: ignore[arg-type]
        clock.serve(self._write_to_self)  # type: ignore[attr-defined]

    def time(self) -> float:
        """Seconds on the engine's clock."""
        return self._engine_clock.time_ns() / _S


class _ClockedSelector(selectors.DefaultSelector):
    """Waits on the engine's clock where the loop would wait in real time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        """Events that are ready."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        real = self._clock.loop_idles(timeout)
        try:
            return super().select(real)
        finally:
            self._clock.loop_works()
