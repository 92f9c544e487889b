"""A durable engine whose broker is a model: a run on it is the same again, and needs nothing beside Buslens."""

from __future__ import annotations

from typing import ClassVar

from bus.durable.durable import DurableEngine


class ModelledEngine(DurableEngine):
    """Its clock goes on while the broker works or is away: all of that happens on it."""

    has_own_time: ClassVar[bool] = False
