"""One scenario in the kernel, ready to run many times."""

from __future__ import annotations

from dataclasses import dataclass

from bus.behaviour.error_classes import ErrorClasses
from bus.behaviour.places import Lines
from bus.engines import ENGINES
from bus.errors import UserError
from bus.kernel.beyond import BeyondKernel
from bus.kernel.bus import KernelBus
from bus.kernel.calls import Calls, Listener
from bus.kernel.plans import PlannedHandler, ReadyEmit
from bus.kernel.records import Records
from bus.kernel.script import KernelScript
from bus.kernel.stage import KernelStage
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
        self, scenario: Scenario, order: Order, lines: Lines, *, lane: str, most_bytes: int, most_in_flight: int
    ) -> None:
        """lane: name of the thread that records are to be of. most_bytes: of one run, for facts and for payloads each.

        most_in_flight: calls of it that have not ended.
        """
        self._scenario = scenario
        self._order = order
        self._lines = lines
        self._lane = lane
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
        tasks = Tasks(records.make_room) if choices is None else ChosenTasks(choices, records.make_room)
        stage = KernelStage(self._scenario, tasks, records, draws_of(self._order, choices), self._classes)
        bus = KernelBus(tasks, records, runs_tasks=self._runs_tasks, most_in_flight=self._most_in_flight)
        stage.bus = bus
        records.name_bus(self._order.engine, _EMITTERS[self._order.engine])
        for plan in self._plans:
            self._subscribe(plan, Calls(plan, stage, tasks, records, bus), bus, records)
        script = KernelScript(self._scenario, self._lines, stage, tasks, self._ready)
        script.begin()
        try:
            tasks.run()
        except (UserError, RecursionError, MemoryError) as error:
            raise BeyondKernel from error
        if choices is not None and script.is_over:
            for text in unused(choices):
                records.mark(tasks.now, text, 0)
        is_stuck = not script.is_over or bus.in_flight > 0
        if is_stuck:
            records.decided(tasks.now, Decided.STANDS_STILL, note(script_is_over=script.is_over))
        return KernelRun(records.capture(), is_stuck)

    def _subscribe(self, plan: PlannedHandler, calls: Calls, bus: KernelBus, records: Records) -> None:
        words = plan.words
        for event in plan.heard:
            ident = records.handler(plan.name, words.file, words.line, event)
            bus.add(Listener(calls, event, ident, runs_inside=plan.model.block or not self._runs_tasks))
