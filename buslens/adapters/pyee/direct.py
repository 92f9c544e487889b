"""For emitters that call a handler at once and then look at what it gave: asyncio, twisted, and `once` on any of them.

The handler is called here, and `_emit_run` gets a callable that only hands over what came of it. So the probe adds no
frame to the stack: a program that recurses as deep as Python allows finds the same depth (an error storm does).
"""

from __future__ import annotations

from functools import partial
from types import CoroutineType
from typing import Any, Callable, Optional

from pyee.base import EventEmitter

from buslens.adapters.pyee.dispatch import STALE, CallHandlers, announced, is_stale, unheard
from buslens.adapters.pyee.scheduled import scheduled, scheduled_and_kept
from buslens.adapters.pyee.watch import PyeeWatch
from buslens.context import CALL
from buslens.stream import StreamRecorder
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.calls import CallCoroutine
from buslens.watching.stream_calls import StreamCall


def direct(watch: PyeeWatch, bare: CallHandlers, stream: Optional[StreamRecorder] = None) -> Callable[..., bool]:
    """A `_call_handlers` that calls the handlers itself. stream: where asyncio's tasks go into one."""
    recorder = watch.recorder
    schedule = None
    if watch.kind == "asyncio":
        schedule = scheduled_and_kept(watch, recorder) if stream is None else scheduled(watch, stream)
    to: Any = stream
    waiting, in_stream, stand_in, coroutine = watch.waiting, StreamCall, CallCoroutine, CoroutineType
    next_id, enter, leave = recorder.next_id, CALL.set, CALL.reset
    call_with, call_without = watch.call_from, watch.call_without
    returns_are_looked_at = watch.kind != "base"
    # What is global below is pyee's: see `in_the_place_of`.
    announce, nobody, check, stale, raise_ = announced, unheard, is_stale, STALE, raising

    def _call_handlers(
        event: Any, args: tuple[Any, ...], kwargs: dict[str, Any], functions: Optional[list[Any]] = None
    ) -> bool:
        emitter: Any = watch.emitter()
        if emitter is None or not watch.live or not recorder.enabled:
            return bare(event, args, kwargs)
        is_chosen = functions is not None
        if functions is None:  # else `plain` has looked, once as pyee does: it asks the handlers for their hashes
            with emitter._lock:
                functions = list(emitter._events.get(event, {}).values())
        if not functions:
            nobody(watch, emitter, event, args, kwargs)
            return False
        task = schedule(emitter, event, args, kwargs, functions) if schedule is not None else None
        if task is not None:
            dispatch, handlers, now, is_idle = task
            look = None if to is not None else watch.second_look(event, dispatch, args, kwargs)
        else:
            dispatch, handlers = announce(watch, emitter, event, args, kwargs, functions, is_chosen)
            now, is_idle = 0, False
            if not dispatch:
                return bare(event, args, kwargs)
            look = watch.second_look(event, dispatch, args, kwargs)
        call, call_from = 0, call_with if kwargs else call_without
        try:
            for function, key, handler, name in handlers:
                if key is not function and check(emitter, event, key):
                    # A `once` wrapper whose handler is gone does nothing; pyee calls it all the same.
                    watch.skipped(dispatch, (handler,), note=stale)
                    emitter._emit_run(function, args, kwargs)
                    continue
                call, later = next_id(), name.is_async and watch.awaits
                if not later:
                    watch.started(call, dispatch, handler)
                token = enter(call)
                given: list[Any] = []
                run: Callable[[], Any] = given.pop
                try:
                    try:
                        given.append(call_from(function, args, kwargs))
                    except BaseException as error:
                        if later:
                            watch.started(call, dispatch, handler)
                        watch.failed(call, error, name.plain)
                        if not returns_are_looked_at or not isinstance(error, Exception):
                            raise
                        run = raise_(error)
                        if look is not None:
                            look.ends(call)
                    else:
                        if task is not None and type(given[0]) is coroutine:
                            begin = dispatch, handler, 1
                            waiting[call] = begin, now, name, is_idle
                            if to is None:
                                given[0] = stand_in(given[0], watch, call, name.plain, look)
                            else:
                                given[0] = in_stream(given[0], watch, call, name.plain, to, begin)
                        else:
                            watch.returned(given, call, name, (dispatch, handler, 1) if later else None, look)
                    # Also what pyee throws away is thrown away there: it may warn of that.
                    if returns_are_looked_at or given[0] is not None:
                        emitter._emit_run(run, (), {})
                finally:
                    del run, given
                    leave(token)
        except BaseException:
            watch.skipped(dispatch, (left for _, _, left, _ in handlers), call)
            raise
        return True

    return in_the_place_of(EventEmitter._call_handlers, "_emit_run", _call_handlers)  # type: ignore[no-any-return]


def raising(error: BaseException) -> Callable[[], Any]:
    """A callable that raises `error` as it is, without a frame of Python below it."""
    if isinstance(error, StopIteration):  # which a generator may not raise

        def raise_it() -> Any:
            raise error

        return raise_it
    return partial((None for _ in ()).throw, error)
