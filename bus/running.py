"""The engine of a session: the run that goes on, and those that were told to end and have not."""

from __future__ import annotations

import time
from collections.abc import Callable

from bus.scenario import Document
from bus.simulation.preamble import Preamble
from bus.simulation.runner import Order, Runner
from bus.simulation.state import EngineState

LONGEST_STOP_S = 10.0
"""An engine's thread that has not ended by then is given up, and a person is told."""

GIVEN_UP = "the engine's thread did not end; what it runs goes on until Buslens is closed"


class Running:
    """At most one run is the one that goes on. All methods belong to one thread, and none of them waits but `join`."""

    def __init__(self, trusted: Callable[[str], bool]) -> None:
        self.runner: Runner | None = None
        """The run that goes on, or has come to rest and waits for emits by hand."""

        self._trusted = trusted
        self._retired: list[tuple[Runner, float]] = []
        """Runs that were told to stop and have not ended, and when they were told."""

        self._preamble = Preamble()
        self._applied = -1
        """Revision of the document that the engine knows."""

    def begin(self, document: Document, order: Order, *, recording: bool) -> None:
        """Run it."""
        self._preamble = Preamble()
        runner = Runner(document, order, trusted=self._trusted(document.content_hash))
        runner.recorder.enabled = recording
        self._applied = document.revision
        self.runner = runner
        runner.start()

    def stop(self) -> None:
        """Tell it to end; what it still records comes."""
        if self.runner is not None:
            self.runner.stop()
            self._retired.append((self.runner, time.monotonic()))

    def let_go(self) -> None:
        """Tell it to end; nothing more of it comes."""
        self.stop()
        self.runner = None

    def tell(self, document: Document) -> None:
        """The engine follows the edited scenario, and the person's trust in it."""
        runner = self.runner
        if runner is not None and document.revision != self._applied:
            self._applied = document.revision
            runner.apply(document)
            runner.trust(self._trusted(document.content_hash))

    def take(self, feed: Callable[[bytes], None]) -> None:
        """Hand over what was recorded since the last time."""
        runner = self.runner
        if runner is None:
            return
        with runner.room.reading():
            data = runner.take()
            if data:
                self._preamble.add(data)
                feed(data)

    def preamble(self) -> bytes:
        """A capture with nothing in it, which the records that come next continue."""
        return self._preamble.capture()

    def reap(self) -> str:
        """Forget the runs that have ended, and give up one that does not: what a person must know of that, or ""."""
        now, said = time.monotonic(), ""
        for runner, told in list(self._retired):
            if not runner.alive:
                self._retired.remove((runner, told))
            elif now - told > LONGEST_STOP_S:
                self._retired.remove((runner, told))
                said = GIVEN_UP
                if self.runner is runner:
                    self.runner = None
        return said

    def join(self) -> None:
        """Wait for all that were told to end, as long as an engine may take."""
        for runner, _ in self._retired:
            runner.join(LONGEST_STOP_S)

    def state(self) -> EngineState | None:
        """What the engine is doing now; None: there is none."""
        return None if self.runner is None else self.runner.state()
