"""The emits of an asyncio emitter where all handlers are coroutine functions: recorded in one function.

Into a stream each takes one slot, and each call one more for its start and one for its end, when its task runs.
Measured by benchmarks/emit_overhead.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, Optional

from buslens.adapters.pyee.mapped import payload_of
from buslens.adapters.pyee.watch import PyeeWatch, same
from buslens.context import CALL
from buslens.packing import WHOLE as WHOLE_KEPT
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.stream import StreamRecorder
from buslens.stream.layout import PACK_WHOLE, WHOLE
from buslens.watching.naming import HandlerName

_EMITTED = int(Kind.DISPATCH_EMITTED)
_NO_SLOT = (AttributeError, TypeError, StopIteration)

Scheduled = tuple[int, Iterable[tuple[Any, Any, int, HandlerName]], int, bool]
"""An emit: the dispatch, what is known of each handler, when it was, and whether no loop runs that takes tasks now."""

Announce = Callable[[Any, Any, "tuple[Any, ...]", "dict[str, Any]", "list[Any]"], Optional[Scheduled]]


def scheduled(watch: PyeeWatch, recorder: StreamRecorder) -> Announce:
    """What records an emit; None where it is to be recorded in the general way."""
    next_id, clock_ns, local, spending = recorder.next_id, recorder.clock_ns, recorder.local, recorder.spending
    find, running = watch.plans.get, watch.running_loop
    renew: Callable[[], Any] = recorder.place

    def announce(
        emitter: Any, event: Any, args: tuple[Any, ...], kwargs: dict[str, Any], functions: list[Any]
    ) -> Optional[Scheduled]:
        # What pyee emits as `error` has a cause of its own; calls that a person may hold go the general way.
        if not spending.is_hot or watch.hold is not None or type(event) is not str or event == "error":
            return None
        try:
            plan = find(event)
            if plan is None or not (functions[0] is plan.only or same(plan.functions, functions)):
                plan = watch.plan(emitter, event, functions)
            if not plan.is_scheduled or plan.looks.left:
                return None
            try:
                claim, facts, _, append, lane, outside = local.place
            except (AttributeError, TypeError):  # the first emit of a thread or of a forked child
                claim, facts, _, append, lane, outside = renew()
            dispatch, cause = next_id(), CALL.get()
            blob = payload_of(recorder, plan, append, dispatch, args, kwargs) if args or kwargs else 0
            try:
                slot = claim()
            except StopIteration:
                claim, facts, _, _, lane, outside = renew()
                slot = claim()
            cause = outside if cause is None else cause
            fact = (dispatch, cause, blob, lane, plan.count, _EMITTED, 0, 0, plan.event_id, WHOLE)
            now = clock_ns()
            PACK_WHOLE(facts, slot, now, *fact)
            is_idle = running() is None and getattr(emitter, "_loop", None) is None
            return dispatch, zip(functions, plan.keys, plan.handler_ids, plan.names), now, is_idle  # noqa: B905  3.9
        except _NO_SLOT:  # there is no room, or other threads were quicker
            return None
        except Exception as error:
            watch.broke(error)
            return None

    return announce


def scheduled_and_kept(watch: PyeeWatch, recorder: Recorder) -> Announce:
    """The same for a recorder that keeps facts until somebody takes them: what `announced` does by six functions."""
    next_id, clock_ns, local, pending = recorder.next_id, recorder.clock_ns, recorder.local, recorder.pending
    find, running = watch.plans.get, watch.running_loop
    most, put = recorder.most_values, pending.extend

    def announce(
        emitter: Any, event: Any, args: tuple[Any, ...], kwargs: dict[str, Any], functions: list[Any]
    ) -> Optional[Scheduled]:
        # What pyee emits as `error` has a cause of its own; calls that a person may hold go the general way.
        if watch.hold is not None or type(event) is not str or event == "error" or len(pending) >= most:
            return None
        try:
            plan = find(event)
            if plan is None or not (functions[0] is plan.only or same(plan.functions, functions)):
                plan = watch.plan(emitter, event, functions)
            if not plan.is_scheduled:
                return None
            try:
                lane, outside = local.lane, local.outside
            except AttributeError:  # the first emit of a thread
                lane, outside = recorder.here(), local.outside
            cause = CALL.get()
            blob = watch.payload(args, kwargs) if args or kwargs else 0
            dispatch, now = next_id(), clock_ns()
            cause = outside if cause is None else cause
            put((WHOLE_KEPT, _EMITTED, 0, 0, plan.event_id, now, dispatch, cause, lane, plan.count, blob))
            is_idle = running() is None and getattr(emitter, "_loop", None) is None
            return dispatch, zip(functions, plan.keys, plan.handler_ids, plan.names), now, is_idle  # noqa: B905  3.9
        except Exception as error:
            watch.broke(error)
            return None

    return announce
