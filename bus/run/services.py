"""The services of one run: workers that several handlers share, and the queue in front of them.

A service is the last gate of each of its handlers. A call that finds its workers busy waits in the queue; what becomes
of one that finds the queue full, the scenario says: it waits at the door and its emitter with it, it takes the place
of the oldest, or it fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextvars import ContextVar

from bus.contract.protocol import Undeliverable
from bus.run.decisions import DecisionRecords
from bus.run.in_flight import InFlightLimit
from bus.run.recording import Recording
from bus.run.service_lines import Arrival, ServiceLine, services_blocking
from bus.runtime.loop import EngineLoop
from bus.scenario import Scenario
from bus.scenario.services import Service
from bus.workers.loop_calls import Inner, LoopCalls, Payload
from bus.workers.records import WorkRecords
from buslens.context import current_call

REFUSED: ContextVar[str] = ContextVar("buslens_refused", default="")
"""In the context of a call that a full queue has refused: why it fails before its first step."""

ROUNDS = 4
"""Of the loop, in which a call begins on any engine: handed over from a thread, made a task, begun, at its gate."""


class _Waiting:
    """A call of the real bus that waits for a worker (a bus.run.service_lines.Waiter)."""

    def __init__(self, call: int, loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.worker: asyncio.Future[int | None] = loop.create_future()
        """The number of the worker that takes it; None: it is dropped."""

        self.place: asyncio.Future[None] = loop.create_future()
        """Done when the queue has taken it; its emitter waits for that."""

    @property
    def is_over(self) -> bool:
        return self.worker.done()

    def turn(self, worker: int | None) -> None:
        self.worker.set_result(worker)

    def taken(self) -> None:
        if not self.place.done():
            self.place.set_result(None)


class ServiceGate:
    """The workers and the queue of one service; an EventGate, the same one for all of its handlers."""

    def __init__(self, name: str, model: Service, recording: Recording, *, is_durable: bool) -> None:
        """is_durable: whether the run's engine keeps what is given up as a dead letter."""
        self.model = model
        self._is_durable = is_durable
        recorder = recording.recorder
        self._line = ServiceLine(name, model, WorkRecords(recorder, name), DecisionRecords(recorder))

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Have a worker do the call, as soon as one is free; or what becomes of it where the queue is full."""
        call, line = current_call(), self._line
        arrival = line.come(call)
        if arrival is Arrival.REFUSED:
            REFUSED.set(line.refusal)
            return await inner(payload)
        worker = None if arrival is Arrival.DROPPED else arrival
        if arrival is Arrival.WAITS:
            worker = await self._turn(call)
        if not isinstance(worker, int):
            return self._given_up()
        try:
            line.begin(call, worker)
            failed = await inner(payload)
            line.end(call, failed=bool(failed))
            return failed
        finally:
            line.give_back(worker)

    def last_at_door(self) -> asyncio.Future[None] | None:
        """Done when the queue has taken all that wait at its door now; None: nobody does."""
        last = self._line.last_at_door
        assert last is None or isinstance(last, _Waiting)
        return None if last is None else last.place

    def _given_up(self) -> BaseException:
        """What a call ends with that was never begun: nothing calls it again."""
        why = self._line.dropped
        return Undeliverable(why) if self._is_durable else asyncio.CancelledError(why)

    async def _turn(self, call: int) -> int | None:
        waiting = _Waiting(call, asyncio.get_running_loop())
        self._line.wait(waiting)
        try:
            return await waiting.worker
        except asyncio.CancelledError:
            waiting.taken()
            if waiting.is_over and not waiting.worker.cancelled() and (given := waiting.worker.result()) is not None:
                self._line.give_back(given)
            raise


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
        for _ in range(ROUNDS):
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
            known[1][event] = services_blocking(event, scenario)
        return known[1][event]


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
