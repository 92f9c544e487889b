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
class _Life:
    event: str
    ttl: str
    due_ns: int
    """The last time of the run's clock at which a call for it may begin."""


_LIFE: ContextVar[_Life | None] = ContextVar("buslens_life", default=None)


def _life(event: str, scenario: Scenario, emitted_ns: int) -> _Life | None:
    declared = scenario.events.get(event)
    ttl = None if declared is None else declared.ttl
    return None if ttl is None else _Life(event, ttl, emitted_ns + distribution.parse_time(ttl))


def lives(event: str, scenario: Scenario, emitted_ns: int, now_ns: int) -> bool:
    """Whether a call for an event that was emitted then may begin now."""
    life = _life(event, scenario, emitted_ns)
    return life is None or now_ns <= life.due_ns


@contextmanager
def living(event: str, scenario: Scenario, emitted_ns: int) -> Iterator[None]:
    """While an event is emitted: its calls know how long it lives; those of one without a `ttl`, that it lives on."""
    token = _LIFE.set(_life(event, scenario, emitted_ns))
    try:
        yield
    finally:
        _LIFE.reset(token)


def expired(recording: Recording, event: str, *, is_durable: bool) -> BaseException | None:
    """What a call for an event that would begin here and now ends with, where that has expired; None: it may begin."""
    life = _LIFE.get()
    # What pyee emits by itself, such as `error`, comes in the context of another event, and lives on.
    if life is None or life.event != event or recording.clock.time_ns() <= life.due_ns:
        return None
    late = duration(recording.clock.time_ns() - life.due_ns)
    note = f"expired: {life.event} lives {life.ttl}, and this call would have begun {late} after that"
    DecisionRecords(recording.recorder).say(Decided.EXPIRED, note)
    why = f"{life.event} had expired"
    return Undeliverable(why) if is_durable else asyncio.CancelledError(why)
