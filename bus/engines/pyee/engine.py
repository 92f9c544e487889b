"""pyee's emitters as engines. All records come from the probe that watches other people's programs too."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextvars import copy_context
from itertools import islice
from typing import Any, ClassVar

from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter

from bus.contract.holding import Redelivery
from bus.contract.protocol import PLAIN, ConsumerOptions, Engine, EngineContext, Function
from bus.contract.spec import EngineSpec
from bus.engines.pyee import ASYNCIO, SYNCHRONOUS
from bus.engines.pyee.parking import HeldFuture, ParkingLoop
from bus.engines.pyee.retrying import Retries, retrying
from buslens.adapters import attach
from buslens.context import CALL
from buslens.probe import Probe
from buslens.watching import held
from buslens.watching.naming import describe

_TURNS_TO_UNWIND = 100
"""How often the loop goes round for cancelled tasks; ours need one or two, each `except` that waits one more."""


def announcing(kind: type[EventEmitter], context: EngineContext, *arguments: Any) -> EventEmitter:
    """One of pyee's emitters, asking before each dispatch, those included that pyee makes by itself."""
    before = context.before_dispatch

    class Announcing(kind):  # type: ignore[misc, valid-type]
        def emit(self, event: str, *args: Any, **kwargs: Any) -> bool:
            if event != "new_listener":
                before(event)
            return bool(super().emit(event, *args, **kwargs))

    # What is watched is pyee's emitter: a record names its class, as a person would.
    Announcing.__module__, Announcing.__name__, Announcing.__qualname__ = (
        kind.__module__, kind.__name__, kind.__qualname__,
    )  # fmt: skip
    return Announcing(*arguments)


class PyeeEngine(Engine):
    """pyee.EventEmitter: every handler runs inside the emit, one after another."""

    spec: ClassVar[EngineSpec] = SYNCHRONOUS

    def __init__(self) -> None:
        self._emitter: EventEmitter | None = None
        self._probe: Probe | None = None
        self._pyee: Any = EventEmitter
        """The class of pyee that the emitter is of."""

        self._retries: Retries | None = None
        """None where no handler said `retry` when the run began: then pyee's emitter is as it is."""

    async def open(self, context: EngineContext) -> None:
        """Make the emitter and watch it."""
        self._recorder = context.recorder
        if context.calls_again:
            self._retries = Retries(context.loop, context.clock)
        self._emitter = self._make(context)
        # Where it is attached is a line of ours, which tells nobody anything.
        self._probe = attach(self._emitter, context.recorder, bus=self.spec.id, at=("", 0))

    def _make(self, context: EngineContext) -> EventEmitter:
        return announcing(self._kind(EventEmitter), context)

    def _kind(self, kind: type[EventEmitter]) -> type[EventEmitter]:
        """pyee's emitter, or one that calls handlers again."""
        self._pyee = kind
        return kind if self._retries is None else retrying(kind, self._retries)

    @property
    def emitter(self) -> EventEmitter:
        """pyee's own object."""
        if self._emitter is None:
            raise RuntimeError("the engine is not open")
        return self._emitter

    def subscribe(self, event: str, function: Function, *, once: bool, consumption: ConsumerOptions = PLAIN) -> None:
        """Call `function` for each `event` from now on."""
        if consumption.backoff is not None:
            if self._retries is not None:
                self._retries.add(event, function, consumption)
            else:
                self._recorder.mark(f"{describe(function).text}: retry takes effect with the next run", 0)
        if once:
            self.emitter.once(event, function)
        else:
            self.emitter.on(event, function)

    def unsubscribe(self, event: str, function: Function) -> None:
        """Stop calling it; what failed before is called again all the same."""
        if self._retries is not None:
            self._retries.remove(function)
        with contextlib.suppress(KeyError):
            self.emitter.remove_listener(event, function)

    def emit(self, event: str, *payload: Any) -> None:
        """Put an event on the bus."""
        self.emitter.emit(event, *payload)

    def call_again(self, wanted: Redelivery, announce: Callable[[int, int], None]) -> bool:
        """As pyee itself would call it, and not as an emitter that retries."""
        found = [each for each in self.emitter.listeners(wanted.event) if describe(each).text == wanted.handler]
        hooks = self._probe.hooks if self._probe is not None else None
        if not found or hooks is None:
            return False
        run, handler, call = held.another_call(hooks.watch, found[0], wanted.event, wanted.dispatch, wanted.attempt)
        announce(handler, call)
        token = CALL.set(call)  # of the error that may follow it is the cause
        try:
            self._pyee._emit_run(self.emitter, run, wanted.carried, {})
        finally:
            CALL.reset(token)
        return True

    @property
    def bus(self) -> int:
        """Interned id of the emitter."""
        hooks = self._probe.hooks if self._probe is not None else None
        return 0 if hooks is None else hooks.watch.bus

    def in_flight(self) -> int:
        """Calls that will be made again."""
        return 0 if self._retries is None else self._retries.waiting

    async def settle(self) -> None:
        """Wait until one of them begins."""
        if self._retries is not None:
            await self._retries.settle()

    async def close(self) -> None:
        """Call nothing again, and stop watching."""
        if self._retries is not None:
            await self._retries.cancel()
        if self._probe is not None:
            self._probe.detach()


class _InOrder(dict["asyncio.Future[Any]", None]):
    """What pyee needs of its set of tasks, in the order in which they were added: the same run ends the same way."""

    add = dict.setdefault

    def discard(self, future: asyncio.Future[Any]) -> None:
        """Forget it, where it is known."""
        self.pop(future, None)


class AsyncioEngine(PyeeEngine):
    """pyee.asyncio.AsyncIOEventEmitter: coroutines become tasks, their failures `error` events."""

    spec: ClassVar[EngineSpec] = ASYNCIO

    def __init__(self) -> None:
        super().__init__()
        self._home = 0
        self._calls: set[Future[None]] = set()
        """Emits of other threads that the loop has not carried out."""

    def _make(self, context: EngineContext) -> EventEmitter:
        self._home, self._loop, self._clock = threading.get_ident(), context.loop, context.clock
        self._parking = ParkingLoop(context.loop, context.holding, context.recorder)
        emitter = announcing(self._kind(AsyncIOEventEmitter), context, self._parking)
        self._parking.emit_run = emitter._emit_run
        emitter._waiting = _InOrder()  # type: ignore[attr-defined]
        return emitter

    def subscribe(self, event: str, function: Function, *, once: bool, consumption: ConsumerOptions = PLAIN) -> None:
        """Call `function` for each `event` from now on."""
        self._parking.add(event, function)
        super().subscribe(event, function, once=once, consumption=consumption)

    def unsubscribe(self, event: str, function: Function) -> None:
        """Stop calling it; what is held of it may still begin."""
        self._parking.remove(function)
        super().unsubscribe(event, function)

    def emit(self, event: str, *payload: Any) -> None:
        """Put an event on the bus; from another thread as a program must: on the loop, while that thread waits."""
        if threading.get_ident() == self._home:
            self.emitter.emit(event, *payload)
            return
        done: Future[None] = Future()
        self._calls.add(done)
        turns: list[int] = []
        try:
            self._loop.call_soon_threadsafe(self._emit_for, done, turns, event, payload, context=copy_context())
            # The loop may be blocked by a handler that waits for the clock, as this thread waits for the loop.
            self._clock.work_ended()
            try:
                done.result()
            finally:
                for turn in turns or [self._clock.work_began()]:
                    self._clock.take_turn(turn)
        except (RuntimeError, CancelledError) as error:
            if isinstance(error, RuntimeError) and not self._loop.is_closed():
                raise
            raise asyncio.CancelledError("the run was stopped") from None
        finally:
            self._calls.discard(done)

    def _emit_for(self, done: Future[None], turns: list[int], event: str, payload: tuple[Any, ...]) -> None:
        if not done.set_running_or_notify_cancel():
            return
        error: BaseException | None = None
        try:
            super().emit(event, *payload)
        except BaseException as raised:  # it belongs to the thread that emits
            error = raised
        # From here on it computes again. Not before: a handler may have blocked the loop, and time had to pass.
        turns.append(self._clock.work_began())
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    @property
    def _tasks(self) -> _InOrder:
        if self._emitter is None:  # the window looks while the engine's thread still opens it
            return _InOrder()
        return self._emitter._waiting  # type: ignore[attr-defined, no-any-return]

    def in_flight(self) -> int:
        """Tasks that have not ended, and calls that will be made again."""
        return len(self._tasks) + super().in_flight()

    async def settle(self) -> None:
        """Wait until the first of the tasks ends, all must in the end; or until a call is made again."""
        if self._tasks:
            await asyncio.wait([next(iter(self._tasks))])
        else:
            await super().settle()

    def scheduled(self, most: int) -> list[str]:
        """Tasks that have not run yet."""
        # One C call, so that the loop's thread changes nothing half-way.
        tasks: list[Any] = [task for task in list(self._tasks) if not isinstance(task, HeldFuture)]
        coroutines: Iterator[Any] = (task.get_coro() for task in tasks)
        new = (coroutine for coroutine in coroutines if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED)
        return [str(coroutine.__name__) for coroutine in islice(new, most)]

    async def close(self) -> None:
        """Cancel the tasks and let them unwind."""
        for _ in range(_TURNS_TO_UNWIND):
            tasks = list(self._tasks)
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0)
        self._home = 0
        for waiting in list(self._calls):
            waiting.cancel()
        await super().close()
