"""Batches in the kernel: as `Batching` of `bus/run/event_gates.py`, with generators in place of coroutines."""

from __future__ import annotations

from bus.kernel.alarm import Alarm
from bus.kernel.plans import Carried
from bus.kernel.records import Records
from bus.kernel.tasks import Task, Tasks
from bus.kernel.work import Inner, Work
from bus.run.event_gates import joined, leads
from bus.run.lifetimes import BatchedCopies, BatchedCopy
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
        mine = BatchedCopy(task.call, carried[0] if carried else None, task.own_life)
        batch = self._filling
        if batch is not None:
            batch.add(mine, task)
            if len(batch.copies) >= self._size:
                self._filling = None
                batch.full.set()
            self._records.mark(self._tasks.now, joined(batch.leader.call), task.call)
        else:
            batch = _Filling(mine, task, Alarm(self._tasks, task))
        if batch.leader is mine and self._size > 1:
            self._filling = batch
            yield from batch.full.wait(self._within_ns, ("", self._name))
            if self._filling is batch:
                self._filling = None
            self._hand_over(batch)
        if batch.leader is not mine:
            yield None
            if batch.leader is not mine:
                return mine.ends_with(batch.failed, is_durable=False)
        batch.copies.close()
        task.batch = batch.copies
        batch.failed = yield from inner(task, (batch.copies.payloads,))
        for call, other in batch.calls.items():
            if call != task.call:
                self._tasks.begin(other)
        return mine.ends_with(batch.failed, is_durable=False)

    def _hand_over(self, batch: _Filling) -> None:
        """The call of the event that lives longest does the work, and not that of the first."""
        before, leader = batch.leader, batch.copies.longest_lived()
        if leader is before:
            return
        batch.leader = leader
        for copy, text in leads(batch.copies, leader):
            self._records.mark(self._tasks.now, text, copy.call)
        self._tasks.begin(batch.calls[leader.call])


class _Filling:
    """A batch that more events may join."""

    def __init__(self, first: BatchedCopy, task: Task, full: Alarm) -> None:
        self.copies = BatchedCopies(first)
        self.leader = first
        self.calls = {first.call: task}
        self.full = full
        self.failed: BaseException | None = None

    def add(self, copy: BatchedCopy, task: Task) -> None:
        """One that has joined it."""
        self.copies.append(copy)
        self.calls[copy.call] = task
