"""A scenario's script in the kernel: as `bus/run/script.py`, with generators in place of coroutines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bus.behaviour.places import Lines
from bus.kernel.beyond import BeyondKernel
from bus.kernel.plans import ReadyEmit, ready_emit
from bus.kernel.sources import Part
from bus.kernel.stage import KernelStage
from bus.kernel.tasks import Steps, Task, Tasks
from bus.run.script import MOST_AT_ONCE, Emitter, Path
from bus.scenario import Scenario, distribution
from bus.scenario.acts import EmitAct, MarkAct, RepeatAct, WaitAct, is_counted
from bus.scenario.steps import MOST_TIMES


class Group:
    """Parts of the script that go on side by side, and a task that waits until all of them are over."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._open = 0
        self._waiting: Task | None = None

    def begin(self, make: Callable[[Task], Part]) -> None:
        """One more goes on; it is made for the task that it becomes."""
        self._open += 1
        task = Task(0)
        task.steps = self._until_over(make(task))
        self._tasks.begin(task)

    def all(self, waiting: Task) -> Part:
        """Wait for them."""
        while self._open:
            self._waiting = waiting
            yield None

    def _until_over(self, part: Part) -> Steps:
        yield from part
        # As asyncio, which tells a group in a turn of its own that one has ended, and then whoever waits for all.
        told = Task(0)
        told.steps = self._one_ended()
        self._tasks.begin(told)

    def _one_ended(self) -> Steps:
        self._open -= 1
        if not self._open and self._waiting is not None:
            self._tasks.begin(self._waiting)
            self._waiting = None
        return
        yield


class KernelScript:
    """A scenario's script, ready to run once."""

    def __init__(
        self, scenario: Scenario, lines: Lines, stage: KernelStage, tasks: Tasks, ready: dict[Path, ReadyEmit | None]
    ) -> None:
        """ready: of emits that are the same each time, as far as runs before have come to them."""
        self._stage, self._tasks, self._lines = stage, tasks, lines
        self._ready = ready
        self._acts = scenario.script
        self._emitters: dict[Path, Emitter] = {}
        self._rng = stage.draws.stream("script")
        self._at_once = 0
        self._done = 0
        """Steps so far, as the script of the real bus counts them."""

    def run(self, task: Task) -> Part:
        """From the first step to the last. task: that does it."""
        group = Group(self._tasks)
        yield from self._perform(task, self._acts, ("script",), group)
        yield from group.all(task)

    def _perform(self, task: Task, acts: Sequence[Any], path: Path, beside: Group) -> Part:
        for index, act in enumerate(acts):
            here = (*path, index)
            if is_counted(act):
                self._count()
            if isinstance(act, EmitAct):
                emitter = self._emitter(act, here)
                if act.at is not None:
                    self._begin(1)
                    due = distribution.parse_time(act.at)
                    beside.begin(partial(self._at, due, emitter, self._once(act, here, emitter)))
                else:
                    yield from self._emit(task, emitter, self._once(act, here, emitter))
            elif isinstance(act, WaitAct):
                spread = distribution.parse(act.wait)
                yield None if spread.is_forever else spread.sample(self._rng)
            elif isinstance(act, MarkAct):
                self._stage.log(act.mark)
            elif isinstance(act, RepeatAct):
                yield from self._repeat_side_by_side(task, act, here, beside)

    def _repeat_side_by_side(self, task: Task, act: RepeatAct, path: Path, beside: Group) -> Part:
        more = (act.users or 1) - 1
        self._begin(more)
        users = Group(self._tasks)
        for _ in range(more):
            users.begin(lambda user: self._repeat(user, act, path, beside))
        yield from self._repeat(task, act, path, beside)
        yield from users.all(task)
        self._at_once -= more

    def _repeat(self, task: Task, act: RepeatAct, path: Path, beside: Group) -> Part:
        tasks = self._tasks
        ends_ns = None if act.for_ is None else tasks.now + distribution.parse_time(act.for_)
        for _ in range(act.repeat):
            if ends_ns is not None and tasks.now >= ends_ns:
                return
            yield from self._perform(task, act.do, (*path, "do"), beside)

    def _at(self, due: int, emitter: Emitter, once: Callable[[], bool], task: Task) -> Part:
        yield max(0, due - self._tasks.now)
        yield from self._emit(task, emitter, once)
        self._at_once -= 1

    def _emit(self, task: Task, emitter: Emitter, once: Callable[[], bool]) -> Part:
        """As often as it says. One that comes too late, because a handler blocked, is made up for at once."""
        tasks, services, at_once = self._tasks, self._stage.services, emitter.at_once
        may_block = services.may_block(emitter.event)
        began = tasks.now
        for number, after_ns in enumerate(emitter.times() if emitter.is_rhythmic else (0,)):
            if number or after_ns:
                yield max(0, began + after_ns - tasks.now)
            for again in range(at_once):
                if number or again:  # the step itself stands for the first of its emits, and is counted
                    self._count()
                if once() and may_block:
                    yield from services.until_taken(emitter.event, task)

    def _count(self) -> None:
        self._done += 1
        if self._done > MOST_TIMES:
            raise BeyondKernel

    def _once(self, act: EmitAct, path: Path, emitter: Emitter) -> Callable[[], bool]:
        """What emits once, and says whether it has."""
        if path not in self._ready:
            is_same = act.if_ is None and not act.generate
            self._ready[path] = ready_emit(self._stage.scenario, act.emit, act) if is_same else None
        ready = self._ready[path]
        return emitter.emit if ready is None else partial(self._stage.emit_ready, ready)

    def _begin(self, more: int) -> None:
        self._at_once += more
        if self._at_once > MOST_AT_ONCE:
            raise BeyondKernel

    def _emitter(self, act: EmitAct, path: Path) -> Emitter:
        if path not in self._emitters:
            self._emitters[path] = Emitter(act, path, self._stage, self._lines)
        return self._emitters[path]
