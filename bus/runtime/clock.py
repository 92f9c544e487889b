"""The engine's clock: real time at any speed, or virtual time that jumps to whatever comes next.

Everything of a run reads this clock: the loop's timers, blocking waits and the records. While it is frozen nothing
that waits comes due. At full speed (`math.inf`) time passes only where everybody waits, and a run with one thread is
the same to the nanosecond each time.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager

NEVER = 1 << 62
S = 1_000_000_000
_LONGEST_S = 3600.0
"""Longest wait in one piece; some platforms refuse longer ones."""

FULL_SPEED = math.inf

Pace = tuple[int, int, float]
"""What a clock shows, the real nanoseconds that it stands for, and how many times as fast as these it goes on; 0.0: not
at all. Real nanoseconds are those of `time.monotonic_ns`, which all processes of a machine share."""


def shown_at(pace: Pace, real_ns: int) -> int:
    """What a clock of this pace shows at that moment."""
    base, anchor, rate = pace
    return base + int((real_ns - anchor) * rate) if rate else base


class Clock:
    """Nanoseconds since the run began. Thread-safe."""

    def __init__(self, speed: float = 1.0, *, real_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """real_ns: real time, in nanoseconds since whenever."""
        self._condition = threading.Condition()
        self._real_ns = real_ns
        self._late_ns = 0
        self._speed = speed
        self._frozen: set[str] = set()
        self._stopped = False
        self.pace: Pace = (0, 0, 0.0)
        """One tuple, so that reading needs no lock; replaced as a whole."""

        self._sleeping: dict[int, int] = {}
        self._working = 0
        self._held = 0
        self._loop_until: int | None = None
        self._set_pace(0)

    @property
    def speed(self) -> float:
        """Times real time; math.inf where time jumps."""
        return self._speed

    @property
    def stopped(self) -> bool:
        """Nobody may wait any more."""
        return self._stopped

    @property
    def late_ns(self) -> int:
        """The longest by which a wait ended after it was due, on this clock: the machine had no time for it.

        Only what waited for the clock and for nothing else counts, so that a handler that blocks makes nobody late. At
        full speed nothing ever is.
        """
        return self._late_ns

    def time_ns(self) -> int:
        """What the clock shows: nanoseconds since the run began."""
        base, anchor, rate = self.pace
        return base + int((self._real_ns() - anchor) * rate) if rate else base  # asked for each record: `shown_at`

    def set_speed(self, speed: float) -> None:
        """Go so fast from now on: times real time, FULL_SPEED to jump over waits."""
        with self._condition:
            now = self.time_ns()
            self._speed = speed
            self._set_pace(now)
            self._advance_all()
            self._condition.notify_all()

    def freeze(self, reason: str) -> None:
        """Stop the clock until every reason to do so is gone."""
        with self._condition:
            now = self.time_ns()
            self._frozen.add(reason)
            self._set_pace(now)
            self._condition.notify_all()

    def thaw(self, reason: str) -> None:
        """Take back one reason to stand still; the clock goes on when none is left."""
        with self._condition:
            now = self.time_ns()
            self._frozen.discard(reason)
            self._set_pace(now)
            self._advance_all()
            self._condition.notify_all()

    def stop(self) -> None:
        """Wake everybody who waits, for good; time stands still."""
        with self._condition:
            now = self.time_ns()
            self._stopped = True
            self._set_pace(now)
            self._condition.notify_all()

    def sleep(self, ns: int) -> bool:
        """Block this thread; False where the run was stopped meanwhile. NEVER waits for that alone."""
        me = threading.get_ident()
        with self._condition:
            until = self.time_ns() + min(ns, NEVER)
            self._sleeping[me] = until
            try:
                self._advance_all()
                while not self._stopped and self.time_ns() < until:
                    left = self._real_s(until)
                    self._condition.wait(_LONGEST_S if left is None else left)
            finally:
                del self._sleeping[me]
            self._note_late(until)
            return not self._stopped

    # Worker threads take part: at full speed time stands still while any of them computes.

    def work_began(self) -> None:
        """One has something to do."""
        with self._condition:
            self._working += 1

    def work_ended(self) -> None:
        """A worker thread has nothing to do any more."""
        with self._condition:
            self._working -= 1
            self._advance_all()

    def hold(self) -> None:
        """As `held` does from here on, until `unhold`: what a worker thread hands to the loop is not taken yet."""
        with self._condition:
            self._held += 1

    def unhold(self) -> None:
        """The loop has taken it."""
        with self._condition:
            self._held -= 1
            self._advance_all()

    @contextmanager
    def held(self) -> Iterator[None]:
        """While somebody computes outside of the program: at full speed no time passes while the loop only waits.

        Time that is blocked on a thread passes: the loop could not take what was computed before it is over.
        """
        self.hold()
        try:
            yield
        finally:
            self.unhold()

    # The loop takes part.

    def loop_waits(self, until: int, calls: Sized) -> None:
        """The loop has nothing to do: block it until then (NEVER: for ever), or until there are calls for it.

        calls: of other threads; who adds one says so by `wake_loop`.
        """
        with self._condition:
            if len(calls):
                return
            self._loop_until = until
            try:
                if self._advance():
                    self._condition.notify_all()
                while self.time_ns() < until and not len(calls):
                    left = self._real_s(until)
                    self._condition.wait(_LONGEST_S if left is None else left)
                self._note_late(until)
            finally:
                self._loop_until = None

    def wake_loop(self) -> None:
        """There is a call for the loop."""
        with self._condition:
            if self._loop_until is not None:
                self._condition.notify_all()

    def _note_late(self, due: int) -> None:
        if not self._stopped:
            self._late_ns = max(self._late_ns, self.time_ns() - due)

    def _advance_all(self) -> None:
        """At full speed, jump to what comes next where everybody waits, and tell them."""
        if self._advance():
            self._condition.notify_all()

    def _advance(self) -> bool:
        """At full speed, jump to what comes next where everybody waits. Whether it did."""
        if self._speed != FULL_SPEED or self._frozen or self._stopped:
            return False
        if self._held and self._loop_until is not None:
            return False
        loop_computes = self._loop_until is None  # or sleeps inside a blocking handler
        if self._working + loop_computes > len(self._sleeping):
            return False
        until = min([*self._sleeping.values(), NEVER if self._loop_until is None else self._loop_until])
        if not self.time_ns() < until < NEVER:
            return False
        self._set_pace(until)
        return True

    def _set_pace(self, now: int) -> None:
        still = self._frozen or self._stopped or self._speed == FULL_SPEED
        self.pace = (now, self._real_ns(), 0.0 if still else self._speed)

    def _real_s(self, until: int) -> float | None:
        """Real seconds until the clock shows that, None where it does not move by itself."""
        base, anchor, pace = self.pace
        if not pace or until >= NEVER:
            return None
        left = (until - base) / pace - (self._real_ns() - anchor)
        return min(max(left / S, 0.0), _LONGEST_S)
