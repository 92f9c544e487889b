"""The services of one run: workers that several handlers share, and the queue in front of them.

A service is the last gate of each of its handlers. A call that finds its workers busy waits in the queue; what becomes
of one that finds the queue full, the scenario says: it waits at the door and its emitter with it, it takes the place
of the oldest, or it fails.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextvars import ContextVar

from bus.contract.protocol import Undeliverable
from bus.run.decisions import DecisionRecords
from bus.run.in_flight import InFlightLimit
from bus.run.recording import Recording
from bus.runtime.loop import EngineLoop
from bus.scenario import Scenario
from bus.scenario.services import Service
from bus.trace.work_names import worker_name
from bus.workers.loop_calls import Inner, LoopCalls, Payload
from bus.workers.records import WorkRecords
from buslens.context import current_call
from buslens.records import Decided, Kind

SERVICE_FULL = "ServiceFull"
"""The exception type of a call that a full queue has refused."""

REFUSED: ContextVar[str] = ContextVar("buslens_refused", default="")
"""In the context of a call that a full queue has refused: why it fails before its first step."""

_ROUNDS = 4
"""Of the loop, in which a call begins on any engine: handed over from a thread, made a task, begun, at its gate."""


class _Waiting:
    """A call that waits for a worker, in the queue or at its door."""

    def __init__(self, call: int, loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.turn: asyncio.Future[int | None] = loop.create_future()
        """The number of the worker that takes it; None: it is dropped."""

        self.taken: asyncio.Future[None] = loop.create_future()
        """Done when the queue has taken it; its emitter waits for that."""


class ServiceGate:
    """The workers and the queue of one service; an EventGate, the same one for all of its handlers."""

    def __init__(self, name: str, model: Service, recording: Recording, *, is_durable: bool) -> None:
        """is_durable: whether the run's engine keeps what is given up as a dead letter."""
        self.model = model
        self._name = name
        self._limit = None if model.queue is None else model.queue.limit
        self._is_durable = is_durable
        self._work = WorkRecords(recording.recorder, name)
        self._decisions = DecisionRecords(recording.recorder)
        self._free = list(range(model.workers))
        """Numbers of workers that have nothing to do; a heap, so that the first of them is the next."""

        self._queue: deque[_Waiting] = deque()
        self._door: deque[_Waiting] = deque()
        """Those for which the queue has no place yet."""

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Have a worker do the call, as soon as one is free; or what becomes of it where the queue is full."""
        call = current_call()
        self._work.say(Kind.WORK_SENT, call)
        worker: int | None
        if self._free:
            worker = heapq.heappop(self._free)
        elif not self._is_full or self._makes_place(call):
            worker = await self._turn(call)
            if worker is None:
                return self._given_up()
        else:
            return await self._overflow(payload, inner)
        try:
            self._work.say(Kind.WORK_STARTED, call, worker_name(self._name, worker))
            failed = await inner(payload)
            self._work.say(Kind.WORK_FAILED if failed else Kind.WORK_SUCCEEDED, call)
            return failed
        finally:
            self._give_back(worker)

    def last_at_door(self) -> asyncio.Future[None] | None:
        """Done when the queue has taken all that wait at its door now; None: nobody does."""
        return self._door[-1].taken if self._door else None

    @property
    def _is_full(self) -> bool:
        return self._limit is not None and len(self._queue) >= self._limit

    @property
    def _full(self) -> str:
        waiting = f"{self._limit} wait" if self._limit != 1 else "1 waits"
        return f"full queue: {waiting} for {self._name}"

    def _makes_place(self, call: int) -> bool:
        """Whether a call may wait though the queue is full: at its door, or in the place of the oldest."""
        if self.model.blocks:
            self._decisions.say(Decided.BLOCKED, f"{self._full}, its emitter waits", service=self._name)
            return True
        if self.model.queue is None or self.model.queue.overflow != "drop_oldest" or not self._queue:
            return False
        oldest = self._queue.popleft()
        note = f"{self._full}, this one is dropped for a newer one"
        self._decisions.say(Decided.DROPPED, note, call=oldest.call, service=self._name)
        oldest.turn.set_result(None)
        return True

    async def _overflow(self, payload: Payload, inner: Inner) -> BaseException | None:
        assert self.model.queue is not None
        if self.model.queue.overflow == "drop_oldest":  # no place at all: the newest is the oldest
            self._decisions.say(Decided.DROPPED, f"{self._full}, this one is dropped", service=self._name)
            return self._given_up()
        self._decisions.say(Decided.REFUSED, f"{self._full}, this one is refused", service=self._name)
        REFUSED.set(f"the queue of {self._name} is full")
        return await inner(payload)

    def _given_up(self) -> BaseException:
        """What a call ends with that was never begun: nothing calls it again."""
        why = f"dropped from the full queue of {self._name}"
        return Undeliverable(why) if self._is_durable else asyncio.CancelledError(why)

    async def _turn(self, call: int) -> int | None:
        waiting = _Waiting(call, asyncio.get_running_loop())
        if self._is_full:
            self._door.append(waiting)
        else:
            waiting.taken.set_result(None)
            self._queue.append(waiting)
        try:
            return await waiting.turn
        except asyncio.CancelledError:
            if not waiting.taken.done():
                waiting.taken.set_result(None)
            if waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.result() is not None:
                self._give_back(waiting.turn.result())
            raise

    def _give_back(self, worker: int | None) -> None:
        assert worker is not None
        waiting = self._next()
        if waiting is None:
            heapq.heappush(self._free, worker)
        else:
            waiting.turn.set_result(worker)
        while self._door and not self._is_full:
            self._take(self._door.popleft())

    def _next(self) -> _Waiting | None:
        """The call that waits longest and is not cancelled; at the door, where the queue has no place at all."""
        for line in (self._queue, self._door):
            while line:
                waiting = line.popleft()
                if not waiting.turn.done():
                    if not waiting.taken.done():
                        waiting.taken.set_result(None)
                    return waiting
        return None

    def _take(self, waiting: _Waiting) -> None:
        """From the door into the queue."""
        if waiting.turn.done():
            return
        self._work.say(Kind.WORK_RECEIVED, waiting.call, "its queue")
        self._queue.append(waiting)
        waiting.taken.set_result(None)


class Services:
    """Those of one run. Lives on its loop, but for `may_block` and `block_until_taken`."""

    def __init__(
        self,
        recording: Recording,
        on_loop: LoopCalls,
        scenario: Callable[[], Scenario],
        *,
        in_flight: InFlightLimit,
        is_durable: bool,
    ) -> None:
        """on_loop: what a thread waits for on the loop. scenario: as it is edited now.

        is_durable: whether the run's engine keeps events.
        """
        self.in_flight = in_flight
        """How many calls may be without an end, of services or not."""

        self._scenario = scenario
        self._recording = recording
        self._on_loop = on_loop
        self._is_durable = is_durable
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gates: dict[str, ServiceGate] = {}
        self._blocking: tuple[Scenario | None, dict[str, tuple[str, ...]]] = None, {}
        """By event: the services whose queues may make its emitter wait; of the scenario as it was then."""

    def gate(self, name: str) -> ServiceGate:
        """The gate of a service; another one where the scenario was edited."""
        self._loop = asyncio.get_running_loop()
        model, found = self._scenario().services[name], self._gates.get(name)
        if found is None or found.model != model:
            found = self._gates[name] = ServiceGate(name, model, self._recording, is_durable=self._is_durable)
        return found

    def may_block(self, event: str) -> bool:
        """Whether who emits this event may have to wait. Not where a broker keeps what has no place."""
        return bool(self._scenario().services) and not self._is_durable and bool(self._blocking_of(event))

    async def until_taken(self, event: str) -> None:
        """Return when the queues have taken what was emitted until now."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        for _ in range(_ROUNDS):
            await loop.pause(0)
        for name in self._blocking_of(event):
            gate = self._gates.get(name)
            last = None if gate is None else gate.last_at_door()
            if last is not None:
                await asyncio.shield(last)

    def block_until_taken(self, event: str) -> None:
        """The same on a worker's thread. What runs on the loop's own thread cannot wait for what needs the loop too."""
        loop, clock, turns = self._loop, self._recording.clock, list[int]()
        if loop is None or _runs_here(loop):
            return

        async def wait(_: Payload) -> None:
            try:
                await self.until_taken(event)
            finally:
                turns.append(clock.work_began())  # from here on the thread computes again

        taken = self._on_loop.deferring(wait, loop)(())
        clock.work_ended()
        try:
            taken.result()
        except CancelledError:
            raise asyncio.CancelledError("the run was stopped") from None
        finally:
            for turn in turns or [clock.work_began()]:
                clock.take_turn(turn)

    def _blocking_of(self, event: str) -> tuple[str, ...]:
        scenario, known = self._scenario(), self._blocking
        if known[0] is not scenario:
            known = self._blocking = scenario, {}
        if event not in known[1]:
            known[1][event] = _blocking(event, scenario)
        return known[1][event]


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _blocking(event: str, scenario: Scenario) -> tuple[str, ...]:
    handlers = [scenario.handlers[name] for name in scenario.handlers_of(event)]
    names = {each.service: None for each in handlers if each.service is not None}
    return tuple(name for name in names if scenario.services[name].blocks)
