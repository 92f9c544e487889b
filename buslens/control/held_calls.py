"""A call of a coroutine handler that a person holds: its task is there, and waits before the handler's first step.

The library makes the task as it always does, in the same order; whatever it does with that (cancels it, waits for it,
looks at what came of it) means the held call. Nothing else waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Coroutine, Generator
from typing import Any, Callable, Optional, Tuple

from buslens.control.next_emit import running_loop
from buslens.watching import held
from buslens.watching.pending import Begin

WAITS, GOES, DROPPED, GONE = "waits", "goes", "dropped", "gone"
"""What became of it; gone: its task was cancelled, or ended with its loop."""

_TRACEBACK: Any = vars(BaseException)["__traceback__"]


class HeldCall:
    """One of them. Decided on once, from any thread."""

    def __init__(self, number: int, event: str, handler: str, begin: Begin, coroutine: Any) -> None:
        self.number, self.event, self.handler = number, event, handler
        self.dispatch, self.handler_id, _ = begin
        self.call = held.call_of(coroutine)
        self.bus = ""
        self.since_ns = time.monotonic_ns()
        self.remake: "Optional[Callable[[Tuple[Any, ...]], Any]]" = None
        """What makes its coroutine with other arguments; None where that cannot be."""

        self.arguments = ""
        """What the handler is called with, as a list in JSON, where a person may see all of that as it is; else ""."""

        self.on_gone: Callable[[HeldCall], Any] = lambda _: None
        self.coroutine = coroutine
        self._lock = threading.Lock()
        self._state = WAITS
        self._waiting: "Optional[Tuple[Any, Any]]" = None
        """The loop of its task, and the future that this waits for, once it does."""

    def decide(self, state: str, coroutine: Any = None) -> bool:
        """Let it go on, as another coroutine where one is given, or drop it. False: it does not wait any more."""
        with self._lock:
            if self._state != WAITS:
                if coroutine is not None:
                    held.discard(coroutine)
                return False
            if coroutine is not None:
                held.discard(self.coroutine)
                self.coroutine = coroutine
            self._state = state
            waiting = self._waiting
        if waiting is not None:
            loop, future = waiting
            try:
                loop.call_soon_threadsafe(_wake, future)
            except RuntimeError:
                pass  # the loop is closed: nobody drives the task any more
        return True

    def after_fork(self) -> None:
        """In a forked child nobody decides on it: it goes on."""
        self._lock = threading.Lock()  # the old one may be held by a thread that is not there
        self.decide(GOES)

    def awaited(self) -> Any:
        """What its task waits for before the first step; None where it has been decided on."""
        with self._lock:
            if self._state != WAITS:
                return None
            loop = running_loop()
            future = loop.create_future()
            self._waiting = loop, future
            return future.__await__()

    @property
    def is_dropped(self) -> bool:
        """Whether its handler is not called."""
        return self._state == DROPPED

    def gone(self) -> None:
        """Its task will not wait for anybody's decision."""
        with self._lock:
            before, self._state = self._state, GONE
        if before == WAITS:
            self.on_gone(self)


class HeldCoroutine(Coroutine[Any, Any, Any]):
    """What the task drives: it waits first, and is then the handler's coroutine and nothing else."""

    __slots__ = ("_coroutine", "_held", "_waits")

    def __init__(self, call: HeldCall) -> None:
        self._held: Optional[HeldCall] = call
        self._coroutine = call.coroutine
        self._waits: Any = None

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return self._coroutine.__class__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)

    def __repr__(self) -> str:
        return repr(self._coroutine)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self  # an iterator with send, throw and close is what await drives

    def __iter__(self) -> HeldCoroutine:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        if self._held is not None:
            waits_for = self._wait(self._held)
            if waits_for is not None:
                return waits_for
        try:
            return self._coroutine.send(value)
        except BaseException as error:
            _TRACEBACK.__set__(error, _TRACEBACK.__get__(error).tb_next)  # our frame is none of the program's
            raise

    def throw(self, *error: Any) -> Any:
        self._leave()
        try:
            return self._coroutine.throw(*error)
        except BaseException as raised:
            _TRACEBACK.__set__(raised, _TRACEBACK.__get__(raised).tb_next)
            raise

    def close(self) -> None:
        self._leave()
        self._coroutine.close()

    def __del__(self) -> None:
        self._leave()

    def _wait(self, call: HeldCall) -> Any:
        """The future that is waited for; None once it goes on. Ends the coroutine where it was dropped."""
        if self._waits is None:
            self._waits = call.awaited()
        if self._waits is not None:
            try:
                return self._waits.send(None)
            except StopIteration:
                pass
        self._held, self._waits, self._coroutine = None, None, call.coroutine
        if call.is_dropped:
            held.never_begins(self._coroutine)
            raise StopIteration(None)
        return None

    def _leave(self) -> None:
        call, self._held, self._waits = self._held, None, None
        if call is not None:
            self._coroutine = call.coroutine
            call.gone()


def _wake(future: Any) -> None:
    if not future.done():
        future.set_result(None)
