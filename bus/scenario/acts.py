"""What the script of a scenario can do, one model a verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from bus.scenario import arrivals, distribution
from bus.scenario.parts import Asked, StepPart, any_of, by_verb
from bus.scenario.paths_and_times import Time
from bus.scenario.steps import MOST_TIMES, TIMES, Condition, Duration, Times, Value
from bus.scenario.words import EventName, Title


def _rate(text: str) -> str:
    arrivals.parse(text)
    return text


def _generates(value: bool) -> bool:
    if not value:
        raise ValueError("expected true, or nothing")
    return value


class EmitAct(StepPart):
    """Emit an event from outside any handler: once, several times, at a rate, or at a time.

    The next step waits for the last of them, unless `at` is given. In `with`, `count` is the number of this emit.
    """

    about = "put an event on the bus"
    has_emit = True
    emit: Annotated[EventName, Asked("event")]
    with_: Annotated[
        Value,
        Field(alias="with", description="payload; the event's sample where absent"),
        Asked("with", 'payload as JSON, such as {"id": "$count"}; empty: the sample'),
    ] = None
    generate: Annotated[
        Annotated[bool, AfterValidator(_generates)] | None,
        Field(description="payloads that are drawn from the event's schema"),
        Asked("generate", help="Payloads are drawn from the event's schema"),
    ] = None
    times: Annotated[Times, Asked("times", "1")] = 1
    every: Annotated[
        Duration | None, Asked("every", "at once", f"With times or for: the time between them. {TIMES}")
    ] = None
    rate: Annotated[
        Annotated[str, AfterValidator(_rate)] | None,
        Field(description=arrivals.EXPECTED, examples=["poisson 200/s"]),
        Asked("rate", "at once", "With times or for, such as 200/s, poisson 200/s or 10/s..200/s"),
    ] = None
    burst: Annotated[
        Annotated[int, Field(ge=1, le=100_000)] | None,
        Field(description="so many at once each time"),
        Asked("burst", "1", "With every or rate: so many at once each time"),
    ] = None
    for_: Annotated[
        Time | None,
        Field(alias="for", description="with every or rate: for so long"),
        Asked("for", "the times", "With every or rate: for so long"),
    ] = None
    at: Annotated[
        Time | None,
        Field(description="at this time from the start, beside the other steps"),
        Asked("at", "in its turn", "A time from the start, such as 2s; the next steps go on meanwhile"),
    ] = None
    if_: Annotated[
        Condition | None,
        Field(alias="if"),
        Asked("if", "always", "A condition, such as count > 3: count is the number of the emit"),
    ] = None

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """The emit that was offered."""
        return dict(emit)

    @model_validator(mode="after")
    def _ends(self) -> EmitAct:
        rhythm = "every" if self.every is not None else "rate" if self.rate is not None else ""
        if self.every is not None and self.rate is not None:
            raise ValueError("expected either every or rate, found both")
        if rhythm and self.times == 1 and self.for_ is None:
            raise ValueError(f"expected times or for beside {rhythm}: how often, or for how long, to emit")
        if not rhythm and (self.burst is not None or self.for_ is not None):
            raise ValueError("expected every or rate beside for and burst")
        if self.rate is not None and self.for_ is None and arrivals.parse(self.rate).is_ramp:
            raise ValueError("expected for beside a ramp: how long it takes")
        if self.generate and "with_" in self.model_fields_set:
            raise ValueError("expected either with or generate, found both")
        return self

    @property
    def most(self) -> int | None:
        """Emits at most; None: as many as its time allows."""
        return self.times * (self.burst or 1) if self.for_ is None or "times" in self.model_fields_set else None

    @property
    def lasts_ns(self) -> int | None:
        """For how long it emits; None: until it has emitted so often."""
        return None if self.for_ is None else distribution.parse_time(self.for_)

    @property
    def about_times(self) -> int:
        """How many emits it makes, about, where only chance knows."""
        lasts_ns, burst = self.lasts_ns, self.burst or 1
        if lasts_ns is None:
            return self.times * burst
        if self.rate is not None:
            by_time = arrivals.parse(self.rate).expected(lasts_ns)
        else:
            by_time = lasts_ns // max(distribution.parse(self.every or "forever").middle_ns, 1)
        return min(by_time * burst + 1, self.most or MOST_TIMES)

    @property
    def ends_by_chance(self) -> bool:
        """Whether its end is a time, and how often it emits until then is left to chance."""
        if self.lasts_ns is None:
            return False
        if self.rate is not None:
            return arrivals.parse(self.rate).is_random
        return distribution.parse(self.every or "forever").shape not in ("fixed", "forever")


class WaitAct(StepPart):
    """Let time pass before the next step of the script."""

    about = "take time"
    begins_with = "20ms"
    wait: Annotated[Duration, Asked("time", "1s", TIMES)]


class MarkAct(StepPart):
    """Leave a note on the timeline."""

    about = "leave a note on the timeline"
    begins_with = "here"
    mark: Annotated[Title, Asked("note", "here", "Stands on the timeline")]


class RepeatAct(StepPart):
    """Do some steps of the script several times."""

    about = "do steps several times"
    has_emit = True
    repeat: Annotated[Times, Asked("times")]
    users: Annotated[
        Annotated[int, Field(ge=1, le=10_000)] | None,
        Field(description="so many do this side by side"),
        Asked("users", "1", "So many do the steps side by side; a wait among them is the time to think"),
    ] = None
    for_: Annotated[
        Time | None,
        Field(alias="for", description="no round begins after so long"),
        Asked("for", "the times", "No round begins after so long"),
    ] = None
    do: Annotated[
        list[Act],
        Field(min_length=1, max_length=1000),
        Asked("steps", '[{"emit": "order.placed"}, {"wait": "1s"}]'),
    ]

    @model_validator(mode="after")
    def _ends(self) -> RepeatAct:
        # What ends by its time is counted while the script is done: see bus.run.script.
        if self.for_ is None and self.steps > MOST_TIMES:
            raise ValueError(f"expected at most {MOST_TIMES} steps in all, these are {self.steps}")
        return self

    @property
    def steps(self) -> int:
        """Emits, waits and marks that it makes in all, at most, as far as no time ends them."""
        return self.repeat * (self.users or 1) * steps_in(self.do)

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """Two times the emit that was offered."""
        return {"repeat": 2, "do": [dict(emit)]}


def few_enough(acts: list[StepPart]) -> list[StepPart]:
    """The steps of a script. Raises ValueError where they are too many."""
    if steps_in(acts) > MOST_TIMES:
        raise ValueError(f"expected at most {MOST_TIMES} steps in all, these are {steps_in(acts)}")
    return acts


def steps_in(acts: Sequence[StepPart]) -> int:
    """How many steps these make, each emit being one, as far as no time ends them."""
    return sum(map(_steps_of, acts))


def is_counted(act: StepPart) -> bool:
    """Whether a step is one by itself: a repeat is the steps that it repeats, unless only a time ends it."""
    return not isinstance(act, RepeatAct) or act.for_ is not None


def _steps_of(act: StepPart) -> int:
    if isinstance(act, RepeatAct):
        return act.steps if act.for_ is None else 1
    return (act.most or 1) if isinstance(act, EmitAct) else 1


ACTS = by_verb(EmitAct, WaitAct, MarkAct, RepeatAct)
"""Every kind of step of the script, by its verb."""

if TYPE_CHECKING:
    Act = StepPart
else:
    Act = any_of(ACTS)
RepeatAct.model_rebuild()
