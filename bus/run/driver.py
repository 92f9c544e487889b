"""What goes on on the engine's thread of one run, from opening the engine to closing it.

The script and what a person emits by hand put events on the bus; when they are done and nothing is in flight the run is
finished, and waits for the next emit by hand. So it does where nothing can happen any more, though something is open.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from bus.behaviour.places import Lines
from bus.contract.holding import Redelivery
from bus.contract.protocol import EngineContext, Peer
from bus.run.broker_outages import BrokerOutage
from bus.run.choosing import unused
from bus.run.decisions import DecisionRecords
from bus.run.fault_records import FaultRecords
from bus.run.hand import Hand, emit_by_hand
from bus.run.late_emits import LateEmits
from bus.run.order import Order
from bus.run.outages import Outage
from bus.run.redelivering import redeliver
from bus.run.script import Script
from bus.run.stage import Stage
from bus.run.standstill import Standstill
from bus.run.subscriptions import Subscriptions
from bus.runtime.choosing_loop import ChoosingLoop
from bus.runtime.loop import EngineLoop
from bus.runtime.state import Phase, Waiting
from bus.runtime.unwinding import cancelled
from bus.scenario import Document, Scenario

_LOG = logging.getLogger("buslens")


class Driver:
    """Lives on the engine's thread (see Life), but for what says that it may be asked from any."""

    def __init__(
        self, document: Document, order: Order, stage: Stage, peer: Peer, *, lines: Lines | None = None
    ) -> None:
        """lines: of the document, where somebody has them already."""
        self._order = order
        self._stage = stage
        self._peer = peer
        self._subscriptions = Subscriptions(stage)
        self._first = (order.part_of(document.scenario), lines or Lines(document))
        self.phase: Phase = "starting"
        """starting, running or finished; may be read from any thread."""

        self.finished_ns = 0
        """When it was finished, on the run's clock."""

        self.standstill = Standstill(DecisionRecords(stage.recording.recorder))
        """Whether it is finished only because nothing can happen any more."""

        self.is_leaving = False
        """The engine gives everything back, and is not hurried."""

        self._is_open = False
        """Whether the engine is, and handlers are subscribed: a broker may take its time."""

        self._early: list[Callable[[], None]] = []
        """What a person emitted before."""

        self._sources: set[asyncio.Task[None]] = set()
        """What puts events on the bus: the script, and emits by hand."""

        self._news = asyncio.Event()
        self.by_hand: dict[int, Waiting] = {}
        """Emits by hand that have not begun, by a number of their own; they keep the run from being over."""

        self._numbers = itertools.count()

    def announce(self, hand: Hand | Redelivery) -> int:
        """What a person wants will begin; its number. From any thread."""
        number = next(self._numbers)
        is_emit = isinstance(hand, Hand)
        self.by_hand[number] = Waiting("emit" if is_emit else "call", hand.event, "", None)
        return number

    def begin(self, number: int, hand: Hand | Redelivery) -> None:
        """Begin what was announced, as soon as the engine is open."""
        if not self._is_open:
            self._early.append(partial(self.begin, number, hand))
            return
        if isinstance(hand, Hand):
            self._subscriptions.hear_of(hand.event)
            self._add_source(emit_by_hand(self._stage, hand))
        else:
            self._add_source(redeliver(self._stage, hand))
        del self.by_hand[number]

    def stand_still(self) -> None:
        """All wait for ever: so it is over, unless a person may let go what is held. By the thread that waits last."""
        if self.phase != "running" or self.by_hand or self._stage.holding.count:
            return
        self.standstill.begins(script_is_over=all(source.done() for source in self._sources))
        self._rest()

    def apply(self, scenario: Scenario, lines: Lines) -> None:
        """The scenario was edited: who hears what changes."""
        if not self._is_open:
            self._first = scenario, lines
            return
        try:
            self._subscriptions.apply(scenario, lines)
        except Exception as error:
            _LOG.exception("the edited scenario could not be applied")
            self._stage.give_up(f"the engine failed: {type(error).__name__}: {error}")

    async def live(self) -> None:
        """Until it is cancelled. Raises UserError where the engine cannot be opened, or the script not go on."""
        engine = self._stage.engine
        await engine.open(self._context())
        try:
            scenario, lines = self._first
            self._subscriptions.apply(scenario, lines)
            self._is_open = True
            self.phase = "running"
            outages = self._begin_faults()
            for begin in self._early:
                begin()
            if self._order.with_script:
                self._add_source(Script(scenario, lines, self._stage).run())
            while True:
                await self._until_quiet()
                await self._call_off(outages)
                self._news.clear()
                self._rest()
                await self._news.wait()
        finally:
            self.is_leaving = True
            self._stage.recording.clock.stop()
            for source in self._sources:
                source.cancel()
            self._stage.holding.close()
            await self._stage.pools.on_loop.close()
            await engine.close()

    def _rest(self) -> None:
        self.finished_ns = self._stage.recording.clock.time_ns()
        self.phase = "finished"
        self._stage.recording.back_pressure.wanted.set()

    def _begin_faults(self) -> set[asyncio.Task[None]]:
        """Those of the scenario, from here on; what waits for the time of an outage."""
        stage, loop = self._stage, asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        stage.faults.begin(LateEmits(stage.pools.on_loop, loop))
        if stage.faults.told:
            stage.recording.recorder.mark(stage.faults.told, 0)
        records = FaultRecords(stage.recording.recorder, stage.engine)
        of_broker = [BrokerOutage(fault, stage.engine, records) for fault in stage.faults.of_broker]
        outages: list[Outage | BrokerOutage] = [*stage.faults.outages, *of_broker]
        tasks = {
            loop.create_task(each.live(stage.recording.clock, self._subscriptions, self._add_source))
            for each in outages
        }
        for task in tasks:
            task.add_done_callback(tasks.discard)
        return tasks

    async def _call_off(self, outages: set[asyncio.Task[None]]) -> None:
        """What would still go wrong hits nobody. In which order that is called off is no part of what is chosen."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, ChoosingLoop):
            await cancelled(outages)
            return
        was_hostile, loop.is_hostile = loop.is_hostile, False
        await cancelled(outages)
        loop.is_hostile = was_hostile

    def let_go(self) -> None:
        """Release whoever waits on other threads for the clock, the reader or a process."""
        self._stage.recording.clock.stop()
        self._stage.recording.back_pressure.release()
        self._stage.kill()

    def close(self) -> None:
        """Give back what handlers used."""
        self._stage.close()

    def over(self) -> None:
        """Whoever reads the records looks once more."""
        self._stage.recording.back_pressure.wanted.set()

    def _context(self) -> EngineContext:
        stage, recording = self._stage, self._stage.recording
        return EngineContext(
            *(
                asyncio.get_running_loop(),
                recording.clock,
                recording.recorder,
                stage.before_dispatch,
                stage.faults.dies,
            ),
            give_up=stage.give_up,
            peer=self._peer,
            calls_again=any(handler.retry is not None for handler in self._first[0].handlers.values()),
            holding=stage.holding,
            run=recording.run,
        )

    async def _until_quiet(self) -> None:
        """Until the script and all hands are done and nothing is in flight. Raises UserError of a wrong script."""
        engine, pools, holding = self._stage.engine, self._stage.pools, self._stage.holding
        loop = asyncio.get_running_loop()
        may_go_on = isinstance(loop, ChoosingLoop)
        while True:
            if self._sources:
                done, _ = await asyncio.wait(self._sources, return_when=asyncio.FIRST_COMPLETED)
                self._sources -= done
                for source in done:
                    error = None if source.cancelled() else source.exception()
                    if error is not None:
                        raise error
            elif may_go_on and isinstance(loop, ChoosingLoop):
                await loop.until_still(self._is_over)
                may_go_on = False
                self._tell_unused(loop)
            elif engine.in_flight():
                await engine.settle()
            elif pools.in_flight():
                await pools.settle()
            elif holding.count:
                await holding.settle()
            elif not self.by_hand:
                return
            else:
                await asyncio.sleep(0)  # a hand's emit is on its way

    def _is_over(self) -> bool:
        engine, pools, holding = self._stage.engine, self._stage.pools, self._stage.holding
        in_flight = engine.in_flight() or pools.in_flight() or holding.count
        return not in_flight and all(source.done() for source in self._sources)

    def _tell_unused(self, loop: ChoosingLoop) -> None:
        """The run is not the one that its choices come from: that stands on the timeline."""
        for text in unused(loop.choices):
            self._stage.recording.recorder.mark(text, 0)

    def _add_source(self, source: Coroutine[Any, Any, None]) -> None:
        self._sources.add(asyncio.get_running_loop().create_task(source))
        self.standstill.ends()
        self.phase = "running"
        self._news.set()
