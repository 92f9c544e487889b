"""Handlers of the scenario as an engine calls them: functions and coroutine functions that do a handler's steps."""

from __future__ import annotations

import asyncio
import itertools
import threading
from functools import partial
from typing import Any

from bus.behaviour.context import Call, Own
from bus.behaviour.deadline import Deadline
from bus.behaviour.handler_steps import HandlerSteps
from bus.behaviour.pauses import Pause
from bus.behaviour.places import Failed, Lines, coroutine_function_at, deferring_function_at, function_at
from bus.behaviour.steps import ReadyStep, ready_steps
from bus.contract.attempt import ATTEMPT
from bus.contract.holding import as_edited
from bus.contract.protocol import PLAIN, ConsumerDied, ConsumerOptions, Function
from bus.run.dead_letters import emit_dead_letter
from bus.run.event_gates import gated, gates_of
from bus.run.guard import Guard
from bus.run.handler_draws import HandlerDraws
from bus.run.lifetimes import expired, with_own_life
from bus.run.offloading import offloaded
from bus.run.replies import Replies
from bus.run.said import said_payload
from bus.run.service_lines import SERVICE_FULL
from bus.run.services import REFUSED
from bus.run.stage import Stage
from bus.runtime.gate import DEPTH, Depth, stack_here
from bus.scenario.handling import TIMED_OUT, Retry
from bus.scenario.model import NOW, Handler
from bus.workers import INLINE, KINDS
from bus.workers.attempts import attempts_of
from bus.workers.loop_calls import Inner
from bus.workers.pools import Run, WorkerPool


class Behaviour:
    """One handler of the scenario in one run, with what outlives its calls, for all the events that it hears."""

    def __init__(
        self, name: str, model: Handler, lines: Lines, stage: Stage, *, before: Behaviour | None = None
    ) -> None:
        """before: the same one until its service crashed; its draws go on, for each life would be like the last."""
        self.name = name
        self.model = model
        self._stage = stage
        attempts = attempts_of(model.wanted_attempts, stage.engine.spec, model.worker, retries=model.retry is not None)
        kind = KINDS.get(model.worker)
        nothing_outside = kind is not None and kind.broker is None and not model.has_python
        self._is_modelled = nothing_outside and stage.recording.is_virtual
        """Whether its workers are: nothing of it comes from outside of the run."""

        self._own: Own = "" if kind is None or not self._is_modelled else "process" if kind.remote else "thread"
        if kind is not None and kind.remote is not None and not self._is_modelled:
            offload = offloaded(stage, name, model, lines, attempts.by_workers)
            steps = [ReadyStep(offload, lines.handler(name).line, first_only=False)]
            self.steps = HandlerSteps(name, lines, steps)
        else:
            self.steps = HandlerSteps(name, lines, ready_steps(name, model.do, lines))
        self._draws: HandlerDraws = HandlerDraws(stage.draws, name) if before is None else before._draws
        self._count = itertools.count(1)
        self.replies = Replies(name, model, lines, stage)
        self._guard = None if model.when is None else Guard(model.when, self.steps, stage)
        self._gates = gates_of(name, model, stage)
        spec, at_once = stage.engine.spec, stage.scenario.at_once(model)
        self.options = ConsumerOptions(
            attempts=attempts.by_engine,
            backoff=None if model.retry is None else partial(self._rest, model.retry),
            only=frozenset() if model.retry is None else model.retry.errors,
            ack_first=model.ack == "before",
            prefetch=max(PLAIN.prefetch, at_once),
            at_once=at_once,
            first_offset=model.first_offset,
            since_ns=model.since_ns,
            from_now=model.from_ == NOW,
        )
        self._dies_ns = stage.faults.crash_after(name, stage.time_ns())
        """When its service crashes, and all of its calls with it; None: never. It is made anew then."""

        self._can_be_held = spec.is_durable or (spec.runs_coroutines and (model.worker != INLINE or not model.block))
        """Whether its engine puts a call aside at a breakpoint, and nothing else waits for it."""

        self.called_for: set[str] = set()
        """Events that it was called for: a `once` handler is not subscribed to them again."""

    @property
    def _comes_again(self) -> bool:
        return self.model.retry is not None or self._stage.engine.spec.is_durable

    def function_for(self, event: str) -> Function:
        """What is subscribed to one event."""
        subscription = _Subscription(self, self._stage, event)
        place = self.steps.file, self.steps.line, self.name
        runs_coroutines = self._stage.engine.spec.runs_coroutines
        is_plain = self.model.block or not (runs_coroutines or self._gates)
        if self.model.worker == INLINE and is_plain:
            plain = subscription.run if self._guard is None else self._guard.plain(event, subscription.run)
            return function_at(*place, plain)
        if self.model.worker != INLINE and not runs_coroutines and not self._gates:
            defer = partial(self._pool().defer, subscription.run)
            return deferring_function_at(*place, defer if self._guard is None else self._guard.deferring(event, defer))
        run = gated(self._gates, self._awaitable(subscription))
        if self.model.batch is not None:
            run = partial(with_own_life, event, run)
        if self._guard is not None:
            run = self._guard.awaitable(event, run)
        if runs_coroutines:
            return coroutine_function_at(*place, run)
        return deferring_function_at(*place, self._stage.pools.on_loop.deferring(run))

    def _awaitable(self, subscription: _Subscription) -> Inner:
        """One call, where it runs, as what a coroutine may wait for."""
        # Coroutines cost less than threads; but what blocks the loop would block them, and no worker.
        blocks = any(handler.may_block for handler in self._stage.scenario.handlers.values())
        if self._is_modelled and self._stage.engine.spec.runs_coroutines and not blocks:
            workers = self._stage.pools.model(self.name, self.model.worker, self.model.parallel)
            return partial(workers.do, subscription.run_async)
        if self.model.worker != INLINE:
            return partial(_awaited, self._pool(), subscription.run)
        return subscription.run_async

    def _pool(self) -> WorkerPool:
        return self._stage.pools.pool(self.name, self.model.worker, self.model.parallel, modelled=self._is_modelled)

    async def _rest(self, retry: Retry, event: str, attempt: int, failed_ns: int) -> None:
        due_ns = failed_ns + retry.backoff_ns(attempt, self._draws.backoffs)
        left_ns = max(0, due_ns - self._stage.time_ns())
        await self._stage.rest("retry", left_ns, event, self.name)

    def new_call(self, event: str, payload: tuple[Any, ...]) -> Call:
        """The handler's next call, counted; it begins when the run's gate lets it pass."""
        self.called_for.add(event)
        self._stage.before_call(event, self.name, None if self._can_be_held else payload)
        count, number = next(self._count), next(self._draws.numbers)
        draws = self._draws.of_process(number) if self._own == "process" else self._draws.steps
        call = Call(self._stage, self.name, event, said_payload(event, payload), count, draws, self._own)
        call.number = number
        call.replies = self.replies
        # What nobody calls again is inside of whatever emitted its event, and that may be another attempt.
        call.attempt = ATTEMPT.get() if self._comes_again else 1
        now = self._stage.time_ns
        call.dies = None if self._dies_ns is None else Deadline(self._dies_ns, now, crashed)
        call.deadline = call.dies
        timeout_ns = self.model.timeout_ns
        if timeout_ns is not None and (self._dies_ns is None or now() + timeout_ns < self._dies_ns):
            call.deadline = Deadline(now() + timeout_ns, now, self._timed_out)
        return call

    def _timed_out(self) -> Exception:
        return self._stage.error_class(TIMED_OUT)(f"no end after {self.model.timeout}")

    def after(self, call: Call, failed: Failed) -> Failed:
        """What a call ends with; where it has failed for good its dead letter is emitted in it."""
        letter = self.model.on_failure
        if failed is not None and letter is not None and self.options.gives_up(call.attempt, failed):
            emit_dead_letter(self._stage, letter, call, failed)
        return failed


def crashed() -> Exception:
    """What a call fails with whose service has crashed."""
    return ConsumerDied("the service crashed in the middle of the call")


async def _awaited(pool: WorkerPool, run: Run, payload: tuple[Any, ...]) -> BaseException | None:
    """A call on workers, as a coroutine that waits for its end. Whoever cancels it does not wait any longer."""
    return await asyncio.wrap_future(pool.submit(run, as_edited(payload)))


class _Subscription:
    """A behaviour and one event: what a call needs to begin."""

    def __init__(self, behaviour: Behaviour, stage: Stage, event: str) -> None:
        self._behaviour = behaviour
        self._stage = stage
        self._event = event

    def run(self, payload: tuple[Any, ...]) -> BaseException | None:
        """One call as a plain function; what it raises is returned, for the function in the scenario file to raise."""
        if not self._is_inside_emit() and (over := self._expired()) is not None:
            return over
        call, depth = self._behaviour.new_call(self._event, payload), DEPTH.get()
        token = DEPTH.set(Depth(depth.flow + 1, stack_here(depth) + 1, threading.get_ident()))
        try:
            failed, pause = self._begin(call)
            return self._behaviour.after(call, failed or self._behaviour.steps.do(call, pause))
        finally:
            DEPTH.reset(token)

    async def run_async(self, payload: tuple[Any, ...]) -> BaseException | None:
        """One call as a coroutine, on a task of its own: whatever it sets in the context ends with it."""
        if self._stage.is_stopped:
            raise asyncio.CancelledError("the run was stopped")  # many may wait: cheaply
        if (over := self._expired()) is not None:
            return over
        depth = DEPTH.get()
        if depth.stack:  # of the emit, which is not there any more
            DEPTH.set(Depth(depth.flow))
        call = self._behaviour.new_call(self._event, as_edited(payload))
        DEPTH.set(Depth(depth.flow + 1, 1, threading.get_ident()))
        failed, pause = self._begin(call)
        return self._behaviour.after(call, failed or await self._behaviour.steps.do_async(call, pause))

    def _expired(self) -> BaseException | None:
        stage = self._stage
        told = self._event, self._behaviour.name, stage.faults.clocks
        return expired(stage.recording, *told, is_durable=stage.engine.spec.is_durable)

    def _is_inside_emit(self) -> bool:
        """Whether the emit itself calls a plain handler here: for that nothing has waited."""
        return not self._stage.engine.spec.is_durable and asyncio._get_running_loop() is not None

    def _begin(self, call: Call) -> tuple[Failed, Pause | None]:
        """What the call fails with before its first step, and what it waits for before that."""
        steps, stage = self._behaviour.steps, self._stage
        if stage.faults.dies_in_call(call.handler):
            return steps.failed(ConsumerDied("the consumer died in the middle of the call"), stage), None
        if refused := REFUSED.get():
            REFUSED.set("")  # what it emits as its dead letter is no affair of that queue
            return steps.failed(stage.error_class(SERVICE_FULL)(refused), stage), None
        failed, pause = stage.faults.of_call(call)
        return None if failed is None else steps.failed(failed, stage), pause
