"""What goes wrong in a run on purpose: `faults` of a scenario. One class a kind of fault, by its verb.

A fault hits calls of a handler (`fail`, `hang`, `slow`), emits of an event on their way to the bus (`drop`,
`duplicate`, `delay`, `reorder`, `corrupt`), takes handlers away for a while (`crash`, `absent`), lets the broker go
wrong (`broker`), or the clock of the machine that handlers run on (`clock`).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from bus.contract.trouble import BrokerTrouble
from bus.scenario import distribution
from bus.scenario.handling import ends
from bus.scenario.parts import Says, StepPart, by_verb
from bus.scenario.paths_and_times import Shift, Time, shift_ns
from bus.scenario.rules import MOST_EVENTS, HandlerName, Several
from bus.scenario.steps import Condition, Duration
from bus.scenario.words import ErrorName

MOST_FAULTS = 1000

SHORTEST_NS = 1_000_000
"""Between two crashes, in the mean: a run of an hour has millions of them then."""

DRIFT_NS = 1_000_000_000
"""Less than so much a clock may lose or gain in each second: none stands still, or goes back."""

DEFAULT_SKEW_NS = 1_000_000_000
"""How far a clock is ahead of which nothing is said."""

Handlers = Annotated[
    HandlerName | Annotated[list[HandlerName], Field(min_length=1, max_length=MOST_EVENTS)], Says.HANDLER
]
_Spread = Annotated[Duration, AfterValidator(ends)]


class FaultPart(StepPart):
    """One fault, and when it happens."""

    has_emit = True  # a new one hits a handler or an event that is there
    hits: ClassVar[str] = "handler"
    """What stands behind its verb: handler or event."""

    and_says: ClassVar[dict[str, Any]] = {}
    """What a new one must say beside its verb."""

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """A fault as somebody begins with it. emit: a handler and an event that it may hit, by these words."""
        return {cls.verb(): emit.get(cls.hits, ""), **cls.and_says}

    @property
    def targets(self) -> tuple[str, ...]:
        """The handlers, or the patterns of events, that it hits; or what is wrong with the broker."""
        said: str | list[str] = getattr(self, self.verb())
        return (said,) if isinstance(said, str) else tuple(said)


class Chance(FaultPart):
    """A fault of single calls or emits: of all of them, but for what is said here."""

    at: Annotated[Time | None, Field(description="only from this time of the run on")] = None
    for_: Annotated[Time | None, Field(alias="for", description="only for so long")] = None
    probability: Annotated[
        Annotated[float, Field(ge=0, le=1, strict=False)] | None, Field(description="each with this chance, 0 to 1")
    ] = None
    every: Annotated[int | None, Field(ge=1, description="every nth")] = None
    if_: Annotated[Condition | None, Field(alias="if", description="only where this is true")] = None
    most: Annotated[int | None, Field(ge=1, description="so many times at most")] = None

    @model_validator(mode="after")
    def _one_rhythm(self) -> Chance:
        if self.every is not None and self.probability is not None:
            raise ValueError("expected either every or probability, found both")
        return self

    @property
    def window_ns(self) -> tuple[int, int | None]:
        """From when to when it happens, on the run's clock; None: to the end."""
        begins = 0 if self.at is None else distribution.parse_time(self.at)
        return begins, None if self.for_ is None else begins + distribution.parse_time(self.for_)


class FailFault(Chance):
    """A call raises before its first step."""

    about = "a call raises"
    fail: Handlers
    error: Annotated[ErrorName, Field(description="name of the exception type")] = "FaultInjected"


class HangFault(Chance):
    """A call waits for ever before its first step; only a timeout or a crash ends it."""

    about = "a call waits for ever"
    hang: Handlers


class SlowFault(Chance):
    """A call takes so much longer."""

    about = "a call takes longer"
    slow: Handlers
    by: _Spread = "1s"


class DropFault(Chance):
    """An event is lost on its way to the bus: it was emitted, and nobody gets it."""

    about = "an event is lost on its way"
    hits = "event"
    drop: Several


class DuplicateFault(Chance):
    """An event comes to the bus more often than it was emitted."""

    about = "an event comes twice"
    hits = "event"
    duplicate: Several
    times: Annotated[int, Field(ge=1, le=100, description="how often beside the first")] = 1


class DelayFault(Chance):
    """An event comes to the bus later."""

    about = "an event comes later"
    hits = "event"
    delay: Several
    by: _Spread = "1s"


class ReorderFault(Chance):
    """An event comes to the bus behind the next one of its name, or after a time where none comes."""

    about = "an event comes behind the next one"
    hits = "event"
    reorder: Several
    within: Time = "1s"


class CorruptFault(Chance):
    """One value of an event's payload is another one when it comes to the bus, whatever its schema says."""

    about = "a value of a payload is another one"
    hits = "event"
    corrupt: Several


class CrashFault(FaultPart):
    """Handlers that are one service crash, and come back: their calls die, what they had in memory is gone."""

    about = "handlers crash and come back"
    and_says: ClassVar[dict[str, Any]] = {"at": "1s"}
    crash: Handlers
    at: Annotated[Time | None, Field(description="the time of the run at which they crash")] = None
    every: Annotated[_Spread | None, Field(description="the time to the first crash, and between two")] = None
    for_: Annotated[Time, Field(alias="for", description="how long until they are back")] = "1s"

    @model_validator(mode="after")
    def _happens(self) -> CrashFault:
        if (self.at is None) == (self.every is None):
            raise ValueError("expected either at or every beside crash: when it happens")
        if self.every is not None and distribution.parse(self.every).middle_ns < SHORTEST_NS:
            raise ValueError("expected at least 1ms for every: else nothing but crashes happens")
        return self


class AbsentFault(FaultPart):
    """Handlers are not subscribed for a while, or from a time on."""

    about = "handlers are not subscribed"
    absent: Handlers
    at: Annotated[Time, Field(description="from this time of the run on")] = "0s"
    for_: Annotated[Time | None, Field(alias="for", description="for so long; to the end where nothing is said")] = None


class BrokerFault(FaultPart):
    """What carries the events goes wrong for a while; what can, the engine says (`EngineSpec.troubles`)."""

    about = "the broker goes wrong"
    broker: Literal["unreachable", "restarts", "full"]
    at: Annotated[Time, Field(description="from this time of the run on")] = "0s"
    for_: Annotated[Time, Field(alias="for", description="how long until it is well again")] = "1s"

    @classmethod
    def new(cls, _: dict[str, Any]) -> dict[str, Any]:
        """A fault of the broker as somebody begins with it."""
        return {cls.verb(): BrokerTrouble.UNREACHABLE.value}

    @property
    def trouble(self) -> BrokerTrouble:
        """What is wrong."""
        return BrokerTrouble(self.broker)


class ClockFault(FaultPart):
    """The machine that these handlers run on has a wrong clock, by which it judges whether events have expired."""

    about = "a machine's clock is wrong"
    and_says: ClassVar[dict[str, Any]] = {"skew": "1s"}
    clock: Handlers
    skew: Annotated[Shift | None, Field(description="how far it is ahead; behind with a minus before it")] = None
    drift: Annotated[Shift | None, Field(description="what it gains a second; loses with a minus before it")] = None
    at: Annotated[Time, Field(description="from this time of the run on")] = "0s"
    for_: Annotated[Time | None, Field(alias="for", description="for so long; to the end where nothing is said")] = None

    @model_validator(mode="after")
    def _goes_on(self) -> ClockFault:
        if abs(self.drift_ns) >= DRIFT_NS:
            raise ValueError("expected less than 1s for drift: what the clock gains or loses in each second")
        return self

    @property
    def skew_ns(self) -> int:
        """How far the clock is ahead at first; negative: behind."""
        if self.skew is None:
            return DEFAULT_SKEW_NS if self.drift is None else 0
        return shift_ns(self.skew)

    @property
    def drift_ns(self) -> int:
        """What it gains in each second; negative: loses."""
        return 0 if self.drift is None else shift_ns(self.drift)


FAULTS = by_verb(
    FailFault, HangFault, SlowFault, DropFault, DuplicateFault, DelayFault, ReorderFault, CorruptFault, CrashFault,
    AbsentFault, BrokerFault, ClockFault,
)  # fmt: skip
"""Every kind of fault, by its verb."""
