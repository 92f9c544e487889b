"""Workers in the kernel: as `bus/workers/modelled.py`, with generators in place of coroutines."""

from __future__ import annotations

import heapq
from collections import deque

from bus.kernel.plans import Carried
from bus.kernel.records import Records, note_blob
from bus.kernel.tasks import Task, Tasks
from bus.kernel.work import Inner, Work
from bus.trace.work_names import worker_name
from bus.workers.kind import WorkerKind
from buslens.records import Kind


class Capacity:
    """Workers as places and a queue: a call waits until one of them is free, in the order of the events."""

    def __init__(self, tasks: Tasks, records: Records, handler: str, kind: WorkerKind, parallel: int) -> None:
        """parallel: calls at the same time, at most."""
        self._tasks, self._records = tasks, records
        self._queue = records.queue(kind.title)
        names = [worker_name(handler, number) for number in range(parallel)]
        self._lanes = [records.lane_of(name) for name in names]
        self._notes = [note_blob(name) for name in names]
        self._free = list(range(parallel))
        """Numbers of workers that have nothing to do; a heap, so that the first of them is the next."""

        self._given: dict[int, int] = {}
        """The worker that a call was given that waited for one, by the call."""

        self._waiting: deque[Task] = deque()

    def enter(self, task: Task, carried: Carried, inner: Inner) -> Work:
        """One call, from being handed over to its end."""
        tasks, records, call = self._tasks, self._records, task.call
        records.work(tasks.now, Kind.WORK_SENT, self._queue, call)
        if self._free:
            worker = heapq.heappop(self._free)
        else:
            self._waiting.append(task)
            yield None
            worker = self._given.pop(call)
        lane = self._lanes[worker]
        records.work(tasks.now, Kind.WORK_STARTED, self._queue, call, note=self._notes[worker], lane=lane)
        failed = yield from inner(task, carried)
        end = Kind.WORK_FAILED if failed else Kind.WORK_SUCCEEDED
        records.work(tasks.now, end, self._queue, call, lane=lane)
        if self._waiting:
            next_one = self._waiting.popleft()
            self._given[next_one.call] = worker
            tasks.begin(next_one)
        else:
            heapq.heappush(self._free, worker)
        return failed
