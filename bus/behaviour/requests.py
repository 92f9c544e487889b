"""A step that emits an event and waits for the one that answers it, with a deadline.

A reply is known by a field that has the same value in both payloads. What brings it is the bus: the handler is
subscribed to the replies of its requests, so that a reply travels, is late and gets lost as any other event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from bus.behaviour.context import Call
from bus.scenario.steps import Request
from bus.trace.payload_fields import Missing, value_at

TIMED_OUT = "RequestTimedOut"
"""The exception type of a call whose request had no reply by its deadline."""

NO_KEY = "RequestWithoutKey"
"""That of one whose request has nothing by which a reply could be known."""


class AwaitedReply(Protocol):
    """The reply that one call waits for, from before its request is emitted."""

    @property
    def payload(self) -> Any:
        """What it carried. To be asked where it has come."""

    def block(self, ns: int) -> bool:
        """Wait for it on this thread, so many nanoseconds of the run's clock at most; whether it has come.

        Raises CancelledError where the run ends.
        """

    async def wait(self, ns: int) -> bool:
        """The same in a coroutine."""

    def over(self) -> None:
        """Nobody waits for it any more: where it comes now, it is late."""


class HandlerReplies(Protocol):
    """The replies that the calls of one handler wait for."""

    def expect(self, reply: str, path: str, key: str, within_ns: int) -> AwaitedReply:
        """A call is about to emit a request."""


def key_of(payload: Any, path: str) -> str | None:
    """What a payload is known by: the value in this field; None where it has none."""
    value = value_at(payload, path)
    return None if value is Missing or value is None else json.dumps(value, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that is emitted, and the wait for its reply, which the steps below see."""

    step: Request
    payload: Any
    within_ns: int

    def block(self, call: Call) -> None:
        """Emit and wait on this thread. Raises what the call fails with where no reply comes in time."""
        awaited, context = self._begin(call), call.context
        try:
            context.emit(self.step.request, self.payload)
            context.services.block_until_taken(self.step.request)
            ns, is_cut = self._left(call)
            self._end(call, awaited, is_cut=is_cut, has_come=awaited.block(ns))
        finally:
            awaited.over()

    async def wait(self, call: Call) -> None:
        """Emit and wait in a coroutine."""
        awaited, context = self._begin(call), call.context
        try:
            context.emit(self.step.request, self.payload)
            if context.services.may_block(self.step.request):
                await context.services.until_taken(self.step.request)
            ns, is_cut = self._left(call)
            self._end(call, awaited, is_cut=is_cut, has_come=await awaited.wait(ns))
        finally:
            awaited.over()

    def _begin(self, call: Call) -> AwaitedReply:
        key = key_of(self.payload, self.step.by)
        if key is None:
            told = f"{self.step.request} has no {self.step.by}, by which its reply is known"
            raise call.context.error_class(NO_KEY)(told)
        assert call.replies is not None  # whoever runs the call has given it some: see Handler, which says where
        return call.replies.expect(self.step.reply, self.step.by, key, self.within_ns)

    def _left(self, call: Call) -> tuple[int, bool]:
        """How long to wait, and whether the call itself is over behind that."""
        return (self.within_ns, False) if call.deadline is None else call.deadline.cut(self.within_ns)

    def _end(self, call: Call, awaited: AwaitedReply, *, is_cut: bool, has_come: bool) -> None:
        if has_come:
            call.reply = {"name": self.step.reply, "payload": awaited.payload}
            return
        if is_cut and call.deadline is not None:
            raise call.deadline.error()
        call.context.before_failure()
        raise call.context.error_class(TIMED_OUT)(f"no {self.step.reply} came within {self.step.within}")
