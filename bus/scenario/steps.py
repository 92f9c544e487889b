"""What a sample handler can do, one model a verb.

A step is a mapping with its verb as a key (`wait: 20ms`) and the verb's options beside it (`block: true`). To add
one: a class that says all of it, listed in `VERBS`, and what it does (`bus/behaviour/steps.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bus.scenario import distribution, expressions
from bus.scenario.parts import Asked, Says, ScenarioPart, StepPart, any_of, by_verb
from bus.scenario.paths_and_times import Path, Time
from bus.scenario.words import ErrorName, EventName, Name


class MistakesInside(ValueError):
    """Expressions of a payload that are wrong: where each stands in it, and why."""

    def __init__(self, found: list[tuple[tuple[str | int, ...], ValueError]]) -> None:
        super().__init__(str(found[0][1]))
        self.found = found


def _as_spread(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("time_type", "expected {wanted}", {"wanted": distribution.EXPECTED})
    return value


def _duration(text: str) -> str:
    distribution.parse(text)
    return text


def _condition(text: str) -> str:
    expressions.compile_condition(text)
    return text


def _value(value: Any) -> Any:
    if isinstance(value, dict | list):
        found = list(expressions.mistakes_in(value))
        if found:
            raise MistakesInside(found)
    else:
        expressions.compile_value(value)
    return value


Duration = Annotated[
    str,
    BeforeValidator(_as_spread),
    AfterValidator(_duration),
    Field(description=distribution.EXPECTED, examples=["20ms +- 5ms"]),
]
Condition = Annotated[
    str, AfterValidator(_condition), Says.CONDITION, Field(description="CEL, such as event.payload.total > 100")
]
Value = Annotated[
    Any, AfterValidator(_value), Says.VALUE, Field(description="any JSON value; texts may hold $expressions")
]
Text = Annotated[str, AfterValidator(_value), Says.TEXT]
MOST_TIMES = 10_000_000
"""What a step may do again, at most."""

Times = Annotated[int, Field(ge=1, le=MOST_TIMES)]

TIMES = "20ms · 20ms +- 5ms · 10ms..20ms · exponential 20ms · forever"
"""What may be written for a time, in a form."""

_IF = Asked("if", "always", "A condition, such as event.payload.total > 100")


class Log(StepPart):
    """Write a line. It shows on the call and, headless, on the terminal."""

    about = "write a line"
    begins_with = "${event.name}"
    log: Annotated[Text, Asked("text", help="What it writes, such as hello ${event.payload.name}")]


class Wait(StepPart):
    """Take time: awaits in a coroutine, blocks in a function."""

    about = "take time"
    begins_with = "20ms"
    wait: Annotated[Duration, Asked("time", "20ms", TIMES)]
    block: Annotated[
        bool,
        Field(description="block the whole bus even in a coroutine, as time.sleep would"),
        Asked("block the bus", help="All others wait meanwhile, as with time.sleep"),
    ] = False


class FailOptions(ScenarioPart):
    """When and how a handler fails; without `every` and `probability` it always does."""

    error: Annotated[ErrorName, Field(description="name of the exception type"), Asked("error", "HandlerFailed")] = (
        "HandlerFailed"
    )
    message: Annotated[Text, Asked("message", "none")] = ""
    probability: Annotated[
        Annotated[float, Field(ge=0, le=1, strict=False)] | None,
        Asked("probability", "always", "From 0 to 1, such as 0.1"),
    ] = None
    every: Annotated[
        Annotated[int, Field(ge=1, description="fail on every nth call")] | None, Asked("every nth call", "every call")
    ] = None
    if_: Annotated[Condition | None, Field(alias="if"), _IF] = None

    @model_validator(mode="after")
    def _one_rhythm(self) -> FailOptions:
        if self.every is not None and self.probability is not None:
            raise ValueError("expected either every or probability, found both")
        return self


class CrashOptions(ScenarioPart):
    """When the consumer dies; without `every` and `if` always."""

    every: Annotated[
        Annotated[int, Field(ge=1, description="die in every nth call")] | None, Asked("every nth call", "every call")
    ] = None
    if_: Annotated[Condition | None, Field(alias="if"), _IF] = None


def _always(value: Any) -> Any:
    return {} if value is None or value == "always" else value


class Fail(StepPart):
    """Raise an exception: `fail: always`, or with options."""

    about = "raise an exception"
    begins_with: ClassVar[dict[str, Any]] = {"error": "HandlerFailed"}
    fail: Annotated[
        FailOptions, BeforeValidator(_always, json_schema_input_type=FailOptions | Literal["always"] | None)
    ]


class Crash(StepPart):
    """Let the consumer die in the middle of the call, as kill -9 would: `crash: always`, or with options."""

    about = "let the consumer die in the middle of the call"
    begins_with: ClassVar[dict[str, Any]] = {"every": 3}
    crash: Annotated[
        CrashOptions, BeforeValidator(_always, json_schema_input_type=CrashOptions | Literal["always"] | None)
    ]


PayloadSaid = Annotated[
    Value,
    Field(alias="with"),
    Asked("with", 'payload as JSON, such as {"id": "$event.payload.id"}; empty: the sample'),
]
"""What an emitted event carries, as its step says it."""


class Emit(StepPart):
    """Emit another event from inside this call."""

    about = "put an event on the bus"
    has_emit = True
    emit: Annotated[EventName, Asked("event")]
    with_: PayloadSaid = None
    if_: Annotated[Condition | None, Field(alias="if"), _IF] = None
    probability: Annotated[
        Annotated[float, Field(ge=0, le=1, strict=False, description="how often it is emitted at all")] | None,
        Asked("probability", "always", "From 0 to 1, such as 0.1"),
    ] = None
    times: Annotated[Times, Asked("times", "1")] = 1

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """The emit that was offered."""
        return dict(emit)


class Request(StepPart):
    """Emit an event and wait for the one that answers it; where none has come by the deadline the call fails."""

    about = "emit an event, and wait for its reply"
    has_emit = True
    request: Annotated[EventName, Asked("event")]
    with_: PayloadSaid = None
    reply: Annotated[EventName, Asked("reply", help="The event that answers it: the steps below see reply.payload")]
    by: Annotated[Path, Asked("by", "id", "The field that is the same in both payloads")]
    within: Annotated[Time, Asked("within", "1s", "Where no reply has come by then, the call fails")] = "1s"

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """A request of the event that may be emitted there; which one answers it is to be chosen."""
        return {"request": emit["emit"], "reply": emit["emit"], "by": "id", "within": "1s"}


class Transform(StepPart):
    """Replace the payload that the following steps of this handler see."""

    about = "change the payload for the next steps"
    begins_with = "$event.payload"
    transform: Annotated[Value, Asked("payload", "the payload that the next steps see")]


class Count(StepPart):
    """Add one to a named counter, which expressions read as counters.NAME."""

    about = "add one to a counter"
    begins_with = "calls"
    count: Annotated[Name, Asked("counter", "uploads", "Its name; ${counters.NAME} reads it")]


class Python(StepPart):
    """Run Python in a child process; only in files that the person trusts.

    The code sees event (name, payload), emit(name, payload) and log(text).
    """

    about = "run Python code, once you trust the file"
    begins_with = "log(event.name)"
    python: Annotated[str, Says.CODE, Field(max_length=200_000), Asked("code", 'emit("order.paid", event.payload)')]


class Once(StepPart):
    """Do these steps in the first call of this handler only."""

    about = "steps of the first call only"
    begins_with: ClassVar[list[dict[str, Any]]] = [{"log": "the first call"}]
    once: Annotated[list[Step], Field(min_length=1, max_length=1000), Asked("steps", '[{"log": "the first call"}]')]


class SagaStep(StepPart):
    """One step of a saga: where the call fails behind it, what undoes it is done, the last step first."""

    about = "steps that are undone where the call fails later"
    begins_with = "reserve"
    step: Annotated[Name, Asked("name", "reserve", "What was done and undone is said by it")]
    do: Annotated[list[Step], Field(min_length=1, max_length=1000), Asked("does", '[{"emit": "stock.reserved"}]')]
    undo: Annotated[
        list[Step],
        Field(max_length=1000, description="what undoes it"),
        Asked("undone by", '[{"emit": "stock.freed"}]'),
    ] = []

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """A step with its name, and a line each way."""
        return {"step": cls.begins_with, "do": [{"log": "reserve"}], "undo": [{"log": "give it back"}]}


VERBS = by_verb(Log, Wait, Fail, Crash, Emit, Request, Transform, Count, Once, SagaStep, Python)
"""Every kind of step of a handler's `do`, by its verb."""

if TYPE_CHECKING:
    Step = StepPart
else:
    Step = any_of(VERBS)
Once.model_rebuild()
SagaStep.model_rebuild()
