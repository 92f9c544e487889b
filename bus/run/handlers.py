"""Handlers of the scenario as an engine calls them: functions and coroutine functions that do a handler's steps."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bus.behaviour.context import Call, Own
from bus.behaviour.handler_steps import HandlerSteps
from bus.behaviour.places import Failed, Lines, coroutine_function_at, deferring_function_at, function_at
from bus.behaviour.plain import plain
from bus.behaviour.steps import ReadyStep, ready_steps
from bus.contract.holding import as_edited
from bus.contract.protocol import ConsumerDied, Function
from bus.run.offloading import offloaded
from bus.run.stage import Stage
from bus.runtime.gate import DEPTH, Depth, stack_here
from bus.scenario.distribution import Distribution
from bus.scenario.model import Handler
from bus.workers import INLINE, KINDS
from bus.workers.attempts import attempts_of
from bus.workers.pools import Run, WorkerPool
from buslens.watching.naming import describe


class Behaviour:
    """One handler of the scenario in one run, with what outlives its calls, for all the events that it hears."""

    def __init__(self, name: str, model: Handler, lines: Lines, stage: Stage) -> None:
        self.name = name
        self.model = model
        self._stage = stage
        self.attempts = attempts_of(
            model.wanted_attempts, stage.engine.spec, model.worker, retries=model.retry is not None
        )
        kind = KINDS.get(model.worker)
        nothing_outside = kind is not None and kind.broker is None and not model.has_python
        self._is_modelled = nothing_outside and stage.recording.is_virtual
        """Whether its workers are: nothing of it comes from outside of the run."""

        self._own: Own = "" if kind is None or not self._is_modelled else "process" if kind.remote else "thread"
        if kind is not None and kind.remote is not None and not self._is_modelled:
            offload = offloaded(stage, name, model, lines, self.attempts.by_workers)
            steps = [ReadyStep(offload, lines.handler_line(name), first_only=False)]
            self.steps = HandlerSteps(name, lines, steps)
        else:
            self.steps = HandlerSteps(name, lines, ready_steps(name, model.do, lines))
        self._random = stage.draws.stream(name)
        self._backoffs = stage.draws.stream(name, "backoff")
        self._count = itertools.count(1)
        spec = stage.engine.spec
        self._can_be_held = spec.is_durable or (spec.runs_coroutines and (model.worker != INLINE or not model.block))
        """Whether its engine puts a call aside at a breakpoint, and nothing else waits for it."""

        self.called_for: set[str] = set()
        """Events that it was called for: a `once` handler is not subscribed to them again."""

    def function_for(self, event: str) -> Function:
        """What is subscribed to one event."""
        subscription = _Subscription(self, self._stage, event)
        place = self.steps.file, self.steps.line, self.name
        runs_coroutines = self._stage.engine.spec.runs_coroutines
        # Coroutines cost less than threads; but what blocks the loop would block them, and no worker.
        blocks = any(handler.may_block for handler in self._stage.scenario.handlers.values())
        if self._is_modelled and runs_coroutines and not blocks:
            workers = self._stage.pools.model(self.name, self.model.worker, self.model.parallel)
            return coroutine_function_at(*place, partial(workers.do, subscription.run_async))
        if self.model.worker != INLINE:
            pool = self._stage.pools.pool(self.name, self.model.worker, self.model.parallel, modelled=self._is_modelled)
            if runs_coroutines:
                return coroutine_function_at(*place, partial(_awaited, pool, subscription.run))
            return deferring_function_at(*place, partial(pool.defer, subscription.run))
        if runs_coroutines and not self.model.block:
            return coroutine_function_at(*place, subscription.run_async)
        return function_at(*place, subscription.run)

    @property
    def backoff(self) -> Callable[[str, int], Awaitable[None]] | None:
        """See ConsumerOptions; None where the handler does not say `retry`."""
        return None if self.model.retry is None else partial(self._rest, self.model.retry.pause)

    async def _rest(self, pause: Distribution, event: str, failed_ns: int) -> None:
        due_ns = failed_ns + pause.sample(self._backoffs)
        left_ns = max(0, due_ns - self._stage.time_ns())
        await self._stage.rest("retry", left_ns, event, self.name)

    def new_call(self, event: str, payload: tuple[Any, ...]) -> Call:
        """The handler's next call, counted; it begins when the run's gate lets it pass."""
        self.called_for.add(event)
        self._stage.before_call(event, self.name, None if self._can_be_held else payload)
        count = next(self._count)
        # As a process draws, which cannot know what other calls have drawn.
        draws = self._stage.draws.stream(self.name, count) if self._own == "process" else self._random
        return Call(self._stage, self.name, event, _said(event, payload), count, draws, self._own)


async def _awaited(pool: WorkerPool, run: Run, payload: tuple[Any, ...]) -> BaseException | None:
    """A call on workers, as a coroutine that waits for its end. Whoever cancels it does not wait any longer."""
    return await asyncio.wrap_future(pool.submit(run, as_edited(payload)))


class _Subscription:
    """A behaviour and one event: what a call needs to begin."""

    def __init__(self, behaviour: Behaviour, stage: Stage, event: str) -> None:
        self._behaviour = behaviour
        self._stage = stage
        self._event = event

    def run(self, payload: tuple[Any, ...]) -> Failed:
        """One call as a plain function; what it raises is returned, for the function in the scenario file to raise."""
        call, depth = self._behaviour.new_call(self._event, payload), DEPTH.get()
        token = DEPTH.set(Depth(depth.flow + 1, stack_here(depth) + 1, threading.get_ident()))
        try:
            return self._death(call) or self._behaviour.steps.do(call)
        finally:
            DEPTH.reset(token)

    async def run_async(self, payload: tuple[Any, ...]) -> Failed:
        """One call as a coroutine, on a task of its own: whatever it sets in the context ends with it."""
        if self._stage.is_stopped:
            raise asyncio.CancelledError("the run was stopped")  # many may wait: cheaply
        depth = DEPTH.get()
        DEPTH.set(Depth(depth.flow))
        call = self._behaviour.new_call(self._event, as_edited(payload))
        DEPTH.set(Depth(depth.flow + 1, 1, threading.get_ident()))
        return self._death(call) or await self._behaviour.steps.do_async(call)

    def _death(self, call: Call) -> Failed:
        """What the call fails with where the run lets its consumer die in it."""
        if not self._stage.dies_in_call(call.handler):
            return None
        return self._behaviour.steps.failed(ConsumerDied("the consumer died in the middle of the call"), call)


def _said(event: str, payload: tuple[Any, ...]) -> Any:
    """What a handler sees as the event's payload; pyee's own events carry objects, which become plain values."""
    if event == "new_listener" and len(payload) == 2:
        return {"event": payload[0], "handler": describe(payload[1]).text}
    value = payload[0] if payload else None
    return plain(value)[0] if isinstance(value, BaseException) else value
