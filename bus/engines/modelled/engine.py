"""A durable engine whose broker is a model: a run on it is the same again, and needs nothing beside Buslens."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from bus.contract.protocol import EngineContext
from bus.durable.durable import DurableEngine

RUN = "buslens-model"
"""Begins the names of all runs alike: nothing outside bears them, and a run is the same again to the byte."""


class ModelledEngine(DurableEngine):
    """Its clock goes on while the broker works or is away: all of that happens on it."""

    has_own_time: ClassVar[bool] = False

    async def open(self, context: EngineContext) -> None:
        """Begin."""
        await super().open(replace(context, run=RUN))
