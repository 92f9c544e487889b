"""The engine's loop where the order is chosen in which things happen at one time."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence
from contextvars import Context

from bus.runtime.choices import ORDER, READY, Choices
from bus.runtime.clock import NEVER, Clock
from bus.runtime.loop import About, EngineLoop, Timer
from buslens.context import CALL, CAUSE_UNKNOWN

READY_FIRST = -1
"""In the place of a call: what is ready goes first, and what is due waits."""

READY_TOLD = "what is ready"


class ChoosingLoop(EngineLoop):
    """An EngineLoop in virtual time that asks which of the timers of one time comes next. As long as it is the first,
    it does to the byte what an EngineLoop does.

    A timer may be late: of those that are due each may come at any time before the clock goes on, in any order. What is
    ready is called in the order in which it became so, as asyncio does; where the run is hostile, in any.
    """

    def __init__(self, clock: Clock, choices: Choices, *, hostile: bool = False) -> None:
        super().__init__(clock)
        self.idle: Callable[[], None] | None = None
        """Called where nothing is ready and nothing will ever be due; None: wait for other threads."""

        self.choices = choices
        choices.now = clock.time_ns
        self.is_hostile = hostile
        """Whether any of what is ready may come next; may be changed while it runs."""

        self._resting: tuple[asyncio.Future[None], Callable[[], bool]] | None = None
        """Who waits until all is still, and whether it is over then."""

        self._due: list[Timer] = []
        """Timers whose time has come, in the order in which they were set."""

    def close(self) -> None:
        """Forget what has not been called."""
        super().close()
        self._due.clear()

    def _run_once(self) -> None:
        soon, timers, clock, due = self._soon, self._timers, self._engine_clock, self._due
        if not soon and not due and not self._stopping:  # type: ignore[attr-defined]
            while timers and timers[0][2].cancelled():
                heapq.heappop(timers)
            if self._tell_still(will_go_on=bool(timers) and timers[0][0] < NEVER):
                return
            clock.loop_waits(timers[0][0] if timers else NEVER, soon)
        now = clock.time_ns()
        while timers and timers[0][0] <= now:
            due.append(heapq.heappop(timers))
        if due:
            self._make_ready()
        for _ in range(len(soon)):
            if self.is_hostile and len(soon) > 1:
                self._bring_forward()
            handle = soon.popleft()
            if not handle.cancelled():
                handle._run()

    async def until_still(self, is_over: Callable[[], bool]) -> None:
        """Wait until nothing is ready or due, and it is over or nothing will ever be due. Who waits so has no part in
        what is chosen: whether something is ready depends on the run alone."""
        self._resting = self.create_future(), is_over
        await self._resting[0]

    def _tell_still(self, *, will_go_on: bool) -> bool:
        """Nothing is ready or due: whether somebody waits for that, who is told."""
        if self._resting is not None:
            waiting, is_over = self._resting
            if not will_go_on or is_over():
                self._resting = None
                if not waiting.done():
                    waiting.set_result(None)
                    return True
        if self.idle is None or will_go_on:
            return False
        self.idle()
        return True

    def _make_ready(self) -> None:
        """What is chosen of what is due: all of it in its order, where nothing else is."""
        due = self._due
        due[:] = [timer for timer in due if not _is_over(timer)]
        while due:
            many = len(due) + bool(self._soon)
            taken = self.choices.choose(ORDER, many, DueTimers(due, many)) if many > 1 else 0
            if taken == len(due):
                return
            what = due.pop(taken)[2]
            if isinstance(what, asyncio.Handle):
                self._soon.append(what)
            else:
                what.set_result(None)

    def _bring_forward(self) -> None:
        """Any of what is ready, to be called next."""
        taken = self.choices.choose(READY, len(self._soon), ReadyCalls(self._soon))
        if taken:
            chosen = self._soon[taken]
            del self._soon[taken]
            self._soon.appendleft(chosen)


def _is_over(timer: Timer) -> bool:
    what = timer[2]
    return what.cancelled() if isinstance(what, asyncio.Handle) else what.done()


class DueTimers:
    """Timers of one time among which is chosen (see bus.runtime.choices.Alternatives)."""

    def __init__(self, due: Sequence[Timer], many: int) -> None:
        """many: possibilities; one more than there are timers where what is ready may go first."""
        self._due = due
        self._many = many

    def owners(self) -> Sequence[int]:
        """The calls that wait for them."""
        owners = [_call_in(_context_of(timer[2])) for timer in self._due]
        return owners if len(owners) == self._many else [*owners, READY_FIRST]

    def told(self) -> Sequence[str]:
        """Who waits for them."""
        told = [waiter(about) for _, _, _, about in self._due]
        return told if len(told) == self._many else [*told, READY_TOLD]


class ReadyCalls:
    """Callbacks among which is chosen (see bus.runtime.choices.Alternatives)."""

    def __init__(self, ready: Sequence[asyncio.Handle]) -> None:
        self._ready = ready

    def owners(self) -> Sequence[int]:
        """The calls that go on in them."""
        return [_call_in(handle._context) for handle in self._ready]  # type: ignore[attr-defined]

    def told(self) -> Sequence[str]:
        """What each is of."""
        return [_name_of(handle) for handle in self._ready]


def waiter(about: About) -> str:
    """Who waits, for a person."""
    event, handler = about
    if handler:
        return f"{handler} ({event})" if event else handler
    return f"the script's emit of {event}" if event else "the script"


def _context_of(what: asyncio.TimerHandle | asyncio.Future[None]) -> Context | None:
    if isinstance(what, asyncio.Handle):
        return what._context  # type: ignore[attr-defined, no-any-return]
    waiting = what._callbacks
    return waiting[0][1] if waiting else None


def _call_in(context: Context | None) -> int:
    call = context.get(CALL) if context is not None else None
    return 0 if call is None or call == CAUSE_UNKNOWN else call


def _name_of(handle: asyncio.Handle) -> str:
    """The handler whose task it steps, or the callback's own name."""
    callback = handle._callback  # type: ignore[attr-defined]
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return str(getattr(task.get_coro(), "__name__", "a task"))
    return str(getattr(callback, "__name__", "a callback"))
