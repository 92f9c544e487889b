"""What goes on in a run of the kernel, and when: a queue of what is ready, and a heap of timers.

What the loop of a real run does (`bus/runtime/loop.py`, `choosing_loop.py`) without callbacks, futures and tasks of
asyncio. Whatever of these takes a turn there takes one here: so what is ready, and what may be chosen, is the same.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from bus.run.lifetimes import BatchedCopies, Life
from bus.runtime.choices import ORDER, READY, Choices
from bus.runtime.choosing_loop import READY_FIRST, READY_TOLD, waiter
from bus.runtime.clock import NEVER
from bus.runtime.loop import NOBODY, About

Steps = Iterator[int | None]
"""Each gives the nanoseconds after which it wants to go on; None: when somebody makes it ready again, or never."""


class Task:
    """One thing that goes on, in steps. Ready once more behind the last of them it takes a turn, and does nothing."""

    __slots__ = ("about", "attempt", "batch", "call", "life", "refused", "steps")

    def __init__(self, call: int, about: About = NOBODY) -> None:
        """call: the id of the call that it is, 0 for none. about: event and handler of who waits. Its steps follow."""
        self.call = call
        self.about = about
        self.steps: Steps = _NO_STEPS
        self.attempt = 1
        """Calls of its handler for its event so far, this one included."""

        self.life: Life | None = None
        """Of the event that the call is for; None: it lives on."""

        self.batch: BatchedCopies | None = None
        """What it does the work of; None: of its own event."""

        self.refused = ""
        """Why the call fails before its first step; empty: it does not."""

    @property
    def own_life(self) -> Life | None:
        """Not of an event in whose context pyee has emitted the call's own, such as `error`: that lives on."""
        return self.life if self.life is not None and self.life.event == self.about[0] else None


_NO_STEPS: Steps = iter(())

Timer = tuple[int, int, Task]
"""When, a number that rises, and who goes on."""


class Tasks:
    """All that goes on in one run. Those of one time go on in the order in which they began to wait."""

    def __init__(self, make_room: Callable[[], None]) -> None:
        """make_room: called in each round; raises where the run has to end."""
        self.now = 0
        """Nanoseconds since the run began."""

        self.call = 0
        """The call that goes on, 0 for none."""

        self.ready: deque[Task] = deque()
        self._timers: list[Timer] = []
        self._number: Callable[[], int] = itertools.count().__next__
        self._make_room = make_room
        self.is_over: Callable[[], bool] | None = None
        """Whether all that is still to come hits nobody; None: there is no such thing."""

    def time_ns(self) -> int:
        """What `now` is, for whoever asks later."""
        return self.now

    def begin(self, task: Task) -> None:
        """It is ready."""
        self.ready.append(task)

    def turn(self, call: int, does: Callable[[], object]) -> None:
        """This is done in a turn of its own. call: whose it is."""
        task = Task(call)
        task.steps = _turn(does)
        self.ready.append(task)

    def cancel(self, task: Task) -> bool:
        """It does not wait for its time any more; whether it has."""
        left = [timer for timer in self._timers if timer[2] is not task]
        has_waited = len(left) < len(self._timers)
        self._timers[:] = left
        heapq.heapify(self._timers)
        return has_waited

    def run(self) -> None:
        """Until nothing will happen any more. Raises what `make_room` raises."""
        ready, timers, number = self.ready, self._timers, self._number
        push, pop, popleft = heapq.heappush, heapq.heappop, ready.popleft
        make_room = self._make_room
        while True:
            if not ready:
                if not timers or timers[0][0] >= NEVER or (self.is_over is not None and self.is_over()):
                    return
                self.now = max(self.now, timers[0][0])  # a handler may have blocked until later
            now = self.now
            while timers and timers[0][0] <= now:
                ready.append(pop(timers)[2])
            for _ in range(len(ready)):
                task = popleft()
                self.call = task.call
                wait = next(task.steps, None)
                if wait is not None:
                    push(timers, (self.now + wait, number(), task))
            make_room()


class ChosenTasks(Tasks):
    """The same where it is asked which of those that are due goes on next."""

    def __init__(self, choices: Choices, make_room: Callable[[], None], *, hostile: bool = False) -> None:
        """hostile: also which of those that are ready."""
        super().__init__(make_room)
        self._choices = choices
        self._hostile = hostile
        choices.now = self.time_ns
        self._due: list[Timer] = []

    def cancel(self, task: Task) -> bool:
        """It does not wait for its time any more; whether it has."""
        left = [timer for timer in self._due if timer[2] is not task]
        was_due = len(left) < len(self._due)
        self._due[:] = left
        return was_due or super().cancel(task)

    def run(self) -> None:
        """Until nothing will happen any more. Raises what `make_room` raises."""
        ready, timers, due, number = self.ready, self._timers, self._due, self._number
        while True:
            if not ready and not due:
                if not timers or timers[0][0] >= NEVER or (self.is_over is not None and self.is_over()):
                    return
                self.now = max(self.now, timers[0][0])  # a handler may have blocked until later
            now = self.now
            while timers and timers[0][0] <= now:
                due.append(heapq.heappop(timers))
            if due:
                self._make_ready()
            for _ in range(len(ready)):
                if self._hostile and len(ready) > 1:
                    self._bring_forward()
                task = ready.popleft()
                self.call = task.call
                wait = next(task.steps, None)
                if wait is not None:
                    heapq.heappush(timers, (self.now + wait, number(), task))
            self._make_room()

    def _make_ready(self) -> None:
        """What is chosen of what is due: all of it in its order, where nothing else is."""
        due, ready = self._due, self.ready
        while due:
            many = len(due) + bool(ready)
            taken = self._choices.choose(ORDER, many, DueTasks(due, many)) if many > 1 else 0
            if taken == len(due):
                return
            ready.append(due.pop(taken)[2])

    def _bring_forward(self) -> None:
        """Any of what is ready goes on next."""
        ready = self.ready
        taken = self._choices.choose(READY, len(ready), ReadyTasks(ready))
        if taken:
            chosen = ready[taken]
            del ready[taken]
            ready.appendleft(chosen)


def _turn(does: Callable[[], object]) -> Steps:
    does()
    return
    yield


class DueTasks:
    """Those of one time among which is chosen (see bus.runtime.choices.Alternatives)."""

    __slots__ = ("_due", "_many")

    def __init__(self, due: Sequence[Timer], many: int) -> None:
        """many: possibilities; one more than are due where what is ready may go first."""
        self._due = due
        self._many = many

    def owners(self) -> Sequence[int]:
        """The calls that go on."""
        owners = [task.call for _, _, task in self._due]
        return owners if len(owners) == self._many else [*owners, READY_FIRST]

    def told(self) -> Sequence[str]:
        """Who goes on."""
        told = [waiter(task.about) for _, _, task in self._due]
        return told if len(told) == self._many else [*told, READY_TOLD]


class ReadyTasks:
    """Those that are ready among which is chosen (see bus.runtime.choices.Alternatives)."""

    __slots__ = ("_ready",)

    def __init__(self, ready: Sequence[Task]) -> None:
        self._ready = ready

    def owners(self) -> Sequence[int]:
        """The calls that go on."""
        return [task.call for task in self._ready]

    def told(self) -> Sequence[str]:
        """Who goes on."""
        return [waiter(task.about) for task in self._ready]
