"""What the handlers and the script of one run of the kernel share: counters, draws, and the way to the bus.

For the steps of handlers it is where they run; what these wait for the kernel does by itself.
"""

from __future__ import annotations

from typing import Any, Protocol

from bus.behaviour.context import NoFullQueues
from bus.behaviour.error_classes import ErrorClasses
from bus.behaviour.plain import plain
from bus.kernel.plans import Carried, ReadyEmit, problems_of
from bus.kernel.records import Blob, Records, payload_blob
from bus.kernel.tasks import Tasks
from bus.run.stage import PayloadRefused
from bus.runtime.draws import Draws
from bus.scenario import Scenario


class Bus(Protocol):
    """What carries the events of a run."""

    def emit(self, event: str, carried: Carried, blob: Blob | None) -> None:
        """Put an event on the bus. Raises what reaches whoever emits."""


class KernelStage:
    """One run, as steps and the script see it (`HandlerContext`, as far as it is asked by what is done at once)."""

    trusted = False
    is_stopped = False
    is_virtual = True
    services = NoFullQueues()  # scenarios with services are not run here

    def __init__(self, scenario: Scenario, tasks: Tasks, records: Records, draws: Draws, classes: ErrorClasses) -> None:
        """classes: of exceptions that the scenario names."""
        self.scenario = scenario
        self.draws = draws
        self.counters: dict[str, int] = {}
        """How often each name was counted so far."""

        self.error_class = classes.named
        self.bus: Bus | None = None
        """Made behind it."""

        self._tasks, self._records = tasks, records

    def time_ns(self) -> int:
        """Nanoseconds since the run began."""
        return self._tasks.now

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
        assert self.bus is not None
        if checked is None:
            self.bus.emit(event, (), None)
        else:
            self.bus.emit(event, (checked,), payload_blob(checked))

    def emit_ready(self, ready: ReadyEmit) -> None:
        """Put what is the same each time on the bus, from outside of any handler (see bus.run.script.emit_outside)."""
        assert self.bus is not None
        try:
            self.bus.emit(ready.event, ready.carried, ready.blob)
        except Exception:  # noqa: S110  the timeline shows it on the call
            pass

    def log(self, text: str) -> None:
        """Leave a line on the timeline, at the call that goes on."""
        self._records.make_room()
        self._records.mark(self._tasks.now, text, self._tasks.call)

    def count(self, name: str) -> None:
        """Add one to a counter."""
        self._records.make_room()
        value = self.counters[name] = self.counters.get(name, 0) + 1
        self._records.counted(self._tasks.now, name, value, self._tasks.call)

    def before_failure(self) -> None:
        """Nobody reads the records meanwhile."""
