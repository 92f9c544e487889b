"""Events with a `ttl`: a call that would begin later than that after its emit does not begin, and its records say so.

How long an event lives goes with it in the context, as its cause does: through tasks, threads and every wait before a
call. A machine that has joined the run does not know when it was emitted, and lets nothing expire.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bus.contract.protocol import Undeliverable
from bus.run.decisions import DecisionRecords
from bus.run.recording import Recording
from bus.scenario import Scenario, distribution
from bus.wording import duration
from buslens.records import Decided


@dataclass(frozen=True, slots=True)
class Life:
    """How long an event lives that was emitted."""

    event: str
    ttl: str
    due_ns: int
    """The last time of the run's clock at which a call for it may begin."""

    def is_over(self, event: str, now_ns: int) -> bool:
        """Whether a call for this event may not begin any more."""
        # What pyee emits by itself, such as `error`, comes in the context of another event, and lives on.
        return event == self.event and now_ns > self.due_ns

    def told(self, now_ns: int) -> str:
        """That it is over, as a note of the call that would have begun."""
        late = duration(now_ns - self.due_ns)
        return f"expired: {self.event} lives {self.ttl}, and this call would have begun {late} after that"

    @property
    def why(self) -> str:
        """Why that call did not begin."""
        return f"{self.event} had expired"


_LIFE: ContextVar[Life | None] = ContextVar("buslens_life", default=None)


def life_of(event: str, scenario: Scenario, emitted_ns: int) -> Life | None:
    """Of an event that was emitted then; None: it lives on."""
    declared = scenario.events.get(event)
    ttl = None if declared is None else declared.ttl
    return None if ttl is None else Life(event, ttl, emitted_ns + distribution.parse_time(ttl))


def lives(event: str, scenario: Scenario, emitted_ns: int, now_ns: int) -> bool:
    """Whether a call for an event that was emitted then may begin now."""
    life = life_of(event, scenario, emitted_ns)
    return life is None or now_ns <= life.due_ns


@contextmanager
def living(event: str, scenario: Scenario, emitted_ns: int) -> Iterator[None]:
    """While an event is emitted: its calls know how long it lives; those of one without a `ttl`, that it lives on."""
    token = _LIFE.set(life_of(event, scenario, emitted_ns))
    try:
        yield
    finally:
        _LIFE.reset(token)


def expired(recording: Recording, event: str, *, is_durable: bool) -> BaseException | None:
    """What a call for an event that would begin here and now ends with, where that has expired; None: it may begin."""
    life = _LIFE.get()
    now = recording.clock.time_ns()
    if life is None or not life.is_over(event, now):
        return None
    DecisionRecords(recording.recorder).say(Decided.EXPIRED, life.told(now))
    return Undeliverable(life.why) if is_durable else asyncio.CancelledError(life.why)
