"""What stands between a handler's events and its calls in the kernel: as `bus/run/event_gates.py`, with
generators in place of coroutines.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from bus.kernel.batches import Batching
from bus.kernel.plans import Carried, PlannedHandler
from bus.kernel.records import Records
from bus.kernel.tasks import Task, Tasks
from bus.kernel.work import Gate, Inner, Work, behind
from bus.run.lifetimes import NOTHING_LEFT, too_late
from bus.run.wrong_clocks import WrongClocks
from bus.scenario import distribution
from bus.trace.payload_fields import value_at
from bus.trace.work_names import TURN
from bus.workers import INLINE
from buslens.records import Decided, Kind

if TYPE_CHECKING:
    from bus.kernel.stage import KernelStage


def gated(plan: PlannedHandler, stage: KernelStage, tasks: Tasks, records: Records, inner: Inner) -> Inner | None:
    """Calls behind the gates of a handler, the first of which an event meets first; None where it has none."""
    model = plan.model
    made: list[Gate] = []
    if model.debounce is not None:
        made.append(Debounce(tasks, records, plan.name, distribution.parse_time(model.debounce)))
    if model.throttle is not None:
        every = distribution.parse_time(model.throttle.every)
        made.append(Throttle(tasks, records, plan.name, every, waits=model.throttle.excess == "wait"))
    if model.batch is not None:
        made.append(Batching(tasks, records, plan.name, model.batch))
    if model.order is not None:
        made.append(InOrder(tasks, records, model.order))
    if model.concurrency is not None:
        made.append(Turns(tasks, records, model.concurrency))
    if model.service is not None:
        made.append(stage.services.gate(model.service))
    if model.worker != INLINE:
        made.append(stage.workers(plan.name, model))
    if plan.may_expire:
        made.append(Lifetimes(tasks, records, plan.name, stage.faults.clocks))
    for gate in reversed(made):
        inner = behind(gate, inner)
    return inner if made else None


class Lifetimes:
    """A call whose event has expired does not begin."""

    def __init__(self, tasks: Tasks, records: Records, handler: str, clocks: WrongClocks) -> None:
        self._tasks, self._records, self._handler, self._clocks = tasks, records, handler, clocks

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Let it begin, or not."""
        life, batch, now = task.own_life, task.batch, self._tasks.now
        if batch is not None:
            for copy, told in batch.expire(self._handler, now, self._clocks):
                self._records.decided(now, Decided.EXPIRED, told, copy.call)
            if not batch.payloads:
                return asyncio.CancelledError(NOTHING_LEFT)
        elif life is not None and (told := life.over(self._handler, now, self._clocks)):
            self._records.decided(now, Decided.EXPIRED, told, task.call)
            return too_late(life, is_durable=False)
        return (yield from inner(task, carried))


class Debounce:
    """Only the last of several events becomes a call, when for so long no other has come."""

    def __init__(self, tasks: Tasks, records: Records, name: str, ns: int) -> None:
        self._tasks, self._records, self._name, self._ns = tasks, records, name, ns
        self._came = 0

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Wait, and look whether it is still the last."""
        self._came += 1
        mine = self._came
        about, task.about = task.about, ("", self._name)
        yield self._ns
        task.about = about
        if mine != self._came:
            self._records.mark(self._tasks.now, "debounced: a later event took its place", task.call)
            return None
        return (yield from inner(task, carried))


class Throttle:
    """From the beginning of one call to that of the next so long passes at least."""

    def __init__(self, tasks: Tasks, records: Records, name: str, every_ns: int, *, waits: bool) -> None:
        """waits: events that come too soon become calls later; else none at all."""
        self._tasks, self._records, self._name = tasks, records, name
        self._every_ns, self._waits = every_ns, waits
        self._free_ns = 0
        """When the next call may begin."""

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Let it pass, or wait, or be passed over."""
        now = self._tasks.now
        if now < self._free_ns and not self._waits:
            self._records.mark(now, "throttled: it came too soon after the last call", task.call)
            return None
        begins = max(now, self._free_ns)
        self._free_ns = begins + self._every_ns
        if begins > now:
            about, task.about = task.about, ("", self._name)
            yield begins - now
            task.about = about
        return (yield from inner(task, carried))


class Turns:
    """So many calls at once, the others one after another in the order in which they came."""

    def __init__(self, tasks: Tasks, records: Records, most: int) -> None:
        self._tasks, self._records = tasks, records
        self._queue = records.queue(TURN)
        self._free = most
        self._waiting: deque[Task] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits and the last one has gone, of one turn."""
        return self._free > 0 and not self._waiting

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Wait for a turn where all are taken."""
        if self._free:
            self._free -= 1
        else:
            self._records.work(self._tasks.now, Kind.WORK_SENT, self._queue, task.call)
            self._waiting.append(task)
            yield None
            self._records.work(self._tasks.now, Kind.WORK_STARTED, self._queue, task.call)
        failed = yield from inner(task, carried)
        if self._waiting:
            self._tasks.begin(self._waiting.popleft())
        else:
            self._free += 1
        return failed


class InOrder:
    """Events with the same value in a field are handled one after another; those without it stand in one line too."""

    def __init__(self, tasks: Tasks, records: Records, path: str) -> None:
        self._tasks, self._records, self._path = tasks, records, path
        self._lines: dict[str, Turns] = {}
        """By value, those in which anybody is."""

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Stand in the line of its value."""
        key = repr(value_at(carried[0] if carried else None, self._path))
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Turns(self._tasks, self._records, 1)
        failed = yield from line.enter(task, carried, inner)
        if line.is_idle:
            self._lines.pop(key, None)
        return failed
