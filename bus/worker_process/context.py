"""Where steps run in a worker's process: what concerns the run goes to it, the rest is here."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from bus.behaviour.context import NoFullQueues
from bus.behaviour.error_classes import ErrorClasses
from bus.behaviour.plain import plain
from bus.scenario import Scenario
from bus.workers.python_host import PythonHost
from bus.workers.worker_talk import RunLink
from buslens.records import Decided


class WorkerContext:
    """A worker's HandlerContext (see bus/behaviour/context.py), for one call after another.

    The run records, steps and times the call; here nothing waits at its gate or for its reader.
    """

    is_stopped = False
    """Whoever stops a run ends its workers."""

    def __init__(self, scenario: Scenario, run: RunLink) -> None:
        self._scenario = scenario
        self._run = run
        self.error_class = ErrorClasses().named
        self.is_virtual = False  # a worker's process does not know the run's clock
        self.python = PythonHost()
        self.services = NoFullQueues()  # whether a queue of the run is full is not known in a worker's process
        self.trusted = False
        self.counters: dict[str, int] = {}

    def begin(self, counters: dict[str, int], *, trusted: bool) -> None:
        """A call begins. counters: as the run has them now."""
        self.counters = dict(counters)
        self.trusted = trusted

    def sample(self, event: str) -> Any:
        """The payload that is emitted where a step gives none."""
        declared = self._scenario.events.get(event)
        return None if declared is None else declared.sample

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the run's bus. Raises PayloadTooLarge, and what the link raises."""
        self._run.emit(event, plain(value)[0])

    def log(self, text: str) -> None:
        """Leave a line on the run's timeline."""
        self._run.log(text)

    def decided(self, what: Decided, note: str) -> None:
        """Leave it as a line on the run's timeline: its kind does not get there."""
        self._run.log(note)

    def count(self, name: str) -> None:
        """Add one to a counter of the run; the rest of this call sees it."""
        self.counters[name] = self.counters.get(name, 0) + 1
        self._run.count(name)

    def before_failure(self) -> None:
        """Go on: here is no reader that could be behind."""

    def block(self, ns: int, event: str, handler: str) -> None:
        """Wait on the run's clock."""
        self._run.wait(ns)

    async def wait(self, ns: int, event: str, handler: str) -> None:
        """Wait on the run's clock beside a loop, of which a worker has none today."""
        await asyncio.to_thread(self._run.wait, ns)

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Nothing: this process has no clock that could jump."""
        return contextlib.nullcontext()

    outside = held
