"""What is known of an engine before any of its code is loaded: its names, what it can do, and what makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bus.contract.trouble import BrokerTrouble

if TYPE_CHECKING:
    from bus.connections import BrokerKind
    from bus.contract.protocol import Engine


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine. Its functions import what they need when called: who runs on pyee loads no client of Kafka."""

    id: str
    """As `engine:` in a scenario says it."""

    title: str
    """For people: its id, and how it carries events."""

    make: Callable[[], Engine]
    """An engine for one run, not opened yet."""

    runs_coroutines: bool = True
    """Whether a coroutine function can be subscribed; plain functions always can."""

    is_durable: bool = False
    """Whether events outlive their emit: kept without a subscriber, delivered again after a failure."""

    newest_run: Callable[[str], str] | None = None
    """The run of a scenario, by the hash of its text, that other machines can join now; empty for none.

    Blocks; raises UserError. None where nobody can join.
    """

    broker: BrokerKind | None = None
    """The sort of server that it needs; None where it needs nothing beside Buslens."""

    check: Callable[[str, float], str] | None = None
    """What is at an address, asked for so many seconds at most: "Kafka 3.9 with 1 broker". Raises UserError."""

    clean: Callable[[Path], None] | None = None
    """Removes from the broker what a killed run made there, by the run's folder; passes over those of other engines.

    Raises UserError where that cannot be done.
    """

    troubles: frozenset[BrokerTrouble] = frozenset()
    """What a scenario can let go wrong with what carries the events."""

    models: str = ""
    """The engine whose broker this one only models, without a server, in virtual time; empty where it is real."""

    @property
    def is_embedded(self) -> bool:
        """Whether it needs nothing beside Buslens, no server above all."""
        return self.broker is None

    @property
    def can_be_joined(self) -> bool:
        """Whether other machines can take part in a run."""
        return self.newest_run is not None
