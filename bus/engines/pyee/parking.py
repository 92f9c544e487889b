"""pyee's asyncio emitter with breakpoints: a call that is held is no task yet, but a future that may become one.

pyee makes a task of the coroutine that a handler gives, on the loop that it was given: that is where calls are put
aside, before their first step and before anything of them is recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from bus.contract.holding import DROPPED, Carried, Holding, edit
from bus.contract.protocol import Function
from bus.engines.pyee.retrying import is_another_attempt
from buslens.recorder import Recorder
from buslens.watching import held
from buslens.watching.naming import describe


class ParkingLoop:
    """In the place of the loop that an emitter makes its tasks on. Lives on that loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, holding: Holding, recorder: Recorder) -> None:
        self.loop = loop
        self.recorder = recorder
        self.emit_run: Callable[..., Any] = _no_emitter
        """The emitter's own way to call a handler."""

        self._holding = holding
        self._subscribed: dict[int, tuple[str, Function]] = {}
        """By the id of its code, of which each subscription has its own: what a coroutine is a call of."""

        self.is_copying = False
        """Whether what is made now is to be held, whatever breakpoints say."""

    def add(self, event: str, function: Function) -> None:
        """Calls of this handler can be held."""
        code = getattr(function, "__code__", None)
        if code is not None:
            self._subscribed[id(code)] = event, function

    def remove(self, function: Function) -> None:
        """It is not subscribed any more."""
        self._subscribed.pop(id(getattr(function, "__code__", None)), None)

    def create_task(self, coroutine: Any) -> asyncio.Future[Any]:
        """What pyee waits for: a task, or a call that is held."""
        if self._holding.armed or self.is_copying:
            parked = self._parked(coroutine)
            if parked is not None:
                self._holding.keep(parked)
                return parked.future
        return self.loop.create_task(coroutine)

    def copy(self, parked: ParkedCall) -> None:
        """Make another call of the same handler for the same dispatch, and hold that too."""
        run = held.once_more(parked.coroutine, parked.function)
        self._subscribed.setdefault(id(parked.function.__code__), (parked.event, parked.function))
        self.is_copying = True
        try:
            parked.context.run(self.emit_run, run, parked.carried, {})
        finally:
            self.is_copying = False

    def _parked(self, coroutine: Any) -> ParkedCall | None:
        known, begin = self._subscribed.get(id(getattr(coroutine, "cr_code", None))), held.begin_of(coroutine)
        if known is None or begin is None:
            return None
        event, function = known
        name, carried, (_, _, attempt) = describe(function).text, _carried_by(coroutine), begin
        if not self.is_copying and not self._holding.wants(event, name, carried, attempt):
            return None
        return ParkedCall(self, event, name, function, coroutine, carried)


class ParkedCall:
    """One call that has not begun (see bus.contract.holding.Parked)."""

    def __init__(
        self, loop: ParkingLoop, event: str, handler: str, function: Function, coroutine: Any, carried: Carried
    ) -> None:
        begin = held.begin_of(coroutine)
        assert begin is not None, "its call has not begun"
        self.event, self.handler, self.function = event, handler, function
        self.dispatch, self.handler_id, self.attempt = begin
        self.call = held.call_of(coroutine)
        self.coroutine = coroutine
        self.carried = carried
        self.is_copy, self.lease = loop.is_copying, None
        self.context = copy_context()
        self.future = HeldFuture(coroutine, loop=loop.loop)
        self._loop = loop

    def go(self, edited: Carried | None) -> None:
        """It becomes a task."""
        if self.future.done():
            return  # the run ends
        if edited is not None:
            self.context.run(edit, edited)
        self.future.begin(self._loop.loop.create_task(self.coroutine, context=self.context))

    def drop(self) -> None:
        """Nobody waits for it any more."""
        if self.future.done():
            return
        held.never_begins(self.coroutine)
        if not self.is_copy and not is_another_attempt(self.coroutine):
            self._loop.recorder.skipped(self.dispatch, self.handler_id, note=DROPPED)
        self.future.drop()

    def copy(self) -> None:
        """Another call of the same handler."""
        if not self.future.done():
            self._loop.copy(self)


class HeldFuture(asyncio.Future[Any]):
    """What an emitter waits for while a call is held, and then while it runs."""

    def __init__(self, coroutine: Any, *, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._coroutine = coroutine
        self._call: asyncio.Task[Any] | None = None

    def begin(self, call: asyncio.Task[Any]) -> None:
        """It ends as this does."""
        self._call = call
        call.add_done_callback(self._ended)

    def drop(self) -> None:
        """The call was given up, and its coroutine closed."""
        super().cancel()

    def cancel(self, msg: Any | None = None) -> bool:
        """The call is cancelled, or never begins."""
        if self._call is not None:
            return self._call.cancel(msg)
        with contextlib.suppress(asyncio.CancelledError):
            self._coroutine.throw(asyncio.CancelledError())
        return super().cancel(msg)

    def _ended(self, call: asyncio.Task[Any]) -> None:
        error = None if call.cancelled() else call.exception()
        if call.cancelled():
            super().cancel()
        elif error is not None:
            self.set_exception(error)
        else:
            self.set_result(None)


def _carried_by(coroutine: Any) -> Carried:
    """What the handler was called with, which it has not looked at: its arguments by position."""
    code, given = coroutine.cr_code, coroutine.cr_frame.f_locals
    named = tuple(given[name] for name in code.co_varnames[: code.co_argcount])
    if not code.co_flags & inspect.CO_VARARGS:
        return named
    rest: Carried = given[code.co_varnames[code.co_argcount + code.co_kwonlyargcount]]
    return named + rest


def _no_emitter(*_: Any) -> None:
    raise RuntimeError("the emitter is not made")
