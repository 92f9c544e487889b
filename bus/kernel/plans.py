"""What a scenario says of its handlers, made ready once for all runs of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bus.behaviour.handler_steps import HandlerSteps
from bus.behaviour.places import Lines
from bus.behaviour.plain import PayloadTooLarge, plain
from bus.behaviour.steps import ReadyStep, ready_steps
from bus.contract.protocol import ConsumerOptions
from bus.kernel.records import Blob, payload_blob
from bus.run.service_lines import services_blocking
from bus.run.subscriptions import heard_by
from bus.scenario import Scenario, distribution, expressions, payload
from bus.scenario.distribution import Distribution
from bus.scenario.expressions import Variables
from bus.scenario.model import Handler
from bus.scenario.steps import Emit, Wait

Carried = tuple[Any, ...]
"""What an event carries: one payload or none."""


class ReadyEmit:
    """An emit that is the same each time."""

    __slots__ = ("blob", "carried", "event", "times")

    def __init__(self, event: str, value: Any, times: int) -> None:
        """value: the payload, which was checked."""
        self.event = event
        self.carried: Carried = () if value is None else (value,)
        self.blob: Blob | None = None if value is None else payload_blob(value)
        self.times = times


class PlannedStep:
    """One step of a handler."""

    __slots__ = ("blocks", "emit", "fixed_ns", "ready", "wait")

    def __init__(self, ready: ReadyStep, scenario: Scenario) -> None:
        self.ready = ready
        """What does it, where it is none of the following."""

        self.wait: Distribution | None = None
        """How long it waits, where that is all that it does."""

        self.fixed_ns: int | None = None
        """The same, where that is always so long."""

        self.blocks = False
        """Whether whatever goes on waits with it."""

        self.emit: ReadyEmit | None = None
        """What it emits, where that is all that it does, and the same each time."""

        model = ready.model
        if isinstance(model, Wait):
            self.wait = distribution.parse(model.wait)
            self.fixed_ns = self.wait.first_ns if self.wait.shape == "fixed" else None
            self.blocks = model.block
        elif isinstance(model, Emit) and model.if_ is None and model.probability is None:
            if not services_blocking(model.emit, scenario):
                self.emit = ready_emit(scenario, model.emit, model, model.times)


class PlannedHandler:
    """One handler, with all that is the same in each run."""

    def __init__(self, name: str, model: Handler, scenario: Scenario, lines: Lines) -> None:
        self.name = name
        self.model = model
        self.once = model.once
        self.heard = heard_by(model, scenario)
        """Events that it is subscribed to."""

        ready = list(ready_steps(name, model.do, lines))
        self.words = HandlerSteps(name, lines, ready)
        """Where it stands in its file, and what its failures look like."""

        self.steps = [PlannedStep(step, scenario) for step in ready]
        retry = model.retry
        self._attempts: ConsumerOptions | None = None
        if retry is not None:
            self._attempts = ConsumerOptions(attempts=retry.attempts, only=retry.errors)
        self.may_expire = any(event in scenario.events and scenario.events[event].ttl for event in self.heard)
        """Whether any of its events has a time to live."""

        service = scenario.services.get(model.service or "")
        self.may_be_refused = service is not None and service.queue is not None and service.queue.overflow == "reject"
        """Whether a full queue may refuse its calls."""

        self.is_wanted: Callable[[Variables], bool] | None = (
            None if model.when is None else expressions.compile_condition(model.when)
        )

    def comes_again(self, attempt: int, error: BaseException) -> bool:
        """Whether another call for the event follows this attempt, from 1, that has failed."""
        return self._attempts is not None and self._attempts.comes_again(attempt, error)

    def gives_up(self, attempt: int, error: BaseException) -> bool:
        """Whether none does, whoever has the event now."""
        return self._attempts is None or self._attempts.gives_up(attempt, error)


def ready_emit(scenario: Scenario, event: str, model: Any, times: int = 1) -> ReadyEmit | None:
    """An emit of a step of a handler or of the script; None where it is to be made anew each time, or may not be."""
    if "with_" in model.model_fields_set:
        if not _is_literal(model.with_):
            return None
        value = expressions.compile_value(model.with_)({})
    else:
        declared = scenario.events.get(event)
        value = None if declared is None else declared.sample
    try:
        value = plain(value)[0]
    except PayloadTooLarge:
        return None
    return None if problems_of(scenario, event, value) else ReadyEmit(event, value, times)


def problems_of(scenario: Scenario, event: str, value: Any) -> list[str]:
    """What is wrong with a payload."""
    declared = scenario.events.get(event)
    if declared is None or declared.schema_ is None:
        return []
    return [f"{found.path}: {found.problem}" for found in payload.check(declared, value)]


def _is_literal(value: Any) -> bool:
    """Whether a payload holds no expression."""
    if isinstance(value, str):
        return "$" not in value
    if isinstance(value, Mapping):
        return all(map(_is_literal, value.values()))
    return all(map(_is_literal, value)) if isinstance(value, list) else True
