"""The faults of one run: which of them happen, what they do to calls and to emits, and when services are gone."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from bus.behaviour.context import Call
from bus.behaviour.pauses import Delay, Pause
from bus.contract.boundaries import Boundary, Dies, never
from bus.run.chances import ReadyChance
from bus.run.corruption import corrupted
from bus.run.late_emits import Send
from bus.run.outages import Outage
from bus.run.wrong_clocks import WrongClocks
from bus.runtime.clock import NEVER
from bus.runtime.draws import Draws
from bus.scenario import Scenario, distribution, expressions
from bus.scenario.faults import (
    FAULTS,
    AbsentFault,
    BrokerFault,
    Chance,
    ClockFault,
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
from buslens.records import Fault

_OF_CALLS = (FailFault, HangFault, SlowFault)


def chosen(scenario: Scenario, draws: Draws) -> list[tuple[int, FaultPart]]:
    """The faults that happen in a run, with their places in the file: all, or those of kinds that the swarm draws."""
    wanted = set(FAULTS)
    if scenario.swarm and scenario.faults:
        swarm = draws.stream("swarm")
        wanted = {verb for verb in FAULTS if swarm.random() < 0.5}
    return [(index, fault) for index, fault in enumerate(scenario.faults) if fault.verb() in wanted]


class FaultsSaid(Protocol):
    """Where it is recorded what went wrong."""

    def say(self, fault: Fault, what: str, *, event: str = "", dispatch: int = 0, call: int = 0) -> None:
        """It happened now. call: 0 for the one that runs here."""

    def dropped(self, event: str, payload: tuple[object, ...]) -> None:
        """An event was emitted, and lost on its way."""


class Late(Protocol):
    """What lets events come later (see bus.run.late_emits)."""

    def later(self, event: str, payload: Any, times: int, late_ns: int, behind_ns: int | None, send: Send) -> None:
        """Send it later, so many times."""

    def gone_ahead(self, event: str) -> None:
        """An event has gone to the bus."""


class Faults:
    """Of one run, on the real bus or in the kernel (`bus/kernel`). Made before it begins; asked from any thread."""

    def __init__(
        self,
        scenario: Scenario,
        draws: Draws,
        records: FaultsSaid,
        counters: Mapping[str, int],
        time_ns: Callable[[], int],
        give_up: Callable[[str], None],
        *,
        dies: Dies = never,
        is_durable: bool = False,
    ) -> None:
        """dies: what lets the consumer of a handler die once. is_durable: whether the engine keeps events."""
        self.dies = dies
        self._records = records
        self._counters, self._time_ns = counters, time_ns
        self._give_up = give_up
        self._is_durable = is_durable
        found = chosen(scenario, draws)
        chances = [ReadyChance(fault, draws.stream("fault", at)) for at, fault in found if isinstance(fault, Chance)]
        self._of_calls = [each for each in chances if isinstance(each.model, _OF_CALLS)]
        self._of_emits = [each for each in chances if not isinstance(each.model, _OF_CALLS)]
        self.outages = [
            Outage(fault, draws.stream("fault", at), records)
            for at, fault in found
            if isinstance(fault, CrashFault | AbsentFault)
        ]
        """When services are gone."""

        self.of_broker = [fault for _, fault in found if isinstance(fault, BrokerFault)]
        """What goes wrong with what carries the events."""

        self.clocks = WrongClocks((fault for _, fault in found if isinstance(fault, ClockFault)), records)
        """Of machines that are wrong."""

        self.told = _told(scenario, [fault for _, fault in found])
        """What the swarm has drawn, in words; empty where all of them happen."""

    def begin(self, late: Late) -> None:
        """The run begins. late: what lets its events come later."""
        self._late = late

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
            if call.handler not in chance.targets or not self._happens(chance, call.event, call.payload):
                continue
            if isinstance(fault, FailFault):
                self._records.say(Fault.FAIL, f"{call.handler} fails, with {fault.error}")
                failed = call.context.error_class(fault.error)("a fault of the scenario")
            elif isinstance(fault, SlowFault):
                more = distribution.parse(fault.by).sample(chance.draws)
                self._records.say(Fault.SLOW, f"{call.handler} takes {duration(more)} longer")
                ns = min(ns + more, NEVER)
            else:
                self._records.say(Fault.HANG, f"{call.handler} hangs")
                ns = NEVER
        return failed, Delay(ns, always_blocks=False) if ns else None

    # Emits

    def emit(self, event: str, payload: Any, send: Send) -> None:
        """Let an event go to the bus, or what becomes of it. Raises what `send` raises, where it goes at once."""
        copies, late_ns, behind_ns = 0, 0, None
        for chance in self._of_emits:
            fault = chance.model
            if not _hears(chance.targets, event) or not self._happens(chance, event, payload):
                continue
            if isinstance(fault, DropFault):
                self._records.dropped(event, () if payload is None else (payload,))
                return
            if isinstance(fault, CorruptFault):
                found = corrupted(payload, chance.draws)
                if found is not None:
                    payload, what = found
                    self._records.say(Fault.CORRUPT, f"{event} is corrupted: {what}", event=event)
            elif isinstance(fault, DuplicateFault):
                copies += fault.times
                self._records.say(Fault.DUPLICATE, f"{event} comes {fault.times + 1} times", event=event)
            elif isinstance(fault, DelayFault):
                more = distribution.parse(fault.by).sample(chance.draws)
                late_ns += more
                self._records.say(Fault.DELAY, f"{event} comes {duration(more)} later", event=event)
            elif isinstance(fault, ReorderFault):
                behind_ns = distribution.parse_time(fault.within)
                self._records.say(Fault.REORDER, f"{event} comes behind the next one", event=event)
        if late_ns or behind_ns is not None:
            self._late.later(event, payload, 1 + copies, late_ns, behind_ns, send)
            return
        for _ in range(1 + copies):
            send(event, payload)
        self._late.gone_ahead(event)

    @property
    def hits_emits(self) -> bool:
        """Whether any fault may hit emits: where not, they need not be asked."""
        return bool(self._of_emits)

    def hits(self, handler: str) -> bool:
        """Whether any fault may hit calls of this handler."""
        return any(handler in chance.targets for chance in self._of_calls)

    def _happens(self, chance: ReadyChance, event: str, payload: Any) -> bool:
        try:
            return chance.happens(self._time_ns(), event, payload, dict(self._counters))
        except expressions.ExpressionError as error:
            self._give_up(f"the condition of the fault {chance.model.verb()} cannot be evaluated: {error}")
            raise asyncio.CancelledError("the run was given up") from None


def _hears(patterns: Iterable[str], event: str) -> bool:
    return any(fnmatch.fnmatchcase(event, pattern) for pattern in patterns)


def _told(scenario: Scenario, faults: list[FaultPart]) -> str:
    """What the swarm has drawn; empty where all of them happen."""
    if not scenario.swarm or not scenario.faults:
        return ""
    verbs = list(dict.fromkeys(fault.verb() for fault in faults))
    return f"faults of this run: {', '.join(verbs) or 'none'}"
