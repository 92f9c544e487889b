"""What puts events on the bus from outside of any handler: the scenario's script. A person's hand is in hand.py."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from bus.behaviour.places import Lines
from bus.behaviour.plain import PayloadTooLarge
from bus.errors import Place, UserError
from bus.run.stage import PayloadRefused, Stage
from bus.runtime.clock import NEVER
from bus.scenario import Scenario, distribution, expressions
from bus.scenario.model import EmitAct, MarkAct, RepeatAct, WaitAct

Path = tuple[str | int, ...]


class _Emitter:
    """One emit step: counts its emits, and keeps its rhythm where it can."""

    def __init__(self, act: EmitAct, path: Path, stage: Stage, lines: Lines) -> None:
        self._act = act
        self.event = act.emit
        self._stage = stage
        self._place = Place(lines.file, lines.line(*path))
        self._rng = stage.draws.stream(path)
        self._every = distribution.parse(act.every) if act.every is not None else None
        self._applies = expressions.compile_condition(act.if_) if act.if_ is not None else None
        self._value = expressions.compile_value(act.with_) if "with_" in act.model_fields_set else None
        self._count = 0

    async def run(self) -> None:
        """As often as it says. One that comes too late, because a handler blocked, is made up for at once."""
        stage, event = self._stage, self._act.emit
        due = stage.time_ns()
        for turn in range(self._act.times):
            if turn and self._every is not None:
                due += NEVER if self._every.is_forever else self._every.sample(self._rng)
                await stage.wait(max(0, due - stage.time_ns()), event, "")
            self._emit()

    def _emit(self) -> None:
        self._count += 1
        variables = {"count": self._count, "counters": dict(self._stage.counters)}
        event = self._act.emit
        try:
            if self._applies is not None and not self._applies(variables):
                return
            payload = self._stage.sample(event) if self._value is None else self._value(variables)
            emit_outside(self._stage, event, payload)
        except (PayloadRefused, PayloadTooLarge, expressions.ExpressionError) as error:
            raise UserError(f"the script cannot go on: {error}", at=self._place) from None


def emit_outside(stage: Stage, event: str, payload: Any) -> None:
    """Emit as a program's outermost code would that survives what handlers raise: the timeline shows it on the call.

    Raises PayloadRefused and PayloadTooLarge: then nothing was emitted.
    """
    value = stage.checked(event, payload)
    with contextlib.suppress(Exception):
        stage.put(event, value)


class Script:
    """A scenario's script, ready to run once."""

    def __init__(self, scenario: Scenario, lines: Lines, stage: Stage) -> None:
        self._stage = stage
        self._acts = scenario.script
        self._emitters: dict[Path, _Emitter] = {}
        self._rng = stage.draws.stream("script")
        self._lines = lines

    async def run(self) -> None:
        """From the first step to the last. Raises UserError where a step cannot be done."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._perform(self._acts, ("script",), group.create_task)
        except BaseExceptionGroup as errors:
            wrong = errors.subgroup(UserError)
            if wrong is None:
                raise
            raise _first(wrong) from None

    async def _perform(self, acts: Sequence[Any], path: Path, beside: Callable[..., Any]) -> None:
        for index, act in enumerate(acts):
            here = (*path, index)
            if isinstance(act, EmitAct):
                if act.at is not None:
                    beside(self._at(distribution.parse_time(act.at), self._emitter(act, here)))
                else:
                    await self._emitter(act, here).run()
            elif isinstance(act, WaitAct):
                spread = distribution.parse(act.wait)
                await self._stage.wait(NEVER if spread.is_forever else spread.sample(self._rng), "", "")
            elif isinstance(act, MarkAct):
                self._stage.log(act.mark)
            elif isinstance(act, RepeatAct):
                for _ in range(act.repeat):
                    await self._perform(act.do, (*here, "do"), beside)

    async def _at(self, due: int, emitter: _Emitter) -> None:
        await self._stage.wait(max(0, due - self._stage.time_ns()), emitter.event, "")
        await emitter.run()

    def _emitter(self, act: EmitAct, path: Path) -> _Emitter:
        if path not in self._emitters:
            self._emitters[path] = _Emitter(act, path, self._stage, self._lines)
        return self._emitters[path]


def _first(errors: BaseExceptionGroup[Any]) -> UserError:
    error: Any = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
