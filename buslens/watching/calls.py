"""One call of one handler, where more than "call it now" happens: on a task, in a worker thread, later.

`WatchedHandler` stands in for the handler on its way through the library, `CallCoroutine` for the coroutine that it
returns. Both look like what they stand for, because an emitter of the program's own may look at them.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Coroutine, Generator
from sys import getrefcount
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.context import CALL
from buslens.failures import Frames
from buslens.limits import LONG_STEP_NS
from buslens.records import Flag, Outcome
from buslens.watching.call_sites import CallSites
from buslens.watching.naming import HandlerName
from buslens.watching.pending import CANCELLED, CANCELLED_FIRST, DESTROYED_FIRST, HANDED_TO, THROWN_AWAY, PendingCall
from buslens.watching.steps import tell_long_step, waits_at
from buslens.watching.undone import has_begun

if TYPE_CHECKING:
    from buslens.recorder import Recorder
    from buslens.watching.second_look import SecondLook
    from buslens.watching.watch import Watch

_ASYNC = int(Flag.ASYNC)
_frame_at = sys._getframe
_LINES, _STEPS = CallSites(), CallSites(no_keywords=True)
_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_STOPS = frozenset({"CancelledError", "Cancelled", "GeneratorExit"})
_TIMED_OUT = "HandlerTimedOut"
"""What a scenario's handler fails with that has taken longer than it may."""


def outcome_of(error: BaseException) -> Outcome:
    """CANCELLED for what asyncio, trio and generators stop a coroutine with. By name: none of them is imported."""
    name = type(error).__name__
    return Outcome.CANCELLED if name in _STOPS else Outcome.TIMED_OUT if name == _TIMED_OUT else Outcome.FAILED


class WatchedHandler:
    """A handler for one dispatch, recording when it is called. Whoever compares it sees the handler."""

    __slots__ = ("_attempt", "_call", "_dispatch", "_handler", "_handler_id", "_name", "_watch")

    def __init__(
        self, handler: Any, watch: Watch, dispatch: int, call: int, handler_id: int, name: HandlerName
    ) -> None:
        self._handler = handler
        self._watch = watch
        self._dispatch = dispatch
        self._call = call
        """Id of the next call, where it has one already: the first, and where `called_again` was said; else 0."""

        self._handler_id = handler_id
        self._name = name
        self._attempt = 0
        watch.uncalled[call] = (dispatch, handler_id)

    @property
    def called(self) -> bool:
        return self._attempt > 0

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._handler)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)

    def __eq__(self, other: object) -> bool:
        return bool(self._handler == (other._handler if type(other) is WatchedHandler else other))

    def __hash__(self) -> int:
        return hash(self._handler)

    def __repr__(self) -> str:
        return repr(self._handler)

    def __reduce_ex__(self, protocol: Any) -> Any:
        # Pickled, it is the handler: a worker process need not have this package.
        return copy.copy, (self._handler,)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        watch, dispatch, name = self._watch, self._dispatch, self._name
        self._attempt += 1
        call, self._call = self._call or watch.recorder.next_id(), 0
        watch.uncalled.pop(call, None)
        later = name.is_async and watch.awaits
        if not later:
            watch.started(call, dispatch, self._handler_id, self._attempt)
        token = CALL.set(call)
        try:
            given = [_LINES.of(sys._getframe(1))(self._handler, args, kwargs)]
        except BaseException as error:
            _leave_out_ours(error)
            if later:
                watch.started(call, dispatch, self._handler_id, self._attempt)
            watch.failed(call, error, name.plain)
            raise
        finally:
            CALL.reset(token)
        watch.returned(given, call, name, (dispatch, self._handler_id, self._attempt) if later else None)
        return given.pop()

    def __del__(self) -> None:
        if self._attempt == 0 and self._watch.uncalled.pop(self._call, None) is not None:
            self._watch.skipped(self._dispatch, (self._handler_id,), note=HANDED_TO)


def handler_of(run: Any) -> Any:
    """What a stand-in for a handler stands in for; anything else is itself."""
    return run._handler if type(run) is WatchedHandler else run


def called_again(run: Any) -> None:
    """A handler is about to be called once more for its dispatch: what comes of it here has that call as its cause."""
    if type(run) is WatchedHandler:
        run._call = run._watch.recorder.next_id()
        CALL.set(run._call)


class CallCoroutine(Coroutine[Any, Any, Any]):
    """A handler's coroutine, recording when it first runs and when it ends. Drives the real one and nothing else.

    Not an `async def` around it: one that is cancelled before its first step would leave the handler's coroutine
    never awaited, which warns. What asks for `cr_frame`, `__qualname__` and the like gets the handler's.
    """

    __slots__ = ("_call", "_coroutine", "_ended", "_look", "_plain", "_send", "_stepped", "_stood", "_token", "_watch")

    def __init__(
        self, coroutine: Any, watch: Watch, call: int, plain: Frames, look: Optional[SecondLook] = None
    ) -> None:
        self._coroutine = coroutine
        self._send = coroutine.send
        self._watch = watch
        self._call = call
        self._plain = plain
        self._stepped = False
        self._token: Any = None
        self._ended = False
        self._stood = ""
        """Where it waited when it was last told to stop."""

        self._look = look
        """At what its dispatch carries, where that is looked at again."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._coroutine)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)

    def __repr__(self) -> str:
        return repr(self._coroutine)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self  # an iterator with send, throw and close is what await drives

    def __iter__(self) -> CallCoroutine:
        return self

    # In each of the steps whatever looks at its caller finds who drives the coroutine where nobody watches. Not in a
    # function of their own: a step is the most of what a watched task costs.

    def send(self, value: Any = None) -> Any:
        if not self._stepped:
            self._start()
        look = self._look
        if look is not None:
            look.begins()
        began_ns = monotonic_ns()
        try:
            try:
                return _STEPS.of(_frame_at(1))(self._send, (value,), {})
            finally:
                if monotonic_ns() - began_ns >= LONG_STEP_NS:
                    tell_long_step(self._watch, self._call, self._coroutine, began_ns)
                if look is not None:
                    look.stops(self._call)
        except StopIteration:
            self._end(None)
            raise
        except BaseException as error:
            _leave_out_ours(error)
            self._end(error)
            raise

    __next__ = send

    def throw(self, *error: Any) -> Any:
        if not self._stepped:
            self._abandon(CANCELLED_FIRST)  # a coroutine that has not begun only raises what is thrown into it
        elif not self._ended:
            self._stood = waits_at(self._coroutine)
        began_ns = monotonic_ns()
        try:
            try:
                return _STEPS.of(_frame_at(1))(self._coroutine.throw, error, {})
            finally:
                if monotonic_ns() - began_ns >= LONG_STEP_NS:
                    tell_long_step(self._watch, self._call, self._coroutine, began_ns)
        except StopIteration:
            self._end(None)
            raise
        except BaseException as raised:
            _leave_out_ours(raised)
            self._end(raised)
            raise

    def close(self) -> None:
        if not self._stepped:
            self._abandon(DESTROYED_FIRST)  # once closed it looks as if it had begun
        try:
            self._coroutine.close()
        except BaseException as error:
            self._end(error)
            raise
        self._abandon(DESTROYED_FIRST)

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # When Python ends it throws everything away: that is nobody's mistake, and no name of this module is sure then.
        if not self._ended and not is_finalizing():
            self._abandon(THROWN_AWAY if self._stepped else DESTROYED_FIRST)

    @property
    def inner(self) -> Any:
        """The handler's own coroutine."""
        return self._coroutine

    def waiting_call(self, recorder: Recorder) -> int:
        """The call, where it is one of this recorder that has begun and waits; else 0."""
        is_open = self._stepped and not self._ended and self._watch.recorder is recorder
        return self._call if is_open else 0

    def _start(self) -> None:
        self._stepped = True
        waiting = self._watch.waiting.pop(self._call, None)
        if waiting is None:
            self._ended = True  # it has been told to have never run, when the program ended
            return
        begin = waiting[0]
        if begin is not None:
            self._watch.started(self._call, *begin, _ASYNC)
        if CALL.get() != self._call:
            # An emitter of the program's own ran it outside of the context that it was called in.
            self._token = CALL.set(self._call)

    def _end(self, error: Optional[BaseException]) -> None:
        if self._ended:
            return
        self._ended = True
        if self._look is not None:
            self._look.ends(self._call)
            self._look = None
        if self._token is not None:
            try:
                CALL.reset(self._token)
            except (ValueError, RuntimeError):
                pass  # it ended in another context, which was never changed
        if error is None:
            self._watch.ended(self._call)
        elif self._stood and outcome_of(error) is Outcome.CANCELLED:
            self._watch.stopped(self._call, CANCELLED.format(self._stood))
        else:
            self._watch.failed(self._call, error, self._plain)

    def _abandon(self, why: str) -> None:
        """Record that the coroutine will not run any more, or never began. why: one of the sentences of pending.py."""
        if self._ended:
            return
        self._ended = True
        if self._stepped:
            self._watch.stopped(self._call, why if why == THROWN_AWAY else "")
            return
        waiting = self._watch.waiting.pop(self._call, None)
        if waiting is None:
            return
        if has_begun(self._coroutine) or getrefcount(self._coroutine) > _REFERENCES:
            PendingCall(*waiting).let_go(self._watch, self._call)
        else:
            PendingCall(*waiting).give_up(self._watch, self._call, why)


_CALLING = frozenset(
    function.__code__ for function in (WatchedHandler.__call__, CallCoroutine.send, CallCoroutine.throw)
)


def _leave_out_ours(error: BaseException) -> None:
    """Cut our frames out of a traceback, from the frame on that has caught the error; `raise` adds nothing.

    Not by its attribute: the program may have one of its own.
    """
    steps = _TRACEBACK.__get__(error)
    if steps is not None and steps.tb_frame.f_code in _CALLING:
        line = steps.tb_next  # which stands for whoever would call
        steps = line.tb_next if line is not None else None
    _TRACEBACK.__set__(error, steps)


async def _nothing() -> None:
    """A coroutine of which only its steps are counted."""


def _references() -> int:
    """To a coroutine that nobody but its stand-in has, as this Python counts them."""
    stand_in = CallCoroutine(_nothing(), None, 0, False)  # type: ignore[arg-type]
    stand_in._ended = True
    count = getrefcount(stand_in._coroutine)
    stand_in.close()
    return count


_REFERENCES = _references()


class FutureEnd:
    """Told by a future, its own or a handler's, that a call is over. Changes nothing about the future."""

    __slots__ = ("_call", "_plain", "_watch")

    def __init__(self, watch: Watch, call: int, plain: Frames) -> None:
        self._watch = watch
        self._call = call
        self._plain = plain

    def __call__(self, future: Any) -> None:
        if future.cancelled():
            self._cancelled()
            return
        error = future.exception()
        if error is None:
            self._returned(future)
        else:
            self._watch.failed(self._call, error, self._plain)

    def _cancelled(self) -> None:
        self._watch.stopped(self._call)

    def _returned(self, future: Any) -> None:
        self._watch.ended(self._call)

    def passed(self, result: Any) -> Any:
        """Record how the call ended by the result of a Deferred, and give that result back unchanged."""
        if hasattr(result, "getTraceback") and hasattr(result, "value"):
            self._watch.failed(self._call, result.value, self._plain)
        else:
            self._watch.ended(self._call)
        return result
