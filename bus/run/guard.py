"""A handler's `when`: an event of which it is not true is passed over. Its call ends at once, and has done nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from bus.behaviour.handler_steps import HandlerSteps
from bus.contract.holding import as_edited
from bus.run.said import said_payload
from bus.run.stage import Stage
from bus.scenario import expressions
from bus.workers.loop_calls import Inner, Payload
from bus.workers.pools import Run
from buslens.watching.deferred import Deferred


class Guard:
    """Of one handler in one run, for the three ways in which its calls are made."""

    def __init__(self, condition: str, steps: HandlerSteps, stage: Stage) -> None:
        self._is_true = expressions.compile_condition(condition)
        self._steps = steps
        self._stage = stage

    def plain(self, event: str, run: Run) -> Run:
        """Of a plain function."""

        def guarded(payload: Payload) -> BaseException | None:
            wanted = self._is_wanted(event, payload)
            return run(payload) if wanted is True else wanted

        return guarded

    def awaitable(self, event: str, run: Inner) -> Inner:
        """Of a coroutine."""

        async def guarded(payload: Payload) -> BaseException | None:
            payload = as_edited(payload)
            wanted = self._is_wanted(event, payload)
            return await run(payload) if wanted is True else wanted

        return guarded

    def deferring(self, event: str, defer: Callable[[Payload], Deferred]) -> Callable[[Payload], Deferred]:
        """Of a function whose call ends with what it gives back."""

        def guarded(payload: Payload) -> Deferred:
            wanted = self._is_wanted(event, payload)
            if wanted is True:
                return defer(payload)
            over = Deferred()
            if wanted is None:
                over.set_result(None)
            else:
                over.set_exception(wanted)
            return over

        return guarded

    def _is_wanted(self, event: str, payload: Payload) -> Literal[True] | Exception | None:
        """True; None where the call has nothing to do; or what it fails with, for it cannot be known."""
        variables = {
            "event": {"name": event, "payload": said_payload(event, payload)},
            "counters": dict(self._stage.counters),
        }
        try:
            return self._is_true(variables) or None
        except expressions.ExpressionError as error:
            return self._steps.failed(error, self._stage)
