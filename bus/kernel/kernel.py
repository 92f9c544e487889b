"""One scenario in the kernel, ready to run many times."""

from __future__ import annotations

from dataclasses import dataclass

from bus.behaviour.error_classes import ErrorClasses
from bus.behaviour.places import Lines
from bus.engines import ENGINES
from bus.errors import UserError
from bus.kernel.beyond import BeyondKernel
from bus.kernel.bus import KernelBus
from bus.kernel.calls import Calls
from bus.kernel.outages import KernelOutages
from bus.kernel.plans import PlannedHandler, ReadyEmit
from bus.kernel.records import Records
from bus.kernel.script import KernelScript
from bus.kernel.sources import Sources
from bus.kernel.stage import KernelStage
from bus.kernel.subscriptions import KernelSubscriptions
from bus.kernel.tasks import ChosenTasks, Tasks
from bus.run.choosing import draws_of, unused
from bus.run.order import Order
from bus.run.script import Path
from bus.run.standstill import note
from bus.runtime.choices import Choices
from bus.scenario import Scenario
from buslens.records import Decided
from buslens.wire import Header

_EMITTERS = {"pyee": "pyee.base.EventEmitter", "pyee-asyncio": "pyee.asyncio.AsyncIOEventEmitter"}
"""The classes that records name."""


@dataclass(frozen=True, slots=True)
class KernelRun:
    """What one run did."""

    data: bytes
    """All that it recorded, as a capture."""

    is_stuck: bool
    """Whether something was not over, and nothing would ever have happened any more."""


class Kernel:
    """One scenario on one engine, from one seed. It is one that `why_not` says nothing against."""

    def __init__(
        self,
        scenario: Scenario,
        order: Order,
        lines: Lines,
        *,
        lane: str,
        most_bytes: int,
        most_in_flight: int,
        hostile: bool = False,
    ) -> None:
        """lane: name of the thread that records are to be of. most_bytes: of one run, for facts and for payloads each.

        most_in_flight: calls of it that have not ended. hostile: what is ready goes on in any order that is chosen.
        """
        self._scenario = scenario
        self._order = order
        self._lines = lines
        self._lane = lane
        self._hostile = hostile
        self._most_bytes, self._most_in_flight = most_bytes, most_in_flight
        self._plans = [PlannedHandler(name, model, scenario, lines) for name, model in scenario.handlers.items()]
        self._classes = ErrorClasses()
        self._ready: dict[Path, ReadyEmit | None] = {}
        """Of the script's emits: see KernelScript."""

        extra = {"engine": order.engine, "seed": order.seed, "scenario": scenario.name}
        self._header = Header.here(clock="virtual", mono_ns=0, **extra)
        self._runs_tasks = ENGINES[order.engine].runs_coroutines

    def run(self, choices: Choices | None = None) -> KernelRun:
        """From the script's first step until nothing more happens. Raises BeyondKernel.

        choices: None: nobody makes any.
        """
        records = Records(self._header, self._lane, self._most_bytes)
        tasks = (
            Tasks(records.make_room)
            if choices is None
            else ChosenTasks(choices, records.make_room, hostile=self._hostile)
        )
        bus = KernelBus(tasks, records, runs_tasks=self._runs_tasks, most_in_flight=self._most_in_flight)
        draws, engine = draws_of(self._order, choices), self._order.engine
        stage = KernelStage(self._scenario, tasks, records, draws, self._classes, bus, engine)
        records.name_bus(engine, _EMITTERS[engine])

        def make(plan: PlannedHandler, before: Calls | None) -> Calls:
            return Calls(plan, stage, tasks, records, bus, before)

        subscriptions = KernelSubscriptions(make, stage, tasks, records, bus)
        for plan in self._plans:
            subscriptions.add(plan)
        sources = Sources(tasks)
        if stage.faults.told:
            records.mark(0, stage.faults.told, 0)
        if stage.faults.outages:
            tasks.is_over = lambda: sources.is_resting and sources.are_over and not bus.in_flight
            outages = KernelOutages(tasks, sources, subscriptions)
            for outage in stage.faults.outages:
                outages.begin(outage)
        sources.add(KernelScript(self._scenario, self._lines, stage, tasks, self._ready).run)
        sources.begin()
        try:
            tasks.run()
        except (UserError, RecursionError, MemoryError) as error:
            raise BeyondKernel from error
        if choices is not None and sources.is_resting:
            for text in unused(choices):
                records.mark(tasks.now, text, 0)
        is_stuck = not sources.are_over or bus.in_flight > 0
        if is_stuck:
            records.decided(tasks.now, Decided.STANDS_STILL, note(script_is_over=sources.are_over))
        return KernelRun(records.capture(), is_stuck)
