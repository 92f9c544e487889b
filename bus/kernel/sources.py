"""What puts events on the bus from outside of handlers, and who waits until it is over: as `bus/run/driver.py`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial

from bus.kernel.tasks import Steps, Task, Tasks

Part = Generator[int | None, None, None]
"""Steps of one of them, as a Task has them."""


class Sources:
    """The script, and services that will be back."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._all: list[_Source] = []
        self._main = Task(0)
        self._main.steps = self._until_over()
        self.is_resting = False
        """Whether all were over once: from then on nobody waits for them any more."""

    @property
    def are_over(self) -> bool:
        """Whether none of them goes on."""
        return all(source.is_over for source in self._all)

    def begin(self) -> None:
        """Wait until those are over that are there."""
        next(self._main.steps, None)

    def add(self, make: Callable[[Task], Part]) -> None:
        """One more goes on, from the next turn on; it is made for the task that it becomes."""
        task, source = Task(0), _Source()
        self._all.append(source)
        task.steps = self._one(source, make(task))
        self._tasks.begin(task)

    def _one(self, source: _Source, part: Part) -> Steps:
        yield from part
        source.is_over = True
        if source.wakes is not None:
            self._tasks.turn(0, source.wakes)

    def _until_over(self) -> Steps:
        while self._all:
            wakes = partial(self._wake, _Wait())
            for source in self._all:
                source.wakes = wakes
                if source.is_over:
                    self._tasks.turn(0, wakes)
            yield None
            for source in self._all:
                source.wakes = None
            self._all = [source for source in self._all if not source.is_over]
        self.is_resting = True

    def _wake(self, wait: _Wait) -> None:
        if not wait.is_over:
            wait.is_over = True
            self._tasks.begin(self._main)


class _Source:
    """One of them."""

    def __init__(self) -> None:
        self.is_over = False
        self.wakes: Callable[[], None] | None = None
        """Called when it is over; None: nobody waits for it."""


class _Wait:
    """One wait for the first of several."""

    def __init__(self) -> None:
        self.is_over = False
