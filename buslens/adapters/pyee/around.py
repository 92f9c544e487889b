"""For a subclass with a `_call_handlers` of its own: theirs runs as it is, and its `_emit_run` tells what is called.

Which dispatch an `_emit_run` belongs to is kept for each thread, because theirs passes nothing of ours on.
"""

from __future__ import annotations

from typing import Any, Callable, Optional

from buslens.adapters.pyee.dispatch import CallHandlers, emitted, run_one, unheard
from buslens.adapters.pyee.watch import HandlerPlan, PyeeWatch
from buslens.context import CALL
from buslens.statics import class_name

EmitRun = Callable[[Any, "tuple[Any, ...]", "dict[str, Any]"], Any]


class AnnouncedDispatch:
    """A dispatch whose handlers are being called by somebody else's loop."""

    __slots__ = ("dispatch", "left", "plan", "raised")

    def __init__(self, dispatch: int, plan: HandlerPlan) -> None:
        self.dispatch = dispatch
        self.plan = plan
        self.left = list(plan.handler_ids)
        """Handlers that `_emit_run` has not been asked to run."""

        self.raised = 0
        """The last call, if it raised: theirs may catch that, and go on or not."""


def around(watch: PyeeWatch, bare: CallHandlers) -> CallHandlers:
    """A `_call_handlers` that announces a dispatch and leaves the rest to theirs."""

    def _call_handlers(event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        emitter = watch.emitter()
        if emitter is None or not watch.live or not watch.recorder.enabled:
            return bare(event, args, kwargs)
        local = watch.recorder.local
        before = getattr(local, "announced", None)
        local.announced = announced = _announce(watch, emitter, event, args, kwargs)
        handled: Optional[bool] = None
        try:
            handled = bare(event, args, kwargs)
        finally:
            local.announced = before
            if announced is not None:
                if handled is not False and len(announced.left) == len(announced.plan.handler_ids):
                    _say_unknown(watch, emitter)
                else:
                    watch.skipped(announced.dispatch, announced.left, announced.raised)
        if announced is None and not handled:
            unheard(watch, emitter, event, args, kwargs)
        return handled

    return _call_handlers


def _say_unknown(watch: PyeeWatch, emitter: Any) -> None:
    """Theirs has called handlers, and not by `_emit_run`. Such dispatches stay open."""
    try:
        who = class_name(type(emitter))
        watch.cannot_see(f"{who} calls its handlers by itself: which of them ran, and how, is not known")
    except Exception as error:
        watch.broke(error)


def telling(watch: PyeeWatch, bare: EmitRun) -> EmitRun:
    """An `_emit_run` that knows the dispatch which it runs a handler for."""

    def _emit_run(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        emitter = watch.emitter()
        announced: Optional[AnnouncedDispatch] = getattr(watch.recorder.local, "announced", None)
        plan = announced.plan if announced is not None else None
        if emitter is None or announced is None or plan is None or not any(f is known for known in plan.functions):
            return bare(f, args, kwargs)
        at = next(index for index, known in enumerate(plan.functions) if f is known)
        if plan.handler_ids[at] in announced.left:
            announced.left.remove(plan.handler_ids[at])
        announced.raised = call = watch.recorder.next_id()
        token = CALL.set(call)
        try:
            told = (announced.dispatch, call, plan.handler_ids[at], plan.names[at])
            given = run_one(watch, emitter, f, args, kwargs, told, bare)
            announced.raised = 0
            return given
        finally:
            CALL.reset(token)

    return _emit_run


def _announce(
    watch: PyeeWatch, emitter: Any, event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Optional[AnnouncedDispatch]:
    with emitter._lock:
        functions = list(emitter._events.get(event, {}).values())
    try:
        if functions and watch.has_room(len(functions)):
            plan = watch.plan(emitter, event, functions)
            return AnnouncedDispatch(emitted(watch, event, args, kwargs, len(functions), plan.event_id), plan)
    except Exception as error:
        watch.broke(error)
    return None
