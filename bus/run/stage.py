"""What the handlers and the script of one run share: the engine, its clock, counters, and what is waiting.

For the steps of handlers it is where they run (`HandlerContext` in bus/behaviour/context.py).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Literal

from bus.behaviour.error_classes import ErrorClasses
from bus.behaviour.plain import plain
from bus.contract.boundaries import Dies, never
from bus.contract.holding import Carried
from bus.contract.protocol import Engine
from bus.run.breakpoints import edge
from bus.run.decisions import DecisionRecords
from bus.run.fault_records import FaultRecords
from bus.run.faults import Faults
from bus.run.holding import HeldDeliveries
from bus.run.in_flight import InFlightLimit
from bus.run.last_values import LastValues
from bus.run.lifetimes import living
from bus.run.recording import Recording
from bus.run.services import Services
from bus.run.waits import TimedWaits
from bus.runtime.clock import FULL_SPEED
from bus.runtime.draws import Draws
from bus.runtime.gate import Gate
from bus.runtime.loop import EngineLoop
from bus.scenario import Scenario, payload
from bus.workers.pools import WorkerPools
from bus.workers.python_host import PythonHost
from buslens.context import current_call
from buslens.records import Decided

FAILURE_TEXT = 20_000
"""As much of the reader's time as so many characters of a payload: a failure's traceback has to be put into words."""


MOST_IN_FLIGHT = 150_000
"""Calls that have not ended. A scenario that feeds itself would take all memory; this many take half a gigabyte."""

MOST_KEPT = 1_000_000
"""Calls that have not ended on a durable engine, where what waits lies with the broker."""


class Counters(dict[str, int]):
    """How often each name was counted."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def add(self, name: str) -> int:
        """One more; how many there are now. From any thread."""
        with self._lock:
            self[name] = self.get(name, 0) + 1
            return self[name]


class PayloadRefused(Exception):
    """A payload that does not meet its event's schema: nothing was emitted."""


class Stage:
    """One run, as whatever happens on its bus sees it; a HandlerContext. Thread-safe."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        engine: Engine,
        recording: Recording,
        gate: Gate,
        draws: Draws,
        give_up: Callable[[str], None],
        dies: Dies = never,
        most_in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        """most_in_flight: calls that have not ended; on a durable engine MOST_KEPT counts."""
        self.scenario = scenario
        """As it is edited now: replaced as a whole."""

        self.engine = engine
        self.recording = recording
        self.gate = gate
        self.draws = draws
        """Where every random draw of the run comes from."""

        self.give_up = give_up
        """End the run for a reason that a person is told; from any thread."""

        self.trusted = False
        self.last_values = LastValues(engine, recording, lambda: self.scenario)
        self.pools = WorkerPools(recording.run, recording.clock, recording.recorder)
        self.services = Services(
            recording,
            self.pools.on_loop,
            lambda: self.scenario,
            in_flight=InFlightLimit(
                MOST_KEPT if engine.spec.is_durable else most_in_flight,
                lambda: engine.in_flight() + self.pools.in_flight(),
            ),
            is_durable=engine.spec.is_durable,
        )
        self.counters = Counters()
        records = FaultRecords(recording.recorder, engine)
        self.faults = Faults(
            *(scenario, self.draws, records, self.counters, self.time_ns, give_up),
            dies=dies,
            is_durable=engine.spec.is_durable,
        )
        """What goes wrong on purpose."""

        self.holding = HeldDeliveries(recording, gate, self.counters)
        self.waits = TimedWaits(recording.clock)
        self.error_class = ErrorClasses().named

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the bus. Raises PayloadRefused, PayloadTooLarge, and what the engine raises."""
        self.put(event, self.checked(event, value))

    def checked(self, event: str, value: Any) -> Any:
        """The payload as it is emitted. Raises PayloadRefused, PayloadTooLarge."""
        value, size = plain(value)
        problems = self.problems(event, value)
        if problems:
            raise PayloadRefused(f"{event} was not emitted: {'; '.join(problems)}")
        self.recording.back_pressure.wait(size)
        return value

    def put(self, event: str, checked: Any) -> None:
        """Emit a payload that was checked. Raises what the engine raises."""
        limit = self.services.in_flight
        if limit.is_exceeded():
            self.give_up(f"more than {limit.most} calls wait at once: the scenario emits faster than it can work")
            raise asyncio.CancelledError("the run was given up")
        send = partial(self.faults.emit, send=self._send) if self.faults.hits_emits else self._send
        if self.scenario.has_ttl:
            with living(event, self.scenario, self.time_ns()):
                send(event, checked)
        else:
            send(event, checked)

    def _send(self, event: str, checked: Any) -> None:
        carried = () if checked is None else (checked,)
        if self.scenario.has_last_value:
            self.last_values.emitted(event, carried)
        self.engine.emit(event, *carried)

    def problems(self, event: str, value: Any) -> list[str]:
        """What is wrong with a payload. An event that says nothing of its payload takes any."""
        declared = self.scenario.events.get(event)
        if declared is None:
            return []
        return [f"{found.path}: {found.problem}" for found in payload.check(declared, value)]

    def sample(self, event: str) -> Any:
        """The payload that is emitted where none is given."""
        declared = self.scenario.events.get(event)
        return None if declared is None else declared.sample

    def trouble(self) -> str:
        """What is wrong with what carries the events, or with the workers; empty while all is well."""
        return self.engine.trouble() or self.pools.trouble()

    def before_dispatch(self, event: str) -> None:
        """Wait where a dispatch may not begin: for the reader of the records, or at the gate of a paused run."""
        self.recording.back_pressure.wait()
        self.gate.before_dispatch(event)

    def before_call(self, event: str, handler: str, standing: Carried | None = None) -> None:
        """Wait where a call may not begin: for the reader of the records, or at the gate of a paused run.

        standing: what a call carries that cannot be held alone, for its emit waits for it: at a breakpoint all stands.
        """
        self.recording.back_pressure.wait()
        breaks = standing is not None and self.holding.armed and self.holding.wants(event, handler, standing, 1)
        if breaks:
            self.log(f"{edge(event, handler)} came to a breakpoint: the run is paused, for its emit waits for it")
        self.gate.before_call(event, handler, breaks=breaks)

    @property
    def python(self) -> PythonHost:
        """The child processes that Python code of the scenario runs in."""
        return self.pools.python

    @property
    def is_stopped(self) -> bool:
        """Whether the run was stopped."""
        return self.recording.clock.stopped

    def time_ns(self) -> int:
        """What the run's clock shows: nanoseconds since the run began."""
        return self.recording.clock.time_ns()

    @property
    def is_virtual(self) -> bool:
        """Whether the run's time jumps from one thing to the next, whatever the real clock says."""
        return self.recording.clock.speed == FULL_SPEED

    def log(self, text: str) -> None:
        """Leave a line on the timeline, at the call that runs here."""
        self.recording.back_pressure.wait(len(text))
        self.recording.recorder.mark(text, current_call())

    def decided(self, what: Decided, note: str) -> None:
        """Record what was decided in the call that runs here."""
        self.recording.back_pressure.wait(len(note))
        DecisionRecords(self.recording.recorder).say(what, note)

    def count(self, name: str) -> None:
        """Add one to a counter; the capture says so."""
        value = self.counters.add(name)
        self.recording.back_pressure.wait()
        recorder = self.recording.recorder
        recorder.counted(recorder.counter(name), value, current_call())

    def before_failure(self) -> None:
        """Wait until the reader has time for a failure."""
        self.recording.back_pressure.wait(FAILURE_TEXT)

    def held(self) -> AbstractContextManager[None]:
        """While a child process computes for a coroutine."""
        return self.recording.clock.held()

    def outside(self) -> AbstractContextManager[None]:
        """While a thread waits for a child process or for Celery."""
        return self.recording.clock.outside()

    def kill(self) -> None:
        """The run ends, and its clock was stopped: whoever waits for a process hears that it has gone."""
        self.pools.kill()

    def close(self) -> None:
        """Give back what handlers used, when none of them runs any more."""
        self.pools.close()

    # Waiting

    def block(self, ns: int, event: str, handler: str) -> None:
        """Wait on this thread, as time.sleep would. Raises CancelledError where the run ends."""
        number = self.waits.begin("wait", ns, event, handler)
        try:
            if not self.recording.clock.sleep(ns):
                raise asyncio.CancelledError("the run was stopped")
        finally:
            self.waits.end(number)

    def wait(self, ns: int, event: str, handler: str) -> Coroutine[Any, Any, None]:
        """Wait in a coroutine, for so many nanoseconds of the run's clock."""
        return self.rest("wait" if handler else "script", ns, event, handler)

    async def rest(self, kind: Literal["wait", "script", "retry"], ns: int, event: str, handler: str) -> None:
        """The same, for a reason that a paused run shows."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        number = self.waits.begin(kind, ns, event, handler)
        try:
            await loop.timer(ns, (event, handler))
        finally:
            self.waits.end(number)
