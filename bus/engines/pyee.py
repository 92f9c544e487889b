"""pyee's three emitters as engines. All records come from the probe that watches other people's programs too."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, ClassVar

from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter
from pyee.executor import ExecutorEventEmitter

import buslens
from bus.engines.protocol import Function, Surroundings
from bus.simulation.clock import Clock

WORKERS = 8
"""Threads of pyee-threads: enough to see calls overlap, few enough to see them wait."""


class PyeeEngine:
    """pyee.EventEmitter: every handler runs inside the emit, one after another."""

    id: ClassVar[str] = "pyee"
    title: ClassVar[str] = "pyee: synchronous, handlers run inside the emit"
    runs_coroutines: ClassVar[bool] = False

    def __init__(self) -> None:
        self._emitter: EventEmitter | None = None
        self._probe: buslens.Probe | None = None

    async def open(self, surroundings: Surroundings) -> None:
        """Make the emitter and watch it."""
        self._emitter = self._make(surroundings)
        self._probe = buslens.attach(self._emitter, recorder=surroundings.recorder)

    def _make(self, surroundings: Surroundings) -> EventEmitter:
        return EventEmitter()

    @property
    def emitter(self) -> EventEmitter:
        """pyee's own object."""
        if self._emitter is None:
            raise RuntimeError("the engine is not open")
        return self._emitter

    def subscribe(self, event: str, function: Function, *, once: bool) -> None:
        """Call `function` for each `event` from now on."""
        if once:
            self.emitter.once(event, function)
        else:
            self.emitter.on(event, function)

    def unsubscribe(self, event: str, function: Function) -> None:
        """Stop calling it."""
        with contextlib.suppress(KeyError):
            self.emitter.remove_listener(event, function)

    def emit(self, event: str, payload: Any) -> None:
        """Put an event on the bus."""
        self.emitter.emit(event, payload)

    def busy(self) -> bool:
        """Never: when emit returns all is done."""
        return False

    async def settle(self) -> None:
        """Nothing to wait for."""

    async def close(self) -> None:
        """Stop watching."""
        if self._probe is not None:
            self._probe.detach()


class AsyncioEngine(PyeeEngine):
    """pyee.asyncio.AsyncIOEventEmitter: coroutines become tasks, their failures `error` events."""

    id: ClassVar[str] = "pyee-asyncio"
    title: ClassVar[str] = "pyee-asyncio: handlers are tasks of one event loop"
    runs_coroutines: ClassVar[bool] = True

    def _make(self, surroundings: Surroundings) -> EventEmitter:
        return AsyncIOEventEmitter(loop=surroundings.loop)

    @property
    def _waiting(self) -> set[asyncio.Future[Any]]:
        return self.emitter._waiting  # type: ignore[attr-defined, no-any-return]

    def busy(self) -> bool:
        """Whether any task has not ended."""
        return bool(self._waiting)

    async def settle(self) -> None:
        """Wait until one of the tasks ends."""
        await asyncio.wait(list(self._waiting), return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """Cancel the tasks and let them unwind."""
        tasks = list(self._waiting)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)
        await super().close()


class ThreadsEngine(PyeeEngine):
    """pyee.executor.ExecutorEventEmitter: every call runs on a thread of a pool."""

    id: ClassVar[str] = "pyee-threads"
    title: ClassVar[str] = f"pyee-threads: handlers run on {WORKERS} worker threads"

    def _make(self, surroundings: Surroundings) -> EventEmitter:
        self._pool = ClockedPool(surroundings.clock, surroundings.loop)
        logging.getLogger("concurrent.futures").addFilter(_not_a_swallowed_failure)
        return ExecutorEventEmitter(self._pool)

    def busy(self) -> bool:
        """Whether any call has not ended."""
        return self._pool.outstanding > 0

    async def settle(self) -> None:
        """Wait until a call ends."""
        self._pool.call_ended.clear()
        if self.busy():
            await self._pool.call_ended.wait()

    async def close(self) -> None:
        """Let go of the workers; whoever waits on the clock was woken by its stop."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        logging.getLogger("concurrent.futures").removeFilter(_not_a_swallowed_failure)
        await super().close()


class ClockedPool(ThreadPoolExecutor):
    """A pool whose threads take part in the engine's clock."""

    def __init__(self, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(WORKERS, thread_name_prefix="worker")
        clock.workers = WORKERS
        self.outstanding = 0
        self.call_ended = asyncio.Event()
        self._clock = clock
        self._loop = loop

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a worker."""
        self.outstanding += 1
        self._clock.work_began()
        future = super().submit(copy_context().run, fn, *args, **kwargs)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: Future[Any]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
            self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        # On the loop's thread, behind pyee's own callback, so that the `error` event of this call is out already.
        self.outstanding -= 1
        self.call_ended.set()
        self._clock.work_ended()


def _not_a_swallowed_failure(record: logging.LogRecord) -> bool:
    # pyee lets an unhandled `error` event vanish in the future's callback; the timeline shows it, not the terminal.
    return "exception calling callback" not in record.getMessage()
