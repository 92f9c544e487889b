"""Who of a service's calls works, waits, is dropped or refused: its workers, its queue and the door in front of that.

It knows nothing of what a call is that waits: a coroutine of the real bus, or a task of the kernel (`bus/kernel`).
"""

from __future__ import annotations

import heapq
from collections import deque
from enum import Enum
from typing import Protocol

from bus.scenario import Scenario
from bus.scenario.services import Service
from bus.trace.work_names import worker_name
from buslens.records import Decided, Kind

SERVICE_FULL = "ServiceFull"
"""The exception type of a call that a full queue has refused."""


class WorkSaid(Protocol):
    """Where the ways of calls to workers are recorded."""

    def say(self, kind: Kind, call: int, note: str = "") -> None:
        """A step of a call."""


class DecisionsSaid(Protocol):
    """Where it is recorded what was decided about calls."""

    def say(self, decided: Decided, note: str, *, call: int | None = None, service: str = "") -> None:
        """It was decided now. call: that it is about; None: the one that runs here."""


class Waiter(Protocol):
    """A call that waits for a worker, in the queue or at its door."""

    @property
    def call(self) -> int:
        """Its id."""

    @property
    def is_over(self) -> bool:
        """Whether it does not wait any longer."""

    def turn(self, worker: int | None) -> None:
        """It is given this worker; None: it is dropped."""

    def taken(self) -> None:
        """It needs no place at the door any more. May be told more than once."""


class Arrival(Enum):
    """What becomes of a call for which no worker is free."""

    WAITS = "waits"
    DROPPED = "dropped"
    REFUSED = "refused"


class ServiceLine:
    """The workers and the queue of one service."""

    def __init__(self, name: str, model: Service, work: WorkSaid, decisions: DecisionsSaid) -> None:
        self.model = model
        self._name = name
        self._limit = None if model.queue is None else model.queue.limit
        self._work, self._decisions = work, decisions
        self._free = list(range(model.workers))
        """Numbers of workers that have nothing to do; a heap, so that the first of them is the next."""

        self._queue: deque[Waiter] = deque()
        self._door: deque[Waiter] = deque()
        """Those for which the queue has no place yet."""

        self.refusal = f"the queue of {name} is full"
        """What a refused call fails with, in words."""

        self.dropped = f"dropped from the full queue of {name}"
        """Why a call never began."""

    def come(self, call: int) -> int | Arrival:
        """A call has come: the number of the worker that takes it, or what becomes of it."""
        self._work.say(Kind.WORK_SENT, call)
        if self._free:
            return heapq.heappop(self._free)
        if not self._is_full or self._makes_place():
            return Arrival.WAITS
        assert self.model.queue is not None
        if self.model.queue.overflow == "drop_oldest":  # no place at all: the newest is the oldest
            self._decisions.say(Decided.DROPPED, f"{self._full}, this one is dropped", service=self._name)
            return Arrival.DROPPED
        self._decisions.say(Decided.REFUSED, f"{self._full}, this one is refused", service=self._name)
        return Arrival.REFUSED

    def wait(self, waiting: Waiter) -> None:
        """It stands in the queue from now on, or at its door."""
        if self._is_full:
            self._door.append(waiting)
        else:
            waiting.taken()
            self._queue.append(waiting)

    def begin(self, call: int, worker: int) -> None:
        """A worker begins a call."""
        self._work.say(Kind.WORK_STARTED, call, worker_name(self._name, worker))

    def end(self, call: int, *, failed: bool) -> None:
        """It has ended it."""
        self._work.say(Kind.WORK_FAILED if failed else Kind.WORK_SUCCEEDED, call)

    def give_back(self, worker: int) -> None:
        """A worker is free: whoever waits longest gets it."""
        waiting = self._next()
        if waiting is None:
            heapq.heappush(self._free, worker)
        else:
            waiting.turn(worker)
        while self._door and not self._is_full:
            self._take(self._door.popleft())

    @property
    def last_at_door(self) -> Waiter | None:
        """The last of those for which the queue has no place; None: nobody waits there."""
        return self._door[-1] if self._door else None

    @property
    def _is_full(self) -> bool:
        return self._limit is not None and len(self._queue) >= self._limit

    @property
    def _full(self) -> str:
        waiting = f"{self._limit} wait" if self._limit != 1 else "1 waits"
        return f"full queue: {waiting} for {self._name}"

    def _makes_place(self) -> bool:
        """Whether a call may wait though the queue is full: at its door, or in the place of the oldest."""
        if self.model.blocks:
            self._decisions.say(Decided.BLOCKED, f"{self._full}, its emitter waits", service=self._name)
            return True
        if self.model.queue is None or self.model.queue.overflow != "drop_oldest" or not self._queue:
            return False
        oldest = self._queue.popleft()
        note = f"{self._full}, this one is dropped for a newer one"
        self._decisions.say(Decided.DROPPED, note, call=oldest.call, service=self._name)
        oldest.turn(None)
        return True

    def _next(self) -> Waiter | None:
        """The call that waits longest and is not over; at the door, where the queue has no place at all."""
        for line in (self._queue, self._door):
            while line:
                waiting = line.popleft()
                if not waiting.is_over:
                    waiting.taken()
                    return waiting
        return None

    def _take(self, waiting: Waiter) -> None:
        """From the door into the queue."""
        if waiting.is_over:
            return
        self._work.say(Kind.WORK_RECEIVED, waiting.call, "its queue")
        self._queue.append(waiting)
        waiting.taken()


def services_blocking(event: str, scenario: Scenario) -> tuple[str, ...]:
    """The services whose queues may make the emitter of this event wait."""
    handlers = [scenario.handlers[name] for name in scenario.handlers_of(event)]
    names = {each.service: None for each in handlers if each.service is not None}
    return tuple(name for name in names if scenario.services[name].blocks)
