"""The engine of a session: the run that goes on, and those that were told to end and have not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bus.contract.holding import Redelivery
from bus.engines import ENGINES
from bus.run.handle import MakeRun, RunHandle
from bus.run.order import Order
from bus.run.preamble import Preamble
from bus.runtime.state import AT_REST, EngineState
from bus.scenario import Document
from bus.session.breakpoints import BreakpointList

LONGEST_STOP_S = 10.0
"""An engine's thread that has not ended by then is given up, and a person is told."""


def hears_of_edits(state: EngineState) -> bool:
    """At once. Where a run is over they wait for its next emit; but who is late to a broker gets what it has kept."""
    is_over = state.phase == "finished"
    return state.phase not in AT_REST or (is_over and state.engine in ENGINES and ENGINES[state.engine].is_durable)


class ActiveRun:
    """The run that goes on, at most one, and those that were told to end.

    All methods belong to one thread, and none of them waits but `join`.
    """

    def __init__(self, trusted: Callable[[str], bool], make_run: MakeRun) -> None:
        self.runner: RunHandle | None = None
        """The run that goes on, or has come to rest and waits for emits by hand."""

        self.breakpoints = BreakpointList(lambda: self.runner)
        """Where deliveries are held, in this run and the next ones; and what is held."""

        self._trusted, self._make_run = trusted, make_run
        self._retired: list[tuple[RunHandle, float, Callable[[bytes], None] | None]] = []
        """Runs that were told to stop and have not ended, when they were told, and who hears what they still record."""

        self._preamble = Preamble()
        self._applied = -1
        """Revision of the document that the engine knows."""

    def begin(self, document: Document, order: Order, *, recording: bool) -> None:
        """Start a runner for this document and order; recording: whether it records from the beginning."""
        self._preamble = Preamble()
        runner = self._make_run(document, order, trusted=self._trusted(document.content_hash))
        runner.record(recording)
        self._applied = document.revision
        runner.by_hand.set_breakpoints(self.breakpoints.all)
        self.runner = runner
        runner.start()

    def stop(self) -> None:
        """Tell it to end; what it still records comes."""
        if self.runner is not None:
            self.runner.stop()
            self._retired.append((self.runner, time.monotonic(), None))

    def let_go(self, feed: Callable[[bytes], None]) -> None:
        """Tell it to end; `feed` is given what it still records, and another run may go on meanwhile."""
        if self.runner is not None:
            self.runner.stop()
            self._retired.append((self.runner, time.monotonic(), feed))
            self.runner = None

    def tell(self, document: Document) -> bool:
        """The engine follows the edited scenario, and the person's trust in it. Whether there was anything to tell."""
        runner = self.runner
        if runner is None or document.revision == self._applied:
            return False
        self._applied = document.revision
        runner.apply(document)
        runner.trust(self._trusted(document.content_hash))
        return True

    def emit(
        self,
        document: Document,
        event: str,
        payload: Any,
        times: int,
        per_second: float | None,
        *,
        against_schema: bool,
    ) -> None:
        """Put an event on the bus by hand."""
        assert self.runner is not None
        self.runner.trust(self._trusted(document.content_hash))
        self.runner.emit(event, payload, times, per_second, against_schema=against_schema)

    def redeliver(self, document: Document, wanted: Redelivery) -> None:
        """Call a handler once more for a dispatch that it had."""
        assert self.runner is not None
        self.runner.trust(self._trusted(document.content_hash))
        self.runner.by_hand.redeliver(wanted)

    def choose(self, number: int, take: int) -> None:
        """Take what comes next, of the offer with this number."""
        if self.runner is not None:
            self.runner.by_hand.choose(number, take)

    def ask_no_more(self) -> None:
        """From now on what comes next is what comes by itself."""
        if self.runner is not None:
            self.runner.by_hand.ask_no_more()

    @property
    def has_more(self) -> bool:
        """Whether the last `drain` has left records for the next one."""
        return self.runner is not None and self.runner.has_more

    def drain(self, feed: Callable[[bytes], None], most: int = 0) -> None:
        """Hand over what was recorded since the last time; about `most` facts, 0 for all."""
        runner = self.runner
        if runner is None:
            return
        with runner.back_pressure.reading():
            data = runner.take(most)
            if data:
                self._preamble.add(data)
                feed(data)

    def turn_began(self) -> None:
        """The thread of whoever reads has something else to do as well: an engine at full speed stands aside."""
        if self.runner is not None:
            self.runner.back_pressure.turn_began()

    def turn_ended(self) -> None:
        """That thread waits; the engine has the processor."""
        if self.runner is not None:
            self.runner.back_pressure.turn_ended()

    def preamble(self) -> bytes:
        """A capture with nothing in it, which the records that come next continue."""
        return self._preamble.capture()

    def reap(self) -> str:
        """Forget the runs that have ended, and give up one that does not: what a person must know of that, or ""."""
        now, problem = time.monotonic(), ""
        for retired in list(self._retired):
            runner, told, feed = retired
            if not runner.alive:
                self._retired.remove(retired)
                last = runner.take() if feed is not None else b""
                if feed is not None and last:
                    feed(last)
            elif now - told > LONGEST_STOP_S:
                self._retired.remove(retired)
                problem = runner.give_up()
                if self.runner is runner:
                    self.runner = None
        return problem

    def join(self) -> None:
        """Wait for all that were told to end, as long as an engine may take."""
        for runner, _, _ in self._retired:
            runner.join(LONGEST_STOP_S)
