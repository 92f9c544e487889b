"""Sample handlers: functions and coroutine functions made from the steps of a scenario."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

from bus.behaviour.elsewhere import elsewhere
from bus.behaviour.pauses import Call, CodeFailed
from bus.behaviour.places import Failed, Lines, coroutine_function_at, deferring_function_at, function_at, point_to
from bus.behaviour.plain import plain
from bus.behaviour.stage import Stage
from bus.behaviour.steps import Making, ReadyStep, ready
from bus.contract.boundaries import Boundary
from bus.contract.protocol import ConsumerDied, Function
from bus.runtime.gate import DEPTH, Depth, stack_here
from bus.scenario.model import Handler
from bus.workers import INLINE, KINDS
from bus.workers.teams import Run, Team
from buslens.watching.naming import describe


class Behaviour:
    """What one handler of the scenario does, for all the events that it hears."""

    def __init__(self, name: str, model: Handler, lines: Lines, stage: Stage) -> None:
        self.name = name
        self.model = model
        self.file = lines.file
        self.line = lines.handler_line(name)
        self.stage = stage
        self.rng = random.Random(f"{stage.seed}:{name}")
        if model.worker != INLINE and KINDS[model.worker].crew is not None:
            self.steps = [ReadyStep(elsewhere(self, lines), self.line, first_only=False)]
        else:
            self.steps = list(ready(model.do, Making(stage, self.rng, lines, ("handlers", name, "do"))))
        self.counter = itertools.count(1)
        self.called_for: set[str] = set()
        """Events that it was called for: a `once` handler is not subscribed to them again."""

    def function_for(self, event: str) -> Function:
        """What is subscribed to one event."""
        subscription = _Subscription(self, event)
        if self.model.worker != INLINE:
            return self._on_workers(subscription)
        if self.stage.engine.spec.runs_coroutines and not self.model.block:
            return coroutine_function_at(self.file, self.line, self.name, subscription.run_async)
        return function_at(self.file, self.line, self.name, subscription.run)

    def _on_workers(self, subscription: _Subscription) -> Function:
        team = self.stage.teams.team(self.name, self.model.worker, self.model.parallel)
        if self.stage.engine.spec.runs_coroutines:
            run = partial(_awaited, team, subscription.run)
            return coroutine_function_at(self.file, self.line, self.name, run)
        return deferring_function_at(self.file, self.line, self.name, partial(team.defer, subscription.run))

    def run(self, event: str, payload: Any, count: int) -> Failed:
        """One call, blocking, for whoever calls without a bus; calls so far, this one included, are `count`."""
        self.counter = itertools.count(count)
        return _Subscription(self, event).run(() if payload is None else (payload,))


async def _awaited(team: Team, run: Run, payload: tuple[Any, ...]) -> BaseException | None:
    """A call on workers, as a coroutine that waits for its end. Whoever cancels it does not wait any longer."""
    return await asyncio.wrap_future(team.submit(run, payload))


class _Subscription:
    """A behaviour and one event: what a call needs to begin."""

    def __init__(self, behaviour: Behaviour, event: str) -> None:
        self._behaviour = behaviour
        self._event = event

    def run(self, payload: tuple[Any, ...]) -> Failed:
        """One call as a plain function; what it raises is returned, for the function in the scenario file to raise."""
        call, depth = self._begin(payload)
        token = DEPTH.set(Depth(depth.flow + 1, stack_here(depth) + 1, threading.get_ident()))
        step: ReadyStep | None = None
        try:
            self._perhaps_die()
            for step in self._steps_of(call):
                pause = step.do(call)
                if pause is not None:
                    pause.block(call)
        except Exception as error:
            return self._failed(error, step)
        finally:
            DEPTH.reset(token)
        return None

    async def run_async(self, payload: tuple[Any, ...]) -> Failed:
        """One call as a coroutine, on a task of its own: whatever it sets in the context ends with it."""
        if self._behaviour.stage.clock.stopped:
            raise asyncio.CancelledError("the run was stopped")  # many may wait: cheaply
        depth = DEPTH.get()
        DEPTH.set(Depth(depth.flow))
        call, _ = self._begin(payload)
        DEPTH.set(Depth(depth.flow + 1, 1, threading.get_ident()))
        step: ReadyStep | None = None
        try:
            self._perhaps_die()
            for step in self._steps_of(call):
                pause = step.do(call)
                if pause is not None:
                    await pause.wait(call)
        except Exception as error:
            return self._failed(error, step)
        return None

    def _begin(self, payload: tuple[Any, ...]) -> tuple[Call, Depth]:
        behaviour = self._behaviour
        behaviour.called_for.add(self._event)
        behaviour.stage.before_call(self._event, behaviour.name)
        said = _said(self._event, payload)
        return Call(behaviour.stage, behaviour.name, self._event, said, next(behaviour.counter)), DEPTH.get()

    def _perhaps_die(self) -> None:
        stage, name = self._behaviour.stage, self._behaviour.name
        # Where the bus knows no consumers, what was received and not handled dies with the call.
        boundaries = (Boundary.HANDLING,) if stage.engine.spec.is_durable else (Boundary.RECEIVED, Boundary.HANDLING)
        if any(stage.dies(boundary, name) for boundary in boundaries):
            raise ConsumerDied("the consumer died in the middle of the call")

    def _steps_of(self, call: Call) -> Iterator[ReadyStep]:
        return (step for step in self._behaviour.steps if call.count == 1 or not step.first_only)

    def _failed(self, error: Exception, step: ReadyStep | None) -> Exception:
        behaviour = self._behaviour
        frames = [(step.line if step is not None else behaviour.line, behaviour.name)]
        if isinstance(error, CodeFailed):
            frames += error.lines
            error = error.error
        if type(error).__module__.startswith("bus."):
            # What the bus itself refuses has a name that says why; where it lives in our code says nothing.
            error = behaviour.stage.error_class(type(error).__name__)(str(error)).with_traceback(error.__traceback__)
        return point_to(error, behaviour.file, frames)


def _said(event: str, payload: tuple[Any, ...]) -> Any:
    """What a handler sees as the event's payload; pyee's own events carry objects, which become plain values."""
    if event == "new_listener" and len(payload) == 2:
        return {"event": payload[0], "handler": describe(payload[1]).text}
    value = payload[0] if payload else None
    return plain(value)[0] if isinstance(value, BaseException) else value
