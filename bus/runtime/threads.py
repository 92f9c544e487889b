"""Worker threads that take part in the engine's clock: for an engine of its own, and for handlers with workers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Protocol


class PoolClock(Protocol):
    """What a pool needs of the clock that a run lives on."""

    def work_began(self) -> None:
        """A thread has something to do: at full speed no time passes while it computes."""

    def work_ended(self) -> None:
        """A thread has nothing to do any more."""

    def hold(self) -> None:
        """A call is over, and the loop has not heard of it: meanwhile no time passes that the loop only waits."""

    def unhold(self) -> None:
        """The loop has heard of it."""


class ClockedPool(ThreadPoolExecutor):
    """A pool whose threads take part in the engine's clock."""

    def __init__(self, threads: int, clock: PoolClock, loop: asyncio.AbstractEventLoop, name: str = "worker") -> None:
        super().__init__(threads, thread_name_prefix=name)
        self._threads_in_all = threads
        self.outstanding = 0
        """Calls of whose end the loop has not heard."""

        self._unfinished = 0
        """Of these: what threads do, or have still to do."""

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
            self._unfinished += 1
            a_thread_begins = self._unfinished <= self._threads_in_all
        self.not_started[number] = str(getattr(fn, "__name__", ""))
        if a_thread_begins:
            self._clock.work_began()
        future: Future[Any] = Future()
        super().submit(copy_context().run, self._work, future, number, fn, *args, **kwargs)
        return future

    async def settle(self) -> None:
        """Wait until a call ends, where any is outstanding."""
        self.call_ended.clear()
        if self.outstanding:
            await self.call_ended.wait()

    def _work(self, future: Future[Any], number: int, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Run a call and what hangs on its end, pyee's `error` event among it, before it counts as over."""
        self.not_started.pop(number, None)
        try:
            if future.set_running_or_notify_cancel():
                future.set_result(fn(*args, **kwargs))
        except asyncio.CancelledError:
            # The run ends: the probe has recorded it, and the pool would take it for a worker that is broken.
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)
        finally:
            # The loop may be blocked by a handler that waits for the clock: time must be able to pass, for it cannot
            # hear of this before.
            self._clock.hold()
            with self._counting:
                self._unfinished -= 1
                a_thread_rests = self._unfinished < self._threads_in_all
            if a_thread_rests:
                self._clock.work_ended()
            with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        with self._counting:
            self.outstanding -= 1
        self.call_ended.set()
        self._clock.unhold()
