"""Events with a `ttl`: a call that would begin later than that after its emit does not begin, and its records say so.

How long an event lives goes with it in the context, as its cause does: through tasks, threads and every wait before a
call. A machine that has joined the run does not know when it was emitted, and lets nothing expire.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bus.contract.protocol import Undeliverable
from bus.run.decisions import DecisionRecords
from bus.run.recording import Recording
from bus.run.wrong_clocks import WrongClocks
from bus.scenario import Scenario, distribution
from bus.wording import duration
from bus.workers.loop_calls import Inner, Payload
from buslens.records import Decided

NOTHING_LEFT = "all events of the batch had expired"


@dataclass(frozen=True, slots=True)
class Life:
    """How long an event lives that was emitted."""

    event: str
    ttl: str
    due_ns: int
    """The last time of the run's clock at which a call for it may begin."""

    def is_over(self, now_ns: int) -> bool:
        """Whether a call for it may not begin any more."""
        return now_ns > self.due_ns

    def over(self, handler: str, now_ns: int, clocks: WrongClocks, call: int = 0) -> str:
        """That it is over by the clock of this handler's machine, as a note of the call that would have begun.

        Empty: the call may begin. Where a right clock says otherwise that is recorded. call: 0 for the one here.
        """
        off_ns = clocks.off_ns(handler, now_ns)
        is_over = self.is_over(now_ns + off_ns)
        if is_over != self.is_over(now_ns):
            clocks.misjudged(handler, self.event, off_ns, call)
        if not is_over:
            return ""
        late = duration(now_ns + off_ns - self.due_ns)
        whose = " by its own clock" if off_ns else ""
        return f"expired: {self.event} lives {self.ttl}, and this call would have begun {late} after that{whose}"

    @property
    def why(self) -> str:
        """Why that call did not begin."""
        return f"{self.event} had expired"


@dataclass(slots=True)
class BatchedCopy:
    """A copy of an event in a batch, and the call that waits for its end."""

    call: int
    payload: Any
    life: Life | None
    """None: it lives on."""

    has_expired: bool = False

    def ends_with(self, failed: BaseException | None, *, is_durable: bool) -> BaseException | None:
        """What its call ends with. failed: what the batch's work has failed with."""
        return too_late(self.life, is_durable=is_durable) if self.has_expired and self.life is not None else failed


class BatchedCopies(list[BatchedCopy]):
    """Those of one batch, in the order in which they came. Each lives as long as its own event."""

    def __init__(self, first: BatchedCopy) -> None:
        super().__init__([first])
        self.payloads: list[Any] = []
        """Of those that are handled; what has expired is taken out of it."""

    def close(self) -> None:
        """No other comes."""
        self.payloads[:] = [copy.payload for copy in self]

    def longest_lived(self, is_there: Callable[[BatchedCopy], bool] = lambda _: True) -> BatchedCopy:
        """The first of them. is_there: whether its call still waits."""
        there = [copy for copy in self if is_there(copy)]
        return max(there, key=lambda copy: math.inf if copy.life is None else copy.life.due_ns)

    def expire(self, handler: str, now_ns: int, clocks: WrongClocks) -> Iterator[tuple[BatchedCopy, str]]:
        """The batch's work would begin now: the copies that have expired, each with what is told of it."""
        for copy in self:
            if copy.life is not None and (told := copy.life.over(handler, now_ns, clocks, copy.call)):
                copy.has_expired = True
                yield copy, told
        self.payloads[:] = [copy.payload for copy in self if not copy.has_expired]


def too_late(life: Life, *, is_durable: bool) -> BaseException:
    """What a call ends with that did not begin."""
    return Undeliverable(life.why) if is_durable else asyncio.CancelledError(life.why)


_LIFE: ContextVar[Life | BatchedCopies | None] = ContextVar("buslens_life", default=None)


def life_here() -> Life | None:
    """Of the event that a call goes on for; None: it lives on."""
    life = _LIFE.get()
    return life if isinstance(life, Life) else None


async def with_own_life(event: str, inner: Inner, payload: Payload) -> BaseException | None:
    """A call for an event, in the context of another one that made pyee emit it, such as `error`: it lives on."""
    life = life_here()
    if life is not None and life.event != event:
        _LIFE.set(None)
    return await inner(payload)


def life_of(event: str, scenario: Scenario, emitted_ns: int) -> Life | None:
    """Of an event that was emitted then; None: it lives on."""
    declared = scenario.events.get(event)
    ttl = None if declared is None else declared.ttl
    return None if ttl is None else Life(event, ttl, emitted_ns + distribution.parse_time(ttl))


def lives(event: str, scenario: Scenario, emitted_ns: int, now_ns: int) -> bool:
    """Whether a call for an event that was emitted then may begin now."""
    life = life_of(event, scenario, emitted_ns)
    return life is None or not life.is_over(now_ns)


@contextmanager
def living(event: str, scenario: Scenario, emitted_ns: int) -> Iterator[None]:
    """While an event is emitted: its calls know how long it lives; those of one without a `ttl`, that it lives on."""
    token = _LIFE.set(life_of(event, scenario, emitted_ns))
    try:
        yield
    finally:
        _LIFE.reset(token)


@contextmanager
def batched(copies: BatchedCopies) -> Iterator[None]:
    """While a batch is worked on: its call looks at the life of each copy."""
    token = _LIFE.set(copies)
    try:
        yield
    finally:
        _LIFE.reset(token)


def expired(
    recording: Recording, event: str, handler: str, clocks: WrongClocks, *, is_durable: bool
) -> BaseException | None:
    """What a call for an event that would begin here and now ends with, where that has expired; None: it may begin."""
    life = _LIFE.get()
    if life is None:
        return None
    now, records = recording.clock.time_ns(), DecisionRecords(recording.recorder)
    if isinstance(life, BatchedCopies):
        for copy, told in life.expire(handler, now, clocks):
            records.say(Decided.EXPIRED, told, call=copy.call)
        return None if life.payloads else asyncio.CancelledError(NOTHING_LEFT)
    # What pyee emits by itself, such as `error`, comes in the context of another event, and lives on.
    if life.event != event or not (told := life.over(handler, now, clocks)):
        return None
    records.say(Decided.EXPIRED, told)
    return too_late(life, is_durable=is_durable)
