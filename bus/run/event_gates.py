"""What stands between a handler's events and its calls: debounce, throttle, batch, order, concurrency, its service.

Each gate lets an event through to what is behind it, lets it wait, or passes it over. All of them live on the run's
loop, so that they mean the same on every engine; a call that waits at one has begun for its engine, and its records
say what it waits for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from bus.run.lifetimes import BatchedCopies, BatchedCopy, batched, life_here
from bus.run.stage import Stage
from bus.scenario import distribution
from bus.scenario.handling import Batch
from bus.scenario.model import Handler
from bus.trace.payload_fields import value_at
from bus.trace.work_names import TURN
from bus.workers.loop_calls import Inner, Payload
from bus.workers.records import WorkRecords
from buslens.context import current_call
from buslens.records import Kind


class EventGate(Protocol):
    """One of them, of one handler."""

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """An event has come; what its call failed with, where it had to do anything."""


def gated(gates: list[EventGate], inner: Inner) -> Inner:
    """A call behind these gates, the first of which an event meets first."""
    for gate in reversed(gates):
        inner = partial(gate.enter, inner=inner)
    return inner


def gates_of(name: str, model: Handler, stage: Stage) -> list[EventGate]:
    """The gates of a handler in one run, for all the events that it hears."""
    made: list[EventGate] = []
    if model.debounce is not None:
        made.append(Debounce(stage, name, distribution.parse_time(model.debounce)))
    if model.throttle is not None:
        every = distribution.parse_time(model.throttle.every)
        made.append(Throttle(stage, name, every, waits=model.throttle.excess == "wait"))
    if model.batch is not None:
        made.append(Batching(stage, name, model.batch))
    if model.order is not None:
        made.append(InOrder(stage, model.order))
    if model.concurrency is not None:
        made.append(Turns(stage, model.concurrency))
    if model.service is not None:
        made.append(stage.services.gate(model.service))
    return made


class Debounce:
    """Only the last of several events becomes a call, when for so long no other has come."""

    def __init__(self, stage: Stage, name: str, ns: int) -> None:
        self._stage, self._name, self._ns = stage, name, ns
        self._came = 0

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Wait, and look whether it is still the last."""
        self._came += 1
        mine = self._came
        await self._stage.rest("wait", self._ns, "", self._name)
        if mine != self._came:
            self._stage.log("debounced: a later event took its place")
            return None
        return await inner(payload)


class Throttle:
    """From the beginning of one call to that of the next so long passes at least."""

    def __init__(self, stage: Stage, name: str, every_ns: int, *, waits: bool) -> None:
        """waits: events that come too soon become calls later; else none at all."""
        self._stage, self._name, self._every_ns, self._waits = stage, name, every_ns, waits
        self._free_ns = 0
        """When the next call may begin."""

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Let it pass, or wait, or be passed over."""
        now = self._stage.time_ns()
        if now < self._free_ns and not self._waits:
            self._stage.log("throttled: it came too soon after the last call")
            return None
        begins = max(now, self._free_ns)
        self._free_ns = begins + self._every_ns
        if begins > now:
            await self._stage.rest("wait", begins - now, "", self._name)
        return await inner(payload)


class Batching:
    """Several events become one call's work: that of the first of them; the others end when it does, as it does.

    Where they do not live equally long it is the call of the one that lives longest: the others may expire before it.
    """

    def __init__(self, stage: Stage, name: str, model: Batch) -> None:
        self._stage, self._name = stage, name
        self._size, self._within_ns = model.size, distribution.parse_time(model.within)
        self._is_durable = stage.engine.spec.is_durable
        self._filling: _Filling | None = None

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Join the batch that is being filled, or begin one."""
        mine = BatchedCopy(current_call(), payload[0] if payload else None, life_here())
        told: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        batch = self._filling
        failed: BaseException | None = asyncio.CancelledError("the batch was stopped")
        if batch is not None:
            batch.add(mine, told)
            if len(batch.copies) >= self._size:
                self._filling = None
                batch.full.set_result(None)
            self._stage.log(joined(batch.leader.call))
        else:
            batch = _Filling(mine, told, asyncio.get_running_loop().create_future())
        try:
            if batch.leader is mine and self._size > 1:
                await self._fill(batch)
                self._hand_over(batch)
            if batch.leader is not mine:
                of_leader = await told
                if batch.leader is not mine:
                    return of_leader
            batch.copies.close()
            with batched(batch.copies):
                failed = await inner((batch.copies.payloads,))
        finally:
            if batch.leader is mine:
                batch.end(failed, is_durable=self._is_durable)
        return mine.ends_with(failed, is_durable=self._is_durable)

    async def _fill(self, batch: _Filling) -> None:
        """Until it is full, or its time is over."""
        self._filling = batch
        rest = self._stage.rest("wait", self._within_ns, "", self._name)
        timer = asyncio.get_running_loop().create_task(rest)
        try:
            await asyncio.wait([timer, batch.full], return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            if self._filling is batch:
                self._filling = None

    def _hand_over(self, batch: _Filling) -> None:
        """The call of the event that lives longest does the work, and not that of the first."""
        before, leader = batch.leader, batch.longest_lived()
        if leader is before:
            return
        batch.leader = leader
        for copy, text in leads(batch.copies, leader):
            self._stage.recording.recorder.mark(text, copy.call)
        batch.told[leader.call].set_result(None)


def joined(leader: int) -> str:
    """What is said at a call whose event is in the batch of another one."""
    return f"in the batch of call {leader}"


def leads(copies: BatchedCopies, leader: BatchedCopy) -> Iterator[tuple[BatchedCopy, str]]:
    """What is said at each call of a batch whose work another call does than the first."""
    for copy in copies:
        yield copy, joined(leader.call) if copy is not leader else "the batch is in this call: its event lives longest"


class _Filling:
    """A batch that more events may join."""

    def __init__(
        self, first: BatchedCopy, told: asyncio.Future[BaseException | None], full: asyncio.Future[None]
    ) -> None:
        """told: done when that call is to do the work, or with what it ends with."""
        self.copies = BatchedCopies(first)
        self.leader = first
        self.told = {first.call: told}
        self.full = full

    def add(self, copy: BatchedCopy, told: asyncio.Future[BaseException | None]) -> None:
        """One that has joined it."""
        self.copies.append(copy)
        self.told[copy.call] = told

    def longest_lived(self) -> BatchedCopy:
        """Of those whose calls have not been cancelled meanwhile."""
        return self.copies.longest_lived(lambda copy: not self.told[copy.call].done())

    def end(self, failed: BaseException | None, *, is_durable: bool) -> None:
        """The work is over, or will not be done."""
        for copy in self.copies:
            told = self.told[copy.call]
            if copy is not self.leader and not told.done():
                told.set_result(copy.ends_with(failed, is_durable=is_durable))


class Turns:
    """So many calls at once, the others one after another in the order in which they came."""

    def __init__(self, stage: Stage, most: int) -> None:
        self._records = WorkRecords(stage.recording.recorder, TURN)
        self._free = most
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits and the last one has gone, of one turn."""
        return self._free > 0 and not self._waiting

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Wait for a turn where all are taken."""
        if self._free:
            self._free -= 1
        else:
            await self._turn()
        try:
            return await inner(payload)
        finally:
            self._give_back()

    async def _turn(self) -> None:
        call = current_call()
        self._records.say(Kind.WORK_SENT, call)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()
            raise
        self._records.say(Kind.WORK_STARTED, call)

    def _give_back(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class InOrder:
    """Events with the same value in a field are handled one after another; those without it stand in one line too."""

    def __init__(self, stage: Stage, path: str) -> None:
        self._stage = stage
        self._path = path
        self._lines: dict[str, Turns] = {}
        """By value, those in which anybody is."""

    async def enter(self, payload: Payload, inner: Inner) -> BaseException | None:
        """Stand in the line of its value."""
        key = repr(value_at(payload[0] if payload else None, self._path))
        line = self._lines.setdefault(key, Turns(self._stage, 1))
        try:
            return await line.enter(payload, inner)
        finally:
            if line.is_idle:
                self._lines.pop(key, None)
