"""What a sample handler can do, one model a verb.

A step is a mapping with its verb as a key (`wait: 20ms`) and the verb's options beside it (`block: true`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from bus.scenario import distribution, expressions
from bus.scenario.words import ErrorName, EventName, Name


class ScenarioPart(BaseModel):
    """A piece of a scenario file: unknown keys are mistakes, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=True)


def _duration(text: str) -> str:
    distribution.parse(text)
    return text


def _condition(text: str) -> str:
    expressions.compile_condition(text)
    return text


def _value(value: Any) -> Any:
    expressions.compile_value(value)
    return value


Duration = Annotated[str, AfterValidator(_duration), Field(description=distribution.EXPECTED, examples=["20ms +- 5ms"])]
Condition = Annotated[str, AfterValidator(_condition), Field(description="CEL, such as event.payload.total > 100")]
Value = Annotated[Any, AfterValidator(_value), Field(description="any JSON value; texts may hold $expressions")]
Times = Annotated[int, Field(ge=1, le=10_000_000)]


class Log(ScenarioPart):
    """Write a line. It shows on the call and, headless, on the terminal."""

    log: Annotated[str, AfterValidator(_value)]


class Wait(ScenarioPart):
    """Take time: awaits in a coroutine, blocks in a function."""

    wait: Duration
    block: Annotated[bool, Field(description="block the whole bus even in a coroutine, as time.sleep would")] = False


class FailOptions(ScenarioPart):
    """When and how a handler fails; without `every` and `probability` it always does."""

    error: Annotated[ErrorName, Field(description="name of the exception type")] = "HandlerFailed"
    message: Annotated[str, AfterValidator(_value)] = ""
    every: Annotated[int, Field(ge=1, description="fail on every nth call")] | None = None
    probability: Annotated[float, Field(ge=0, le=1, strict=False)] | None = None
    if_: Annotated[Condition | None, Field(alias="if")] = None

    @model_validator(mode="after")
    def _one_rhythm(self) -> FailOptions:
        if self.every is not None and self.probability is not None:
            raise ValueError("expected either every or probability, found both")
        return self


class CrashOptions(ScenarioPart):
    """When the consumer dies; without `every` and `if` always."""

    every: Annotated[int, Field(ge=1, description="die in every nth call")] | None = None
    if_: Annotated[Condition | None, Field(alias="if")] = None


def _always(value: Any) -> Any:
    return {} if value is None or value == "always" else value


class Fail(ScenarioPart):
    """Raise an exception: `fail: always`, or with options."""

    fail: Annotated[
        FailOptions, BeforeValidator(_always, json_schema_input_type=FailOptions | Literal["always"] | None)
    ]


class Crash(ScenarioPart):
    """Let the consumer die in the middle of the call, as kill -9 would: `crash: always`, or with options."""

    crash: Annotated[
        CrashOptions, BeforeValidator(_always, json_schema_input_type=CrashOptions | Literal["always"] | None)
    ]


class Emit(ScenarioPart):
    """Emit another event from inside this call."""

    emit: EventName
    with_: Annotated[Value, Field(alias="with")] = None
    if_: Annotated[Condition | None, Field(alias="if")] = None
    times: Times = 1


class Transform(ScenarioPart):
    """Replace the payload that the following steps of this handler see."""

    transform: Value


class Count(ScenarioPart):
    """Add one to a named counter, which expressions read as counters.NAME."""

    count: Name


class Python(ScenarioPart):
    """Run Python in a child process; only in files that the person trusts.

    The code sees event (name, payload), emit(name, payload) and log(text).
    """

    python: Annotated[str, Field(max_length=200_000)]


class Once(ScenarioPart):
    """Do these steps in the first call of this handler only."""

    once: Annotated[list[Step], Field(min_length=1, max_length=1000)]


VERBS: dict[str, type[ScenarioPart]] = {
    "log": Log,
    "wait": Wait,
    "fail": Fail,
    "crash": Crash,
    "emit": Emit,
    "transform": Transform,
    "count": Count,
    "once": Once,
    "python": Python,
}
"""Every verb of a handler's `do`, once."""


def verb_of(value: Any) -> str | None:
    """Which verb a step is, None where it is none."""
    if isinstance(value, ScenarioPart):
        return type(value).__name__.lower()
    if isinstance(value, dict):
        return next((verb for verb in VERBS if verb in value), None)
    return None


Step = Annotated[
    Annotated[Log, Tag("log")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Fail, Tag("fail")]
    | Annotated[Crash, Tag("crash")]
    | Annotated[Emit, Tag("emit")]
    | Annotated[Transform, Tag("transform")]
    | Annotated[Count, Tag("count")]
    | Annotated["Once", Tag("once")]
    | Annotated[Python, Tag("python")],
    Discriminator(
        verb_of,
        custom_error_type="step",
        custom_error_message="expected a step with one of: " + ", ".join(VERBS),
    ),
]
Once.model_rebuild()

StepKind = Literal["log", "wait", "fail", "crash", "emit", "transform", "count", "once", "python"]
