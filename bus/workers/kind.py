"""A kind of worker: what `worker:` of a handler may say, and what makes those that work in other processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bus.runtime.threads import PoolClock

if TYPE_CHECKING:
    from bus.connections import BrokerKind
    from bus.workers.worker_talk import RunLink, WorkerTalk
    from buslens.recorder import Recorder


class RunClock(PoolClock, Protocol):
    """What workers elsewhere need to know of the run's clock."""

    @property
    def speed(self) -> float:
        """Times real time; math.inf where time jumps."""


class RemoteWorkers(Protocol):
    """All of a kind that work in other processes for one run. Thread-safe."""

    trouble: str
    """What a person should know now, such as that nobody takes the calls; empty while all is well."""

    def prepare(self, parallel: int) -> None:
        """A handler will have so many calls at once."""

    def talk(self, run: RunLink) -> WorkerTalk:
        """For one call. run: where what its steps ask for happens."""

    def kill(self) -> None:
        """The run ends: whoever waits for an answer hears that none will come."""

    def close(self) -> None:
        """End the workers, and give back what they used."""


@dataclass(frozen=True, slots=True)
class WorkerKind:
    """One kind. A new one is a file beside this one and a line in KINDS."""

    id: str
    """As a handler's `worker:` says it."""

    title: str
    """What records call the way to them."""

    remote: Callable[[str, RunClock, Recorder], RemoteWorkers] | None = None
    """Makes those of a run, which it is given by name. Raises UserError. None: the calls run on threads of the run."""

    makes_attempts: bool = False
    """Whether it calls again by itself where a call fails and the engine does not."""

    broker: BrokerKind | None = None
    """The sort of server that it needs; None where it needs nothing beside Buslens."""

    check: Callable[[str, float], str] | None = None
    """What is at an address, asked for so many seconds at most. Raises UserError."""

    clean: Callable[[Path], None] | None = None
    """Removes from the broker what a killed run made there, by the run's folder, as an engine's does."""
