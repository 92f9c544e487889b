"""What each kind of step does, made ready once a run. A new kind is a function here and a line in `STEPS`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bus.behaviour.pauses import Ask, Call, Delay, Pause
from bus.behaviour.places import Lines
from bus.behaviour.plain import plain
from bus.behaviour.stage import FAILURE_TEXT, Stage
from bus.contract.protocol import ConsumerDied
from bus.runtime.clock import NEVER
from bus.scenario import distribution, expressions, steps

Do = Callable[[Call], Pause | None]


@dataclass(frozen=True, slots=True)
class ReadyStep:
    """One step of a handler."""

    do: Do
    """Does it; what is left to wait for is returned."""

    line: int
    first_only: bool
    """Only in the handler's first call."""


@dataclass(frozen=True, slots=True)
class Making:
    """What making a step needs to know."""

    stage: Stage
    rng: random.Random
    lines: Lines
    path: tuple[str | int, ...]


def ready(model: list[Any], making: Making, *, first_only: bool = False) -> Iterator[ReadyStep]:
    """The steps of a handler, `once` unfolded."""
    for index, step in enumerate(model):
        inner = Making(making.stage, making.rng, making.lines, (*making.path, index))
        if isinstance(step, steps.Once):
            nested = Making(inner.stage, inner.rng, inner.lines, (*inner.path, "once"))
            yield from ready(step.once, nested, first_only=True)
        else:
            yield ReadyStep(STEPS[type(step)](step, inner), inner.lines.line(*inner.path), first_only)


def _log(step: steps.Log, making: Making) -> Do:
    text = expressions.compile_value(step.log)
    stage = making.stage

    def log(call: Call) -> None:
        stage.mark(expressions.spell(text(call.variables())))

    return log


def _wait(step: steps.Wait, making: Making) -> Do:
    spread = distribution.parse(step.wait)
    rng, block = making.rng, step.block

    def wait(call: Call) -> Pause:
        return Delay(NEVER if spread.is_forever else spread.sample(rng), block)

    return wait


def _fail(step: steps.Fail, making: Making) -> Do:
    options = step.fail
    applies = expressions.compile_condition(options.if_) if options.if_ is not None else None
    text = expressions.compile_value(options.message)
    kind = making.stage.error_class(options.error)
    stage, rng = making.stage, making.rng

    def fail(call: Call) -> None:
        variables = call.variables()
        if applies is not None and not applies(variables):
            return
        if options.every is not None and call.count % options.every:
            return
        if options.probability is not None and rng.random() >= options.probability:
            return
        stage.room.make_sure(FAILURE_TEXT)
        raise kind(expressions.spell(text(variables)))

    return fail


def _crash(step: steps.Crash, making: Making) -> Do:
    options = step.crash
    applies = expressions.compile_condition(options.if_) if options.if_ is not None else None
    stage = making.stage

    def crash(call: Call) -> None:
        if applies is not None and not applies(call.variables()):
            return
        if options.every is not None and call.count % options.every:
            return
        stage.room.make_sure(FAILURE_TEXT)
        raise ConsumerDied("the consumer died in the middle of the call")

    return crash


def _emit(step: steps.Emit, making: Making) -> Do:
    applies = expressions.compile_condition(step.if_) if step.if_ is not None else None
    value = expressions.compile_value(step.with_) if "with_" in step.model_fields_set else None
    stage = making.stage

    def emit(call: Call) -> None:
        variables = call.variables()
        if applies is not None and not applies(variables):
            return
        said = stage.sample(step.emit) if value is None else value(variables)
        for _ in range(step.times):
            stage.emit(step.emit, said)

    return emit


def _transform(step: steps.Transform, making: Making) -> Do:
    value = expressions.compile_value(step.transform)

    def transform(call: Call) -> None:
        call.payload = plain(value(call.variables()))[0]

    return transform


def _count(step: steps.Count, making: Making) -> Do:
    stage = making.stage

    def count(call: Call) -> None:
        stage.count(step.count)

    return count


def _python(step: steps.Python, making: Making) -> Do:
    line = making.lines.line(*making.path, "python")
    # A block of several lines begins below its key.
    first_line = line + 1 if "\n" in step.python else line
    stage, rng = making.stage, making.rng

    def python(call: Call) -> Pause:
        if not stage.trusted:
            raise stage.error_class("NotTrusted")(
                "Python code of this scenario does not run before you trust the file "
                "(in the window: Trust this file; on the command line: --trust)"
            )
        return Ask(step.python, rng.getrandbits(63), first_line)

    return python


STEPS: dict[type[Any], Callable[[Any, Making], Do]] = {
    steps.Log: _log,
    steps.Wait: _wait,
    steps.Fail: _fail,
    steps.Crash: _crash,
    steps.Emit: _emit,
    steps.Transform: _transform,
    steps.Count: _count,
    steps.Python: _python,
}
