"""The calls of one handler in one run of the kernel: generators that do its steps."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

from bus.behaviour.context import Call, HandlerContext, Own
from bus.behaviour.places import raised_by
from bus.kernel.beyond import BeyondKernel
from bus.kernel.gates import Inner, Work, gated
from bus.kernel.plans import Carried, PlannedHandler
from bus.kernel.records import ENDED, PACK_ENDED, PACK_STARTED, STARTED_ASYNC, Records
from bus.kernel.stage import KernelStage
from bus.kernel.tasks import TURN, Steps, Task, Tasks
from bus.run.dead_letters import emit_dead_letter
from bus.run.said import said_payload
from bus.scenario import expressions
from bus.scenario.handling import TIMED_OUT
from bus.workers import KINDS

if TYPE_CHECKING:
    from bus.kernel.bus import KernelBus


class Listener:
    """A handler at one event."""

    __slots__ = ("about", "calls", "event", "ident", "once", "runs_inside")

    def __init__(self, calls: Calls, event: str, ident: int, *, runs_inside: bool) -> None:
        """ident: number of its name. runs_inside: it is a function, which runs inside of the emit."""
        self.calls = calls
        self.event = event
        self.ident = ident
        self.once = calls.plan.model.once
        self.runs_inside = runs_inside
        self.about = (event, calls.plan.name)


class Calls:
    """Of one handler, for all the events that it hears."""

    def __init__(
        self, plan: PlannedHandler, stage: KernelStage, tasks: Tasks, records: Records, bus: KernelBus
    ) -> None:
        self.plan = plan
        self.file = plan.words.file
        self._stage, self._tasks, self._records, self._bus = stage, tasks, records, bus
        self._random: random.Random = stage.draws.stream(plan.name)
        kind = KINDS.get(plan.model.worker)
        self._own: Own = "" if kind is None else "process" if kind.remote else "thread"
        self._count: Callable[[], int] = itertools.count(1).__next__
        inner = gated(plan, tasks, records, self._steps)
        self._inner: Inner | None = None if inner is None and plan.is_wanted is None else inner or self._steps
        """What a call meets before its steps, and these; None where that is nothing."""

    def begin(self, task: Task, listener: Listener, dispatch: int, carried: Carried) -> Steps:
        """One call beside its emit, from its first step to its end."""
        if self._inner is None:
            return self._steps(task, carried, listener, dispatch)
        return self._gated(self._inner, task, carried, listener, dispatch)

    def _gated(self, inner: Inner, task: Task, carried: Carried, listener: Listener, dispatch: int) -> Steps:
        self._started(task, listener, dispatch)
        wanted = self._is_wanted(listener.event, carried)
        failed = (yield from inner(task, carried)) if wanted is True else wanted
        self._ended(task, failed)

    def _started(self, task: Task, listener: Listener, dispatch: int) -> None:
        records = self._records
        records.keep(
            PACK_STARTED(STARTED_ASYNC, listener.ident, self._tasks.now, task.call, dispatch, records.lane, 1)
        )  # fmt: skip

    def _ended(self, task: Task, failed: Exception | None) -> None:
        records, tasks = self._records, self._tasks
        if failed is None:
            records.keep(PACK_ENDED(ENDED, tasks.now, task.call))
            self._bus.in_flight -= 1
            tasks.ready.append(TURN)
        else:
            words = self.plan.words
            error = raised_by(failed, words.file, words.line, words.name)
            records.failed(tasks.now, task.call, error, words.file)
            self._bus.failed(task, error)

    def at_once(self, call: int, listener: Listener, carried: Carried) -> Exception | None:
        """One call inside of its emit, for which everything waits; what it raises."""
        wanted = self._is_wanted(listener.event, carried)
        failed = self._blocking(Task(call, listener.about), carried) if wanted is True else wanted
        words = self.plan.words
        return None if failed is None else raised_by(failed, words.file, words.line, words.name)

    def _blocking(self, task: Task, carried: Carried) -> Exception | None:
        steps, tasks = self._steps(task, carried), self._tasks
        while True:
            try:
                wait = next(steps)
            except StopIteration as end:
                failed: Exception | None = end.value
                return failed
            if wait is None:
                raise BeyondKernel  # it blocks for ever
            tasks.now += wait

    def _steps(self, task: Task, carried: Carried, listener: Listener | None = None, dispatch: int = 0) -> Work:
        """What the handler does in a call. listener: where the call begins and ends with it."""
        if listener is not None:
            self._started(task, listener, dispatch)
        count, stage, tasks, bus = self._count(), self._stage, self._tasks, self._bus
        # As a process draws, which cannot know what other calls have drawn.
        draws = stage.draws.stream(self.plan.name, count) if self._own == "process" else self._random
        call: Call | None = None
        failed: Exception | None = None
        step = None
        over_ns = None if self.plan.model.timeout_ns is None else tasks.now + self.plan.model.timeout_ns
        try:
            for step in self.plan.steps:
                if count > 1 and step.ready.first_only:
                    continue
                wait, emit = step.wait, step.emit
                if wait is not None:
                    ns = step.fixed_ns
                    if ns is None and not wait.is_forever:
                        ns = wait.sample(draws)
                    if over_ns is not None and (ns is None or tasks.now + ns >= over_ns):
                        ns = max(0, over_ns - tasks.now)
                    if not step.blocks or self._own:
                        yield ns
                    elif ns is None:
                        raise BeyondKernel
                    else:
                        tasks.now += ns
                elif emit is not None:
                    for _ in range(emit.times):
                        bus.emit(emit.event, emit.carried, emit.blob)
                else:
                    if call is None:
                        call = self._call(task, carried, count, draws)
                    if step.ready.do(call) is not None:
                        raise BeyondKernel  # it has begun what it waits for
                if over_ns is not None and tasks.now >= over_ns:
                    raise stage.error_class(TIMED_OUT)(f"no end after {self.plan.model.timeout}")
        except Exception as error:
            failed = self.plan.words.failed(error, cast("HandlerContext", stage), None if step is None else step.ready)
        if failed is not None and self.plan.model.on_failure is not None:
            letter_of = call or self._call(task, carried, count, draws)
            emit_dead_letter(letter_of.context, self.plan.model.on_failure, letter_of, failed)
        if listener is not None:
            self._ended(task, failed)
        return failed

    def _call(self, task: Task, carried: Carried, count: int, draws: random.Random) -> Call:
        """What a step sees of it that is not done here. Such a step asks the stage for what it does at once."""
        event, handler = task.about
        context = cast("HandlerContext", self._stage)
        return Call(context, handler, event, said_payload(event, carried), count, draws, self._own)

    def _is_wanted(self, event: str, carried: Carried) -> Literal[True] | Exception | None:
        """True; None where the call has nothing to do; or what it fails with, for it cannot be known."""
        is_wanted = self.plan.is_wanted
        if is_wanted is None:
            return True
        counters = dict(self._stage.counters)
        variables = {"event": {"name": event, "payload": said_payload(event, carried)}, "counters": counters}
        try:
            return is_wanted(variables) or None
        except expressions.ExpressionError as error:
            return self.plan.words.failed(error, cast("HandlerContext", self._stage))
