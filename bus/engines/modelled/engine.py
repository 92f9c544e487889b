"""A durable engine whose broker is a model: a run on it is the same again, and needs nothing beside Buslens."""

from __future__ import annotations

from typing import ClassVar, cast

from bus.contract.trouble import BrokerTrouble
from bus.durable.durable import DurableEngine
from bus.engines.modelled.broker import ModelledBroker


class ModelledEngine(DurableEngine):
    """Its clock goes on while the broker works or is away: all of that happens on it."""

    has_own_time: ClassVar[bool] = False

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> bool:
        """As the real broker would, where that can happen to it."""
        broker = cast("ModelledBroker", self.broker)
        if trouble not in broker.troubles:
            return False
        broker.disturb(trouble, begins=begins)
        return True
