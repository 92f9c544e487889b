"""The calls of handlers that run now, each in a copy of the context in which its event was emitted.

A call begins at once, and most end without having waited: only one that waits becomes a task. A task costs as much as
all else that a call does here, and calls that follow each other at once let a broker take their acknowledgements
together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any

from bus.contract import bodies
from bus.contract.attempt import ATTEMPT
from bus.contract.delivery import Delivery
from bus.contract.headers import CAUSE, cause_of
from bus.contract.protocol import PLAIN, ConsumerOptions
from bus.durable.consuming import Heard
from bus.runtime.unwinding import cancelled
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from buslens.watching.calls import outcome_of


class RunningCalls:
    """Lives on the engine's loop, but for `keep_context`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        recorder: Recorder,
        begun: Callable[[Delivery], None],
        ended: Callable[[Delivery, Exception | None], None],
    ) -> None:
        """begun: told once the start of a call is recorded, before its handler is called.

        ended: told once its end is recorded, with what the handler raised; not of calls that are cancelled. Where the
        handler is to be called again it is told after the backoff: until then its consumer has the event in its hands.
        """
        self._loop, self._recorder = loop, recorder
        self._begun, self._ended = begun, ended
        self._contexts: dict[int, tuple[Context, int]] = {}
        """By dispatch: where it was emitted, and how many consumers are not done with it."""

        self._running: set[asyncio.Task[None]] = set()

    def keep_context(self, dispatch: int, consumers: int) -> None:
        """An event is emitted here and now, for so many. From any thread."""
        if consumers:
            self._contexts[dispatch] = copy_context(), consumers

    def done_with(self, dispatch: int) -> None:
        """One of its consumers will have no more calls of it."""
        context, left = self._contexts.pop(dispatch, (None, 0))
        if context is not None and left > 1:
            self._contexts[dispatch] = context, left - 1

    def forget(self, dispatch: int) -> None:
        """Nobody will."""
        self._contexts.pop(dispatch, None)

    def begin(self, delivery: Delivery, heard: Heard, options: ConsumerOptions = PLAIN) -> None:
        """At once, until it waits for something; the rest is a task."""
        known = self._contexts.get(delivery.dispatch)
        context = known[0].copy() if known else Context()
        call = self._call(delivery, heard, options)
        try:
            waits_for = context.run(call.send, None)
        except (StopIteration, asyncio.CancelledError):
            return
        task = self._loop.create_task(_BegunCall(call, waits_for), context=context)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        """All of them; wait until they have ended."""
        await cancelled(self._running)

    async def _call(self, delivery: Delivery, heard: Heard, options: ConsumerOptions) -> None:
        recorder, call = self._recorder, delivery.call
        CALL.set(call)
        ATTEMPT.set(delivery.attempt)
        CAUSE.set(cause_of(delivery.attributes))
        flags = int(Flag.ASYNC) if heard.is_async else 0
        recorder.call_started(call, delivery.dispatch, heard.handler, recorder.here(), delivery.attempt, flags)
        self._begun(delivery)
        try:
            result = heard.function(*bodies.read(delivery.body))
            if heard.is_async:
                await result
        except asyncio.CancelledError:
            recorder.call_ended(call, Outcome.CANCELLED)
            raise
        except Exception as error:
            recorder.call_ended(call, outcome_of(error), error)
            if options.backoff is not None and options.comes_again(delivery.attempt, error):
                await options.backoff(delivery.event, delivery.attempt, recorder.clock_ns())
            self._ended(delivery, error)
        else:
            recorder.call_ended(call, Outcome.OK)
            self._ended(delivery, None)


class _BegunCall(Coroutine[Any, Any, None]):
    """A call that has begun, and what it waits for: a task goes on with it from there."""

    def __init__(self, call: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._call, self._waits_for = call, waits_for
        self._is_taken = False
        """Whether the task knows what it waits for."""

    def send(self, value: Any) -> Any:
        if self._is_taken:
            return self._call.send(value)
        self._is_taken = True
        return self._waits_for

    def throw(self, *error: Any) -> Any:
        self._is_taken = True
        return self._call.throw(*error)

    def close(self) -> None:
        self._call.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise TypeError("a task drives it")
