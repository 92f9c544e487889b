"""Brokers that cannot be reached for a while, restart, or have a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bus.contract.protocol import Engine
from bus.contract.trouble import BrokerTrouble
from bus.engines import models_of
from bus.run.fault_records import FaultRecords
from bus.run.outages import Subscribed
from bus.runtime.clock import Clock
from bus.runtime.loop import EngineLoop
from bus.scenario import distribution
from bus.scenario.faults import BrokerFault
from bus.wording import duration
from buslens.records import Fault

TOLD = {
    BrokerTrouble.UNREACHABLE: "cannot be reached",
    BrokerTrouble.RESTARTS: "restarts",
    BrokerTrouble.FULL: "has a full disk",
}
OVER = {
    BrokerTrouble.UNREACHABLE: "the way to the broker is open again",
    BrokerTrouble.RESTARTS: "the broker has restarted",
    BrokerTrouble.FULL: "the broker's disk has room again",
}
"""What is told at the end. Another trouble may still go on, so that it need not be well."""


class BrokerOutage:
    """One fault of this kind in one run. Lives on its loop."""

    def __init__(self, model: BrokerFault, engine: Engine, records: FaultRecords) -> None:
        self._trouble = model.trouble
        self._at_ns, self._lasts_ns = distribution.parse_time(model.at), distribution.parse_time(model.for_)
        self._engine, self._records = engine, records

    async def live(self, clock: Clock, _: Subscribed, add_source: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Until it is over. add_source: lets a run that has nothing else to do wait for it."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        await loop.pause(max(0, self._at_ns - clock.time_ns()))
        told, engine = TOLD[self._trouble], self._engine.spec.id
        if not self._engine.disturb(self._trouble, begins=True):
            able = models_of(engine, self._trouble)
            instead = f": {' or '.join(able)} can do it" if able else ""
            self._records.impossible(f"that the broker {told} cannot be done on {engine}{instead}")
            return
        self._records.say(Fault.BROKER, f"the broker {told}, for {duration(self._lasts_ns)}")
        add_source(self._return(loop))

    async def _return(self, loop: EngineLoop) -> None:
        await loop.pause(self._lasts_ns)
        self._engine.disturb(self._trouble, begins=False)
        self._records.say(Fault.BROKER_BACK, OVER[self._trouble])
