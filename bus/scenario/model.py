"""A scenario as the file says it: events, handlers, script, expectations. Frozen; editing makes a new one."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bus.engines import ENGINES
from bus.number_words import tip
from bus.scenario import distribution, parameters, payload
from bus.scenario.acts import Act, few_enough
from bus.scenario.choices import ReplayedChoices
from bus.scenario.faults import FAULTS, MOST_FAULTS, FaultPart
from bus.scenario.handling import MOST_AT_ONCE, MOST_PARALLEL, Batch, Retry, Throttle
from bus.scenario.parts import ScenarioPart, any_of, fields_of
from bus.scenario.paths_and_times import Path, Time
from bus.scenario.rules import RULES, HandlerName, Heard, RulePart
from bus.scenario.services import Service
from bus.scenario.steps import Condition, Emit, Python, Request, Step, Wait
from bus.scenario.words import EventName, EventPattern, Name, Title
from bus.wording import one_of
from bus.workers import INLINE, KINDS

NOW = "now"
"""Where a handler begins that wants nothing of what was before it."""

MOST_OFFSET = 2**53


if TYPE_CHECKING:
    EngineId = str
    WorkerId = str
else:
    EngineId = Literal[tuple(ENGINES)]
    WorkerId = Literal[(INLINE, *KINDS)]
"""What `engine:` may say, and a handler's `worker:`."""


def _start(value: Any) -> Any:
    is_offset = type(value) is int and 0 <= value <= MOST_OFFSET
    if not (is_offset or value == NOW or (isinstance(value, str) and _is_time(value))):
        raise ValueError("expected an offset such as 40, a time of the run such as 2s, or now")
    return value


def _is_time(text: str) -> bool:
    try:
        distribution.parse_time(text)
    except ValueError:
        return False
    return True


def _lives(text: str) -> str:
    if not distribution.parse_time(text):
        raise ValueError("expected a time above 0: no call that waits at all would begin")
    return text


def _bound(value: int | str) -> int | str:
    parse_bound(value)
    return value


def _nothing_as_mapping(value: Any) -> Any:
    return {} if value is None else value


def _nothing_as_list(value: Any) -> Any:
    return [] if value is None else value


def _schema(value: Any) -> Any:
    payload.check_schema(value)
    return value


Start = Annotated[int | str, BeforeValidator(_start, json_schema_input_type=int | str)]
Bound = Annotated[
    int | str, AfterValidator(_bound), Field(description="a number, or a bound such as '<= 3'", examples=["<= 3"])
]
_BOUND = re.compile(r"\s*(<=|>=|==|!=|<|>)?\s*(\d{1,12})\s*")


def parse_bound(value: int | str) -> tuple[str, int]:
    """A bound's comparison and number. Raises ValueError that says what was expected."""
    found = _BOUND.fullmatch(str(value))
    if not found:
        raise ValueError("expected a number such as 3, or a bound such as '<= 3'")
    return found.group(1) or "==", int(found.group(2))


class Event(ScenarioPart):
    """A named type of event."""

    description: str = ""
    schema_: Annotated[
        Any, AfterValidator(_schema), Field(alias="schema", description="JSON Schema that payloads must meet")
    ] = None
    sample: Annotated[Any, Field(description="a payload to start from when emitting by hand")] = None
    ttl: Annotated[
        Annotated[Time, AfterValidator(_lives)] | None,
        Field(description="a call that would begin later than that after its emit does not"),
    ] = None
    last_value: Annotated[
        bool, Field(description="who is subscribed late gets the last one; engines that keep events hand out all")
    ] = False

    @cached_property
    def checker(self) -> payload.Checker:
        """What checks payloads against the event's schema; made once."""
        return payload.Checker(self.schema_)


GATES = ("debounce", "throttle", "batch", "order", "concurrency", "service")
"""Keys of a handler by which its events may wait, or be passed over; in the order in which an event meets them."""

MOST_WAITING = 20
"""Events that wait at a handler's gates, on an engine that keeps the others."""


class Handler(ScenarioPart):
    """What is subscribed to an event, and what it does."""

    on: EventPattern | Annotated[list[EventPattern], Field(min_length=1, max_length=1000)]
    do: Annotated[
        list[Step],
        Field(max_length=1000),
        BeforeValidator(_nothing_as_list, json_schema_input_type=list[Step] | None),
    ] = []
    once: Annotated[bool, Field(description="subscribed with once(): removed when its first call starts")] = False
    block: Annotated[bool, Field(description="a plain function even on an asyncio engine: it blocks the loop")] = False
    attempts: Annotated[
        int, Field(ge=1, le=1000, description="durable engines: calls for one event before it becomes a dead letter")
    ] = 3
    retry: Annotated[Retry | None, Field(description="call again where a call fails, on every engine")] = None
    when: Annotated[Condition | None, Field(description="events of which this is not true are passed over")] = None
    timeout: Annotated[Time | None, Field(description="a call that takes longer is ended: it has timed out")] = None
    on_failure: Annotated[
        EventName | None, Field(description="emitted where the last call for an event has failed: its dead letter")
    ] = None
    concurrency: Annotated[
        int | None, Field(ge=1, le=MOST_AT_ONCE, description="calls at once without workers, at most; others wait")
    ] = None
    order: Annotated[
        Path | None, Field(description="events with the same value in this field are handled one after another")
    ] = None
    service: Annotated[
        Name | None, Field(description="whose workers do its calls: a name of `services`, which others may share")
    ] = None
    debounce: Annotated[
        Time | None, Field(description="only the last of several events is handled, so long after it came")
    ] = None
    throttle: Annotated[Throttle | None, Field(description="at most one call in so long a time")] = None
    batch: Annotated[Batch | None, Field(description="several events are handled at once")] = None
    ack: Annotated[
        Literal["before", "after"], Field(description="durable engines: acknowledge before the call, or after it")
    ] = "after"
    from_: Annotated[
        Start | None,
        Field(
            alias="from",
            description="durable engines: where it begins to read: an offset of the log, a time of the run, or now",
            examples=[40, "2s", NOW],
        ),
    ] = None
    worker: Annotated[
        WorkerId,
        Field(description="where its calls run: on the bus, on a pool of threads or processes, on Celery's workers"),
    ] = INLINE
    parallel: Annotated[int, Field(ge=1, le=MOST_PARALLEL, description="calls at once on its workers, at most")] = 4
    description: str = ""

    @model_validator(mode="after")
    def _runs_somewhere(self) -> Handler:
        if self.block and self.worker != INLINE:
            raise ValueError("expected either block: true, which blocks the bus, or a worker, which keeps it free")
        if self.worker == INLINE and "parallel" in self.model_fields_set:
            raise ValueError(f"expected worker: {one_of(KINDS)} beside parallel")
        if self.retry is not None and "attempts" in self.model_fields_set:
            raise ValueError("expected either attempts, which engines heed that keep events, or retry, which all do")
        if self.retry is not None and self.once:
            raise ValueError("expected either once: true, which is one call, or retry")
        if self.retry is not None and self.ack == "before":
            raise ValueError("expected either ack: before, which never handles an event twice, or retry")
        if self.gates:
            self._can_wait(self.gates[0])
        if self.worker not in (INLINE, "thread") and self.awaited:
            raise ValueError(
                "expected worker: thread or none beside request, whose reply comes to the run's own process"
            )
        return self

    def _can_wait(self, gate: str) -> None:
        """Whether events may wait before they become calls. Raises ValueError."""
        if self.once:
            raise ValueError(f"expected either once: true, which is one call, or {gate}")
        if self.block:
            raise ValueError(f"expected either block: true, which blocks the bus, or {gate}, which lets events wait")
        if self.concurrency is not None and self.worker != INLINE:
            raise ValueError("expected either concurrency or a worker, whose calls at once parallel says")
        if self.service is not None and self.worker != INLINE:
            raise ValueError("expected either a service, which has workers, or a worker of the handler's own")
        if self.debounce is not None and self.batch is not None:
            raise ValueError("expected either debounce, which keeps the last event, or batch, which keeps all")

    @property
    def gates(self) -> tuple[str, ...]:
        """What lets its events wait, or passes over some of them, before they become calls: keys that it has."""
        return tuple(gate for gate in GATES if getattr(self, gate) is not None)

    @cached_property
    def timeout_ns(self) -> int | None:
        """How long a call may take; None: as long as it likes."""
        return None if self.timeout is None else distribution.parse_time(self.timeout)

    @property
    def at_once(self) -> int:
        """Calls that a durable engine begins at the same time, at most: those that wait at a gate are among them."""
        if self.worker != INLINE:
            inside = self.parallel
        else:
            inside = self.concurrency or (MOST_WAITING if self.order is not None else 1)
        waits = self.debounce is not None or (self.throttle is not None and self.throttle.excess == "wait")
        return max(inside, MOST_WAITING if waits else 1, self.batch.size if self.batch is not None else 1)

    @property
    def wanted_attempts(self) -> int:
        """Calls for one event, the first included, where whoever calls again heeds what it says."""
        return self.attempts if self.retry is None else self.retry.attempts

    @property
    def first_offset(self) -> int:
        """The place of the log from which the handler wants events, where the broker has a log; 0: all of them."""
        return self.from_ if isinstance(self.from_, int) else 0

    @property
    def since_ns(self) -> int:
        """The time of the run from which on it wants them; 0: all, or NOW."""
        return distribution.parse_time(self.from_) if isinstance(self.from_, str) and self.from_ != NOW else 0

    @property
    def patterns(self) -> tuple[str, ...]:
        """The events that it is subscribed to, as patterns."""
        return (self.on,) if isinstance(self.on, str) else tuple(self.on)

    @property
    def emitted(self) -> tuple[str, ...]:
        """The events that it may emit, each once."""
        steps = [_emitted_by(step) for step in steps_of(self.do) if isinstance(step, Emit | Request)]
        return tuple(dict.fromkeys([*steps, *([] if self.on_failure is None else [self.on_failure])]))

    @property
    def awaited(self) -> tuple[str, ...]:
        """The events that are replies to its requests, each once."""
        return tuple(dict.fromkeys(step.reply for step in steps_of(self.do) if isinstance(step, Request)))

    @property
    def has_python(self) -> bool:
        """Whether it runs Python code."""
        return any(isinstance(step, Python) for step in steps_of(self.do))

    @property
    def may_block(self) -> bool:
        """Whether its calls may block the loop of an engine that has one."""
        return self.worker == INLINE and (
            self.block or any(isinstance(step, Wait) and step.block for step in steps_of(self.do))
        )

    def hears(self, event: str) -> bool:
        """Whether it is subscribed to this event."""
        return any(fnmatch.fnmatchcase(event, pattern) for pattern in self.patterns)


class Expectation(ScenarioPart):
    """What must be true when the run is over, of one event or one handler, or of all."""

    event: Heard | None = None
    handler: HandlerName | None = None
    emitted: Bound | None = Field(None, description=tip("emitted"))
    handled: Bound | None = Field(None, description=tip("handled"))
    retried: Bound | None = Field(None, description=tip("retried"))
    kept: Bound | None = Field(None, description=tip("kept"))
    open: Bound | None = Field(None, description=tip("open"))
    dead: Bound | None = Field(None, description=tip("dead"))
    lost: Bound | None = Field(None, description=tip("lost"))
    dropped: Bound | None = Field(None, description=tip("dropped"))
    delivered: Bound | None = Field(None, description=tip("delivered"))
    twice: Bound | None = Field(None, description=tip("twice"))
    out_of_order: Bound | None = Field(None, description=tip("out_of_order"))
    skipped: Bound | None = Field(None, description=tip("skipped"))
    calls: Bound | None = Field(None, description=tip("calls"))
    ok: Bound | None = Field(None, description=tip("ok"))
    failed: Bound | None = Field(None, description=tip("failed"))
    never_ran: Bound | None = Field(None, description=tip("never_ran"))
    latency: Annotated[Time | None, Field(description="p95 of the latency, or of a handler's duration, at most")] = None


if TYPE_CHECKING:
    Expected = Expectation | RulePart
else:
    Expected = any_of(RULES, otherwise=Expectation)


# A section that is named and left empty (`script:`) says nothing, and so does an event (`order.paid:`).
_Declared = Annotated[Event, BeforeValidator(_nothing_as_mapping, json_schema_input_type=Event | None)]
_Scalar = Annotated[str, Field(max_length=parameters.LONGEST)] | int | float | bool
Parameters = Annotated[
    dict[Name, _Scalar],
    Field(max_length=parameters.MOST, description="values that the file says as <NAME>, and a command line with --set"),
    BeforeValidator(_nothing_as_mapping, json_schema_input_type=dict[Name, _Scalar] | None),
]
Include = Annotated[
    list[str],
    Field(description="files whose sections stand before those of this one: paths from its folder, and below that"),
    BeforeValidator(_nothing_as_list, json_schema_input_type=list[str] | None),
]
Events = Annotated[
    dict[EventName, _Declared],
    BeforeValidator(_nothing_as_mapping, json_schema_input_type=dict[EventName, _Declared] | None),
]
_DeclaredService = Annotated[Service, BeforeValidator(_nothing_as_mapping, json_schema_input_type=Service | None)]
Services = Annotated[
    dict[Name, _DeclaredService],
    BeforeValidator(_nothing_as_mapping, json_schema_input_type=dict[Name, _DeclaredService] | None),
]
Handlers = Annotated[
    dict[Name, Handler], BeforeValidator(_nothing_as_mapping, json_schema_input_type=dict[Name, Handler] | None)
]
Script = Annotated[
    list[Act],
    Field(max_length=10_000),
    AfterValidator(few_enough),
    BeforeValidator(_nothing_as_list, json_schema_input_type=list[Act] | None),
]
Expectations = Annotated[
    list[Expected],
    Field(max_length=1000),
    BeforeValidator(_nothing_as_list, json_schema_input_type=list[Expected] | None),
]


if TYPE_CHECKING:
    Fault = FaultPart
else:
    Fault = any_of(FAULTS)
Faults = Annotated[
    list[Fault],
    Field(max_length=MOST_FAULTS),
    BeforeValidator(_nothing_as_list, json_schema_input_type=list[Fault] | None),
]


class Scenario(ScenarioPart):
    """A scenario file: events, handlers, script, and what must be true at the end."""

    buslens: Annotated[Literal[1], Field(description="version of the format")]
    name: Title = ""
    description: str = ""
    engine: EngineId = "pyee-asyncio"
    seed: Annotated[int, Field(ge=0, lt=1 << 63)] = 0
    include: Include = []
    parameters: Parameters = {}
    events: Events = {}
    services: Services = {}
    handlers: Handlers = {}
    script: Script = []
    faults: Faults = []
    swarm: Annotated[bool, Field(description="only some kinds of faults happen in each run: its seed draws them")] = (
        False
    )
    expect: Expectations = []
    choices: Annotated[
        ReplayedChoices | None, Field(description="what this run takes where several things may come next; a replay")
    ] = None

    def at_once(self, handler: Handler) -> int:
        """Calls of a handler that a durable engine begins at the same time, those that wait at its gates included."""
        service = self.services.get(handler.service or "")
        if service is None:
            return handler.at_once
        waiting = MOST_WAITING if service.queue is None else service.queue.limit
        # One more than has a place is taken where it is to be seen what becomes of it.
        beyond = 0 if service.queue is None or service.blocks else 1
        return max(handler.at_once, service.workers + waiting + beyond)

    @cached_property
    def has_ttl(self) -> bool:
        """Whether any event expires."""
        return any(event.ttl is not None for event in self.events.values())

    @cached_property
    def has_last_value(self) -> bool:
        """Whether any event is replayed to who comes late."""
        return any(event.last_value for event in self.events.values())

    def handlers_of(self, event: str) -> list[str]:
        """Names of the handlers that hear an event, in order of registration."""
        return [name for name, handler in self.handlers.items() if handler.hears(event)]

    def awaiting(self, event: str) -> list[str]:
        """Names of the handlers that wait for an event as a reply."""
        return [name for name, handler in self.handlers.items() if event in handler.awaited]

    @property
    def does_nothing(self) -> bool:
        """Whether nothing happens until somebody emits by hand: pyee itself emits `new_listener`."""
        return not self.script and not self.handlers_of("new_listener")

    @property
    def has_python(self) -> bool:
        """Whether any handler runs Python code."""
        return any(handler.has_python for handler in self.handlers.values())


def _emitted_by(step: Emit | Request) -> str:
    return step.emit if isinstance(step, Emit) else step.request


def steps_of(steps: list[Step]) -> Iterator[Step]:
    """All steps, nested ones included."""
    for _path, step in placed_steps(steps):
        yield step


def placed_steps(steps: list[Step], path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Step]]:
    """The same, each behind the keys and indexes that lead to it. path: of the list."""
    for index, step in enumerate(steps):
        yield (*path, index), step
        for field in fields_of(type(step)):
            if field.holds_steps:
                yield from placed_steps(getattr(step, field.name), (*path, index, field.key))
