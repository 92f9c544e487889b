"""The place of pyee's `_call_handlers`: the same steps in the same order, with facts around them.

`plain` is the hot path: an emitter whose `_emit_run` is pyee's own "call it now". `general` is for those that call a
handler later or elsewhere. Closures over bound methods in locals: measured by benchmarks/emit_overhead.py.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FrameType, FunctionType, MethodType
from typing import Any, Callable, Iterator

from pyee.base import EventEmitter

from buslens.adapters.pyee.executor import JobEnd, SubmitView
from buslens.adapters.pyee.watch import PyeeWatch, same
from buslens.context import CALL
from buslens.packing import ENDED, NEXT, STARTED
from buslens.payloads import NoPayload, arguments
from buslens.records import Flag
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.calls import WatchedHandler
from buslens.watching.methods import marked
from buslens.watching.naming import HandlerName
from buslens.watching.second_look import second_look

CallHandlers = Callable[[Any, "tuple[Any, ...]", "dict[str, Any]"], bool]

_FEW = 16
_SHORT = 256
_UNTIMED = int(Flag.UNTIMED)

STALE = "it was registered with `once`, and removed before its turn"
"""Why a handler is skipped that no call stood in the way of."""


def general(watch: PyeeWatch, bare: CallHandlers) -> CallHandlers:
    """For executor and trio, and for an `_emit_run` of the program's own."""
    recorder = watch.recorder

    def _call_handlers(event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        emitter: Any = watch.emitter()
        if emitter is None or not watch.live or not recorder.enabled:
            return bare(event, args, kwargs)
        with emitter._lock:
            functions = list(emitter._events.get(event, {}).values())
        if not functions:
            unheard(watch, emitter, event, args, kwargs)
            return False
        dispatch, handlers = announced(watch, emitter, event, args, kwargs, functions)
        if not dispatch:
            return bare(event, args, kwargs)
        call = 0
        try:
            for function, key, handler_id, name in handlers:
                if key is not function and is_stale(emitter, event, key):
                    # A `once` wrapper whose handler is gone does nothing; pyee calls it all the same.
                    watch.skipped(dispatch, (handler_id,), note=STALE)
                    emitter._emit_run(function, args, kwargs)
                    continue
                call = recorder.next_id()
                token = CALL.set(call)
                try:
                    run_one(
                        watch, emitter, function, args, kwargs, (dispatch, call, handler_id, name), emitter._emit_run
                    )
                finally:
                    CALL.reset(token)
        except BaseException:
            watch.skipped(dispatch, (handler_id for _, _, handler_id, _ in handlers), call)
            raise
        return True

    return _call_handlers


def announced(
    watch: PyeeWatch,
    emitter: Any,
    event: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    functions: list[Any],
    is_chosen: bool = False,
) -> tuple[int, Iterator[tuple[Any, Any, int, HandlerName]]]:
    """Record an emit: the dispatch, and what is known of each handler. 0 where it could not be kept."""
    try:
        if watch.has_room(len(functions), is_chosen):
            plan = watch.plan(emitter, event, functions)
            dispatch = emitted(watch, event, args, kwargs, len(functions), plan.event_id)
            return dispatch, zip(functions, plan.keys, plan.handler_ids, plan.names)  # noqa: B905  Python 3.9
    except Exception as error:
        watch.broke(error)
    return 0, iter(())


def plain(watch: PyeeWatch, bare: CallHandlers, slow: Callable[..., bool]) -> CallHandlers:
    """For EventEmitter itself and what keeps its `_emit_run`. slow: for `once`, and where there is no room."""
    recorder = watch.recorder
    emitter_of = watch.emitter
    pending = recorder.pending
    put = pending.extend
    most = recorder.most_values
    next_id, clock_ns, local = recorder.next_id, recorder.clock_ns, recorder.local
    current, enter, leave = CALL.get, CALL.set, CALL.reset
    find, snapshot = watch.plans.get, recorder.snapshot
    call_with, call_without = watch.call_from, watch.call_without
    # What is global below is pyee's: see `in_the_place_of`.
    few, short, next_, started, ended_ = _FEW, _SHORT, NEXT, STARTED, ENDED
    nothing, together, is_same, nobody, look_again = NoPayload, arguments, same, unheard, second_look

    def _call_handlers(event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        emitter: Any = emitter_of()
        if emitter is None or not watch.live or not recorder.enabled:
            return bare(event, args, kwargs)
        lock = emitter._lock
        # `with` costs twice as much as the two calls that it makes.
        lock.acquire()
        try:
            found = emitter._events.get(event)
            functions = list(found.values()) if found else None
        finally:
            lock.release()
        if not functions:
            nobody(watch, emitter, event, args, kwargs)
            return False
        try:
            plan = find(event) if type(event) is str else None
            count = len(functions)
            # One alone is compared by hand: `same` costs five times as much, and most events have one handler.
            if plan is None or not (
                functions[0] is plan.functions[0] and (count == plan.count == 1 or is_same(plan.functions, functions))
            ):
                plan = watch.plan(emitter, event, functions)
        except Exception as error:
            watch.broke(error)
            plan = None
        if plan is None:
            return bare(event, args, kwargs)
        if plan.opening is None or len(pending) >= most:
            return slow(event, args, kwargs, functions)
        try:
            payload: Any
            if kwargs or len(args) > 1:
                payload = snapshot(together(args, kwargs))
            elif args:
                payload = args[0]
                kind = type(payload)
                if kind is dict and len(payload) <= few:
                    # A small dict of short strings and numbers needs no more than a copy.
                    payload = payload.copy()
                    for key, item in payload.items():
                        # By identity: the hash of a class may be code of its metaclass.
                        kind = type(item)
                        if type(key) is not str or not (
                            (kind is str and len(item) <= short)
                            or kind is int
                            or kind is float
                            or kind is bool
                            or item is None
                        ):
                            payload = snapshot(args[0])
                            break
                elif not (
                    kind is int
                    or (kind is str and len(payload) <= short)
                    or kind is float
                    or kind is bool
                    or payload is None
                ):
                    payload = snapshot(payload)
            else:
                payload = nothing
            try:
                lane = local.lane
            except AttributeError:
                lane = recorder.here()
            dispatch, call = next_id(), next_id()
            parent = current()
            if parent is None:
                parent = local.outside
            look = None
            if plan.others and plan.looks.left:
                look = look_again(recorder, plan.looks, dispatch, count, together(args, kwargs))
            put((plan.opening, dispatch, parent, clock_ns(), lane, payload, call))
            token = enter(call)
        except Exception as error:
            watch.broke(error)
            token = None
        # Outside of `except`, so that what a handler raises names no error of ours as its context.
        if token is None:
            return bare(event, args, kwargs)
        call_from = call_with if kwargs else call_without
        at = 0
        try:
            given = call_from(functions[0], args, kwargs)
            for at in plan.others:
                try:
                    if look is not None:
                        look.ends(call)
                    if given is None:
                        ended, call = call, next_id()
                        put((next_, ended, clock_ns(), plan.handler_ids[at], call, dispatch, lane))
                    else:
                        kept, given = [given], None
                        watch.threw_away(emitter, kept, call, plan.names[at - 1])
                        call = next_id()
                        put((started, plan.handler_ids[at], clock_ns(), call, dispatch, lane))
                    enter(call)
                except Exception as error:
                    watch.broke(error)
                given = call_from(functions[at], args, kwargs)
        except BaseException as error:
            watch.failed(call, error, plan.names[at].plain)
            watch.skipped(dispatch, plan.handler_ids[at + 1 :], call)
            raise
        finally:
            leave(token)
        try:
            if given is None:
                put((ended_, call, clock_ns()))
            else:
                kept, given = [given], None
                watch.threw_away(emitter, kept, call, plan.names[-1])
        except Exception as error:
            watch.broke(error)
        return True

    return in_the_place_of(EventEmitter._call_handlers, "_emit_run", _call_handlers)  # type: ignore[no-any-return]


def run_one(
    watch: PyeeWatch,
    emitter: Any,
    function: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    told: tuple[int, int, int, HandlerName],
    emit_run: Callable[..., Any],
) -> Any:
    """One handler of a dispatch, given to `_emit_run` under the name of its stand-in where that is possible."""
    if watch.kind != "executor" or watch.runs_here(emitter):
        return watch.run_from(emit_run, (WatchedHandler(function, watch, *told), args, kwargs), {})
    dispatch, call, handler_id, name = told
    end = JobEnd(watch, call, name)
    watch.started(call, dispatch, handler_id, 1, _UNTIMED)
    # Before pyee's own callback, which emits `error`: that event finds its cause.
    view = SubmitView(emitter, lambda future: future.add_done_callback(end))
    try:
        return watch.run_from(type(emitter)._emit_run, (view, function, args, kwargs), {})
    except BaseException as error:
        watch.failed(call, error, name.plain)
        raise


def emitted(
    watch: PyeeWatch, event: Any, args: tuple[Any, ...], kwargs: dict[str, Any], handlers: int, event_id: int
) -> int:
    """Record an emit; the dispatch's id."""
    cause, payload = _seen(watch, event, args, kwargs)
    return watch.emitted(event_id, handlers, payload, cause)


def _seen(watch: PyeeWatch, event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, Any]:
    """The cause of an emit, and what it carries now."""
    # What an executor's handler raised, pyee emits as `error`.
    raised = args[0] if args and type(event) is str and event == "error" else None
    return watch.cause(raised), watch.payload(args, kwargs)


def unheard(watch: PyeeWatch, emitter: Any, event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Nobody listens here. An uplifted emitter asks another one next: then only `give_up` knows that it was lost."""
    try:
        if type(event) is str and event in watch.quiet:
            return
        if "emit" in vars(emitter):
            if _was_asked_before(watch, emitter, sys._getframe(2)):
                return
            # What it carried, and not the program's objects: nobody knows how long this waits.
            watch.recorder.local.unheard = id(event), _seen(watch, event, args, kwargs), watch.event_id(event)
        else:
            watch.recorder.local.unheard = None
            emitted(watch, event, args, kwargs, 0, watch.event_id(event))
    except Exception as error:
        watch.broke(error)


def _was_asked_before(watch: PyeeWatch, emitter: Any, uplifted: FrameType) -> bool:
    """Whether an uplifted `emit`, pyee's own, was called on another emitter, which has told already that it came."""
    left = uplifted.f_locals.get("left")
    if left is None or left is emitter or getattr(watch.recorder.local, "unheard", None) is None:
        return False
    hooks = marked(vars(left).get("_call_handlers"))
    return hooks is not None and hooks.watch.recorder is watch.recorder and hooks.watch.live


def give_up(watch: PyeeWatch, event: Any) -> None:
    """pyee says that nobody handled an event, on this emitter or on those it was uplifted to."""
    try:
        waiting = getattr(watch.recorder.local, "unheard", None)
        watch.recorder.local.unheard = None
        if waiting is not None and watch.live and watch.recorder.enabled and waiting[0] == id(event):
            _, (cause, payload), event_id = waiting
            watch.emitted(event_id, 0, payload, cause)
    except Exception as error:
        watch.broke(error)


def is_stale(emitter: Any, event: Any, key: Any) -> bool:
    """A `once` handler that was removed after the emit had made its list."""
    with emitter._lock:
        registered = emitter._events.get(event)
        if registered is None or hashes_by_identity(key):
            return registered is None or key not in registered
        return not any(known is key for known in dict.keys(registered))


def hashes_by_identity(handler: Any) -> bool:
    """Whether the hash of a handler runs no code of the program."""
    kind = type(handler)
    return kind is FunctionType or kind is BuiltinFunctionType or kind is MethodType
