"""Calls that the kernel makes again: as `bus/engines/pyee/retrying.py`, with generators in place of coroutines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bus.kernel.plans import Carried
from bus.kernel.records import Records
from bus.kernel.tasks import Steps, Task, Tasks
from bus.run.lifetimes import Life

if TYPE_CHECKING:
    from bus.kernel.bus import KernelBus
    from bus.kernel.calls import Listener


class Retries:
    """Of one run."""

    def __init__(self, tasks: Tasks, records: Records, bus: KernelBus) -> None:
        self._tasks, self._records, self._bus = tasks, records, bus

    def later(
        self, listener: Listener, dispatch: int, carried: Carried, call: int, attempt: int, life: Life | None
    ) -> None:
        """A call has failed now, and another one is to follow. attempt: that it was, from 1. life: of its event."""
        self._bus.in_flight += 1
        task = Task(call, listener.about)
        task.attempt, task.life = attempt, life
        task.steps = self._go_on(task, listener, dispatch, carried, self._tasks.now)
        self._tasks.turn(call, partial(self._tasks.begin, task))

    def _go_on(self, task: Task, listener: Listener, dispatch: int, carried: Carried, failed_ns: int) -> Steps:
        yield max(0, failed_ns + listener.calls.backoff_ns(task.attempt) - self._tasks.now)
        call = self._records.next_id()
        self._bus.call(listener, call, dispatch, carried, attempt=task.attempt + 1, life=task.life)
        self._tasks.turn(task.call, self._over)

    def _over(self) -> None:
        self._bus.in_flight -= 1
