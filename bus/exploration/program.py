"""A scenario that is run again and again on this thread: without files, other threads or a window."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from functools import partial

from bus.behaviour.places import Lines
from bus.engines import MAKERS
from bus.kernel.beyond import BeyondKernel
from bus.kernel.kernel import Kernel
from bus.kernel.refusals import why_not
from bus.run.choosing import check, draws_of
from bus.run.driver import Driver
from bus.run.living import live
from bus.run.order import Order
from bus.run.recording import Recording
from bus.run.stage import Stage
from bus.runtime.back_pressure import OwnReader
from bus.runtime.choices import Choices
from bus.runtime.choosing_loop import ChoosingLoop
from bus.runtime.clock import FULL_SPEED
from bus.runtime.gate import Gate
from bus.scenario import Document
from bus.sharing.owner import Owner
from buslens.recorder import thread_name

MOST_BYTES = 16 << 20
"""Some 200,000 records."""

MOST_IN_FLIGHT = 20_000
"""Calls of one run that have not ended."""

TOO_MUCH = "it records without an end"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did."""

    data: bytes
    """All that it recorded, as a capture; what was open at its end is open there."""

    failure: str
    """Why it could not go on, for a person; empty where it could."""

    is_stuck: bool
    """Whether something was not over, and nothing would ever have happened any more."""

    in_kernel: bool = False
    """Whether the kernel made it (`bus/kernel`), and not the real bus."""


class Program:
    """One scenario, on one engine, from one seed; ready to run many times. Of one thread."""

    def __init__(
        self,
        document: Document,
        *,
        engine: str = "",
        seed: int | None = None,
        hostile: bool = False,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """hostile: callbacks that are ready are called in any order. most_bytes: of one run's records.

        Raises UserError where it cannot be explored.
        """
        scenario = document.scenario
        self.document = document
        self.engine = engine or scenario.engine
        self.seed = scenario.seed if seed is None else seed
        self.hostile = hostile
        self.most_bytes = most_bytes
        check(scenario, self.engine)
        self.order = Order(self.engine, self.seed, FULL_SPEED)
        self.lines = Lines(document)
        self.why_real = why_not(scenario, self.engine)
        """Why its runs are made on the real bus, as a sentence; empty where the kernel makes them."""

        self._kernel = None if self.why_real else self._made_kernel()

    def of(self, document: Document) -> Program:
        """Another scenario, run in the same way. Raises UserError."""
        return Program(document, engine=self.engine, seed=self.seed, hostile=self.hostile, most_bytes=self.most_bytes)

    def with_seed(self, seed: int) -> Program:
        """The same from another seed."""
        return Program(self.document, engine=self.engine, seed=seed, hostile=self.hostile, most_bytes=self.most_bytes)

    def run(self, choices: Choices) -> RunResult:
        """From the script's first step until nothing more happens: in the kernel, as far as it models that."""
        if self._kernel is not None:
            try:
                run = self._kernel.run(choices)
            except BeyondKernel:
                choices.begin_again()
            else:
                return RunResult(run.data, "", run.is_stuck, in_kernel=True)
        return self.run_real(choices)

    def run_real(self, choices: Choices) -> RunResult:
        """The same on the real bus."""
        return _OneRun(self, choices).result()

    def _made_kernel(self) -> Kernel:
        # Half of the room: of a run that comes near to what is too much the real bus decides.
        return Kernel(
            self.document.scenario,
            self.order,
            self.lines,
            lane=thread_name(threading.get_ident()),
            most_bytes=self.most_bytes // 2,
            most_in_flight=MOST_IN_FLIGHT,
            hostile=self.hostile,
        )


class _OneRun:
    """From its beginning to its end, on one loop."""

    def __init__(self, program: Program, choices: Choices) -> None:
        document, order = program.document, program.order
        recording = Recording(
            order, document.scenario.name, back_pressure=partial(OwnReader, most_bytes=program.most_bytes)
        )
        assert isinstance(recording.back_pressure, OwnReader)
        self._reader = recording.back_pressure
        self._reader.when_full = self._cut_off
        self._clock = recording.clock
        self._stage = Stage(
            document.scenario,
            engine=MAKERS[order.engine](),
            recording=recording,
            gate=Gate(recording.clock),
            draws=draws_of(order, choices),
            give_up=self._give_up,
            most_in_flight=MOST_IN_FLIGHT,
        )
        owner = Owner(
            document.content_hash, recording.recorder, recording.clock.time_ns, is_real_time=recording.is_real_time
        )
        self._driver = Driver(document, order, self._stage, owner, lines=program.lines)
        self._loop = ChoosingLoop(recording.clock, choices, hostile=program.hostile)
        self._loop.idle = self._end
        self._main: asyncio.Task[None] | None = None
        self._data = b""
        self._failure = ""
        self._is_stuck = False

    def result(self) -> RunResult:
        """Run it."""
        live(self._loop, self._driver, begun=self._begun, failed=self._failed)
        data = self._data or self._reader.take()
        failure = TOO_MUCH if self._reader.is_full else self._failure
        return RunResult(data, failure, self._is_stuck)

    def _begun(self, main: asyncio.Task[None]) -> None:
        self._main = main

    def _end(self) -> None:
        """Nothing will happen any more: what it has recorded so far is all, and what now ends is only cleared away."""
        self._loop.idle = None
        self._loop.is_hostile = False
        self._driver.stand_still()
        self._is_stuck = self._driver.standstill.is_now
        self._data = self._reader.take()
        assert self._main is not None
        self._main.cancel()

    def _cut_off(self) -> None:
        """It has recorded too much. Of what goes on only the call knows that which has come to it; from any thread."""
        if self._main is not None:
            self._loop.call_soon_threadsafe(self._main.cancel)

    def _failed(self, why: str) -> None:
        self._failure = self._failure or why

    def _give_up(self, why: str) -> None:
        self._failed(why)
        self._clock.stop()
        if self._main is not None:
            self._main.cancel()
