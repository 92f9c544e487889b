"""What a person does to the deliveries of a run, as its owner says it: the same things wherever its engine is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bus.contract.holding import Redelivery
from bus.run.breakpoints import Breakpoint
from bus.run.driver import Driver
from bus.run.holding import HeldDeliveries, HeldOrder
from bus.run.thread import EngineThread
from bus.runtime.asking import AskingStrategy


class ByHand(Protocol):
    """Belongs to the thread of the run's owner; nothing of it waits."""

    def set_breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        """These, which were checked, hold deliveries from now on; also to be said before the run begins."""

    def carry_out(self, order: HeldOrder) -> None:
        """Release, drop, duplicate or postpone what is held, as soon as the engine has time."""

    def redeliver(self, wanted: Redelivery) -> None:
        """Call a handler once more for a dispatch that it had, as soon as the engine has time."""

    def choose(self, number: int, take: int) -> None:
        """Take what comes next, of the offer with this number (`EngineState.offer`)."""

    def ask_no_more(self) -> None:
        """From now on take what comes by itself."""


class OnThread:
    """Where the engine is on a thread of this process."""

    def __init__(
        self, thread: EngineThread, holding: HeldDeliveries, driver: Driver, asking: AskingStrategy | None = None
    ) -> None:
        """asking: what waits for a person; None: nobody is asked."""
        self._thread, self._holding, self._driver, self._asking = thread, holding, driver, asking

    def set_breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        """At once. Raises UserError where one is wrong, and then nothing has changed."""
        self._holding.set_breakpoints(breakpoints)

    def carry_out(self, order: HeldOrder) -> None:
        """Between two turns of the engine's loop; of a run that is paused when it goes on."""
        self._thread.call(self._holding.carry_out, order)

    def redeliver(self, wanted: Redelivery) -> None:
        """As an emit by hand: also where the run has come to rest."""
        self._thread.call(self._driver.begin, self._driver.announce(wanted), wanted)

    def choose(self, number: int, take: int) -> None:
        """At once: the engine's thread waits for it."""
        if self._asking is not None:
            self._asking.answer(number, take)

    def ask_no_more(self) -> None:
        """At once."""
        if self._asking is not None:
            self._asking.ask_no_more()
