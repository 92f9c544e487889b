"""Worker threads that take part in the engine's clock: for an engine of its own, and for handlers with workers."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import Any, Protocol

from buslens.watching.deferred import Deferred


class PoolClock(Protocol):
    """What a pool needs of the clock that a run lives on."""

    def work_began(self) -> int:
        """A thread has something to do: at full speed no time passes while it computes. For `take_turn`."""

    def take_turn(self, number: int) -> None:
        """Block this thread until it may begin."""

    def work_ended(self) -> None:
        """A thread has nothing to do any more."""


class _Job:
    """One call that a pool was handed."""

    def __init__(self, context: Context, call: Callable[[], Any], name: str) -> None:
        self.context = context
        self.call = call
        self.name = name
        self.future: Future[Any] = Future()

    def do(self) -> None:
        """Run the call and what hangs on its end, pyee's `error` event among it, before it counts as over."""
        future = self.future
        try:
            if future.set_running_or_notify_cancel():
                given = self.call()
                if isinstance(given, Deferred):
                    given.add_done_callback(self._end_as)
                else:
                    future.set_result(given)
        except asyncio.CancelledError:
            # The run ends: the probe has recorded it, and the pool would take it for a worker that is broken.
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)

    def _end_as(self, deferred: Future[Any]) -> None:
        """The handler's work has gone on elsewhere, and is over."""
        error = None if deferred.cancelled() else deferred.exception()
        if error is None or isinstance(error, asyncio.CancelledError):
            self.future.set_result(None)
        else:
            self.future.set_exception(error)


class ClockedPool(ThreadPoolExecutor):
    """A pool whose threads take part in the engine's clock.

    Who gets a call is no accident, as it is among the threads of the standard library, of which none is ever started
    here: the first worker that is free.
    """

    def __init__(self, threads: int, clock: PoolClock, loop: asyncio.AbstractEventLoop, name: str = "worker") -> None:
        super().__init__(threads, thread_name_prefix=name)
        self.outstanding = 0
        """Calls of whose end the loop has not heard."""

        self.call_ended = asyncio.Event()
        self._name = name
        self._clock = clock
        self._loop = loop
        self._free = list(range(threads))
        """Numbers of workers that have nothing to do; a heap."""

        self._waiting: deque[_Job] = deque()
        self._workers: dict[int, queue.SimpleQueue[tuple[int, _Job] | None]] = {}
        """By number, those that have a thread: what it is to do, with its turn; None: to end."""

        self._threads_begun: list[threading.Thread] = []
        self._is_closed = False
        self._changing = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a worker."""
        job = _Job(copy_context(), lambda: fn(*args, **kwargs), str(getattr(fn, "__name__", "")))
        with self._changing:
            if self._is_closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self.outstanding += 1
            if self._free:
                self._worker(heapq.heappop(self._free)).put((self._clock.work_began(), job))
            else:
                self._waiting.append(job)
        return job.future

    @property
    def not_started(self) -> list[str]:
        """Names of the handlers whose calls wait for a worker."""
        return [job.name for job in list(self._waiting)]

    async def settle(self) -> None:
        """Wait until a call ends, where any is outstanding."""
        self.call_ended.clear()
        if self.outstanding:
            await self.call_ended.wait()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; `wait` until those that have begun are over, or all that were taken."""
        with self._changing:
            self._is_closed = True
            if cancel_futures:
                for job in self._waiting:
                    job.future.cancel()
                self._waiting.clear()
            for worker in self._workers.values():
                worker.put(None)
        if wait:
            for thread in self._threads_begun:
                thread.join()

    def _worker(self, number: int) -> queue.SimpleQueue[tuple[int, _Job] | None]:
        if number not in self._workers:
            jobs = self._workers[number] = queue.SimpleQueue()
            name = f"{self._name}_{number}"
            thread = threading.Thread(target=self._live, args=(number, jobs), name=name, daemon=True)
            self._threads_begun.append(thread)
            thread.start()
        return self._workers[number]

    def _live(self, number: int, jobs: queue.SimpleQueue[tuple[int, _Job] | None]) -> None:
        while (given := jobs.get()) is not None:
            turn: int
            job: _Job | None
            turn, job = given
            self._clock.take_turn(turn)
            while job is not None:
                job.context.run(job.do)
                with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
                    self._loop.call_soon_threadsafe(self._tell)
                job = self._next(number)
            self._clock.work_ended()

    def _next(self, number: int) -> _Job | None:
        """What the worker does now; None: it is free."""
        with self._changing:
            if self._waiting:
                return self._waiting.popleft()
            heapq.heappush(self._free, number)
            return None

    def _tell(self) -> None:
        with self._changing:
            self.outstanding -= 1
        self.call_ended.set()
