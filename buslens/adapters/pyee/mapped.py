"""The hot path into a stream: what `plain` of dispatch.py does, with each fact packed where a reader finds it.

Most emits cost one slot: the emit, its first call, and in place the end of the last one. Further calls cost one store
each, in slots behind that one. What is not plain goes the general way. Measured by benchmarks/emit_overhead.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Callable, Optional

from pyee.base import EventEmitter

from buslens.adapters.pyee.dispatch import CallHandlers, unheard
from buslens.adapters.pyee.watch import HandlerPlan, PyeeWatch, same
from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.packing import STARTED
from buslens.payloads import arguments
from buslens.stream import StreamRecorder
from buslens.stream.forms import no_form
from buslens.stream.layout import ELSEWHERE, PACK_FURTHER, PACK_OPENED, PACK_WHOLE, WHOLE
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.second_look import second_look

_OFTEN = 16
"""So many payloads of an event are kept before a form is looked for; and then each time there are twice as many."""


Slow = Callable[[], Callable[..., bool]]
"""Gives what emits in the general way."""

Path = Callable[[PyeeWatch, CallHandlers, Slow], CallHandlers]


def mapped(watch: PyeeWatch, recorder: StreamRecorder, bare: CallHandlers, slow: Slow) -> CallHandlers:
    """For EventEmitter itself and what keeps its `_emit_run`. slow: for `once`, and where no slot is at hand."""
    key = "pyee", watch.call_from, watch.call_without
    found: Optional[Path] = recorder.paths.get(key)
    if found is None:
        found = recorder.paths[key] = _path(recorder, watch.call_from, watch.call_without)
    return found(watch, bare, slow)


def _path(recorder: StreamRecorder, call_with: Any, call_without: Any) -> Path:
    """What all emitters of a recorder have in common: else each of them would hold all this once more."""
    next_id, clock_ns, local, keep = recorder.next_id, recorder.clock_ns, recorder.local, recorder.keep
    current, enter, leave = CALL.get, CALL.set, CALL.reset
    keep_payload = recorder.keep_payload
    renew: Callable[[], Any] = recorder.place
    spending = recorder.spending
    # What is global below is pyee's: see `in_the_place_of`.
    pack, no_slot, gone = PACK_OPENED, (AttributeError, TypeError, StopIteration), ValueError
    no_place, used_up = (AttributeError, TypeError), StopIteration
    pack_further, take, ids, elsewhere = PACK_FURTHER, islice, recorder.next_id.__self__, ELSEWHERE  # type: ignore[attr-defined]
    look_again, started, told_elsewhere, left_empty = second_look, STARTED, _told_elsewhere, _left_empty
    together, other, is_same, nobody, unknown = arguments, _without_form, same, unheard, CAUSE_UNKNOWN

    def of(watch: PyeeWatch, bare: CallHandlers, slow: Slow) -> CallHandlers:
        emitter_of, find = watch.emitter, watch.plans.get

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
                if plan is None or function is not plan.only or several:
                    # Whoever subscribes or goes has the plan forgotten. Who changes pyee's own tables behind it is
                    # found out by the first or last handler or their number, or else by the next measured dispatch.
                    if (
                        plan is None
                        or len(functions) != plan.count
                        or function is not plan.functions[0]
                        or functions[-1] is not plan.functions[-1]
                        or (measured is not None and not is_same(plan.functions, functions))
                    ):
                        plan = watch.plan(emitter, event, functions)
            except Exception as error:
                watch.broke(error)
                return bare(event, args, kwargs)
            opening = plan.opening
            if opening is None:
                return slow()(event, args, kwargs, functions)
            token: Any = None
            # Nearly always None, which is asked for at next to no cost.
            if measured is not None:
                measured.go()
            try:
                try:
                    claim, facts, ends, append, lane, outside = local.place
                except no_place:  # the first emit of a thread or of a forked child
                    claim, facts, ends, append, lane, outside = renew()
                if several:
                    calls = [*take(ids, plan.count)]
                    call = calls[0]
                else:
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
                if several:
                    count = opening.slots
                    slots = [*take(claim.__self__, count)]
                    if len(slots) < count:
                        left_empty(facts, slots)
                        claim, facts, ends, append, lane, outside = renew()
                        slots = [*take(claim.__self__, count)]
                        if len(slots) < count:
                            left_empty(facts, slots)
                            raise used_up
                    slot = slots[0]
                    for behind, at, many, mark in opening.further:
                        pack_further(facts, slot + behind, lane, at, many, call, mark)
                else:
                    try:
                        slot = claim()
                    except used_up:
                        claim, facts, ends, append, lane, outside = renew()
                        slot = claim()
                look = None
                if several and plan.looks.left:
                    look = look_again(recorder, plan.looks, call - 1, plan.count, together(args, kwargs))
                pack(facts, slot, clock_ns(), call, parent, blob, lane, opening.mark)
                token = enter(call)
            except no_slot:  # there is no room, or other threads were quicker
                pass
            except Exception as error:
                watch.broke(error)
            # Outside of `except`, so that what a handler raises names no error of ours as its context.
            if token is None:
                return slow()(event, args, kwargs, functions)
            call_from = call_with if kwargs else call_without
            at, word = 0, slot >> 3
            if measured is not None:
                measured.halt()
            try:
                given = call_from(function, args, kwargs)
                if measured is not None:
                    measured.go()
                if several:
                    for at, behind in opening.others:
                        try:
                            if given is None:
                                ends[word + behind] = clock_ns()
                            else:
                                ends[word + behind] = elsewhere
                                kept, given = [given], None
                                watch.threw_away(emitter, kept, call, plan.names[at - 1])
                                keep((started, plan.handler_ids[at], clock_ns(), calls[at], calls[0] - 1, lane))
                            if look is not None:
                                look.ends(call)
                            call = calls[at]
                            enter(call)
                        except gone:
                            pass  # this is a child that was forked in the call before, which is the parent's
                        except Exception as error:
                            watch.broke(error)
                        if measured is not None:
                            measured.halt()
                        given = call_from(functions[at], args, kwargs)
                        if measured is not None:
                            measured.go()
            except BaseException as error:
                told_elsewhere(ends, word, opening.others[at:])
                watch.failed(call, error, plan.names[at].plain)
                watch.skipped(calls[0] - 1 if several else call - 1, plan.handler_ids[at + 1 :], call)
                raise
            finally:
                leave(token)
            try:
                if given is None:
                    ends[word] = clock_ns()
                else:
                    told_elsewhere(ends, word)
                    kept, given = [given], None
                    watch.threw_away(emitter, kept, call, plan.names[-1])
            except gone:
                pass  # as above
            except Exception as error:
                watch.broke(error)
            if measured is not None:
                measured.done(opening.slots)
                if several:
                    plan.looks.passed()
            return True

        return in_the_place_of(EventEmitter._call_handlers, "_emit_run", _call_handlers)  # type: ignore[no-any-return]

    return of


def payload_of(
    recorder: StreamRecorder,
    plan: HandlerPlan,
    append: Callable[[bytes], Any],
    blob: int,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> int:
    """Keep what an emit carries, as this blob; 0 where there is no room. append: into the chunk at hand."""
    record = None if recorder.spending.step else plan.form(blob, args, kwargs)
    if record is None:
        return _without_form(recorder, plan, blob, args, kwargs)
    try:
        append(record)
    except ValueError:  # that chunk is full
        recorder.local.place = None
        return recorder.keep_payload(blob, arguments(args, kwargs))
    return blob


def _without_form(
    recorder: StreamRecorder, plan: HandlerPlan, call: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> int:
    """Keep a payload that looks otherwise than those before; a new form is made now and then, as it costs something."""
    plan.without_form = times = plan.without_form + 1
    if times >= _OFTEN and not times & (times - 1):
        found = recorder.forms.of(args, kwargs)
        plan.form = plan.form if found is no_form else found
    return recorder.keep_payload(call, arguments(args, kwargs))


def _told_elsewhere(ends: Any, word: int, others: Iterable[tuple[int, int]] = ()) -> None:
    """Say that other slots tell how an emit's last call ended, and what comes of others that it was to call."""
    try:
        for _, behind in ((0, 0), *others):
            ends[word + behind] = ELSEWHERE
    except ValueError:
        pass  # it is the parent's, and this a forked child


def _left_empty(facts: Any, slots: list[int]) -> None:
    """Say that slots hold nothing: there were too few of them."""
    for slot in slots:
        PACK_WHOLE(facts, slot, *[0] * 10, WHOLE)
