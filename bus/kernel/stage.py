"""What the handlers and the script of one run of the kernel share: counters, draws, and the way to the bus.

For the steps of handlers it is where they run; what these wait for the kernel does by itself.
"""

from __future__ import annotations

from typing import Any

from bus.behaviour.error_classes import ErrorClasses
from bus.behaviour.plain import plain
from bus.kernel.beyond import BeyondKernel
from bus.kernel.bus import KernelBus
from bus.kernel.fault_records import KernelFaultRecords
from bus.kernel.late_emits import KernelLateEmits
from bus.kernel.plans import Carried, ReadyEmit, problems_of
from bus.kernel.records import Blob, Records, payload_blob
from bus.kernel.services import KernelServices
from bus.kernel.tasks import Tasks
from bus.kernel.workers import Capacity
from bus.run.faults import Faults
from bus.run.lifetimes import life_of
from bus.run.stage import PayloadRefused
from bus.runtime.draws import Draws
from bus.scenario import Scenario
from bus.scenario.model import Handler
from bus.workers import KINDS
from buslens.records import Decided


class KernelStage:
    """One run, as steps and the script see it (`HandlerContext`, as far as it is asked by what is done at once)."""

    trusted = False
    is_stopped = False
    is_virtual = True

    def __init__(
        self,
        scenario: Scenario,
        tasks: Tasks,
        records: Records,
        draws: Draws,
        classes: ErrorClasses,
        bus: KernelBus,
        engine: str,
    ) -> None:
        """classes: of exceptions that the scenario names. engine: whose bus it is."""
        self.scenario = scenario
        self.draws = draws
        self.counters: dict[str, int] = {}
        """How often each name was counted so far."""

        self.error_class = classes.named
        self.services = KernelServices(scenario, tasks, records)
        said = KernelFaultRecords(tasks, records, engine)
        self.faults = Faults(scenario, draws, said, self.counters, tasks.time_ns, _leave)
        self.faults.begin(KernelLateEmits(tasks, bus))
        self.last: dict[str, tuple[Carried, Blob | None, int]] = {}
        """Of events that are replayed to who comes late: what the last one carried, and when it was emitted."""

        self._tasks, self._records, self._bus = tasks, records, bus
        self._workers: dict[str, Capacity] = {}
        is_plain = not (scenario.has_ttl or scenario.has_last_value or self.faults.hits_emits)
        self.send = bus.emit if is_plain else self._send
        """Puts what was checked on the bus: the name of an event, what it carries, and the same as a capture has it."""

    def time_ns(self) -> int:
        """Nanoseconds since the run began."""
        return self._tasks.now

    def workers(self, handler: str, model: Handler) -> Capacity:
        """Those of a handler, the same ones in all lives of its service."""
        if handler not in self._workers:
            kind = KINDS[model.worker]
            self._workers[handler] = Capacity(self._tasks, self._records, handler, kind, model.parallel)
        return self._workers[handler]

    def sample(self, event: str) -> Any:
        """The payload that is emitted where none is given."""
        declared = self.scenario.events.get(event)
        return None if declared is None else declared.sample

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the bus. Raises PayloadRefused, PayloadTooLarge, and what reaches whoever emits."""
        self.put(event, self.checked(event, value))

    def checked(self, event: str, value: Any) -> Any:
        """The payload as it is emitted. Raises PayloadRefused, PayloadTooLarge."""
        value = plain(value)[0]
        problems = problems_of(self.scenario, event, value)
        if problems:
            raise PayloadRefused(f"{event} was not emitted: {'; '.join(problems)}")
        return value

    def put(self, event: str, checked: Any) -> None:
        """Emit a payload that was checked."""
        if checked is None:
            self.send(event, (), None)
        else:
            self.send(event, (checked,), payload_blob(checked))

    def emit_ready(self, ready: ReadyEmit) -> bool:
        """Put what is the same each time on the bus, from outside of any handler (see bus.run.script.emit_outside).

        Returns that it has.
        """
        try:
            self.send(ready.event, ready.carried, ready.blob)
        except Exception:  # noqa: S110  the timeline shows it on the call
            pass
        return True

    def log(self, text: str) -> None:
        """Leave a line on the timeline, at the call that goes on."""
        self._records.make_room()
        self._records.mark(self._tasks.now, text, self._tasks.call)

    def decided(self, what: Decided, note: str) -> None:
        """Record what was decided in the call that goes on."""
        self._records.decided(self._tasks.now, what, note, self._tasks.call)

    def count(self, name: str) -> None:
        """Add one to a counter."""
        self._records.make_room()
        value = self.counters[name] = self.counters.get(name, 0) + 1
        self._records.counted(self._tasks.now, name, value, self._tasks.call)

    def before_failure(self) -> None:
        """Nobody reads the records meanwhile."""

    def _send(self, event: str, carried: Carried, blob: Blob | None) -> None:
        """Where an event may expire, be kept, or be hit by a fault on its way."""
        bus = self._bus
        before, bus.life = bus.life, life_of(event, self.scenario, self._tasks.now)
        try:
            if self.faults.hits_emits:
                self.faults.emit(event, carried[0] if carried else None, self._to_bus)
            else:
                self._keep_and_emit(event, carried, blob)
        finally:
            bus.life = before

    def _to_bus(self, event: str, payload: Any) -> None:
        if payload is None:
            self._keep_and_emit(event, (), None)
        else:
            self._keep_and_emit(event, (payload,), payload_blob(payload))

    def _keep_and_emit(self, event: str, carried: Carried, blob: Blob | None) -> None:
        declared = self.scenario.events.get(event)
        if declared is not None and declared.last_value:
            self.last[event] = carried, blob, self._tasks.now
        self._bus.emit(event, carried, blob)


def _leave(_why: str) -> None:
    """The run has to end for a reason that the real bus tells."""
    raise BeyondKernel
