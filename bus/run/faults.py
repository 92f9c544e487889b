"""The faults of one run: which of them happen, what they do to calls and to emits, and when services are gone."""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
from collections.abc import Callable, Iterable
from typing import Any

from bus.behaviour.context import Call
from bus.behaviour.pauses import Delay, Pause
from bus.contract.boundaries import Boundary, Dies, never
from bus.contract.protocol import Engine
from bus.run.broker_outages import BrokerOutage
from bus.run.chances import ReadyChance
from bus.run.corruption import corrupted
from bus.run.fault_records import FaultRecords
from bus.run.outages import Outage
from bus.run.recording import Recording
from bus.runtime.clock import NEVER
from bus.runtime.draws import Draws
from bus.runtime.loop import EngineLoop
from bus.scenario import Scenario, distribution, expressions
from bus.scenario.faults import (
    FAULTS,
    AbsentFault,
    BrokerFault,
    Chance,
    CorruptFault,
    CrashFault,
    DelayFault,
    DropFault,
    DuplicateFault,
    FailFault,
    FaultPart,
    HangFault,
    ReorderFault,
    SlowFault,
)
from bus.wording import duration
from bus.workers.loop_calls import LoopCalls
from buslens.records import Fault

Send = Callable[[str, Any], None]
"""Gives the bus an event, with a payload that was checked."""

_OF_CALLS = (FailFault, HangFault, SlowFault)


def chosen(scenario: Scenario, draws: Draws) -> list[tuple[int, FaultPart]]:
    """The faults that happen in a run, with their places in the file: all, or those of kinds that the swarm draws."""
    wanted = set(FAULTS)
    if scenario.swarm and scenario.faults:
        swarm = draws.stream("swarm")
        wanted = {verb for verb in FAULTS if swarm.random() < 0.5}
    return [(index, fault) for index, fault in enumerate(scenario.faults) if fault.verb() in wanted]


class Faults:
    """Of one run. Made before its loop; asked from any thread."""

    def __init__(
        self,
        scenario: Scenario,
        draws: Draws,
        recording: Recording,
        engine: Engine,
        counters: dict[str, int],
        give_up: Callable[[str], None],
        dies: Dies = never,
    ) -> None:
        """dies: what lets the consumer of a handler die once."""
        self.dies = dies
        self._recording = recording
        self._counters = counters
        self._give_up = give_up
        self._is_durable = engine.spec.is_durable
        found = chosen(scenario, draws)
        chances = [ReadyChance(fault, draws.stream("fault", at)) for at, fault in found if isinstance(fault, Chance)]
        self._of_calls = [each for each in chances if isinstance(each.model, _OF_CALLS)]
        self._of_emits = [each for each in chances if not isinstance(each.model, _OF_CALLS)]
        self.records = FaultRecords(recording.recorder, engine)
        self.outages = [
            Outage(fault, draws.stream("fault", at), self.records)
            for at, fault in found
            if isinstance(fault, CrashFault | AbsentFault)
        ]
        """When services are gone."""

        self.broker_outages = [
            BrokerOutage(fault, engine, self.records) for _, fault in found if isinstance(fault, BrokerFault)
        ]
        """When the broker goes wrong."""

        self._told = _told(scenario, [fault for _, fault in found])
        self._on_loop: LoopCalls | None = None
        self._late: dict[str, list[asyncio.Future[None]]] = {}
        """By event: those that wait for the next one to go ahead."""

    def begin(self, on_loop: LoopCalls) -> None:
        """The run begins, on its loop."""
        self._on_loop, self._loop = on_loop, asyncio.get_running_loop()
        if self._told:
            self._recording.recorder.mark(self._told, 0)

    def crash_after(self, handler: str, now_ns: int) -> int | None:
        """When the service of a handler crashes next, as far as it is known; None: never."""
        times = [outage.due_ns for outage in self.outages if outage.is_crash and handler in outage.handlers]
        return min((due for due in times if due is not None and due >= now_ns), default=None)

    # Calls

    def dies_in_call(self, handler: str) -> bool:
        """Whether the consumer of this handler dies in the call that begins now."""
        if self.dies is never:
            return False
        # Where the bus knows no consumers, what was received and not handled dies with the call.
        boundaries = (Boundary.HANDLING,) if self._is_durable else (Boundary.RECEIVED, Boundary.HANDLING)
        return any(self.dies(boundary, handler) for boundary in boundaries)

    def of_call(self, call: Call) -> tuple[Exception | None, Pause | None]:
        """What a call that begins now fails with, and what it has to wait for before its first step."""
        failed: Exception | None = None
        ns = 0
        for chance in self._of_calls:
            fault = chance.model
            if call.handler not in fault.targets or not self._happens(chance, call.event, call.payload):
                continue
            if isinstance(fault, FailFault):
                self.records.say(Fault.FAIL, f"{call.handler} fails, with {fault.error}")
                failed = call.context.error_class(fault.error)("a fault of the scenario")
            elif isinstance(fault, SlowFault):
                more = distribution.parse(fault.by).sample(chance.draws)
                self.records.say(Fault.SLOW, f"{call.handler} takes {duration(more)} longer")
                ns = min(ns + more, NEVER)
            else:
                self.records.say(Fault.HANG, f"{call.handler} hangs")
                ns = NEVER
        return failed, Delay(ns, always_blocks=False) if ns else None

    # Emits

    def emit(self, event: str, payload: Any, send: Send) -> None:
        """Let an event go to the bus, or what becomes of it. Raises what `send` raises, where it goes at once."""
        copies, late_ns, behind_ns = 0, 0, None
        for chance in self._of_emits:
            fault = chance.model
            if not _hears(fault.targets, event) or not self._happens(chance, event, payload):
                continue
            if isinstance(fault, DropFault):
                self.records.dropped(event, () if payload is None else (payload,))
                return
            if isinstance(fault, CorruptFault):
                found = corrupted(payload, chance.draws)
                if found is not None:
                    payload, what = found
                    self.records.say(Fault.CORRUPT, f"{event} is corrupted: {what}", event=event)
            elif isinstance(fault, DuplicateFault):
                copies += fault.times
                self.records.say(Fault.DUPLICATE, f"{event} comes {fault.times + 1} times", event=event)
            elif isinstance(fault, DelayFault):
                more = distribution.parse(fault.by).sample(chance.draws)
                late_ns += more
                self.records.say(Fault.DELAY, f"{event} comes {duration(more)} later", event=event)
            elif isinstance(fault, ReorderFault):
                behind_ns = distribution.parse_time(fault.within)
                self.records.say(Fault.REORDER, f"{event} comes behind the next one", event=event)
        if late_ns or behind_ns is not None:
            self._later(event, payload, 1 + copies, late_ns, behind_ns, send)
            return
        for _ in range(1 + copies):
            send(event, payload)
        self._let_go(event)

    @property
    def hits_emits(self) -> bool:
        """Whether any fault may hit emits: where not, they need not be asked."""
        return bool(self._of_emits)

    def _later(self, event: str, payload: Any, times: int, late_ns: int, behind_ns: int | None, send: Send) -> None:
        """In the context of here, so that its cause is the call that emits it."""
        assert self._on_loop is not None
        assert isinstance(self._loop, EngineLoop)
        loop = self._loop
        ahead: asyncio.Future[None] | None = None
        if behind_ns is not None:
            ahead = loop.create_future()
            self._late.setdefault(event, []).append(ahead)

        async def go(_: tuple[Any, ...]) -> None:
            if ahead is not None:
                timer = loop.create_task(loop.pause(behind_ns or 0))
                await asyncio.wait([timer, ahead], return_when=asyncio.FIRST_COMPLETED)
                timer.cancel()
                waiting = self._late.get(event, [])  # asked once: an emit on another thread may take it away
                if ahead in waiting:
                    waiting.remove(ahead)
            if late_ns:
                await loop.pause(late_ns)
            for _again in range(times):
                with contextlib.suppress(Exception):  # the timeline shows it, on the call that failed
                    send(event, payload)

        self._on_loop.deferring(go, loop)(())

    def _let_go(self, event: str) -> None:
        """One of them has gone ahead."""
        waiting = self._late.pop(event, ())
        for ahead in waiting:
            self._loop.call_soon_threadsafe(_wake, ahead)

    def _happens(self, chance: ReadyChance, event: str, payload: Any) -> bool:
        try:
            return chance.happens(self._recording.clock.time_ns(), event, payload, dict(self._counters))
        except expressions.ExpressionError as error:
            self._give_up(f"the condition of the fault {chance.model.verb()} cannot be evaluated: {error}")
            raise asyncio.CancelledError("the run was given up") from None


def _wake(ahead: asyncio.Future[None]) -> None:
    if not ahead.done():
        ahead.set_result(None)


def _hears(patterns: Iterable[str], event: str) -> bool:
    return any(fnmatch.fnmatchcase(event, pattern) for pattern in patterns)


def _told(scenario: Scenario, faults: list[FaultPart]) -> str:
    """What the swarm has drawn; empty where all of them happen."""
    if not scenario.swarm or not scenario.faults:
        return ""
    verbs = list(dict.fromkeys(fault.verb() for fault in faults))
    return f"faults of this run: {', '.join(verbs) or 'none'}"
