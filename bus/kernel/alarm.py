"""A wait for a time that somebody may end before: as `asyncio.wait` for a timer's task and a future, turn by turn."""

from __future__ import annotations

from collections.abc import Iterator

from bus.kernel.tasks import Steps, Task, Tasks
from bus.runtime.loop import About


class Alarm:
    """Of one task, for one wait."""

    def __init__(self, tasks: Tasks, waiting: Task) -> None:
        self._tasks, self._waiting = tasks, waiting
        self._is_set = False
        self._rings: bool | None = None
        """Whether whoever waits has been told to go on; None: nobody waits, not yet or not any more."""

        self._is_left = False
        """Whether nobody waits for the time any more."""

    def set(self) -> None:
        """The wait is over, whatever the time is."""
        self._is_set = True
        self._tell()

    def wait(self, ns: int, about: About) -> Iterator[int | None]:
        """Steps of the task that waits. about: event and handler of who waits for the time."""
        tasks, timer = self._tasks, Task(self._waiting.call, about)
        timer.steps = self._until_due(ns)
        tasks.begin(timer)
        self._rings = False
        if self._is_set:
            self._tell()
        yield None
        self._rings, self._is_left = None, True
        if tasks.cancel(timer):
            tasks.begin(timer)  # which takes a turn to end

    def _until_due(self, ns: int) -> Steps:
        if not self._is_left:
            yield ns
        if not self._is_left:
            self._tell()

    def _tell(self) -> None:
        if self._rings is not None:
            self._tasks.turn(self._waiting.call, self._ring)

    def _ring(self) -> None:
        if self._rings is False:
            self._rings = True
            self._tasks.begin(self._waiting)
