"""Services in the kernel: as `bus/run/services.py`, with generators in place of coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

from bus.kernel.plans import Carried
from bus.kernel.records import Blob, Records, note_blob
from bus.kernel.tasks import Task, Tasks
from bus.kernel.work import Inner, Work
from bus.run.service_lines import Arrival, ServiceLine, services_blocking
from bus.run.services import ROUNDS
from bus.runtime.loop import NOBODY
from bus.scenario import Scenario
from buslens.records import Decided, Kind


class KernelServices:
    """Those of one run."""

    def __init__(self, scenario: Scenario, tasks: Tasks, records: Records) -> None:
        self._scenario, self._tasks, self._records = scenario, tasks, records
        self._gates: dict[str, KernelServiceGate] = {}
        self._blocking: dict[str, tuple[str, ...]] = {}
        """By event: the services whose queues may make its emitter wait."""

    def gate(self, name: str) -> KernelServiceGate:
        """The gate of a service."""
        if name not in self._gates:
            tasks, records = self._tasks, self._records
            ways, decisions = _Ways(name, tasks, records), KernelDecisions(tasks, records)
            line = ServiceLine(name, self._scenario.services[name], ways, decisions)
            self._gates[name] = KernelServiceGate(line, tasks)
        return self._gates[name]

    def may_block(self, event: str) -> bool:
        """Whether who emits this event may have to wait."""
        return bool(self._scenario.services) and bool(self._blocking_of(event))

    def until_taken(self, event: str, task: Task) -> Iterator[int | None]:
        """Steps of a task that goes on when the queues have taken what was emitted until now."""
        about, task.about = task.about, NOBODY
        for _ in range(ROUNDS):
            yield 0
        task.about = about
        for name in self._blocking_of(event):
            last = self._gates[name].last_at_door
            if last is not None:
                yield from last.until_taken(task)

    def _blocking_of(self, event: str) -> tuple[str, ...]:
        found = self._blocking.get(event)
        if found is None:
            found = self._blocking[event] = services_blocking(event, self._scenario)
        return found


class KernelServiceGate:
    """The workers and the queue of one service: a gate, the same one for all of its handlers."""

    def __init__(self, line: ServiceLine, tasks: Tasks) -> None:
        self._line, self._tasks = line, tasks

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """Have a worker do the call, as soon as one is free; or what becomes of it where the queue is full."""
        call, line = task.call, self._line
        arrival = line.come(call)
        if arrival is Arrival.REFUSED:
            task.refused = line.refusal
            return (yield from inner(task, carried))
        worker = None if arrival is Arrival.DROPPED else arrival
        if arrival is Arrival.WAITS:
            waiting = _Waiting(task, self._tasks)
            line.wait(waiting)
            yield None
            worker = waiting.worker
        if not isinstance(worker, int):
            return asyncio.CancelledError(line.dropped)
        line.begin(call, worker)
        failed = yield from inner(task, carried)
        line.end(call, failed=failed is not None)
        line.give_back(worker)
        return failed

    @property
    def last_at_door(self) -> _Waiting | None:
        """The last of those for which the queue has no place; None: nobody waits there."""
        last = self._line.last_at_door
        assert last is None or isinstance(last, _Waiting)
        return last


class _Waiting:
    """A call that waits for a worker (a bus.run.service_lines.Waiter)."""

    def __init__(self, task: Task, tasks: Tasks) -> None:
        self.call = task.call
        self.is_over = False
        self.worker: int | None = None
        self._task, self._tasks = task, tasks
        self._emitters: list[Task] = []
        """Those that go on when it is taken."""

    def turn(self, worker: int | None) -> None:
        self.is_over, self.worker = True, worker
        self._tasks.begin(self._task)

    def taken(self) -> None:
        for emitter in self._emitters:
            # As asyncio.shield, which is told first, and then tells whoever waits for it.
            self._tasks.turn(emitter.call, partial(self._tasks.begin, emitter))
        self._emitters = []

    def until_taken(self, task: Task) -> Iterator[int | None]:
        """Steps of a task that waits for that."""
        self._emitters.append(task)
        yield None


class KernelDecisions:
    """What is decided about calls, as records."""

    def __init__(self, tasks: Tasks, records: Records) -> None:
        self._tasks, self._records = tasks, records

    def say(self, decided: Decided, note: str, *, call: int | None = None, service: str = "") -> None:
        """It was decided now. call: that it is about; None: the one that goes on."""
        call = self._tasks.call if call is None else call
        self._records.decided(self._tasks.now, decided, note, call, service)


class _Ways:
    """The ways of calls to the workers of a service, as records."""

    def __init__(self, service: str, tasks: Tasks, records: Records) -> None:
        self._tasks, self._records = tasks, records
        self._queue = records.queue(service)
        self._notes: dict[str, Blob] = {}

    def say(self, kind: Kind, call: int, note: str = "") -> None:
        blob: Blob | None = None
        if note:
            blob = self._notes.get(note)
            if blob is None:
                blob = self._notes[note] = note_blob(note)
        self._records.work(self._tasks.now, kind, self._queue, call, note=blob)
