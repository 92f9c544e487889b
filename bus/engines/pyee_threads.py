"""pyee's executor emitter as an engine: every call runs on a thread of a pool, on the engine's clock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, ClassVar

from pyee.base import EventEmitter
from pyee.executor import ExecutorEventEmitter

from bus.engines.protocol import EngineClock, Surroundings
from bus.engines.pyee import PyeeEngine, announcing

WORKERS = 8
"""Threads: enough to see calls overlap, few enough to see them wait."""


class ThreadsEngine(PyeeEngine):
    """pyee.executor.ExecutorEventEmitter."""

    id: ClassVar[str] = "pyee-threads"
    title: ClassVar[str] = f"pyee-threads: handlers run on {WORKERS} worker threads"

    def __init__(self) -> None:
        super().__init__()
        self._pool: ClockedPool | None = None

    def _make(self, surroundings: Surroundings) -> EventEmitter:
        self._pool = ClockedPool(surroundings.clock, surroundings.loop)
        logging.getLogger("concurrent.futures").addFilter(_is_no_swallowed_failure)
        return announcing(ExecutorEventEmitter, surroundings, self._pool)

    def in_flight(self) -> int:
        """Calls that have not ended."""
        return self._pool.outstanding if self._pool is not None else 0

    async def settle(self) -> None:
        """Wait until a call ends."""
        if self._pool is None:
            return
        self._pool.call_ended.clear()
        if self.in_flight():
            await self._pool.call_ended.wait()

    def scheduled(self, most: int) -> list[str]:
        """Calls that wait for a free worker."""
        waiting = list(self._pool.not_started.values()) if self._pool is not None else []
        return waiting[:most]

    async def close(self) -> None:
        """Let go of the workers; whoever waits on the clock was woken by its stop."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        logging.getLogger("concurrent.futures").removeFilter(_is_no_swallowed_failure)
        await super().close()


class ClockedPool(ThreadPoolExecutor):
    """A pool whose threads take part in the engine's clock."""

    def __init__(self, clock: EngineClock, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(WORKERS, thread_name_prefix="worker")
        clock.workers = WORKERS
        self.outstanding = 0
        self.call_ended = asyncio.Event()
        self.not_started: dict[int, str] = {}
        """Names of handlers, by a number of their own."""

        self._clock = clock
        self._loop = loop
        self._submitted = 0
        self._counting = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a worker."""
        with self._counting:
            self._submitted += 1
            number = self._submitted
            self.outstanding += 1
        self.not_started[number] = str(getattr(fn, "__name__", ""))
        self._clock.work_began()
        future: Future[Any] = Future()
        super().submit(copy_context().run, self._work, future, number, fn, *args, **kwargs)
        return future

    def _work(self, future: Future[Any], number: int, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Run a call and what hangs on its end, pyee's `error` event among it, before it counts as over."""
        self.not_started.pop(number, None)
        try:
            future.set_result(fn(*args, **kwargs))
        except asyncio.CancelledError:
            # The run ends: the probe has recorded it, and the pool would take it for a worker that is broken.
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        with self._counting:
            self.outstanding -= 1
        self.call_ended.set()
        self._clock.work_ended()


def _is_no_swallowed_failure(record: logging.LogRecord) -> bool:
    # pyee lets an unhandled `error` event vanish in the future's callback, and the end of a run comes out of it as
    # well: the timeline shows it, not the terminal.
    return not record.getMessage().startswith(("exception calling callback", "Exception in worker"))
