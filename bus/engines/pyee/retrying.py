"""pyee's emitters where a handler says `retry`: each attempt is a call of its own, later, on the engine's clock.

pyee itself calls a handler once. The emitter made here calls it again as it would have called it: in place, as a task,
on a thread of the pool. A failure that is followed by another attempt stays between them; the last one is pyee's.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from typing import Any

from pyee.base import EventEmitter

from bus.contract.attempt import ATTEMPT
from bus.contract.protocol import ConsumerOptions, EngineClock, Function
from bus.runtime.gate import DEPTH, Depth
from bus.runtime.unwinding import cancelled
from buslens.watching.calls import called_again, handler_of
from buslens.watching.deferred import Deferred

EmitRun = Callable[[Any, tuple[Any, ...], dict[str, Any]], None]


class Retries:
    """What one engine has to call again. Lives on its loop; `later` and `waiting` are for any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: EngineClock) -> None:
        self._loop = loop
        self._clock = clock
        self._handlers: dict[Function, tuple[str, ConsumerOptions]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun = asyncio.Event()
        self._counting = threading.Lock()
        self.waiting = 0
        """Attempts that will come."""

    def add(self, event: str, function: Function, options: ConsumerOptions) -> None:
        """This handler of an event is called again where it fails."""
        self._handlers[function] = event, options

    def remove(self, function: Function) -> None:
        """It is not, where it is called for the first time from now on."""
        self._handlers.pop(function, None)

    def find(self, run: Any) -> tuple[str, ConsumerOptions] | None:
        """Event and options of a handler that pyee is about to call; None where one call is all."""
        return self._handlers.get(handler_of(run))

    def later(self, attempts: _Attempts) -> None:
        """One of them has failed now, and another one is to follow."""
        with self._counting:
            self.waiting += 1
        with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
            self._loop.call_soon_threadsafe(self._begin, attempts, self._clock.time_ns())

    async def settle(self) -> None:
        """Wait until an attempt begins, where any is to come."""
        self._begun.clear()
        if self.waiting:
            await self._begun.wait()

    async def cancel(self) -> None:
        """None of them will."""
        await cancelled(self._tasks)

    def _begin(self, attempts: _Attempts, failed_ns: int) -> None:
        task = self._loop.create_task(attempts.go_on(failed_ns), context=attempts.context)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with self._counting:
            self.waiting -= 1
        self._begun.set()


class _Attempts:
    """One handler for one emit, as pyee calls it, until a call goes well or the last one has failed."""

    def __init__(
        self,
        retries: Retries,
        handler: tuple[str, ConsumerOptions],
        run: EmitRun,
        given: tuple[Any, tuple[Any, ...], dict[str, Any]],
    ) -> None:
        """run: the emitter's own way to call a handler. given: what it is to call, and with what."""
        self._retries = retries
        self._event, self._options = handler
        self._run = run
        self._function, self._args, self._kwargs = given
        self._made = 0
        self.context = copy_context()
        """Of the emit."""

        self.__name__ = str(getattr(self._function, "__name__", ""))

    def make(self) -> None:
        """The next one, the way that pyee calls a handler."""
        self._run(self, (), {})

    async def go_on(self, failed_ns: int) -> None:
        """Make the next one after the backoff of one that failed then. In the context of the emit."""
        if self._options.backoff is not None:
            await self._options.backoff(self._event, self._made, failed_ns)
        DEPTH.set(Depth(DEPTH.get().flow))  # the emit's stack is not there any more
        called_again(self._function)
        self.make()

    def __call__(self) -> Any:
        """What pyee calls, wherever it does."""
        self._made += 1
        ATTEMPT.set(self._made)
        try:
            given = self._function(*self._args, **self._kwargs)
        except Exception as error:
            self._failed(error)
            return None
        if asyncio.iscoroutine(given):
            return _Awaited(given, self._failed, self._made)
        if isinstance(given, Deferred):
            left = Deferred()
            given.add_done_callback(partial(self._end, left))
            return left
        return given

    def _end(self, left: Deferred, given: Future[Any]) -> None:
        """What a handler gave back has ended: what is left for the emitter ends with that, or well."""
        error = None if given.cancelled() else given.exception()
        if error is None:
            left.set_result(None)
        elif self._options.comes_again(self._made, error):
            self._retries.later(self)
            left.set_result(None)
        else:
            left.set_exception(error)

    def _failed(self, error: Exception) -> None:
        """Nothing gets out where another attempt follows. Raises the last failure."""
        if not self._options.comes_again(self._made, error):
            raise error
        self._retries.later(self)


class _Awaited(Coroutine[Any, Any, Any]):
    """A handler's coroutine, of which no failure gets out that another attempt follows.

    Not an `async def` around it: one that is cancelled before its first step would leave the handler's coroutine never
    awaited, which warns. What asks for `cr_frame`, `__name__` and the like gets the handler's.
    """

    def __init__(self, coroutine: Any, failed: Callable[[Exception], None], attempt: int) -> None:
        """failed: raises what is to get out. attempt: of the call; 1 for the first."""
        self.attempt = attempt
        self._coroutine = coroutine
        self._failed = failed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)

    def __await__(self) -> Any:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        """One step."""
        return self._step(self._coroutine.send, value)

    def throw(self, *error: Any) -> Any:
        """One step that begins with an exception, such as the end of a run."""
        return self._step(self._coroutine.throw, *error)

    def close(self) -> None:
        """It will not go on."""
        self._coroutine.close()

    def _step(self, drive: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return drive(*arguments)
        except StopIteration:
            raise
        except Exception as error:
            self._failed(error)
        raise StopIteration


def is_another_attempt(coroutine: Any) -> bool:
    """Whether a handler's coroutine is a call again of what has failed: its dispatch has not announced that."""
    return isinstance(coroutine, _Awaited) and coroutine.attempt > 1


def retrying(kind: type[EventEmitter], retries: Retries) -> type[EventEmitter]:
    """One of pyee's emitters that calls handlers again."""

    class Retrying(kind):  # type: ignore[misc, valid-type]
        def _emit_run(self, f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            handler = retries.find(f)
            if handler is None:
                super()._emit_run(f, args, kwargs)
            else:
                _Attempts(retries, handler, super()._emit_run, (f, args, kwargs)).make()

    # A record names pyee's class, as a person would.
    Retrying.__module__, Retrying.__name__, Retrying.__qualname__ = kind.__module__, kind.__name__, kind.__qualname__
    return Retrying
