"""The engine's clock: real time at any speed, or virtual time that jumps to whatever comes next.

Everything of a run reads this clock: the loop's timers, blocking waits and the records. While it is frozen nothing
that waits comes due. At full speed (`math.inf`) time passes only where everybody waits, and then one thread goes on,
who is due first, until it waits as well: a run is the same to the nanosecond each time, however many threads it has.
"""

from __future__ import annotations

import itertools
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

_LOOP = 0
"""In place of a thread: the loop, whichever thread it lives on."""

Pace = tuple[int, int, float]
"""What a clock shows, the real nanoseconds that it stands for, and how many times as fast as these it goes on; 0.0: not
at all. Real nanoseconds are those of `time.monotonic_ns`, which all processes of a machine share."""


def _nobody_asks() -> None:
    """In place of who is told that all stands still."""


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

        self._next_number = itertools.count().__next__
        self._sleeping: dict[int, tuple[int, int]] = {}
        """By thread: until when, and a number: of those that are due at one time the lowest goes first."""

        self._turn: int | None = None
        """At full speed: the thread that may go on and has not done so yet, or _LOOP."""

        self._working = 0
        self._outside = 0
        """Threads that wait for what is none of the clock's."""

        self._held = 0
        self.when_still: Callable[[], None] = _nobody_asks
        """Called at full speed where all wait for ever and nothing is to come that the clock knows of; perhaps again
        and again. By the thread that waits last, and it must not wait."""

        self._loop_due: tuple[int, int, bool] | None = None
        """While it waits: until when, and a number, as of a thread that sleeps; whether another thread has a call."""

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

    def sleep(self, ns: int, *, unless: Callable[[], bool] = bool) -> bool:
        """Block this thread; False where the run was stopped meanwhile. NEVER waits for that alone.

        unless: says that what it waits for is here; asked once, and from then on `wake` tells.
        """
        with self._condition:
            if unless():
                return not self._stopped
            return self._wait_until(self.time_ns() + min(ns, NEVER), self._next_number())

    def wake(self, thread: int) -> None:
        """Who sleeps on that thread need not any longer: it is due now, behind what was due already."""
        with self._condition:
            if thread in self._sleeping:
                self._sleeping[thread] = self.time_ns(), self._next_number()
                self._advance_all()
                self._condition.notify_all()

    # Worker threads take part: at full speed one of them computes at a time, and time stands still meanwhile.

    def work_began(self) -> int:
        """One has something to do; the number by which it asks for its turn to begin."""
        with self._condition:
            self._working += 1
            return self._next_number()

    def take_turn(self, number: int) -> None:
        """Block this thread, which begins to work, until it is its turn: at once, but at full speed."""
        with self._condition:
            self._wait_until(self.time_ns(), number)

    def work_ended(self) -> None:
        """A worker thread has nothing to do any more."""
        with self._condition:
            self._working -= 1
            self._advance_all()

    @contextmanager
    def held(self) -> Iterator[None]:
        """While somebody computes outside of the program: at full speed no time passes while the loop only waits.

        Time that is blocked on a thread passes: the loop could not take what was computed before it is over.
        """
        with self._condition:
            self._held += 1
        try:
            yield
        finally:
            with self._condition:
                self._held -= 1
                self._advance_all()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """While this thread waits for a process or a server: others that are due now go on, but no time passes.

        What comes from there comes whenever it does: the same seed need not give the same run.
        """
        with self._condition:
            self._outside += 1
            self._advance_all()
        try:
            yield
        finally:
            with self._condition:
                self._outside -= 1
                self._wait_until(self.time_ns(), self._next_number())

    # The loop takes part.

    def loop_waits(self, until: int, calls: Sized) -> None:
        """The loop has nothing to do: block it until then (NEVER: for ever), or until there are calls for it.

        calls: of other threads; who adds one says so by `wake_loop`.
        """
        with self._condition:
            if len(calls):
                return
            others = self._sleeping or self._working or self._outside or self._held or self._turn is not None
            if until < NEVER and self._takes_turns and not others and not self._frozen:
                # Nobody else takes part, so that what it waits for is next.
                if until > self.pace[0]:
                    self._set_pace(until)
                else:
                    self._note_late(until)
                return
            self._loop_due = until, self._next_number(), False
            try:
                if self._advance():
                    self._condition.notify_all()
                while self._turn != _LOOP and (self._takes_turns or (self.time_ns() < until and not len(calls))):
                    left = self._real_s(until)
                    self._condition.wait(_LONGEST_S if left is None else left)
                self._note_late(until)
            finally:
                self._loop_due = None
                if self._turn == _LOOP:
                    self._turn = None

    def wake_loop(self) -> None:
        """There is a call for the loop: at full speed it is due now, behind what was due already."""
        with self._condition:
            if self._loop_due is None:
                return
            until, number, is_called = self._loop_due
            if not is_called:
                is_early = self.time_ns() < until
                self._loop_due = (self.time_ns(), self._next_number(), True) if is_early else (until, number, True)
            self._advance()
            self._condition.notify_all()

    def _wait_until(self, until: int, number: int) -> bool:
        me = threading.get_ident()
        self._sleeping[me] = until, number
        try:
            self._advance_all()
            while not self._stopped and not (self._turn == me or (not self._takes_turns and self.time_ns() >= until)):
                left = self._real_s(until)
                self._condition.wait(_LONGEST_S if left is None else left)
                until = self._sleeping[me][0]  # `wake` may have made it earlier
        finally:
            del self._sleeping[me]
            if self._turn == me:
                self._turn = None
        self._note_late(until)
        return not self._stopped

    @property
    def _takes_turns(self) -> bool:
        """At full speed one goes on at a time, so that the same run is the same again."""
        return self._speed == FULL_SPEED and not self._stopped

    def _note_late(self, due: int) -> None:
        if not self._stopped:
            self._late_ns = max(self._late_ns, self.time_ns() - due)

    def _advance_all(self) -> None:
        """At full speed, jump to what comes next where everybody waits, and tell them."""
        if self._advance():
            self._condition.notify_all()

    def _advance(self) -> bool:
        """At full speed, where everybody waits: give the turn to who is due first, and jump there. Whether it did."""
        if not self._takes_turns or self._turn is not None:
            return False
        loop_due = self._loop_due
        loop_computes = loop_due is None  # or sleeps inside a blocking handler
        if self._working + loop_computes > len(self._sleeping) + self._outside:
            return False
        if self._frozen:  # a person has paused the run: nothing comes due, but what that person wants is heard
            self._turn = _LOOP if loop_due is not None and loop_due[2] else None
            return self._turn is not None
        due = NEVER, 0, _LOOP
        if loop_due is not None:
            if self._held and not loop_due[2]:
                return False
            due = *loop_due[:2], _LOOP
        for who, (until, number) in self._sleeping.items():
            if (until, number) < due[:2]:
                due = until, number, who
        if self._outside and due[0] > self.time_ns():
            return False
        if due[0] >= NEVER:
            if not self._held:
                self.when_still()
            return self._turn is not None
        self._turn = due[2]
        if due[0] > self.time_ns():
            self._set_pace(due[0])
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
