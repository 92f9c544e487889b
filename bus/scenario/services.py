"""Services of a scenario: workers that several handlers share, and the queue in front of them that may become full."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bus.scenario.handling import MOST_AT_ONCE
from bus.scenario.parts import ScenarioPart

MOST_QUEUED = 10_000
"""Events that a queue with a limit holds, at most."""

Overflow = Literal["block", "drop_oldest", "reject"]


class ServiceQueue(ScenarioPart):
    """What waits for a service: so many events at most, and what becomes of one more."""

    limit: Annotated[int, Field(ge=0, le=MOST_QUEUED, description="events that wait, at most; 0: none waits")]
    overflow: Annotated[
        Overflow,
        Field(
            description="where it is full: the emitter waits, the oldest event is dropped, or the new one is refused"
        ),
    ] = "block"


class Service(ScenarioPart):
    """So many workers do the calls of all handlers that belong to it."""

    workers: Annotated[int, Field(ge=1, le=MOST_AT_ONCE, description="calls at once, at most; others wait")] = 1
    queue: Annotated[ServiceQueue | None, Field(description="without it any number of events waits")] = None
    description: str = ""

    @property
    def blocks(self) -> bool:
        """Whether an emit may have to wait for a place in its queue."""
        return self.queue is not None and self.queue.overflow == "block"
