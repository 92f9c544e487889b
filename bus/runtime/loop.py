"""An asyncio loop that lives on the engine's clock: callbacks that are ready, and a heap of timers.

It has no selector and no socket. Nothing of a run needs one on this loop: brokers, processes and pools have threads of
their own, and hand over what comes by `call_soon_threadsafe`. So at full speed a timer costs no system call.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, TypeVarTuple

from bus.runtime.clock import NEVER, Clock, S

_Ts = TypeVarTuple("_Ts")

About = tuple[str, str]
"""Event and handler of who waits; empty where it is neither."""

NOBODY: About = ("", "")

Timer = tuple[int, int, asyncio.TimerHandle | asyncio.Future[None], About]
"""When, a number that rises, what comes due: a handle, or what somebody awaits; and who that is."""

_FEW = 100
"""So many timers that were cancelled may lie in the heap, however few others do."""


class _Ready(asyncio.Handle):
    """A Handle of which nothing is kept for asyncio's debug mode: to ask for that costs as much as all else."""

    __slots__ = ()

    def __init__(
        self, callback: Callable[..., object], args: tuple[Any, ...], loop: EngineLoop, context: Context | None
    ) -> None:
        self._context = copy_context() if context is None else context
        self._loop, self._callback, self._args = loop, callback, args
        self._cancelled, self._repr, self._source_traceback = False, None, None


class EngineLoop(asyncio.BaseEventLoop):
    """Its timers come due when the engine's clock says so; those of one time in the order in which they were set."""

    def __init__(self, clock: Clock) -> None:
        self._engine_clock = clock
        self._soon: deque[asyncio.Handle] = deque()
        self._timers: list[Timer] = []
        self._next_number: Callable[[], int] = itertools.count().__next__
        self._cancelled = 0
        """Handles among the timers that were cancelled."""

        super().__init__()

    def time(self) -> float:
        """Seconds on the engine's clock."""
        return self._engine_clock.time_ns() / S

    def call_soon(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Call it in the next round."""
        handle = _Ready(callback, args, self, context)
        self._soon.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """The same from any thread. Raises RuntimeError where the loop is closed."""
        if self.is_closed():
            raise RuntimeError("the loop of the run is closed")
        handle = self.call_soon(callback, *args, context=context)
        self._engine_clock.wake_loop()
        return handle

    def call_at(
        self, when: float, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call it when the clock shows so many seconds, rounded to the nanosecond."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (round(when * S), self._next_number(), handle, NOBODY))
        return handle

    def call_due(self, about: About, callback: Callable[[*_Ts], object], *args: *_Ts) -> None:
        """Call it with what is due at this moment, behind what was set before. about: whom it concerns."""
        handle = asyncio.TimerHandle(self.time(), callback, args, self)
        heapq.heappush(self._timers, (self._engine_clock.time_ns(), self._next_number(), handle, about))

    async def pause(self, ns: int, about: About = NOBODY) -> None:
        """Wait so many nanoseconds of the clock. As asyncio.sleep, at half its price, and without rounding."""
        await self.timer(ns, about)

    def timer(self, ns: int, about: About = NOBODY) -> asyncio.Future[None]:
        """Done so many nanoseconds of the clock from now, NEVER: never by itself."""
        waiting: asyncio.Future[None] = asyncio.Future(loop=self)
        if ns < NEVER:
            until = self._engine_clock.time_ns() + ns
            heapq.heappush(self._timers, (until, self._next_number(), waiting, about))
        return waiting

    def close(self) -> None:
        """Forget what has not been called."""
        super().close()
        self._soon.clear()
        self._timers.clear()

    # What asyncio.BaseEventLoop leaves to its kinds.

    def _run_once(self) -> None:
        """One round: wait where nothing is ready, take the timers that are due, call what was ready by then."""
        soon, timers, clock = self._soon, self._timers, self._engine_clock
        if not soon and not self._stopping:  # type: ignore[attr-defined]
            while timers and timers[0][2].cancelled():
                heapq.heappop(timers)
            clock.loop_waits(timers[0][0] if timers else NEVER, soon)
        now = clock.time_ns()
        while timers and timers[0][0] <= now:
            due = heapq.heappop(timers)[2]
            if isinstance(due, asyncio.Handle):
                soon.append(due)
            elif not due.done():
                due.set_result(None)
        for _ in range(len(soon)):
            handle = soon.popleft()
            if not handle._cancelled:  # as `cancelled()` says it, without a call
                handle._run()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._cancelled += 1
        if self._cancelled > max(_FEW, len(self._timers) // 2):
            self._cancelled = 0
            self._timers[:] = [timer for timer in self._timers if not timer[2].cancelled()]
            heapq.heapify(self._timers)
