"""The hot path into a stream: what `plain` of dispatch.py does, with each fact packed where a reader finds it.

Most emits cost one slot: the emit, its first call, and in place the end of the last one. What is not plain
goes the general way. Measured by benchmarks/emit_overhead.py.
"""

from __future__ import annotations

from typing import Any, Callable

from pyee.base import EventEmitter

from buslens.adapters.pyee.dispatch import CallHandlers, unheard
from buslens.adapters.pyee.watch import HandlerPlan, PyeeWatch, same
from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.packing import ENDED, NEXT, STARTED
from buslens.payloads import arguments
from buslens.stream import StreamRecorder
from buslens.stream.forms import no_form
from buslens.stream.layout import ELSEWHERE, PACK_OPENED
from buslens.watching.call_sites import in_the_place_of

_OFTEN = 16
"""So many payloads of an event are kept before a form is looked for; and then each time there are twice as many."""


def mapped(watch: PyeeWatch, recorder: StreamRecorder, bare: CallHandlers, slow: Callable[..., bool]) -> CallHandlers:
    """For EventEmitter itself and what keeps its `_emit_run`. slow: for `once`, and where no slot is at hand."""
    emitter_of = watch.emitter
    next_id, clock_ns, local, keep = recorder.next_id, recorder.clock_ns, recorder.local, recorder.keep
    current, enter, leave = CALL.get, CALL.set, CALL.reset
    find, keep_payload = watch.plans.get, recorder.keep_payload
    renew: Callable[[], Any] = recorder.place
    spending = recorder.spending
    call_with, call_without = watch.call_from, watch.call_without
    # What is global below is pyee's: see `in_the_place_of`.
    pack, no_slot, gone = PACK_OPENED, (AttributeError, TypeError, StopIteration), ValueError
    no_place, used_up = (AttributeError, TypeError), StopIteration
    next_, started, ended_, told_elsewhere = NEXT, STARTED, ENDED, _told_elsewhere
    together, other, is_same, nobody, unknown = arguments, _without_form, same, unheard, CAUSE_UNKNOWN

    def _call_handlers(event: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        emitter: Any = emitter_of()
        measured = None
        if emitter is None or not watch.live or not spending.is_hot:
            if emitter is None or not watch.live or not recorder.enabled:
                return bare(event, args, kwargs)
            inside = current()
            if not inside or inside == unknown:
                if spending.leaves_out():
                    return type(emitter)._call_handlers(emitter, event, args, kwargs)  # type: ignore[no-any-return]
                recorder.chosen()
            measured = spending.measured()
        lock = emitter._lock
        # `with` costs twice as much as the two calls that it makes.
        lock.acquire()
        try:
            found = emitter._events.get(event)
            functions = [*found.values()] if found else None
        finally:
            lock.release()
        if not functions:
            nobody(watch, emitter, event, args, kwargs)
            return False
        function, several = functions[0], len(functions) > 1
        try:
            plan = find(event) if type(event) is str else None
            # One alone is compared by hand: `same` costs five times as much, and most events have one handler.
            if plan is None or function is not plan.only or several:
                if plan is None or not is_same(plan.functions, functions):
                    plan = watch.plan(emitter, event, functions)
        except Exception as error:
            watch.broke(error)
            return bare(event, args, kwargs)
        marks = plan.opening
        if not marks:
            return slow(event, args, kwargs, functions)
        token: Any = None
        # Nearly always None, which is asked for at next to no cost.
        if measured is not None:
            measured.go()
        try:
            try:
                claim, facts, ends, append, lane, outside = local.place
            except no_place:  # the first emit of a thread or of a forked child
                claim, facts, ends, append, lane, outside = renew()
            call = next_id()
            parent = current()
            if parent is None:
                parent = outside
            if not args and not kwargs:
                blob = 0
            else:
                record = None if spending.step else plan.form(call, args, kwargs)
                if record is None:
                    blob = other(recorder, plan, call, args, kwargs)
                else:
                    try:
                        append(record)
                        blob = call
                    except gone:  # that chunk is full
                        local.place = None
                        blob = keep_payload(call, together(args, kwargs))
            try:
                slot = claim()
            except used_up:
                claim, facts, ends, append, lane, outside = renew()
                slot = claim()
            pack(facts, slot, clock_ns(), call, parent, blob, lane, marks[0])
            token = enter(call)
        except no_slot:  # there is no room, or other threads were quicker
            pass
        except Exception as error:
            watch.broke(error)
        # Outside of `except`, so that what a handler raises names no error of ours as its context.
        if token is None:
            return slow(event, args, kwargs, functions)
        call_from = call_with if kwargs else call_without
        at = 0
        if measured is not None:
            measured.halt()
        try:
            given = call_from(function, args, kwargs)
            if measured is not None:
                measured.go()
            if several:
                dispatch = call - 1
                for at in plan.others:
                    try:
                        if given is None:
                            ended, call = call, next_id()
                            try:
                                try:
                                    slot = claim()
                                except used_up:
                                    claim, facts, ends, append, lane, _ = renew()
                                    slot = claim()
                                pack(facts, slot, clock_ns(), call, dispatch, ended, lane, marks[at])
                            except no_slot:
                                slot = -1
                                keep((next_, ended, clock_ns(), plan.handler_ids[at], call, dispatch, lane))
                        else:
                            kept, given = [given], None
                            watch.threw_away(emitter, kept, call, plan.names[at - 1])
                            call, slot = next_id(), -1
                            keep((started, plan.handler_ids[at], clock_ns(), call, dispatch, lane))
                        enter(call)
                    except Exception as error:
                        watch.broke(error)
                    if measured is not None:
                        measured.halt()
                    given = call_from(functions[at], args, kwargs)
                    if measured is not None:
                        measured.go()
        except BaseException as error:
            if at == plan.count - 1:
                told_elsewhere(ends, slot)
            watch.failed(call, error, plan.names[at].plain)
            watch.skipped(dispatch if at else call - 1, plan.handler_ids[at + 1 :], call)
            raise
        finally:
            leave(token)
        try:
            if given is not None:
                told_elsewhere(ends, slot)
                kept, given = [given], None
                watch.threw_away(emitter, kept, call, plan.names[-1])
            elif slot >= 0:
                ends[slot >> 3] = clock_ns()
            else:
                keep((ended_, call, clock_ns()))
        except gone:
            pass  # this is a child that was forked in the call, which is the parent's
        except Exception as error:
            watch.broke(error)
        if measured is not None:
            measured.done(len(functions))
        return True

    return in_the_place_of(EventEmitter._call_handlers, "_emit_run", _call_handlers)  # type: ignore[no-any-return]


def _without_form(
    recorder: StreamRecorder, plan: HandlerPlan, call: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> int:
    """Keep a payload that looks otherwise than those before; a new form is made now and then, as it costs something."""
    plan.without_form = times = plan.without_form + 1
    if times >= _OFTEN and not times & (times - 1):
        found = recorder.forms.of(args, kwargs)
        plan.form = plan.form if found is no_form else found
    return recorder.keep_payload(call, arguments(args, kwargs))


def _told_elsewhere(ends: Any, slot: int) -> None:
    """Say in a slot that another one tells how its call ended. slot: negative where none waits for that."""
    try:
        if slot >= 0:
            ends[slot >> 3] = ELSEWHERE
    except ValueError:
        pass  # it is the parent's, and this a forked child
