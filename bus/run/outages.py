"""Services that crash and come back, and subscribers that are not there for a while."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from bus.runtime.clock import Clock
from bus.runtime.loop import EngineLoop
from bus.scenario import distribution
from bus.scenario.faults import AbsentFault, CrashFault
from bus.wording import all_of, duration
from buslens.records import Fault


class Subscribed(Protocol):
    """Who subscribes the handlers of a run."""

    def take_down(self, handlers: tuple[str, ...]) -> None:
        """They are not subscribed any more."""

    def bring_back(self, handlers: tuple[str, ...], *, anew: bool) -> None:
        """They are subscribed again. anew: without anything that they had in memory."""


class OutagesSaid(Protocol):
    """Where it is recorded who is gone."""

    def say(self, fault: Fault, what: str) -> None:
        """It happened now."""


class Outage:
    """One fault of this kind in one run. Lives on its loop, but for `due_ns`."""

    def __init__(self, model: CrashFault | AbsentFault, draws: random.Random, records: OutagesSaid) -> None:
        self.handlers = model.targets
        self.is_crash = isinstance(model, CrashFault)
        self._every = distribution.parse(model.every) if isinstance(model, CrashFault) and model.every else None
        self._draws = draws
        self._records = records
        self.lasts_ns = None if model.for_ is None else distribution.parse_time(model.for_)
        self.due_ns: int | None = self._next(0) if model.at is None else distribution.parse_time(model.at)
        """When the handlers go next, on the run's clock; None: never again."""

    def begin(self, now_ns: int) -> None:
        """Its handlers go now: say so, and when they go next."""
        # That is known before they are back, whose calls have to know when they die.
        self.due_ns = self._next(now_ns + (self.lasts_ns or 0))
        self._say_gone()

    def say_back(self) -> None:
        """Its handlers are back."""
        is_one = len(self.handlers) == 1
        self._records.say(Fault.BACK, f"{all_of(self.handlers)} {'is' if is_one else 'are'} back")

    def _next(self, now_ns: int) -> int | None:
        return None if self._every is None else now_ns + max(1, self._every.sample(self._draws))

    async def live(
        self, clock: Clock, subscribed: Subscribed, add_source: Callable[[Coroutine[Any, Any, None]], None]
    ) -> None:
        """From the run's beginning to its end. add_source: lets a run that has nothing else to do wait for it."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        while self.due_ns is not None:
            if self.due_ns > clock.time_ns():  # what is gone from the beginning is so before the script's first step
                await loop.pause(self.due_ns - clock.time_ns())
            back = loop.create_future()
            self.begin(clock.time_ns())
            subscribed.take_down(self.handlers)
            if self.lasts_ns is None:
                return
            add_source(self._return(loop, subscribed, back))
            await back

    async def _return(self, loop: EngineLoop, subscribed: Subscribed, back: asyncio.Future[None]) -> None:
        await loop.pause(self.lasts_ns or 0)
        subscribed.bring_back(self.handlers, anew=self.is_crash)
        self.say_back()
        back.set_result(None)

    def _say_gone(self) -> None:
        is_one = len(self.handlers) == 1
        how_long = "" if self.lasts_ns is None else f", for {duration(self.lasts_ns)}"
        who = all_of(self.handlers)
        if self.is_crash:
            self._records.say(Fault.CRASH, f"{who} crash{'es' if is_one else ''}{how_long}")
        else:
            self._records.say(Fault.ABSENT, f"{who} {'is' if is_one else 'are'} not subscribed{how_long}")
