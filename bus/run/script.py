"""What puts events on the bus from outside of any handler: the scenario's script. A person's hand is in hand.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from bus.behaviour.places import Lines
from bus.behaviour.plain import PayloadTooLarge
from bus.errors import UserError
from bus.run.stage import PayloadRefused, Stage
from bus.runtime.clock import NEVER
from bus.runtime.draws import Draws
from bus.scenario import Scenario, arrivals, distribution, expressions
from bus.scenario.acts import EmitAct, MarkAct, RepeatAct, WaitAct, is_counted
from bus.scenario.generating import CannotGenerate, Generator
from bus.scenario.steps import MOST_TIMES

Path = tuple[str | int, ...]

MOST_AT_ONCE = 100_000
"""Users, and emits that wait for their time: each takes some kilobytes."""


class Outside(Protocol):
    """Where a script emits: a run, on the real bus or in the kernel."""

    @property
    def scenario(self) -> Scenario: ...

    @property
    def draws(self) -> Draws: ...

    @property
    def counters(self) -> Mapping[str, int]: ...

    def sample(self, event: str) -> Any: ...

    def checked(self, event: str, value: Any) -> Any: ...

    def put(self, event: str, checked: Any) -> None: ...


class Emitter:
    """One emit step: counts its emits, and knows their rhythm."""

    def __init__(self, act: EmitAct, path: Path, stage: Outside, lines: Lines) -> None:
        self._act = act
        self.event = act.emit
        self._stage = stage
        self._place = lines.place(*path)
        self._rng = stage.draws.stream(path)
        self._every = distribution.parse(act.every) if act.every is not None else None
        self._rate = arrivals.parse(act.rate) if act.rate is not None else None
        self._generator = Generator(stage.scenario.events[act.emit].schema_) if act.generate else None
        self._applies = expressions.compile_condition(act.if_) if act.if_ is not None else None
        self._value = expressions.compile_value(act.with_) if "with_" in act.model_fields_set else None
        self._count = 0

    @property
    def is_rhythmic(self) -> bool:
        """Whether it lets time pass between its emits."""
        return self._every is not None or self._rate is not None

    @property
    def at_once(self) -> int:
        """How often it emits each time."""
        return (self._act.burst or 1) if self.is_rhythmic else self._act.times

    def times(self) -> Iterator[int]:
        """When it emits, in nanoseconds from its beginning; where it has a rhythm."""
        most = self._act.times if self._act.most is not None else MOST_TIMES
        if self._rate is not None:
            return islice(self._rate.times(self._rng, self._act.lasts_ns), most)
        return self._every_so_often(most, self._act.lasts_ns)

    def _every_so_often(self, most: int, lasts_ns: int | None) -> Iterator[int]:
        due, every = 0, self._every
        assert every is not None
        for number in range(most):
            if number:
                due += NEVER if every.is_forever else every.sample(self._rng)
            if lasts_ns is not None and due >= lasts_ns:
                return
            yield due

    def emit(self) -> bool:
        """Once, where its condition is true; whether it was. Raises UserError where that cannot be."""
        self._count += 1
        variables = {"count": self._count, "counters": dict(self._stage.counters)}
        event = self._act.emit
        try:
            if self._applies is not None and not self._applies(variables):
                return False
            emit_outside(self._stage, event, self._payload(variables))
        except (PayloadRefused, PayloadTooLarge, CannotGenerate, expressions.ExpressionError) as error:
            raise UserError(f"the script cannot go on: {error}", at=self._place) from None
        return True

    def _payload(self, variables: dict[str, Any]) -> Any:
        if self._generator is not None:
            return self._generator.value(self._rng)
        return self._stage.sample(self._act.emit) if self._value is None else self._value(variables)


def emit_outside(stage: Outside, event: str, payload: Any) -> None:
    """Emit as a program's outermost code would that survives what handlers raise: the timeline shows it on the call.

    Raises PayloadRefused and PayloadTooLarge: then nothing was emitted.
    """
    value = stage.checked(event, payload)
    try:
        stage.put(event, value)
    except Exception:
        return


class Script:
    """A scenario's script, ready to run once."""

    def __init__(self, scenario: Scenario, lines: Lines, stage: Stage) -> None:
        self._stage = stage
        self._acts = scenario.script
        self._emitters: dict[Path, Emitter] = {}
        self._rng = stage.draws.stream("script")
        self._lines = lines
        self._at_once = 0
        """Users beside the first, and emits that wait for their time."""

        self._done = 0
        """Steps so far, a step that emits several times as often as it did: see bus.scenario.acts."""

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
            if is_counted(act):
                self._count(here)
            if isinstance(act, EmitAct):
                if act.at is not None:
                    self._begin(1, here)
                    beside(self._at(distribution.parse_time(act.at), self._emitter(act, here), here))
                else:
                    await self._emit(self._emitter(act, here), here)
            elif isinstance(act, WaitAct):
                spread = distribution.parse(act.wait)
                await self._stage.wait(NEVER if spread.is_forever else spread.sample(self._rng), "", "")
            elif isinstance(act, MarkAct):
                self._stage.log(act.mark)
            elif isinstance(act, RepeatAct):
                more = (act.users or 1) - 1
                self._begin(more, here)
                async with asyncio.TaskGroup() as users:
                    for _ in range(more):
                        users.create_task(self._repeat(act, here, beside))
                    await self._repeat(act, here, beside)
                self._at_once -= more

    def _count(self, path: Path) -> None:
        """One more step. Raises UserError where these are too many: what ends by a time need not ever come there."""
        self._done += 1
        if self._done > MOST_TIMES:
            problem = f"the script cannot go on: it has done {MOST_TIMES} steps"
            raise UserError(problem, at=self._lines.place(*path))

    def _begin(self, more: int, path: Path) -> None:
        """So many more at once. Raises UserError where these are too many."""
        self._at_once += more
        if self._at_once > MOST_AT_ONCE:
            problem = f"the script cannot go on: it does more than {MOST_AT_ONCE} things at once"
            at = self._lines.place(*path)
            raise UserError(problem, at=at, hint="take fewer users, or a wait between emits that have an at")

    async def _repeat(self, act: RepeatAct, path: Path, beside: Callable[..., Any]) -> None:
        ends_ns = None if act.for_ is None else self._stage.time_ns() + distribution.parse_time(act.for_)
        for _ in range(act.repeat):
            if ends_ns is not None and self._stage.time_ns() >= ends_ns:
                return
            await self._perform(act.do, (*path, "do"), beside)

    async def _at(self, due: int, emitter: Emitter, path: Path) -> None:
        await self._stage.wait(max(0, due - self._stage.time_ns()), emitter.event, "")
        await self._emit(emitter, path)
        self._at_once -= 1

    async def _emit(self, emitter: Emitter, path: Path) -> None:
        """As often as it says. One that comes too late, because a handler blocked, is made up for at once."""
        if not emitter.is_rhythmic:
            await self._emit_at_once(emitter, path, is_first=True)
            return
        stage = self._stage
        began = stage.time_ns()
        for number, after_ns in enumerate(emitter.times()):
            if number or after_ns:
                await stage.wait(max(0, began + after_ns - stage.time_ns()), emitter.event, "")
            await self._emit_at_once(emitter, path, is_first=not number)

    async def _emit_at_once(self, emitter: Emitter, path: Path, *, is_first: bool) -> None:
        """is_first: the step itself stands for the first of its emits, and is counted."""
        services = self._stage.services
        for number in range(emitter.at_once):
            if number or not is_first:
                self._count(path)
            if emitter.emit() and services.may_block(emitter.event):
                await services.until_taken(emitter.event)

    def _emitter(self, act: EmitAct, path: Path) -> Emitter:
        if path not in self._emitters:
            self._emitters[path] = Emitter(act, path, self._stage, self._lines)
        return self._emitters[path]


def _first(errors: BaseExceptionGroup[Any]) -> UserError:
    error: Any = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
