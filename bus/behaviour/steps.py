"""What each kind of step does, made ready once and done in every call. A new kind (`bus/scenario/steps.py`) is a
function and a line in `STEPS`.

A step is told which call it belongs to, and asks that call's context for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from bus.behaviour.context import Call
from bus.behaviour.pauses import Delay, Emits, Pause, PythonCode
from bus.behaviour.places import Lines
from bus.behaviour.plain import plain
from bus.behaviour.requests import Asking
from bus.behaviour.sagas import WORKER_LOST, Compensation, done
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

    model: Any = None
    """The step of the file; None where this is none that stands there."""

    def is_of(self, call: Call) -> bool:
        """Whether this call does it."""
        return call.count == 1 or not self.first_only


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a step stands in the scenario's file."""

    lines: Lines
    path: tuple[str | int, ...]
    """Keys and indexes from the root of the file down to the step."""

    @property
    def line(self) -> int:
        """Line of the file, from 1."""
        return self.lines.line(*self.path)

    def inside(self, *path: str | int) -> Spot:
        """Where a part of the step stands, by the keys and indexes that lead to it."""
        return Spot(self.lines, (*self.path, *path))


def ready(model: list[Any], spot: Spot, *, first_only: bool = False) -> Iterator[ReadyStep]:
    """The steps of a handler, `once` and sagas unfolded. spot: of their list."""
    for index, step in enumerate(model):
        here = spot.inside(index)
        if isinstance(step, steps.Once):
            yield from ready(step.once, here.inside("once"), first_only=True)
        elif isinstance(step, steps.SagaStep):
            yield from ready(step.do, here.inside("do"), first_only=first_only)
            undo = tuple(ready(step.undo, here.inside("undo"), first_only=first_only))
            yield ReadyStep(partial(done, compensation=Compensation(step.step, undo)), here.line, first_only)
        else:
            yield ReadyStep(STEPS[type(step)](step, here), here.line, first_only, step)


def ready_steps(name: str, model: list[Any], lines: Lines) -> Iterator[ReadyStep]:
    """The steps of the handler of that name."""
    return ready(model, Spot(lines, ("handlers", name, "do")))


def _log(step: steps.Log, _: Spot) -> Do:
    text = expressions.compile_value(step.log)

    def log(call: Call) -> None:
        call.context.log(expressions.spell(text(call.variables())))

    return log


def _wait(step: steps.Wait, _: Spot) -> Do:
    spread = distribution.parse(step.wait)
    block = step.block

    def wait(call: Call) -> Pause:
        return Delay(NEVER if spread.is_forever else spread.sample(call.random), block)

    return wait


def _fail(step: steps.Fail, _: Spot) -> Do:
    options = step.fail
    applies = expressions.compile_condition(options.if_) if options.if_ is not None else None
    text = expressions.compile_value(options.message)

    def fail(call: Call) -> None:
        variables = call.variables()
        if applies is not None and not applies(variables):
            return
        if options.every is not None and call.count % options.every:
            return
        if options.probability is not None and call.random.random() >= options.probability:
            return
        call.context.before_failure()
        raise call.context.error_class(options.error)(expressions.spell(text(variables)))

    return fail


def _crash(step: steps.Crash, _: Spot) -> Do:
    options = step.crash
    applies = expressions.compile_condition(options.if_) if options.if_ is not None else None

    def crash(call: Call) -> None:
        if applies is not None and not applies(call.variables()):
            return
        if options.every is not None and call.count % options.every:
            return
        call.context.before_failure()
        if call.has_own == "process":
            raise call.context.error_class(WORKER_LOST)("the worker's process was killed by signal 9 in this call")
        raise ConsumerDied("the consumer died in the middle of the call")

    return crash


def _emit(step: steps.Emit, _: Spot) -> Do:
    applies = expressions.compile_condition(step.if_) if step.if_ is not None else None
    value = expressions.compile_value(step.with_) if "with_" in step.model_fields_set else None

    def emit(call: Call) -> Pause | None:
        variables = call.variables()
        if applies is not None and not applies(variables):
            return None
        if step.probability is not None and call.random.random() >= step.probability:
            return None
        said = call.context.sample(step.emit) if value is None else value(variables)
        if call.context.services.may_block(step.emit):
            return Emits(step.emit, said, step.times)
        for _ in range(step.times):
            call.context.emit(step.emit, said)
        return None

    return emit


def _request(step: steps.Request, _: Spot) -> Do:
    value = expressions.compile_value(step.with_) if "with_" in step.model_fields_set else None
    within_ns = distribution.parse_time(step.within)

    def request(call: Call) -> Pause:
        said = call.context.sample(step.request) if value is None else value(call.variables())
        return Asking(step, said, within_ns)

    return request


def _transform(step: steps.Transform, _: Spot) -> Do:
    value = expressions.compile_value(step.transform)

    def transform(call: Call) -> None:
        call.payload = plain(value(call.variables()))[0]

    return transform


def _count(step: steps.Count, _: Spot) -> Do:
    def count(call: Call) -> None:
        call.context.count(step.count)

    return count


def _python(step: steps.Python, spot: Spot) -> Do:
    line = spot.inside("python").line
    # A block of several lines begins below its key.
    first_line = line + 1 if "\n" in step.python else line

    def python(call: Call) -> Pause:
        if not call.context.trusted:
            raise call.context.error_class("NotTrusted")(
                "Python code of this scenario does not run before you trust the file "
                "(in the window: Trust this file; on the command line: --trust)"
            )
        return PythonCode(step.python, call.random.getrandbits(63), first_line)

    return python


STEPS: dict[type[Any], Callable[[Any, Spot], Do]] = {
    steps.Log: _log,
    steps.Wait: _wait,
    steps.Fail: _fail,
    steps.Crash: _crash,
    steps.Emit: _emit,
    steps.Request: _request,
    steps.Transform: _transform,
    steps.Count: _count,
    steps.Python: _python,
}
