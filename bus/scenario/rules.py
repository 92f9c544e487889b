"""What a scenario may expect beside counts: rules about events, their order and their times. One class a rule.

A rule is a mapping with its verb as a key (`never: order.refunded`) and what narrows it beside it. Which events belong
together is said by `by`, a field of their payloads; without it, those of one flow belong together: the events that one
emit from outside led to. Names and meanings follow the patterns of Dwyer, Avrunin and Corbett (ICSE 1999): absence,
universality, existence, response, precedence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from bus.scenario.parts import Says, VerbPart, by_verb
from bus.scenario.paths_and_times import Path, Time
from bus.scenario.steps import Condition
from bus.scenario.words import EventPattern, Name

MOST_EVENTS = 100
"""Events that one rule names."""

LONGEST_QUERY = 10_000


def _rate(value: Any) -> Any:
    parse_rate(value)
    return value


def parse_rate(value: Any) -> tuple[float, int]:
    """Events, and in how many nanoseconds, of `20/s`, `5/min`. Raises ValueError that says what was expected."""
    number, slash, unit = str(value).partition("/")
    span_ns = {"ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}.get(unit.strip())
    try:
        found = float(number)
    except ValueError:
        found = -1.0
    if not slash or span_ns is None or not 0 <= found < 1e12:
        raise ValueError("expected a rate such as 20/s, 5/min or 100/h")
    return found, span_ns


Rate = Annotated[
    str, AfterValidator(_rate), Field(description="so many in any one second, minute or hour", examples=["20/s"])
]
Heard = Annotated[EventPattern, Says.PATTERN]
HeardList = Annotated[list[EventPattern], Field(min_length=1, max_length=MOST_EVENTS), Says.PATTERN]
Several = Heard | HeardList
HandlerName = Annotated[Name, Says.HANDLER]
Key = Annotated[
    Path | Annotated[list[Path], Field(min_length=1, max_length=10)],
    Field(description="the field of the payloads that says what belongs together, or several: the first that is there"),
]


class RulePart(VerbPart):
    """A rule that the records of a run are judged by."""


class Keyed(RulePart):
    """A rule about events that belong together."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields that say what belongs together; none: the flow does."""
        by: Any = getattr(self, "by", None)
        return () if by is None else (by,) if isinstance(by, str) else tuple(by)


class Never(Keyed):
    """Absence: no such event, or none after another one that belongs to it."""

    never: Heard
    if_: Annotated[Condition | None, Field(alias="if", description="only events of which this is true")] = None
    after: Annotated[Heard | None, Field(description="only those that come after such an event")] = None
    by: Key | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Never:
        if self.by is not None and self.after is None:
            raise ValueError("expected after beside by: what belongs to what")
        return self


class Always(RulePart):
    """Universality: this holds for each of these events."""

    always: Heard
    holds: Condition


class Eventually(RulePart):
    """Existence: at least one such event, by the end of the run or within a time of its beginning."""

    eventually: Heard
    if_: Annotated[Condition | None, Field(alias="if", description="only events of which this is true")] = None
    within: Time | None = None


class LeadsTo(Keyed):
    """Response: after each of these events comes one of those."""

    leads_to: Several
    each: Heard
    if_: Annotated[Condition | None, Field(alias="if", description="only for such of which this is true")] = None
    within: Time | None = None
    by: Key | None = None


class EndsIn(Keyed):
    """Conservation: each of these events ends in exactly one of those, once."""

    ends_in: HeardList
    each: Heard
    within: Time | None = None
    by: Key | None = None


class InOrder(Keyed):
    """Precedence: of events that belong together none comes before those that stand before it here."""

    in_order: Annotated[list[EventPattern], Field(min_length=2, max_length=MOST_EVENTS), Says.PATTERN]
    by: Key | None = None


class HandledInOrder(Keyed):
    """A handler's calls for events that belong together begin in the order in which those were emitted."""

    handled_in_order: HandlerName
    by: Key | None = None


class Times(Keyed):
    """How often something happened for each key, or in each flow."""

    handler: Annotated[
        HandlerName | None, Field(description="its calls that ended well are counted, not the emits")
    ] = None
    for_: Annotated[
        Heard | None, Field(alias="for", description="for the keys of these events, those that lack it included")
    ] = None
    by: Key | None = None

    @property
    def counted(self) -> str:
        """The events that are counted."""
        return str(getattr(self, self.verb()))


class ExactlyOnce(Times):
    """Once for each key: neither twice nor never."""

    exactly_once: Heard


class AtMostOnce(Times):
    """Never twice for one key."""

    at_most_once: Heard


class AtLeastOnce(Times):
    """Not lacking for any key."""

    at_least_once: Heard
    for_: Annotated[Heard, Field(alias="for", description="for the keys of these events")]


class Bounded(RulePart):
    """A quantity stays within bounds: times as quantiles, what waits as the most at once, rates in each second."""

    bounded: Annotated[
        Literal["latency", "duration", "waiting", "queue", "rate"],
        Field(
            description="latency: emit to the last end; duration: of a call; waiting: emit to a call's start; "
            "queue: calls that wait at once; rate: events a second"
        ),
    ]
    event: Heard | None = None
    handler: HandlerName | None = None
    p50: Time | None = None
    p95: Time | None = None
    p99: Time | None = None
    longest: Time | None = None
    most: Annotated[int | Rate | None, Field(description="of a queue: calls; of a rate: such as 20/s")] = None
    least: Annotated[Rate | None, Field(description="of a rate: in each whole second, minute, ..., of the run")] = None

    @model_validator(mode="after")
    def _fits(self) -> Bounded:
        times = [word for word in QUANTILES if getattr(self, word) is not None]
        if self.bounded in ("latency", "duration", "waiting"):
            if self.most is not None or self.least is not None or not times:
                raise ValueError(f"expected p50, p95, p99 or longest beside bounded: {self.bounded}")
        elif times:
            raise ValueError(f"expected most{' or least' * (self.bounded == 'rate')} beside bounded: {self.bounded}")
        if self.bounded == "queue" and not (type(self.most) is int and self.most >= 0 and self.least is None):
            raise ValueError("expected most: and a number of calls beside bounded: queue")
        if self.bounded == "rate" and (isinstance(self.most, int) or (self.most is None and self.least is None)):
            raise ValueError("expected most or least and a rate such as 20/s beside bounded: rate")
        if self.bounded in ("latency", "rate") and self.handler is not None:
            raise ValueError(f"expected an event, not a handler, beside bounded: {self.bounded}")
        return self


QUANTILES = ("p50", "p95", "p99", "longest")


class NoRows(RulePart):
    """A query of SQL finds nothing: each row that it finds is one against the rule. See docs/sql.md for its tables."""

    no_rows: Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY)]
    title: Annotated[str, Field(max_length=200, description="what it means, for people")] = ""


class NoProblems(RulePart):
    """The detectors find nothing of this severity or above."""

    no_problems: Literal["hint", "warning", "error"]
    except_: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(alias="except", max_length=100, description="detectors that may find something, by their ids"),
    ] = []


RULES = by_verb(
    Never, Always, Eventually, LeadsTo, EndsIn, InOrder, HandledInOrder, ExactlyOnce, AtMostOnce, AtLeastOnce,
    Bounded, NoRows, NoProblems,
)  # fmt: skip
"""Every kind of rule, by its verb."""
