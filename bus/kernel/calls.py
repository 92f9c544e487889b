"""The calls of one handler in one run of the kernel: generators that do its steps."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Literal, cast

from bus.behaviour.context import Call, HandlerContext, Own
from bus.behaviour.deadline import Deadline
from bus.behaviour.pauses import Delay, Emits, Pause
from bus.behaviour.places import raised_by
from bus.behaviour.sagas import telling, to_undo
from bus.kernel.beyond import BeyondKernel
from bus.kernel.gates import gated
from bus.kernel.plans import Carried, PlannedHandler, PlannedStep
from bus.kernel.records import ENDED, PACK_ENDED, PACK_STARTED, STARTED_ASYNC, Records
from bus.kernel.stage import KernelStage
from bus.kernel.tasks import Steps, Task, Tasks
from bus.kernel.work import Inner, Work
from bus.run.dead_letters import emit_dead_letter
from bus.run.handler_draws import HandlerDraws
from bus.run.handlers import crashed
from bus.run.said import said_payload
from bus.run.service_lines import SERVICE_FULL
from bus.runtime.clock import NEVER
from bus.scenario import expressions
from bus.scenario.handling import TIMED_OUT
from bus.workers import KINDS

if TYPE_CHECKING:
    from bus.kernel.bus import KernelBus


class Listener:
    """A handler at one event."""

    __slots__ = ("about", "calls", "event", "ident", "once", "runs_inside")

    def __init__(self, calls: Calls, event: str, ident: int) -> None:
        """ident: number of its name."""
        self.calls = calls
        self.event = event
        self.ident = ident
        self.once = calls.plan.model.once
        self.runs_inside = calls.blocks
        self.about = (event, calls.plan.name)


class Calls:
    """Of one handler, for all the events that it hears, until its service crashes."""

    def __init__(
        self,
        plan: PlannedHandler,
        stage: KernelStage,
        tasks: Tasks,
        records: Records,
        bus: KernelBus,
        before: Calls | None = None,
    ) -> None:
        """before: those of the same handler until its service crashed; its draws go on."""
        self.plan = plan
        self.blocks = plan.model.block or not bus.runs_tasks
        """Whether a call is a function, which runs inside of the emit."""

        self.called_for: set[str] = set()
        """Events that it was called for, where one call is all."""

        self._stage, self._tasks, self._records, self._bus = stage, tasks, records, bus
        self._draws: HandlerDraws = HandlerDraws(stage.draws, plan.name) if before is None else before._draws
        kind = KINDS.get(plan.model.worker)
        self._own: Own = "" if kind is None else "process" if kind.remote else "thread"
        self._count: Callable[[], int] = itertools.count(1).__next__
        self._dies_ns = stage.faults.crash_after(plan.name, tasks.now)
        """When its service crashes, and all of its calls with it; None: never. They are made anew then."""

        self._may_end = self._dies_ns is not None or plan.model.timeout_ns is not None
        """Whether a call may be ended from outside."""

        self._may_be_hit = plan.may_be_refused or stage.faults.hits(plan.name)
        """Whether a call may fail, or have to wait, before its first step."""

        inner = gated(plan, stage, tasks, records, self._steps)
        self._inner: Inner | None = None if inner is None and plan.is_wanted is None else inner or self._steps
        """What a call meets before its steps, and these; None where that is nothing."""

    def backoff_ns(self, attempt: int) -> int:
        """Nanoseconds between the failure of this attempt, from 1, and the next."""
        assert self.plan.model.retry is not None
        return self.plan.model.retry.backoff_ns(attempt, self._draws.backoffs)

    def begin(self, task: Task, listener: Listener, dispatch: int, carried: Carried) -> Steps:
        """One call beside its emit, from its first step to its end."""
        if self._inner is None:
            return self._steps(task, carried, listener, dispatch)
        return self._gated(self._inner, task, carried, listener, dispatch)

    def _gated(self, inner: Inner, task: Task, carried: Carried, listener: Listener, dispatch: int) -> Steps:
        self._started(task, listener, dispatch)
        wanted = self._is_wanted(listener.event, carried)
        failed = (yield from inner(task, carried)) if wanted is True else wanted
        self._ended(task, failed, listener, dispatch, carried)

    def _started(self, task: Task, listener: Listener, dispatch: int) -> None:
        records = self._records
        records.keep(
            PACK_STARTED(
                *(STARTED_ASYNC, listener.ident, self._tasks.now, task.call, dispatch, records.lane, task.attempt)
            )
        )

    def _ended(
        self, task: Task, failed: BaseException | None, listener: Listener, dispatch: int, carried: Carried
    ) -> None:
        records, tasks = self._records, self._tasks
        if failed is None:
            records.keep(PACK_ENDED(ENDED, tasks.now, task.call))
            self._bus.in_flight -= 1
            tasks.ready.append(task)  # pyee is told, which takes a turn
        else:
            words = self.plan.words
            error = raised_by(failed, words.file, words.line, words.name)
            records.failed(tasks.now, task.call, error, words.file)
            self._bus.failed(task, error, listener, dispatch, carried)

    def at_once(self, call: int, listener: Listener, carried: Carried, attempt: int) -> BaseException | None:
        """One call inside of its emit, for which everything waits; what it raises."""
        task = Task(call, listener.about)
        task.attempt = attempt
        wanted = self._is_wanted(listener.event, carried)
        failed = self._blocking(task, carried) if wanted is True else wanted
        words = self.plan.words
        return None if failed is None else raised_by(failed, words.file, words.line, words.name)

    def _blocking(self, task: Task, carried: Carried) -> BaseException | None:
        steps, tasks = self._steps(task, carried), self._tasks
        while True:
            try:
                wait = next(steps)
            except StopIteration as end:
                failed: BaseException | None = end.value
                return failed
            if wait is None:
                raise BeyondKernel  # it blocks for ever
            tasks.now += wait

    def _steps(self, task: Task, carried: Carried, listener: Listener | None = None, dispatch: int = 0) -> Work:
        """What the handler does in a call. listener: where the call begins and ends with it."""
        if listener is not None:
            self._started(task, listener, dispatch)
        plan = self.plan
        count, draws = self._count(), self._draws.steps
        if self._own == "process":
            draws = self._draws.of_process(next(self._draws.numbers))
        deadline = self._deadline() if self._may_end else None
        call: Call | None = None
        failed: Exception | None = None
        step: PlannedStep | None = None
        if plan.once:
            self.called_for.add(task.about[0])
        try:
            if self._may_be_hit:
                call = self._call(task, carried, count, draws, deadline)
                failed, first = self._hit(task, call)
                if first is not None:
                    yield from self._pause(call, first, task)
            if failed is None:
                for step in plan.steps:
                    if count > 1 and step.ready.first_only:
                        continue
                    wait, emit = step.wait, step.emit
                    if wait is not None:
                        ns = step.fixed_ns
                        if ns is None:
                            ns = NEVER if wait.is_forever else wait.sample(draws)
                        is_over = False
                        if deadline is not None:
                            ns, is_over = deadline.cut(ns)
                        if not step.blocks or self._own:
                            yield ns if ns < NEVER else None
                        else:
                            self._block(ns)
                        if is_over and deadline is not None:
                            raise deadline.error()
                    elif emit is not None:
                        for _ in range(emit.times):
                            self._stage.send(emit.event, emit.carried, emit.blob)
                    else:
                        if call is None:
                            call = self._call(task, carried, count, draws, deadline)
                        pause = step.ready.do(call)
                        if pause is not None:
                            yield from self._pause(call, pause, task)
                    if deadline is not None:
                        deadline.check()
        except Exception as error:
            failed = self._failure(error, step)
            if call is not None and call.done:
                failed = yield from self._undone(call, failed, step, task)
        if failed is not None and plan.model.on_failure is not None and plan.gives_up(task.attempt, failed):
            letter_of = call or self._call(task, carried, count, draws, deadline)
            emit_dead_letter(letter_of.context, plan.model.on_failure, letter_of, failed)
        if listener is not None:
            self._ended(task, failed, listener, dispatch, carried)
        return failed

    def _hit(self, task: Task, call: Call) -> tuple[Exception | None, Pause | None]:
        """What a call fails with before its first step, and what it has to wait for before that."""
        if task.refused:
            return self._failure(self._stage.error_class(SERVICE_FULL)(task.refused)), None
        failed, first = self._stage.faults.of_call(call)
        return None if failed is None else self._failure(failed), None if failed is not None else first

    def _undone(
        self, call: Call, failed: Exception, step: PlannedStep | None, task: Task
    ) -> Generator[int | None, None, Exception]:
        """Undo what was done of a saga; what the call fails with (see bus.behaviour.sagas)."""
        try:
            for each in to_undo(call, failed):
                with telling(call, each):
                    for undo in each.of(call):
                        pause = undo.do(call)
                        if pause is not None:
                            yield from self._pause(call, pause, task)
                        if call.deadline is not None:
                            call.deadline.check()
        except Exception as died:
            return self._failure(died, step)
        return failed

    def _pause(self, call: Call, pause: Pause, task: Task) -> Iterator[int | None]:
        """Steps of a call that waits for what one of its steps has begun."""
        if isinstance(pause, Delay):
            deadline = call.deadline
            ns, is_over = (pause.ns, False) if deadline is None else deadline.cut(pause.ns)
            if pause.always_blocks and not self._own:
                self._block(ns)
            else:
                yield ns if ns < NEVER else None
            if is_over and deadline is not None:
                raise deadline.error()
        elif isinstance(pause, Emits):
            for _ in range(pause.times):
                call.context.emit(pause.event, pause.payload)
                if not self.blocks:
                    yield from self._stage.services.until_taken(pause.event, task)
        else:
            raise BeyondKernel

    def _block(self, ns: int) -> None:
        """Everything waits so long."""
        if ns >= NEVER:
            raise BeyondKernel
        self._tasks.now += ns

    def _failure(self, error: Exception, step: PlannedStep | None = None) -> Exception:
        return self.plan.words.failed(error, cast("HandlerContext", self._stage), None if step is None else step.ready)

    def _deadline(self) -> Deadline:
        """When a call that begins now is ended from outside."""
        now, timeout_ns, dies_ns = self._tasks.now, self.plan.model.timeout_ns, self._dies_ns
        if timeout_ns is not None and (dies_ns is None or now + timeout_ns < dies_ns):
            return Deadline(now + timeout_ns, self._tasks.time_ns, self._timed_out)
        assert dies_ns is not None
        return Deadline(dies_ns, self._tasks.time_ns, crashed)

    def _timed_out(self) -> Exception:
        return self._stage.error_class(TIMED_OUT)(f"no end after {self.plan.model.timeout}")

    def _call(self, task: Task, carried: Carried, count: int, draws: random.Random, deadline: Deadline | None) -> Call:
        """What a step sees of it that is not done here. Such a step asks the stage for what it does at once."""
        event, handler = task.about
        context = cast("HandlerContext", self._stage)
        call = Call(context, handler, event, said_payload(event, carried), count, draws, self._own)
        call.attempt, call.deadline = task.attempt, deadline
        if self._dies_ns is not None:
            call.dies = Deadline(self._dies_ns, self._tasks.time_ns, crashed)
        return call

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
            return self._failure(error)
