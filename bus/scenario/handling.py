"""What a handler may say of when its events become calls, and of what follows where a call fails."""

from __future__ import annotations

import math
import random
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from bus.scenario import distribution
from bus.scenario.parts import ScenarioPart
from bus.scenario.paths_and_times import Time
from bus.scenario.steps import Duration
from bus.scenario.words import ErrorName

MOST_AT_ONCE = 1000
"""Calls of one handler at once, and events of one batch."""

MOST_PARALLEL = 32
"""Calls of one handler at once on workers of its own."""

TIMED_OUT = "HandlerTimedOut"
"""The exception type of a call that took longer than its handler's `timeout`."""

_MOST_GROWTH = 50.0
"""Logarithm of how many times as long a backoff may get: more than a year of nanoseconds."""


def ends(duration: str) -> str:
    """A time that is not `forever`. Raises ValueError."""
    if distribution.parse(duration).is_forever:
        raise ValueError("expected a time that ends")
    return duration


class Retry(ScenarioPart):
    """How a handler is called again for the same event where its call fails: on every engine, with every worker."""

    attempts: Annotated[int, Field(ge=1, le=1000, description="calls for one event, the first included")] = 3
    backoff: Annotated[
        Duration, AfterValidator(ends), Field(description="time between a failure and the next call")
    ] = "0ms"
    factor: Annotated[
        float, Field(ge=1, le=100, strict=False, description="each backoff is so many times the one before")
    ] = 1.0
    longest: Annotated[Time | None, Field(description="no backoff is longer, however often it has grown")] = None
    jitter: Annotated[
        float,
        Field(ge=0, le=1, strict=False, description="the share of each backoff that is left to chance; 1: all of it"),
    ] = 0.0
    on: Annotated[
        ErrorName | Annotated[list[ErrorName], Field(min_length=1, max_length=100)] | None,
        Field(description="exception types that are worth another call; all where absent"),
    ] = None

    @cached_property
    def pause(self) -> distribution.Distribution:
        """The first backoff, ready to be drawn."""
        return distribution.parse(self.backoff)

    @property
    def errors(self) -> frozenset[str]:
        """Names of the exception types that are worth another call; empty: all."""
        return frozenset([self.on] if isinstance(self.on, str) else self.on or ())

    def backoff_ns(self, attempt: int, draws: random.Random) -> int:
        """Nanoseconds between the failure of this attempt, from 1, and the next."""
        grown = math.exp(min((attempt - 1) * math.log(self.factor), _MOST_GROWTH))
        longest = distribution.LONGEST_NS if self.longest is None else distribution.parse_time(self.longest)
        ns = min(self.pause.sample(draws) * grown, longest)
        return round(ns * (1 - self.jitter * draws.random())) if self.jitter else round(ns)


def _only_every(value: Any) -> Any:
    return {"every": value} if isinstance(value, str) else value


class ThrottleOptions(ScenarioPart):
    """At most one call in so long a time; `throttle: 100ms` drops what comes too soon."""

    every: Annotated[Time, Field(description="the time from the beginning of one call to that of the next, at least")]
    excess: Annotated[
        Literal["drop", "wait"], Field(description="what becomes of events that come too soon: dropped, or later")
    ] = "drop"


Throttle = Annotated[ThrottleOptions, BeforeValidator(_only_every, json_schema_input_type=ThrottleOptions | str)]


class Batch(ScenarioPart):
    """Several events become one piece of work: `event.payload` is the list of their payloads, the oldest first."""

    size: Annotated[int, Field(ge=1, le=MOST_AT_ONCE, description="events of a batch that need not wait any longer")]
    within: Annotated[Time, Field(description="so long after its first event a batch is done as it is")] = "100ms"
