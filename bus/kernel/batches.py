"""Batches in the kernel: as `Batching` of `bus/run/event_gates.py`, with generators in place of coroutines."""

from __future__ import annotations

from functools import partial
from typing import Any

from bus.kernel.alarm import Alarm
from bus.kernel.plans import Carried
from bus.kernel.records import Records
from bus.kernel.tasks import Task, Tasks
from bus.kernel.work import Inner, Work
from bus.run.event_gates import joined
from bus.scenario import distribution
from bus.scenario.handling import Batch


class Batching:
    """Several events become one call's work: that of the first of them; the others end when it does, as it does."""

    def __init__(self, tasks: Tasks, records: Records, name: str, model: Batch) -> None:
        self._tasks, self._records, self._name = tasks, records, name
        self._size, self._within_ns = model.size, distribution.parse_time(model.within)
        self._filling: _Filling | None = None

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Join the batch that is being filled, or begin one."""
        batch = self._filling
        if batch is not None:
            batch.payloads.append(carried[0] if carried else None)
            if len(batch.payloads) >= self._size:
                self._filling = None
                batch.full.set()
            self._records.mark(self._tasks.now, joined(batch.leader), task.call)
            batch.others.append(task)
            yield None
            return batch.failed
        batch = _Filling(task.call, [carried[0] if carried else None], Alarm(self._tasks, task))
        if self._size > 1:
            self._filling = batch
            yield from batch.full.wait(self._within_ns, ("", self._name))
            if self._filling is batch:
                self._filling = None
        batch.failed = yield from inner(task, (batch.payloads,))
        for other in batch.others:
            # As asyncio.shield, which is told first, and then tells whoever waits for it.
            self._tasks.turn(other.call, partial(self._tasks.begin, other))
        return batch.failed


class _Filling:
    """A batch that more events may join."""

    def __init__(self, leader: int, payloads: list[Any], full: Alarm) -> None:
        self.leader, self.payloads, self.full = leader, payloads, full
        self.others: list[Task] = []
        self.failed: BaseException | None = None
