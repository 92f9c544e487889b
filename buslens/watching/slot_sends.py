"""Sends of a signal whose receivers a loop of ours calls at once, in slots of a stream: mostly one slot each.

As on pyee's hot path the slot has the send, its first call, and in place the end of the last one. Closures over what
all signals of a recorder have in common, because an attribute costs as much as a step of this. Measured by
benchmarks/signal_overhead.py.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Tuple

from buslens.context import CALL
from buslens.packing import ENDED, WHOLE
from buslens.records import Kind
from buslens.stream import layout
from buslens.stream.forms import no_form
from buslens.watching.turns import Turns

if TYPE_CHECKING:
    from buslens.stream import StreamRecorder
    from buslens.stream.cost import MeasuredDispatch
    from buslens.watching.slot_plan import SlotPlan

_NO_PLACE = (AttributeError, TypeError)
_NO_SLOT = (AttributeError, TypeError, StopIteration)
_EMITTED = int(Kind.DISPATCH_EMITTED)

Begun = Tuple["memoryview[int]", int, Any, int, "Optional[MeasuredDispatch]"]
"""Where the end of the last call is to be stored, and at which number of 8 bytes; how the context is left; the first
call; what this one costs, if that is measured."""


class SlotSends(NamedTuple):
    """What records the sends of all signals of a recorder."""

    begin: Callable[[SlotPlan, Optional[str], dict[str, Any], Optional[MeasuredDispatch]], Optional[Begun]]
    """The first call of a send begins now: its plan, who sends, and all else that is carried.

    None: nothing is recorded, the general way has to do that.
    """

    go_on: Callable[[SlotPlan, Begun, int], None]
    """The call before this one, from 1 on, has ended well, and it begins."""

    over: Callable[[SlotPlan, Begun], None]
    """The last call has ended well."""

    unheard: Callable[[SlotPlan, Optional[str], dict[str, Any]], None]
    """A send calls nobody. May raise: see `Watch.broke`."""


def sends_into(recorder: StreamRecorder) -> SlotSends:
    """Those of a recorder."""
    found: Optional[SlotSends] = recorder.paths.get(SlotSends)
    if found is None:
        found = recorder.paths[SlotSends] = _sends_into(recorder)
    return found


def _sends_into(recorder: StreamRecorder) -> SlotSends:
    next_id, clock_ns, local, spending = recorder.next_id, recorder.clock_ns, recorder.local, recorder.spending
    current, enter, leave = CALL.get, CALL.set, CALL.reset
    pack, pack_further, pack_whole = layout.PACK_OPENED, layout.PACK_FURTHER, layout.PACK_WHOLE
    ids: Any = next_id.__self__  # type: ignore[attr-defined]
    renew: Callable[[], Any] = recorder.place

    def begin(
        plan: SlotPlan, said: Optional[str], named: dict[str, Any], measured: Optional[MeasuredDispatch]
    ) -> Optional[Begun]:
        try:
            try:
                claim, facts, ends, append, lane, cause = local.place
            except _NO_PLACE:  # the first dispatch of a thread or of a forked child
                claim, facts, ends, append, lane, cause = renew()
            opening: Any = plan.opening
            call = next_id() if not opening.further else min(islice(ids, plan.count))
            inside, blob = current(), 0
            if named or said is not None:
                record = None if spending.step else plan.forms.get(said, no_form)(call, (), named)
                blob = call if record is not None else plan.keep_payload(recorder, call, said, named)
                if record is not None:
                    try:
                        append(record)
                    except ValueError:  # that chunk is full
                        local.place, blob = None, plan.keep_payload(recorder, call, said, named)
            if opening.further:
                slots = [*islice(claim.__self__, opening.slots)]
                if len(slots) < opening.slots:
                    left_empty(facts, slots)
                    claim, facts, ends, append, lane, cause = renew()
                    slots = [*islice(claim.__self__, opening.slots)]
                    if len(slots) < opening.slots:
                        left_empty(facts, slots)
                        raise StopIteration
                slot = slots[0]
                for behind, at, many, mark in opening.further:
                    pack_further(facts, slot + behind, lane, at, many, call, mark)
            else:
                try:
                    slot = claim()
                except StopIteration:
                    claim, facts, ends, append, lane, cause = renew()
                    slot = claim()
            pack(facts, slot, clock_ns(), call, cause if inside is None else inside, blob, lane, opening.mark)
            token = enter(call)
        except _NO_SLOT:  # there is no room, or other threads were quicker
            return None
        except Exception as error:
            plan.watch.broke(error)
            return None
        if plan.others:
            plan.watch.filtered(call - 1, plan.others)
        if measured is not None:
            measured.halt()
        return ends, slot >> 3, token, call, measured

    def unheard(plan: SlotPlan, said: Optional[str], named: dict[str, Any]) -> None:
        dispatch, blob = next_id(), 0
        try:
            try:
                claim, facts, _, append, lane, cause = local.place
            except _NO_PLACE:
                claim, facts, _, append, lane, cause = renew()
            inside = current()
            if named or said is not None:
                record = None if spending.step else plan.forms.get(said, no_form)(dispatch, (), named)
                blob = dispatch if record is not None else plan.keep_payload(recorder, dispatch, said, named)
                if record is not None:
                    try:
                        append(record)
                    except ValueError:  # that chunk is full
                        local.place, blob = None, plan.keep_payload(recorder, dispatch, said, named)
            try:
                slot = claim()
            except StopIteration:
                claim, facts, _, append, lane, cause = renew()
                slot = claim()
            cause = cause if inside is None else inside
            fact = (dispatch, cause, blob, lane, 0, _EMITTED, 0, 0, plan.event_id, layout.WHOLE)
            pack_whole(facts, slot, clock_ns(), *fact)
        except _NO_SLOT:
            told = (plan.event_id, clock_ns(), dispatch, recorder.cause(), recorder.here(), 0)
            recorder.put(WHOLE, _EMITTED, 0, 0, *told, blob)
        if plan.others:
            plan.watch.filtered(dispatch, plan.others)

    def go_on(plan: SlotPlan, begun: Begun, at: int) -> None:
        ends, word, _, call, measured = begun
        if measured is not None:
            measured.go()
        try:
            ends[word + plan.places[at]] = clock_ns()
            enter(call + 2 * at)
        except ValueError:
            pass  # it is the parent's, and this a forked child
        if measured is not None:
            measured.halt()

    def over(plan: SlotPlan, begun: Begun) -> None:
        ends, word, token, _, measured = begun
        if measured is not None:
            measured.go()
        try:
            ends[word] = clock_ns()
        except ValueError:
            pass  # as above
        try:
            leave(token)
        except ValueError:
            pass  # in another context, which was never changed
        if measured is not None:
            measured.done(plan.opening.slots)  # type: ignore[union-attr]
            if plan.count > 1:
                plan.looks.passed()

    return SlotSends(begin, go_on, over, unheard)


def nowhere(*_: Any) -> None:
    """In the place of what records a send in slots, where there are none."""


def failed(plan: SlotPlan, begun: Begun, at: int, error: BaseException) -> None:
    """The call at this place has raised, those before it have ended well; `raise` comes next."""
    try:
        tell_elsewhere(plan, begun, at)
        call, (*registrations,) = begun[3], plan.announced.values()
        plan.watch.failed(call + 2 * at, error, registrations[at].name.plain)
        plan.watch.skipped(call - 1, (each.handler_id for each in registrations[at + 1 :]), call + 2 * at)
    except Exception as ours:
        plan.watch.broke(ours)


def otherwise(plan: SlotPlan, begun: Begun, at: int) -> Turns:
    """What tells the rest where those behind the call at this place, which has ended well, do not come as announced."""
    call, watch = begun[3], plan.watch
    try:
        tell_elsewhere(plan, begun, at)
        watch.recorder.keep((ENDED, call + 2 * at, watch.recorder.clock_ns()))
    except Exception as error:
        watch.broke(error)
    return Turns(watch, call - 1, dict([*plan.announced.items()][at + 1 :]), plan.key_of)


def tell_elsewhere(plan: SlotPlan, begun: Begun, at: int) -> None:
    """Say that other slots tell how the call at this place ended, and what came of those behind it."""
    ends, word, token, _, _ = begun
    try:
        CALL.reset(token)
    except ValueError:
        pass  # in another context, which was never changed
    try:
        for behind in (0, *plan.places[at + 1 :]):
            ends[word + behind] = layout.ELSEWHERE
    except ValueError:
        pass  # it is the parent's, and this a forked child


def left_empty(facts: Any, slots: list[int]) -> None:
    """Say that slots hold nothing: there were too few of them."""
    for slot in slots:
        layout.PACK_WHOLE(facts, slot, *[0] * 10, layout.WHOLE)
